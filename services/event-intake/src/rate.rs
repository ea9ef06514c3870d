//! How many events a publisher may send in a second and in a day: so that one cannot crowd out the others.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};

use event_schemas::city::Millis;

const DAY_MS: i64 = 86_400_000;
/// Beyond so many publishers those that have their whole allowance are forgotten: it is the same again.
const REMEMBERED: usize = 4_096;

/// What a publisher (a key) has left.
pub(crate) struct Rates {
    per_second: f64,
    per_day: Option<NonZeroU64>,
    publishers: Mutex<HashMap<String, Allowance>>,
}

struct Allowance {
    left: f64,
    at: Millis,
    day: i64,
    sent_today: u64,
}

/// An allowance that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    /// This second's.
    Rate {
        /// When to come again.
        seconds: u64,
    },
    /// This day's, in UTC.
    Quota {
        /// When to come again.
        seconds: u64,
    },
}

impl Rates {
    pub(crate) fn new(per_second: u32, per_day: Option<NonZeroU64>) -> Self {
        Self {
            per_second: f64::from(per_second),
            per_day,
            publishers: Mutex::new(HashMap::new()),
        }
    }

    /// Takes `events` from the publisher's allowance, if there is any left; a batch may overdraw
    /// it once, and is paid back before the next.
    pub(crate) fn take(&self, publisher: &str, events: usize, now: Millis) -> Result<(), Spent> {
        let mut publishers = self
            .publishers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let today = now.0.div_euclid(DAY_MS);
        if publishers.len() >= REMEMBERED && !publishers.contains_key(publisher) {
            publishers.retain(|_, allowance| {
                self.grow(allowance, now);
                allowance.left < self.per_second
                    || (self.per_day.is_some() && allowance.day == today)
            });
        }
        let allowance = publishers
            .entry(publisher.to_owned())
            .or_insert_with(|| Allowance {
                left: self.per_second,
                at: now,
                day: today,
                sent_today: 0,
            });
        self.grow(allowance, now);
        if let Some(quota) = self.per_day
            && allowance.sent_today >= quota.get()
        {
            let rest = DAY_MS - now.0.rem_euclid(DAY_MS);
            let seconds = (rest as u64).div_ceil(1_000);
            return Err(Spent::Quota { seconds });
        }
        if allowance.left < 1.0 {
            let wait = (1.0 - allowance.left) / self.per_second;
            let seconds = wait.ceil().max(1.0) as u64;
            return Err(Spent::Rate { seconds });
        }
        allowance.left -= events as f64;
        allowance.sent_today += events as u64;
        Ok(())
    }

    fn grow(&self, allowance: &mut Allowance, now: Millis) {
        let gained = now.since(allowance.at).max(0) as f64 / 1000.0 * self.per_second;
        allowance.left = (allowance.left + gained).min(self.per_second);
        allowance.at = allowance.at.max(now);
        let today = now.0.div_euclid(DAY_MS);
        if today > allowance.day {
            allowance.day = today;
            allowance.sent_today = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_spent_and_grows_again_and_is_each_publisher_s_own() {
        let rates = Rates::new(10, None);
        let take = |publisher, events, at| rates.take(publisher, events, Millis(at));
        assert_eq!(take("fire", 25, 0), Ok(()), "a batch may overdraw once");
        assert_eq!(take("fire", 1, 1_000), Err(Spent::Rate { seconds: 1 }));
        assert_eq!(take("power", 10, 1_000), Ok(()));
        assert_eq!(take("fire", 1_000, 2_000), Ok(()));
        assert_eq!(take("fire", 1, 2_000), Err(Spent::Rate { seconds: 100 }));
        assert_eq!(take("fire", 1, 102_000), Ok(()), "when it was told to come");
    }

    #[test]
    fn a_quota_is_a_day_s_and_says_when_the_next_day_begins() {
        let rates = Rates::new(1_000, NonZeroU64::new(3));
        let take = |events, at| rates.take("fire", events, Millis(at));
        assert_eq!(take(2, DAY_MS - 90_000), Ok(()));
        assert_eq!(take(2, DAY_MS - 60_000), Ok(()));
        assert_eq!(take(1, DAY_MS - 30_000), Err(Spent::Quota { seconds: 30 }));
        assert_eq!(take(1, DAY_MS), Ok(()));
    }

    #[test]
    fn publishers_that_have_all_of_their_allowance_are_forgotten() {
        let rates = Rates::new(10, None);
        for n in 0..REMEMBERED {
            rates.take(&n.to_string(), 1, Millis(0)).unwrap();
        }
        rates.take("spent", 500, Millis(1_000)).unwrap();
        assert_eq!(rates.publishers.lock().unwrap().len(), 1);
    }
}
