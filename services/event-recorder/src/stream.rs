//! What each of the hub's topics becomes in the tables.

use domain::case::CaseBook;
use event_log::Record;
use event_schemas::city::{Topic, headers};
use event_store::{DeadLetterRecord, EventRecord, Origin, RowFault, Table};

use crate::batch::Batch;

/// Prefix of the original's headers in a dead letter.
pub(crate) const ORIGINAL: &str = "original-";

/// The recorded topics, each with the tables it fills.
pub fn recorded_topics() -> impl Iterator<Item = (Topic, &'static [Table])> {
    Stream::TOPICS
        .into_iter()
        .filter_map(|topic| Some((topic, Stream::of(topic)?.tables())))
}

/// One topic's way into the tables, with the state it needs.
pub(crate) enum Stream {
    /// Admitted events; watermarks and marks make no row.
    Events,
    /// Changes of alerts.
    Alerts,
    /// Decisions about cases, folded from the beginning to tell what counts.
    Cases(Box<CaseBook>),
    /// Dead letters.
    DeadLetters,
    /// Acts of administration.
    Control,
}

impl Stream {
    /// The recorded topics.
    pub(crate) const TOPICS: [Topic; 5] = [
        Topic::Events,
        Topic::Alerts,
        Topic::Cases,
        Topic::DeadLetters,
        Topic::Control,
    ];

    /// The stream of a topic; `None` for a topic that is not recorded.
    pub(crate) fn of(topic: Topic) -> Option<Self> {
        match topic {
            Topic::Events => Some(Self::Events),
            Topic::Alerts => Some(Self::Alerts),
            Topic::Cases => Some(Self::Cases(Box::default())),
            Topic::DeadLetters => Some(Self::DeadLetters),
            Topic::Control => Some(Self::Control),
            Topic::Matches | Topic::Keys => None,
        }
    }

    /// The tables it fills, those that bear witness last.
    pub(crate) const fn tables(&self) -> &'static [Table] {
        match self {
            Self::Events => &[Table::Events],
            Self::Alerts => &[Table::Alerts],
            Self::Cases(_) => &[Table::Cases, Table::CaseEvents],
            Self::DeadLetters => &[Table::DeadLetters],
            Self::Control => &[Table::Audit],
        }
    }

    /// Takes a record into the batch.
    pub(crate) fn take(&mut self, batch: &mut Batch, record: Record) {
        batch.pass(record.position.offset);
        if matches!(self, Self::Events) && is_mark(&record) {
            return;
        }
        let index = batch.keep(record);
        if let Err(fault) = self.push(batch, index) {
            batch.faults.push((index, fault));
        }
    }

    fn push(&mut self, batch: &mut Batch, index: usize) -> Result<(), RowFault> {
        let Batch {
            tables, records, ..
        } = batch;
        let Some(record) = records.get(index) else {
            return Ok(());
        };
        let origin = Origin {
            topic: &record.topic,
            position: record.position,
            append_time: record.append_time,
        };
        let Some((last, others)) = tables.split_last_mut() else {
            return Ok(());
        };
        match self {
            Self::Events => last.rows.push_event(&event(record, origin)?)?,
            Self::Alerts => last.rows.push_alert(&origin, &record.value)?,
            Self::Cases(book) => {
                let verdict =
                    book.apply_bytes(record.position.offset, record.append_time, &record.value);
                if let (domain::case::Verdict::Accepted(applied), Some(states)) =
                    (&verdict, others.first_mut())
                {
                    for case in &applied.cases {
                        states.rows.push_case(&origin, case)?;
                        states.of.push(index);
                    }
                }
                last.rows.push_decision(&origin, &record.value, &verdict)?;
            }
            Self::DeadLetters => last.rows.push_dead_letter(&dead_letter(
                record,
                origin,
                &original_headers(record),
            )?)?,
            Self::Control => last.rows.push_audit(&origin, &record.value)?,
        }
        last.of.push(index);
        Ok(())
    }
}

/// Records by which time and rules move: they count as offsets and make no row.
fn is_mark(record: &Record) -> bool {
    matches!(
        record.header(headers::CE_TYPE),
        Some(headers::WATERMARK_TYPE | headers::RULE_SET_TYPE)
    )
}

fn event<'a>(record: &'a Record, origin: Origin<'a>) -> Result<EventRecord<'a>, RowFault> {
    let (mut id, mut source, mut event_type, mut admission) = (None, None, None, None);
    let (mut subject, mut correlation_id) = (None, None);
    for (name, value) in &record.headers {
        let slot = match &**name {
            headers::CE_ID => &mut id,
            headers::CE_SOURCE => &mut source,
            headers::CE_TYPE => &mut event_type,
            headers::ADMISSION => &mut admission,
            "ce_subject" => &mut subject,
            "ce_correlationid" => &mut correlation_id,
            _ => continue,
        };
        let text = std::str::from_utf8(value)
            .map_err(|_| RowFault::new(format!("header {name} is not UTF-8")))?;
        *slot = Some(text);
    }
    let needed = |value: Option<&'a str>, name: &str| {
        value.ok_or_else(|| {
            RowFault::new(format!(
                "header {name} is missing: it was not written by admission"
            ))
        })
    };
    Ok(EventRecord {
        origin,
        id: needed(id, headers::CE_ID)?,
        source: needed(source, headers::CE_SOURCE)?,
        event_type: needed(event_type, headers::CE_TYPE)?,
        subject,
        correlation_id,
        admission: needed(admission, headers::ADMISSION)?,
        payload: &record.value,
    })
}

fn original_headers(record: &Record) -> Vec<(&str, &[u8])> {
    record
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(ORIGINAL)?, &value[..])))
        .collect()
}

fn dead_letter<'a>(
    record: &'a Record,
    origin: Origin<'a>,
    originals: &'a [(&'a str, &'a [u8])],
) -> Result<DeadLetterRecord<'a>, RowFault> {
    let letter = record
        .header(headers::DEAD_LETTER)
        .ok_or_else(|| RowFault::new("the dead-letter header is missing".to_owned()))?;
    Ok(DeadLetterRecord {
        origin,
        letter,
        headers: originals,
        original: &record.value,
    })
}
