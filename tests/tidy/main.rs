//! House rules as tests: what ARCHITECTURE.md says of the house's shape is executed here.

mod dependencies;
mod sources;
mod text;
