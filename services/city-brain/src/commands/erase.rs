//! `city-brain erase` and `city-brain key rotate-master`: keys for personal data.

use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use domain::access::control::{Act, ControlDecision, erase_person, master_changed};
use domain::case::{Actor, ActorKind};
use event_log::LogConfig;
use service_kit::identity::Identity;
use service_kit::personal::{PersonalKeys, PersonalKeysError};
use service_kit::{Clock, Shutdown, random};

use super::connect::{data_dir, log_config};
use crate::cli::HubArgs;
use crate::failure::{Failure, chain};
use crate::print;

/// Where the log of keys is, and the file that opens it.
#[derive(Clone, Debug, Args)]
pub struct PersonalKeyArgs {
    /// File of the master key; default: `keys/personal.key` in the data folder.
    #[arg(long, env = "CITY_BRAIN_PERSONAL_KEY")]
    pub personal_key: Option<PathBuf>,
    /// Where the hub is.
    #[command(flatten)]
    pub hub: HubArgs,
}

/// `erase`.
#[derive(Clone, Debug, Args)]
pub struct EraseArgs {
    /// What names the person in events, such as the telephone number; `-` reads it from standard
    /// input, so that it stands in no list of processes.
    #[arg(long)]
    pub subject: String,
    /// Why, for the audit; never name the person here.
    #[arg(long)]
    pub reason: Option<String>,
    /// Which keys.
    #[command(flatten)]
    pub keys: PersonalKeyArgs,
}

/// The log of keys and the control log of one hub.
struct Opened {
    keys: PersonalKeys,
    identity: Identity,
}

impl Opened {
    async fn of(args: &PersonalKeyArgs) -> Result<Self, Failure> {
        let log: LogConfig = log_config(&args.hub, "city-brain-keys")?;
        let file = match &args.personal_key {
            Some(file) => file.clone(),
            None => data_dir(&args.hub)?.join("keys").join("personal.key"),
        };
        let dependency = |error: &dyn std::error::Error| Failure::dependency(chain(error));
        let keys = PersonalKeys::open(&log, &file, Shutdown::new())
            .await
            .map_err(|error| dependency(&error))?;
        let identity = Identity::open(&log, Shutdown::new())
            .await
            .map_err(|error| dependency(&error))?;
        Ok(Self { keys, identity })
    }

    async fn account_for(&self, decision: ControlDecision) -> Result<(), Failure> {
        self.identity
            .decide(|_| Ok(decision.clone()))
            .await
            .map(drop)
            .map_err(|error| Failure::problems(chain(&error)))
    }
}

fn act() -> Act {
    Act {
        actor: Actor::own(ActorKind::Hub),
        key: random::token::<16>(),
        now: Clock::system().now(),
    }
}

/// Runs `erase`: first the audit's line, then the keys.
pub async fn run(args: EraseArgs) -> Result<(), Failure> {
    let named = subject(&args.subject)?;
    let opened = Opened::of(&args.keys).await?;
    let problem = |error: PersonalKeysError| Failure::problems(chain(&error));
    let unlocked = opened.keys.unlock_present().map_err(problem)?;
    let json = serde_json::Value::from(named).to_string();
    let person = unlocked.root().subject(json.as_bytes());
    let ring = opened.keys.ring();
    let keys: Vec<String> = ring.keys_of(&person).map(|key| key.id.clone()).collect();
    if keys.is_empty() {
        print::line("nothing to erase: no key belongs to this person");
        return Ok(());
    }
    let line = erase_person(&act(), &keys, args.reason.as_deref());
    opened.account_for(line).await?;
    let destroyed = opened.keys.destroy(&person).await.map_err(problem)?;
    print::line(&format!("destroyed {}", destroyed.join(", ")));
    print::error_line(
        "what they sealed is noise now; the wrapped keys leave Kafka's files within about an hour, and \
         copies of these files from before open only with the present master key: change it with \
         `city-brain key rotate-master` to make them noise too",
    );
    Ok(())
}

/// Runs `key rotate-master`.
pub async fn rotate_master(args: PersonalKeyArgs) -> Result<(), Failure> {
    let opened = Opened::of(&args).await?;
    let (master, people) = opened
        .keys
        .rotate_master()
        .await
        .map_err(|error| Failure::problems(chain(&error)))?;
    let line = master_changed(&act(), &master, people);
    opened.account_for(line).await?;
    print::line(&format!(
        "master key {master} is in force; {people} keys wrapped anew"
    ));
    print::error_line(
        "the file holds the new key alone: back it up now, bring it to every machine that admits or \
         opens personal data, and destroy the copies of the former one",
    );
    Ok(())
}

fn subject(given: &str) -> Result<String, Failure> {
    let mut text = given.to_owned();
    if given == "-" {
        text.clear();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::usage(format!("standard input: {error}")))?;
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::usage(String::from(
            "--subject: expected what names the person in events, such as a telephone number",
        )));
    }
    Ok(text.to_owned())
}
