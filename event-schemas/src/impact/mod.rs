//! What a change of contracts breaks, by name, before it is accepted: rules, routes, workflows,
//! feeds' mappings, vital signs, examples, saved queries.
//!
//! Rules, feeds and the rest are taken from the new catalog: who changes a contract and mends what
//! depends on it in one go breaks nothing.

mod feeds;
mod predicate;
mod rules;
mod saved;
mod signs;

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

pub use saved::SavedQuery;

use crate::catalog::{Catalog, CatalogError};
use crate::diff::{Change, between_catalogs};
use crate::envelope::decode_structured;
use crate::route_file::RouteFile;
use crate::rule_file::RuleFile;

/// What breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Something in the new catalog that does not agree with the rest of it.
    Catalog,
    /// A detection rule.
    Rule,
    /// A route, because of the alerts that it takes.
    Route,
    /// A kind of case, because of the routes that open its cases.
    Workflow,
    /// A feed's mapping.
    Feed,
    /// A vital sign.
    Sign,
    /// An example that was valid.
    Example,
    /// A saved query.
    Query,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Catalog => "catalog",
            Self::Rule => "rule",
            Self::Route => "route",
            Self::Workflow => "workflow",
            Self::Feed => "feed",
            Self::Sign => "sign",
            Self::Example => "example",
            Self::Query => "query",
        })
    }
}

/// One thing that breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Broken {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub file: String,
    /// Why it breaks.
    pub because: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.kind, self.name, self.because)?;
        if self.file.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", self.file)
        }
    }
}

/// What a change does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Impact {
    /// What changed in the contracts, by rule.
    pub changes: Vec<Change>,
    /// What breaks by it, by name.
    pub broken: Vec<Broken>,
}

impl Impact {
    /// Whether the change may be accepted as it is: nobody's events are refused or misunderstood, and
    /// nothing in the catalog breaks.
    pub fn is_acceptable(&self) -> bool {
        let breaks = |change: &Change| change.rule.breaks_producers();
        self.broken.is_empty() && !self.changes.iter().any(breaks)
    }
}

/// What it does to go from the old catalog to the new one; `errors` is what does not agree within the
/// new one ([`Catalog::load_draft`]).
pub fn of(
    old: &Catalog,
    (new, errors): (&Catalog, &[CatalogError]),
    queries: &[SavedQuery],
) -> Impact {
    let changes = between_catalogs(old, new);
    let mut broken: BTreeSet<Broken> = errors.iter().map(disagreement).collect();
    let rules = rules::broken(old, new, &changes);
    broken.extend(routes(new, &rules));
    broken.extend(rules);
    broken.extend(feeds::broken(old, new));
    broken.extend(signs::broken(old, new, &changes));
    broken.extend(examples(old, new));
    broken.extend(saved::broken(queries, &changes));
    Impact {
        changes,
        broken: broken.into_iter().collect(),
    }
}

fn disagreement(error: &CatalogError) -> Broken {
    Broken {
        kind: Kind::Catalog,
        name: if error.path.is_empty() {
            error.file.clone()
        } else {
            error.path.clone()
        },
        file: error.file.clone(),
        because: format!("expected {}", error.expected),
    }
}

/// Routes that take the alerts of broken rules, and the kinds of case that those open.
fn routes(catalog: &Catalog, rules: &[Broken]) -> Vec<Broken> {
    let mut broken = Vec::new();
    let names: BTreeSet<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
    for name in names {
        let rule = catalog.rules().iter().find(|rule| rule.id == name);
        let route = rule.and_then(|rule| catalog.routes().iter().find(|route| takes(route, rule)));
        let Some(route) = route else { continue };
        broken.push(Broken {
            kind: Kind::Route,
            name: route.name.clone(),
            file: String::from("routes.yaml"),
            because: format!("takes the alerts of the rule {name}, which breaks"),
        });
        broken.push(Broken {
            kind: Kind::Workflow,
            name: route.kind.clone(),
            file: format!("workflows/{}.workflow.yaml", route.kind),
            because: format!(
                "its cases are opened by the route {} for the rule {name}, which breaks",
                route.name
            ),
        });
    }
    broken
}

/// Whether a route takes alerts of a rule, at some level.
fn takes(route: &RouteFile, rule: &RuleFile) -> bool {
    let any = |list: &[String], one: &String| list.is_empty() || list.contains(one);
    let labels = &route.matches.labels;
    any(&route.matches.rules, &rule.id)
        && any(&route.matches.owners, &rule.owner)
        && labels.iter().all(|(k, v)| rule.labels.get(k) == Some(v))
}

/// Examples of the old catalog that the new one refuses.
fn examples(old: &Catalog, new: &Catalog) -> Vec<Broken> {
    let valid = old.examples().iter().filter(|one| one.expect.is_none());
    let refused = valid.filter_map(|example| {
        let envelope = decode_structured(example.event.as_bytes()).ok()?;
        let refusal = new.judge(&example.department, &envelope).err()?;
        Some(Broken {
            kind: Kind::Example,
            name: example.file.clone(),
            file: example.file.clone(),
            because: format!("was valid, and would be refused: {refusal}"),
        })
    });
    refused.collect()
}
