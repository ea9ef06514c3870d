//! live-gateway.
