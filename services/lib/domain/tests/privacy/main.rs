//! Keys for personal data: what the log of keys says, whoever reads it and however often it was compacted.

#[cfg(test)]
mod compaction;
#[cfg(test)]
mod keys;
