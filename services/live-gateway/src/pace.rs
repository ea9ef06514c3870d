//! When the next frame may go out: alerts and cases at once, the rest in turn, and never more than
//! ten frames in any second.

use std::time::Duration;

use tokio::time::Instant;

/// Frames that may go out close together before they have to wait for one another.
const AT_ONCE: u32 = 2;

/// A pace of frames to every client, by the generic cell rate algorithm (ITU-T I.371).
#[derive(Debug)]
pub(crate) struct Pace {
    /// One frame more may go out each time this has passed.
    refill: Duration,
    /// Ordinary frames keep this distance, so that something is always left for urgent ones.
    ordinary: Duration,
    last: Instant,
    /// When the frames that went out would have gone out, had they kept `refill` between them.
    even: Instant,
}

impl Pace {
    /// A pace with at most one frame per `frame_every`, taken over ten times that long.
    pub(crate) fn new(frame_every: Duration, now: Instant) -> Self {
        Self {
            refill: frame_every * 5 / 4,
            ordinary: frame_every * 3 / 2,
            last: now,
            even: now,
        }
    }

    /// When a frame with an alert or a case may go out.
    pub(crate) fn urgent(&self, now: Instant) -> Instant {
        let ahead = self.refill * (AT_ONCE - 1);
        self.even.checked_sub(ahead).map_or(now, |at| at.max(now))
    }

    /// When a frame with nothing but readings, positions and events may go out.
    pub(crate) fn ordinary(&self, now: Instant) -> Instant {
        self.urgent(now).max(self.last + self.ordinary)
    }

    /// A frame goes out.
    pub(crate) fn sent(&mut self, now: Instant) {
        self.last = now;
        self.even = self.even.max(now) + self.refill;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVERY: Duration = Duration::from_millis(100);

    proptest! {
        #[test]
        fn no_second_has_more_than_ten_frames(asked in prop::collection::vec((0_u64..120, any::<bool>()), 1..200)) {
            let begin = Instant::now();
            let mut pace = Pace::new(EVERY, begin);
            let (mut now, mut sent) = (begin, Vec::new());
            for (wait, urgent) in asked {
                now += Duration::from_millis(wait);
                now = if urgent { pace.urgent(now) } else { pace.ordinary(now) };
                pace.sent(now);
                sent.push(now);
            }
            for (index, first) in sent.iter().enumerate() {
                let within = sent[index..].iter().take_while(|at| **at - *first < Duration::from_secs(1));
                prop_assert!(within.count() <= 10);
            }
        }
    }

    #[test]
    fn an_alert_goes_out_at_once_amid_a_stream_of_readings() {
        let mut now = Instant::now();
        let mut pace = Pace::new(EVERY, now);
        for _ in 0..100 {
            now = pace.ordinary(now);
            pace.sent(now);
        }
        assert_eq!(pace.urgent(now), now, "nothing to wait for");
        pace.sent(now);
        assert!(pace.urgent(now) <= now + EVERY * 2, "a second one soon");
    }
}
