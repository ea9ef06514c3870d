//! How much one request may ask for.

/// Limits on one document. The defaults fit the largest page of the console ten times over.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the request's body (and of the document in it).
    pub bytes: usize,
    /// Tokens of the document.
    pub tokens: usize,
    /// Nested selection sets, as written and with fragments in place.
    pub depth: usize,
    /// Nested brackets of any kind.
    pub nesting: usize,
    /// Aliases.
    pub aliases: usize,
    /// Directives.
    pub directives: usize,
    /// Fragment spreads and inline fragments.
    pub spreads: usize,
    /// Fields with all fragments in place.
    pub fields: usize,
    /// Cost: every field once per row that it can be asked for.
    pub cost: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            tokens: 2_000,
            depth: 16,
            nesting: 32,
            aliases: 30,
            directives: 30,
            spreads: 100,
            fields: 2_000,
            cost: 50_000,
        }
    }
}

/// A request asks for more than a limit allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The request has more than {limit} {what}. Ask for less at a time.")]
pub(crate) struct TooMuch {
    what: &'static str,
    limit: u64,
}

impl TooMuch {
    pub(crate) const fn new(what: &'static str, limit: usize) -> Self {
        Self {
            what,
            limit: limit as u64,
        }
    }
}
