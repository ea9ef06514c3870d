//! Forms made from contracts, for departments that have a browser and nothing else.
//!
//! `GET /v1/forms` lists the forms a person may fill, `GET /v1/forms/<event type>` shows one, `POST`
//! publishes what was filled in, by the same steps as `/v1/events`. Plain HTML: no script is needed.
//!
//! Invariants: a form knows nothing but the contract; every text is escaped by the template; what is
//! filled in by a session needs the form's own token; the same form sent twice is one event.

mod field;
mod filled;
mod filler;
mod lang;
mod layout;
mod page;
mod place;
mod rules;
mod submit;
mod widget;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::Intake;

pub(crate) use filled::Filled;
pub(crate) use filler::{Filler, filler, is_form, turned_away};
pub(crate) use lang::Lang;
pub(crate) use layout::{Shell, page};

/// The routes of forms.
pub(crate) fn routes() -> Router<Arc<Intake>> {
    Router::new().route("/v1/forms", get(submit::index)).route(
        "/v1/forms/{event_type}",
        get(submit::show).post(submit::take),
    )
}
