//! One filter, two readers: what ClickHouse finds is what `matches` says in memory.

use domain::event::Event;
use domain::filter::{Area, Comparison, EventFilter, FieldCondition};
use event_schemas::city::Millis;
use event_store::PageRequest;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::real_store::Store;
use crate::sample::{STORM, event, insert};

const TYPES: [&str; 3] = [
    "city.fire.incident-reported.v1",
    "city.power.outage-started.v1",
    "city.roads.closure-started.v1",
];
const PLACES: [&str; 4] = ["harbour.pier", "harbour.dock", "hill.top", "hill"];
const WORDS: [&str; 10] = [
    "tree",
    "Tree down",
    "积水",
    "港湾 \"A\"",
    "on site",
    "12",
    "a\\b",
    "ÄÖ flood",
    "İzmir",
    "ΌΣΟΣ",
];
const NAMES: [&str; 5] = ["cause", "n", "crew", "units", "0"];

fn word() -> impl Strategy<Value = String> {
    proptest::sample::select(&WORDS[..]).prop_map(str::to_owned)
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        word().prop_map(Value::from),
        (-5_i64..15).prop_map(Value::from),
        (-20_i32..20).prop_map(|n| json!(f64::from(n) / 4.0)),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ]
}

fn payload() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(&NAMES[..]), inner), 0..4)
                .prop_map(|fields| Value::Object(
                    fields
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect()
                )),
        ]
    })
}

fn point() -> impl Strategy<Value = [f64; 2]> {
    (120.0..120.5_f64, 30.0..30.5_f64).prop_map(|(lon, lat)| [lon, lat])
}

fn any_event() -> impl Strategy<Value = Event> {
    let facts = (
        proptest::sample::select(&TYPES[..]),
        proptest::option::of(proptest::sample::select(&PLACES[..])),
        proptest::option::of(point()),
        proptest::option::of(1_u8..=4),
        any::<bool>(),
        proptest::option::of(word()),
    );
    (facts, payload(), 0_i64..60).prop_map(
        |((kind, place, point, level, exercise, subject), data, second)| {
            let mut one = event(
                second,
                kind,
                place,
                json!({ "cause": data.clone(), "n": second, "rest": data }),
            );
            one.subject = subject;
            one.admission.level = level;
            one.admission.exercise = exercise;
            one.admission.lon = point.map(|point| point[0]);
            one.admission.lat = point.map(|point| point[1]);
            one
        },
    )
}

fn area() -> impl Strategy<Value = Area> {
    prop_oneof![
        (point(), point()).prop_map(|([a, b], [c, d])| Area::Box([
            a.min(c),
            b.min(d),
            a.max(c),
            b.max(d)
        ])),
        (point(), 100.0..30_000.0_f64)
            .prop_map(|([lon, lat], metres)| Area::Circle([lon, lat, metres])),
        // Three corners never cross; more may.
        proptest::collection::vec(point(), 3..7).prop_map(Area::Polygon),
    ]
}

fn condition() -> impl Strategy<Value = FieldCondition> {
    use Comparison::{Contains, Eq, Ge, Gt, In, Le, Lt, Ne};
    let path = prop_oneof![
        Just("n"),
        Just("cause"),
        Just("cause.cause"),
        Just("rest.units"),
        Just("rest.0"),
        Just("rest.1.n"),
        Just("rest.crew.0"),
        Just("absent.n"),
        Just("cause.0.0"),
    ];
    let value = leaf()
        .prop_filter("comparable", |value| !value.is_null())
        .boxed();
    let number_or_text =
        leaf().prop_filter("ordered", |value| value.is_number() || value.is_string());
    let compared = prop_oneof![
        (proptest::sample::select(&[Eq, Ne][..]), value.clone()),
        (
            proptest::sample::select(&[Lt, Le, Gt, Ge][..]),
            number_or_text
        ),
        (Just(Contains), word().prop_map(Value::from)),
        (
            Just(In),
            proptest::collection::vec(value, 0..4).prop_map(Value::from)
        ),
    ];
    (path, compared).prop_map(|(path, (op, value))| FieldCondition {
        path: path.to_owned(),
        op,
        value,
    })
}

fn plain_filter() -> impl Strategy<Value = EventFilter> {
    let lists = (
        proptest::collection::vec(
            proptest::sample::select(&TYPES[..]).prop_map(str::to_owned),
            0..3,
        ),
        proptest::collection::vec(
            proptest::sample::select(&PLACES[..]).prop_map(str::to_owned),
            0..3,
        ),
        proptest::collection::vec(1_u8..=4, 0..3),
    );
    let one = |of: BoxedStrategy<EventFilter>| of;
    let all = EventFilter::default;
    let by_list = lists.prop_map(move |(types, places, levels)| EventFilter {
        types,
        places,
        levels,
        ..all()
    });
    let by_time = (0_i64..60, 0_i64..60).prop_map(move |(from, to)| EventFilter {
        from: Some(Millis(STORM.0 + from * 1_000)),
        to: Some(Millis(STORM.0 + to * 1_000)),
        ..all()
    });
    prop_oneof![
        one(by_list.boxed()),
        one(by_time.boxed()),
        area().prop_map(move |area| EventFilter {
            within: Some(area),
            ..all()
        }),
        condition().prop_map(move |field| EventFilter {
            fields: vec![field],
            ..all()
        }),
        word().prop_map(move |text| EventFilter {
            text: Some(text),
            ..all()
        }),
        any::<bool>().prop_map(move |flag| EventFilter {
            exercise: Some(flag),
            ..all()
        }),
        word().prop_map(move |subject| EventFilter {
            subject: Some(subject),
            ..all()
        }),
        Just(EventFilter {
            departments: vec!["power".to_owned(), "fire".to_owned()],
            ..all()
        }),
    ]
}

fn filter() -> impl Strategy<Value = EventFilter> {
    plain_filter().prop_recursive(3, 12, 3, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..3);
        (
            inner.clone(),
            list.clone(),
            list,
            proptest::option::of(inner),
        )
            .prop_map(|(own, and, or, not)| EventFilter {
                and,
                or,
                not: not.map(Box::new),
                ..own
            })
    })
}

#[tokio::test]
async fn the_store_and_memory_agree_on_every_filter() {
    let store = Store::fresh().await;
    let mut runner = TestRunner::deterministic();
    let any = any_event();
    let mut events: Vec<Event> = (0..400)
        .map(|_| any.new_tree(&mut runner).unwrap().current())
        .collect();
    for (n, one) in events.iter_mut().enumerate() {
        one.position.offset = n as i64;
        one.id = format!("e{n}");
    }
    insert(&store.writer, &events).await;
    let filters = filter();
    let (mut some, mut asked) = (0, 0);
    for _ in 0..500 {
        let filter = filters.new_tree(&mut runner).unwrap().current();
        let page = store
            .reader
            .events(&filter, &PageRequest::first(1_000))
            .await
            .unwrap();
        let mut found: Vec<i64> = page
            .rows
            .iter()
            .map(|row| row.event.position.offset)
            .collect();
        found.sort_unstable();
        let wanted: Vec<i64> = events
            .iter()
            .filter(|one| filter.matches(one))
            .map(|one| one.position.offset)
            .collect();
        let differing: Vec<&Event> = events
            .iter()
            .filter(|one| {
                found.contains(&one.position.offset) != wanted.contains(&one.position.offset)
            })
            .take(2)
            .collect();
        assert_eq!(found, wanted, "{filter:#?}\n{differing:#?}");
        asked += 1;

        some += u32::from(!wanted.is_empty() && wanted.len() < events.len());
    }
    assert!(
        some * 4 > asked,
        "only {some} of {asked} filters told events apart"
    );
}
