//! How long records are gathered before a transaction: short when quiet, longer under load.

use std::time::Duration;

const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(20);
/// A transaction of fewer records than this is a sign of quiet.
const FEW: usize = 8;
/// A transaction of more records than this is a sign of load: one commit costs about 5 ms.
const MANY: usize = 64;
/// Most records of one transaction.
pub(crate) const MOST: usize = 4_000;

/// The gathering time, which follows the load.
pub(crate) struct Collect {
    time: Duration,
}

impl Collect {
    pub(crate) const fn new() -> Self {
        Self { time: SHORTEST }
    }

    pub(crate) const fn time(&self) -> Duration {
        self.time
    }

    /// Learns from the size of the last transaction.
    pub(crate) fn learn(&mut self, records: usize) {
        if records > MANY {
            self.time = (self.time * 2).min(LONGEST);
        } else if records < FEW {
            self.time = (self.time / 2).max(SHORTEST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathering_grows_under_load_and_shrinks_when_quiet() {
        let mut collect = Collect::new();
        for _ in 0..10 {
            collect.learn(500);
        }
        assert_eq!(collect.time(), LONGEST);
        collect.learn(20);
        assert_eq!(collect.time(), LONGEST);
        for _ in 0..10 {
            collect.learn(1);
        }
        assert_eq!(collect.time(), SHORTEST);
    }
}
