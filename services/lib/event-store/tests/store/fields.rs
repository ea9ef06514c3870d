//! Conditions on payload fields, on real rows.

use domain::filter::{Comparison, EventFilter, FieldCondition};
use event_store::{PageRequest, StoreError};
use serde_json::{Value, json};

use crate::filters::found;
use crate::real_store::Store;
use crate::sample::{city, insert};

fn field(path: &str, op: Comparison, value: Value) -> EventFilter {
    EventFilter {
        fields: vec![FieldCondition {
            path: path.to_owned(),
            op,
            value,
        }],
        ..Default::default()
    }
}

/// Conditions on fields of the sample's payloads, with what they find.
fn conditions() -> Vec<(EventFilter, Vec<i64>)> {
    use Comparison::{Contains, Eq, Ge, Gt, In, Le, Lt, Ne};
    let power = |n: &i64| n % 4 == 1;
    let power_where = |keep: &dyn Fn(i64) -> bool| {
        (0..40)
            .filter(power)
            .filter(|n| keep(*n))
            .collect::<Vec<i64>>()
    };
    vec![
        (
            field("crew.status", Eq, json!("on site")),
            power_where(&|_| true),
        ),
        (
            field("customers", Gt, json!(2_000)),
            power_where(&|n| n * 100 > 2_000),
        ),
        (
            field("customers", Ge, json!(2_100)),
            power_where(&|n| n * 100 >= 2_100),
        ),
        (
            field("customers", Lt, json!(500.5)),
            power_where(&|n| n * 100 <= 500),
        ),
        (
            field("customers", Le, json!(500)),
            power_where(&|n| n * 100 <= 500),
        ),
        (
            field("planned", Eq, json!(true)),
            power_where(&|n| n % 8 == 1),
        ),
        (
            field("planned", Eq, json!(false)),
            power_where(&|n| n % 8 != 1),
        ),
        (
            field("cause", Contains, json!("TRE")),
            power_where(&|_| true),
        ),
        (
            field("cause", In, json!(["tree", 7, true])),
            power_where(&|_| true),
        ),
        (
            field("cause", Ne, json!("tree")),
            (0..40).filter(|n| n % 4 != 1).collect(),
        ),
        (field("units.0.id", Eq, json!("E8")), vec![8]),
        (field("units.1.id", Eq, json!("E8")), vec![]),
        (
            field("priority", Eq, json!(2.5)),
            (0..40).filter(|n| n % 4 == 2).collect(),
        ),
        // A text is never equal to a number, and a name is a name however odd.
        (field("customers", Eq, json!("100")), vec![]),
        (
            field("o'neill\\`{x}?", Eq, json!("\\'; DROP TABLE events")),
            vec![],
        ),
    ]
}

#[tokio::test]
async fn payload_fields_of_any_type_can_be_compared() {
    use Comparison::{Eq, Gt, In};
    let store = Store::fresh().await;
    insert(&store.writer, &city()).await;
    for (filter, wanted) in conditions() {
        assert_eq!(found(&store, &filter).await, wanted, "{filter:?}");
    }
    for wrong in [
        field("a..b", Eq, json!(1)),
        field("a", In, json!(1)),
        field("a", Gt, json!(null)),
        field("", Eq, json!(1)),
    ] {
        let refused = store.reader.events(&wrong, &PageRequest::first(1)).await;
        assert!(matches!(refused, Err(StoreError::Query(_))), "{wrong:?}");
    }
}
