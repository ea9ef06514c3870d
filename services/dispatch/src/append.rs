//! Appending a decision and reading back what the log made of it.

use std::time::Duration;

use domain::case::{CaseBook, Decision, Verdict};
use event_log::{AppendError, DecidedLog, OutRecord};
use service_kit::kill_point::{Point, during};

use crate::measures;

/// Why a decision has no verdict. It is decided again with the next round: its key makes sure that
/// it counts once.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendFailure {
    /// Kafka did not take it, or did not answer.
    #[error("decisions cannot be appended: {0}")]
    Log(#[from] AppendError),
    /// It cannot be written as JSON.
    #[error("a decision cannot be written: {0}")]
    Form(#[from] serde_json::Error),
}

/// Appends one decision; true when it counts, false when somebody was first.
pub(crate) async fn append(
    cases: &DecidedLog<CaseBook, Verdict>,
    decision: &Decision,
    wait: Duration,
) -> Result<bool, AppendFailure> {
    let record = OutRecord {
        key: decision.case_id().map(|id| id.as_bytes().to_vec()),
        headers: decision.headers(),
        value: serde_json::to_vec(decision)?,
        ..OutRecord::default()
    };
    let answer = during(Point::CaseAppend, cases.append(record, wait)).await;
    let (_, verdict) = match answer {
        Ok(answer) => answer,
        Err(error) => {
            measures::command(&decision.command, "undecided");
            return Err(error.into());
        }
    };
    let result = match &verdict {
        Verdict::Accepted(_) => "accepted",
        Verdict::Stale { winner, .. } => {
            tracing::debug!(
                command = decision.command,
                winner = winner.name,
                "was first"
            );
            "stale"
        }
        Verdict::Repeat { .. } => "repeat",
        Verdict::Malformed { reason } => {
            tracing::error!(
                command = decision.command,
                reason,
                "our own decision is malformed"
            );
            "malformed"
        }
    };
    measures::command(&decision.command, result);
    Ok(verdict.is_accepted())
}
