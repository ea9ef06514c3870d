//! A fifth department from a folder: files, no code.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tests::binary::copy_folder;
use tests::hub::{TestHub, settings};
use tests::stack::namespace;
use tests::wait::until;

use crate::story::{COMMUNITY, event};

fn add_parks(catalog: &Path) {
    let parks = catalog.join("parks");
    fs::create_dir_all(parks.join("examples")).unwrap();
    fs::write(
        parks.join("department.yaml"),
        "name: parks\ntitle: {zh: 园林绿化, en: Parks}\nkind: service\n",
    )
    .unwrap();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:city-brain:parks:tree-fallen:v1",
        "title": "Tree fallen",
        "x-city": {
            "title": { "zh": "树木倒伏", "en": "Tree fallen" },
            "summary": { "zh": "{species} 倒伏", "en": "{species} fallen" },
            "subject": "/tree",
        },
        "type": "object",
        "additionalProperties": false,
        "required": ["tree"],
        "properties": {
            "tree": { "type": "string", "title": "Number of the tree", "minLength": 1, "maxLength": 20 },
            "species": { "type": "string", "title": "Species", "minLength": 1, "maxLength": 40 },
        },
    });
    fs::write(parks.join("tree-fallen.v1.schema.json"), schema.to_string()).unwrap();
    let example = event(
        "city.parks.tree-fallen.v1",
        "P-1",
        COMMUNITY,
        json!({ "tree": "B-17", "species": "香樟" }),
    );
    fs::write(
        parks.join("examples/tree-fallen.v1.json"),
        example.to_string(),
    )
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_added_as_files_publishes_and_is_found() {
    let namespace = namespace("parks");
    let mut settings = settings(&namespace);
    let catalog = settings.data_dir.join("catalog");
    copy_folder(
        &tests::binary::repository().join("event-schemas/catalog"),
        &catalog,
    );
    add_parks(&catalog);
    settings.catalog = Some(catalog);
    let hub = TestHub::with(namespace, settings).await;
    let api = hub.api().await;
    let fallen = event(
        "city.parks.tree-fallen.v1",
        "P-9",
        COMMUNITY,
        json!({ "tree": "B-99", "species": "银杏" }),
    );
    hub.department("parks").publish_structured(&fallen).await;
    let titles = until("the event by GraphQL", Duration::from_secs(20), || async {
        let data = api
            .query("{ events(filter: { department: [\"parks\"] }, first: 5) { nodes { titles { zh en } severity } } }", json!({}))
            .await;
        data["events"]["nodes"].get(0).cloned()
    })
    .await;
    assert_eq!(titles["titles"]["zh"], "银杏 倒伏");
    hub.stop().await;
}
