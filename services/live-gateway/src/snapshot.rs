//! The whole picture, in chunks of bounded size.

use axum::extract::ws::Utf8Bytes;

use crate::audience::{Audience, LiveTopic};
use crate::picture::Picture;
use crate::views::{AlertView, CaseView, UnitView, to_json};

/// A chunk is closed when it reaches this size. The WebSocket library keeps room for the largest
/// message of each connection for as long as it is open: a large chunk would stay with every client.
const CHUNK_BYTES: usize = 1024;

/// A chunk under way: one list per kind.
#[derive(Default)]
struct Chunk {
    lists: [Vec<String>; 4],
    bytes: usize,
}

/// Writes the picture as `snapshot` frames; there is always a last one.
pub(crate) fn encode(picture: &Picture, cursor: u64, audience: Audience) -> Vec<Utf8Bytes> {
    let mut chunks = vec![Chunk::default()];
    let mut add = |list: usize, text: String| {
        if chunks.last().is_none_or(|chunk| chunk.bytes >= CHUNK_BYTES) {
            chunks.push(Chunk::default());
        }
        if let Some(chunk) = chunks.last_mut() {
            chunk.bytes += text.len();
            chunk.lists[list].push(text);
        }
    };
    if audience.wants(LiveTopic::Alerts) {
        picture
            .alerts()
            .for_each(|alert| add(0, to_json(&AlertView(alert))));
    }
    if audience.wants(LiveTopic::Cases) {
        picture
            .cases()
            .for_each(|case| add(1, to_json(&CaseView(case))));
    }
    if audience.wants(LiveTopic::Units) {
        picture
            .units()
            .for_each(|unit| add(2, to_json(&UnitView(unit))));
    }
    if audience.wants(LiveTopic::Entities) {
        picture
            .entities()
            .for_each(|entity| add(3, to_json(entity)));
    }
    let last = chunks.len() - 1;
    chunks
        .iter()
        .enumerate()
        .map(|(n, chunk)| {
            let [alerts, cases, units, entities] = &chunk.lists;
            format!(
                r#"{{"type":"snapshot","chunk":{n},"last":{},"cursor":"{cursor}","alerts":[{}],"cases":[{}],"units":[{}],"entities":[{}]}}"#,
                n == last,
                alerts.join(","),
                cases.join(","),
                units.join(","),
                entities.join(","),
            )
            .into()
        })
        .collect()
}
