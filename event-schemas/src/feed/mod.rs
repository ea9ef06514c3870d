//! Feeds: a department's own files to events, by data alone.

mod file;

pub(crate) use file::FeedFile;

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
}

impl Feed {
    /// Compiles a feed of `department`; `place` is its file and number there.
    pub(crate) fn compile(
        file: FeedFile,
        department: &str,
        place: (&str, usize),
        errors: &mut Vec<crate::catalog::CatalogError>,
    ) -> Option<Self> {
        let _ = (place, errors);
        Some(Self {
            name: file.name,
            department: department.to_owned(),
            title: file.title,
            silent_after: file.silent_after,
            dead_after: file.dead_after,
        })
    }
}
