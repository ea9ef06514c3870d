//! Files as departments have them: in GB18030, with a byte order mark, cut off, torn, or not what
//! they say. What cannot be read is told by line, column and reason.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use std::path::Path;

use encoding_rs::GB18030;
use event_schemas::feed::{FileFault, KnownBy, LineFault, MappedEvent};
use event_schemas::{Catalog, Feed};
use proptest::prelude::*;

const CONTRACT: &str = r#"{"x-city": {"title": {"zh": "树木倒伏", "en": "Tree fallen"},
  "summary": {"zh": "{species} 倒伏", "en": "{species} fallen"}, "subject": "/tree"},
  "type": "object", "required": ["tree"], "properties": {
  "tree": {"type": "string", "minLength": 1}, "species": {"type": "string", "minLength": 1}}}"#;

const FEED: &str = r"
- name: parks.trees
  title: {zh: 树木台账, en: Tree ledger}
  file:
    source: /parks/trees
    key: '{编号}'
    known: 时间
    zone: Asia/Shanghai
    timeFormats: ['%Y-%m-%d %H:%M']
    rows:
      - type: city.parks.tree-fallen.v1
        subject: '{编号}'
        time: 时间
        data: {tree: '{编号}', species: '{树种}'}
";

/// A catalog of one department, whose mapping has these lines more.
fn catalog(more: &str) -> Result<Catalog, String> {
    let folder = tempfile::tempdir().unwrap();
    let parks = folder.path().join("parks");
    std::fs::create_dir_all(&parks).unwrap();
    std::fs::create_dir_all(folder.path().join("places")).unwrap();
    let department = "name: parks\ntitle: {zh: 园林, en: Parks}\nkind: service\n";
    std::fs::write(parks.join("department.yaml"), department).unwrap();
    std::fs::write(parks.join("tree-fallen.v1.schema.json"), CONTRACT).unwrap();
    let feed = FEED.replace("    key:", &format!("{more}    key:"));
    std::fs::write(parks.join("feeds.yaml"), feed).unwrap();
    Catalog::load(folder.path()).map_err(|errors| errors.to_string())
}

fn feed(catalog: &Catalog) -> &Feed {
    catalog.feed("parks.trees").unwrap()
}

type Read = (Vec<MappedEvent>, Vec<String>, (&'static str, KnownBy));

fn read(feed: &Feed, bytes: &[u8]) -> Result<Read, FileFault> {
    let table = feed.open(Path::new("trees.csv"), bytes, "run")?;
    let encoding = table.encoding();
    let (mut events, mut faults) = (Vec::new(), Vec::new());
    for row in table {
        match row.events {
            Ok(mapped) => events.extend(mapped),
            Err(fault) => {
                let line = row.line;
                faults.push(LineFault { line, fault }.to_string());
            }
        }
    }
    Ok((events, faults, encoding))
}

const TREES: &str = "编号,时间,树种\nA-1,2026-07-01 08:30,香樟\nA-2,2026-07-01 09:00,悬铃木\n";

#[test]
fn the_same_table_is_the_same_events_in_whichever_encoding_it_was_saved() {
    let plain = catalog("").unwrap();
    let declared = catalog("    encoding: gb18030\n").unwrap();
    let gb = GB18030.encode(TREES).0;
    let marked = format!("\u{feff}{TREES}");
    let (events, faults, encoding) = read(feed(&plain), TREES.as_bytes()).unwrap();
    assert_eq!((events.len(), faults.len()), (2, 0));
    assert_eq!(events[0].event["data"]["species"], "香樟");
    assert_eq!(events[0].event_time.rfc3339(), "2026-07-01T00:30:00.000Z");
    assert_eq!(encoding, ("UTF-8", KnownBy::Mapping));
    for (catalog, bytes, known) in [
        (&plain, marked.as_bytes(), ("UTF-8", KnownBy::Mark)),
        (&plain, &gb[..], ("gb18030", KnownBy::Trial)),
        (&declared, &gb[..], ("gb18030", KnownBy::Mapping)),
    ] {
        let (other, faults, encoding) = read(feed(catalog), bytes).unwrap();
        assert_eq!((&other, faults.len(), encoding), (&events, 0, known));
    }
}

#[test]
fn an_encoding_that_nobody_knows_is_an_error_of_the_catalog() {
    let told = catalog("    encoding: klingon\n").unwrap_err();
    assert!(
        told.contains("/0/file/encoding") && told.contains("klingon"),
        "{told}"
    );
    let told = catalog("    separator: '\u{ff0c}'\n").unwrap_err();
    assert!(told.contains("/0/file/separator"), "{told}");
}

#[test]
fn a_row_of_the_wrong_width_is_told_by_its_line_and_the_others_are_read() {
    let catalog = catalog("").unwrap();
    let file = "编号,时间,树种\r\n\
        A-1,2026-07-01 08:30,\"香樟,\r\n两株\"\r\n\
        A-2,2026-07-01 09:00\r\n\
        A-3,2026-07-01 09:10,水杉,树干断裂\r\n\
        A-4,2026-07-01 09:20,银杏,,\r\n\
        A-5,昨天,银杏\r\n";
    let (events, faults, _) = read(feed(&catalog), file.as_bytes()).unwrap();
    let trees: Vec<_> = events.iter().map(|event| &event.event["subject"]).collect();
    assert_eq!(trees, ["A-1", "A-4"], "empty columns too many do no harm");
    assert_eq!(
        faults,
        [
            "line 4: expected 3 columns as in the header, found 2; missing from '树种' on",
            "line 5: expected 3 columns as in the header, found 4, the first too many being \
             \"树干断裂\"; a value that holds the separator stands in quotation marks",
            "line 7: column 时间: expected a time: RFC 3339, or %Y-%m-%d %H:%M, found \"昨天\"",
        ]
    );
}

#[test]
fn a_quotation_mark_that_nothing_closes_is_told_where_it_was_opened() {
    let catalog = catalog("").unwrap();
    let file = "编号,时间,树种\nA-1,2026-07-01 08:30,\"香樟\nA-2,2026-07-01 09:00,水杉\n";
    let (events, faults, _) = read(feed(&catalog), file.as_bytes()).unwrap();
    assert!(events.is_empty());
    let told = "line 2: a quotation mark is opened and not closed";
    assert!(
        faults.len() == 1 && faults[0].starts_with(told),
        "{faults:?}"
    );
    let closed = "编号,时间,树种\nA-1,2026-07-01 08:30,\"香樟\n两株\"\n";
    assert_eq!(read(feed(&catalog), closed.as_bytes()).unwrap().0.len(), 1);
}

#[test]
fn a_file_that_is_not_what_it_says_is_told_what_it_is() {
    let catalog = catalog("").unwrap();
    let told = |bytes: &[u8]| read(feed(&catalog), bytes).unwrap_err().to_string();
    for (bytes, word) in [
        (&b""[..], "the file is empty"),
        (b"\xef\xbb\xbf\r\n", "the file is empty"),
        (b"PK\x03\x04rest", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1", "an old Excel workbook"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"<!DOCTYPE html><title>Sign in</title>", "a web page"),
        (b"{\"specversion\":\"1.0\"}", "JSON"),
        (b"a,b\0c\n", "binary"),
    ] {
        assert!(told(bytes).contains(word), "{word}: {}", told(bytes));
    }
    assert_eq!(
        told("编号,时间,树种,时间\n".as_bytes()),
        "the header has the column '时间' twice: which of them is meant?"
    );
    let missing = told("编号,时间\n".as_bytes());
    assert!(
        missing.contains("a column '树种' in the header"),
        "{missing}"
    );
    let fault = read(feed(&catalog), b"a,b\n1,\xff\xff\n").unwrap_err();
    assert!(matches!(fault, FileFault::Text(text) if (text.line, text.character) == (2, 3)));
}

#[test]
fn columns_are_separated_as_the_mapping_says_and_another_separator_is_named() {
    let semicolons = TREES.replace(',', ";");
    let commas = catalog("").unwrap();
    let told = read(feed(&commas), semicolons.as_bytes()).unwrap_err();
    assert!(told.to_string().contains("say `separator: ';'`"), "{told}");
    let declared = catalog("    separator: ';'\n").unwrap();
    assert_eq!(
        read(feed(&declared), semicolons.as_bytes())
            .unwrap()
            .0
            .len(),
        2
    );
}

proptest! {
    #[test]
    fn no_file_makes_the_reader_panic_and_every_row_is_accounted_for(
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "编号,时间,树种\n[a-z0-9,\"\n\r 香樟-]{0,80}".prop_map(String::into_bytes),
        ],
    ) {
        let catalog = catalog("").unwrap();
        if let Ok(table) = feed(&catalog).open(Path::new("x.csv"), &bytes, "run") {
            let lines: Vec<u64> = table.map(|row| row.line).collect();
            prop_assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", lines);
        }
    }
}
