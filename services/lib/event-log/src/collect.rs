//! How long records are gathered before a transaction: short when quiet, longer under load.

use std::time::Duration;

/// A transaction of fewer records than this is a sign of quiet.
const FEW: usize = 8;
/// A transaction of more records than this is a sign of load: one commit costs about 5 ms.
const MANY: usize = 64;
/// Bounds of the gathering time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectTimes {
    /// When quiet.
    pub shortest: Duration,
    /// Under load.
    pub longest: Duration,
}

impl Default for CollectTimes {
    fn default() -> Self {
        Self {
            shortest: Duration::from_millis(1),
            longest: Duration::from_millis(20),
        }
    }
}

/// The gathering time of a loop of consume, transform, produce; it follows the load.
#[derive(Clone, Debug)]
pub struct Collect {
    bounds: CollectTimes,
    time: Duration,
}

impl Collect {
    /// Most records of one transaction.
    pub const MOST: usize = 4_000;

    /// Begins with the shortest time.
    pub const fn new(bounds: CollectTimes) -> Self {
        Self {
            bounds,
            time: bounds.shortest,
        }
    }

    /// How long to gather now.
    pub const fn time(&self) -> Duration {
        self.time
    }

    /// Learns from the size of the last transaction.
    pub fn learn(&mut self, records: usize) {
        if records > MANY {
            self.time = (self.time * 2).min(self.bounds.longest);
        } else if records < FEW {
            self.time = (self.time / 2).max(self.bounds.shortest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathering_grows_under_load_and_shrinks_when_quiet() {
        let bounds = CollectTimes::default();
        let mut collect = Collect::new(bounds);
        for _ in 0..10 {
            collect.learn(500);
        }
        assert_eq!(collect.time(), bounds.longest);
        collect.learn(20);
        assert_eq!(collect.time(), bounds.longest);
        for _ in 0..10 {
            collect.learn(1);
        }
        assert_eq!(collect.time(), bounds.shortest);
    }
}
