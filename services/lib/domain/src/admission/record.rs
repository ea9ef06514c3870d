//! The records that admission writes: admitted events, watermarks, rule-set marks.

use std::borrow::Cow;

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
    pub headers: Vec<(Cow<'static, str>, Vec<u8>)>,
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
        headers.push((headers::ADMISSION.into(), json(&self.admission)));
        let content = self.identity.content.hex();
        headers.push((CONTENT_HASH.into(), content.into_bytes()));
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
            ("ce_specversion", Some("1.0")),
            ("ce_type", Some(&*envelope.event_type)),
            ("ce_source", Some(&*envelope.source)),
            ("ce_id", Some(&*envelope.id)),
            ("ce_subject", self.subject.as_deref()),
            ("ce_time", time.as_deref()),
            ("ce_dataschema", envelope.data_schema.as_deref()),
            ("ce_recordedtime", recorded.as_deref()),
            ("ce_correlationid", city.correlation_id.as_deref()),
            ("ce_causationid", city.causation_id.as_deref()),
            ("ce_dataclassification", city.data_classification.as_deref()),
            ("ce_alertlevel", level.as_deref()),
            ("ce_lon", lon.as_deref()),
            ("ce_lat", lat.as_deref()),
            ("ce_crs", city.crs.map(crs_name)),
            ("ce_placecode", city.place_code.as_deref()),
            ("ce_exercise", city.exercise.then_some("true")),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                record.attribute(name, value);
            }
        }
        for (name, value) in &envelope.extensions {
            record.attribute(format!("{}{name}", headers::CE), value);
        }
        let json = b"application/json".to_vec();
        record.headers.push((headers::CONTENT_TYPE.into(), json));
    }
}

impl HubRecord {
    fn attribute(&mut self, name: impl Into<Cow<'static, str>>, value: &str) {
        self.headers.push((name.into(), value.as_bytes().to_vec()));
    }

    fn of_the_hub(event_type: &str, id: &str, value: Vec<u8>) -> Self {
        let mut record = Self {
            key: String::from("hub"),
            headers: Vec::with_capacity(5),
            value,
        };
        record.attribute("ce_specversion", "1.0");
        record.attribute("ce_type", event_type);
        record.attribute("ce_source", headers::HUB_SOURCE);
        record.attribute("ce_id", id);
        let json = b"application/json".to_vec();
        record.headers.push((headers::CONTENT_TYPE.into(), json));
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
