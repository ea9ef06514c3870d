//! `city-brain doctor` finds each of the seeded faults and names its remedy; a healthy hub has none.

mod machine;
mod scene;
mod services;

use tests::hub::settings;
use tests::process::HubProcess;
use tests::stack::namespace;

use scene::{Scene, run};

/// A fault that was seeded: the finding's code, and words that its remedy must have.
struct Seeded {
    code: &'static str,
    remedy: &'static str,
    said: serde_json::Value,
    exit: i32,
}

impl Seeded {
    fn is_found(&self) {
        let findings = self.said["findings"].as_array().unwrap();
        let found = findings.iter().find(|one| one["code"] == self.code);
        let found = found.unwrap_or_else(|| panic!("{} is not found: {:#}", self.code, self.said));
        assert_eq!(self.exit, 1, "{found}");
        let text = |key: &str| found[key].as_str().unwrap().to_owned();
        assert!(
            text("do").contains(self.remedy),
            "the remedy of {} has '{}': {found:#}",
            self.code,
            self.remedy
        );
        for key in ["what", "where", "do"] {
            assert!(!text(key).is_empty(), "{key} of {found:#}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_seeded_fault_is_found_with_its_remedy() {
    let untouched = Scene::prepared("doctorwell").await;
    let (_, said) = run(&mut untouched.doctor());
    let mut codes: Vec<&str> = Vec::new();
    let mut seeded = machine::faults();
    seeded.extend(services::faults().await);
    for fault in &seeded {
        fault.is_found();
        let before = said["findings"].as_array().unwrap();
        let known = before.iter().any(|one| one["code"] == fault.code);
        assert!(
            !known || fault.code == "node_missing",
            "{} is not found where it was not seeded: {said:#}",
            fault.code
        );
        codes.push(fault.code);
    }
    codes.sort_unstable();
    codes.dedup();
    println!(
        "{} kinds of faults seeded and found: {codes:?}",
        codes.len()
    );
    assert!(codes.len() >= 20, "{codes:?}");
}

#[test]
fn a_healthy_hub_has_no_finding_and_the_promise_is_told_with_its_boundary() {
    let settings = settings(&namespace("healthy"));
    let _hub = HubProcess::start(&settings);
    let mut command = scene::command(&settings);
    let (code, said) = run(command.args(["--free-mib", "1"]));
    assert_eq!(said["findings"], serde_json::json!([]), "{said:#}");
    assert_eq!(code, 0);
    let promise = said["promise"].as_str().unwrap();
    for words in ["exactly once", "provided that", "100,000 batches", "7 days"] {
        assert!(promise.contains(words), "{promise}");
    }
}
