//! Files: a department's table through its feed's mapping, for departments with a spreadsheet.
//!
//! `POST /v1/files/<feed>` answers row by row; with `?preview=1` nothing is published. `/v1/files` is
//! the same as a page without scripts: choose, look, publish, fetch the bad rows for repair.
//!
//! Invariants: a row is published as a whole or not at all; an event's id follows from its row's key,
//! so that the same file twice adds nothing; what is no table is said to be what it is.

mod page;
mod parts;
mod sheet;
mod take;
mod told;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::Intake;

/// The routes of files.
pub(crate) fn routes() -> Router<Arc<Intake>> {
    Router::new()
        .route("/v1/files", get(page::show).post(page::take))
        .route("/v1/files/{feed}", post(take::take))
}
