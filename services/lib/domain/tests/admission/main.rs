//! Admission by examples: what is refused and why, what is admitted and how it looks then.

#[cfg(test)]
mod inbox;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod repeats;
#[cfg(test)]
mod sealing;
#[cfg(test)]
mod verdicts;
