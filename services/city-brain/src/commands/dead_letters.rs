//! `city-brain dead-letters`: what was refused and why, straight from the log; and its way back after
//! a fix.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use domain::admission::ORIGINAL_BYTES;
use event_log::{Follower, IdempotentProducer, LogConfig, OutRecord, Record, StartAt};
use event_schemas::city::{DeadLetter, Reason, Topic, headers};

use self::admitted::Admitted;
use self::chosen::Chosen;
use super::connect::log_config;
use crate::cli::{DeadLettersCommand, ListArgs, ReplayLettersArgs, ShowArgs};
use crate::failure::{Failure, chain};
use crate::print;

mod admitted;
mod chosen;

/// Prefix of the original's headers on a dead letter.
const ORIGINAL: &str = "original-";
/// Header with the position of the dead letter that a record repeats.
const REPLAY_OF: &str = "replay-of";
/// Header with who asked for it.
const REPLAYED_BY: &str = "replayed-by";
/// One record may take this long.
const WAIT: Duration = Duration::from_secs(60);

/// Pause after each letter that is sent again: what is new goes before.
const PAUSE: Duration = Duration::from_millis(5);

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
    let chosen = Chosen::of(&args.which, &args.hub)?;
    if args.groups {
        return list_groups(&log, &chosen, args.limit).await;
    }
    let mut last = VecDeque::new();
    each(&log, |found| {
        if chosen.has(&found.letter) {
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

/// One line for all letters that one fix may mend, the most frequent first.
async fn list_groups(log: &LogConfig, chosen: &Chosen, limit: u32) -> Result<(), Failure> {
    let mut groups: BTreeMap<(String, &str, String), (u64, i64, DeadLetter)> = BTreeMap::new();
    each(log, |found| {
        let Found { number, letter, .. } = found;
        if !chosen.has(&letter) {
            return;
        }
        let path = place_in_event(letter.path.as_deref().unwrap_or("/"));
        let key = (letter.department.clone(), letter.reason.code(), path);
        let known = groups.get(&key).map_or(0, |(count, ..)| *count);
        groups.insert(key, (known + 1, number, letter));
    })
    .await?;
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, (count, ..))| std::cmp::Reverse(*count));
    for ((department, reason, path), (count, number, newest)) in
        groups.into_iter().take(limit as usize)
    {
        print::line(&visible(&format!(
            "{count} {department} {reason} {path} last {number} {}: {}",
            newest.received_at.rfc3339(),
            newest.message
        )));
    }
    Ok(())
}

/// A pointer into an event with `*` for each item of a list.
fn place_in_event(path: &str) -> String {
    let parts = path.split('/').map(|part| {
        let item = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if item { "*" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn show(args: ShowArgs) -> Result<(), Failure> {
    let log = log_config(&args.hub, "city-brain-dead-letters")?;
    let Found { letter, record, .. } = find(&log, args.number).await?;
    let original = String::from_utf8_lossy(&record.value);
    if args.original {
        print::line(&original);
        return Ok(());
    }
    let later = Admitted::open(&args.hub).later(&letter).await;
    let lines = [
        ("reason", letter.reason.code().to_owned()),
        ("message", letter.message),
        ("path", letter.path.unwrap_or_default()),
        ("department", letter.department),
        ("received", letter.received_at.rfc3339()),
        ("source", letter.source.unwrap_or_default()),
        ("id", letter.id.unwrap_or_default()),
        ("type", letter.event_type.unwrap_or_default()),
        ("admitted", later),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        print::line(&format!("{name}: {}", visible(value)));
    }
    for (name, value) in original_headers(&record) {
        let value = String::from_utf8_lossy(&value).into_owned();
        print::line(&format!("header {}: {}", visible(&name), visible(&value)));
    }
    if record.value.len() >= ORIGINAL_BYTES {
        print::line(&format!(
            "kept: the first {ORIGINAL_BYTES} bytes; whatever followed is not here"
        ));
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

/// The letters that an order names, each once, as they stand in the log.
async fn ordered(log: &LogConfig, args: &ReplayLettersArgs) -> Result<Vec<Found>, Failure> {
    let mut left: BTreeSet<i64> = args.numbers.iter().copied().collect();
    let which = Chosen::of(&args.which, &args.hub)?;
    let mut ordered = Vec::new();
    each(log, |found| {
        let wanted = if args.all {
            found.letter.reason != Reason::Unstorable && which.has(&found.letter)
        } else {
            left.remove(&found.number)
        };
        if wanted {
            ordered.push(found);
        }
    })
    .await?;
    if let Some(number) = left.first() {
        return Err(Failure::usage(format!(
            "there is no dead letter {number} (any more); nothing was sent"
        ))
        .remedy("`city-brain dead-letters list` tells the numbers"));
    }
    Ok(ordered)
}

async fn replay(args: ReplayLettersArgs) -> Result<(), Failure> {
    let log = log_config(&args.hub, "city-brain-dead-letters")?;
    let chosen = ordered(&log, &args).await?;
    let admitted = Admitted::open(&args.hub);
    let producer =
        IdempotentProducer::new(&log).map_err(|error| Failure::dependency(chain(&error)))?;
    let mut refused = 0;
    for found in chosen {
        if args.all && admitted.is_later(&found.letter).await {
            print::line(&format!("{}: admitted meanwhile, not sent", found.number));
            continue;
        }
        let record = match again(&log, &found) {
            Ok(record) => record,
            Err(why) => {
                refused += 1;
                print::error_line(&format!("{}: {why}", found.number));
                continue;
            }
        };
        producer
            .publish(&record, WAIT)
            .await
            .map_err(|error| Failure::dependency(chain(&error)))?;
        print::line(&format!("{}: sent to {} again", found.number, record.topic));
        tokio::time::sleep(PAUSE).await;
    }
    if refused > 0 {
        return Err(Failure::problems(format!("{refused} were not sent")));
    }
    Ok(())
}

/// The record that a dead letter becomes in its department's inbox: byte for byte, under its original
/// source and id, so that admission judges it anew.
fn again(log: &LogConfig, found: &Found) -> Result<OutRecord, &'static str> {
    let Found { letter, record, .. } = found;
    let inbox = log.topics.inbox(&letter.department);
    if letter.reason == Reason::Unstorable || letter.topic != inbox {
        return Err(
            "it was admitted and could not be stored: sending it again changes nothing; \
             `city-brain rebuild` derives the tables anew",
        );
    }
    if record.value.len() >= ORIGINAL_BYTES {
        return Err("only the beginning of its original was kept: its publisher has the whole");
    }
    let mut headers = original_headers(record);
    headers.retain(|(name, _)| name != REPLAY_OF && name != REPLAYED_BY);
    let position = record.position.to_string().into_bytes();
    headers.push((REPLAY_OF.into(), position));
    headers.push((
        REPLAYED_BY.into(),
        b"city-brain dead-letters replay".to_vec(),
    ));
    Ok(OutRecord {
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
    fn items_of_a_list_are_one_place() {
        assert_eq!(place_in_event("/data/units/12/id/3"), "/data/units/*/id/*");
        assert_eq!(place_in_event("/data/h3/0x"), "/data/h3/0x");
    }

    #[test]
    fn what_a_publisher_wrote_cannot_play_with_the_terminal() {
        assert_eq!(visible("a\u{1b}[2Jb 火"), "a\\u{1b}[2Jb 火");
        assert_eq!(visible("\u{202e}gpj"), "\\u{202e}gpj");
    }
}
