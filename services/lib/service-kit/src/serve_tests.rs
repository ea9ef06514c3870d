//! The port as its clients meet it.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{ServeLimits, bind, serve};
use crate::Shutdown;

const HELLO: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

fn start(limits: ServeLimits) -> (SocketAddr, Shutdown, tokio::task::JoinHandle<()>) {
    let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let (address, shutdown) = (listener.local_addr().unwrap(), Shutdown::new());
    let router = Router::new().route("/", get(async || "hello"));
    let serving = tokio::spawn(serve(listener, router, limits, shutdown.clone()));
    (address, shutdown, serving)
}

const LIMITS: ServeLimits = ServeLimits {
    connections: 3,
    per_address: 2,
    head_wait: Duration::from_millis(300),
};

/// Everything up to the end, or up to what is asked for.
async fn read(stream: &mut TcpStream, until: &str) -> String {
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    while until.is_empty() || !text.contains(until) {
        match stream.read(&mut buffer).await {
            Ok(count @ 1..) => text.push_str(&String::from_utf8_lossy(&buffer[..count])),
            _ => break,
        }
    }
    text
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

#[tokio::test]
async fn an_address_with_all_its_connections_is_told_so_until_it_closes_one() {
    let (address, _shutdown, _serving) = start(ServeLimits {
        head_wait: Duration::from_secs(20),
        ..LIMITS
    });
    let mut first = connect(address).await;
    let mut second = connect(address).await;
    for stream in [&mut first, &mut second] {
        stream.write_all(HELLO).await.unwrap();
        assert!(read(stream, "hello").await.starts_with("HTTP/1.1 200"));
    }
    let told = read(&mut connect(address).await, "").await;
    assert!(
        told.starts_with("HTTP/1.1 503") && told.contains("Your address"),
        "{told}"
    );
    drop(first);
    for _ in 0..100 {
        let mut again = connect(address).await;
        let sent = again.write_all(HELLO).await;
        if sent.is_ok() && read(&mut again, "hello").await.starts_with("HTTP/1.1 200") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the place of a closed connection is free again");
}

#[tokio::test]
async fn a_head_that_does_not_come_and_a_connection_that_idles_are_cut_off() {
    let (address, _shutdown, _serving) = start(LIMITS);
    let mut slow = connect(address).await;
    slow.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    let mut idle = connect(address).await;
    idle.write_all(HELLO).await.unwrap();
    let both = async {
        let told = read(&mut slow, "").await;
        assert!(!told.contains("200"), "{told}");
        assert!(read(&mut idle, "").await.contains("hello"));
    };
    tokio::time::timeout(Duration::from_secs(10), both)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_head_without_measure_is_refused() {
    let (address, _shutdown, _serving) = start(ServeLimits {
        head_wait: Duration::from_secs(20),
        ..LIMITS
    });
    let mut stream = connect(address).await;
    let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}", "x".repeat(70 * 1024));
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(
        read(&mut stream, "\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 431")
    );
}

#[tokio::test]
async fn the_end_waits_for_nobody_who_is_idle() {
    let (address, shutdown, serving) = start(ServeLimits {
        head_wait: Duration::from_secs(60),
        ..LIMITS
    });
    let mut idle = connect(address).await;
    idle.write_all(HELLO).await.unwrap();
    read(&mut idle, "hello").await;
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(10), serving)
        .await
        .unwrap()
        .unwrap();
}

#[test]
fn connections_are_what_open_files_leave() {
    let of = |open_files| ServeLimits::within(open_files, 0).connections;
    assert_eq!((of(1_024), of(20_000), of(256)), (512, 16_384, 64));
}
