//! The frames of the last quarter of an hour, for clients that come back: shared by all who miss the same
//! ones, so that a storm of clients costs neither memory nor encoding for each of them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;

use crate::audience::Audience;
use crate::frame::Frame;

/// Bytes of frames written for clients that want less than everything, since the last `cool`.
const NARROW_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Sent frames, oldest first.
#[derive(Debug)]
pub(crate) struct History {
    frames: VecDeque<Frame>,
    bytes: usize,
    frames_max: usize,
    bytes_max: usize,
    narrow: HashMap<(Audience, u64), Utf8Bytes>,
    narrow_bytes: usize,
}

impl History {
    /// Keeps at most so many frames and bytes.
    pub(crate) fn new(frames_max: usize, bytes_max: usize) -> Self {
        Self {
            frames: VecDeque::new(),
            bytes: 0,
            frames_max,
            bytes_max,
            narrow: HashMap::new(),
            narrow_bytes: 0,
        }
    }

    /// Keeps one more frame, and lets the oldest go where there are too many.
    pub(crate) fn keep(&mut self, frame: Frame) {
        self.bytes += frame.size();
        self.frames.push_back(frame);
        while self.frames.len() > self.frames_max
            || (self.bytes > self.bytes_max && self.frames.len() > 1)
        {
            if let Some(old) = self.frames.pop_front() {
                self.bytes -= old.size();
            }
        }
        metrics::gauge!("city_brain_live_gateway_history_bytes").set(self.bytes as f64);
    }

    /// The newest frame.
    pub(crate) fn last(&self) -> Option<&Frame> {
        self.frames.back()
    }

    /// The frames from a cursor on; `None` when they are no longer all known, or are too much to write
    /// anew right now.
    pub(crate) fn since(&mut self, cursor: u64, audience: Audience) -> Option<Arc<[Utf8Bytes]>> {
        let oldest = self.frames.front().map(|frame| frame.from);
        if oldest.is_some_and(|oldest| cursor < oldest) {
            return None;
        }
        let begin = self.frames.partition_point(|frame| frame.from < cursor);
        let (narrow, narrow_bytes) = (&mut self.narrow, &mut self.narrow_bytes);
        let mut share = |frame: &Frame| {
            if audience == Audience::ALL {
                return Some(frame.encode(audience));
            }
            if let Some(known) = narrow.get(&(audience, frame.from)) {
                return Some(known.clone());
            }
            if *narrow_bytes > NARROW_BYTES_MAX {
                return None;
            }
            let text = frame.encode(audience);
            *narrow_bytes += text.len();
            narrow.insert((audience, frame.from), text.clone());
            Some(text)
        };
        self.frames.range(begin..).map(&mut share).collect()
    }

    /// Lets go of what was written for clients that want less; called once a second or so.
    pub(crate) fn cool(&mut self) {
        self.narrow.clear();
        self.narrow_bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::LiveTopic;
    use crate::frame::Changes;
    use event_schemas::city::Millis;

    fn filled(frames: u64) -> History {
        let mut history = History::new(100, 1_000_000);
        for from in 0..frames {
            history.keep(Frame::new(&Changes::default(), "epoch", from, Millis(0)));
        }
        history
    }

    #[test]
    fn all_who_missed_the_same_frames_share_their_bytes() {
        let mut history = filled(10);
        for audience in [Audience::ALL, Audience::of(&[LiveTopic::Alerts])] {
            let one = history.since(4, audience).unwrap();
            let other = history.since(7, audience).unwrap();
            assert_eq!((one.len(), other.len()), (6, 3));
            assert_eq!(one[3].as_str().as_ptr(), other[0].as_str().as_ptr());
        }
    }

    #[test]
    fn what_is_no_longer_known_is_told_and_bytes_are_capped() {
        let mut history = filled(250);
        assert!(history.since(149, Audience::ALL).is_none());
        assert_eq!(history.since(150, Audience::ALL).unwrap().len(), 100);
        assert_eq!(history.since(250, Audience::ALL).unwrap().len(), 0);
        let one = history.frames[0].size();
        let mut small = History::new(100, 3 * one);
        for from in 0..10 {
            small.keep(Frame::new(&Changes::default(), "epoch", from, Millis(0)));
        }
        assert!(small.frames.len() <= 3 && small.bytes <= 3 * one);
    }
}
