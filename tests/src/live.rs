//! A console's connection without the console: speaks the live protocol and keeps the picture.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Kinds of things in the picture.
pub const KINDS: [&str; 4] = ["alerts", "cases", "units", "entities"];

/// A client of `/live`.
pub struct LiveClient {
    socket: Option<WebSocketStream<MaybeTlsStream<TcpStream>>>,
    /// The epoch of the present stream.
    pub epoch: String,
    /// Where the client stands.
    pub cursor: String,
    /// `resume` or `snapshot`, from the last welcome.
    pub mode: String,
    /// Reasons of resets so far.
    pub resets: Vec<String>,
    /// The picture: kind, id, object.
    pub picture: BTreeMap<&'static str, BTreeMap<String, Value>>,
    /// Every event seen in the ticker.
    pub events: Vec<Value>,
    /// Every alert change seen, in order.
    pub alert_changes: Vec<Value>,
    /// Beats seen.
    pub beats: u32,
}

impl LiveClient {
    /// Connects and says hello, resuming from `(epoch, cursor)` where given.
    pub async fn connect(url: &str, token: &str, resume: Option<(&str, &str)>) -> Self {
        Self::try_connect(url, token, resume).await.unwrap()
    }

    /// The same; `None` when nobody answers there.
    pub async fn try_connect(url: &str, token: &str, resume: Option<(&str, &str)>) -> Option<Self> {
        let address = format!("{}/live", url.replacen("http", "ws", 1));
        let (mut socket, _) = connect_async(address).await.ok()?;
        let mut hello = json!({ "type": "hello", "v": 1, "topics": [], "token": token });
        if let Some((epoch, cursor)) = resume {
            hello["resume"] = json!({ "epoch": epoch, "cursor": cursor });
        }
        socket.send(Message::text(hello.to_string())).await.ok()?;
        Some(Self {
            socket: Some(socket),
            epoch: String::new(),
            cursor: String::new(),
            mode: String::new(),
            resets: Vec::new(),
            picture: KINDS
                .into_iter()
                .map(|kind| (kind, BTreeMap::new()))
                .collect(),
            events: Vec::new(),
            alert_changes: Vec::new(),
            beats: 0,
        })
    }

    /// Goes on with another connection's picture, as a console does that was cut off.
    pub fn with_picture_of(mut self, earlier: &Self) -> Self {
        self.picture.clone_from(&earlier.picture);
        self.cursor.clone_from(&earlier.cursor);
        self.epoch.clone_from(&earlier.epoch);
        self
    }

    /// Takes frames until `done` says so; fails the test with `what` after `limit`.
    pub async fn follow(
        &mut self,
        what: &str,
        limit: Duration,
        mut done: impl FnMut(&Self) -> bool,
    ) {
        let following = async {
            while !done(self) {
                let frame = self
                    .next_frame()
                    .await
                    .unwrap_or_else(|| panic!("closed: {what}"));
                self.take(&frame);
            }
        };
        let ended = tokio::time::timeout(limit, following).await;
        assert!(ended.is_ok(), "not within {limit:?}: {what}");
    }

    /// The next text frame; `None` when the connection ended.
    pub async fn next_frame(&mut self) -> Option<Value> {
        loop {
            match self.socket.as_mut()?.next().await? {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Applies a frame; a gap or a repeat fails the test.
    pub fn take(&mut self, frame: &Value) {
        let text = |name: &str| frame[name].as_str().unwrap().to_owned();
        match frame["type"].as_str().unwrap() {
            "welcome" => {
                self.epoch = text("epoch");
                self.mode = text("mode");
                if self.mode == "snapshot" {
                    self.forget();
                }
            }
            "reset" => {
                self.resets.push(text("reason"));
                self.forget();
            }
            "snapshot" => {
                self.upsert(frame);
                self.cursor = text("cursor");
            }
            "delta" => {
                assert_eq!(text("from"), self.cursor, "a gap or a repeat");
                self.cursor = text("to");
                self.upsert(&frame["upsert"]);
                for kind in KINDS {
                    for id in frame["remove"][kind].as_array().into_iter().flatten() {
                        self.picture
                            .get_mut(kind)
                            .unwrap()
                            .remove(id.as_str().unwrap());
                    }
                }
                let alerts = frame["upsert"]["alerts"].as_array().unwrap();
                self.alert_changes.extend(alerts.iter().cloned());
                self.events
                    .extend(frame["events"].as_array().unwrap().iter().cloned());
            }
            "beat" => {
                assert_eq!(
                    text("cursor"),
                    self.cursor,
                    "a beat tells the cursor that frames led to"
                );
                self.beats += 1;
            }
            other => panic!("unexpected frame {other}: {frame}"),
        }
    }

    fn forget(&mut self) {
        for things in self.picture.values_mut() {
            things.clear();
        }
    }

    fn upsert(&mut self, lists: &Value) {
        for kind in KINDS {
            for thing in lists[kind].as_array().into_iter().flatten() {
                let id = thing["id"].as_str().unwrap().to_owned();
                self.picture
                    .get_mut(kind)
                    .unwrap()
                    .insert(id, thing.clone());
            }
        }
    }

    /// Cuts the connection without a word: the hub gets a reset, no close frame.
    pub fn cut(&mut self) {
        let mut socket = self.socket.take().unwrap();
        if let MaybeTlsStream::Plain(stream) = socket.get_mut() {
            stream.set_zero_linger().unwrap();
        }
    }
}
