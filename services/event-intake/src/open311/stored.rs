//! Citizens' requests as ClickHouse has them.

use domain::filter::{CaseFilter, EventFilter};
use event_store::{PageRequest, Reader, StoreError};

use super::requests::{Asked, CityRequests, KnownCase, KnownRequest, LaterEvent, RequestsAnswer};
use super::state::LATER;
use super::{RECEIVED, SOURCE};
use crate::event_fate::{FatesUnavailable, StoredFates};

/// Requests of one answer.
pub(super) const MOST: usize = 50;
/// Events and cases looked at for one answer.
const SEARCHED: u32 = 1_000;

impl CityRequests for StoredFates {
    fn requests<'f>(&'f self, asked: &'f Asked) -> RequestsAnswer<'f> {
        Box::pin(async move {
            let found = look_up(self.reader(), asked).await;
            found.map_err(|error| FatesUnavailable(error.to_string()))
        })
    }
}

async fn look_up(reader: &Reader, asked: &Asked) -> Result<Vec<KnownRequest>, StoreError> {
    let mut known = received(reader, asked).await?;
    if known.is_empty() {
        return Ok(known);
    }
    let subjects = known.iter().map(|one| EventFilter {
        subject: Some(one.id.clone()),
        ..EventFilter::default()
    });
    let filter = EventFilter {
        types: LATER.map(str::to_owned).to_vec(),
        or: subjects.collect(),
        ..EventFilter::default()
    };
    let later = reader
        .events(&filter, &PageRequest::first(SEARCHED))
        .await?;
    let titles = known.iter().map(|one| CaseFilter {
        // The rules of requests name the ticket in the alert's title, which becomes the case's.
        text: Some(one.id.clone()),
        ..CaseFilter::default()
    });
    let filter = CaseFilter {
        or: titles.collect(),
        ..CaseFilter::default()
    };
    let cases = reader.cases(&filter, &PageRequest::first(SEARCHED)).await?;
    for one in &mut known {
        let own = later.rows.iter().map(|stored| &stored.event);
        let own = own.filter(|event| event.subject.as_deref() == Some(&*one.id));
        one.later = own
            .map(|event| LaterEvent {
                event_type: event.event_type.clone(),
                at: event.admission.event_time,
                data: event.data.clone(),
            })
            .collect();
        let case = cases
            .rows
            .iter()
            .find(|case| case.title.zh.contains(&one.id));
        one.case = case.map(|case| KnownCase {
            kind: case.kind.clone(),
            state: case.state.clone(),
            stage: case.stage,
            changed: case.changed_at,
        });
    }
    Ok(known)
}

async fn received(reader: &Reader, asked: &Asked) -> Result<Vec<KnownRequest>, StoreError> {
    let mut events = Vec::new();
    match asked {
        Asked::Ids(ids) => {
            for id in ids.iter().take(MOST) {
                events.extend(reader.event_by_key(SOURCE, id).await?);
            }
        }
        Asked::Between(from, to) => {
            let filter = EventFilter {
                types: vec![RECEIVED.to_owned()],
                from: Some(*from),
                to: Some(*to),
                ..EventFilter::default()
            };
            let page = reader
                .events(&filter, &PageRequest::first(SEARCHED))
                .await?;
            events = page.rows;
        }
    }
    // What came to the hotline by another way is not this interface's to tell.
    let ours = events
        .into_iter()
        .map(|stored| stored.event)
        .filter(|event| event.source == SOURCE && event.event_type == RECEIVED);
    let known = ours.take(MOST).map(|event| KnownRequest {
        category: event.data["category"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        requested: event.admission.event_time,
        place: event.admission.place,
        id: event.id,
        later: Vec::new(),
        case: None,
    });
    Ok(known.collect())
}
