//! An engine's state as bytes: after a crash the fold goes on from here instead of the beginning.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_schemas::city::RuleSetMark;
use serde::{Deserialize, Serialize};

use super::places::Places;
use super::progress::{Progress, Timeline};
use super::rule_state::RuleTimeline;
use super::watching::Absences;
use super::{Engine, Mode, State};
use crate::rule::RuleSet;

/// Written first; another format is not read, the partition is folded anew.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Snapshot<M, P, R, A> {
    format: u32,
    next: i64,
    /// The rule set as JSON: it knows how to write itself in that alone.
    mark: M,
    progress: P,
    rules: R,
    /// Not in snapshots of before there were absence rules.
    #[serde(default)]
    absences: A,
}

type Rules = BTreeMap<String, BTreeMap<Timeline, RuleTimeline>>;
type Read = Snapshot<Option<String>, Progress, Rules, Absences>;

/// A snapshot cannot be used; fold the partition from its beginning instead.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The state could not be written down.
    #[error("the engine's state cannot be written: {0}")]
    Unwritable(String),
    /// The bytes are not a snapshot of this format.
    #[error("not an engine snapshot of format {FORMAT}: {0}")]
    Unreadable(String),
}

impl Engine {
    /// The whole state as bytes.
    pub fn snapshot(&self) -> Result<Vec<u8>, SnapshotError> {
        let unwritable =
            |error: &dyn std::fmt::Display| SnapshotError::Unwritable(error.to_string());
        let mark = self
            .state
            .mark
            .as_ref()
            .map(serde_json::to_string)
            .transpose();
        let snapshot = Snapshot {
            format: FORMAT,
            next: self.state.next,
            mark: mark.map_err(|error| unwritable(&error))?,
            progress: &self.state.progress,
            rules: &self.state.rules,
            absences: &self.state.absences,
        };
        let mut bytes = Vec::new();
        ciborium::into_writer(&snapshot, &mut bytes).map_err(|error| unwritable(&error))?;
        Ok(bytes)
    }

    /// The engine that wrote the bytes, with fresh statistics.
    pub fn restore(
        mode: Mode,
        places: Arc<dyn Places>,
        bytes: &[u8],
    ) -> Result<Self, SnapshotError> {
        let unreadable =
            |error: &dyn std::fmt::Display| SnapshotError::Unreadable(error.to_string());
        let snapshot: Read = ciborium::from_reader(bytes).map_err(|error| unreadable(&error))?;
        if snapshot.format != FORMAT {
            return Err(unreadable(&format!("found format {}", snapshot.format)));
        }
        let mark: Option<RuleSetMark> = snapshot
            .mark
            .map(|json| serde_json::from_str(&json))
            .transpose()
            .map_err(|error| unreadable(&error))?;
        let mut engine = Self::new(mode, places);
        if let Some(mark) = &mark {
            (engine.rules, engine.refused) = RuleSet::compile(&mark.rules);
        }
        engine.state = State {
            mark,
            progress: snapshot.progress,
            rules: snapshot.rules,
            absences: snapshot.absences,
            next: snapshot.next,
        };
        Ok(engine)
    }
}
