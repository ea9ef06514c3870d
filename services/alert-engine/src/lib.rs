//! alert-engine.
