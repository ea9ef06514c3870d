//! Relay pages of the store: our opaque cursors around its keyset cursors.

use std::str::FromStr;

use event_store::{Page as StorePage, PageRequest};

use super::page::{Page, PageInfo, encode};
use crate::failure::Failure;

/// The store's request for a page.
pub(crate) fn request<C: FromStr>(page: &Page) -> Result<PageRequest<C>, Failure> {
    let read = |key: &Option<String>| {
        key.as_deref()
            .map(|key| {
                key.parse()
                    .map_err(|_| Failure::bad("This cursor belongs to another list."))
            })
            .transpose()
    };
    Ok(PageRequest {
        limit: u32::try_from(page.size).unwrap_or(u32::MAX),
        after: read(&page.after)?,
        before: read(&page.before)?,
        from_end: page.backwards,
    })
}

/// The store's page with opaque cursors.
pub(crate) fn finish<T>(
    page: StorePage<T>,
    key: impl Fn(&T) -> String,
) -> (Vec<(String, T)>, PageInfo) {
    let page_info = stands(&page, &key);
    let rows = page.rows.into_iter();
    (
        rows.map(|row| (encode(&key(&row)), row)).collect(),
        page_info,
    )
}

/// Where the store's page stands in its list. Cursors of rows that nobody asks for are not written: for
/// a page of 1,000 rows they cost as much as reading it.
pub(crate) fn stands<T>(page: &StorePage<T>, key: impl Fn(&T) -> String) -> PageInfo {
    let cursor = |row: &T| encode(&key(row));
    PageInfo {
        has_previous_page: page.has_previous,
        has_next_page: page.has_next,
        start_cursor: page.rows.first().map(cursor),
        end_cursor: page.rows.last().map(cursor),
    }
}

#[cfg(test)]
mod tests {
    use event_schemas::city::{LogPosition, Millis};
    use event_store::EventCursor;

    use super::super::page::PageArguments;
    use super::*;

    #[test]
    fn a_cursor_of_the_store_comes_back_as_it_went_out() {
        let cursor = EventCursor {
            event_time: Millis(1_707_082_320_500),
            position: "00000000000000000000000000000007.1.40"
                .parse::<LogPosition>()
                .unwrap(),
        };
        let page = StorePage {
            rows: vec![cursor],
            has_next: true,
            has_previous: false,
        };
        let (rows, info) = finish(page, ToString::to_string);
        assert_eq!(rows.len(), 1);
        let next = PageArguments {
            first: Some(10),
            after: info.end_cursor,
            ..PageArguments::default()
        };
        let request = request::<EventCursor>(&next.check().unwrap()).unwrap();
        assert_eq!(request.after, Some(cursor));
        let foreign = PageArguments {
            after: Some(encode("42")),
            ..PageArguments::default()
        };
        assert!(super::request::<EventCursor>(&foreign.check().unwrap()).is_err());
    }
}
