//! `city-brain user` and `city-brain key`: accounts and keys are events in the control log.

use domain::access::Role;
use service_kit::identity::Identity;
use service_kit::{Clock, Shutdown};

use super::connect::{catalog, log_config};
use crate::cli::{HubArgs, KeyCommand, UserCommand};
use crate::failure::{Failure, chain};
use crate::print;

async fn identity(hub: &HubArgs) -> Result<Identity, Failure> {
    let log = log_config(hub, "city-brain-accounts")?;
    Identity::open(&log, Shutdown::new())
        .await
        .map_err(|error| Failure::dependency(chain(&error)))
}

fn role(name: &str) -> Result<Role, Failure> {
    Role::ALL
        .into_iter()
        .filter(|role| *role != Role::Publisher)
        .find(|role| role.name() == name)
        .ok_or_else(|| {
            Failure::usage(format!(
                "role '{name}': expected administrator, supervisor, operator or developer"
            ))
        })
}

fn must_exist(department: &str, hub: &HubArgs) -> Result<(), Failure> {
    let catalog = catalog(hub.catalog.as_deref())?;
    if catalog.department(department).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = catalog
        .departments()
        .iter()
        .map(|known| known.name.as_str())
        .collect();
    Err(Failure::usage(format!(
        "department '{department}': expected one of {}",
        known.join(", ")
    )))
}

/// Runs `user`.
pub async fn user(command: UserCommand) -> Result<(), Failure> {
    let UserCommand::Add {
        name,
        roles,
        department,
        hub,
    } = command;
    let roles = roles
        .iter()
        .map(|name| role(name))
        .collect::<Result<Vec<Role>, Failure>>()?;
    if let Some(department) = &department {
        must_exist(department, &hub)?;
    }
    let now = Clock::system().now();
    let password = identity(&hub)
        .await?
        .create_account_of(department.as_deref(), &name, roles, now)
        .await
        .map_err(|error| Failure::problems(chain(&error)))?;
    print::line(&format!("{name} {password}"));
    print::error_line("the password is shown once; it is kept nowhere");
    Ok(())
}

/// Runs `key`.
pub async fn key(command: KeyCommand) -> Result<(), Failure> {
    let now = Clock::system().now();
    match command {
        KeyCommand::Issue { department, hub } => {
            must_exist(&department, &hub)?;
            let (id, key) = identity(&hub)
                .await?
                .issue_key(&department, "issued at the command line", now)
                .await
                .map_err(|error| Failure::problems(chain(&error)))?;
            print::line(&key);
            print::error_line(&format!("key {id} of {department}; it is shown once"));
            Ok(())
        }
        KeyCommand::Revoke { id, hub } => {
            identity(&hub)
                .await?
                .revoke_key(&id, now)
                .await
                .map_err(|error| Failure::problems(chain(&error)))?;
            print::line(&format!("revoked {id}"));
            Ok(())
        }
    }
}
