//! A vital sign of the city as written in `signs.yaml`: one figure over recent events, its target,
//! and which side of the target is bad. What a value means is decided here, once for every screen.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, CatalogError};
use crate::rule_file::Span;
use crate::text::Text;

/// The file's name in the catalog.
pub(crate) const FILE: &str = "signs.yaml";
/// Where nothing else is said, the last fifth of the way to the target is worth watching.
const WATCH_SHARE: f64 = 0.2;
/// Signs that one catalog may have: each costs one question to the store whenever they are asked for.
const SIGNS_MAX: usize = 24;
/// Longest window: a trend is 24 windows long.
const WINDOW_MAX_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
const WINDOW_MIN_MS: i64 = 60 * 1_000;

/// One sign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignFile {
    /// Its name, of a-z, 0-9 and -.
    pub id: String,
    /// Shown to people.
    pub title: Text,
    /// What the value counts, e.g. `km/h`.
    pub unit: Text,
    /// The department that answers for it.
    pub department: String,
    /// Its events.
    pub types: Vec<String>,
    /// Only events of these levels; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<u8>,
    /// What is computed.
    pub measure: SignMeasure,
    /// A numeric payload field by its path (names joined by dots); default: the type's main measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Over how long, up to now; the trend shows the windows before.
    pub window: Span,
    /// The bound between good and bad.
    pub target: f64,
    /// From here on it is worth watching; default: a fifth of the target before it. The target
    /// itself: nothing is between good and bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<f64>,
    /// Which side of the target is bad.
    pub bad: BadSide,
    /// Without an event for this long the value says nothing.
    pub silent_after: Span,
}

/// What a sign computes over the events of its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignMeasure {
    /// How many events.
    Count,
    /// Mean of the measure.
    Avg,
    /// Greatest value of the measure.
    Max,
    /// Least value of the measure.
    Min,
    /// Sum of the measure.
    Sum,
}

/// Which side of the target is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BadSide {
    /// More than the target is bad.
    Above,
    /// Less than the target is bad.
    Below,
}

/// What a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignState {
    /// On the good side.
    Normal,
    /// Close to the target.
    Watch,
    /// Beyond the target.
    Bad,
    /// No value, or the events fell silent.
    Unknown,
}

impl SignFile {
    /// What a value means; `None`: there is none, or it says nothing because its events fell silent.
    pub fn judge(&self, value: Option<f64>) -> SignState {
        let Some(value) = value else {
            return SignState::Unknown;
        };
        let watch = self.watch_from();
        let (beyond, close) = match self.bad {
            BadSide::Above => (value > self.target, watch < self.target && value >= watch),
            BadSide::Below => (value < self.target, watch > self.target && value <= watch),
        };
        match (beyond, close) {
            (true, _) => SignState::Bad,
            (false, true) => SignState::Watch,
            (false, false) => SignState::Normal,
        }
    }

    /// The value from which the sign is worth watching.
    pub fn watch_from(&self) -> f64 {
        let share = self.target.abs() * WATCH_SHARE;
        self.watch.unwrap_or(match self.bad {
            BadSide::Above => self.target - share,
            BadSide::Below => self.target + share,
        })
    }
}

/// Checks the signs against the rest of the catalog.
pub(crate) fn check(catalog: &Catalog, errors: &mut Vec<CatalogError>) {
    let mut seen = BTreeSet::new();
    if catalog.signs().len() > SIGNS_MAX {
        errors.push(CatalogError::new(
            FILE,
            "",
            format!("at most {SIGNS_MAX} signs"),
        ));
    }
    for sign in catalog.signs() {
        let at = format!("sign {}", sign.id);
        let mut expect = |expected: String| errors.push(CatalogError::new(FILE, &at, expected));
        if !is_sign_id(&sign.id) || !seen.insert(&sign.id) {
            expect(String::from("each id once, of a-z, 0-9 and -"));
        }
        if catalog.department(&sign.department).is_none() {
            expect(String::from("department: one of the catalog's"));
        }
        if sign.types.is_empty() {
            expect(String::from("types: at least one event type"));
        }
        let unknown = |name: &&String| catalog.event_type(name).is_none();
        for name in sign.types.iter().filter(unknown) {
            expect(format!("event types of the catalog, not '{name}'"));
        }
        if sign.levels.iter().any(|level| !(1..=4).contains(level)) {
            expect(String::from("levels: 1 to 4"));
        }
        if !(WINDOW_MIN_MS..=WINDOW_MAX_MS).contains(&sign.window.ms) {
            expect(String::from("window: 1m to 7d"));
        }
        let before = match sign.bad {
            BadSide::Above => sign.watch_from() <= sign.target,
            BadSide::Below => sign.watch_from() >= sign.target,
        };
        if !before {
            expect(String::from("watch: on the good side of target"));
        }
    }
}

fn is_sign_id(id: &str) -> bool {
    !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(bad: BadSide, target: f64, watch: Option<f64>) -> SignFile {
        SignFile {
            id: String::from("s"),
            title: Text::new("体征", "Sign"),
            unit: Text::new("起", "calls"),
            department: String::from("fire"),
            types: vec![String::from("city.fire.incident-reported.v1")],
            levels: Vec::new(),
            measure: SignMeasure::Count,
            of: None,
            window: Span { ms: 3_600_000 },
            target,
            watch,
            bad,
            silent_after: Span { ms: 3_600_000 },
        }
    }

    #[test]
    fn the_target_itself_is_still_good_but_watched_and_no_value_is_unknown() {
        let above = sign(BadSide::Above, 10.0, None);
        for (value, state) in [
            (Some(0.0), SignState::Normal),
            (Some(7.9), SignState::Normal),
            (Some(8.0), SignState::Watch),
            (Some(10.0), SignState::Watch),
            (Some(10.1), SignState::Bad),
            (None, SignState::Unknown),
        ] {
            assert_eq!(above.judge(value), state, "{value:?}");
        }
        let none = sign(BadSide::Above, 0.0, None);
        assert_eq!(none.judge(Some(0.0)), SignState::Normal);
        assert_eq!(none.judge(Some(1.0)), SignState::Bad);
        let below = sign(BadSide::Below, 25.0, Some(30.0));
        for (value, state) in [
            (Some(31.0), SignState::Normal),
            (Some(30.0), SignState::Watch),
            (Some(25.0), SignState::Watch),
            (Some(24.9), SignState::Bad),
        ] {
            assert_eq!(below.judge(value), state, "{value:?}");
        }
    }

    #[test]
    fn the_catalogs_signs_are_checked_against_its_departments_and_types() {
        let catalog = Catalog::embedded().unwrap();
        assert!(catalog.signs().len() >= 4, "signs for the departments");
        let mut wrong = sign(BadSide::Above, 10.0, Some(11.0));
        wrong.department = String::from("nobody");
        wrong.types.push(String::from("city.fire.unheard-of.v1"));
        wrong.levels = vec![5];
        wrong.window.ms = 1;
        wrong.id = String::from("Not an id");
        let mut errors = Vec::new();
        check(&catalog.with_signs(vec![wrong]), &mut errors);
        assert_eq!(errors.len(), 6, "{errors:#?}");
    }
}
