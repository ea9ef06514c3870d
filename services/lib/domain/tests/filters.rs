//! Filters in memory: every part by example, alone and combined.

use domain::event::Event;
use domain::filter::{Area, Comparison, EventFilter, FieldCondition};
use event_schemas::city::{Admission, LogPosition, Millis, TopicId};
use serde_json::{Value, json};

fn event() -> Event {
    let position = LogPosition {
        topic_id: TopicId::nil(),
        partition: 0,
        offset: 1,
    };
    Event {
        position,
        id: String::from("e1"),
        source: String::from("/fire"),
        event_type: String::from("city.fire.incident-reported.v1"),
        subject: Some(String::from("F-17")),
        correlation_id: None,
        admission: Admission {
            department: String::from("fire"),
            event_time: Millis(1_000),
            recorded_time: None,
            inbox_time: Millis(1_500),
            place: Some(String::from("990101001")),
            lon: Some(122.10),
            lat: Some(30.90),
            h3: None,
            level: Some(2),
            measure: None,
            exercise: false,
            catalog: String::from("c"),
            inbox: position,
            flags: Vec::new(),
        },
        data: json!({"category": "structure-fire", "floor": 6, "units": [{"id": "E3"}], "hurt": false}),
    }
}

fn passes(change: impl FnOnce(&mut EventFilter)) -> bool {
    let mut filter = EventFilter::default();
    change(&mut filter);
    filter.matches(&event())
}

fn field(path: &str, op: Comparison, value: Value) -> bool {
    passes(|filter| {
        filter.fields = vec![FieldCondition {
            path: path.to_owned(),
            op,
            value,
        }];
    })
}

#[test]
fn an_empty_filter_passes_everything_and_each_part_restricts() {
    assert!(passes(|_| {}));
    assert!(passes(
        |filter| filter.departments = vec!["power".into(), "fire".into()]
    ));
    assert!(!passes(|filter| filter.departments = vec!["power".into()]));
    assert!(!passes(
        |filter| filter.types = vec!["city.fire.incident-closed.v1".into()]
    ));
    assert!(passes(|filter| filter.places = vec!["990101001".into()]));
    assert!(!passes(|filter| filter.places = vec!["990101002".into()]));
    assert!(!passes(|filter| filter.levels = vec![1, 3]));
    assert!(!passes(|filter| filter.exercise = Some(true)));
    assert!(!passes(|filter| filter.subject = Some("F-18".into())));
}

#[test]
fn a_time_range_takes_its_start_and_leaves_its_end() {
    assert!(passes(|filter| filter.from = Some(Millis(1_000))));
    assert!(!passes(|filter| filter.to = Some(Millis(1_000))));
    assert!(passes(|filter| filter.to = Some(Millis(1_001))));
}

#[test]
fn and_or_not_combine() {
    let of = |department: &str| EventFilter {
        departments: vec![department.to_owned()],
        ..EventFilter::default()
    };
    assert!(!passes(|filter| filter.and = vec![of("fire"), of("power")]));
    assert!(passes(|filter| filter.or = vec![of("fire"), of("power")]));
    assert!(!passes(|filter| filter.or = vec![of("roads"), of("power")]));
    assert!(!passes(|filter| filter.not = Some(Box::new(of("fire")))));
    assert!(passes(|filter| filter.not = Some(Box::new(of("power")))));
}

#[test]
fn areas_contain_what_lies_within_and_nothing_without_a_position() {
    let within = |area: Area| passes(|filter| filter.within = Some(area));
    assert!(within(Area::Box([122.0, 30.8, 122.2, 31.0])));
    assert!(!within(Area::Box([122.11, 30.8, 122.2, 31.0])));
    // About 957 m of longitude at this latitude.
    assert!(within(Area::Circle([122.11, 30.90, 960.0])));
    assert!(!within(Area::Circle([122.11, 30.90, 950.0])));
    let triangle = [[122.0, 30.8], [122.2, 30.8], [122.1, 31.0]];
    assert!(within(Area::Polygon(triangle.to_vec())));
    assert!(!within(Area::Polygon(vec![[122.0, 30.8], [122.2, 30.8]])));
    let mut unplaced = event();
    unplaced.admission.lon = None;
    let anywhere = EventFilter {
        within: Some(Area::Box([-180.0, -90.0, 180.0, 90.0])),
        ..EventFilter::default()
    };
    assert!(!anywhere.matches(&unplaced));
}

#[test]
fn text_is_found_in_payload_and_subject_whatever_its_case() {
    let text = |text: &str| passes(|filter| filter.text = Some(text.to_owned()));
    assert!(text("STRUCTURE"));
    assert!(text("f-17"));
    assert!(text("e3"));
    assert!(!text("explosion"));
}

#[test]
fn payload_fields_compare_with_values_of_their_own_type_only() {
    use Comparison::{Contains, Eq, Ge, Gt, In, Le, Lt, Ne};
    assert!(
        field("floor", Ge, json!(6))
            && field("floor", Lt, json!(6.5))
            && field("floor", Le, json!(6))
    );
    assert!(!field("floor", Gt, json!(6)) && !field("floor", Eq, json!("6")));
    assert!(
        field("category", Eq, json!("structure-fire"))
            && field("category", Contains, json!("FIRE"))
    );
    assert!(
        field("category", In, json!(["smoke", "structure-fire"]))
            && !field("category", In, json!([]))
    );
    assert!(field("units.0.id", Eq, json!("E3")) && !field("units.1.id", Eq, json!("E3")));
    assert!(field("hurt", Eq, json!(false)) && !field("hurt", Eq, json!(true)));
    assert!(
        field("absent", Ne, json!(1))
            && !field("absent", Eq, json!(1))
            && !field("absent", Lt, json!(1))
    );
}
