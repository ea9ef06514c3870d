//! A row of a department's file, and the columns that a mapping reads from it.

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
                let place = header.iter().position(|column| column == name);
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
}

impl<'r> Row<'r> {
    /// A column's text without blanks around it; empty where the file lacks the column.
    pub(crate) fn get(&self, number: usize) -> &'r str {
        self.places
            .get(number)
            .copied()
            .flatten()
            .and_then(|place| self.fields.get(place))
            .map_or("", |field| field.trim())
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
