//! Who may read or call what: every field of the schema, default deny.
//!
//! A field that is not named here is refused to everybody, and a test fails, so a new field cannot
//! be forgotten. Guards of single commands (who may void a case) are the workflow's, not this table's.

use domain::access::{Principal, Role};

/// Everybody who looks at the city. A publisher's program sees nothing of it.
const READERS: &[Role] = &[
    Role::Administrator,
    Role::Supervisor,
    Role::Operator,
    Role::Developer,
];
/// Readers, and publishers: for what a department may know of itself. Whose it is decides the resolver.
const EVERYBODY: &[Role] = &Role::ALL;
/// Those who work cases.
const WORKERS: &[Role] = &[Role::Supervisor, Role::Operator];
/// Those who run the hub.
const ADMINISTRATORS: &[Role] = &[Role::Administrator];
/// Those who may read the schema from the running hub.
const INTROSPECTION: &[Role] = &[Role::Administrator, Role::Developer];

/// The policy of one type.
#[derive(Clone, Copy)]
enum Policy {
    /// One rule for all its fields: types without anything sensitive.
    Whole(&'static [Role]),
    /// Every field by name.
    Fields(&'static [(&'static [&'static str], &'static [Role])]),
}

use Policy::{Fields, Whole};

const TABLE: &[(&str, Policy)] = &[
    (
        "Query",
        Fields(&[
            (
                &[
                    "viewer",
                    "at",
                    "node",
                    "event",
                    "events",
                    "eventStatistics",
                    "alert",
                    "alerts",
                    "case",
                    "cases",
                    "caseKinds",
                    "departments",
                    "feeds",
                    "rules",
                    "units",
                    "places",
                    "vitalSigns",
                ],
                READERS,
            ),
            (&["scorecard"], EVERYBODY),
            (
                &["audit", "deadLetters", "deadLetterGroups"],
                ADMINISTRATORS,
            ),
        ]),
    ),
    (
        "Mutation",
        Fields(&[
            (
                &["replayDeadLetters", "replayMatchingDeadLetters"],
                ADMINISTRATORS,
            ),
            (
                &[
                    "openCase",
                    "acknowledgeCase",
                    "acknowledgeCases",
                    "assignUnit",
                    "transferCase",
                    "markEnRoute",
                    "markOnScene",
                    "resolveCase",
                    "verifyCase",
                    "closeCase",
                    "reopenCase",
                    "suspendCase",
                    "resumeCase",
                    "voidCase",
                    "addNote",
                    "advanceCase",
                    "openPersonal",
                ],
                WORKERS,
            ),
        ]),
    ),
    (
        "Subscription",
        Fields(&[(&["alerts", "cases", "events"], READERS)]),
    ),
    (
        "Viewer",
        Fields(&[(&["name", "roles", "department", "scope"], READERS)]),
    ),
    (
        "Event",
        Fields(&[(
            &[
                "id",
                "source",
                "eventId",
                "type",
                "eventType",
                "department",
                "subject",
                "correlationId",
                "eventTime",
                "recordedTime",
                "ingestTime",
                "severity",
                "measure",
                "exercise",
                "place",
                "location",
                "title",
                "titles",
                "data",
                "flags",
                "position",
            ],
            READERS,
        )]),
    ),
    (
        "Alert",
        Fields(&[(
            &[
                "id",
                "key",
                "fingerprint",
                "version",
                "rule",
                "severity",
                "status",
                "raisedAt",
                "changedAt",
                "resolvedAt",
                "episode",
                "title",
                "titles",
                "place",
                "location",
                "departments",
                "eventCount",
                "events",
                "explanation",
                "cases",
                "exercise",
            ],
            READERS,
        )]),
    ),
    (
        "Case",
        Fields(&[(
            &[
                "id",
                "key",
                "number",
                "kind",
                "version",
                "state",
                "stateTitle",
                "stateTitles",
                "status",
                "title",
                "titles",
                "severity",
                "openedAt",
                "changedAt",
                "closedAt",
                "place",
                "location",
                "responsible",
                "acknowledgedBy",
                "acknowledgedAt",
                "alerts",
                "assignments",
                "clocks",
                "timeline",
                "allowedCommands",
                "commands",
                "exercise",
                "outcome",
                "verified",
                "rework",
                "bounces",
                "openedBy",
                "changedBy",
                "alertCount",
                "reopened",
                "suspendedUntil",
                "sop",
                "suggestedUnit",
                "escalation",
                "escalatedAt",
                "facts",
            ],
            READERS,
        )]),
    ),
    (
        "TimelineEntry",
        Fields(&[(
            &[
                "at", "actor", "command", "version", "state", "words", "fields", "position",
            ],
            READERS,
        )]),
    ),
    (
        "DeadLetter",
        Fields(&[(
            &[
                "id",
                "reason",
                "message",
                "path",
                "department",
                "receivedAt",
                "position",
                "topic",
                "source",
                "eventId",
                "type",
                "bytes",
                "original",
                "admittedAs",
                "headers",
            ],
            ADMINISTRATORS,
        )]),
    ),
    ("AuditConnection", Whole(ADMINISTRATORS)),
    ("AuditEdge", Whole(ADMINISTRATORS)),
    ("AuditEntry", Whole(ADMINISTRATORS)),
    ("DeadLetterConnection", Whole(ADMINISTRATORS)),
    ("DeadLetterEdge", Whole(ADMINISTRATORS)),
    ("DeadLetterGroup", Whole(ADMINISTRATORS)),
    ("DeadLetterHeader", Whole(ADMINISTRATORS)),
    ("DeadLetterReplay", Whole(ADMINISTRATORS)),
    ("DeadLetterReplayPart", Whole(ADMINISTRATORS)),
    ("Actor", Whole(READERS)),
    ("PersonalField", Whole(READERS)),
    ("AlertBatch", Whole(READERS)),
    ("AlertConnection", Whole(READERS)),
    ("AlertEdge", Whole(READERS)),
    ("Assignment", Whole(READERS)),
    ("CaseBatch", Whole(READERS)),
    ("CaseCommandOutcome", Whole(WORKERS)),
    ("CaseClock", Whole(READERS)),
    ("CaseFact", Whole(READERS)),
    ("CaseKind", Whole(READERS)),
    ("CaseState", Whole(READERS)),
    ("CaseConnection", Whole(READERS)),
    ("CaseEdge", Whole(READERS)),
    ("Clock", Whole(READERS)),
    ("CommandAccepted", Whole(WORKERS)),
    ("CommandChoice", Whole(READERS)),
    ("CommandConflict", Whole(WORKERS)),
    ("CommandField", Whole(READERS)),
    ("CommandOffer", Whole(READERS)),
    ("CommandRefused", Whole(WORKERS)),
    ("CommandUndecided", Whole(WORKERS)),
    ("Department", Whole(READERS)),
    ("EventBatch", Whole(READERS)),
    ("EventConnection", Whole(READERS)),
    ("EventEdge", Whole(READERS)),
    ("EventStatistic", Whole(READERS)),
    ("EventType", Whole(READERS)),
    ("Explanation", Whole(READERS)),
    ("Feed", Whole(READERS)),
    ("Lagged", Whole(READERS)),
    ("Location", Whole(READERS)),
    ("Node", Whole(READERS)),
    ("PageInfo", Whole(READERS)),
    ("Place", Whole(READERS)),
    ("Rule", Whole(READERS)),
    ("Scope", Whole(READERS)),
    ("Scorecard", Whole(EVERYBODY)),
    ("ScorecardClock", Whole(EVERYBODY)),
    ("ScorecardDelay", Whole(EVERYBODY)),
    ("ScorecardNote", Whole(EVERYBODY)),
    ("ScorecardReason", Whole(EVERYBODY)),
    ("ScorecardSilence", Whole(EVERYBODY)),
    ("ScorecardSource", Whole(EVERYBODY)),
    ("ScorecardTooOld", Whole(EVERYBODY)),
    ("SignPoint", Whole(READERS)),
    ("Text", Whole(READERS)),
    ("TimelineConnection", Whole(READERS)),
    ("TimelineEdge", Whole(READERS)),
    ("Unit", Whole(READERS)),
    ("UnitPosition", Whole(READERS)),
    ("VitalSign", Whole(READERS)),
    ("Window", Whole(READERS)),
];

/// The roles that may read a field; none where the table does not name it.
pub(crate) fn readers(type_name: &str, field: &str) -> &'static [Role] {
    let Some((_, policy)) = TABLE.iter().find(|(name, _)| *name == type_name) else {
        return &[];
    };
    match policy {
        Whole(roles) => roles,
        Fields(groups) => groups
            .iter()
            .find(|(fields, _)| fields.contains(&field))
            .map_or(&[], |(_, roles)| roles),
    }
}

/// Whether the caller may read the field (or call it, for mutations).
pub(crate) fn allows(principal: &Principal, type_name: &str, field: &str) -> bool {
    principal.has_any(readers(type_name, field))
}

/// Whether the caller may ask the running hub for its schema.
pub(crate) fn allows_introspection(principal: &Principal) -> bool {
    principal.has_any(INTROSPECTION)
}

#[cfg(test)]
pub(crate) mod audit {
    //! What the tests need to hold the table against the schema.

    use super::{Policy, TABLE};

    /// Types of the table.
    pub(crate) fn types() -> Vec<&'static str> {
        TABLE.iter().map(|(name, _)| *name).collect()
    }

    /// Fields that a type's entry names one by one; `None` where one rule covers the type.
    pub(crate) fn named_fields(type_name: &str) -> Option<Vec<&'static str>> {
        let (_, policy) = TABLE.iter().find(|(name, _)| *name == type_name)?;
        match policy {
            Policy::Whole(_) => None,
            Policy::Fields(groups) => Some(
                groups
                    .iter()
                    .flat_map(|(fields, _)| fields.iter().copied())
                    .collect(),
            ),
        }
    }
}
