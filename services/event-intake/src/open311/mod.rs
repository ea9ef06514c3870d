//! Open311 GeoReport v2: citizens' apps report to the hotline and ask what became of it.
//!
//! Everything under `/open311/v2/`, as JSON and XML. Which services there are follows from the
//! contract of the hotline's requests. Reporting needs the hotline's key as `api_key`; what is told
//! of a request says nothing about a person: no description, no address, no coordinates.
//!
//! Invariants: keys are never logged nor answered; a request is an event like any other, by the same
//! steps; its state is derived from the hotline's later events and its case, never kept here.

mod format;
mod report;
mod requests;
mod serve;
mod services;
mod state;
mod stored;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::Intake;

pub use requests::{Asked, CityRequests, KnownCase, KnownRequest, LaterEvent, RequestsAnswer};

/// Citizens' requests.
pub(crate) const RECEIVED: &str = "city.hotline.request-received.v1";
/// What the hub's own reports say they come from.
pub(crate) const SOURCE: &str = "/hotline/open311";

/// The routes of Open311.
pub(crate) fn routes() -> Router<Arc<Intake>> {
    Router::new().route(
        "/open311/v2/{*resource}",
        get(serve::answer).post(serve::take),
    )
}
