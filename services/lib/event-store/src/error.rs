//! What can go wrong with the store, told apart by what the caller can do about it.

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No answer: not running, not reachable, or slower than the time limit. Try again later.
    #[error(
        "ClickHouse at {url} does not answer: {reason}; is it running, and is the address right?"
    )]
    Unreachable {
        /// The address that was tried.
        url: String,
        /// What the connection said.
        reason: String,
    },
    /// It answers, but has too much to do now. Try again later, with less.
    #[error("ClickHouse is overloaded (code {code}): {message}")]
    Overloaded {
        /// ClickHouse's error code.
        code: u32,
        /// ClickHouse's words.
        message: String,
    },
    /// The user's quota is used up for now.
    #[error("the quota of this ClickHouse user is used up: {message}")]
    Quota {
        /// ClickHouse's words.
        message: String,
    },
    /// The query needs more than a reader may use: narrow the filter or the time range.
    #[error(
        "the query needs more than its limits allow (code {code}): narrow the filter or the time range; {message}"
    )]
    TooExpensive {
        /// ClickHouse's error code.
        code: u32,
        /// ClickHouse's words.
        message: String,
    },
    /// The rows or parameters are wrong and always will be.
    #[error("ClickHouse refused the input for good (code {code}): {message}")]
    Refused {
        /// ClickHouse's error code.
        code: u32,
        /// ClickHouse's words.
        message: String,
    },
    /// A table or column is not as this version expects: migrations are missing or were tampered with.
    #[error(
        "the database does not have the expected tables (code {code}): run the migrations; {message}"
    )]
    Schema {
        /// ClickHouse's error code.
        code: u32,
        /// ClickHouse's words.
        message: String,
    },
    /// Wrong password, or a grant is missing.
    #[error("ClickHouse denies user '{user}' (code {code}): check password and grants; {message}")]
    Denied {
        /// Who was denied.
        user: String,
        /// ClickHouse's error code.
        code: u32,
        /// ClickHouse's words.
        message: String,
    },
    /// Any other failure of ClickHouse, taken as passing.
    #[error("ClickHouse failed (code {code}): {message}")]
    Failed {
        /// ClickHouse's error code, 0 where it gave none.
        code: u32,
        /// ClickHouse's words.
        message: String,
    },
    /// An applied migration is not the one this version knows.
    #[error(
        "migration {number:03} ({name}) was applied to database '{database}' with other content: applied migrations never change; restore the file or use another database"
    )]
    MigrationChanged {
        /// Its number.
        number: u32,
        /// Its name.
        name: String,
        /// The database.
        database: String,
    },
    /// The database was migrated by a newer version.
    #[error(
        "database '{database}' has migration {found:03}, this version knows only up to {known:03}: run the newer version, or use another database"
    )]
    DatabaseNewer {
        /// The database.
        database: String,
        /// Highest number found.
        found: u32,
        /// Highest number known.
        known: u32,
    },
    /// A database name that cannot be used.
    #[error("'{0}' is not a database name: expected letters, digits and underscores, at most 63")]
    DatabaseName(String),
    /// A filter, path, cursor or request beyond the limits of this interface.
    #[error("the query cannot be asked: {0}")]
    Query(String),
}

impl StoreError {
    /// Whether the same request may succeed later without anybody changing it.
    pub const fn passes(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Overloaded { .. }
                | Self::Quota { .. }
                | Self::Failed { .. }
        )
    }

    /// Sorts an answer of ClickHouse by its error code.
    pub(crate) fn from_code(code: u32, message: &str, user: &str) -> Self {
        let message = message.trim().chars().take(2_000).collect();
        match code {
            // Bytes that do not parse, values out of range, a violated constraint.
            6 | 26 | 27 | 33 | 36 | 38 | 41 | 53 | 70 | 72 | 117 | 131 | 321 | 349 | 376 | 457
            | 469 => Self::Refused { code, message },
            16 | 47 | 60 | 81 => Self::Schema { code, message },
            164 | 497 | 516 => Self::Denied {
                user: user.to_owned(),
                code,
                message,
            },
            201 => Self::Quota { message },
            158 | 159 | 160 | 241 | 307 | 396 => Self::TooExpensive { code, message },
            // Too many queries, too many parts, no space, read-only, memory of the server.
            202 | 243 | 252 | 439 => Self::Overloaded { code, message },
            _ => Self::Failed { code, message },
        }
    }

    /// Reads ClickHouse's `Code: N. DB::Exception: ...`.
    pub(crate) fn from_text(text: &str, user: &str) -> Self {
        let code = text
            .find("Code: ")
            .and_then(|at| text[at + 6..].split(|c: char| !c.is_ascii_digit()).next())
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0);
        Self::from_code(code, text, user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clickhouse_words_are_sorted_by_what_can_be_done_about_them() {
        let sorted = |text| StoreError::from_text(text, "reader");
        let constraint =
            sorted("Code: 469. DB::Exception: Constraint `severity_is_a_level` is violated");
        assert!(
            matches!(constraint, StoreError::Refused { code: 469, .. }) && !constraint.passes()
        );
        assert!(sorted("Code: 252. DB::Exception: Too many parts").passes());
        assert!(matches!(
            sorted("Code: 60. DB::Exception"),
            StoreError::Schema { .. }
        ));
        assert!(matches!(
            sorted("Code: 159. DB::Exception"),
            StoreError::TooExpensive { .. }
        ));
        assert!(matches!(
            sorted("Code: 516. DB::Exception"),
            StoreError::Denied { .. }
        ));
        assert!(matches!(
            sorted("connection closed"),
            StoreError::Failed { code: 0, .. }
        ));
    }
}
