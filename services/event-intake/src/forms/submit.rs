//! The requests: show the list, show a form, take what was filled in.

use std::sync::Arc;

use axum::extract::{OriginalUri, Path, Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use event_schemas::{EventType, Text};
use serde_json::{Value, json};
use service_kit::random;
use sha2::{Digest as _, Sha256};

use super::field::{Field, Kind, fields};
use super::filled::{Filled, local, moment};
use super::filler::{Filler, filler, is_form, turned_away};
use super::lang::Lang;
use super::{page, rules};
use crate::kafka_form::KafkaForm;
use crate::problem::Problem;
use crate::publish::{Taken, take_in};
use crate::{Intake, measure, request};

/// The list of forms.
pub(crate) async fn index(
    State(intake): State<Arc<Intake>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let lang = Lang::of(uri.query(), &headers);
    let filler = match filler(&intake, &headers) {
        Ok(filler) => filler,
        Err(problem) => return turned_away(problem, &headers, lang, "/v1/forms"),
    };
    let catalog = &intake.ports.catalog;
    let department = &filler.publisher.department;
    let title = catalog
        .department(department)
        .map(|known| known.title.clone());
    let title = title.unwrap_or_else(|| Text::new(department, department));
    let own = catalog
        .event_types()
        .filter(|one| one.department == *department);
    page::index(&title, own, lang)
}

/// An empty form, or the receipt of one.
pub(crate) async fn show(
    State(intake): State<Arc<Intake>>,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let lang = Lang::of(uri.query(), &headers);
    let turned = |problem| turned_away(problem, &headers, lang, uri.path());
    let desk = match Desk::open(&intake, &headers, &name) {
        Ok(desk) => desk,
        Err(problem) => return turned(problem),
    };
    let asked = Filled::read(uri.query().unwrap_or_default().as_bytes());
    let id = asked.text("receipt");
    if !id.is_empty() {
        return desk.receipt(id, lang).await;
    }
    let mut filled = Filled::default();
    let now = local(intake.ports.clock.now(), desk.offset_ms());
    filled.put("nonce", random::token::<12>());
    filled.put("time", now);
    desk.form(StatusCode::OK, &filled, lang)
}

/// What was filled in.
pub(crate) async fn take(
    State(intake): State<Arc<Intake>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let (headers, uri) = (parts.headers, parts.uri);
    let lang = Lang::of(uri.query(), &headers);
    let taken = async {
        let desk = Desk::open(&intake, &headers, &name)?;
        if !is_form(&headers) {
            let detail = "expected application/x-www-form-urlencoded, as browsers send forms; programs \
                          publish at /v1/events";
            let code = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(code, "unsupported-media-type", detail));
        }
        let Ok(_seat) = intake.seats.try_acquire() else {
            let detail = "too many requests are being served; send the same again in a moment";
            return Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                detail,
            ));
        };
        let body = request::body(&intake, body).await?;
        let filled = Filled::read(&body);
        desk.filler.admit(&headers, &filled)?;
        desk.take(filled, lang).await
    };
    let response = taken
        .await
        .unwrap_or_else(|problem| turned_away(problem, &headers, lang, uri.path()));
    measure::answered(response.status().as_u16());
    response
}

/// One form, for one who may fill it in.
struct Desk<'i> {
    intake: &'i Intake,
    filler: Filler,
    event_type: &'i EventType,
    fields: Vec<Field>,
}

impl<'i> Desk<'i> {
    fn open(intake: &'i Intake, headers: &HeaderMap, name: &str) -> Result<Self, Problem> {
        let filler = filler(intake, headers)?;
        let known = intake.ports.catalog.event_type(name);
        // What others may publish is not told apart from what there is not.
        let own = known.filter(|known| known.department == filler.publisher.department);
        let Some(event_type) = own else {
            let detail = format!(
                "{} has no event type '{name}'; /v1/forms lists its forms",
                filler.publisher.department
            );
            return Err(Problem::new(StatusCode::NOT_FOUND, "unknown-form", detail));
        };
        Ok(Self {
            intake,
            filler,
            event_type,
            fields: fields(event_type),
        })
    }

    fn offset_ms(&self) -> i64 {
        self.intake.ports.catalog.calendar().offset_ms()
    }

    fn source(&self) -> String {
        format!("/{}/forms", self.filler.publisher.department)
    }

    fn form(&self, status: StatusCode, filled: &Filled, lang: Lang) -> Response {
        let minutes = self.offset_ms() / 60_000;
        let zone = format!("{:+03}:{:02}", minutes / 60, minutes.abs() % 60);
        let form = page::Form {
            event_type: self.event_type,
            fields: &self.fields,
            places: self.intake.ports.catalog.places(),
            filled,
            zone: &zone,
            token: self.filler.token.as_deref(),
        };
        page::form(status, &form, lang)
    }

    async fn receipt(&self, id: &str, lang: Lang) -> Response {
        let source = self.source();
        let fates = &self.intake.ports.fates;
        let fate = fates
            .fate(&self.filler.publisher.department, &source, id)
            .await;
        let receipt = page::Receipt {
            event_type: self.event_type,
            source: &source,
            id,
            fate: fate.as_ref().ok(),
        };
        page::receipt(&receipt, lang)
    }

    /// Publishes, or shows the form again with what is wrong, all at once.
    async fn take(&self, mut filled: Filled, lang: Lang) -> Result<Response, Problem> {
        let event = self.event(&mut filled);
        self.check(&event["data"], &mut filled);
        if !filled.errors.is_empty() {
            return Ok(self.form(StatusCode::UNPROCESSABLE_ENTITY, &filled, lang));
        }
        let id = event["id"].as_str().unwrap_or_default().to_owned();
        let bytes = KafkaForm::structured(event.to_string().into_bytes());
        match take_in(self.intake, &self.filler.publisher, vec![bytes]).await {
            Ok(Taken { rejected, .. }) if rejected.is_empty() => Ok(self.see_receipt(&id, lang)),
            Ok(Taken { rejected, .. }) => {
                for one in rejected {
                    let name = self.field_at(one.path.as_deref().unwrap_or_default());
                    let words = Text::new(format!("不符合要求：{}", one.message), one.message);
                    filled.fault(&name, words);
                }
                Ok(self.form(StatusCode::UNPROCESSABLE_ENTITY, &filled, lang))
            }
            // What was filled in must not be lost because the hub is busy.
            Err(problem) => {
                let words = Text::new(
                    format!("暂时无法发布，请稍后再点“发布”：{}", problem.detail()),
                    format!(
                        "It cannot be published now, publish again later: {}",
                        problem.detail()
                    ),
                );
                filled.fault("", words);
                let answer = problem.into_response();
                let mut page = self.form(answer.status(), &filled, lang);
                for (name, value) in answer.headers() {
                    page.headers_mut()
                        .entry(name)
                        .or_insert_with(|| value.clone());
                }
                Ok(page)
            }
        }
    }

    /// The event. Its id follows from the form and what is in it: the same form sent twice is a repeat,
    /// and one that was sent again after a correction is another event.
    fn event(&self, filled: &mut Filled) -> Value {
        let data = filled.data(&self.fields, self.offset_ms());
        let mut event = json!({
            "specversion": "1.0", "source": self.source(), "type": self.event_type.name,
            "datacontenttype": "application/json", "filledby": self.filler.name, "data": data,
        });
        let own_time = self.event_type.schema["x-city"]["eventTime"].is_string();
        if !own_time {
            match filled.text("time") {
                "" => filled.fault("time", rules::missing()),
                time => event["time"] = json!(moment(time, self.offset_ms())),
            }
        }
        for (field, attribute) in [("place", "placecode"), ("lon", "lon"), ("lat", "lat")] {
            let value = filled.text(field);
            if !value.is_empty() {
                event[attribute] = json!(value);
            }
        }
        if filled.text("exercise") == "true" {
            event["exercise"] = json!(true);
        }
        if filled.text("nonce").is_empty() {
            filled.put("nonce", random::token::<12>());
        }
        let mut hash = Sha256::new();
        hash.update(filled.text("nonce"));
        hash.update(event.to_string());
        event["id"] = json!(format!("form-{}", hex::encode(&hash.finalize()[..12])));
        event
    }

    /// Everything that the contract says against the data, by field.
    fn check(&self, data: &Value, filled: &mut Filled) {
        let data = data.to_string();
        let Err(violations) = self.event_type.contract.check(data.as_bytes()) else {
            return;
        };
        for violation in violations {
            let name = self.field_at(&format!("/data{}", violation.path));
            let hint = hint_of(&self.fields, &name).cloned().unwrap_or_default();
            filled.fault(&name, rules::refused(&hint, &violation.expected));
        }
    }

    /// The field that a pointer into the event leads to, or to a part of.
    fn field_at(&self, pointer: &str) -> String {
        let Some(mut data) = pointer.strip_prefix("/data") else {
            return match pointer {
                "/placecode" => String::from("place"),
                "/time" | "/lon" | "/lat" => pointer[1..].to_owned(),
                _ => String::new(),
            };
        };
        while !data.is_empty() && hint_of(&self.fields, data).is_none() {
            data = data.rsplit_once('/').map_or("", |(above, _)| above);
        }
        data.to_owned()
    }

    /// The browser gets the receipt by an address of its own: loading it again publishes nothing.
    fn see_receipt(&self, id: &str, lang: Lang) -> Response {
        let name = &self.event_type.name;
        let to = format!("/v1/forms/{name}?receipt={id}&lang={}", lang.code());
        let mut response = StatusCode::SEE_OTHER.into_response();
        if let Ok(to) = HeaderValue::from_str(&to) {
            response.headers_mut().insert(LOCATION, to);
        }
        response
    }
}

fn hint_of<'f>(fields: &'f [Field], pointer: &str) -> Option<&'f Text> {
    fields.iter().find_map(|field| match &field.kind {
        _ if field.pointer == pointer => Some(&field.hint),
        Kind::Group(below) => hint_of(below, pointer),
        _ => None,
    })
}
