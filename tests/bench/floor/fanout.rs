//! P8: one frame, made once, written with `write(2)` to every connection: nothing is asked, nobody
//! is known, nothing waits.

use std::io::{ErrorKind, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Writes a text frame of so many bytes to so many clients, again and again.
pub(crate) fn run(clients: usize, bytes: usize, every: Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    let mut connected: Vec<TcpStream> = (0..clients)
        .map(|_| {
            let (stream, _) = listener.accept().unwrap();
            stream.set_nonblocking(true).unwrap();
            stream.set_nodelay(true).unwrap();
            stream
        })
        .collect();
    let frame = frame(bytes);
    let mut next = Instant::now();
    loop {
        for stream in &mut connected {
            // What does not fit is dropped: the floor promises nothing.
            if let Err(error) = stream.write(&frame) {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
            }
        }
        next = (next + every).max(Instant::now());
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// A WebSocket text frame of a server: a header of four bytes, and the payload as it is.
fn frame(bytes: usize) -> Vec<u8> {
    let length = u16::try_from(bytes).unwrap();
    assert!(length >= 126, "shorter frames have a shorter header");
    let mut frame = vec![0x81, 126];
    frame.extend_from_slice(&length.to_be_bytes());
    frame.resize(frame.len() + bytes, b' ');
    frame
}
