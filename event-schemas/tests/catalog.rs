//! The catalog: what comes with the program is sound, a mistake is told precisely, a fifth
//! department needs no code.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use std::fs;
use std::path::{Path, PathBuf};

use event_schemas::city::Reason;
use event_schemas::envelope::decode_structured;
use event_schemas::{Catalog, CatalogErrors};

fn own_catalog() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog")
}

/// A copy of the catalog that a test may break.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&own_catalog(), folder.path());
    folder
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn change(folder: &tempfile::TempDir, file: &str, from: &str, to: &str) {
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn errors(folder: &tempfile::TempDir) -> Vec<(String, String, String)> {
    let CatalogErrors(errors) = Catalog::load(folder.path()).unwrap_err();
    errors
        .into_iter()
        .map(|error| (error.file, error.path, error.expected))
        .collect()
}

/// The first error that a change brings about; all are in the changed file.
fn error_of(file: &str, from: &str, to: &str) -> (String, String, String) {
    let folder = copy();
    change(&folder, file, from, to);
    let mut all = errors(&folder);
    assert!(all.iter().all(|(at, ..)| at == file), "{all:#?}");
    all.remove(0)
}

/// Every file two folders deep.
fn own_files() -> Vec<std::path::PathBuf> {
    let entries = |path: &Path| {
        fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
    };
    entries(&own_catalog())
        .filter(|path| path.is_dir())
        .flat_map(|folder| entries(&folder).collect::<Vec<_>>())
        .collect()
}

#[test]
fn the_catalog_that_comes_with_the_program_is_the_one_in_the_folder() {
    let embedded = Catalog::embedded().unwrap_or_else(|errors| panic!("{errors}"));
    let names: Vec<&str> = embedded
        .departments()
        .iter()
        .map(|d| d.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "air", "fire", "hotline", "power", "roads", "traffic", "water", "weather"
        ]
    );
    let contracts = own_files()
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".schema.json"));
    assert_eq!(embedded.event_types().count(), contracts.count());
    let loaded = Catalog::load(&own_catalog()).unwrap();
    assert_eq!(loaded.version(), embedded.version());
    assert_eq!(loaded.version().len(), 16);
}

#[test]
fn every_type_has_a_valid_example_and_every_department_invalid_ones() {
    let catalog = Catalog::embedded().unwrap();
    for event_type in catalog.event_types() {
        let quoted = format!("\"{}\"", event_type.name);
        let shown =
            |e: &&event_schemas::catalog::Example| e.expect.is_none() && e.event.contains(&quoted);
        assert!(
            catalog.examples().iter().any(|e| shown(&e)),
            "{}",
            event_type.name
        );
    }
    for department in catalog.departments() {
        let refused = catalog
            .examples()
            .iter()
            .filter(|e| e.department == department.name && e.expect.is_some());
        assert!(refused.count() >= 5, "{}", department.name);
    }
}

#[test]
fn examples_cover_every_reason_that_one_event_alone_can_have() {
    let catalog = Catalog::embedded().unwrap();
    let shown: Vec<Reason> = catalog
        .examples()
        .iter()
        .filter_map(|example| example.expect.as_ref().map(|expect| expect.reason))
        .collect();
    for reason in [
        Reason::Envelope,
        Reason::UnknownType,
        Reason::ForeignType,
        Reason::ContractViolation,
        Reason::WrongPlace,
        Reason::WrongCoordinates,
        Reason::WrongTime,
    ] {
        assert!(shown.contains(&reason), "{reason:?}");
    }
}

#[test]
fn an_example_that_does_not_keep_its_promise_is_an_error() {
    let file = "fire/examples/incident-reported.json";
    let (at, path, expected) = error_of(file, "structure-fire", "dragon");
    assert_eq!((at.as_str(), path.as_str()), (file, "/data/category"));
    assert!(expected.contains("dragon"), "{expected}");

    let file = "fire/examples/invalid/category-unknown.json";
    let (at, path, _) = error_of(file, "\"dragon\"", "\"other\"");
    assert_eq!((at.as_str(), path.as_str()), (file, "/event"));

    let (_, path, expected) = error_of(file, "\"/data/category\"", "\"/data/units\"");
    assert_eq!(path, "/expect");
    assert!(expected.contains("/data/category"), "{expected}");
}

#[test]
fn a_mistake_in_a_contract_names_file_and_json_path() {
    let file = "power/outage-restored.v1.schema.json";
    let (at, path, _) = error_of(file, "\"minimum\": 0", "\"multipleOf\": 5");
    assert_eq!(
        (at.as_str(), path.as_str()),
        (file, "/properties/customers/multipleOf")
    );

    let (_, path, _) = error_of(file, "\"subject\": \"/outage\"", "\"subject\": \"/number\"");
    assert_eq!(path, "/x-city/subject");

    let (_, path, _) = error_of(
        file,
        "city.power.outage-started.v1",
        "city.power.outage-begun.v1",
    );
    assert_eq!(path, "/x-city/ends");
}

#[test]
fn a_mistake_in_a_yaml_file_names_file_and_line() {
    let (file, path, expected) =
        error_of("hotline/department.yaml", "kind: hotline", "sort: hotline");
    assert_eq!(
        (file.as_str(), path.as_str()),
        ("hotline/department.yaml", "line 3, column 1")
    );
    assert!(expected.contains("sort"), "{expected}");

    let (file, path, _) = error_of("hotline/department.yaml", "name: hotline", "name: 12345");
    assert_eq!(
        (file.as_str(), path.as_str()),
        ("hotline/department.yaml", "/name")
    );
}

#[test]
fn a_mistake_in_a_feed_names_feed_and_path() {
    let file = "roads/feeds.yaml";
    let (_, path, expected) = error_of(file, "patterns: towns}", "patterns: cities}");
    assert_eq!(path, "/0/file/rows/0/place");
    assert!(expected.contains("cities"), "{expected}");

    let (_, path, _) = error_of(file, "zone: UTC", "zone: Mars/Olympus");
    assert_eq!(path, "/0/file/zone");
}

#[test]
fn a_broken_place_or_a_missing_parent_is_an_error() {
    let folder = copy();
    change(
        &folder,
        "places/lanwan.yaml",
        "parent: \"990101\"",
        "parent: \"880101\"",
    );
    let all = errors(&folder);
    assert!(
        all.iter()
            .any(|(file, _, expected)| file == "places" && expected.contains("880101"))
    );

    let folder = copy();
    change(
        &folder,
        "places/lanwan.geojson",
        "\"code\":\"990101001\"",
        "\"code\":\"990101777\"",
    );
    let all = errors(&folder);
    assert!(
        all.iter()
            .any(|(_, _, expected)| expected.contains("990101777")),
        "{all:#?}"
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    let folder = copy();
    change(&folder, "fire/department.yaml", "name: fire", "name: feuer");
    change(
        &folder,
        "power/outage-started.v1.schema.json",
        "\"minimum\": 0",
        "\"minimum\": \"0\"",
    );
    let files: Vec<String> = errors(&folder).into_iter().map(|(file, ..)| file).collect();
    assert!(
        files.contains(&"fire/department.yaml".to_owned()),
        "{files:?}"
    );
    assert!(
        files.contains(&"power/outage-started.v1.schema.json".to_owned()),
        "{files:?}"
    );
}

#[test]
fn a_folder_without_a_catalog_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let errors = Catalog::load(folder.path()).unwrap_err().to_string();
    assert!(errors.contains("a folder with a catalog in it"), "{errors}");
    let errors = Catalog::load(Path::new("/no/such/folder"))
        .unwrap_err()
        .to_string();
    assert!(errors.contains("/no/such/folder"), "{errors}");
}

#[test]
fn a_fifth_department_is_three_files_and_no_code() {
    let folder = copy();
    let water = folder.path().join("water");
    fs::create_dir_all(water.join("examples")).unwrap();
    fs::write(
        water.join("department.yaml"),
        "name: water\ntitle: {zh: 水务, en: Water}\nkind: utility\n",
    )
    .unwrap();
    fs::write(
        water.join("main-burst.v1.schema.json"),
        r#"{"type": "object", "additionalProperties": false, "required": ["main"],
            "x-city": {"title": {"zh": "水管爆裂", "en": "Main burst"},
                       "summary": {"zh": "{main} 爆裂", "en": "{main} burst"},
                       "subject": "/main",
                       "level": {"of": "/diameter", "steps": [{"atLeast": 500, "level": 1}], "default": 3},
                       "measure": {"of": "/diameter", "unit": "mm", "title": {"zh": "管径", "en": "Diameter"}}},
            "properties": {"main": {"type": "string", "minLength": 1},
                           "diameter": {"type": "number", "exclusiveMinimum": 0}}}"#,
    )
    .unwrap();
    let event = r#"{"specversion":"1.0","id":"w1","source":"/water/scada","type":"city.water.main-burst.v1",
        "time":"2026-07-01T14:00:00+08:00","placecode":"990101002","data":{"main":"M-7","diameter":600}}"#;
    fs::write(water.join("examples/main-burst.json"), event).unwrap();

    let catalog = Catalog::load(folder.path()).unwrap_or_else(|errors| panic!("{errors}"));
    let envelope = decode_structured(event.as_bytes()).unwrap();
    let judged = catalog.judge("water", &envelope).unwrap();
    assert_eq!(judged.subject.as_deref(), Some("M-7"));
    assert_eq!((judged.level, judged.measure), (Some(1), Some(600.0)));
    assert_eq!(judged.place.unwrap().name.en, "Linjiang Subdistrict");
    assert_eq!(
        catalog.judge("fire", &envelope).unwrap_err().reason,
        Reason::ForeignType
    );
    assert_ne!(catalog.version(), Catalog::embedded().unwrap().version());
}
