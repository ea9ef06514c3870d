//! A row of a department's file, and the columns that a mapping reads from it.

/// Columns that no file has: what its name and its form say. A cell's column and value in a wide
/// file, the row's time in a stepped one, the file's name without its ending.
pub(crate) const MADE: [&str; 4] = ["@column", "@value", "@time", "@file"];

/// Columns that a mapping names, numbered as they come up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns(Vec<String>);

impl Columns {
    /// The number of a column, new or known.
    pub(crate) fn number(&mut self, name: &str) -> usize {
        let known = self.0.iter().position(|column| column == name);
        known.unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        })
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }

    pub(crate) fn name(&self, number: usize) -> &str {
        &self.0[number]
    }

    /// Where each column stands in a file with this header; `Err`: one that is missing.
    pub(crate) fn places(
        &self,
        header: &[&str],
        optional: &[String],
    ) -> Result<Vec<Option<usize>>, String> {
        self.0
            .iter()
            .map(|name| {
                let made = MADE.iter().position(|column| column == name);
                let own = header.iter().position(|column| column == name);
                let place = own.or(made.map(|made| header.len() + made));
                if place.is_none() && !optional.contains(name) {
                    return Err(name.clone());
                }
                Ok(place)
            })
            .collect()
    }
}

/// One row, seen through a mapping's columns.
pub(crate) struct Row<'r> {
    pub(crate) places: &'r [Option<usize>],
    pub(crate) fields: &'r [&'r str],
    /// Number of columns in the file's header; made columns stand after them.
    pub(crate) width: usize,
    /// Values of [`MADE`].
    pub(crate) made: [&'r str; MADE.len()],
    /// Values that stand for nothing.
    pub(crate) missing: &'r [String],
}

impl<'r> Row<'r> {
    /// A column's text without blanks around it; empty where the file lacks the column.
    pub(crate) fn get(&self, number: usize) -> &'r str {
        self.places
            .get(number)
            .copied()
            .flatten()
            .and_then(|place| match place.checked_sub(self.width) {
                Some(made) => self.made.get(made),
                None => self.fields.get(place),
            })
            .map(|field| field.trim())
            .filter(|field| !self.missing.iter().any(|nothing| nothing == field))
            .unwrap_or_default()
    }
}

/// Why a row cannot become an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: expected {expected}, found \"{found}\"")]
pub struct RowFault {
    /// The column.
    pub column: String,
    /// What was expected in it.
    pub expected: String,
    /// What is in it.
    pub found: String,
}
