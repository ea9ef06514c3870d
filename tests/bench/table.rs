//! How figures are printed: one line each, with spread, and the machine's load beside them.

/// Prints the heading with the machine's load.
pub(crate) fn heading() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average before: {}", load.trim());
    println!(
        "{:<58} {:>12} {:>12} {:>12}",
        "figure", "min", "median", "max"
    );
}

/// Prints a figure's minimum, median and maximum.
pub(crate) fn row(figure: &str, unit: &str, values: &[f64]) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(min), Some(max)) = (sorted.first(), sorted.last()) else {
        println!("{figure:<58} no value");
        return;
    };
    let median = sorted[sorted.len() / 2];
    println!(
        "{figure:<58} {} {} {} {unit}",
        shown(*min),
        shown(median),
        shown(*max)
    );
}

fn shown(value: f64) -> String {
    let text = if value.abs() >= 1_000.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}")
    };
    format!("{text:>12}")
}

/// The value at a percentile of a sorted list.
pub(crate) fn percentile(sorted: &[f64], percent: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let index = ((sorted.len() - 1) as f64 * percent / 100.0).round() as usize;
    sorted[index]
}
