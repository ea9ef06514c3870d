//! `GET /v1/dead-letters`: what of a department's own was refused, for those who have only its key.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::event_fate::letter;
use crate::problem::Problem;
use crate::{Intake, access};

/// Letters told where nothing is asked for.
const USUAL: u32 = 50;
/// Letters told at most.
const MOST: u32 = 500;

/// Answers with the department's dead letters, newest first; never with their bytes.
pub(crate) async fn tell(
    State(intake): State<Arc<Intake>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    match told(&intake, uri.query(), &headers).await {
        Ok(letters) => Json(letters).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn told(intake: &Intake, query: Option<&str>, headers: &HeaderMap) -> Result<Value, Problem> {
    let department = access::department(&*intake.ports.identity, headers)?;
    let Some(limit) = limit(query) else {
        let detail = format!("expected nothing or ?limit=1 to {MOST}");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", detail));
    };
    let letters = intake.ports.fates.letters(&department, limit).await;
    let letters = letters.map_err(|error| {
        let code = StatusCode::SERVICE_UNAVAILABLE;
        Problem::new(code, "unavailable", error.to_string())
    })?;
    let told: Vec<Value> = letters
        .iter()
        .map(|own| {
            let mut told = letter(&own.letter);
            told["source"] = json!(own.source);
            told["id"] = json!(own.id);
            told["type"] = json!(own.event_type);
            told
        })
        .collect();
    Ok(json!({ "department": department, "deadLetters": told }))
}

/// How many are asked for; `None`: something that is not understood.
fn limit(query: Option<&str>) -> Option<u32> {
    match query {
        None | Some("") => Some(USUAL),
        Some(query) => {
            let limit = query.strip_prefix("limit=")?.parse().ok()?;
            (1..=MOST).contains(&limit).then_some(limit)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_within_bounds_or_nothing() {
        assert_eq!(limit(None), Some(USUAL));
        assert_eq!(limit(Some("limit=500")), Some(500));
        for wrong in ["limit=0", "limit=501", "limit=many", "department=power"] {
            assert_eq!(limit(Some(wrong)), None, "{wrong}");
        }
    }
}
