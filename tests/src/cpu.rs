//! What the system says of a process's work.

/// CPU seconds so far of a process that still runs.
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // After the name in brackets: utime and stime are the 12th and 13th words, in ticks of 10 ms.
    let ticks: f64 = stat
        .rsplit(')')
        .next()
        .into_iter()
        .flat_map(|rest| rest.split_whitespace().skip(11).take(2))
        .filter_map(|word| word.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}
