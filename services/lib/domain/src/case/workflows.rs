//! What a decision reads from the catalog: workflows, and the names commands may use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event_schemas::Catalog;
use event_schemas::calendar::Calendar;
use event_schemas::workflow_file::{
    ClockFile, CommandFile, Effect, Stage, StateFile, WorkflowFile,
};

/// The case kind that the router and plain reports open.
pub const CITY_KIND: &str = "city";

/// Workflows by kind, with what else the catalog and the settings say about deciding.
#[derive(Clone, Debug, Default)]
pub struct Workflows {
    kinds: BTreeMap<String, Arc<WorkflowFile>>,
    departments: Option<Arc<BTreeSet<String>>>,
    places: Option<Arc<BTreeSet<String>>>,
    calendar: Arc<Calendar>,
    settings: CaseSettings,
}

/// Settings of a city that deciding depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseSettings {
    /// Whoever resolved a case may not verify it (where two are on shift).
    pub four_eyes: bool,
    /// The city's offset from UTC in minutes: the day in case numbers is the city's.
    pub utc_offset_minutes: i32,
}

impl Default for CaseSettings {
    /// One operator suffices; China's time.
    fn default() -> Self {
        Self {
            four_eyes: false,
            utc_offset_minutes: 8 * 60,
        }
    }
}

impl Workflows {
    /// From workflow files; of two for one kind the higher version wins.
    pub fn new(files: impl IntoIterator<Item = WorkflowFile>) -> Self {
        let mut kinds: BTreeMap<String, Arc<WorkflowFile>> = BTreeMap::new();
        for file in files {
            let newer = kinds
                .get(&file.kind)
                .is_none_or(|known| known.version < file.version);
            if newer {
                kinds.insert(file.kind.clone(), Arc::new(file));
            }
        }
        Self {
            kinds,
            ..Self::default()
        }
    }

    /// Everything deciding needs from a catalog.
    pub fn of_catalog(catalog: &Catalog) -> Self {
        let codes = catalog.places().iter().map(|place| place.code.clone());
        let departments = catalog.departments().iter();
        Self::new(catalog.workflows().iter().cloned())
            .with_departments(departments.map(|department| department.name.clone()))
            .with_places(codes)
            .with_calendar(Arc::clone(catalog.calendar()))
    }

    /// With the departments that cases may be given to; without, any name is taken.
    #[must_use]
    pub fn with_departments(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.departments = Some(Arc::new(names.into_iter().collect()));
        self
    }

    /// With the place codes that cases may name; without, any code is taken.
    #[must_use]
    pub fn with_places(mut self, codes: impl IntoIterator<Item = String>) -> Self {
        self.places = Some(Arc::new(codes.into_iter().collect()));
        self
    }

    /// With the working calendar that clocks count by; without, weekends alone are off.
    #[must_use]
    pub fn with_calendar(mut self, calendar: Arc<Calendar>) -> Self {
        self.calendar = calendar;
        self
    }

    /// With a city's settings.
    #[must_use]
    pub fn with_settings(mut self, settings: CaseSettings) -> Self {
        self.settings = settings;
        self
    }

    /// The workflow of a kind.
    pub fn kind(&self, kind: &str) -> Option<&Arc<WorkflowFile>> {
        self.kinds.get(kind)
    }

    /// All kinds.
    pub fn kinds(&self) -> impl Iterator<Item = &Arc<WorkflowFile>> {
        self.kinds.values()
    }

    /// The working calendar.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The settings.
    pub fn settings(&self) -> CaseSettings {
        self.settings
    }

    pub(super) fn knows_department(&self, name: &str) -> bool {
        self.departments
            .as_ref()
            .is_none_or(|known| known.contains(name))
    }

    pub(super) fn knows_place(&self, code: &str) -> bool {
        self.places
            .as_ref()
            .is_none_or(|known| known.contains(code))
    }
}

pub(super) fn state_of<'w>(workflow: &'w WorkflowFile, name: &str) -> Option<&'w StateFile> {
    workflow.states.iter().find(|state| state.name == name)
}

pub(super) fn command_of<'w>(workflow: &'w WorkflowFile, name: &str) -> Option<&'w CommandFile> {
    workflow
        .commands
        .iter()
        .find(|command| command.name == name)
}

/// Whether a command may be given in a state (of a case that exists).
pub(super) fn may_start_from(command: &CommandFile, present: &str, stage: Stage) -> bool {
    command.from.iter().any(|from| match from.as_str() {
        "any" => true,
        "open" => stage.is_open(),
        "none" => false,
        name => name == present,
    })
}

/// Clocks that run from a case's opening: a reopened case starts them anew.
pub(super) fn opening_clocks(workflow: &WorkflowFile) -> impl Iterator<Item = &ClockFile> {
    workflow.clocks.iter().filter(|clock| {
        let mut starts = clock.starts.each().iter();
        starts.any(|start| command_of(workflow, start.command()).is_some_and(opens))
    })
}

/// Whether a command opens cases.
pub(super) fn opens(command: &CommandFile) -> bool {
    command.from.iter().any(|from| from == "none")
}

/// Whether a command has an effect.
pub(super) fn has_effect(command: &CommandFile, effect: Effect) -> bool {
    command.effects.contains(&effect)
}
