//! Names of headers, which are the same few on every record: known ones are not copied.

use std::borrow::Cow;

use event_schemas::city::headers;

/// The name of a header.
pub type HeaderName = Cow<'static, str>;

/// The names that the hub itself writes, in the order in which it writes them.
const KNOWN: [&str; 20] = [
    "ce_specversion",
    headers::CE_TYPE,
    headers::CE_SOURCE,
    headers::CE_ID,
    "ce_subject",
    "ce_time",
    "ce_dataschema",
    "ce_recordedtime",
    "ce_correlationid",
    "ce_causationid",
    "ce_dataclassification",
    "ce_alertlevel",
    "ce_lon",
    "ce_lat",
    "ce_crs",
    "ce_placecode",
    "ce_exercise",
    headers::CONTENT_TYPE,
    headers::ADMISSION,
    "content-hash",
];

/// Looks names up in the order in which they usually come, so that the next is found at once.
#[derive(Default)]
pub(crate) struct HeaderNames {
    expected: usize,
}

impl HeaderNames {
    pub(crate) fn of(&mut self, name: &str) -> HeaderName {
        let (before, after) = KNOWN.split_at(self.expected);
        match after.iter().chain(before).position(|known| *known == name) {
            Some(n) => {
                let found = (self.expected + n) % KNOWN.len();
                self.expected = (found + 1) % KNOWN.len();
                Cow::Borrowed(KNOWN[found])
            }
            None => Cow::Owned(name.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_name_is_borrowed_in_any_order_and_another_copied() {
        let mut names = HeaderNames::default();
        for name in KNOWN.iter().chain(KNOWN.iter().rev()) {
            assert!(matches!(names.of(name), Cow::Borrowed(found) if found == *name));
        }
        assert!(matches!(names.of("ce_mine"), Cow::Owned(found) if found == "ce_mine"));
    }
}
