//! Records by which time and rules move in a partition.

use serde::{Deserialize, Serialize};

use super::{Millis, TopicId};
use crate::rule_file::RuleFile;

/// Written to every partition of `city.events` once a second by each admission process: how far
/// each inbox it owns is admitted. So "nothing came" can be told from "we are behind".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watermark {
    /// Wall time of admission when it wrote this.
    pub at: Millis,
    /// One entry per inbox.
    pub inboxes: Vec<InboxProgress>,
}

/// How far one inbox is admitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboxProgress {
    /// The department whose inbox it is.
    pub department: String,
    /// The inbox topic's id.
    pub topic_id: TopicId,
    /// Next offset not yet admitted.
    pub next: i64,
    /// Every event appended to the inbox before this moment is admitted. When the inbox is drained,
    /// this is the wall time of the drain; otherwise the append time of the last admitted record.
    pub admitted_until: Millis,
    /// Greatest event time admitted so far from this inbox (absent: none yet).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_event_time: Option<Millis>,
}

/// Activates a rule set from this record on, in this partition. A mark whose version is not above
/// the highest seen is ignored. The rules travel in the mark: a partition explains itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleSetMark {
    /// Counts up by one with every activation.
    pub version: u64,
    /// SHA-256 of the rules' canonical JSON, hexadecimal.
    pub hash: String,
    /// The whole rule set.
    pub rules: Vec<RuleFile>,
}
