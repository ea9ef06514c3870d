//! Header and event-type names of the hub's own records.

/// Header that carries an [`super::Admission`] as JSON on every admitted event.
pub const ADMISSION: &str = "admission";
/// Header that carries a [`super::DeadLetter`] as JSON on every dead letter.
pub const DEAD_LETTER: &str = "dead-letter";

/// Prefix of CloudEvents attributes in Kafka's binary mode.
pub const CE: &str = "ce_";
/// CloudEvents `type` header.
pub const CE_TYPE: &str = "ce_type";
/// CloudEvents `id` header.
pub const CE_ID: &str = "ce_id";
/// CloudEvents `source` header.
pub const CE_SOURCE: &str = "ce_source";
/// Content type of the value; decides structured or binary mode.
pub const CONTENT_TYPE: &str = "content-type";
/// Content type of structured mode.
pub const STRUCTURED: &str = "application/cloudevents+json";

/// `ce_type` of a watermark in `city.events` and `city.matches`.
pub const WATERMARK_TYPE: &str = "city.hub.watermark-advanced.v1";
/// `ce_type` of a rule-set mark in `city.events` and `city.matches`.
pub const RULE_SET_TYPE: &str = "city.hub.rule-set-activated.v1";
/// `ce_type` of a record in `city.alerts`.
pub const ALERT_TYPE: &str = "city.hub.alert-changed.v1";
/// `ce_type` of a record in `city.cases`.
pub const CASE_DECISION_TYPE: &str = "city.hub.case-decided.v1";
/// `ce_type` of a record in `city.control`.
pub const CONTROL_DECISION_TYPE: &str = "city.hub.control-decided.v1";
/// `ce_type` of a record in `city.keys`.
pub const KEY_TYPE: &str = "city.hub.personal-key-recorded.v1";
/// `ce_source` of everything the hub itself writes.
pub const HUB_SOURCE: &str = "/city-brain";
