//! Conditions on a row.

use regex::Regex;

use super::file::ConditionFile;
use super::row::{Columns, Row};
use super::template::Template;

/// A compiled condition.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    column: Template,
    one_of: Option<Vec<String>>,
    not_in: Option<Vec<String>>,
    like: Option<Regex>,
    not_like: Option<Regex>,
}

impl Condition {
    pub(crate) fn compile(file: &ConditionFile, columns: &mut Columns) -> Result<Self, String> {
        Ok(Self {
            column: Template::column_or_template(&file.column, columns)?,
            one_of: file.one_of.clone(),
            not_in: file.not_in.clone(),
            like: file.like.as_deref().map(pattern).transpose()?,
            not_like: file.not_like.as_deref().map(pattern).transpose()?,
        })
    }

    pub(crate) fn holds(&self, row: &Row<'_>) -> bool {
        let filled = self.column.fill(row);
        let text = filled.as_str();
        let among = |list: &Vec<String>| list.iter().any(|value| value == text);
        self.one_of.as_ref().is_none_or(among)
            && !self.not_in.as_ref().is_some_and(among)
            && self.like.as_ref().is_none_or(|like| like.is_match(text))
            && !self
                .not_like
                .as_ref()
                .is_some_and(|like| like.is_match(text))
    }
}

/// Compiles a regular expression, with the reason when it is none.
pub(crate) fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| {
        let why = error.to_string().replace('\n', " ");
        format!("a regular expression ({why})")
    })
}
