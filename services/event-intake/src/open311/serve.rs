//! The requests: what is asked, and each answer in its format.

use std::sync::Arc;

use axum::extract::{OriginalUri, Path, Request, State};
use axum::http::header::{HOST, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use event_schemas::EventType;
use event_schemas::city::Millis;
use serde_json::{Value, json};
use service_kit::identity::bearer;

use super::format::{self, Fault, Format, Names, answer as told_as};
use super::requests::Asked;
use super::{report, services, state};
use crate::access::{Publisher, publisher_of};
use crate::forms::{Filled, Lang, is_form};
use crate::kafka_form::KafkaForm;
use crate::publish::take_in;
use crate::{Intake, measure, request};

const REQUESTS: Names = Names("service_requests", "request");
/// The standard's longest time that one question spans, and the time where none is given.
const SPAN_MS: i64 = 90 * 86_400_000;

/// Everything that is asked by GET.
pub(super) async fn answer(
    State(intake): State<Arc<Intake>>,
    Path(resource): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let (resource, format) = format::of(&resource, &headers);
    let lang = Lang::of(uri.query(), &headers);
    let asked = Filled::read(uri.query().unwrap_or_default().as_bytes());
    let told = get(&intake, &headers, resource, (&asked, lang)).await;
    match told {
        Ok((names, told)) => told_as(StatusCode::OK, format, names, &told),
        Err(fault) => fault.into_response(format),
    }
}

async fn get(
    intake: &Intake,
    headers: &HeaderMap,
    resource: &str,
    (asked, lang): (&Filled, Lang),
) -> Result<(Names, Value), Fault> {
    let catalog = &intake.ports.catalog;
    let parts: Vec<&str> = resource.split('/').collect();
    if parts == ["discovery"] {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let proxied = header(HeaderName::from_static("x-forwarded-proto"));
        let scheme = proxied
            .filter(|scheme| *scheme == "https")
            .unwrap_or("http");
        let base = format!("{scheme}://{}", header(HOST).unwrap_or_default());
        let told = services::discovery(catalog, &base);
        return Ok((Names("discovery", ""), told));
    }
    let contract = contract(intake)?;
    match parts[..] {
        ["services"] => {
            let told = services::list(contract, lang);
            Ok((Names("services", "service"), told))
        }
        ["services", code] => {
            let told = services::definition(contract, code, lang);
            let told = told.ok_or_else(|| not_found(&format!("service_code '{code}'")))?;
            Ok((Names("service_definition", ""), told))
        }
        ["requests"] => Ok((REQUESTS, list(intake, contract, asked, lang).await?)),
        ["requests", id] => {
            let told = known(intake, contract, &Asked::Ids(vec![id.to_owned()]), lang).await?;
            if told.is_empty() {
                let what = format!("service_request_id '{id}' (a new one takes some seconds)");
                return Err(not_found(&what));
            }
            Ok((REQUESTS, Value::Array(told)))
        }
        // A request has its id at once: the token is the id.
        ["tokens", token] => {
            let told = known(intake, contract, &Asked::Ids(vec![token.to_owned()]), lang).await?;
            if told.is_empty() {
                return Err(not_found(&format!("token '{token}'")));
            }
            Ok((
                REQUESTS,
                json!([{ "service_request_id": token, "token": token }]),
            ))
        }
        _ => Err(not_found(&format!("'{resource}'"))),
    }
}

fn contract(intake: &Intake) -> Result<&EventType, Fault> {
    let contract = services::contract(&intake.ports.catalog);
    contract.ok_or_else(|| not_found("a contract of requests in this city's catalog"))
}

fn not_found(what: &str) -> Fault {
    Fault::new(StatusCode::NOT_FOUND, format!("{what} was not found"))
}

/// `GET requests`: by ids, or by time, service and status.
async fn list(
    intake: &Intake,
    contract: &EventType,
    asked: &Filled,
    lang: Lang,
) -> Result<Value, Fault> {
    let words = |name: &str| -> Vec<String> {
        let words = asked.text(name).split(',').map(str::trim);
        words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let ids = words("service_request_id");
    if !ids.is_empty() {
        let told = known(intake, contract, &Asked::Ids(ids), lang).await?;
        return Ok(Value::Array(told));
    }
    let now = intake.ports.clock.now();
    let to = moment(asked, "end_date")?;
    let from = moment(asked, "start_date")?;
    let to = to
        .or(from.map(|from| from.plus(SPAN_MS)))
        .unwrap_or(now.plus(1));
    let from = from.unwrap_or(to.plus(-SPAN_MS));
    if to.since(from) > SPAN_MS {
        let told = "start_date and end_date: expected at most 90 days from one to the other";
        return Err(Fault::new(StatusCode::BAD_REQUEST, told));
    }
    let (codes, states) = (words("service_code"), words("status"));
    let wanted = |names: &[String], value: &Value| {
        names.is_empty()
            || names
                .iter()
                .any(|name| Some(name.as_str()) == value.as_str())
    };
    let told = known(intake, contract, &Asked::Between(from, to), lang).await?;
    let told = told
        .into_iter()
        .filter(|one| wanted(&codes, &one["service_code"]) && wanted(&states, &one["status"]));
    Ok(told.collect())
}

fn moment(asked: &Filled, name: &str) -> Result<Option<Millis>, Fault> {
    let text = asked.text(name);
    if text.is_empty() {
        return Ok(None);
    }
    Millis::parse(text).map(Some).ok_or_else(|| {
        let told = format!("{name}: expected a time such as 2026-07-01T00:00:00Z, found '{text}'");
        Fault::new(StatusCode::BAD_REQUEST, told)
    })
}

async fn known(
    intake: &Intake,
    contract: &EventType,
    asked: &Asked,
    lang: Lang,
) -> Result<Vec<Value>, Fault> {
    let found = intake.ports.fates.requests(asked).await;
    let found =
        found.map_err(|error| Fault::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
    let catalog = &intake.ports.catalog;
    let told = found
        .iter()
        .map(|known| state::told(catalog, contract, known, lang));
    Ok(told.collect())
}

/// `POST requests`.
pub(super) async fn take(
    State(intake): State<Arc<Intake>>,
    Path(resource): Path<String>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let (resource, format) = format::of(&resource, &head.headers);
    let query = head.uri.query().unwrap_or_default().to_owned();
    let taken = async {
        if resource != "requests" {
            let told = format!("nothing is posted to '{resource}'; reports go to requests");
            return Err(Fault::new(StatusCode::NOT_FOUND, told).into_response(format));
        }
        if !is_form(&head.headers) {
            let told = "expected application/x-www-form-urlencoded; media goes by media_url";
            let code = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Fault::new(code, told).into_response(format));
        }
        let Ok(_seat) = intake.seats.try_acquire() else {
            let told = "too many requests are being served; send the same again in a moment";
            let fault = Fault::new(StatusCode::SERVICE_UNAVAILABLE, told);
            return Err(fault.into_response(format));
        };
        let body = request::body(&intake, body).await;
        let body = body.map_err(|problem| as_fault(problem, format))?;
        let given = Filled::read(&body);
        report(&intake, &head.headers, (&given, &query), format).await
    };
    let response = taken.await.unwrap_or_else(|answer| answer);
    measure::answered(response.status().as_u16());
    response
}

async fn report(
    intake: &Intake,
    headers: &HeaderMap,
    (given, query): (&Filled, &str),
    format: Format,
) -> Result<Response, Response> {
    let fault = |fault: Fault| fault.into_response(format);
    let contract = contract(intake).map_err(fault)?;
    let publisher = api_key(intake, headers, (given, query), contract).map_err(fault)?;
    let now = intake.ports.clock.now();
    let (id, event) = report::event(contract, given, now).map_err(fault)?;
    let event = KafkaForm::structured(event.to_string().into_bytes());
    let taken = take_in(intake, &publisher, vec![event]).await;
    let taken = taken.map_err(|problem| as_fault(problem, format))?;
    if let Some(refused) = taken.rejected.into_iter().next() {
        return Err(fault(Fault::new(StatusCode::BAD_REQUEST, refused.message)));
    }
    let told = json!([{
        "service_request_id": id,
        "service_notice": "",
        "account_id": given.text("account_id"),
    }]);
    Ok(told_as(StatusCode::OK, format, REQUESTS, &told))
}

/// The key of a report: as the standard has it, or in the header, where nobody writes it down.
fn api_key(
    intake: &Intake,
    headers: &HeaderMap,
    (given, query): (&Filled, &str),
    contract: &EventType,
) -> Result<Publisher, Fault> {
    let in_query = Filled::read(query.as_bytes());
    let places = [
        bearer(headers).unwrap_or_default(),
        given.text("api_key"),
        in_query.text("api_key"),
    ];
    let key = places.into_iter().find(|key| !key.is_empty());
    let Some(key) = key else {
        let told = "api_key was not provided; reporting needs a key of the hotline";
        return Err(Fault::new(StatusCode::UNAUTHORIZED, told));
    };
    let holder = intake.ports.identity.authenticate(key);
    let publisher = holder.and_then(publisher_of);
    publisher
        .filter(|publisher| publisher.department == contract.department)
        .ok_or_else(|| {
            let told = "api_key is not a key of the hotline that is in force";
            Fault::new(StatusCode::FORBIDDEN, told)
        })
}

/// What intake says to everybody, as the standard says it.
fn as_fault(problem: crate::problem::Problem, format: Format) -> Response {
    let description = problem.detail().to_owned();
    let answer = problem.into_response();
    let wait: Option<HeaderValue> = answer.headers().get(RETRY_AFTER).cloned();
    let mut response = Fault::new(answer.status(), description).into_response(format);
    if let Some(wait) = wait {
        response.headers_mut().insert(RETRY_AFTER, wait);
    }
    response
}
