//! Routing alerts into cases, with the catalog's own routes: given alerts, when time passes, then cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::alert::{Alert, AlertChange, AlertRule, AlertStatus, Explanation};
use domain::case::Verdict;
use domain::case::routing::{Routing, RoutingTable, WaitingAlert, route};
use event_schemas::Text;
use event_schemas::city::Millis;
use event_schemas::route_file::RouteFile;
use serde_json::json;

use crate::desk::{Desk, NOON, operator, supervisor};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

fn routes() -> Vec<RouteFile> {
    let text = include_str!("../../../../../event-schemas/catalog/routes.yaml");
    serde_saphyr::from_str(text).expect("the catalog's routes read")
}

fn firing(id: &str, owner: &str, place: &str, severity: u8) -> Alert {
    Alert {
        id: id.to_owned(),
        fingerprint: format!("{owner}-{place}"),
        version: 1,
        change: AlertChange::Raised,
        rule: AlertRule {
            id: format!("{owner}.rule"),
            version: 1,
            rule_set: 1,
            title: Text::new("规则", "Rule"),
            owner: owner.to_owned(),
            sop: Text::new("核实", "Check"),
            suggested_unit: Some(String::from("engine")),
            labels: BTreeMap::new(),
        },
        severity,
        status: AlertStatus::Firing,
        episode: 1,
        title: Text::new(format!("警报{id}"), format!("Alert {id}")),
        raised_at: NOON,
        changed_at: NOON,
        resolved_at: None,
        place: Some(place.to_owned()),
        lon: Some(122.1),
        lat: Some(30.9),
        departments: vec![owner.to_owned()],
        event_count: 3,
        events: Vec::new(),
        explanation: Explanation {
            key: place.to_owned(),
            window_from: NOON,
            window_to: NOON,
            value: None,
            bound: None,
            words: Text::default(),
        },
        exercise: false,
    }
}

fn resolved(alert: &Alert, after_ms: i64) -> Alert {
    Alert {
        status: AlertStatus::Resolved,
        change: AlertChange::Resolved,
        resolved_at: Some(alert.raised_at.plus(after_ms)),
        changed_at: alert.raised_at.plus(after_ms),
        version: alert.version + 1,
        ..alert.clone()
    }
}

/// Alerts seen in the log, by episode, and a desk whose router works them.
struct Router {
    desk: Desk,
    routes: Vec<RouteFile>,
    seen: BTreeMap<String, WaitingAlert>,
}

impl Router {
    fn new() -> Self {
        Self {
            desk: Desk::new(),
            routes: routes(),
            seen: BTreeMap::new(),
        }
    }

    fn sees(&mut self, alert: Alert) {
        let since = self.desk.now;
        let since = self.seen.get(&alert.id).map_or(since, |one| one.since);
        let id = alert.id.clone();
        let alert = Arc::new(alert);
        self.seen.insert(id, WaitingAlert { alert, since });
    }

    fn pass(&self) -> Routing {
        // Places P1 and P2 are streets; P1a lies in P1.
        let raise = |code: &str| code.get(..2).map(str::to_owned);
        let table = RoutingTable {
            routes: &self.routes,
            workflows: &self.desk.workflows,
            partition_place: &raise,
        };
        route(&table, &self.desk.book, self.seen.values(), self.desk.now)
    }

    /// Passes until nothing more is to be done now.
    fn works(&mut self) {
        for _ in 0..50 {
            let routing = self.pass();
            assert!(routing.refused.is_empty(), "{:?}", routing.refused);
            for id in &routing.settled {
                self.seen.remove(id);
            }
            if routing.decisions.is_empty() {
                return;
            }
            for decision in &routing.decisions {
                let verdict = self.desk.append(decision);
                assert!(
                    matches!(verdict, Verdict::Accepted(_) | Verdict::Stale { .. }),
                    "{verdict:?}"
                );
            }
        }
        panic!("routing does not come to rest");
    }

    fn later(&mut self, ms: i64) {
        self.desk.now = self.desk.now.plus(ms);
        self.works();
    }

    /// Each open case: its alerts, sorted.
    fn cases(&self) -> Vec<String> {
        let mut cases: Vec<String> = self
            .desk
            .book
            .open_cases()
            .map(|case| {
                let mut ids: Vec<&str> = case.alerts.iter().map(|one| one.id.as_str()).collect();
                ids.sort_unstable();
                ids.join("+")
            })
            .collect();
        cases.sort();
        cases
    }

    fn case_of(&self, alert: &str) -> domain::case::Case {
        domain::case::Case::clone(self.desk.book.case_of_alert(alert).unwrap())
    }
}

#[test]
fn an_alert_opens_a_case_once_it_has_lasted() {
    let mut router = Router::new();
    router.sees(firing("a", "fire", "P1", 2));
    router.works();
    assert!(router.cases().is_empty(), "it may be a flicker");
    router.later(5 * SECOND);
    assert_eq!(router.cases(), ["a"]);
    let case = router.case_of("a");
    assert_eq!((case.severity, case.title.en.as_str()), (2, "Alert a"));
    assert_eq!(case.responsible.as_deref(), Some("fire"));
    assert_eq!(case.place.as_deref(), Some("P1"));
    assert_eq!(case.suggested_unit.as_deref(), Some("engine"));
    assert_eq!(case.sop.as_ref().unwrap().en, "Check");
    assert!(router.seen.is_empty(), "routed alerts are not kept");
}

#[test]
fn what_ends_before_it_has_lasted_never_opens_a_case() {
    let mut router = Router::new();
    let alert = firing("a", "fire", "P1", 2);
    router.sees(alert.clone());
    router.later(2 * SECOND);
    router.sees(resolved(&alert, 2 * SECOND));
    router.later(HOUR);
    assert!(router.cases().is_empty());
    assert!(router.seen.is_empty());
}

#[test]
fn a_history_replayed_in_a_moment_opens_the_cases_it_would_have_opened() {
    let mut router = Router::new();
    router.sees(resolved(&firing("a", "fire", "P1", 2), 3 * HOUR));
    router.works();
    assert_eq!(router.cases(), ["a"]);
}

#[test]
fn a_pending_alert_is_nobodys_work_yet() {
    let mut router = Router::new();
    let mut alert = firing("a", "fire", "P1", 1);
    alert.status = AlertStatus::Pending;
    router.sees(alert);
    router.later(HOUR);
    assert!(router.cases().is_empty());
}

#[test]
fn alerts_of_one_department_and_place_share_a_case_and_others_do_not() {
    let mut router = Router::new();
    router.sees(firing("a", "fire", "P1", 3));
    router.sees(firing("b", "fire", "P1a", 2));
    router.sees(firing("c", "fire", "P2", 3));
    router.sees(firing("d", "power", "P1", 3));
    router.later(5 * SECOND);
    assert_eq!(router.cases(), ["a+b", "c", "d"]);
    assert_eq!(router.case_of("a").severity, 2, "the gravest speaks");
}

#[test]
fn two_grave_incidents_in_one_place_are_two_cases() {
    let mut router = Router::new();
    for id in ["a", "b"] {
        let mut alert = firing(id, "fire", "P1", 2);
        alert.fingerprint = id.to_owned();
        let labels = [(String::from("hazard"), String::from("fire"))];
        alert.rule.labels = BTreeMap::from(labels);
        router.sees(alert);
    }
    router.works();
    assert_eq!(router.cases(), ["a", "b"], "and at once");
}

#[test]
fn alerts_without_a_place_share_none() {
    let mut router = Router::new();
    for id in ["a", "b"] {
        let mut alert = firing(id, "fire", "P1", 3);
        alert.place = None;
        alert.fingerprint = id.to_owned();
        router.sees(alert);
    }
    router.later(5 * SECOND);
    assert_eq!(router.cases(), ["a", "b"]);
}

#[test]
fn a_drill_never_joins_a_real_case() {
    let mut router = Router::new();
    router.sees(firing("a", "fire", "P1", 3));
    let mut drill = firing("b", "fire", "P1", 3);
    drill.exercise = true;
    router.sees(drill);
    router.later(5 * SECOND);
    assert_eq!(router.cases(), ["a", "b"]);
    assert!(router.case_of("b").exercise && !router.case_of("a").exercise);
}

#[test]
fn a_low_alert_opens_no_case_but_joins_one() {
    let mut router = Router::new();
    let mut low = firing("low", "fire", "P1", 4);
    low.fingerprint = String::from("other");
    router.sees(low);
    router.later(HOUR);
    assert!(router.cases().is_empty());
    router.sees(firing("a", "fire", "P1", 3));
    router.later(5 * SECOND);
    router.later(30 * SECOND);
    assert_eq!(router.cases(), ["a+low"]);
}

#[test]
fn what_the_hub_finds_joins_the_departments_case_and_takes_later_alerts_in() {
    let mut router = Router::new();
    router.sees(firing("a", "fire", "P1", 3));
    router.later(5 * SECOND);
    router.sees(firing("x", "hub", "P1", 1));
    router.later(0);
    assert_eq!(router.cases(), ["a+x"]);
    let case = router.case_of("x");
    assert_eq!((case.severity, case.title.en.as_str()), (1, "Alert x"));
    // Another department's alert at the place goes to the cross-department case.
    router.sees(firing("d", "power", "P1", 3));
    router.later(5 * SECOND);
    assert_eq!(router.cases(), ["a+d+x"]);
    router.sees(firing("e", "power", "P2", 3));
    router.later(5 * SECOND);
    assert_eq!(router.cases(), ["a+d+x", "e"]);
}

#[test]
fn alerts_join_at_the_groups_pace_unless_they_press() {
    let mut router = Router::new();
    router.sees(firing("a", "fire", "P1", 3));
    router.later(5 * SECOND);
    let mut another = firing("b", "fire", "P1", 3);
    another.fingerprint = String::from("b");
    router.sees(another);
    router.later(6 * SECOND);
    assert_eq!(router.cases(), ["a"], "it waits for the interval");
    let mut graver = firing("c", "fire", "P1", 1);
    graver.fingerprint = String::from("c");
    router.sees(graver);
    router.later(6 * SECOND);
    assert_eq!(router.cases(), ["a+c"]);
    router.later(30 * SECOND);
    assert_eq!(router.cases(), ["a+b+c"]);
}

#[test]
fn what_happens_much_later_is_another_case() {
    let mut router = Router::new();
    router.sees(resolved(&firing("a", "fire", "P1", 3), HOUR));
    let mut next = firing("b", "fire", "P1", 3);
    next.raised_at = NOON.plus(13 * HOUR);
    next.changed_at = NOON.plus(14 * HOUR);
    router.sees(next);
    router.later(MINUTE);
    assert_eq!(router.cases(), ["a", "b"]);
    assert_ne!(router.case_of("a").number, router.case_of("b").number);
}

fn close(router: &mut Router, alert: &str) -> String {
    let id = router.case_of(alert).id;
    let li = || operator("li");
    let desk = &mut router.desk;
    desk.does(li(), "acknowledgeCase", &id, &json!({}));
    desk.does(li(), "assignUnit", &id, &json!({"unit": "e1"}));
    desk.does(li(), "resolveCase", &id, &json!({"outcome": "x"}));
    desk.does(li(), "verifyCase", &id, &json!({"passed": true}));
    desk.does(li(), "closeCase", &id, &json!({}));
    id
}

fn returning(id: &str, episode: u32, raised_at: Millis) -> Alert {
    Alert {
        episode,
        raised_at,
        changed_at: raised_at,
        ..firing(id, "fire", "P1", 3)
    }
}

#[test]
fn a_condition_that_returns_soon_reopens_its_case_and_later_opens_another() {
    let mut router = Router::new();
    router.sees(firing("a", "fire", "P1", 3));
    router.later(5 * SECOND);
    let id = close(&mut router, "a");
    router.later(HOUR);
    router.sees(returning("a2", 2, router.desk.now));
    router.later(5 * SECOND);
    let case = router.case_of("a2");
    assert_eq!((case.id.as_str(), case.reopened), (id.as_str(), 1));
    assert_eq!(case.state, "ESTABLISHED");
    let entry = router.desk.book.timeline(&id).last().cloned().unwrap();
    assert_eq!(
        (entry.command.as_str(), entry.actor.name.as_str()),
        ("reopenCase", "router")
    );
    close(&mut router, "a2");
    router.later(3 * HOUR);
    router.sees(returning("a3", 3, router.desk.now));
    router.later(5 * SECOND);
    assert_ne!(router.case_of("a3").id, id);
    assert_eq!(router.cases(), ["a3"]);
}

#[test]
fn a_voided_case_does_not_come_back() {
    let mut router = Router::new();
    router.sees(firing("a", "fire", "P1", 3));
    router.later(5 * SECOND);
    let id = router.case_of("a").id;
    let given = json!({"reason": "误报"});
    router
        .desk
        .does(supervisor("wang"), "voidCase", &id, &given);
    router.sees(returning("a2", 2, router.desk.now));
    router.later(5 * SECOND);
    assert_ne!(router.case_of("a2").id, id);
}

#[test]
fn an_acknowledgement_does_not_hide_the_next_episode() {
    let mut router = Router::new();
    router.sees(firing("a", "fire", "P1", 3));
    router.later(5 * SECOND);
    let id = router.case_of("a").id;
    router
        .desk
        .does(operator("li"), "acknowledgeCase", &id, &json!({}));
    router.sees(resolved(&firing("a", "fire", "P1", 3), MINUTE));
    router.sees(returning("a2", 2, NOON.plus(2 * MINUTE)));
    router.later(5 * SECOND);
    assert_eq!(router.cases(), ["a+a2"]);
    assert_eq!(router.case_of("a2").acknowledged, None);
}

#[test]
fn an_alert_that_grows_graver_raises_its_case_at_once() {
    let mut router = Router::new();
    router.sees(firing("a", "fire", "P1", 3));
    router.later(5 * SECOND);
    router.sees(Alert {
        severity: 1,
        version: 2,
        change: AlertChange::Changed,
        ..firing("a", "fire", "P1", 3)
    });
    router.works();
    assert_eq!(router.case_of("a").severity, 1);
    assert!(router.seen.is_empty());
}

#[test]
fn two_routers_that_see_different_alerts_open_one_case() {
    let mut one = Router::new();
    one.sees(firing("a", "fire", "P1", 3));
    let mut other = Router::new();
    other.sees(firing("b", "fire", "P1", 3));
    one.desk.now = NOON.plus(5 * SECOND);
    other.desk.now = one.desk.now;
    let (first, late) = (one.pass().decisions, other.pass().decisions);
    // One log for both.
    assert!(one.desk.append(&first[0]).is_accepted());
    assert!(matches!(one.desk.append(&late[0]), Verdict::Stale { .. }));
    other.desk.append(&first[0]);
    assert!(matches!(other.desk.append(&late[0]), Verdict::Stale { .. }));
    other.later(30 * SECOND);
    assert_eq!(other.cases(), ["a+b"]);
}

#[test]
fn a_restarted_router_adds_nothing() {
    let mut router = Router::new();
    router.sees(firing("a", "fire", "P1", 3));
    router.sees(firing("d", "power", "P1", 3));
    router.later(5 * SECOND);
    let before = router.desk.book.clone();
    router.sees(firing("a", "fire", "P1", 3));
    router.sees(firing("d", "power", "P1", 3));
    router.later(HOUR);
    assert!(router.desk.book.cases().eq(before.cases()));
}

#[test]
fn an_alert_about_one_citizens_request_opens_a_case_of_that_kind() {
    let mut router = Router {
        desk: crate::kinds::desk(),
        ..Router::new()
    };
    let mut urgent = firing("r1", "hotline", "P1", 3);
    urgent.rule.id = String::from("hotline.urgent-waiting");
    let mut other = firing("r2", "hotline", "P1", 3);
    other.rule.id.clone_from(&urgent.rule.id);
    other.fingerprint = String::from("another citizen");
    router.sees(urgent);
    router.sees(other);
    router.sees(firing("w", "hotline", "P1", 3));
    router.works();
    router.later(5 * SECOND);
    assert_eq!(router.cases(), ["r1", "r2", "w"], "each request by itself");
    assert_eq!(router.case_of("r1").kind, "hotline-request");
    assert_eq!(router.case_of("r1").state, "RECEIVED");
    assert_eq!(router.case_of("w").kind, "city");
}
