//! Opening a personal field: who asks is written down first, then the value is shown.

use async_graphql::{Context, ID, InputObject, Json, SimpleObject};
use domain::access::Principal;
use domain::access::control::{Act, open_personal};
use domain::case::Actor;
use domain::privacy::OpenError;
use event_schemas::Text;
use event_schemas::city::SealedField;
use serde_json::Value;
use service_kit::personal::PersonalKeys;
use service_kit::random;

use super::asking::{caller, hub};
use super::node;
use super::node_id::{Kind, key};
use super::words::say;
use crate::failure::{Code, Failure};
use crate::hub::Hub;

/// Longest reason, in characters.
const REASON_MAX: usize = 500;

/// One personal field of one event.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct OpenPersonalInput {
    /// The event's id.
    event: ID,
    /// JSON pointer of the field in the event's data, e.g. `/reporter/phone`.
    path: String,
    /// Why, for the audit; at most 500 characters.
    reason: String,
}

/// A personal field that was opened.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PersonalField {
    /// What was published; null where it cannot be opened any more.
    value: Option<Json<Value>>,
    /// For people: that it was opened, or why not.
    message: String,
}

/// Opens a field for people who work cases; of a department, its own events' alone.
pub(super) async fn open(
    ctx: &Context<'_>,
    input: OpenPersonalInput,
) -> Result<PersonalField, Failure> {
    let reason = input.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        return Err(Failure::bad(format!(
            "reason: 1 to {REASON_MAX} characters."
        )));
    }
    let (hub, principal) = (hub(ctx)?, caller(ctx)?);
    let keys = hub.personal.as_ref().ok_or_else(|| {
        Failure::new(
            Code::Forbidden,
            "This process has no master key: personal fields are not opened here.",
        )
    })?;
    let unknown = || Failure::bad("event, path: there is no such personal field.");
    let event = node::stored(hub, &key(Kind::Event, &input.event)?)
        .await?
        .filter(|stored| is_in_scope(principal, &stored.event.admission.department))
        .ok_or_else(unknown)?
        .event;
    let member = event
        .data
        .pointer(&input.path)
        .and_then(|at| at.get("sealed"));
    let field: SealedField = member
        .and_then(|sealed| serde_json::from_value(sealed.clone()).ok())
        .ok_or_else(unknown)?;
    let name = event.key();
    account_for(hub, principal, (&name, &input.path), reason).await?;
    opened(ctx, keys, (&name, &input.path), &field)
}

/// A department's person sees what the department published.
fn is_in_scope(principal: &Principal, department: &str) -> bool {
    principal
        .department
        .as_deref()
        .is_none_or(|own| own == department)
}

/// Without the audit's line nothing is shown. Every asking has a line of its own.
async fn account_for(
    hub: &Hub,
    principal: &Principal,
    (event, path): (&str, &str),
    reason: &str,
) -> Result<(), Failure> {
    let act = Act {
        actor: Actor::of(principal),
        key: random::token::<16>(),
        now: hub.clock.now(),
    };
    let decision = open_personal(&act, event, path, Some(reason));
    let written = hub.identity.decide(|_| Ok(decision.clone())).await;
    written.map(drop).map_err(|error| {
        tracing::warn!(%error, "an opening of a personal field is not in the control log");
        Failure::new(
            Code::StoreUnavailable,
            "The opening could not be written to the audit, so nothing is shown. Ask again.",
        )
    })
}

fn opened(
    ctx: &Context<'_>,
    keys: &PersonalKeys,
    (event, path): (&str, &str),
    field: &SealedField,
) -> Result<PersonalField, Failure> {
    let locked = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a personal field cannot be opened");
        Failure::new(
            Code::Internal,
            "The field cannot be opened now: the administrator must look at the master key.",
        )
    };
    let chain = keys.unlock_present().map_err(|error| locked(&error))?;
    match chain.open(&keys.ring(), event, path, field) {
        Ok(json) => Ok(PersonalField {
            value: Some(Json(
                serde_json::from_slice(&json).map_err(|error| locked(&error))?,
            )),
            message: say(
                ctx,
                &Text::new("已查看，并已记入审计", "Opened, and written to the audit."),
                None,
            ),
        }),
        Err(OpenError::Destroyed(_)) => Ok(PersonalField {
            value: None,
            message: say(
                ctx,
                &Text::new(
                    "此人的个人信息已依请求抹除，无法恢复",
                    "This person was erased: the field is gone for good.",
                ),
                None,
            ),
        }),
        Err(error) => Err(locked(&error)),
    }
}
