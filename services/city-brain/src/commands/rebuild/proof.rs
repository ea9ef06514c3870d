//! The proof before a switch: both databases hold the same rows, table by table, partition by partition.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use event_recorder::recorded_topics;
use event_schemas::city::{Topic, TopicId};
use event_store::{Difference, Slice, StoreError, Table};

use super::course::{Course, known};
use super::place::Place;
use super::working::Working;
use crate::failure::{Failure, chain};

/// A state that moves on between two sums looks like a difference; one that stays is one.
const LOOKS: u32 = 4;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(700);

/// What the comparison has found.
#[derive(Debug, Default)]
pub(super) struct Proof {
    compared: BTreeMap<&'static str, u64>,
    carried_over: u64,
    differences: Vec<Difference>,
    strangers: Vec<String>,
}

impl Proof {
    pub(super) const fn is_equal(&self) -> bool {
        self.differences.is_empty() && self.strangers.is_empty()
    }

    /// One line per table.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .compared
            .iter()
            .map(|(table, slices)| {
                let differ = self
                    .differences
                    .iter()
                    .filter(|one| one.slice.table.name() == *table)
                    .count();
                match differ {
                    0 => format!(
                        "{table}: equal in {slices} partitions (count and hash of all rows)"
                    ),
                    n => format!("{table}: differs in {n} of {slices} partitions"),
                }
            })
            .collect();
        if self.carried_over > 0 {
            lines.push(format!(
                "dead_letters: {} rows older than what the log keeps were carried over",
                self.carried_over
            ));
        }
        lines
    }

    /// Every difference, a line each.
    pub(super) fn differences(&self) -> String {
        let mut text = String::new();
        for line in self
            .differences
            .iter()
            .map(ToString::to_string)
            .chain(self.strangers.iter().cloned())
        {
            // Writing to a text cannot fail.
            let _written = writeln!(text, "  {line}");
        }
        text.trim_end().to_owned()
    }
}

/// Compares what both are known to hold wholly.
pub(super) async fn compare(
    place: &Place,
    working: &Working,
    course: Course,
) -> Result<Proof, Failure> {
    let store = |error: StoreError| Failure::dependency(chain(&error));
    let mut proof = Proof::default();
    let mut topics = Vec::new();
    for (topic, tables) in recorded_topics() {
        let name = place.log.topic(topic);
        for (former, rebuilt) in course.pairs().filter(|(one, _)| one.topic == name) {
            topics.push(rebuilt.topic_id);
            let before = match (known(former), &former.committed) {
                (Some(next), _) => next.min(rebuilt.next()),
                // What was recorded is about a topic that is no more: told as rows of strangers.
                (None, Some(_)) => 0,
                // Nobody knows how far it is recorded: all of it must be the same.
                (None, None) => rebuilt.end,
            };
            for &table in tables {
                let slice = Slice {
                    table,
                    topic: name.clone(),
                    topic_id: rebuilt.topic_id,
                    partition: rebuilt.partition,
                    before,
                };
                if topic == Topic::DeadLetters {
                    proof.carried_over += carry_over(working, &slice, rebuilt.oldest)
                        .await
                        .map_err(store)?;
                }
                *proof.compared.entry(table.name()).or_default() += 1;
                let difference = lasting_difference(working, &slice).await.map_err(store)?;
                proof.differences.extend(difference);
            }
        }
    }
    proof.strangers = strangers(working, &topics).await.map_err(store)?;
    Ok(proof)
}

/// The log keeps dead letters for some weeks, the table keeps them: older rows have no other source.
async fn carry_over(working: &Working, slice: &Slice, oldest: i64) -> Result<u64, StoreError> {
    let forgotten = Slice {
        before: oldest,
        ..slice.clone()
    };
    if oldest == 0 {
        return Ok(0);
    }
    working.twins.carry_over(&forgotten).await
}

async fn lasting_difference(
    working: &Working,
    slice: &Slice,
) -> Result<Option<Difference>, StoreError> {
    let mut looks = 1;
    loop {
        let found = working.twins.compare(slice).await?;
        if found.is_none() || looks >= LOOKS {
            return Ok(found);
        }
        looks += 1;
        tokio::time::sleep(LOOK_AGAIN_AFTER).await;
    }
}

/// Rows of topics that are no more: the log cannot give them again.
async fn strangers(working: &Working, topics: &[TopicId]) -> Result<Vec<String>, StoreError> {
    let mut lines = Vec::new();
    let mut tables: Vec<Table> = recorded_topics()
        .flat_map(|(_, tables)| tables.iter().copied())
        .collect();
    tables.dedup();
    for table in tables {
        let rows = working.twins.strangers(table, topics).await?;
        if rows > 0 {
            lines.push(format!(
                "{}: {rows} rows in {} come from topics that were re-created; the log does not hold them any more",
                table.name(),
                working.former
            ));
        }
    }
    Ok(lines)
}
