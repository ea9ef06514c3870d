//! query-api: GraphQL over the city's log. Queries, the commands of people, subscriptions.
//!
//! It folds `city.cases` like everybody, decides commands with the shared pure function, appends,
//! and answers when it has read its own record back. Events, alerts and dead letters come from the
//! store; cases and units from the fold, so they are served when the store is away.

mod board;
mod command;
mod desk;
mod export;
mod failure;
mod gate;
mod history;
mod hub;
mod inboxes;
mod kept;
mod redaction;
mod replay;
mod schema;
mod scorecard;
mod service;
mod signs;
mod store;
mod tail;
mod transport;
mod whereabouts;

pub use gate::Limits;
pub use service::{Config, Error, Ports, start};

/// The schema in GraphQL's own language, as committed in `schema.graphql`.
pub fn sdl() -> String {
    schema::sdl()
}
