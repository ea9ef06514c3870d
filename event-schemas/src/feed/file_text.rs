//! Bytes of a department's file to text: UTF-8, GB18030 or whatever the mapping declares; never a
//! guess that is not told, never a character that is silently replaced.

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};

/// So many characters beyond ASCII are no accident: text that is sound UTF-8 with that many of them
/// was not written in another encoding.
const NO_ACCIDENT: usize = 16;

/// How the encoding of a file became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// The mapping declares it, or nothing says otherwise and it is UTF-8.
    Mapping,
    /// The file begins with a byte order mark.
    Mark,
    /// Neither: the bytes are not UTF-8, and they are sound GB18030.
    Trial,
}

/// A file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileText {
    /// Without a byte order mark.
    pub(super) text: String,
    /// The encoding's name.
    pub(super) encoding: &'static str,
    /// How it became known.
    pub(super) known_by: KnownBy,
}

/// Why bytes are not the text that they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}, character {character}: expected {expected}, found the bytes {found}; {advice}"
)]
pub struct TextFault {
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub character: usize,
    /// The encoding that was expected.
    pub expected: &'static str,
    /// The first bytes that are not of it.
    pub found: String,
    /// What to do.
    pub advice: String,
}

/// The encoding that a mapping declares.
pub(super) fn declared(name: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(name.as_bytes())
        .filter(|encoding| *encoding != encoding_rs::REPLACEMENT)
        .ok_or_else(|| format!("an encoding such as utf-8, gb18030 or big5, not '{name}'"))
}

/// Reads all of a file, in the encoding declared for it.
pub(super) fn read(
    bytes: &[u8],
    declared: Option<&'static Encoding>,
) -> Result<FileText, TextFault> {
    if let Some((marked, mark)) = Encoding::for_bom(bytes) {
        let text = decode(&bytes[mark..], marked).map_err(|at| {
            at.fault(
                marked,
                "the byte order mark at the beginning names this encoding",
            )
        })?;
        return Ok(FileText {
            text,
            encoding: marked.name(),
            known_by: KnownBy::Mark,
        });
    }
    let expected = declared.unwrap_or(UTF_8);
    let known_by = KnownBy::Mapping;
    if expected != UTF_8 && surely_utf8(bytes) {
        return Err(Broken::at_first_beyond_ascii(bytes).fault(
            expected,
            "the file is UTF-8: declare that in the mapping, or save the file anew",
        ));
    }
    match decode(bytes, expected) {
        Ok(text) => Ok(FileText {
            text,
            encoding: expected.name(),
            known_by,
        }),
        Err(broken) if declared.is_none() => match decode(bytes, GB18030) {
            Ok(text) => Ok(FileText {
                text,
                encoding: GB18030.name(),
                known_by: KnownBy::Trial,
            }),
            Err(_) => Err(broken.fault(
                UTF_8,
                "nor is the file GB18030: save it as UTF-8, or declare its `encoding` in the mapping",
            )),
        },
        Err(broken) => Err(broken.fault(
            expected,
            "save the file in the encoding that the mapping declares, or declare another",
        )),
    }
}

fn surely_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        text.chars()
            .filter(|c| !c.is_ascii())
            .take(NO_ACCIDENT)
            .count()
            == NO_ACCIDENT
    })
}

/// Where decoding ended.
struct Broken {
    line: usize,
    character: usize,
    bytes: Vec<u8>,
}

impl Broken {
    fn after(text: &str, rest: &[u8]) -> Self {
        let line_start = text.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: text.bytes().filter(|byte| *byte == b'\n').count() + 1,
            character: text[line_start..].chars().count() + 1,
            bytes: rest.iter().take(4).copied().collect(),
        }
    }

    fn at_first_beyond_ascii(bytes: &[u8]) -> Self {
        let ascii = bytes.iter().take_while(|byte| byte.is_ascii()).count();
        let (before, rest) = bytes.split_at(ascii);
        Self::after(&String::from_utf8_lossy(before), rest)
    }

    fn fault(self, expected: &'static Encoding, advice: &str) -> TextFault {
        let hex: Vec<String> = self
            .bytes
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        TextFault {
            line: self.line,
            character: self.character,
            expected: expected.name(),
            found: hex.join(" "),
            advice: advice.to_owned(),
        }
    }
}

fn decode(bytes: &[u8], encoding: &'static Encoding) -> Result<String, Broken> {
    if encoding == UTF_8 {
        return match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => {
                let (sound, rest) = bytes.split_at(error.valid_up_to());
                Err(Broken::after(&String::from_utf8_lossy(sound), rest))
            }
        };
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(room.unwrap_or(bytes.len()));
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    match result {
        DecoderResult::InputEmpty => Ok(text),
        DecoderResult::Malformed(length, after) => {
            let start = read.saturating_sub(usize::from(length) + usize::from(after));
            Err(Broken::after(&text, &bytes[start..]))
        }
        // The room was asked of the decoder; an overflow would be a fault of its own arithmetic.
        DecoderResult::OutputFull => Err(Broken::after(&text, &bytes[read..])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn utf8_is_read_with_and_without_its_mark() {
        let plain = read("编号\n1\n".as_bytes(), None).unwrap();
        assert_eq!(
            (plain.encoding, plain.known_by),
            ("UTF-8", KnownBy::Mapping)
        );
        let marked = read("\u{feff}编号\n1\n".as_bytes(), None).unwrap();
        assert_eq!((marked.text, marked.known_by), (plain.text, KnownBy::Mark));
    }

    #[test]
    fn gb18030_is_read_as_declared_and_found_by_trial_otherwise_and_that_is_told() {
        let bytes = gb("编号,地址\n1,望江路𠮷\n");
        let declared_so = read(&bytes, Some(declared("gb18030").unwrap())).unwrap();
        let found = read(&bytes, None).unwrap();
        assert_eq!(found.text, declared_so.text);
        assert_eq!(
            (found.encoding, found.known_by),
            ("gb18030", KnownBy::Trial)
        );
        let older = read(&gb("编号"), Some(declared("GB2312").unwrap())).unwrap();
        assert_eq!(older.text, "编号");
    }

    #[test]
    fn a_mark_counts_before_the_declaration() {
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("编号\n".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let read = read(&utf16, Some(GB18030)).unwrap();
        assert_eq!((read.text.as_str(), read.encoding), ("编号\n", "UTF-16LE"));
    }

    #[test]
    fn bytes_of_no_encoding_are_told_by_line_and_character() {
        let mut bytes = "id,地址\n1,望江路\n2,".as_bytes().to_vec();
        bytes.extend([0xff, 0xff, b'\n']);
        let fault = read(&bytes, None).unwrap_err();
        assert_eq!((fault.line, fault.character), (3, 3));
        assert!(fault.found.starts_with("FF FF"), "{fault}");

        let mut bytes = gb("编号\n1,望江\n2,路");
        bytes.push(0xff);
        let fault = read(&bytes, Some(GB18030)).unwrap_err();
        assert_eq!((fault.line, fault.character), (3, 4));
        assert_eq!((fault.expected, fault.found.as_str()), ("gb18030", "FF"));
    }

    #[test]
    fn utf8_that_is_declared_to_be_something_else_is_refused_instead_of_garbled() {
        let long = "编号,地址\n1,滨江区望江路十二号滨江公园\n";
        let fault = read(long.as_bytes(), Some(GB18030)).unwrap_err();
        assert!(fault.advice.contains("is UTF-8"), "{fault}");
        // The famous two characters whose GB bytes look like UTF-8 are read as declared.
        let short = read(&gb("联通\n"), Some(GB18030)).unwrap();
        assert_eq!(short.text, "联通\n");
    }

    #[test]
    fn an_unknown_encoding_is_an_error_of_the_catalog() {
        assert!(declared("klingon").unwrap_err().contains("klingon"));
        assert!(
            declared("iso-2022-kr").is_err(),
            "unsafe ones are not decoded"
        );
    }

    proptest! {
        #[test]
        fn any_text_written_in_gb18030_is_read_back(text in "[ -~\\n\u{4e00}-\u{9fa5}。,、]{0,80}") {
            let read = read(&gb(&text), Some(GB18030));
            // Only text that is as surely UTF-8 may be refused, and GB18030's bytes are not.
            prop_assert_eq!(read.unwrap().text, text);
        }
    }
}
