//! How many events a department may send in a second: so that one cannot crowd out the others.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use event_schemas::city::Millis;

/// A leaking bucket per department.
pub(crate) struct Rates {
    per_second: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

struct Bucket {
    left: f64,
    at: Millis,
}

impl Rates {
    pub(crate) fn new(per_second: u32) -> Self {
        Self {
            per_second: f64::from(per_second),
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Takes `events` from the department's allowance, if there is any left; a batch may overdraw
    /// it once, and is paid back before the next.
    pub(crate) fn allow(&self, department: &str, events: usize, now: Millis) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(department.to_owned()).or_insert(Bucket {
            left: self.per_second,
            at: now,
        });
        let gained = now.since(bucket.at).max(0) as f64 / 1000.0 * self.per_second;
        bucket.left = (bucket.left + gained).min(self.per_second);
        bucket.at = bucket.at.max(now);
        if bucket.left < 1.0 {
            return false;
        }
        bucket.left -= events as f64;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_spent_and_grows_again_and_is_each_department_s_own() {
        let rates = Rates::new(10);
        assert!(
            rates.allow("fire", 25, Millis(0)),
            "a batch may overdraw once"
        );
        assert!(!rates.allow("fire", 1, Millis(1_000)));
        assert!(rates.allow("power", 10, Millis(1_000)));
        assert!(rates.allow("fire", 1, Millis(2_000)));
    }
}
