//! What was filled in: kept as it was typed, and made into an event's data.

use std::collections::BTreeMap;

use event_schemas::Text;
use event_schemas::city::Millis;
use serde_json::{Map, Value, json};

use super::field::{Field, Kind};
use super::rules;

/// The longest a form may be, in fields: contracts have fewer, and what is more is not one of ours.
const FIELDS_MOST: usize = 2_000;

/// A form's fields as they were typed, and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filled {
    values: BTreeMap<String, Vec<String>>,
    /// By field; the empty name is the form as a whole.
    pub(crate) errors: BTreeMap<String, Text>,
}

impl Filled {
    /// Reads a body of `application/x-www-form-urlencoded`.
    pub(crate) fn read(body: &[u8]) -> Self {
        let mut filled = Self::default();
        for (name, value) in form_urlencoded::parse(body).take(FIELDS_MOST) {
            // Browsers send CR LF between lines; a contract's texts have LF.
            let value = value.replace("\r\n", "\n");
            filled
                .values
                .entry(name.into_owned())
                .or_default()
                .push(value);
        }
        filled
    }

    /// Fills a field by ourselves.
    pub(crate) fn put(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), vec![value.into()]);
    }

    /// The text of a field, without blanks around it; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        let values = self.values.get(name).and_then(|values| values.first());
        values.map_or("", |value| value.trim())
    }

    /// Everything that was filled in.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.values.iter();
        all.flat_map(|(name, values)| values.iter().map(move |value| (&**name, value.trim())))
    }

    /// Everything chosen in a field.
    pub(crate) fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// Notes what is wrong with a field; the first that is said stays.
    pub(crate) fn fault(&mut self, name: &str, words: Text) {
        self.errors.entry(name.to_owned()).or_insert(words);
    }

    /// The data of the event: fields that are empty are left out. What must be filled and is not is
    /// noted; what does not fit is left for the contract to refuse.
    pub(crate) fn data(&mut self, fields: &[Field], offset_ms: i64) -> Value {
        let mut data = Map::new();
        for field in fields {
            let name = field.pointer.rsplit('/').next().unwrap_or_default();
            let name = name.replace("~1", "/").replace("~0", "~");
            match self.value(field, offset_ms) {
                Some(value) => {
                    data.insert(name, value);
                }
                None if field.required => self.fault(&field.pointer, rules::missing()),
                None => {}
            }
        }
        Value::Object(data)
    }

    fn value(&mut self, field: &Field, offset_ms: i64) -> Option<Value> {
        if let Kind::Group(below) = &field.kind {
            // Nobody has to fill a part of what may be left out as a whole.
            let touched = field.required || self.touches(below);
            return touched.then(|| self.data(below, offset_ms));
        }
        if matches!(field.kind, Kind::Choices(_) | Kind::Lines) {
            let given = self.all(&field.pointer).iter();
            let lines = given.flat_map(|text| text.lines()).map(str::trim);
            let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
            return (!lines.is_empty()).then(|| json!(lines));
        }
        let text = self.text(&field.pointer);
        if text.is_empty() {
            return None;
        }
        Some(match field.kind {
            Kind::Integer | Kind::Number => number(text),
            Kind::Moment => json!(moment(text, offset_ms)),
            Kind::Flag if text == "true" || text == "false" => json!(text == "true"),
            Kind::Json => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
            _ => json!(text),
        })
    }

    fn touches(&self, fields: &[Field]) -> bool {
        fields.iter().any(|field| match &field.kind {
            Kind::Group(below) => self.touches(below),
            _ => self
                .all(&field.pointer)
                .iter()
                .any(|text| !text.trim().is_empty()),
        })
    }
}

/// A number as JSON has it; anything else stays a text, which the contract refuses by name.
fn number(text: &str) -> Value {
    let plain = text.replace(['，', ','], "");
    match serde_json::from_str(&plain) {
        Ok(Value::Number(number)) => Value::Number(number),
        _ => json!(text),
    }
}

/// A browser's date and time has no zone: it is the city's. Anything else stays as it is.
pub(crate) fn moment(text: &str, offset_ms: i64) -> String {
    if Millis::parse(text).is_some() {
        return text.to_owned();
    }
    let local = text.replacen(' ', "T", 1);
    let utc = format!("{local}{}Z", if local.len() == 16 { ":00" } else { "" });
    match Millis::parse(&utc) {
        Some(local) => local.plus(-offset_ms).rfc3339(),
        None => text.to_owned(),
    }
}

/// A moment as a browser's field for date and time has it, in the city's time.
pub(crate) fn local(at: Millis, offset_ms: i64) -> String {
    at.plus(offset_ms).rfc3339().chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::super::field::fields;
    use super::*;
    use event_schemas::Catalog;
    use proptest::prelude::*;

    const CHINA: i64 = 8 * 3_600_000;

    fn filled(body: &str, of: &str) -> (Value, Filled) {
        let catalog = Catalog::embedded().unwrap();
        let fields = fields(catalog.event_type(of).unwrap());
        let mut filled = Filled::read(body.as_bytes());
        let data = filled.data(&fields, CHINA);
        (data, filled)
    }

    #[test]
    fn texts_become_what_the_contract_asks_for_and_empty_fields_are_left_out() {
        let body = "%2Frequest=H1&%2Fcategory=flooding&%2Fsummary=+%E8%BF%9B%E6%B0%B4+&%2Furgent=true\
            &%2FreceivedAt=2026-07-01T14%3A02&%2Fkind=&%2Freporter%2Fname=A&%2Freporter%2Fphone=";
        let (data, filled) = filled(body, "city.hotline.request-received.v1");
        assert!(filled.errors.is_empty(), "{:?}", filled.errors);
        let expected = json!({
            "request": "H1", "category": "flooding", "summary": "进水", "urgent": true,
            "receivedAt": "2026-07-01T06:02:00.000Z", "reporter": {"name": "A"}
        });
        assert_eq!(data, expected);
    }

    #[test]
    fn numbers_and_lists_are_read_and_what_is_no_number_is_left_to_the_contract() {
        let (data, _) = filled(
            "%2Foutage=P1&%2Fcustomers=1%2C200",
            "city.power.outage-started.v1",
        );
        assert_eq!(data["customers"], 1200);
        let (data, _) = filled("%2Fcustomers=many", "city.power.outage-started.v1");
        assert_eq!(data["customers"], "many");
        let body = "%2Fincident=F1&%2Fcategory=smoke&%2Funits=E01%0D%0A%0D%0A+T02";
        let (data, _) = filled(body, "city.fire.incident-reported.v1");
        assert_eq!(data["units"], json!(["E01", "T02"]));
    }

    #[test]
    fn what_must_be_filled_and_is_not_is_told_by_field() {
        let (_, filled) = filled("%2Fincident=+", "city.fire.incident-reported.v1");
        let missing: Vec<&str> = filled.errors.keys().map(String::as_str).collect();
        assert_eq!(missing, ["/category", "/incident"]);
    }

    #[test]
    fn a_time_without_zone_is_the_city_s_and_one_with_zone_is_its_own() {
        assert_eq!(
            moment("2026-07-01 14:02:30", CHINA),
            "2026-07-01T06:02:30.000Z"
        );
        let own = "2026-07-01T14:02:30+09:00";
        assert_eq!(moment(own, CHINA), own);
        assert_eq!(moment("noon", CHINA), "noon");
        let at = Millis::parse("2026-07-01T06:02:00Z").unwrap();
        assert_eq!(local(at, CHINA), "2026-07-01T14:02");
    }

    proptest! {
        #[test]
        fn no_body_is_too_strange_to_be_read(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let catalog = Catalog::embedded().unwrap();
            let fields = fields(catalog.event_type("city.air.station-reading.v1").unwrap());
            let data = Filled::read(&body).data(&fields, CHINA);
            prop_assert!(data.is_object());
        }
    }
}
