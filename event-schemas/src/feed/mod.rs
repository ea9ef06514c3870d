//! Feeds: a department's own files to events, by data alone.

mod arithmetic;
mod condition;
mod file;
mod file_text;
mod mapping;
mod row;
mod table;
mod template;
mod time;
mod value;

use std::sync::Arc;

pub(crate) use file::{FeedFile, ValueKind};
pub use file_text::{KnownBy, TextFault};
pub use mapping::MappedEvent;
pub use row::RowFault;
pub use table::{FeedTable, FileFault, LineFault, LineProblem, TableRow};

use mapping::{Compiler, Mapping};
use row::{Columns, MADE, Row};
pub(crate) use value::Field;

use crate::catalog::CatalogError;
use crate::city::Millis;
use crate::rule_file::Span;
use crate::scale::Scale;
use crate::text::Text;

/// One stream of a department's events.
#[derive(Clone, Debug)]
pub struct Feed {
    /// `<department>.<feed>`.
    pub name: String,
    /// The department.
    pub department: String,
    /// Shown to people.
    pub title: Text,
    /// Nothing for this long: silent.
    pub silent_after: Option<Span>,
    /// Nothing for this long: dead.
    pub dead_after: Option<Span>,
    types: Vec<String>,
    mapping: Option<Mapping>,
}

impl Feed {
    /// Compiles a feed of `department`; `place` is its file and number there.
    pub(crate) fn compile(
        file: FeedFile,
        department: &str,
        scales: &[Arc<Scale>],
        place: (&str, usize),
        errors: &mut Vec<CatalogError>,
    ) -> Self {
        let (path, index) = place;
        let own = file
            .name
            .strip_prefix(department)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|rest| !rest.is_empty());
        if !own {
            let expected = format!("a name like {department}.reports");
            errors.push(CatalogError::new(path, format!("/{index}/name"), expected));
        }
        let mapping = file.file.as_ref().and_then(|mapping| {
            Compiler {
                mapping,
                scales,
                file: path,
                path: format!("/{index}/file"),
                columns: Columns::default(),
                errors,
            }
            .compile()
        });
        Self {
            name: file.name,
            department: department.to_owned(),
            title: file.title,
            silent_after: file.silent_after,
            dead_after: file.dead_after,
            types: file.types,
            mapping,
        }
    }

    /// Event types it carries: those its files become, or those it says; empty: all of its department.
    pub fn event_types(&self) -> impl Iterator<Item = &str> {
        let mapped = self.mapping.iter().flat_map(Mapping::event_types);
        mapped.chain(self.types.iter().map(String::as_str))
    }

    /// Whether its files of the past are all there is: nobody waits for its next event.
    pub fn is_archive(&self) -> bool {
        self.mapping.is_some() && self.silent_after.is_none() && self.dead_after.is_none()
    }

    /// What rows of its files may become: the event type, and each member of its data.
    pub(crate) fn fillings(&self) -> impl Iterator<Item = (&str, &[(String, Field)])> {
        self.mapping.iter().flat_map(Mapping::fillings)
    }

    /// Columns its files must have (or may, where the mapping says so).
    pub fn columns(&self) -> &[String] {
        self.mapping.as_ref().map_or(&[], Mapping::columns)
    }

    /// Starts reading a file with this header. The label becomes part of `source` and of every id:
    /// the same file under the same label is the same events.
    pub fn reader(&self, header: &[&str], label: &str) -> Result<FeedReader<'_>, RowFault> {
        let Some(mapping) = &self.mapping else {
            return Err(RowFault {
                column: String::from("(all)"),
                expected: format!("a feed with a file mapping; {} has none", self.name),
                found: header.join(","),
            });
        };
        Ok(FeedReader {
            feed: self,
            mapping,
            places: mapping.places(header)?,
            names: header.iter().map(|name| (*name).to_owned()).collect(),
            wide: mapping.wide_columns(header),
            label: label.to_owned(),
            file: String::from("file"),
        })
    }

    /// Maps one row without keeping the header's order; for many rows use [`Feed::reader`].
    pub fn map_row(
        &self,
        header: &[&str],
        fields: &[&str],
        label: &str,
    ) -> Result<Option<MappedEvent>, RowFault> {
        let mut events = self.reader(header, label)?.map_row(0, fields)?;
        Ok(events.pop())
    }
}

/// A feed bound to one file's header.
#[derive(Clone, Debug)]
pub struct FeedReader<'f> {
    feed: &'f Feed,
    mapping: &'f Mapping,
    places: Vec<Option<usize>>,
    names: Vec<String>,
    wide: Option<Vec<usize>>,
    label: String,
    file: String,
}

impl FeedReader<'_> {
    /// Says which file is read: its name up to the first dot is the column `@file`.
    #[must_use]
    pub fn of_file(mut self, path: &std::path::Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy());
        if let Some(stem) = name.as_deref().and_then(|name| name.split('.').next()) {
            stem.clone_into(&mut self.file);
        }
        self
    }

    /// A row, by its number from 0, to its events: one as a rule, none where the mapping says so, one
    /// per cell in a wide file.
    pub fn map_row(&self, number: u64, fields: &[&str]) -> Result<Vec<MappedEvent>, RowFault> {
        let time = self.mapping.step(number).map(Millis::rfc3339);
        let time = time.unwrap_or_default();
        let Some(wide) = &self.wide else {
            let event = self.map_cell(fields, ["", "", &time, &self.file])?;
            return Ok(event.into_iter().collect());
        };
        let mut events = Vec::with_capacity(wide.len());
        for at in wide {
            let value = fields.get(*at).copied().unwrap_or_default();
            let made = [self.names[*at].as_str(), value, &time, &self.file];
            events.extend(self.map_cell(fields, made)?);
        }
        Ok(events)
    }

    fn map_cell(
        &self,
        fields: &[&str],
        made: [&str; MADE.len()],
    ) -> Result<Option<MappedEvent>, RowFault> {
        let row = Row {
            places: &self.places,
            fields,
            width: self.names.len(),
            made,
            missing: self.mapping.missing(),
        };
        self.mapping.map(&row, &self.feed.name, &self.label)
    }
}
