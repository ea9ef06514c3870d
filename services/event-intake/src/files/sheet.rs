//! A file as a whole: what each row would be, judged as admission will judge it.

use std::collections::HashMap;
use std::path::Path;

use event_schemas::city::Reason;
use event_schemas::envelope::decode_structured;
use event_schemas::feed::{FeedTable, FileFault, KnownBy, LineProblem, MappedEvent};
use event_schemas::{Catalog, Feed};

/// The column that we add to bad rows; when it comes back it is passed over.
pub(super) const REASON: &str = "@reason";

/// A row that cannot be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadRow {
    /// The line where it begins, from 1.
    pub(super) line: u64,
    /// The column that is wrong, where it is one.
    pub(super) column: Option<String>,
    /// JSON pointer into the event, where the event is wrong.
    pub(super) path: Option<String>,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// The row as it came.
    pub(super) fields: Vec<String>,
}

/// A row's event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GoodEvent {
    pub(super) line: u64,
    /// Structured JSON.
    pub(super) json: String,
    /// The row as it came.
    pub(super) fields: Vec<String>,
}

/// A judged file.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) header: Vec<String>,
    pub(super) separator: char,
    /// Name of the encoding, and whether that had to be found out.
    pub(super) encoding: &'static str,
    pub(super) by_trial: bool,
    pub(super) rows: u64,
    /// Rows that are no events by the mapping's own rule.
    pub(super) skipped: u64,
    /// Rows that stand in the file a second time.
    pub(super) repeated: u64,
    pub(super) good: Vec<GoodEvent>,
    pub(super) bad: Vec<BadRow>,
}

/// A file, its name and the label under which its events are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent<'f> {
    pub(super) name: &'f str,
    pub(super) bytes: &'f [u8],
    pub(super) label: &'f str,
}

/// Why nothing of a file can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoSheet {
    /// The feed's mapping says no.
    #[error(transparent)]
    File(#[from] FileFault),
    /// UTF-16 that does not say so.
    #[error(
        "the file is UTF-16 without a byte order mark, which cannot be told from binary with certainty: \
         save it as \"CSV UTF-8\""
    )]
    Utf16,
}

impl NoSheet {
    /// A word for programs.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Utf16 => "not-a-table",
            Self::File(fault) => match fault {
                FileFault::Empty { .. } => "empty-file",
                FileFault::Foreign { .. } => "not-a-table",
                FileFault::Text(_) => "encoding",
                FileFault::Separator { .. } => "separator",
                FileFault::Twice { .. } | FileFault::Header(_) => "header",
            },
        }
    }
}

/// Reads and judges a whole file.
pub(super) fn judge(catalog: &Catalog, feed: &Feed, sent: Sent<'_>) -> Result<Sheet, NoSheet> {
    if is_utf16(sent.bytes) {
        return Err(NoSheet::Utf16);
    }
    let mut table = feed.open(Path::new(sent.name), sent.bytes, sent.label)?;
    let (encoding, known_by) = table.encoding();
    let mut sheet = Sheet {
        header: table.header().to_vec(),
        separator: table.separator(),
        encoding,
        by_trial: known_by == KnownBy::Trial,
        ..Sheet::default()
    };
    let mut seen = HashMap::new();
    while let Some(row) = table.next() {
        sheet.rows += 1;
        let at = (row.line, fields(&table));
        match row.events {
            Err(problem) => sheet.bad.push(misread(at, &problem)),
            Ok(events) if events.is_empty() => sheet.skipped += 1,
            Ok(events) => sheet.take(catalog, feed, at, &events, &mut seen),
        }
    }
    Ok(sheet)
}

fn fields(table: &FeedTable<'_>) -> Vec<String> {
    table.fields().map(str::to_owned).collect()
}

/// Every other byte of ASCII in UTF-16 is zero.
fn is_utf16(bytes: &[u8]) -> bool {
    let begin = &bytes[..bytes.len().min(512)];
    let zeros = |odd: usize| {
        let half = begin.iter().skip(odd).step_by(2);
        half.filter(|byte| **byte == 0).count()
    };
    let marked = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let (even, odd) = (zeros(0), zeros(1));
    !marked && begin.len() >= 8 && even.abs_diff(odd) * 4 > begin.len()
}

type At = (u64, Vec<String>);

fn misread((line, fields): At, problem: &LineProblem) -> BadRow {
    let (code, column) = match problem {
        LineProblem::Row(fault) => ("value", Some(fault.column.clone())),
        LineProblem::Short { column, .. } => ("too_few_columns", Some(column.clone())),
        LineProblem::Long { .. } => ("too_many_columns", None),
        LineProblem::Quote { .. } => ("open_quote", None),
    };
    BadRow {
        line,
        column,
        path: None,
        code,
        message: problem.to_string(),
        fields,
    }
}

impl Sheet {
    /// A row's events, all or none.
    fn take(
        &mut self,
        catalog: &Catalog,
        feed: &Feed,
        (line, fields): At,
        events: &[MappedEvent],
        seen: &mut HashMap<String, (u64, String)>,
    ) {
        let mut fresh = Vec::with_capacity(events.len());
        for event in events {
            let json = event.to_json();
            let refused = match seen.get(&event.id) {
                Some((_, known)) if *known == json => continue,
                Some((first, _)) => Some(twice(*first)),
                None => refusal(catalog, feed, &json),
            };
            if let Some((reason, message, path)) = refused {
                let code = reason.code();
                self.bad.push(BadRow {
                    line,
                    column: None,
                    path,
                    code,
                    message,
                    fields,
                });
                return;
            }
            fresh.push((event.id.clone(), json));
        }
        self.repeated += u64::from(fresh.is_empty());
        for (id, json) in fresh {
            seen.insert(id, (line, json.clone()));
            self.good.push(GoodEvent {
                line,
                json,
                fields: fields.clone(),
            });
        }
    }
}

type Refused = (Reason, String, Option<String>);

fn twice(first: u64) -> Refused {
    let message = format!(
        "line {first} has the same key and says something else; the feed's mapping makes an event's id of \
         its key, so one of the two must go"
    );
    (Reason::IdReused, message, None)
}

fn refusal(catalog: &Catalog, feed: &Feed, json: &str) -> Option<Refused> {
    let envelope = match decode_structured(json.as_bytes()) {
        Ok(envelope) => envelope,
        Err(fault) => return Some((fault.reason, fault.message, fault.path)),
    };
    let judged = catalog.judge(&feed.department, &envelope);
    judged
        .err()
        .map(|refusal| (refusal.reason, refusal.message, refusal.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed_sheet(feed: &str, bytes: &[u8]) -> Result<Sheet, NoSheet> {
        let catalog = Catalog::embedded().unwrap();
        let feed = catalog.feed(feed).unwrap();
        let sent = Sent {
            name: "messages.csv",
            bytes,
            label: "file",
        };
        judge(&catalog, feed, sent)
    }

    const HEADER: &str = "留言编号,留言主题,留言时间,留言详情";

    fn messages(rows: &str) -> Sheet {
        feed_sheet("hotline.messages", format!("{HEADER}\n{rows}").as_bytes()).unwrap()
    }

    #[test]
    fn good_rows_and_bad_ones_are_told_apart_by_line_and_column() {
        let sheet = messages(
            "1,路灯不亮,2026/7/1 14:05:00,一直不亮\n2,停水,昨天,没水\n3,噪声\n4,树倒了,2026/7/2,路边,多\n",
        );
        assert_eq!((sheet.rows, sheet.good.len()), (4, 1));
        let told: Vec<_> = sheet
            .bad
            .iter()
            .map(|bad| (bad.line, bad.code, bad.column.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                (3, "value", Some("留言时间")),
                (4, "too_few_columns", Some("留言时间")),
                (5, "too_many_columns", None)
            ]
        );
        assert_eq!(sheet.bad[1].fields, ["3", "噪声"]);
    }

    #[test]
    fn a_row_that_stands_twice_is_one_event_and_the_same_key_saying_otherwise_is_bad() {
        let row = "1,路灯不亮,2026/7/1 14:05:00,不亮";
        let sheet = messages(&format!("{row}\n{row}\n1,停水,2026/7/1 14:05:00,没水\n"));
        assert_eq!((sheet.good.len(), sheet.repeated), (1, 1));
        assert_eq!((sheet.bad[0].line, sheet.bad[0].code), (4, "id_reused"));
        assert!(sheet.bad[0].message.contains("line 2"));
    }

    #[test]
    fn what_the_contract_refuses_is_bad_with_the_path_into_the_event() {
        let sheet = messages("编号 1,停水,2026/7/1 14:05:00,没水\n");
        assert_eq!(sheet.bad[0].code, "contract_violation");
        assert_eq!(sheet.bad[0].path.as_deref(), Some("/data/request"));
    }

    #[test]
    fn gb18030_is_read_like_utf8_with_and_without_a_mark() {
        let text = format!("{HEADER}\n1,路灯不亮,2026/7/1 14:05:00,不亮\n");
        let gb = encoding_rs::GB18030.encode(&text).0.into_owned();
        let found = feed_sheet("hotline.messages", &gb).unwrap();
        let plain = feed_sheet("hotline.messages", text.as_bytes()).unwrap();
        let marked = feed_sheet("hotline.messages", format!("\u{feff}{text}").as_bytes()).unwrap();
        assert!(found.by_trial && !plain.by_trial);
        assert_eq!(found.good, plain.good);
        assert_eq!(marked.good, plain.good);
    }

    #[test]
    fn a_file_that_is_not_what_it_says_is_told_what_it_is() {
        let mut utf16 = Vec::new();
        for unit in "id,title,time\n1,a,b\n".encode_utf16() {
            utf16.extend(unit.to_le_bytes());
        }
        for (bytes, code, words) in [
            (
                &b"PK\x03\x04rest"[..],
                "not-a-table",
                "Excel workbook or a zip",
            ),
            (b"<!doctype html><p>sign in", "not-a-table", "a web page"),
            (&utf16, "not-a-table", "UTF-16 without a byte order mark"),
            (b"", "empty-file", "empty"),
            (b"a,b\n", "header", "expected a column"),
            (
                "留言编号;留言主题\n".as_bytes(),
                "separator",
                "separated by ';'",
            ),
            (b"\xff\xff\xff\xff\xff", "encoding", "expected UTF-8"),
        ] {
            let fault = feed_sheet("hotline.messages", bytes).unwrap_err();
            assert!(fault.to_string().contains(words), "{fault}");
            assert_eq!(fault.code(), code, "{fault}");
        }
    }
}
