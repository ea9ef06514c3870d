//! The engine as its users see it: records in, alerts out, against oracles that recompute everything.

mod history;
mod kinds;
mod log;
mod marks;
mod oracle;
mod predicates;
mod repartition;
mod resumed;
mod time;
