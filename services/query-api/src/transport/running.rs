//! One operation of a WebSocket connection while it runs.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Response, Value};
use axum::extract::ws::Message;
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::call::{Api, Prepared, name_codes};
use super::message::ToClient;

/// A frame of an operation on its way to the client.
pub(super) struct Frame {
    /// The operation.
    pub(super) id: String,
    /// Which run of this id: ids may be used again.
    pub(super) run: u64,
    /// The frame.
    pub(super) message: Message,
    /// The operation is over.
    pub(super) last: bool,
}

/// An operation about to run.
pub(super) struct Operation {
    pub(super) api: Arc<Api>,
    pub(super) id: String,
    pub(super) run: u64,
    pub(super) frames: mpsc::Sender<Frame>,
}

impl Operation {
    /// Runs to its end. A full queue holds it up: a subscription then falls behind in the history
    /// and tells the client so, instead of piling up frames.
    pub(super) async fn execute(self, prepared: Prepared) {
        if prepared.operation == OperationType::Subscription {
            self.follow(prepared).await;
            return;
        }
        match self.api.execute(prepared).await {
            Err(failure) => {
                self.send(ToClient::failed(&self.id, &failure), true).await;
            }
            Ok((response, true)) => {
                self.next(&response).await;
                self.complete().await;
            }
            Ok((response, false)) => self.refused(&response).await,
        }
    }

    async fn follow(&self, prepared: Prepared) {
        let _open = OpenSubscription::count();
        let mut responses = self.api.schema.execute_stream(prepared.request);
        while let Some(mut response) = responses.next().await {
            name_codes(&mut response);
            if response.data == Value::Null && !response.errors.is_empty() {
                self.refused(&response).await;
                return;
            }
            if !self.next(&response).await {
                return;
            }
        }
        self.complete().await;
    }

    async fn next(&self, response: &Response) -> bool {
        let frame = ToClient::Next {
            id: &self.id,
            payload: response,
        };
        self.send(frame.frame(), false).await
    }

    async fn refused(&self, response: &Response) {
        let frame = ToClient::Error {
            id: &self.id,
            payload: &response.errors,
        };
        self.send(frame.frame(), true).await;
    }

    async fn complete(&self) {
        self.send(ToClient::Complete { id: &self.id }.frame(), true)
            .await;
    }

    async fn send(&self, message: Message, last: bool) -> bool {
        let frame = Frame {
            id: self.id.clone(),
            run: self.run,
            message,
            last,
        };
        self.frames.send(frame).await.is_ok()
    }
}

/// Counts a subscription for as long as it runs, however it ends.
struct OpenSubscription;

impl OpenSubscription {
    fn count() -> Self {
        metrics::gauge!("city_brain_query_api_subscriptions_open").increment(1.0);
        Self
    }
}

impl Drop for OpenSubscription {
    fn drop(&mut self) {
        metrics::gauge!("city_brain_query_api_subscriptions_open").decrement(1.0);
    }
}
