//! The rhythm of a week: how much of everything happens at which hour, in Shanghai's time.

use event_schemas::city::Millis;
use rand::RngExt as _;
use rand::rngs::Xoshiro256PlusPlus;

const HOUR_MS: i64 = 3_600_000;
/// China has had one zone without summer time since 1991.
const SHANGHAI_MS: i64 = 8 * HOUR_MS;
/// 1 January 1970 was a Thursday, the fourth day of a week that begins on Monday.
const EPOCH_HOUR_OF_WEEK: i64 = 3 * 24;

/// How busy each hour of a working day is, and how a weekend compares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rhythm {
    hours: [f64; 24],
    weekend: f64,
}

/// Citizens call after breakfast and after lunch, little at night, less at weekends.
pub(super) const CALLS: Rhythm = Rhythm {
    hours: [
        0.3, 0.2, 0.15, 0.1, 0.1, 0.2, 0.5, 1.0, 1.8, 2.2, 2.1, 1.8, 1.3, 1.5, 1.9, 1.9, 1.7, 1.4,
        1.2, 1.2, 1.1, 0.9, 0.7, 0.5,
    ],
    weekend: 0.65,
};

/// Ambulance and fire calls rise until the evening and hardly know weekends.
pub(super) const EMERGENCIES: Rhythm = Rhythm {
    hours: [
        0.7, 0.55, 0.5, 0.45, 0.45, 0.5, 0.7, 0.95, 1.1, 1.2, 1.25, 1.25, 1.25, 1.25, 1.25, 1.3,
        1.35, 1.4, 1.35, 1.25, 1.15, 1.05, 0.9, 0.8,
    ],
    weekend: 1.05,
};

/// Faults of the grid follow its load.
pub(super) const LOAD: Rhythm = Rhythm {
    hours: [
        0.6, 0.5, 0.5, 0.45, 0.45, 0.55, 0.8, 1.0, 1.2, 1.3, 1.3, 1.25, 1.1, 1.2, 1.3, 1.3, 1.3,
        1.3, 1.35, 1.4, 1.3, 1.1, 0.9, 0.7,
    ],
    weekend: 0.85,
};

/// Planned work is done by day on weekdays.
pub(super) const WORKS: Rhythm = Rhythm {
    hours: [
        0.4, 0.3, 0.2, 0.1, 0.1, 0.1, 0.2, 0.6, 2.0, 2.6, 2.4, 1.6, 0.6, 1.8, 2.2, 1.8, 1.0, 0.4,
        0.2, 0.2, 0.4, 0.6, 0.6, 0.5,
    ],
    weekend: 0.3,
};

/// Traffic: two peaks on working days.
pub(super) const TRAFFIC: Rhythm = Rhythm {
    hours: [
        0.15, 0.1, 0.08, 0.08, 0.12, 0.3, 0.8, 1.7, 2.0, 1.5, 1.1, 1.0, 1.0, 1.0, 1.05, 1.2, 1.6,
        2.1, 1.8, 1.2, 0.9, 0.7, 0.5, 0.3,
    ],
    weekend: 0.6,
};

impl Rhythm {
    /// How many times the week's mean rate holds at a moment.
    pub(super) fn factor(&self, at: Millis) -> f64 {
        let hour = hour_of_week(at);
        let weekend = if hour >= 5 * 24 { self.weekend } else { 1.0 };
        self.hours[hour % 24] * weekend / self.mean()
    }

    fn mean(&self) -> f64 {
        let day: f64 = self.hours.iter().sum::<f64>() / 24.0;
        day * (5.0 + 2.0 * self.weekend) / 7.0
    }

    fn peak(&self) -> f64 {
        let top = self.hours.iter().copied().fold(0.0, f64::max);
        top * self.weekend.max(1.0) / self.mean()
    }

    /// The next moment of a Poisson process with `per_hour` on the week's mean: thinned from the
    /// busiest hour's rate.
    pub(super) fn next(
        &self,
        dice: &mut Xoshiro256PlusPlus,
        from: Millis,
        per_hour: f64,
    ) -> Millis {
        let peak = self.peak();
        let mean_ms = HOUR_MS as f64 / (per_hour * peak).max(1e-6);
        let mut at = from;
        loop {
            at = at.plus(exponential(dice, mean_ms));
            if dice.random_range(0.0..peak) < self.factor(at) {
                return at;
            }
        }
    }
}

/// A waiting time of a process without memory, at least a millisecond.
pub(super) fn exponential(dice: &mut Xoshiro256PlusPlus, mean_ms: f64) -> i64 {
    let luck: f64 = dice.random_range(f64::EPSILON..1.0);
    ((-luck.ln() * mean_ms).ceil() as i64).max(1)
}

/// Hours since Monday midnight in Shanghai, 0 to 167.
pub(super) fn hour_of_week(at: Millis) -> usize {
    let hours = (at.0 + SHANGHAI_MS).div_euclid(HOUR_MS) + EPOCH_HOUR_OF_WEEK;
    usize::try_from(hours.rem_euclid(168)).unwrap_or_default()
}

/// The moment itself within office hours (weekdays from half past eight to half past five), else
/// the next morning's opening and a little later.
pub(super) fn in_office_hours(at: Millis) -> Millis {
    const OPEN: i64 = 8 * HOUR_MS + HOUR_MS / 2;
    const CLOSE: i64 = 17 * HOUR_MS + HOUR_MS / 2;
    let mut at = at;
    loop {
        let of_day = (at.0 + SHANGHAI_MS).rem_euclid(24 * HOUR_MS);
        let weekday = hour_of_week(at) < 5 * 24;
        if weekday && (OPEN..CLOSE).contains(&of_day) {
            return at;
        }
        let wait = (OPEN - of_day).rem_euclid(24 * HOUR_MS);
        at = at.plus(if wait == 0 { 24 * HOUR_MS } else { wait });
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn the_week_begins_on_monday_midnight_in_shanghai() {
        let monday = Millis::parse("2026-07-06T00:00:00+08:00").unwrap();
        assert_eq!(hour_of_week(monday), 0);
        assert_eq!(hour_of_week(monday.plus(-1)), 167);
        assert_eq!(hour_of_week(monday.plus(26 * HOUR_MS)), 26);
    }

    #[test]
    fn offices_answer_on_weekdays_by_day() {
        let at = |text| Millis::parse(text).unwrap();
        let noon = at("2026-07-06T12:00:00+08:00");
        assert_eq!(in_office_hours(noon), noon);
        let monday = at("2026-07-13T08:30:00+08:00");
        assert_eq!(in_office_hours(at("2026-07-10T18:00:00+08:00")), monday);
        assert_eq!(in_office_hours(at("2026-07-11T08:30:00+08:00")), monday);
    }

    #[test]
    fn calls_of_twelve_weeks_follow_the_hours_of_the_week() {
        for (seed, rhythm) in [(1, CALLS), (2, EMERGENCIES), (3, WORKS)] {
            let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
            let start = Millis::parse("2026-07-06T00:00:00+08:00").unwrap();
            let (weeks, per_hour) = (12.0, 20.0);
            let end = start.plus(12 * 7 * 24 * HOUR_MS);
            let mut seen = [0.0; 168];
            let mut at = rhythm.next(&mut dice, start, per_hour);
            while at < end {
                seen[hour_of_week(at)] += 1.0;
                at = rhythm.next(&mut dice, at, per_hour);
            }
            let chi_square: f64 = (0_i32..168)
                .zip(seen)
                .map(|(hour, seen)| {
                    let moment = start.plus(i64::from(hour) * HOUR_MS);
                    let expected = weeks * per_hour * rhythm.factor(moment);
                    (seen - expected) * (seen - expected) / expected
                })
                .sum();
            // 168 degrees of freedom: mean 168, deviation 18.3; four deviations either way.
            assert!((95.0..241.0).contains(&chi_square), "{chi_square}");
        }
    }
}
