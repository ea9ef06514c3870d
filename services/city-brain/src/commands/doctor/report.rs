//! What was found, what was looked at, and what could not be.

use std::fmt::Display;

use serde::Serialize;

/// Something that is wrong, or soon will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// Its kind, for programs.
    pub(super) code: &'static str,
    /// What.
    pub(super) what: String,
    /// Where.
    #[serde(rename = "where")]
    pub(super) place: String,
    /// What to do.
    #[serde(rename = "do")]
    pub(super) remedy: String,
}

/// Everything that `doctor` has to say.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Report {
    /// What is wrong.
    pub(super) findings: Vec<Finding>,
    /// What is as it should be.
    pub(super) good: Vec<String>,
    /// What could not be looked at, and why.
    #[serde(rename = "notLookedAt")]
    pub(super) skipped: Vec<String>,
}

impl Report {
    pub(super) fn find(
        &mut self,
        code: &'static str,
        what: impl Display,
        place: impl Display,
        remedy: impl Display,
    ) {
        self.findings.push(Finding {
            code,
            what: what.to_string(),
            place: place.to_string(),
            remedy: remedy.to_string(),
        });
    }

    pub(super) fn good(&mut self, what: impl Display) {
        self.good.push(what.to_string());
    }

    pub(super) fn skip(&mut self, what: impl Display) {
        self.skipped.push(what.to_string());
    }

    /// For people.
    pub(super) fn lines(&self) -> Vec<String> {
        let good = self.good.iter().map(|line| format!("ok      {line}"));
        let skipped = self.skipped.iter().map(|line| format!("skipped {line}"));
        let found = self.findings.iter().map(|one| {
            format!(
                "FOUND   {}\n        where: {}\n        do: {}",
                one.what, one.place, one.remedy
            )
        });
        good.chain(skipped).chain(found).collect()
    }

    /// For programs.
    pub(super) fn json(&self, promise: &str) -> String {
        serde_json::json!({
            "findings": self.findings,
            "good": self.good,
            "notLookedAt": self.skipped,
            "promise": promise,
        })
        .to_string()
    }
}
