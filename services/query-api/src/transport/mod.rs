//! GraphQL over HTTP and over WebSocket: who is asking, how much may be asked, how answers look.

pub(crate) mod call;
pub(crate) mod http;
pub(crate) mod json;
mod message;
pub(crate) mod persisted;
mod running;
mod socket;

use std::sync::Arc;

use axum::Router;
use axum::routing::post;

use call::Api;

/// `POST /graphql` for queries and mutations, WebSocket `/graphql` for everything, `POST /export/...` for
/// files.
pub(crate) fn routes(api: Arc<Api>) -> Router {
    Router::new()
        .route("/graphql", post(http::post).get(socket::upgrade))
        .route("/export/{list}", post(crate::export::post))
        .with_state(api)
}
