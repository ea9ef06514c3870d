//! Kept apart from `oracle`: how events of a shuffled partition are made.

use proptest::prelude::*;

/// One event of a random history; times are distinct.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    pub time: i64,
    pub subject: u8,
    pub measure: i32,
    pub clears: bool,
    pub second: bool,
    /// How much later than its time it arrives.
    pub delay: i64,
}

/// Random histories over some hours, in order of event time; `clears` says whether clearing events occur.
pub(crate) fn histories(clears: bool, most_delay: i64) -> impl Strategy<Value = Vec<Happening>> {
    let one = (
        1..40_i64,
        0..5_u8,
        0..100_i32,
        0..6_u8,
        any::<bool>(),
        0..=most_delay,
    );
    prop::collection::vec(one, 1..60).prop_map(move |steps| {
        let mut time = 0;
        steps
            .into_iter()
            .map(|(gap, subject, measure, kind, second, delay)| {
                // Odd seconds, so that no event meets the end of another's window.
                time += gap * 20_000 + 2;
                Happening {
                    time,
                    subject,
                    measure,
                    clears: clears && kind == 0,
                    second,
                    delay,
                }
            })
            .collect()
    })
}

/// In the order in which they arrive.
pub(crate) fn arrivals(history: &[Happening]) -> Vec<Happening> {
    let mut arrivals = history.to_vec();
    arrivals.sort_by_key(|one| one.time + one.delay);
    arrivals
}
