//! Limits guessing: after a few wrong passwords for a name, the next attempt has to wait.

use std::collections::BTreeMap;

use event_schemas::city::Millis;

/// Wrong passwords in a row before the first wait.
const FREE_FAILURES: u32 = 5;
/// The first wait; it doubles with every further failure.
const FIRST_WAIT_MS: i64 = 2_000;
/// No wait is longer, so that nobody is locked out for good by a stranger.
const WAIT_MAX_MS: i64 = 5 * 60_000;
/// Names remembered; beyond it the one whose wait ends first is forgotten.
const NAMES_MAX: usize = 10_000;

/// Failed sign-ins by name. One instance per process, held by the shell.
#[derive(Clone, Debug, Default)]
pub struct LoginAttempts {
    failures: BTreeMap<String, Failures>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    wait_until: Millis,
}

impl LoginAttempts {
    /// Milliseconds until the name may be tried again; `None`: now.
    pub fn wait_ms(&self, name: &str, now: Millis) -> Option<i64> {
        let failures = self.failures.get(name)?;
        let left = failures.wait_until.since(now);
        (left > 0).then_some(left)
    }

    /// A wrong password was given for the name.
    pub fn failed(&mut self, name: &str, now: Millis) {
        if self.failures.len() >= NAMES_MAX && !self.failures.contains_key(name) {
            self.forget_one();
        }
        let failures = self.failures.entry(name.to_owned()).or_insert(Failures {
            count: 0,
            wait_until: now,
        });
        failures.count = failures.count.saturating_add(1);
        let over = failures.count.saturating_sub(FREE_FAILURES);
        failures.wait_until = if over == 0 {
            now
        } else {
            let doublings = (over - 1).min(20);
            now.plus((FIRST_WAIT_MS << doublings).min(WAIT_MAX_MS))
        };
    }

    /// The right password was given.
    pub fn succeeded(&mut self, name: &str) {
        self.failures.remove(name);
    }

    fn forget_one(&mut self) {
        let soonest = self
            .failures
            .iter()
            .min_by_key(|(_, failures)| failures.wait_until)
            .map(|(name, _)| name.clone());
        if let Some(name) = soonest {
            self.failures.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_wrong_password_makes_the_name_wait_and_the_wait_doubles() {
        let mut attempts = LoginAttempts::default();
        for _ in 0..5 {
            assert_eq!(attempts.wait_ms("li", Millis(0)), None);
            attempts.failed("li", Millis(0));
        }
        assert_eq!(attempts.wait_ms("li", Millis(0)), None);
        attempts.failed("li", Millis(0));
        assert_eq!(attempts.wait_ms("li", Millis(0)), Some(2_000));
        assert_eq!(attempts.wait_ms("wang", Millis(0)), None);
        attempts.failed("li", Millis(2_000));
        assert_eq!(attempts.wait_ms("li", Millis(2_000)), Some(4_000));
        attempts.succeeded("li");
        assert_eq!(attempts.wait_ms("li", Millis(2_000)), None);
    }

    #[test]
    fn no_wait_is_longer_than_five_minutes_and_names_are_bounded() {
        let mut attempts = LoginAttempts::default();
        for _ in 0..100 {
            attempts.failed("li", Millis(0));
        }
        assert_eq!(attempts.wait_ms("li", Millis(0)), Some(WAIT_MAX_MS));
        for n in 0..NAMES_MAX + 5 {
            attempts.failed(&format!("guess{n}"), Millis(0));
        }
        assert_eq!(attempts.failures.len(), NAMES_MAX);
        assert!(attempts.wait_ms("li", Millis(0)).is_some());
    }
}
