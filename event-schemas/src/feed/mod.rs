//! Feeds: a department's own files to events, by data alone.

mod condition;
mod file;
mod mapping;
mod row;
mod template;
mod time;
mod value;

pub(crate) use file::FeedFile;
pub use mapping::MappedEvent;
pub use row::RowFault;

use mapping::{Compiler, Mapping};
use row::{Columns, Row};

use crate::catalog::CatalogError;
use crate::rule_file::Span;
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
    mapping: Option<Mapping>,
}

impl Feed {
    /// Compiles a feed of `department`; `place` is its file and number there.
    pub(crate) fn compile(
        file: FeedFile,
        department: &str,
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
            mapping,
        }
    }

    /// Event types its files become; empty where the department publishes events itself.
    pub fn event_types(&self) -> impl Iterator<Item = &str> {
        self.mapping.iter().flat_map(Mapping::event_types)
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
            label: label.to_owned(),
        })
    }

    /// Maps one row without keeping the header's order; for many rows use [`Feed::reader`].
    pub fn map_row(
        &self,
        header: &[&str],
        fields: &[&str],
        label: &str,
    ) -> Result<Option<MappedEvent>, RowFault> {
        self.reader(header, label)?.map_row(fields)
    }
}

/// A feed bound to one file's header.
#[derive(Clone, Debug)]
pub struct FeedReader<'f> {
    feed: &'f Feed,
    mapping: &'f Mapping,
    places: Vec<Option<usize>>,
    label: String,
}

impl FeedReader<'_> {
    /// One row to an event; `None`: the mapping says that this row is none.
    pub fn map_row(&self, fields: &[&str]) -> Result<Option<MappedEvent>, RowFault> {
        let row = Row {
            places: &self.places,
            fields,
        };
        self.mapping.map(&row, &self.feed.name, &self.label)
    }
}
