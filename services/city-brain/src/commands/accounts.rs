//! `city-brain user` and `city-brain key`: accounts and keys are events in the control log.

use domain::access::Role;
use service_kit::identity::Identity;
use service_kit::{Clock, Shutdown};

use super::connect::{addresses, catalog, log_config};
use crate::cli::{HubArgs, KeyCommand, UserCommand};
use crate::failure::{Failure, chain};
use crate::print;

/// The labels of keys, by which a revocation knows whether there is a user of Kafka to remove.
const FOR_HTTP: &str = "issued at the command line";
const ALSO_FOR_KAFKA: &str = "issued at the command line, also for Kafka";

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
    match command {
        KeyCommand::Issue {
            department,
            kafka,
            hub,
        } => {
            let hub = HubArgs::from(hub);
            must_exist(&department, &hub)?;
            if kafka {
                issue_for_kafka(&department, &hub).await
            } else {
                issue(&department, &hub).await
            }
        }
        KeyCommand::RotateMaster(args) => super::erase::rotate_master(args).await,
        KeyCommand::Revoke { id, hub } => revoke(&id, &hub).await,
    }
}

async fn issue(department: &str, hub: &HubArgs) -> Result<(), Failure> {
    let (id, key) = identity(hub)
        .await?
        .issue_key(department, FOR_HTTP, Clock::system().now())
        .await
        .map_err(|error| Failure::problems(chain(&error)))?;
    print::line(&key);
    print::error_line(&format!("key {id} of {department}; it is shown once"));
    Ok(())
}

/// The user of Kafka that goes with a key.
fn kafka_user(department: &str, id: &str) -> String {
    format!("dept.{department}.{id}")
}

/// One secret for both ways in, so that one revocation closes both.
async fn issue_for_kafka(department: &str, hub: &HubArgs) -> Result<(), Failure> {
    let door = match &hub.kafka {
        Some(_) => None,
        None => Some(addresses(hub)?.kafka_departments.ok_or_else(|| {
            Failure::usage("this hub has no listener of Kafka for departments")
                .remedy("start it with `city-brain up --kafka-listen ADDR:PORT`")
        })?),
    };
    let log = log_config(hub, "city-brain-accounts")?;
    let identity = identity(hub).await?;
    let now = Clock::system().now();
    let (id, key) = identity
        .issue_key(department, ALSO_FOR_KAFKA, now)
        .await
        .map_err(|error| Failure::problems(chain(&error)))?;
    let user = kafka_user(department, &id);
    if let Err(error) = event_log::grant_inbox(&log, department, &user, &key).await {
        // Nobody has seen the key, so nobody is to have it.
        let undone = identity.revoke_key(&id, now).await.is_ok()
            && event_log::withdraw_inbox(&log, &user).await.is_ok();
        let failure = Failure::problems(format!("no user of Kafka was made: {}", chain(&error)));
        return Err(if undone {
            failure
        } else {
            failure.remedy(format!("remove what is left: `city-brain key revoke {id}`"))
        });
    }
    print::line(&key);
    print::error_line(&format!("key {id} of {department}; it is shown once"));
    let at = door.map_or_else(
        || String::from("your Kafka's listener"),
        |door| format!("{} ({})", door.brokers, door.protocol()),
    );
    print::error_line(&format!(
        "by Kafka: at {at}, user {user}, the key as password, SCRAM-SHA-512 or SCRAM-SHA-256; it may write \
         {} and nothing else",
        log.topics.inbox(department)
    ));
    Ok(())
}

async fn revoke(id: &str, hub: &HubArgs) -> Result<(), Failure> {
    let log = log_config(hub, "city-brain-accounts")?;
    let identity = identity(hub).await?;
    let known = identity.book().department_key(id).cloned();
    let revoked = identity.revoke_key(id, Clock::system().now()).await;
    // Also for one that is revoked already: its user may be left from a time when Kafka was away.
    let kafka = known.filter(|key| key.label == ALSO_FOR_KAFKA);
    if let Some(key) = &kafka {
        let user = kafka_user(&key.department, id);
        let withdrawn = event_log::withdraw_inbox(&log, &user).await;
        withdrawn.map_err(|error| {
            Failure::problems(format!(
                "the key no longer opens HTTP, but Kafka's user {user} is not removed: {}",
                chain(&error)
            ))
            .remedy("run the same again")
        })?;
    }
    match (revoked, kafka) {
        (Err(_), Some(key)) if key.revoked_at.is_some() => {}
        (revoked, _) => revoked.map_err(|error| Failure::problems(chain(&error)))?,
    }
    print::line(&format!("revoked {id}"));
    Ok(())
}
