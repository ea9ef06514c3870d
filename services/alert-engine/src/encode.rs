//! From what a fold brings to records of the log.

use domain::alert::Alert;
use domain::engine::{MATCH_TYPE, MatchRecord, Output};
use event_log::{HeaderName, LogConfig, OutRecord};
use event_schemas::city::{RuleSetMark, Topic, Watermark, headers};
use serde::Serialize;

use crate::decode::ORIGIN;

/// Where outputs go.
#[derive(Clone, Debug)]
pub(crate) struct Exits {
    alerts: String,
    matches: String,
    match_partitions: i32,
}

impl Exits {
    pub(crate) fn new(log: &LogConfig, match_partitions: i32) -> Self {
        Self {
            alerts: log.topic(Topic::Alerts),
            matches: log.topic(Topic::Matches),
            match_partitions,
        }
    }

    /// The records of one output: one, or one per partition of `city.matches`.
    pub(crate) fn records(
        &self,
        output: &Output,
        into: &mut Vec<OutRecord>,
    ) -> serde_json::Result<()> {
        match output {
            Output::Alert(alert) => into.push(self.alert(alert)?),
            Output::Match(matched) => into.push(self.matched(matched)?),
            Output::Watermark { watermark, origin } => {
                self.to_all(&self.watermark(watermark, *origin)?, into);
            }
            Output::Mark(mark) => self.to_all(&self.mark(mark)?, into),
        }
        Ok(())
    }

    fn alert(&self, alert: &Alert) -> serde_json::Result<OutRecord> {
        let mut record = record(
            &self.alerts,
            headers::ALERT_TYPE,
            &format!("{}/{}", alert.id, alert.version),
            alert,
        )?;
        record.key = Some(alert.fingerprint.clone().into_bytes());
        record.headers.push(header("ce_subject", &alert.id));
        Ok(record)
    }

    fn matched(&self, matched: &MatchRecord) -> serde_json::Result<OutRecord> {
        let id = format!("{}@{}", matched.rule, matched.event.position);
        let mut record = record(&self.matches, MATCH_TYPE, &id, matched)?;
        record.key = Some(matched.log_key().into_bytes());
        Ok(record)
    }

    fn watermark(&self, watermark: &Watermark, origin: i32) -> serde_json::Result<OutRecord> {
        let id = format!("{origin}/{}", watermark.at.0);
        let mut record = record(&self.matches, headers::WATERMARK_TYPE, &id, watermark)?;
        record.headers.push(header(ORIGIN, &origin.to_string()));
        Ok(record)
    }

    fn mark(&self, mark: &RuleSetMark) -> serde_json::Result<OutRecord> {
        let id = format!("rules/{}", mark.version);
        record(&self.matches, headers::RULE_SET_TYPE, &id, mark)
    }

    fn to_all(&self, record: &OutRecord, into: &mut Vec<OutRecord>) {
        into.extend((0..self.match_partitions).map(|partition| OutRecord {
            partition: Some(partition),
            ..record.clone()
        }));
    }
}

fn record(
    topic: &str,
    event_type: &str,
    id: &str,
    value: &impl Serialize,
) -> serde_json::Result<OutRecord> {
    Ok(OutRecord {
        topic: topic.to_owned(),
        partition: None,
        key: None,
        headers: vec![
            header("ce_specversion", "1.0"),
            header(headers::CE_ID, id),
            header(headers::CE_SOURCE, headers::HUB_SOURCE),
            header(headers::CE_TYPE, event_type),
            header(headers::CONTENT_TYPE, "application/json"),
        ],
        value: serde_json::to_vec(value)?,
    })
}

fn header(name: &'static str, value: &str) -> (HeaderName, Vec<u8>) {
    (name.into(), value.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use domain::engine::RecordBody;
    use event_log::Record;
    use event_schemas::city::{LogPosition, Millis, TopicId, Topics};

    use super::*;
    use crate::decode::decode;

    fn exits() -> Exits {
        let log = LogConfig {
            brokers: String::new(),
            topics: Topics::new("city"),
            client_id: String::from("test"),
        };
        Exits::new(&log, 3)
    }

    fn read(record: &OutRecord) -> Record {
        let headers = record.headers.iter();
        Record {
            topic: Arc::from(record.topic.as_str()),
            position: LogPosition {
                topic_id: TopicId::nil(),
                partition: 0,
                offset: 5,
            },
            append_time: Millis(0),
            key: record.key.clone().map(Bytes::from),
            headers: headers
                .map(|(name, value)| (name.clone(), Bytes::from(value.clone())))
                .collect(),
            value: Bytes::from(record.value.clone()),
        }
    }

    #[test]
    fn watermarks_and_marks_go_to_every_partition_of_matches_and_read_back() {
        let watermark = Watermark {
            at: Millis(7),
            inboxes: Vec::new(),
        };
        let mark = RuleSetMark {
            version: 3,
            hash: String::from("h"),
            rules: Vec::new(),
        };
        let mut written = Vec::new();
        let outputs = [
            Output::Watermark {
                watermark: watermark.clone(),
                origin: 2,
            },
            Output::Mark(mark.clone()),
        ];
        for output in &outputs {
            exits().records(output, &mut written).unwrap();
        }
        let partitions: Vec<Option<i32>> = written.iter().map(|record| record.partition).collect();
        assert_eq!(partitions, [Some(0), Some(1), Some(2)].repeat(2));
        let origin = 2;
        assert_eq!(
            decode(&read(&written[1])).unwrap(),
            RecordBody::Watermark { watermark, origin }
        );
        assert_eq!(decode(&read(&written[5])).unwrap(), RecordBody::Mark(mark));
    }

    #[test]
    fn what_is_no_record_of_the_hub_is_named_with_its_position_and_fault() {
        let mut record = OutRecord {
            topic: String::from("city.events"),
            ..OutRecord::default()
        };
        let error = decode(&read(&record)).unwrap_err().to_string();
        assert!(
            error.contains("has no type") && error.contains(".0.5"),
            "{error}"
        );
        record
            .headers
            .push(header(headers::CE_TYPE, "city.fire.incident-reported.v1"));
        let error = decode(&read(&record)).unwrap_err().to_string();
        assert!(error.contains("the header admission is absent"), "{error}");
    }
}
