//! Relay pages: `first/after` or `last/before`, opaque cursors, page info.

use async_graphql::SimpleObject;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::failure::Failure;
use crate::gate::cost::{PAGE_DEFAULT, PAGE_MAX};

/// What the caller asks for, as given.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageArguments {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

/// A checked page: so many rows from a cursor, forwards or backwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// How many rows at most.
    pub(crate) size: usize,
    /// Backwards from the end (or from `before`).
    pub(crate) backwards: bool,
    /// Only rows after this key.
    pub(crate) after: Option<String>,
    /// Only rows before this key.
    pub(crate) before: Option<String>,
}

impl PageArguments {
    /// Checks the arguments; `first` and `last` together mean nothing.
    pub(crate) fn check(self) -> Result<Page, Failure> {
        let (size, backwards) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(Failure::bad("Give first or last, not both."));
            }
            (first, None) => (first, false),
            (None, last) => (last, true),
        };
        let size = match size {
            None => PAGE_DEFAULT,
            Some(size) => usize::try_from(size)
                .ok()
                .filter(|size| *size <= PAGE_MAX)
                .ok_or_else(|| {
                    Failure::bad(format!("A page holds 0 to {PAGE_MAX} rows, not {size}."))
                })?,
        };
        Ok(Page {
            size,
            backwards,
            after: self.after.as_deref().map(decode).transpose()?,
            before: self.before.as_deref().map(decode).transpose()?,
        })
    }
}

/// The opaque cursor of a row's key.
pub(crate) fn encode(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

/// The row's key of an opaque cursor.
fn decode(cursor: &str) -> Result<String, Failure> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Failure::bad("This is not a cursor; use one from pageInfo or an edge."))
}

/// Where a page stands in its list.
#[derive(Clone, Debug, Default, PartialEq, Eq, SimpleObject)]
pub(crate) struct PageInfo {
    /// There are rows before the first of this page.
    pub(crate) has_previous_page: bool,
    /// There are rows after the last of this page.
    pub(crate) has_next_page: bool,
    /// Cursor of the first row.
    pub(crate) start_cursor: Option<String>,
    /// Cursor of the last row.
    pub(crate) end_cursor: Option<String>,
}

/// Cuts a page out of a list in memory that is sorted as shown. `key` names a row; keys must sort
/// as the list does, so that a cursor still works when its row has gone.
pub(crate) fn cut<T: Clone>(
    rows: &[T],
    page: &Page,
    key: impl Fn(&T) -> String,
) -> (Vec<(String, T)>, PageInfo) {
    let start = page
        .after
        .as_ref()
        .map_or(0, |after| rows.partition_point(|row| key(row) <= *after));
    let end = page.before.as_ref().map_or(rows.len(), |before| {
        rows.partition_point(|row| key(row) < *before)
    });
    let end = end.max(start);
    let (from, to) = if page.backwards {
        (end.saturating_sub(page.size).max(start), end)
    } else {
        (start, (start + page.size).min(end))
    };
    let cut: Vec<(String, T)> = rows[from..to]
        .iter()
        .map(|row| (encode(&key(row)), row.clone()))
        .collect();
    let page_info = PageInfo {
        has_previous_page: from > 0,
        has_next_page: to < rows.len(),
        start_cursor: cut.first().map(|(cursor, _)| cursor.clone()),
        end_cursor: cut.last().map(|(cursor, _)| cursor.clone()),
    };
    (cut, page_info)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Page {
        PageArguments {
            first,
            after,
            last,
            before,
        }
        .check()
        .unwrap()
    }

    proptest! {
        #[test]
        fn pages_forwards_and_backwards_show_every_row_once(count in 0_u32..60, size in 1_i32..9) {
            let rows: Vec<u32> = (0..count).collect();
            let key = |row: &u32| format!("{row:06}");
            let mut forwards = Vec::new();
            let mut after = None;
            loop {
                let (cut, info) = cut(&rows, &page(Some(size), after, None, None), key);
                forwards.extend(cut.into_iter().map(|(_, row)| row));
                after = info.end_cursor;
                if !info.has_next_page {
                    break;
                }
            }
            prop_assert_eq!(&forwards, &rows);
            let mut backwards = Vec::new();
            let mut before = None;
            loop {
                let (cut, info) = cut(&rows, &page(None, None, Some(size), before), key);
                backwards.extend(cut.into_iter().rev().map(|(_, row)| row));
                before = info.start_cursor;
                if !info.has_previous_page {
                    break;
                }
            }
            backwards.reverse();
            prop_assert_eq!(&backwards, &rows);
        }
    }

    #[test]
    fn a_page_too_large_or_from_both_ends_is_refused() {
        let ask = |first, last| PageArguments {
            first,
            last,
            ..PageArguments::default()
        };
        assert!(ask(Some(1_001), None).check().is_err());
        assert!(ask(Some(-1), None).check().is_err());
        assert!(ask(Some(1), Some(1)).check().is_err());
        assert!(ask(None, Some(0)).check().is_ok());
        let foreign = PageArguments {
            after: Some("§".into()),
            ..PageArguments::default()
        };
        assert!(foreign.check().is_err());
    }
}
