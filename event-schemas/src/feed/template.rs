//! Templates over a row's columns: `{incident_id}:{action}`, with filters `{statement|hash}` and
//! `{outage_start_utc|digits}`, `{sensor|slug}`.

use sha2::{Digest, Sha256};

use super::row::{Columns, Row};

/// A compiled template.
#[derive(Clone, Debug)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Column(usize, Filter),
}

#[derive(Clone, Copy, Debug)]
enum Filter {
    Plain,
    /// First 16 hexadecimal digits of the SHA-256: a long text as a short key.
    Hash,
    /// ASCII digits only: a moment as a compact key.
    Digits,
    /// ASCII letters and digits, anything between them a dash: a name as part of a key.
    Slug,
}

impl Template {
    /// Compiles; the columns it names are noted in `columns`.
    pub(crate) fn compile(text: &str, columns: &mut Columns) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            if open > 0 {
                parts.push(Part::Text(rest[..open].to_owned()));
            }
            let after = &rest[open + 1..];
            let close = after
                .find('}')
                .ok_or_else(|| format!("a closing brace after '{{' in \"{text}\""))?;
            let (name, filter) = match after[..close].split_once('|') {
                None => (&after[..close], Filter::Plain),
                Some((name, "hash")) => (name, Filter::Hash),
                Some((name, "digits")) => (name, Filter::Digits),
                Some((name, "slug")) => (name, Filter::Slug),
                Some((_, other)) => {
                    return Err(format!("the filter hash, digits or slug, not '{other}'"));
                }
            };
            parts.push(Part::Column(columns.number(name), filter));
            rest = &after[close + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// A column's name, or a template over several.
    pub(crate) fn column_or_template(text: &str, columns: &mut Columns) -> Result<Self, String> {
        if text.contains('{') {
            return Self::compile(text, columns);
        }
        Ok(Self(vec![Part::Column(
            columns.number(text),
            Filter::Plain,
        )]))
    }

    /// The columns it is made of, for messages.
    pub(crate) fn columns(&self, columns: &Columns) -> String {
        let named = self.0.iter().filter_map(|part| match part {
            Part::Column(number, _) => Some(columns.name(*number)),
            Part::Text(_) => None,
        });
        named.collect::<Vec<_>>().join(", ")
    }

    /// Fills the template; empty columns leave nothing.
    pub(crate) fn fill(&self, row: &Row<'_>) -> String {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Column(number, Filter::Plain) => filled.push_str(row.get(*number)),
                Part::Column(number, Filter::Hash) => {
                    filled.push_str(&short_hash(row.get(*number)));
                }
                Part::Column(number, Filter::Slug) => filled.push_str(&slug(row.get(*number))),
                Part::Column(number, Filter::Digits) => {
                    filled.extend(row.get(*number).chars().filter(char::is_ascii_digit));
                }
            }
        }
        filled
    }
}

/// ASCII letters and digits in small, anything between them a dash.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-").to_ascii_lowercase()
}

/// First 16 hexadecimal digits of the SHA-256.
pub(crate) fn short_hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..8])
}
