//! What was promised, beside what was found.

/// A bound on a figure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// At least this much.
    AtLeast(f64),
    /// At most this much.
    AtMost(f64),
}

/// Prints whether the median of `values` keeps a goal.
pub(crate) fn judge(name: &str, values: &[f64], unit: &str, goal: Goal) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(median) = sorted.get(sorted.len() / 2).copied() else {
        println!("{name}: no value, no verdict");
        return;
    };
    let (kept, sign, bound) = match goal {
        Goal::AtLeast(bound) => (median >= bound, ">=", bound),
        Goal::AtMost(bound) => (median <= bound, "<=", bound),
    };
    let verdict = if kept { "met" } else { "MISSED" };
    println!("goal {name}: {median:.3} {unit} {sign} {bound}: {verdict}");
}
