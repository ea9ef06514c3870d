//! A way to ClickHouse that can be cut, and that can lose answers after the work was done.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Everything passes.
    Open,
    /// Requests pass, answers are lost.
    AnswersLost,
    /// Nothing passes.
    Cut,
}

/// A TCP proxy in front of ClickHouse.
pub(crate) struct Proxy {
    pub(crate) url: String,
    way: Arc<watch::Sender<Way>>,
}

impl Proxy {
    /// Listens in front of `url`.
    pub(crate) async fn before(url: &str) -> Self {
        let target: SocketAddr = url.strip_prefix("http://").unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let way = Arc::new(watch::Sender::new(Way::Open));
        let ways = Arc::clone(&way);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, target, ways.subscribe()));
            }
        });
        Self { url, way }
    }

    /// Changes the way; connections that are open feel it too.
    pub(crate) fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn carry(mut client: TcpStream, target: SocketAddr, mut way: watch::Receiver<Way>) {
    if *way.borrow() == Way::Cut {
        return;
    }
    let Ok(mut server) = TcpStream::connect(target).await else {
        return;
    };
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => match read {
                Ok(n) if n > 0 && server.write_all(&up[..n]).await.is_ok() => {}
                _ => return,
            },
            read = server.read(&mut down) => match read {
                // The work is done; the answer never comes.
                Ok(n) if n > 0 && *way.borrow() == Way::AnswersLost => return,
                Ok(n) if n > 0 && client.write_all(&down[..n]).await.is_ok() => {}
                _ => return,
            },
            changed = way.changed() => if changed.is_err() || *way.borrow() == Way::Cut { return },
        }
    }
}
