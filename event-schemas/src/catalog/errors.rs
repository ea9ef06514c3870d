//! What is wrong with a catalog: file, path in it, what was expected. All of it at once.

use std::fmt;

/// One error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError {
    /// The file, relative to the catalog's root.
    pub file: String,
    /// JSON pointer (JSON files) or line and column (YAML files); empty: the file as a whole.
    pub path: String,
    /// What was expected there.
    pub expected: String,
}

impl CatalogError {
    pub(crate) fn new(
        file: impl Into<String>,
        path: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            path: path.into(),
            expected: expected.into(),
        }
    }
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}: expected {}", self.file, self.expected)
        } else {
            write!(
                f,
                "{}: {}: expected {}",
                self.file, self.path, self.expected
            )
        }
    }
}

/// All errors of a catalog, one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogErrors(pub Vec<CatalogError>);

impl fmt::Display for CatalogErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the catalog has {} error(s):", self.0.len())?;
        for error in &self.0 {
            write!(f, "\n  {error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CatalogErrors {}
