//! The records that admission writes: admitted events, watermarks, rule-set marks.

use event_schemas::city::{RuleSetMark, Watermark, headers};
use event_schemas::coordinates::Crs;
use serde::Serialize;

use super::{CONTENT_HASH, Checked, Sealer};

/// A record to be written, without its topic and partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubRecord {
    /// Key.
    pub key: String,
    /// Headers in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Value.
    pub value: Vec<u8>,
}

impl Checked<'_> {
    /// The record of the admitted event: attributes in headers, what admission found beside them,
    /// the data as it came with personal fields sealed.
    pub fn record(&self, sealer: &Sealer, nonce: impl FnMut() -> [u8; 12]) -> HubRecord {
        let envelope = &self.envelope;
        let event = format!("{}#{}", envelope.source, envelope.id);
        let mut record = HubRecord {
            key: self.partition_key.clone(),
            headers: Vec::with_capacity(16 + envelope.extensions.len()),
            value: sealer.seal_all(&event, self.data, &self.personal, nonce),
        };
        self.attributes(&mut record);
        let headers = &mut record.headers;
        headers.push((headers::ADMISSION.to_owned(), json(&self.admission)));
        let content = self.identity.content.hex();
        headers.push((CONTENT_HASH.to_owned(), content.into_bytes()));
        record
    }

    fn attributes(&self, record: &mut HubRecord) {
        let (envelope, city) = (&self.envelope, &self.envelope.city);
        let time = envelope.time.map(event_schemas::city::Millis::rfc3339);
        let recorded = city.recorded_time.map(event_schemas::city::Millis::rfc3339);
        let level = city.alert_level.map(|level| level.to_string());
        let lon = city.location.map(|(lon, _)| lon.to_string());
        let lat = city.location.map(|(_, lat)| lat.to_string());
        let known = [
            ("specversion", Some("1.0")),
            ("type", Some(&*envelope.event_type)),
            ("source", Some(&*envelope.source)),
            ("id", Some(&*envelope.id)),
            ("subject", self.subject.as_deref()),
            ("time", time.as_deref()),
            ("dataschema", envelope.data_schema.as_deref()),
            ("recordedtime", recorded.as_deref()),
            ("correlationid", city.correlation_id.as_deref()),
            ("causationid", city.causation_id.as_deref()),
            ("dataclassification", city.data_classification.as_deref()),
            ("alertlevel", level.as_deref()),
            ("lon", lon.as_deref()),
            ("lat", lat.as_deref()),
            ("crs", city.crs.map(crs_name)),
            ("placecode", city.place_code.as_deref()),
            ("exercise", city.exercise.then_some("true")),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                record.attribute(name, value);
            }
        }
        for (name, value) in &envelope.extensions {
            record.attribute(name, value);
        }
        let json = b"application/json".to_vec();
        record
            .headers
            .push((headers::CONTENT_TYPE.to_owned(), json));
    }
}

impl HubRecord {
    fn attribute(&mut self, name: &str, value: &str) {
        self.headers
            .push((format!("{}{name}", headers::CE), value.as_bytes().to_vec()));
    }

    fn of_the_hub(event_type: &str, id: &str, value: Vec<u8>) -> Self {
        let mut record = Self {
            key: String::from("hub"),
            headers: Vec::with_capacity(5),
            value,
        };
        record.attribute("specversion", "1.0");
        record.attribute("type", event_type);
        record.attribute("source", headers::HUB_SOURCE);
        record.attribute("id", id);
        let json = b"application/json".to_vec();
        record
            .headers
            .push((headers::CONTENT_TYPE.to_owned(), json));
        record
    }
}

/// The record of a watermark; `writer` tells admission processes apart.
pub fn watermark_record(writer: &str, watermark: &Watermark) -> HubRecord {
    let id = format!("watermark-{writer}-{}", watermark.at.0);
    HubRecord::of_the_hub(headers::WATERMARK_TYPE, &id, json(watermark))
}

/// The record by which a rule set takes effect in a partition.
pub fn mark_record(mark: &RuleSetMark) -> HubRecord {
    let id = format!("rule-set-{}-{}", mark.version, mark.hash);
    HubRecord::of_the_hub(headers::RULE_SET_TYPE, &id, json(mark))
}

pub(super) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("the hub's own records are plain structs with text keys")
}

const fn crs_name(crs: Crs) -> &'static str {
    match crs {
        Crs::Wgs84 => "wgs84",
        Crs::Gcj02 => "gcj02",
        Crs::Bd09 => "bd09",
        Crs::Cgcs2000 => "cgcs2000",
    }
}
