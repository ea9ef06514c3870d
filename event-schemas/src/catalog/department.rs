//! A publishing agency.

use serde::Deserialize;

use crate::text::Text;

/// `department.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Department {
    /// Its name, `[a-z][a-z0-9-]*`: the folder, the inbox, the middle of its event types.
    pub name: String,
    /// Shown to people.
    pub title: Text,
    /// What kind of agency: `emergency`, `utility`, `transport`, `hotline`, …
    pub kind: String,
    /// What it answers for, in a sentence.
    #[serde(default)]
    pub description: Option<Text>,
    /// Names of its feeds (filled from `feeds.yaml`).
    #[serde(skip)]
    pub feeds: Vec<String>,
    /// Names of its event types (filled from its contracts).
    #[serde(skip)]
    pub event_types: Vec<String>,
}

/// Whether a text may be a department's name.
pub(crate) fn is_department_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
