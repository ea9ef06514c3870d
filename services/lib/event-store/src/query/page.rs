//! Keyset pages, as Relay's connections ask for them: first/after and last/before.

use crate::StoreError;

/// Rows that one page may hold at most.
const PAGE_ROWS_MAX: u32 = 1_000;

/// Which page of a list that runs from the newest to the oldest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest<C> {
    /// How many rows, at most 1,000.
    pub limit: u32,
    /// Only rows behind this one (older).
    pub after: Option<C>,
    /// Only rows ahead of this one (newer).
    pub before: Option<C>,
    /// Take the rows from the end of what remains (`last`), not from its beginning (`first`).
    pub from_end: bool,
}

impl<C> PageRequest<C> {
    /// The newest `limit` rows.
    pub const fn first(limit: u32) -> Self {
        Self {
            limit,
            after: None,
            before: None,
            from_end: false,
        }
    }

    /// The next `limit` rows behind `after`.
    pub const fn first_after(limit: u32, after: C) -> Self {
        Self {
            limit,
            after: Some(after),
            before: None,
            from_end: false,
        }
    }

    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.limit > PAGE_ROWS_MAX {
            return Err(StoreError::Query(format!(
                "a page of {} rows was asked for, at most {PAGE_ROWS_MAX} are given: take several pages",
                self.limit
            )));
        }
        Ok(())
    }

    /// `ORDER BY ... LIMIT` for these columns; one row more than asked tells whether there is another page.
    pub(crate) fn order(&self, columns: &[&str]) -> String {
        let direction = if self.from_end { "ASC" } else { "DESC" };
        let keys: Vec<String> = columns
            .iter()
            .map(|column| format!("{column} {direction}"))
            .collect();
        format!(
            " ORDER BY {} LIMIT {}",
            keys.join(", "),
            u64::from(self.limit) + 1
        )
    }

    /// Makes the page from the rows that [`Self::order`] gave.
    pub(crate) fn page<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let more = rows.len() > self.limit as usize;
        rows.truncate(self.limit as usize);
        if self.from_end {
            rows.reverse();
            Page {
                rows,
                has_next: self.before.is_some(),
                has_previous: more,
            }
        } else {
            Page {
                rows,
                has_next: more,
                has_previous: self.after.is_some(),
            }
        }
    }
}

/// One page, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Older rows follow.
    pub has_next: bool,
    /// Newer rows precede.
    pub has_previous: bool,
}

impl<T> Page<T> {
    pub(crate) fn try_map<U, E>(self, map: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let rows = self.rows.into_iter().map(map).collect::<Result<_, E>>()?;
        Ok(Page {
            rows,
            has_next: self.has_next,
            has_previous: self.has_previous,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_too_many_tells_of_the_next_page_and_the_end_is_turned_round() {
        let first = PageRequest::<u8>::first(2).page(vec![9, 8, 7]);
        assert_eq!(
            first,
            Page {
                rows: vec![9, 8],
                has_next: true,
                has_previous: false
            }
        );
        let last = PageRequest::<u8> {
            limit: 2,
            after: None,
            before: None,
            from_end: true,
        }
        .page(vec![1, 2, 3]);
        assert_eq!(
            last,
            Page {
                rows: vec![2, 1],
                has_next: false,
                has_previous: true
            }
        );
        assert!(PageRequest::<u8>::first(1_001).check().is_err());
    }
}
