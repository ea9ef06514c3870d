//! A department's file as a whole: is it a table at all, has it the mapping's columns, and row by
//! row what becomes of it, with the line where each row stands.

use std::io::Cursor;
use std::path::Path;

use csv::StringRecord;

use super::file_text::{FileText, KnownBy, TextFault};
use super::{Feed, FeedReader, MappedEvent, RowFault};

/// What a file begins with when it is something else: signature, what it is, what to do.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (
        b"PK\x03\x04",
        "an Excel workbook or a zip archive",
        "in Excel, save it as \"CSV UTF-8\"",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook",
        "in Excel, save it as \"CSV UTF-8\"",
    ),
    (b"\x1f\x8b", "compressed with gzip", "unpack it first"),
    (b"%PDF", "a PDF", "ask for the table behind it"),
    (b"SQLite format 3", "a database", "export the table as CSV"),
];

/// Separators that a file may have instead of the mapping's.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// A file that cannot be read through a feed's mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Nothing in it.
    #[error("the file is empty: expected a header line with the columns {columns}")]
    Empty {
        /// The mapping's columns.
        columns: String,
    },
    /// Something other than a table.
    #[error("the file is {found}, not a table of text: {advice}")]
    Foreign {
        /// What it is.
        found: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// Its bytes are not of the encoding.
    #[error(transparent)]
    Text(#[from] TextFault),
    /// Its columns are separated otherwise.
    #[error(
        "line {line}: expected columns separated by {expected:?}, found them separated by {found:?}; \
         say `separator: {found:?}` in the mapping"
    )]
    Separator {
        /// The header's line.
        line: u64,
        /// The mapping's separator.
        expected: char,
        /// The file's.
        found: char,
    },
    /// A column that the mapping reads stands twice in the header.
    #[error("the header has the column '{column}' twice: which of them is meant?")]
    Twice {
        /// Which.
        column: String,
    },
    /// A column is missing, or the feed reads no files.
    #[error("the header: {0}")]
    Header(#[from] RowFault),
}

/// A row that cannot become events.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct LineFault {
    /// The line where the row begins, from 1.
    pub line: u64,
    /// Why.
    pub fault: LineProblem,
}

/// Why a row cannot become events.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    /// A column's value.
    #[error(transparent)]
    Row(#[from] RowFault),
    /// Too few columns.
    #[error(
        "expected {expected} columns as in the header, found {found}; missing from '{column}' on"
    )]
    Short {
        /// Columns of the header.
        expected: usize,
        /// Columns of the row.
        found: usize,
        /// The first that is missing.
        column: String,
    },
    /// Too many columns.
    #[error(
        "expected {expected} columns as in the header, found {found}, the first too many being \
         \"{surplus}\"; a value that holds the separator stands in quotation marks"
    )]
    Long {
        /// Columns of the header.
        expected: usize,
        /// Columns of the row.
        found: usize,
        /// What stands in the first that the header lacks.
        surplus: String,
    },
    /// A quotation mark that nothing closes.
    #[error(
        "a quotation mark is opened and not closed: everything up to line {last} became one value"
    )]
    Quote {
        /// The line where the row ends.
        last: u64,
    },
}

/// One row of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRow {
    /// The line where it begins, from 1.
    pub line: u64,
    /// Its events (none where the mapping says that it is none), or why it has none.
    pub events: Result<Vec<MappedEvent>, LineProblem>,
}

/// A file that is being read through a feed's mapping, row by row.
pub struct FeedTable<'f> {
    reader: FeedReader<'f>,
    table: csv::Reader<Cursor<String>>,
    header: Vec<String>,
    encoding: &'static str,
    known_by: KnownBy,
    separator: char,
    number: u64,
    place: Place,
    last: StringRecord,
}

/// How far lines were counted: the CSV reader's own count is one behind after CR LF.
#[derive(Default)]
struct Place {
    byte: usize,
    ends: u64,
}

impl Place {
    /// The line where a record stands whose reading began at `byte`.
    fn line(&mut self, text: &[u8], byte: usize) -> u64 {
        let ends_before = text[byte..]
            .iter()
            .take_while(|b| matches!(b, b'\r' | b'\n'));
        let begin = byte + ends_before.count();
        for at in self.byte..begin {
            let alone = text[at] == b'\r' && text.get(at + 1) != Some(&b'\n');
            self.ends += u64::from(alone || text[at] == b'\n');
        }
        self.byte = begin;
        self.ends + 1
    }
}

impl Feed {
    /// Opens a file of this feed: all of its bytes, its name, and the run's label.
    pub fn open(&self, name: &Path, bytes: &[u8], label: &str) -> Result<FeedTable<'_>, FileFault> {
        let (separator, declared) = self.mapping.as_ref().map_or((',', None), |mapping| {
            (mapping.separator(), mapping.encoding())
        });
        if let Some((_, found, advice)) = FOREIGN.iter().find(|(sign, ..)| bytes.starts_with(sign))
        {
            return Err(FileFault::Foreign { found, advice });
        }
        let FileText {
            text,
            encoding,
            known_by,
        } = super::file_text::read(bytes, declared)?;
        check_text(&text, self.columns())?;
        let mut table = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(separator as u8)
            .from_reader(Cursor::new(text));
        let header: Vec<String> = match table.headers() {
            Ok(header) => header.iter().map(|name| name.trim().to_owned()).collect(),
            // Text is in memory and sound: nothing is left that could fail but an empty file.
            Err(_) => return Err(self.empty()),
        };
        let columns: Vec<&str> = header.iter().map(String::as_str).collect();
        self.check_header(&columns, separator)?;
        Ok(FeedTable {
            reader: self.reader(&columns, label)?.of_file(name),
            table,
            header,
            encoding,
            known_by,
            separator,
            number: 0,
            place: Place::default(),
            last: StringRecord::new(),
        })
    }

    fn empty(&self) -> FileFault {
        FileFault::Empty {
            columns: self.columns().join(","),
        }
    }

    fn check_header(&self, header: &[&str], separator: char) -> Result<(), FileFault> {
        if let [whole] = header
            && self.columns().len() > 1
            && let Some(found) = SEPARATORS
                .into_iter()
                .filter(|other| *other != separator)
                .find(|other| whole.contains(*other))
        {
            return Err(FileFault::Separator {
                line: 1,
                expected: separator,
                found,
            });
        }
        let twice = |column: &&String| header.iter().filter(|name| *name == column).count() > 1;
        match self.columns().iter().find(twice) {
            Some(column) => Err(FileFault::Twice {
                column: column.clone(),
            }),
            None => Ok(()),
        }
    }
}

fn check_text(text: &str, columns: &[String]) -> Result<(), FileFault> {
    let begin = text.trim_start();
    if begin.is_empty() {
        return Err(FileFault::Empty {
            columns: columns.join(","),
        });
    }
    let foreign = |found, advice| Err(FileFault::Foreign { found, advice });
    match begin.as_bytes() {
        [b'<', ..] => foreign(
            "a web page or XML",
            "it may be a sign-in page: fetch the table again",
        ),
        [b'{' | b'[', ..] => foreign("JSON", "events one a line are named .ndjson"),
        bytes if bytes.iter().take(4_096).any(|byte| *byte == 0) => {
            foreign("binary", "export the table as CSV")
        }
        _ => Ok(()),
    }
}

impl FeedTable<'_> {
    /// The encoding it was read in, and how that became known.
    pub const fn encoding(&self) -> (&'static str, KnownBy) {
        (self.encoding, self.known_by)
    }

    /// The columns of the header, as the file has them.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The character between columns.
    pub const fn separator(&self) -> char {
        self.separator
    }

    /// The row that was read last, as the file has it.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.last.iter()
    }

    fn row(&mut self, record: &StringRecord) -> TableRow {
        let byte = record
            .position()
            .map_or(0, |position| position.byte() as usize);
        let text = self.table.get_ref().get_ref();
        let line = self.place.line(text.as_bytes(), byte);
        let fields: Vec<&str> = record.iter().collect();
        let number = self.number;
        self.number += 1;
        let events = match self.shape(&fields) {
            Some(problem) => Err(problem),
            None => self
                .reader
                .map_row(number, &fields)
                .map_err(LineProblem::Row),
        };
        TableRow { line, events }
    }

    /// What is wrong with a row's number of columns; empty ones too many are a spreadsheet's habit.
    fn shape(&self, fields: &[&str]) -> Option<LineProblem> {
        let (expected, found) = (self.header.len(), fields.len());
        if self.quote_is_open(fields) {
            let text = self.table.get_ref().get_ref();
            let last = text.lines().count() as u64;
            return Some(LineProblem::Quote { last });
        }
        if found < expected {
            let column = self.header[found].clone();
            return Some(LineProblem::Short {
                expected,
                found,
                column,
            });
        }
        let surplus = fields[expected..]
            .iter()
            .find(|field| !field.trim().is_empty())?;
        Some(LineProblem::Long {
            expected,
            found,
            surplus: surplus.chars().take(40).collect(),
        })
    }

    /// Whether the row's last value ran to the end of the file because nothing closes it.
    fn quote_is_open(&self, fields: &[&str]) -> bool {
        let text = self.table.get_ref().get_ref();
        let read = self.table.position().byte() as usize >= text.len();
        let lines = fields.last().is_some_and(|field| field.contains('\n'));
        read && lines && !text.trim_end_matches(['\r', '\n']).ends_with('"')
    }
}

impl Iterator for FeedTable<'_> {
    type Item = TableRow;

    fn next(&mut self) -> Option<TableRow> {
        let mut record = std::mem::take(&mut self.last);
        match self.table.read_record(&mut record) {
            Ok(true) => {
                let row = self.row(&record);
                self.last = record;
                Some(row)
            }
            // Text is in memory and sound UTF-8, and rows of any length are taken: only the end is left.
            Ok(false) | Err(_) => None,
        }
    }
}
