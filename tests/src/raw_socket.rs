//! A WebSocket client without a WebSocket library: it can say what no library lets one say, in any
//! bytes, and tells exactly what came back.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Opcodes of RFC 6455, section 5.2.
pub const CONTINUATION: u8 = 0;
/// Text.
pub const TEXT: u8 = 1;
/// Binary.
pub const BINARY: u8 = 2;
/// Close.
pub const CLOSE: u8 = 8;
/// Ping.
pub const PING: u8 = 9;
/// Pong.
pub const PONG: u8 = 10;

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame as a client writes it: final and masked unless changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Last of its message.
    pub fin: bool,
    /// The three reserved bits, 0 to 7.
    pub reserved: u8,
    /// What it is.
    pub opcode: u8,
    /// What it carries.
    pub payload: Vec<u8>,
    /// Whether it is masked, as a client's must be.
    pub masked: bool,
}

impl Frame {
    /// A whole message, or a control frame.
    pub fn new(opcode: u8, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            fin: true,
            reserved: 0,
            opcode,
            payload: payload.into(),
            masked: true,
        }
    }

    /// A close with code and reason.
    pub fn close(code: u16, reason: &[u8]) -> Self {
        Self::new(CLOSE, [&code.to_be_bytes(), reason].concat())
    }

    /// More of the message follows.
    pub fn unfinished(mut self) -> Self {
        self.fin = false;
        self
    }

    /// With these reserved bits.
    pub fn reserved(mut self, bits: u8) -> Self {
        self.reserved = bits;
        self
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head(self.payload.len() as u64);
        if self.masked {
            let masked = self.payload.iter().zip(MASK.iter().cycle());
            bytes.extend(masked.map(|(byte, mask)| byte ^ mask));
        } else {
            bytes.extend(&self.payload);
        }
        bytes
    }

    /// Its head alone, telling this length.
    pub fn head(&self, length: u64) -> Vec<u8> {
        let first = (u8::from(self.fin) << 7) | (self.reserved << 4) | self.opcode;
        let masked = u8::from(self.masked) << 7;
        let mut bytes = vec![first];
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(short @ 0..=125), _) => bytes.push(masked | short),
            (_, Ok(middle)) => {
                bytes.push(masked | 0x7e);
                bytes.extend(middle.to_be_bytes());
            }
            _ => {
                bytes.push(masked | 0x7f);
                bytes.extend(length.to_be_bytes());
            }
        }
        if self.masked {
            bytes.extend(MASK);
        }
        bytes
    }
}

/// An answer to a handshake.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What the other side did next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// It sent a frame.
    Frame(Frame),
    /// It closed the connection in order.
    End,
    /// It reset the connection.
    Reset,
}

/// A connection.
pub struct RawSocket {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// The headers of a good handshake.
pub fn good_headers(address: SocketAddr) -> Vec<(&'static str, String)> {
    vec![
        ("host", address.to_string()),
        ("upgrade", String::from("websocket")),
        ("connection", String::from("Upgrade")),
        (
            "sec-websocket-key",
            String::from("dGhlIHNhbXBsZSBub25jZQ=="),
        ),
        ("sec-websocket-version", String::from("13")),
    ]
}

impl RawSocket {
    /// Connects, and says nothing yet.
    pub async fn connect(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            unread: Vec::new(),
        })
    }

    /// Asks for `request line` with these headers, and reads the answer's head; `None` when there is
    /// none within the limit.
    pub async fn ask(
        &mut self,
        request: &str,
        headers: &[(&str, String)],
        limit: Duration,
    ) -> Option<Answer> {
        let mut text = format!("{request}\r\n");
        for (name, value) in headers {
            text.push_str(&[name, ": ", value, "\r\n"].concat());
        }
        text.push_str("\r\n");
        // A request that is refused halfway is answered, too.
        self.send(text.as_bytes()).await.ok();
        tokio::time::timeout(limit, self.head()).await.ok()?
    }

    async fn head(&mut self) -> Option<Answer> {
        loop {
            if let Some(end) = find(&self.unread, b"\r\n\r\n") {
                let head: Vec<u8> = self.unread.drain(..end + 4).collect();
                let head = String::from_utf8_lossy(&head).into_owned();
                let status = head.split(' ').nth(1)?.parse().ok()?;
                return Some(Answer { status, head });
            }
            if self.more().await.ok()? == 0 {
                return None;
            }
        }
    }

    /// Writes bytes.
    pub async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Writes bytes in pieces of this size.
    pub async fn send_chopped(&mut self, bytes: &[u8], size: usize) -> std::io::Result<()> {
        for piece in bytes.chunks(size) {
            self.stream.write_all(piece).await?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn more(&mut self) -> std::io::Result<usize> {
        self.unread.reserve(16 * 1024);
        self.stream.read_buf(&mut self.unread).await
    }

    /// The next frame, or the end.
    pub async fn next(&mut self) -> Received {
        loop {
            if let Some((frame, length)) = read_frame(&self.unread) {
                self.unread.drain(..length);
                return Received::Frame(frame);
            }
            match self.more().await {
                Ok(0) => return Received::End,
                Ok(_) => {}
                Err(_) => return Received::Reset,
            }
        }
    }

    /// Ends our half of the connection.
    pub async fn finish(&mut self) {
        // It may have ended already.
        self.stream.shutdown().await.ok();
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// A server's frame and its length in bytes, if all of it is there.
fn read_frame(bytes: &[u8]) -> Option<(Frame, usize)> {
    let [first, second, ..] = *bytes else {
        return None;
    };
    let (start, length) = match second & 0x7f {
        126 => (
            4,
            u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)),
        ),
        127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)),
        short => (2, u64::from(short)),
    };
    let end = start + usize::try_from(length).ok()?;
    let frame = Frame {
        fin: first & 0x80 != 0,
        reserved: (first >> 4) & 7,
        opcode: first & 0x0f,
        payload: bytes.get(start..end)?.to_vec(),
        masked: second & 0x80 != 0,
    };
    Some((frame, end))
}
