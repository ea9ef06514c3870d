//! How alerts become cases, as written in `routes.yaml`: the first route that matches takes an alert.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rule_file::Span;
use crate::text::Text;

/// One route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteFile {
    /// Its name, of a-z, 0-9 and -.
    pub name: String,
    /// Shown to people.
    pub title: Text,
    /// Which alerts it takes; empty: all.
    #[serde(rename = "match", default)]
    pub matches: RouteMatch,
    /// Alerts equal in all of these share a case. An alert without a place is a group of its own.
    pub group_by: Vec<GroupKey>,
    /// An alert that ended within this time never opens a case; default: none waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_wait: Option<Span>,
    /// Alerts join an open case at most this often, unless one is graver or returns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_interval: Option<Span>,
    /// An alert joins an open case if it began within this time (event time) of one of its alerts.
    pub join_within: Span,
    /// Alerts of this level or graver open a case by themselves; others only join one.
    pub opens_at: u8,
    /// The kind of case it opens.
    pub kind: String,
    /// Department that answers for its cases; default: the owner of the gravest alert's rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// Routes whose open cases at the same place its alerts join, and whose later alerts at the
    /// place join its cases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbs: Vec<String>,
}

/// Which alerts a route takes: all parts must hold; an empty part holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteMatch {
    /// Any of these rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Owned by any of these departments (`hub` for cross-department rules).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// Any of these levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<u8>,
    /// The rule has all of these labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// What alerts are grouped by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GroupKey {
    /// The place, raised to the partition level.
    Place,
    /// The rule.
    Rule,
    /// The rule's owner.
    Owner,
    /// The condition itself: no grouping but its own episodes.
    Fingerprint,
    /// The value of one of the rule's labels.
    Label(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_read_as_it_is_written() {
        let text = r"
name: storm
title: { zh: 风暴, en: Storm }
match: { labels: { hazard: storm } }
groupBy: [place, { label: hazard }]
joinWithin: 12h
opensAt: 3
kind: city
";
        let route: RouteFile = serde_saphyr::from_str(text).unwrap();
        assert_eq!(
            route.group_by,
            [GroupKey::Place, GroupKey::Label(String::from("hazard"))]
        );
        assert_eq!(route.matches.labels["hazard"], "storm");
        assert_eq!(route.group_wait, None);
    }
}
