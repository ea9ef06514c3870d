//! How much of a thing a run does: a little in the test command, as much as is wanted otherwise.

/// The number in this variable of the environment, or `otherwise`.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a test runs is no setting of the hub"
)]
pub fn number(variable: &str, otherwise: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable} is a whole number, not '{text}'")),
        Err(_) => otherwise,
    }
}
