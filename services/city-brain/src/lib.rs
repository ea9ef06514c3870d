//! city-brain.
