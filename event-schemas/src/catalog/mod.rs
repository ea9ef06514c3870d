//! The catalog: what the city knows, as data. Loaded from the program or from a folder, checked as a
//! whole, never changed afterwards.

mod check_fields;
mod check_time;
mod check_work;
mod cross_check;
mod department;
mod errors;
mod event_type;
mod example_check;
mod files;
mod load;
mod rule_feeds;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use department::Department;
pub use errors::{CatalogError, CatalogErrors};
pub use event_type::EventType;
pub(crate) use files::{Files, read_yaml};

use crate::calendar::Calendar;
use crate::feed::Feed;
use crate::places::PlaceTree;
use crate::route_file::RouteFile;
use crate::rule_file::RuleFile;
use crate::scale::Scale;
use crate::sign_file::SignFile;
use crate::workflow_file::{UnitFile, WorkflowFile};

/// A whole catalog, checked.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    version: String,
    departments: Vec<Department>,
    event_types: BTreeMap<String, EventType>,
    scales: Vec<Arc<Scale>>,
    feeds: Vec<Feed>,
    rules: Vec<RuleFile>,
    /// The file of each rule, in the same order.
    rule_files: Vec<String>,
    routes: Vec<RouteFile>,
    workflows: Vec<WorkflowFile>,
    units: Vec<UnitFile>,
    signs: Vec<SignFile>,
    calendar: Arc<Calendar>,
    places: PlaceTree,
    base_map: Option<String>,
    examples: Vec<Example>,
}

/// An example event of the catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Its file.
    pub file: String,
    /// The department it stands with.
    pub department: String,
    /// The whole event, structured JSON.
    pub event: String,
    /// What admission must say to it; absent: it is valid.
    pub expect: Option<Expectation>,
}

/// What admission must say to an invalid example.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The reason.
    pub reason: crate::city::Reason,
    /// JSON pointer into the event.
    #[serde(default)]
    pub path: Option<String>,
}

impl Catalog {
    /// The catalog that came with the program.
    pub fn embedded() -> Result<Self, CatalogErrors> {
        load::load(&Files::embedded(), Vec::new())
    }

    /// A catalog in a folder.
    pub fn load(dir: &Path) -> Result<Self, CatalogErrors> {
        let mut errors = Vec::new();
        let files = Files::read(dir, &mut errors);
        load::load(&files, errors)
    }

    /// A catalog in a folder whose files may not agree with one another yet, with what does not: for
    /// telling what a change would break before it is accepted.
    pub fn load_draft(dir: &Path) -> Result<(Self, Vec<CatalogError>), CatalogErrors> {
        let mut errors = Vec::new();
        let files = Files::read(dir, &mut errors);
        load::draft(&files, errors)
    }

    /// The same catalog with one contract in the place of its own of that name, or beside the others.
    #[must_use]
    pub fn with_contract(mut self, contract: EventType) -> Self {
        self.event_types.insert(contract.name.clone(), contract);
        self
    }

    /// The rules that come with the catalog, each with its file.
    pub fn rules_with_files(&self) -> impl Iterator<Item = (&RuleFile, &str)> {
        let files = self.rule_files.iter().map(String::as_str);
        self.rules.iter().zip(files)
    }

    /// The same catalog for another city's places, e.g. for a replay of a real city's files.
    #[must_use]
    pub fn with_places(mut self, places: PlaceTree) -> Self {
        self.places = places;
        self.base_map = None;
        self
    }

    /// Hash of the content, 16 hexadecimal digits.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All departments, by name.
    pub fn departments(&self) -> &[Department] {
        &self.departments
    }

    /// One department.
    pub fn department(&self, name: &str) -> Option<&Department> {
        self.departments.iter().find(|d| d.name == name)
    }

    /// One event type.
    pub fn event_type(&self, name: &str) -> Option<&EventType> {
        self.event_types.get(name)
    }

    /// All event types, by name.
    pub fn event_types(&self) -> impl Iterator<Item = &EventType> {
        self.event_types.values()
    }

    /// All scales, by department.
    pub fn scales(&self) -> &[Arc<Scale>] {
        &self.scales
    }

    /// One scale.
    pub fn scale(&self, name: &str) -> Option<&Scale> {
        let found = self.scales.iter().find(|scale| scale.name == name);
        found.map(AsRef::as_ref)
    }

    /// All feeds, by department.
    pub fn feeds(&self) -> &[Feed] {
        &self.feeds
    }

    /// One feed.
    pub fn feed(&self, name: &str) -> Option<&Feed> {
        self.feeds.iter().find(|feed| feed.name == name)
    }

    /// The rules that come with the catalog.
    pub fn rules(&self) -> &[RuleFile] {
        &self.rules
    }

    /// How alerts become cases, in order.
    pub fn routes(&self) -> &[RouteFile] {
        &self.routes
    }

    /// The case kinds.
    pub fn workflows(&self) -> &[WorkflowFile] {
        &self.workflows
    }

    /// The units.
    pub fn units(&self) -> &[UnitFile] {
        &self.units
    }

    /// The city's vital signs.
    pub fn signs(&self) -> &[SignFile] {
        &self.signs
    }

    /// The same catalog with other vital signs.
    #[cfg(test)]
    pub(crate) fn with_signs(mut self, signs: Vec<SignFile>) -> Self {
        self.signs = signs;
        self
    }

    /// The working calendar.
    pub fn calendar(&self) -> &Arc<Calendar> {
        &self.calendar
    }

    /// The places.
    pub fn places(&self) -> &PlaceTree {
        &self.places
    }

    /// The drawn base of the map (coast, river, roads) as `GeoJSON` text, where the catalog has one.
    pub fn base_map(&self) -> Option<&str> {
        self.base_map.as_deref()
    }

    /// Valid examples of one event type: the file, and the event.
    pub fn valid_examples<'c>(
        &'c self,
        event_type: &'c str,
    ) -> impl Iterator<Item = (&'c str, serde_json::Value)> {
        let valid = self.examples.iter().filter(|one| one.expect.is_none());
        valid.filter_map(move |example| {
            let event: serde_json::Value = serde_json::from_str(&example.event).ok()?;
            (event["type"] == event_type).then_some((example.file.as_str(), event))
        })
    }

    /// Example events, valid and invalid.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }
}
