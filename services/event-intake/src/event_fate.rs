//! `GET /v1/events/<source>/<id>`: what admission decided about an event.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use event_schemas::city::{LogPosition, Millis};
use event_store::{DeadLetterFilter, PageRequest, Reader};
use serde_json::{Value, json};

use crate::Intake;
use crate::forms::filler;
use crate::kafka_form::percent_decoded;
use crate::open311::CityRequests;
use crate::problem::Problem;

/// Dead letters of the department that are searched for the event, newest first.
const SEARCHED: u32 = 1_000;

/// A refusal of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterFate {
    /// The reason's code.
    pub code: String,
    /// What was wrong.
    pub message: String,
    /// JSON pointer into the event.
    pub path: Option<String>,
    /// When the inbox took it.
    pub received_at: Millis,
    /// Where the dead letter stands.
    pub position: LogPosition,
}

/// What is known of a source and id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fate {
    /// Where the admitted event stands and when the log took it, if one was admitted. Repeats of it
    /// change nothing.
    pub admitted: Option<(LogPosition, Millis)>,
    /// What was refused under this source and id.
    pub dead_letters: Vec<DeadLetterFate>,
}

/// A refusal, and of what, as far as that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnLetter {
    /// CloudEvents `source`.
    pub source: Option<String>,
    /// CloudEvents `id`.
    pub id: Option<String>,
    /// CloudEvents `type`.
    pub event_type: Option<String>,
    /// Why it was refused.
    pub letter: DeadLetterFate,
}

/// Nobody can tell now.
#[derive(Debug, thiserror::Error)]
#[error("the fate of events cannot be told now: {0}")]
pub struct FatesUnavailable(pub String);

/// The answer, in the future.
pub type FateAnswer<'f> = Pin<Box<dyn Future<Output = Result<Fate, FatesUnavailable>> + Send + 'f>>;

/// A department's refusals, in the future.
pub type LettersAnswer<'f> =
    Pin<Box<dyn Future<Output = Result<Vec<OwnLetter>, FatesUnavailable>> + Send + 'f>>;

/// Knows what became of a department's events.
pub trait EventFates: CityRequests {
    /// What became of an event of this department; events of others are unknown to it.
    fn fate<'f>(&'f self, department: &'f str, source: &'f str, id: &'f str) -> FateAnswer<'f>;

    /// What was refused of this department's, newest first, at most so many.
    fn letters<'f>(&'f self, department: &'f str, limit: u32) -> LettersAnswer<'f>;
}

/// Looks in ClickHouse.
pub struct StoredFates {
    reader: Reader,
}

impl StoredFates {
    /// Asks `reader`.
    pub const fn new(reader: Reader) -> Self {
        Self { reader }
    }

    pub(crate) const fn reader(&self) -> &Reader {
        &self.reader
    }

    async fn look_up(
        &self,
        department: &str,
        source: &str,
        id: &str,
    ) -> Result<Fate, event_store::StoreError> {
        let stored = self.reader.event_by_key(source, id).await?;
        let admitted = stored
            .filter(|stored| stored.event.admission.department == department)
            .map(|stored| (stored.event.position, stored.ingest_time));
        let letters = self.refused(department, SEARCHED).await?;
        let ours = letters
            .into_iter()
            .filter(|own| own.source.as_deref() == Some(source) && own.id.as_deref() == Some(id));
        Ok(Fate {
            admitted,
            dead_letters: ours.map(|own| own.letter).collect(),
        })
    }

    async fn refused(
        &self,
        department: &str,
        limit: u32,
    ) -> Result<Vec<OwnLetter>, event_store::StoreError> {
        let filter = DeadLetterFilter {
            departments: vec![department.to_owned()],
            ..DeadLetterFilter::default()
        };
        let page = PageRequest::first(limit);
        let letters = self.reader.dead_letters(&filter, &page).await?;
        let told = letters.rows.into_iter().map(|letter| OwnLetter {
            source: letter.source,
            id: letter.id,
            event_type: letter.event_type,
            letter: DeadLetterFate {
                code: letter.reason,
                message: letter.message,
                path: letter.path,
                received_at: letter.received_at,
                position: letter.position,
            },
        });
        Ok(told.collect())
    }
}

impl EventFates for StoredFates {
    fn fate<'f>(&'f self, department: &'f str, source: &'f str, id: &'f str) -> FateAnswer<'f> {
        Box::pin(async move {
            let found = self.look_up(department, source, id).await;
            found.map_err(|error| FatesUnavailable(error.to_string()))
        })
    }

    fn letters<'f>(&'f self, department: &'f str, limit: u32) -> LettersAnswer<'f> {
        Box::pin(async move {
            let found = self.refused(department, limit).await;
            found.map_err(|error| FatesUnavailable(error.to_string()))
        })
    }
}

/// Answers what became of an event.
pub(crate) async fn tell(
    State(intake): State<Arc<Intake>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    match told(&intake, uri.path(), &headers).await {
        Ok(known) => Json(known).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn told(intake: &Intake, path: &str, headers: &HeaderMap) -> Result<Value, Problem> {
    let department = filler(intake, headers)?.publisher.department;
    let Some((source, id)) = source_and_id(path) else {
        let detail = "expected /v1/events/<source>/<id>, both percent-encoded";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", detail));
    };
    let fate = intake.ports.fates.fate(&department, &source, &id).await;
    let fate = fate.map_err(|error| {
        let code = StatusCode::SERVICE_UNAVAILABLE;
        Problem::new(code, "unavailable", error.to_string())
    })?;
    let dead_letters: Vec<Value> = fate.dead_letters.iter().map(letter).collect();
    let state = match (&fate.admitted, dead_letters.is_empty()) {
        (Some(_), _) => "admitted",
        (None, false) => "deadLetter",
        (None, true) => {
            let detail = "nothing is known of this event (yet): ask again in a second";
            let problem = Problem::new(StatusCode::NOT_FOUND, "unknown-event", detail);
            return Err(problem.with(json!({"source": source, "id": id, "state": "unknown"})));
        }
    };
    let mut known = json!({
        "source": source, "id": id, "state": state, "deadLetters": dead_letters,
    });
    if let Some((position, ingest_time)) = fate.admitted {
        known["position"] = json!(position.to_string());
        known["ingestTime"] = json!(ingest_time.rfc3339());
    }
    Ok(known)
}

pub(crate) fn letter(letter: &DeadLetterFate) -> Value {
    json!({
        "code": letter.code,
        "message": letter.message,
        "path": letter.path,
        "receivedAt": letter.received_at.rfc3339(),
        "position": letter.position.to_string(),
    })
}

/// The last segment is the id; everything before is the source, whether its slashes are escaped or
/// not.
fn source_and_id(path: &str) -> Option<(String, String)> {
    let (source, id) = path.strip_prefix("/v1/events/")?.rsplit_once('/')?;
    let decoded = |text: &str| String::from_utf8(percent_decoded(text.as_bytes())).ok();
    let (source, id) = (decoded(source)?, decoded(id)?);
    (!source.is_empty() && !id.is_empty()).then_some((source, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_may_hold_slashes_escaped_or_not() {
        let expected = Some((String::from("/fire/dispatch"), String::from("F1:火")));
        assert_eq!(
            source_and_id("/v1/events/%2Ffire%2Fdispatch/F1:%E7%81%AB"),
            expected
        );
        assert_eq!(
            source_and_id("/v1/events//fire/dispatch/F1:%E7%81%AB"),
            expected
        );
        assert_eq!(source_and_id("/v1/events/only"), None);
        assert_eq!(source_and_id("/v1/events/a/"), None);
    }
}
