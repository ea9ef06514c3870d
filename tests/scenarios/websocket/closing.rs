//! Section 7 of the suite: every way to close.

use tests::raw_socket::{CLOSE, CONTINUATION, Frame, PING, TEXT};

use super::framing::{asking, frame};
use super::peer::Seen::{Answer, Closed};
use super::{Case, Sent, case};

fn close(code: u16, reason: &[u8]) -> Sent {
    Sent::Frame(Frame::close(code, reason))
}

pub(super) fn cases() -> Vec<Case> {
    let part = || Sent::Frame(Frame::new(TEXT, "fragment1").unfinished());
    let done = || vec![Closed(1000)];
    let mut cases = vec![
        case(
            "7.1.1",
            vec![asking(), close(1000, b"")],
            vec![Answer, Closed(1000)],
        ),
        case("7.1.2", vec![close(1000, b""), close(1000, b"")], done()),
        case("7.1.3", vec![close(1000, b""), frame(PING, "late")], done()),
        case("7.1.4", vec![close(1000, b""), asking()], done()),
        case(
            "7.1.5",
            vec![part(), close(1000, b""), frame(CONTINUATION, "fragment2")],
            done(),
        ),
        case(
            "7.1.6",
            vec![
                frame(TEXT, vec![b'*'; 256 * 1024]),
                close(1000, b""),
                frame(PING, ""),
            ],
            vec![Closed(1009)],
        ),
        case("7.3.1", vec![frame(CLOSE, "")], vec![Closed(1005)]),
        case("7.3.2", vec![frame(CLOSE, "a")], vec![Closed(1002)]),
        case("7.3.3", vec![close(1000, b"")], done()),
        case("7.3.4", vec![close(1000, b"Hello World!")], done()),
        case("7.3.5", vec![close(1000, &[b'*'; 123])], done()),
        case("7.3.6", vec![close(1000, &[b'*'; 124])], vec![Closed(1002)]),
        case(
            "7.5.1",
            vec![close(1000, &[0xce, 0xba, 0xed, 0xa0, 0x80])],
            vec![Closed(1007)],
        ),
    ];
    let good = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ];
    for (n, code) in (1..).zip(good) {
        cases.push(case(
            &format!("7.7.{n}"),
            vec![close(code, b"")],
            vec![Closed(code)],
        ));
    }
    for (n, code) in (1..).zip([0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]) {
        let number = format!("7.9.{n} ({code})");
        cases.push(case(&number, vec![close(code, b"")], vec![Closed(1002)]));
    }
    for (n, code) in (1..).zip([5000, 65_535]) {
        cases.push(case(
            &format!("7.13.{n}"),
            vec![close(code, b"")],
            vec![Closed(1002)],
        ));
    }
    cases
}
