//! `POST /v1/events`.

use std::num::NonZeroU64;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::admission::{Inbound, Refused, check};
use event_log::PublishError;
use event_schemas::city::{LogPosition, TopicId};
use serde::Serialize;
use serde_json::json;
use service_kit::kill_point::{Point, reach};

use crate::access::Publisher;
use crate::idempotency::Begun;
use crate::kafka_form::KafkaForm;
use crate::problem::Problem;
use crate::rate::Spent;
use crate::{Config, Intake, access, coding, idempotency, measure, request};

/// One event that was not accepted.
#[derive(Debug, Serialize)]
pub(crate) struct Rejected {
    pub(crate) index: usize,
    pub(crate) id: Option<String>,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) path: Option<String>,
}

/// What became of some events: those that are not rejected are in the log.
pub(crate) struct Taken {
    pub(crate) accepted: usize,
    pub(crate) rejected: Vec<Rejected>,
}

/// An answer that can be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) kind: HeaderValue,
    pub(crate) body: Bytes,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        response.headers_mut().insert(CONTENT_TYPE, self.kind);
        response
    }
}

/// Says of an answer that it was given before.
const REPLAYED: &str = "idempotency-replayed";

/// Answers a publication.
pub(crate) async fn publish(State(intake): State<Arc<Intake>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answer = accept(&intake, &parts.headers, body).await;
    let response = answer.unwrap_or_else(Problem::into_response);
    measure::answered(response.status().as_u16());
    response
}

async fn accept(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let publisher = access::publisher(&*intake.ports.identity, headers)?;
    let mode = request::mode(headers)?;
    let coding = coding::of(headers)?;
    let key = idempotency::key(headers)?;
    let Ok(_seat) = intake.seats.try_acquire() else {
        let detail = "too many requests are being served; send the same again in a moment";
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            detail,
        ));
    };
    let body = request::body(intake, body).await?;
    let body = coding::unpacked(body, coding, intake.config.body_bytes).await?;
    let Some(key) = key else {
        let served = serve(
            intake,
            &publisher,
            request::events(mode, headers, &body, &intake.config)?,
        );
        return served.await.map(Answer::into_response);
    };
    let print = idempotency::fingerprint(headers, &body);
    let now = intake.ports.clock.now();
    match intake.answers.begin(&publisher.key, &key, print, now)? {
        Begun::Again(answer) => {
            let mut response = answer.into_response();
            let replayed = HeaderValue::from_static("true");
            response.headers_mut().insert(REPLAYED, replayed);
            Ok(response)
        }
        Begun::First(place) => {
            let events = request::events(mode, headers, &body, &intake.config)?;
            let answer = serve(intake, &publisher, events).await?;
            place.keep(answer.clone(), intake.ports.clock.now());
            Ok(answer.into_response())
        }
    }
}

async fn serve(
    intake: &Intake,
    publisher: &Publisher,
    events: Vec<KafkaForm>,
) -> Result<Answer, Problem> {
    let single = events.len() == 1;
    let taken = take_in(intake, publisher, events).await?;
    match &taken.rejected[..] {
        [only] if single && only.code == "malformed" => {
            let detail = only.message.clone();
            Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", detail))
        }
        _ => Ok(answer(&taken)),
    }
}

/// What every way in does with its events: allowance, admission's check, and the log.
pub(crate) async fn take_in(
    intake: &Intake,
    publisher: &Publisher,
    events: Vec<KafkaForm>,
) -> Result<Taken, Problem> {
    let now = intake.ports.clock.now();
    let spent = intake.rates.take(&publisher.key, events.len(), now);
    spent.map_err(|spent| come_again(spent, &intake.config))?;
    let rejected = reject(intake, &publisher.department, &events);
    let accepted = write(intake, &publisher.department, events, &rejected).await?;
    Ok(Taken { accepted, rejected })
}

fn come_again(spent: Spent, config: &Config) -> Problem {
    let told = |kind, detail: String, seconds| {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, kind, detail).retry_after(seconds)
    };
    match spent {
        Spent::Rate { seconds } => {
            let rate = config.events_per_second;
            let detail =
                format!("this key may send {rate} events per second; send the same again later");
            told("rate", detail, seconds)
        }
        Spent::Quota { seconds } => {
            let quota = config.events_per_day.map_or(0, NonZeroU64::get);
            let detail = format!(
                "this key has sent its {quota} events of today (UTC); send the same again tomorrow, or ask \
                 the hub's administrators"
            );
            told("quota", detail, seconds)
        }
    }
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

fn answer(taken: &Taken) -> Answer {
    let Taken { accepted, rejected } = taken;
    let told = json!({ "accepted": accepted, "rejected": rejected });
    if *accepted == 0 && !rejected.is_empty() {
        let detail = "no event was accepted; each is told in 'rejected'";
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return Problem::new(code, "rejected", detail)
            .with(told)
            .into_answer();
    }
    Answer {
        status: StatusCode::OK,
        kind: HeaderValue::from_static("application/json"),
        body: told.to_string().into(),
    }
}
