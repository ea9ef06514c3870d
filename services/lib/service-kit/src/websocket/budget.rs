//! How much a client may say: a flood of pings or messages ends its connection, not the hub's breath.

use std::time::Duration;

use tokio::time::Instant;

/// One message more may come each time this has passed.
const REFILL: Duration = Duration::from_millis(10);
/// Messages that may come at once.
const AT_ONCE: u32 = 1_000;

/// One client's budget, by the generic cell rate algorithm (ITU-T I.371).
#[derive(Debug)]
pub struct Budget {
    /// When the messages so far would have come, had they kept `REFILL` between them.
    even: Instant,
}

impl Budget {
    /// A full one.
    pub const fn new(now: Instant) -> Self {
        Self { even: now }
    }

    /// Takes a message; false when it is one too many.
    pub fn spend(&mut self, now: Instant) -> bool {
        self.even = self.even.max(now) + REFILL;
        self.even <= now + REFILL * AT_ONCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_messages_a_second_are_fine_for_ever_and_a_flood_is_not() {
        let mut now = Instant::now();
        let mut budget = Budget::new(now);
        for _ in 0..5_000 {
            assert!(budget.spend(now));
            now += Duration::from_millis(10);
        }
        assert!((0..1_000).all(|_| budget.spend(now)), "a burst");
        assert!(!budget.spend(now), "one too many");
    }
}
