//! Nothing is executed that did not pass the gate, however it came to the schema.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery,
};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Response, ServerError, ServerResult, Variables};

/// Marks a request whose document passed the gate.
pub(crate) struct GatePassed;

/// Set when execution begins: from then on an answer has `data`.
pub(crate) struct Executed(pub(crate) Arc<AtomicBool>);

/// The extension's factory.
pub(crate) struct Gatekeeper;

impl ExtensionFactory for Gatekeeper {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Gatekeeper {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        if ctx.data_opt::<GatePassed>().is_none() {
            return Err(ServerError::new(
                "This request did not pass the gate.",
                None,
            ));
        }
        next.run(ctx, query, variables).await
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        if let Some(Executed(executed)) = ctx.data_opt::<Executed>() {
            executed.store(true, Ordering::Release);
        }
        next.run(ctx, operation_name).await
    }
}
