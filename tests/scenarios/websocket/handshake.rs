//! Handshakes as RFC 6455, section 4.2 wants them, and all that are none. Also sections 12 and 13 of the
//! suite: compression is offered and declined.

use std::time::Duration;

use tests::hub::TestHub;
use tests::raw_socket::{RawSocket, good_headers};

use super::peer::{Door, ENDPOINTS, Endpoint};

const LIMIT: Duration = Duration::from_secs(15);

/// A change of one header: another value, or none.
type Change = (&'static str, Option<&'static str>);

/// Handshakes that are refused, with the status on `/live` and on `/graphql`.
const REFUSED: [(&str, Change, [u16; 2]); 14] = [
    (
        "an old version",
        ("sec-websocket-version", Some("8")),
        [426, 426],
    ),
    (
        "a version to come",
        ("sec-websocket-version", Some("14")),
        [426, 426],
    ),
    ("no version", ("sec-websocket-version", None), [400, 400]),
    ("no key", ("sec-websocket-key", None), [400, 400]),
    (
        "a short key",
        ("sec-websocket-key", Some("c2hvcnQ=")),
        [400, 400],
    ),
    (
        "a key that is no Base64",
        ("sec-websocket-key", Some("!!!!")),
        [400, 400],
    ),
    ("an empty key", ("sec-websocket-key", Some("")), [400, 400]),
    ("no upgrade", ("upgrade", None), [400, 405]),
    ("another upgrade", ("upgrade", Some("h2c")), [400, 400]),
    ("no connection header", ("connection", None), [400, 400]),
    (
        "keep-alive alone",
        ("connection", Some("keep-alive")),
        [400, 400],
    ),
    (
        "a foreign page",
        ("origin", Some("https://evil.example")),
        [403, 403],
    ),
    (
        "a page without origin",
        ("origin", Some("null")),
        [403, 403],
    ),
    (
        "a page with our name within its own",
        ("origin", Some("http://127.0.0.1.evil.example")),
        [403, 403],
    ),
];

fn headers(door: &Door, endpoint: Endpoint, change: Change) -> Vec<(&'static str, String)> {
    let (name, value) = change;
    let mut headers = good_headers(door.address);
    headers.extend(
        endpoint
            .protocol
            .map(|one| ("sec-websocket-protocol", one.to_owned())),
    );
    headers.retain(|(key, _)| *key != name);
    headers.extend(value.map(|value| (name, value.to_owned())));
    headers
}

async fn ask(door: &Door, request: &str, headers: &[(&str, String)]) -> tests::raw_socket::Answer {
    let mut socket = RawSocket::connect(door.address).await.unwrap();
    let answer = socket.ask(request, headers, LIMIT).await;
    answer.unwrap_or_else(|| panic!("no answer to {request} {headers:?}"))
}

async fn refused(door: &Door) {
    for (what, change, statuses) in REFUSED {
        for (endpoint, status) in ENDPOINTS.into_iter().zip(statuses) {
            let request = format!("GET {} HTTP/1.1", endpoint.path);
            let answer = ask(door, &request, &headers(door, endpoint, change)).await;
            assert_eq!(
                answer.status, status,
                "{what} on {}: {}",
                endpoint.path, answer.head
            );
            if status == 426 {
                assert_eq!(answer.header("sec-websocket-version"), Some("13"), "{what}");
            }
        }
    }
    for endpoint in ENDPOINTS {
        let good = headers(door, endpoint, ("", None));
        for request in ["POST", "PUT"].map(|method| format!("{method} {} HTTP/1.1", endpoint.path))
        {
            let status = ask(door, &request, &good).await.status;
            assert!((400..500).contains(&status), "{request}: {status}");
        }
        let old = ask(door, &format!("GET {} HTTP/1.0", endpoint.path), &good).await;
        assert_ne!(old.status, 101, "HTTP/1.0: {}", old.head);
        let mut twice = good.clone();
        twice.push((
            "sec-websocket-key",
            String::from("dGhlIHNhbXBsZSBub25jZQ=="),
        ));
        let request = format!("GET {} HTTP/1.1", endpoint.path);
        assert_eq!(ask(door, &request, &twice).await.status, 400, "two keys");
    }
}

async fn accepted(door: &Door) {
    let own = format!("http://{}", door.address);
    // Sections 12.1 to 12.5 and 13.1 to 13.7 offer these.
    let offers = [
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; server_max_window_bits=9",
        "permessage-deflate; server_max_window_bits=15, permessage-deflate",
        "x-webkit-deflate-frame",
    ];
    for endpoint in ENDPOINTS {
        let request = format!("GET {} HTTP/1.1", endpoint.path);
        let mut own_page = headers(door, endpoint, ("origin", None));
        own_page.push(("origin", own.clone()));
        let answer = ask(door, &request, &own_page).await;
        assert_eq!(answer.status, 101, "our own page: {}", answer.head);
        // The key and its answer are the RFC's own example.
        let accept = answer.header("sec-websocket-accept");
        assert_eq!(accept, Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assert_eq!(answer.header("sec-websocket-protocol"), endpoint.protocol);
        for offer in offers {
            let change = ("sec-websocket-extensions", Some(offer));
            let answer = ask(door, &request, &headers(door, endpoint, change)).await;
            assert_eq!(answer.status, 101, "{offer}: {}", answer.head);
            assert_eq!(answer.header("sec-websocket-extensions"), None, "{offer}");
        }
        let mixed = [
            ("upgrade", "WebSocket"),
            ("connection", "keep-alive, Upgrade"),
        ];
        for (name, value) in mixed {
            let answer = ask(
                door,
                &request,
                &headers(door, endpoint, (name, Some(value))),
            )
            .await;
            assert_eq!(answer.status, 101, "{name}: {value}: {}", answer.head);
        }
    }
}

/// Heads without measure, and heads that do not end.
async fn endless(door: &Door) {
    for endpoint in ENDPOINTS {
        let request = format!("GET {} HTTP/1.1", endpoint.path);
        let mut many = headers(door, endpoint, ("", None));
        many.extend((0..200).map(|_| ("x-padding", String::from("x"))));
        assert_eq!(ask(door, &request, &many).await.status, 431, "200 headers");
        // 20 MB in one header (the shape of CVE-2023-43669).
        let mut large = headers(door, endpoint, ("", None));
        large.push(("x-padding", "x".repeat(20 << 20)));
        let mut socket = RawSocket::connect(door.address).await.unwrap();
        let answer = socket.ask(&request, &large, LIMIT).await;
        // Refused while it comes: the answer may be lost with the connection.
        assert!(answer.is_none_or(|answer| answer.status == 431));
    }
    // A head that never ends is cut off; the port's limit is 20 s.
    let mut slow = RawSocket::connect(door.address).await.unwrap();
    let begin = std::time::Instant::now();
    slow.send(b"GET /live HTTP/1.1\r\nhost: x\r\n")
        .await
        .unwrap();
    let dripping = async {
        while slow.send(b"x: y\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(40), dripping)
        .await
        .unwrap();
    assert!(
        begin.elapsed() > Duration::from_secs(15),
        "patience: {:?}",
        begin.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_is_whole_and_from_our_own_pages_or_there_is_no_websocket() {
    let hub = TestHub::start("handshakes").await;
    let door = Door::of(&hub).await;
    tokio::join!(refused(&door), accepted(&door), endless(&door));
    hub.stop().await;
}
