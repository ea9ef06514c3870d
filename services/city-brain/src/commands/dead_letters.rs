//! `city-brain dead-letters list`: what was refused, and why, straight from the log.

use std::time::Duration;

use event_log::{Follower, StartAt};
use event_schemas::city::{DeadLetter, Topic, headers};

use super::connect::log_config;
use crate::cli::DeadLettersCommand;
use crate::failure::{Failure, chain};
use crate::print;

/// Runs `dead-letters`.
pub async fn run(command: DeadLettersCommand) -> Result<(), Failure> {
    let DeadLettersCommand::List {
        department,
        limit,
        hub,
    } = command;
    let log = log_config(&hub, "city-brain-dead-letters")?;
    let failed = |error: event_log::LogError| Failure::dependency(chain(&error));
    let mut follower = Follower::open(&log, &[Topic::DeadLetters], StartAt::Beginning)
        .await
        .map_err(failed)?;
    let mut found = std::collections::VecDeque::new();
    loop {
        let batch = follower
            .next(Duration::from_secs(5))
            .await
            .map_err(failed)?;
        for record in &batch.records {
            let letter: Option<DeadLetter> = record
                .header(headers::DEAD_LETTER)
                .and_then(|text| serde_json::from_str(text).ok());
            let Some(letter) = letter else { continue };
            if department
                .as_ref()
                .is_none_or(|wanted| *wanted == letter.department)
            {
                found.push_back(letter);
            }
            if found.len() > limit as usize {
                found.pop_front();
            }
        }
        if batch.caught_up {
            break;
        }
    }
    for letter in found.iter().rev() {
        print::line(&format!(
            "{} {} {} {} {}: {}",
            letter.received_at.rfc3339(),
            letter.department,
            letter.reason.code(),
            letter.id.as_deref().unwrap_or("-"),
            letter.path.as_deref().unwrap_or("/"),
            letter.message,
        ));
    }
    Ok(())
}
