//! Section 6 of the suite: texts are UTF-8 in every fragmentation, and what is not is told at once.

use tests::raw_socket::{CONTINUATION, Frame, TEXT};

use super::peer::ENDPOINTS;
use super::peer::Seen::{self, Answer, Closed};
use super::{Case, Sent, case};

/// Sequences by case: hexadecimal, `+` when valid.
const SEQUENCES: &str = include_str!("utf8_sequences.txt");

/// A text of valid bytes before one that is invalid, and what would follow.
const BEFORE: &[u8] = &[
    0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xce, 0xbc, 0xce, 0xb5,
];
const AFTER: &[u8] = b"edited";

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// Fragments of one text message; the last one ends it where `whole` says so.
fn pieces(pieces: &[&[u8]], whole: bool) -> Vec<Sent> {
    let count = pieces.len();
    let piece = |(n, payload): (usize, &&[u8])| {
        let mut frame = Frame::new(if n == 0 { TEXT } else { CONTINUATION }, *payload);
        frame.fin = whole && n + 1 == count;
        Sent::Frame(frame)
    };
    pieces.iter().enumerate().map(piece).collect()
}

fn bytewise(text: &[u8]) -> Vec<Sent> {
    let bytes: Vec<&[u8]> = text.chunks(1).collect();
    pieces(&bytes, true)
}

pub(super) fn cases() -> Vec<Case> {
    let invalid = [BEFORE, &[0xed, 0xa0, 0x80], AFTER].concat();
    let refused = || vec![Closed(1007)];
    let mut cases = vec![
        case(
            "6.1.2",
            pieces(&[b"", b"", b""], true),
            vec![Seen::ClosedForWords],
        ),
        case(
            "6.1.3",
            pieces(&[b"", b"middle", b""], true),
            vec![Seen::ClosedForWords],
        ),
        case("6.3.1", pieces(&[&invalid], true), refused()),
        case("6.3.2", bytewise(&invalid), refused()),
        // Told before the message has ended: nothing more is sent.
        case(
            "6.4.1",
            pieces(&[BEFORE, &[0xf4, 0x90, 0x80, 0x80]], false),
            refused(),
        ),
        case(
            "6.4.2",
            pieces(&[&[BEFORE, &[0xf4]].concat(), &[0x90]], false),
            refused(),
        ),
        case("6.4.3", pieces(&[&invalid], true), refused()).chopped(1),
        case(
            "6.4.4",
            pieces(&[&[BEFORE, &[0xf4, 0x90]].concat()], true),
            refused(),
        )
        .chopped(1),
    ];
    for line in SEQUENCES.lines().filter(|line| !line.starts_with('#')) {
        let [number, judged, hex] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let text = unhex(hex);
        let expected = if judged == "+" {
            vec![Answer]
        } else {
            refused()
        };
        for endpoint in ENDPOINTS {
            let whole = endpoint.question_with(&text);
            let number = format!("{number} for {}", endpoint.path);
            let only = |sent| {
                let mut only = case(&number, sent, expected.clone());
                only.only = Some(endpoint);
                only
            };
            cases.push(only(pieces(&[&whole], true)));
            cases.push(only(bytewise(&whole)));
        }
    }
    cases
}
