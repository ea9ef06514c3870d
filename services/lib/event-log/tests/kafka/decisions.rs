//! Logs that decide.

use std::time::Duration;

use event_log::{AppendError, DecidedLog, LogConfig, OutRecord};
use event_schemas::city::Topic;
use tokio_util::sync::CancellationToken;

use crate::stack::{fresh_hub, text};

const WAIT: Duration = Duration::from_secs(10);

/// A seat that the first comer gets: the smallest state about which two can disagree.
type Seat = Option<String>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Taken,
    Late { holder: String },
}

async fn open(config: &LogConfig, shutdown: &CancellationToken) -> DecidedLog<Seat, Outcome> {
    let apply = |seat: &mut Seat, record: &event_log::Record| {
        let name = String::from_utf8(record.value.to_vec()).unwrap();
        if let Some(holder) = seat {
            let holder = holder.clone();
            return Outcome::Late { holder };
        }
        *seat = Some(name);
        Outcome::Taken
    };
    DecidedLog::open(config, Topic::Control, None, apply, shutdown.clone())
        .await
        .unwrap()
}

fn claim(name: &str) -> OutRecord {
    OutRecord {
        value: name.as_bytes().to_vec(),
        ..OutRecord::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_in_the_log_wins_and_every_reader_agrees() {
    let config = fresh_hub(&[]).await;
    let shutdown = CancellationToken::new();
    let (ours, theirs) = (
        open(&config, &shutdown).await,
        open(&config, &shutdown).await,
    );
    let claims = (0..40).map(|n| {
        let log = if n % 2 == 0 {
            ours.clone()
        } else {
            theirs.clone()
        };
        tokio::spawn(async move {
            let name = format!("operator {n}");
            let (position, outcome) = log.append(claim(&name), WAIT).await.unwrap();
            assert!(
                log.folded().next_offset > position.offset,
                "own write not seen"
            );
            (position.offset, name, outcome)
        })
    });
    let mut results = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        results.push(claim.await.unwrap());
    }
    results.sort_by_key(|(offset, _, _)| *offset);
    let winner = results[0].1.clone();
    assert_eq!(results[0].2, Outcome::Taken);
    for (offset, _, outcome) in &results[1..] {
        let late = Outcome::Late {
            holder: winner.clone(),
        };
        assert_eq!(*outcome, late, "at offset {offset}");
    }
    let end = results[39].0 + 1;
    assert_eq!(
        ours.wait_for(end, WAIT).await.unwrap().state,
        Some(winner.clone())
    );
    assert_eq!(
        theirs.wait_for(end, WAIT).await.unwrap().state,
        Some(winner.clone())
    );
    let later = open(&config, &shutdown).await;
    assert_eq!(
        later.state(),
        Some(winner),
        "a later reader folds the same history"
    );
    shutdown.cancel();
    ours.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_get_every_later_record_with_its_outcome() {
    let config = fresh_hub(&[]).await;
    let shutdown = CancellationToken::new();
    let log = open(&config, &shutdown).await;
    let mut decisions = log.subscribe();
    log.append(claim("first"), WAIT).await.unwrap();
    log.append(claim("second"), WAIT).await.unwrap();
    let first = decisions.recv().await.unwrap();
    assert_eq!(first.outcome, Outcome::Taken);
    assert_eq!(first.position().offset, 0);
    let second = decisions.recv().await.unwrap();
    assert_eq!(
        second.outcome,
        Outcome::Late {
            holder: String::from("first")
        }
    );
    shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_without_an_answer_in_time_is_undecided_and_one_too_large_is_not_written() {
    let config = fresh_hub(&[]).await;
    let shutdown = CancellationToken::new();
    let log = open(&config, &shutdown).await;
    let hurried = log.append(claim("hurried"), Duration::ZERO).await;
    assert!(
        matches!(hurried, Err(AppendError::Undecided { .. })),
        "{hurried:?}"
    );
    // It is in the log all the same: asking again finds it there.
    let again = log.append(claim("hurried again"), WAIT).await.unwrap();
    assert_eq!(
        again.1,
        Outcome::Late {
            holder: String::from("hurried")
        }
    );
    let large = claim(&"x".repeat(5 * 1024 * 1024));
    let told = log.append(large, WAIT).await;
    assert!(matches!(told, Err(AppendError::NotWritten(_))), "{told:?}");
    shutdown.cancel();
    log.closed().await;
    let closed = log.append(claim("late"), WAIT).await;
    assert!(matches!(closed, Err(AppendError::Closed)), "{closed:?}");
    let behind = log.wait_for(1_000, Duration::from_millis(10)).await;
    assert_eq!(behind.unwrap_err().wanted, 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_of_several_partitions_cannot_decide() {
    let config = fresh_hub(&[]).await;
    let shutdown = CancellationToken::new();
    let told = DecidedLog::open(&config, Topic::Events, 0_u32, |_, _| (), shutdown).await;
    assert!(told.is_err());
    // The record type is public: a reader outside this crate can make one.
    assert_eq!(text(&config, Topic::Events, 1, "x").size(), 1);
}
