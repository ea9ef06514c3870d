//! `city-brain dead-letters`: what was refused and why, straight from the log; and its way back after
//! a fix.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use event_log::{Follower, IdempotentProducer, LogConfig, OutRecord, Record, StartAt};
use event_schemas::city::{DeadLetter, Reason, Topic, headers};

use super::connect::log_config;
use crate::cli::{DeadLettersCommand, ListArgs, ReplayLettersArgs, ShowArgs};
use crate::failure::{Failure, chain};
use crate::print;

/// Prefix of the original's headers on a dead letter.
const ORIGINAL: &str = "original-";
/// Header with the position of the dead letter that a record repeats.
const REPLAY_OF: &str = "replay-of";
/// Header with who asked for it.
const REPLAYED_BY: &str = "replayed-by";
/// One record may take this long.
const WAIT: Duration = Duration::from_secs(60);

/// Runs `dead-letters`.
pub async fn run(command: DeadLettersCommand) -> Result<(), Failure> {
    match command {
        DeadLettersCommand::List(args) => list(args).await,
        DeadLettersCommand::Show(args) => show(args).await,
        DeadLettersCommand::Replay(args) => replay(args).await,
    }
}

/// A dead letter as it stands in the log.
struct Found {
    number: i64,
    letter: DeadLetter,
    record: Record,
}

/// Reads all dead letters that are kept, and hands each to `take`.
async fn each(log: &LogConfig, mut take: impl FnMut(Found)) -> Result<(), Failure> {
    let failed = |error: event_log::LogError| Failure::dependency(chain(&error));
    let mut follower = Follower::open(log, &[Topic::DeadLetters], StartAt::Beginning)
        .await
        .map_err(failed)?;
    loop {
        let wait = Duration::from_secs(5);
        let batch = follower.next(wait).await.map_err(failed)?;
        for record in batch.records {
            let letter = record
                .header(headers::DEAD_LETTER)
                .and_then(|text| serde_json::from_str(text).ok());
            if let Some(letter) = letter {
                take(Found {
                    number: record.position.offset,
                    letter,
                    record,
                });
            }
        }
        if batch.caught_up {
            return Ok(());
        }
    }
}

async fn list(args: ListArgs) -> Result<(), Failure> {
    let log = log_config(&args.hub, "city-brain-dead-letters")?;
    let mut last = VecDeque::new();
    each(&log, |found| {
        let department = args.department.as_ref();
        if department.is_none_or(|wanted| *wanted == found.letter.department) {
            last.push_back((found.number, found.letter));
        }
        if last.len() > args.limit as usize {
            last.pop_front();
        }
    })
    .await?;
    for (number, letter) in last.iter().rev() {
        print::line(&visible(&format!(
            "{number} {} {} {} {} {}: {}",
            letter.received_at.rfc3339(),
            letter.department,
            letter.reason.code(),
            letter.id.as_deref().unwrap_or("-"),
            letter.path.as_deref().unwrap_or("/"),
            letter.message,
        )));
    }
    Ok(())
}

async fn show(args: ShowArgs) -> Result<(), Failure> {
    let log = log_config(&args.hub, "city-brain-dead-letters")?;
    let Found { letter, record, .. } = find(&log, args.number).await?;
    let original = String::from_utf8_lossy(&record.value);
    if args.original {
        print::line(&original);
        return Ok(());
    }
    let lines = [
        ("reason", letter.reason.code().to_owned()),
        ("message", letter.message),
        ("path", letter.path.unwrap_or_default()),
        ("department", letter.department),
        ("received", letter.received_at.rfc3339()),
        ("source", letter.source.unwrap_or_default()),
        ("id", letter.id.unwrap_or_default()),
        ("type", letter.event_type.unwrap_or_default()),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        print::line(&format!("{name}: {}", visible(value)));
    }
    for (name, value) in original_headers(&record) {
        let value = String::from_utf8_lossy(&value).into_owned();
        print::line(&format!("header {}: {}", visible(&name), visible(&value)));
    }
    print::line(&format!("value: {}", visible(&original)));
    Ok(())
}

/// What somebody else wrote, for a terminal: nothing in it may move the cursor or hide.
fn visible(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
            let escaped = (c.is_control() || hidden).then(|| c.escape_unicode());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

async fn find(log: &LogConfig, number: i64) -> Result<Found, Failure> {
    let mut wanted = None;
    each(log, |found| {
        if found.number == number {
            wanted = Some(found);
        }
    })
    .await?;
    wanted.ok_or_else(|| {
        Failure::usage(format!("there is no dead letter {number} (any more)"))
            .remedy("`city-brain dead-letters list` tells the numbers")
    })
}

fn original_headers(record: &Record) -> Vec<(Cow<'static, str>, Vec<u8>)> {
    let headers = record.headers.iter();
    headers
        .filter_map(|(name, value)| {
            let name = name.strip_prefix(ORIGINAL)?;
            Some((Cow::from(name.to_owned()), value.to_vec()))
        })
        .collect()
}

async fn replay(args: ReplayLettersArgs) -> Result<(), Failure> {
    let log = log_config(&args.hub, "city-brain-dead-letters")?;
    let mut left: BTreeSet<i64> = args.numbers.iter().copied().collect();
    let mut chosen = Vec::new();
    each(&log, |found| {
        if left.remove(&found.number) {
            chosen.push(found);
        }
    })
    .await?;
    if let Some(number) = left.first() {
        return Err(Failure::usage(format!(
            "there is no dead letter {number} (any more); nothing was sent"
        ))
        .remedy("`city-brain dead-letters list` tells the numbers"));
    }
    let producer =
        IdempotentProducer::new(&log).map_err(|error| Failure::dependency(chain(&error)))?;
    let mut refused = 0;
    for found in chosen {
        let Some(record) = again(&log, &found) else {
            refused += 1;
            print::error_line(&format!(
                "{}: it was admitted and could not be stored: sending it again changes nothing; \
                 `city-brain rebuild` derives the tables anew",
                found.number
            ));
            continue;
        };
        producer
            .publish(&record, WAIT)
            .await
            .map_err(|error| Failure::dependency(chain(&error)))?;
        print::line(&format!("{}: sent to {} again", found.number, record.topic));
    }
    if refused > 0 {
        return Err(Failure::problems(format!("{refused} were not sent")));
    }
    Ok(())
}

/// The record that a dead letter becomes in its department's inbox: byte for byte, under its original
/// source and id, so that admission judges it anew.
fn again(log: &LogConfig, found: &Found) -> Option<OutRecord> {
    let Found { letter, record, .. } = found;
    let inbox = log.topics.inbox(&letter.department);
    if letter.reason == Reason::Unstorable || letter.topic != inbox {
        return None;
    }
    let mut headers = original_headers(record);
    headers.retain(|(name, _)| name != REPLAY_OF && name != REPLAYED_BY);
    let position = record.position.to_string().into_bytes();
    headers.push((REPLAY_OF.into(), position));
    headers.push((
        REPLAYED_BY.into(),
        b"city-brain dead-letters replay".to_vec(),
    ));
    Some(OutRecord {
        topic: inbox,
        partition: Some(0),
        headers,
        value: record.value.to_vec(),
        ..OutRecord::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_publisher_wrote_cannot_play_with_the_terminal() {
        assert_eq!(visible("a\u{1b}[2Jb 火"), "a\\u{1b}[2Jb 火");
        assert_eq!(visible("\u{202e}gpj"), "\\u{202e}gpj");
    }
}
