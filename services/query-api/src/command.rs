//! A command on its way through the log: decided, appended, read back; the first in the log wins.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::access::Principal;
use domain::case::{
    Actor, CaseBook, Command, Decision, FirstOutcome, Issuer, Refusal, RefusalCode, Verdict, decide,
};
use event_log::{AppendError, OutRecord};
use event_schemas::Text;
use serde_json::Value;
use tokio::time::Instant;

use crate::hub::{Hub, Moment};

/// How long a command waits for its outcome.
const OUTCOME_WAIT: Duration = Duration::from_secs(10);
/// How long a command waits until we have read what its giver has seen.
const CATCH_UP_WAIT: Duration = Duration::from_secs(2);
/// A command is decided again when a unit or group moved on beneath it, at most this often.
const ATTEMPTS: u32 = 4;

/// A command as a caller gives it.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) name: String,
    pub(crate) case_id: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) expected_version: Option<u64>,
    pub(crate) key: String,
    pub(crate) fields: BTreeMap<String, Value>,
}

/// What became of a command.
pub(crate) enum Outcome {
    /// It counts; the moment includes it.
    Accepted { case: String, moment: Arc<Moment> },
    /// It may not be given, or not now, or something is missing.
    Refused { code: RefusalCode, message: Text },
    /// Somebody was first.
    Conflict {
        case: String,
        winner: Actor,
        message: Text,
        moment: Arc<Moment>,
    },
    /// Nobody knows yet: ask again with the same key.
    Undecided,
    /// A fault of ours, traced.
    Faulty,
}

impl Outcome {
    /// For metrics.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::Conflict { .. } => "conflict",
            Self::Undecided => "undecided",
            Self::Faulty => "faulty",
        }
    }
}

/// Gives a command for a principal.
pub(crate) async fn give(hub: &Hub, principal: &Principal, given: Given) -> Outcome {
    let name = given.name.clone();
    let command = Command {
        name: given.name,
        case_id: given.case_id,
        kind: given.kind,
        expected_version: given.expected_version,
        key: given.key,
        issuer: Issuer::Principal(principal.clone()),
        fields: given.fields,
        routing: None,
    };
    let outcome = settle(hub, &command).await;
    let known = hub
        .workflows
        .kinds()
        .any(|kind| kind.commands.iter().any(|one| one.name == name));
    let label = if known { name } else { String::from("unknown") };
    metrics::counter!("city_brain_query_api_commands_total", "command" => label, "result" => outcome.name())
        .increment(1);
    outcome
}

async fn settle(hub: &Hub, command: &Command) -> Outcome {
    for _ in 0..ATTEMPTS {
        let moment = as_far_as_the_giver(hub, command).await;
        let decision = match decide(moment.book(), &hub.workflows, command, hub.clock.now()) {
            Ok(decision) => decision,
            Err(refusal) => return refused(refusal, command, moment),
        };
        let record = match record(&decision) {
            Ok(record) => record,
            Err(error) => {
                tracing::error!(%error, command = command.name, "a decision cannot be written");
                return Outcome::Faulty;
            }
        };
        match hub.cases.append(record, OUTCOME_WAIT).await {
            Ok((_, verdict)) => {
                if let Some(outcome) = judged(hub, command, &decision, verdict) {
                    return outcome;
                }
            }
            Err(AppendError::NotWritten(error)) => {
                tracing::warn!(%error, command = command.name, "a decision was not written");
                return Outcome::Undecided;
            }
            Err(AppendError::Undecided { .. } | AppendError::Closed) => return Outcome::Undecided,
        }
    }
    // Units kept moving beneath it: as if it had not been answered, with nothing written.
    Outcome::Undecided
}

/// A moment that includes what the giver has seen. Another replica may have answered the giver a
/// moment ago: a version ahead of ours, or a case that we do not know, means that we are behind,
/// not that the giver is wrong; so we read on a little before we judge.
async fn as_far_as_the_giver(hub: &Hub, command: &Command) -> Arc<Moment> {
    let deadline = Instant::now() + CATCH_UP_WAIT;
    loop {
        let moment = hub.moment();
        let behind = command.case_id.as_ref().is_some_and(|id| {
            let known = moment.book().case(id).map_or(0, |case| case.version);
            known < command.expected_version.unwrap_or(1)
        });
        if !behind {
            return moment;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let next = moment.book().next_offset() + 1;
        if hub.cases.wait_for(next, left).await.is_err() {
            // Not in time, or the log is closed: judged by what we have.
            return hub.moment();
        }
    }
}

/// The outcome by the log's verdict; `None`: decide again.
fn judged(hub: &Hub, command: &Command, decision: &Decision, verdict: Verdict) -> Option<Outcome> {
    let moment = hub.moment();
    match verdict {
        Verdict::Accepted(applied) => {
            let case = applied.cases.first().map(|case| case.id.clone());
            Some(
                match case.or_else(|| decision.case_id().map(str::to_owned)) {
                    Some(case) => Outcome::Accepted { case, moment },
                    None => Outcome::Faulty,
                },
            )
        }
        Verdict::Repeat { first } => Some(repeated(&first, command, moment)),
        Verdict::Stale {
            winner,
            case: Some(case),
            ..
        } if command.case_id.is_some() => {
            let message = overtaken(moment.book(), &case, &winner);
            Some(Outcome::Conflict {
                case,
                winner,
                message,
                moment,
            })
        }
        // A unit was taken meanwhile: deciding again tells the caller so in words.
        Verdict::Stale { .. } => None,
        Verdict::Malformed { reason } => {
            tracing::error!(
                reason,
                command = command.name,
                "the log calls our decision malformed"
            );
            Some(Outcome::Faulty)
        }
    }
}

fn refused(refusal: Refusal, command: &Command, moment: Arc<Moment>) -> Outcome {
    match refusal {
        Refusal::Refused { code, message } => Outcome::Refused { code, message },
        Refusal::Conflict(conflict) => Outcome::Conflict {
            case: conflict.case,
            winner: conflict.winner,
            message: conflict.message,
            moment,
        },
        Refusal::Repeat(first) => repeated(&first, command, moment),
    }
}

/// The key was used: the first outcome stands, if it was this command's.
fn repeated(first: &FirstOutcome, command: &Command, moment: Arc<Moment>) -> Outcome {
    match &first.case {
        Some(case) if command.case_id.as_ref().is_none_or(|own| own == case) => Outcome::Accepted {
            case: case.clone(),
            moment,
        },
        _ => Outcome::Refused {
            code: RefusalCode::KeyWrong,
            message: Text::new(
                "该幂等键已用于另一案件的命令",
                "this idempotency key was already used for another case",
            ),
        },
    }
}

fn overtaken(book: &CaseBook, case: &str, winner: &Actor) -> Text {
    let number = book.case(case).map_or(case, |case| case.number.as_str());
    Text::new(
        format!("{} 先一步更新了案件 {number},请查看后重试", winner.name),
        format!("{} changed case {number} first; look again", winner.name),
    )
}

/// The decision as a record of `city.cases`: a `CloudEvent` in binary mode.
fn record(decision: &Decision) -> Result<OutRecord, serde_json::Error> {
    Ok(OutRecord {
        key: decision.case_id().map(|id| id.as_bytes().to_vec()),
        headers: decision.headers(),
        value: serde_json::to_vec(decision)?,
        ..OutRecord::default()
    })
}
