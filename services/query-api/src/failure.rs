//! What goes wrong for a caller: a code for programs, a sentence for people, nothing of our insides.

use async_graphql::{ErrorExtensions, ServerError, Value};

/// Why a request or a field failed. The text of each is `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Not JSON, not GraphQL, or an argument that means nothing.
    Malformed,
    /// More than a limit allows.
    TooMuch,
    /// The caller's roles do not include it.
    Forbidden,
    /// No credential, or one that is no longer valid.
    Unauthenticated,
    /// The hash stands for no document that the hub knows: send it with its text.
    UnknownDocument,
    /// `atLeast` was not reached in time.
    Behind,
    /// The store does not answer; cases are still served.
    StoreUnavailable,
    /// A fault of ours.
    Internal,
}

impl Code {
    /// The code's text.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Malformed => "BAD_REQUEST",
            Self::TooMuch => "TOO_MUCH",
            Self::Forbidden => "FORBIDDEN",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::UnknownDocument => "PERSISTED_QUERY_NOT_FOUND",
            Self::Behind => "BEHIND",
            Self::StoreUnavailable => "STORE_UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// A failure with its code. It has no `Display` on purpose: the library turns anything printable
/// into an error shown to the caller, and only these are meant to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// An argument that means nothing.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(Code::Malformed, message)
    }

    /// As an error of a whole request.
    pub(crate) fn server_error(&self) -> ServerError {
        let mut error = ServerError::new(self.message.clone(), None);
        let mut extensions = async_graphql::ErrorExtensionValues::default();
        extensions.set("code", Value::from(self.code.text()));
        error.extensions = Some(extensions);
        error
    }
}

/// What a resolver answers: `?` on a [`Failure`] becomes a GraphQL error with its code.
pub(crate) type Answer<T> = async_graphql::Result<T>;

impl From<Failure> for async_graphql::Error {
    fn from(failure: Failure) -> Self {
        let code = failure.code.text();
        Self::new(failure.message).extend_with(|_, extensions| extensions.set("code", code))
    }
}
