//! `POST /v1/events`.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::admission::{Inbound, Refused, check};
use event_log::PublishError;
use event_schemas::city::{LogPosition, TopicId};
use serde::Serialize;
use serde_json::json;
use service_kit::kill_point::{Point, reach};

use crate::kafka_form::KafkaForm;
use crate::problem::Problem;
use crate::{Intake, access, measure, request};

/// One event that was not accepted.
#[derive(Debug, Serialize)]
struct Rejected {
    index: usize,
    id: Option<String>,
    code: &'static str,
    message: String,
    path: Option<String>,
}

/// Answers a publication.
pub(crate) async fn publish(State(intake): State<Arc<Intake>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answer = accept(&intake, &parts.headers, body).await;
    match answer {
        Ok(response) => {
            measure::answered(response.status().as_u16());
            response
        }
        Err(problem) => {
            measure::answered(problem.status());
            problem.into_response()
        }
    }
}

async fn accept(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let department = access::department(&*intake.ports.identity, headers)?;
    let mode = request::mode(headers)?;
    let Ok(_seat) = intake.seats.try_acquire() else {
        let detail = "too many requests are being served; send the same again in a moment";
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            detail,
        ));
    };
    let body = request::body(intake, body).await?;
    let events = request::events(mode, headers, &body, &intake.config)?;
    let now = intake.ports.clock.now();
    if !intake.rates.allow(&department, events.len(), now) {
        let detail = format!(
            "{department} may send {} events per second; send the same again in a moment",
            intake.config.events_per_second
        );
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate", detail));
    }
    let single_unreadable = |rejected: &[Rejected]| {
        events.len() == 1 && rejected.first().is_some_and(|one| one.code == "malformed")
    };
    let rejected = reject(intake, &department, &events);
    if single_unreadable(&rejected) {
        let detail = rejected.into_iter().next().map(|one| one.message);
        let detail = detail.unwrap_or_default();
        return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", detail));
    }
    let accepted = write(intake, &department, events, &rejected).await?;
    Ok(answer(accepted, &rejected))
}

/// Checks every event as admission will; repeats are left to admission.
fn reject(intake: &Intake, department: &str, events: &[KafkaForm]) -> Vec<Rejected> {
    let ports = &intake.ports;
    let inbox = ports.log.topics.inbox(department);
    let now = ports.clock.now();
    let mut rejected = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let headers = event.headers.iter();
        let inbound = Inbound {
            department,
            topic: &inbox,
            position: LogPosition {
                topic_id: TopicId::nil(),
                partition: 0,
                offset: 0,
            },
            append_time: now,
            headers: headers.map(|(name, value)| (&**name, &value[..])).collect(),
            value: &event.value,
        };
        if let Err(refused) = check(&ports.catalog, &inbound, &intake.config.limits) {
            let Refused { fault, id, .. } = *refused;
            measure::rejected(department, fault.reason);
            rejected.push(Rejected {
                index,
                id,
                code: fault.reason.code(),
                message: fault.message,
                path: fault.path,
            });
        }
    }
    rejected
}

/// Writes what was not rejected, in order, and waits for all of it.
async fn write(
    intake: &Intake,
    department: &str,
    events: Vec<KafkaForm>,
    rejected: &[Rejected],
) -> Result<usize, Problem> {
    let inbox = intake.ports.log.topics.inbox(department);
    let refused: std::collections::HashSet<usize> = rejected.iter().map(|one| one.index).collect();
    let begun = std::time::Instant::now();
    let mut deliveries = Vec::with_capacity(events.len());
    for (index, event) in events.into_iter().enumerate() {
        if !refused.contains(&index) {
            let record = event.into_record(&inbox);
            let delivery = intake.producer.send(&record);
            deliveries.push(delivery.map_err(|error| unavailable(&error))?);
        }
    }
    let accepted = deliveries.len();
    for delivery in deliveries {
        let rest = intake
            .config
            .acknowledge_within
            .saturating_sub(begun.elapsed());
        delivery
            .wait(rest)
            .await
            .map_err(|error| unavailable(&error))?;
    }
    reach(Point::BeforeHttpAnswer);
    if accepted > 0 {
        measure::published(department, accepted, begun.elapsed());
    }
    Ok(accepted)
}

/// Part of the batch may be in the log: the whole is sent again with the same ids, and what is there
/// already is dropped as a repeat.
fn unavailable(error: &PublishError) -> Problem {
    tracing::warn!(%error, "events cannot be written");
    let detail =
        format!("{error}. Send the whole again with the same ids: nothing is counted twice");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
}

fn answer(accepted: usize, rejected: &[Rejected]) -> Response {
    let told = json!({ "accepted": accepted, "rejected": rejected });
    if accepted == 0 && !rejected.is_empty() {
        let detail = "no event was accepted; each is told in 'rejected'";
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return Problem::new(code, "rejected", detail)
            .with(told)
            .into_response();
    }
    Json(told).into_response()
}
