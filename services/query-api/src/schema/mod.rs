//! The GraphQL schema: types, queries, commands, subscriptions.

pub(crate) mod alert;
pub(crate) mod asking;
mod audit;
mod bulk;
pub(crate) mod case;
mod case_kind;
mod clock;
mod command_inputs;
mod command_offer;
mod dead_letter;
mod dead_letter_group;
mod department;
mod enums;
mod event;
mod event_rows;
pub(crate) mod feed;
pub(crate) mod filters;
pub(crate) mod gatekeeper;
mod inputs;
mod mask;
mod mutation;
mod node;
mod node_id;
mod page;
mod people;
mod personal;
mod place;
mod query;
mod replay;
mod replay_matching;
mod rule;
mod scalars;
mod scorecard;
mod statistic_rows;
mod statistics;
mod store_page;
mod subscription;
mod timeline;
mod unit;
mod vital_sign;
pub(crate) mod words;
mod written_rows;

use async_graphql::{SDLExportOptions, Schema, SchemaBuilder};

use mutation::Mutation;
use query::Query;
use subscription::SubscriptionRoot;

/// The hub's schema.
pub(crate) type HubSchema = Schema<Query, Mutation, SubscriptionRoot>;

/// A schema without a hub behind it; the service adds that.
pub(crate) fn build() -> SchemaBuilder<Query, Mutation, SubscriptionRoot> {
    Schema::build(Query, Mutation, SubscriptionRoot)
        .extension(gatekeeper::Gatekeeper)
        .disable_suggestions()
}

/// The schema in GraphQL's own language, as committed in `schema.graphql`.
pub(crate) fn sdl() -> String {
    build()
        .finish()
        .sdl_with_options(SDLExportOptions::new().include_specified_by())
}
