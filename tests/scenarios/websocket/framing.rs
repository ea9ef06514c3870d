//! Sections 1 to 5, 9 and 10 of the suite: framing, pings, reserved bits, opcodes, fragments, limits.

use tests::raw_socket::{BINARY, CLOSE, CONTINUATION, Frame, PING, PONG, TEXT};

use super::peer::Seen::{Answer, AnswerUpTo, Closed, ClosedForBinary, ClosedForWords, Pong};
use super::{Asking, Case, Sent, case};

/// A message that is answered, whole.
pub(super) fn asking() -> Sent {
    sized(100)
}

fn sized(size: usize) -> Sent {
    in_fragments(size, 1, false)
}

fn in_fragments(size: usize, fragments: usize, pings: bool) -> Sent {
    Sent::Asking(Asking {
        size,
        fragments,
        pings,
    })
}

pub(super) fn frame(opcode: u8, payload: impl Into<Vec<u8>>) -> Sent {
    Sent::Frame(Frame::new(opcode, payload))
}

fn part(opcode: u8, payload: &str) -> Sent {
    Sent::Frame(Frame::new(opcode, payload).unfinished())
}

fn odd(opcode: u8, bits: u8, payload: &str) -> Sent {
    Sent::Frame(Frame::new(opcode, payload).reserved(bits))
}

pub(super) fn cases() -> Vec<Case> {
    [
        sizes(),
        pings(),
        reserved_bits(),
        opcodes(),
        fragmentation(),
        limits(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Section 1: every way to write a length.
fn sizes() -> Vec<Case> {
    let mut cases = vec![
        case("1.1.1", vec![frame(TEXT, "")], vec![ClosedForWords]),
        case("1.2.1", vec![frame(BINARY, "")], vec![ClosedForBinary]),
        case("1.1.8", vec![sized(65_536)], vec![AnswerUpTo(65_536)]).chopped(997),
    ];
    for (n, size) in [
        (2, 125),
        (3, 126),
        (4, 127),
        (5, 128),
        (6, 65_535),
        (7, 65_536),
    ] {
        let number = format!("1.1.{n}");
        cases.push(case(&number, vec![sized(size)], vec![AnswerUpTo(size)]));
    }
    for (n, size) in [(2, 125), (3, 126), (4, 127), (5, 128), (6, 16_000)] {
        let number = format!("1.2.{n}");
        let sent = vec![frame(BINARY, vec![0xfe; size])];
        cases.push(case(&number, sent, vec![ClosedForBinary]));
    }
    cases
}

/// Section 2.
fn pings() -> Vec<Case> {
    let pong = |payload: &[u8]| Pong(payload.to_vec());
    let ten: Vec<Sent> = (0..10)
        .map(|n| frame(PING, format!("payload {n}")))
        .collect();
    let tens: Vec<_> = (0..10)
        .map(|n| Pong(format!("payload {n}").into_bytes()))
        .collect();
    let odd_bytes = [0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff];
    vec![
        case("2.1", vec![frame(PING, "")], vec![pong(b"")]),
        case(
            "2.2",
            vec![frame(PING, "Hello, world!")],
            vec![pong(b"Hello, world!")],
        ),
        case("2.3", vec![frame(PING, odd_bytes)], vec![pong(&odd_bytes)]),
        case(
            "2.4",
            vec![frame(PING, [0xfe; 125])],
            vec![pong(&[0xfe; 125])],
        ),
        case("2.5", vec![frame(PING, [0xfe; 126])], vec![Closed(1002)]),
        case(
            "2.6",
            vec![frame(PING, [0xfe; 125])],
            vec![pong(&[0xfe; 125])],
        )
        .chopped(1),
        case("2.7", vec![frame(PONG, "")], vec![]),
        case("2.8", vec![frame(PONG, "unsolicited")], vec![]),
        case(
            "2.9",
            vec![frame(PONG, "unsolicited"), frame(PING, "ping")],
            vec![pong(b"ping")],
        ),
        case("2.10", ten.clone(), tens.clone()),
        case("2.11", ten, tens).chopped(1),
    ]
}

/// Section 3: bits that no extension gave a meaning.
fn reserved_bits() -> Vec<Case> {
    let amid = |bits| vec![asking(), odd(TEXT, bits, "Hello"), frame(PING, "")];
    vec![
        case("3.1", vec![odd(TEXT, 1, "Hello")], vec![Closed(1002)]),
        case("3.2", amid(2), vec![Answer, Closed(1002)]),
        case("3.3", amid(3), vec![Answer, Closed(1002)]).chopped(30),
        case("3.4", amid(4), vec![Answer, Closed(1002)]).chopped(1),
        case("3.5", vec![odd(BINARY, 5, "\0\0")], vec![Closed(1002)]),
        case("3.6", vec![odd(PING, 6, "Hello")], vec![Closed(1002)]),
        case("3.7", vec![odd(CLOSE, 7, "")], vec![Closed(1002)]),
    ]
}

/// Section 4: opcodes that mean nothing.
fn opcodes() -> Vec<Case> {
    let mut cases = Vec::new();
    for (section, first) in [("4.1", 3), ("4.2", 11)] {
        for n in 0..5 {
            let number = format!("{section}.{}", n + 1);
            let opcode = first + n;
            let sent = match n {
                0 => vec![frame(opcode, "")],
                1 => vec![frame(opcode, "reserved")],
                2 => vec![asking(), frame(opcode, ""), frame(PING, "")],
                _ => vec![asking(), frame(opcode, "reserved"), frame(PING, "")],
            };
            let expected = if n < 2 {
                vec![Closed(1002)]
            } else {
                vec![Answer, Closed(1002)]
            };
            let whole = case(&number, sent, expected);
            cases.push(if n == 4 { whole.chopped(1) } else { whole });
        }
    }
    cases
}

/// Section 5.
fn fragmentation() -> Vec<Case> {
    let two = || vec![in_fragments(100, 2, false)];
    let amid = || vec![in_fragments(100, 2, true)];
    let ping = || Pong(b"ping 0".to_vec());
    let five: Vec<_> = (0..4)
        .map(|n| Pong(format!("ping {n}").into_bytes()))
        .chain([Answer])
        .collect();
    let rest = |fin: bool| {
        let mut rest = Frame::new(CONTINUATION, "non-continuation");
        rest.fin = fin;
        Sent::Frame(rest)
    };
    let again = |fin: bool| vec![rest(fin), part(TEXT, "Hello"), rest(true)];
    let broken = || vec![Closed(1002)];
    vec![
        case(
            "5.1",
            vec![part(PING, "a"), frame(CONTINUATION, "b")],
            broken(),
        ),
        case(
            "5.2",
            vec![part(PONG, "a"), frame(CONTINUATION, "b")],
            broken(),
        ),
        case("5.3", two(), vec![Answer]),
        case("5.4", two(), vec![Answer]).chopped(40),
        case("5.5", two(), vec![Answer]).chopped(1),
        case("5.6", amid(), vec![ping(), Answer]),
        case("5.7", amid(), vec![ping(), Answer]).chopped(40),
        case("5.8", amid(), vec![ping(), Answer]).chopped(1),
        case("5.9", vec![rest(true), asking()], broken()),
        case("5.10", vec![rest(true), asking()], broken()).chopped(40),
        case("5.11", vec![rest(true), asking()], broken()).chopped(1),
        case("5.12", vec![rest(false), asking()], broken()),
        case("5.13", vec![rest(false), asking()], broken()).chopped(40),
        case("5.14", vec![rest(false), asking()], broken()).chopped(1),
        case(
            "5.15",
            vec![in_fragments(100, 2, false), rest(false), asking()],
            vec![Answer, Closed(1002)],
        ),
        case("5.16", again(false), broken()),
        case("5.17", again(true), broken()),
        case(
            "5.18",
            vec![part(TEXT, "one"), frame(TEXT, "two")],
            broken(),
        ),
        case("5.19", vec![in_fragments(100, 5, true)], five.clone()),
        case("5.20", vec![in_fragments(100, 5, true)], five).chopped(1),
    ]
}

/// Sections 9 and 10: our limits are smaller than the suite's, so what is too big is told, early.
fn limits() -> Vec<Case> {
    let bomb = |length: u64, opcode| vec![Sent::Bytes(Frame::new(opcode, "").head(length))];
    let mut cases = vec![
        case(
            "9.0 largest of /live",
            vec![sized(16_384)],
            vec![AnswerUpTo(16_384)],
        ),
        case(
            "9.0 beyond /live",
            vec![sized(16_385)],
            vec![AnswerUpTo(16_385)],
        ),
        case(
            "9.0 largest of /graphql",
            vec![sized(66_560)],
            vec![AnswerUpTo(66_560)],
        ),
        case("9.0 beyond both", vec![sized(66_561)], vec![Closed(1009)]),
        case(
            "9.0 a length of 2^62",
            bomb(1 << 62, TEXT),
            vec![Closed(1009)],
        ),
        case(
            "10.1.1",
            vec![in_fragments(16_000, 13, false)],
            vec![Answer],
        ),
    ];
    for (n, megabytes) in [(1, 1_u64), (2, 4), (3, 8), (4, 16)] {
        let size = megabytes << 20;
        cases.push(case(
            &format!("9.1.{n}"),
            bomb(size, TEXT),
            vec![Closed(1009)],
        ));
        cases.push(case(
            &format!("9.2.{n}"),
            bomb(size, BINARY),
            vec![Closed(1009)],
        ));
    }
    for (n, fragment) in [(1, 64), (2, 256), (3, 1_024), (4, 4_096)] {
        let pieces = 70_000 / fragment;
        let sent = vec![in_fragments(70_000, pieces, false)];
        cases.push(case(&format!("9.3.{n}"), sent, vec![Closed(1009)]));
        let sent = vec![in_fragments(16_000, 16_000 / fragment, false)];
        cases.push(case(&format!("9.5.{n}"), sent, vec![Answer]).chopped(fragment));
    }
    cases
}
