//! Kinds of cases as their workflows describe them, and what a case keeps of its forms.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::{Context, Json, Object};
use domain::case::Case;
use event_schemas::Text;
use event_schemas::workflow_file::{ClockFile, FieldFile, FieldKind, StateFile, WorkflowFile};
use serde_json::Value;

use super::asking::caller;
use super::command_offer::CommandOffer;
use super::enums::{CaseStatus, ClockCounts};
use super::words::{BothTexts, Language, say};
use crate::failure::Answer;

/// A kind of case.
pub(crate) struct CaseKind {
    pub(crate) workflow: Arc<WorkflowFile>,
}

/// A kind of case: its life cycle is data, not code.
#[Object]
impl CaseKind {
    /// Its name, as in `Case.kind`.
    async fn name(&self) -> &str {
        &self.workflow.kind
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.workflow.title, lang)
    }

    /// Shown to people, both languages.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.workflow.title)
    }

    /// Counts up with every change of meaning.
    async fn version(&self) -> u32 {
        self.workflow.version
    }

    /// Its states, in the order of the usual course.
    async fn states(&self) -> Vec<CaseState> {
        let states = self.workflow.states.iter();
        states
            .map(|state| CaseState {
                state: state.clone(),
            })
            .collect()
    }

    /// Its time limits.
    async fn clocks(&self) -> Vec<CaseClock> {
        let clocks = self.workflow.clocks.iter().cloned();
        clocks.map(|clock| CaseClock { clock }).collect()
    }

    /// What is asked for to open one; absent where you may not.
    async fn open(&self, ctx: &Context<'_>) -> Answer<Option<CommandOffer>> {
        let principal = caller(ctx)?;
        let open = self
            .workflow
            .commands
            .iter()
            .find(|command| command.name == "openCase" && principal.may(command, None));
        Ok(open.map(|command| CommandOffer {
            command: command.clone(),
        }))
    }
}

/// A time limit of a kind, as its workflow says.
pub(crate) struct CaseClock {
    clock: ClockFile,
}

/// A time limit of a kind of case.
#[Object]
impl CaseClock {
    /// As in `Clock.name`.
    async fn name(&self) -> &str {
        &self.clock.name
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.clock.title, lang)
    }

    /// Shown to people, both languages.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.clock.title)
    }

    /// What it counts.
    async fn counts(&self) -> ClockCounts {
        self.clock.counts.into()
    }

    /// The limit in seconds for the severities 1 to 4, in this order; of working days whole days.
    async fn limit_seconds(&self) -> Vec<i64> {
        self.clock
            .limit
            .values()
            .map(|span| span.ms / 1_000)
            .collect()
    }

    /// What the mean over all cases should be at most, in seconds; absent: nobody is measured by it.
    async fn mean_target_seconds(&self) -> Option<i64> {
        self.clock.mean_target.map(|span| span.ms / 1_000)
    }

    /// Where the limit comes from: a law, a standard, the city's own agreement.
    async fn source(&self) -> Option<BothTexts> {
        self.clock.source.as_ref().map(BothTexts::from)
    }
}

/// A state of a kind.
pub(crate) struct CaseState {
    state: StateFile,
}

/// A state of a kind of case.
#[Object]
impl CaseState {
    /// As in `Case.state`.
    async fn name(&self) -> &str {
        &self.state.name
    }

    /// The stage that all kinds share.
    async fn stage(&self) -> CaseStatus {
        self.state.stage.into()
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.state.title, lang)
    }

    /// Shown to people, both languages.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.state.title)
    }
}

/// Something that a case keeps of its forms.
pub(crate) struct CaseFact {
    field: FieldFile,
    value: Value,
}

impl CaseFact {
    /// All that a case keeps, each once.
    pub(crate) fn all(workflow: &WorkflowFile, case: &Case) -> Vec<Self> {
        let mut seen = BTreeSet::new();
        let fields = workflow.commands.iter().flat_map(|command| &command.fields);
        fields
            .filter(|field| field.keep && seen.insert(field.name.as_str()))
            .filter_map(|field| {
                Some(Self {
                    field: field.clone(),
                    value: case.facts.get(&field.name)?.clone(),
                })
            })
            .collect()
    }

    fn value_words(&self) -> Text {
        let plain = |text: &str| Text::new(text, text);
        match (self.field.kind, &self.value) {
            (FieldKind::Choice, Value::String(name)) => {
                let choice = self.field.choices.iter().find(|one| one.name == *name);
                choice.map_or_else(|| plain(name), |choice| choice.title.clone())
            }
            (FieldKind::Flag, Value::Bool(true)) => Text::new("是", "yes"),
            (FieldKind::Flag, Value::Bool(false)) => Text::new("否", "no"),
            (_, Value::String(text)) => plain(text),
            (_, other) => plain(&other.to_string()),
        }
    }
}

/// Something that a case keeps of its forms.
#[Object]
impl CaseFact {
    /// The field's name.
    async fn name(&self) -> &str {
        &self.field.name
    }

    /// What it is.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.field.title)
    }

    /// As given.
    async fn value(&self) -> Json<Value> {
        Json(self.value.clone())
    }

    /// In words.
    async fn words(&self) -> BothTexts {
        BothTexts::from(&self.value_words())
    }
}
