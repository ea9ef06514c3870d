//! Detection rules.

use async_graphql::{ID, Json, Object};
use domain::alert::AlertRule;
use event_schemas::Text;
use event_schemas::rule_file::RuleFile;
use serde_json::{Value, json};

use async_graphql::Context;

use super::node_id::{Kind, global};
use super::words::{BothTexts, Language, say};

/// A rule: of the catalog, or as it stood when it found an alert.
pub(crate) struct RuleView {
    key: String,
    version: u32,
    title: Text,
    owner: String,
    sop: Text,
    suggested_unit: Option<String>,
    labels: Value,
    definition: Option<Value>,
}

impl From<&RuleFile> for RuleView {
    fn from(rule: &RuleFile) -> Self {
        Self {
            key: rule.id.clone(),
            version: rule.version,
            title: rule.title.clone(),
            owner: rule.owner.clone(),
            sop: rule.sop.clone(),
            suggested_unit: rule.suggested_unit.clone(),
            labels: json!(rule.labels),
            definition: serde_json::to_value(rule).ok(),
        }
    }
}

impl RuleView {
    /// The rule of an alert, with its definition where the catalog still has that version.
    pub(crate) fn of_alert(rule: &AlertRule, rules: &[RuleFile]) -> Self {
        let known = rules
            .iter()
            .find(|known| known.id == rule.id && known.version == rule.version);
        Self {
            key: rule.id.clone(),
            version: rule.version,
            title: rule.title.clone(),
            owner: rule.owner.clone(),
            sop: rule.sop.clone(),
            suggested_unit: rule.suggested_unit.clone(),
            labels: json!(rule.labels),
            definition: known.and_then(|known| serde_json::to_value(known).ok()),
        }
    }
}

/// What to look for, and what to tell the operator.
#[Object(name = "Rule")]
impl RuleView {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global(Kind::Rule, &self.key)
    }

    /// Its id in the catalog, `<department or city>.<what-it-finds>`.
    async fn key(&self) -> &str {
        &self.key
    }

    /// Counts up with every change of meaning.
    async fn version(&self) -> u32 {
        self.version
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.title, lang)
    }

    /// Shown to people, both languages.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.title)
    }

    /// The department that answers for it; `hub` for rules across departments.
    async fn owner(&self) -> &str {
        &self.owner
    }

    /// What the operator should do.
    async fn sop(&self) -> BothTexts {
        BothTexts::from(&self.sop)
    }

    /// Kind of unit to propose.
    async fn suggested_unit(&self) -> Option<&str> {
        self.suggested_unit.as_deref()
    }

    /// Labels for routing and grouping.
    async fn labels(&self) -> Json<&Value> {
        Json(&self.labels)
    }

    /// The whole rule as written; absent for a version that is no longer in the catalog.
    async fn definition(&self) -> Option<Json<&Value>> {
        self.definition.as_ref().map(Json)
    }
}
