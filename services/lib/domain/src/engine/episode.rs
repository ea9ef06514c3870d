//! One continuous stretch of a condition, from raised to resolved, and the alert it shows.

use std::collections::{BTreeSet, VecDeque};

use event_schemas::Text;
use event_schemas::city::{LogPosition, Millis};
use event_schemas::rule_file::{Key, Severity};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::places::Places;
use super::progress::Timeline;
use super::record::{Matched, Output};
use super::window::{Reading, Window};
use super::words;
use crate::alert::{
    Alert, AlertChange, AlertRule, AlertStatus, EVENT_REFS_MAX, EventRef, Explanation,
};
use crate::rule::{CompiledRule, Figure, UNTIL_CLEARED, silent_minutes};

/// An alert tells of every new event up to this many, then only of growth by a quarter, so that a
/// storm of events is not also a storm of alert records.
const EACH_UP_TO: u64 = 10;

/// And of any change at least this often (event time).
const AT_LEAST_EVERY_MS: i64 = 30_000;

/// Where an episode plays: its rule, key and timeline, and where its changes go.
pub(super) struct Scene<'a> {
    pub(super) rule: &'a CompiledRule,
    pub(super) rule_set: u64,
    pub(super) key: &'a str,
    pub(super) timeline: &'a Timeline,
    pub(super) places: &'a dyn Places,
    /// How long after its end a condition is still awaited to go on (out-of-order events).
    pub(super) slack: i64,
    pub(super) out: &'a mut Vec<Output>,
}

/// An open episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Episode {
    id: String,
    number: u32,
    version: u64,
    pub(super) status: AlertStatus,
    severity: u8,
    pub(super) raised_at: Millis,
    place: Option<String>,
    point: Option<(f64, f64)>,
    point_level: u8,
    departments: BTreeSet<String>,
    count: u64,
    first: Vec<EventRef>,
    newest: VecDeque<EventRef>,
    value: f64,
    window_to: Millis,
    told_count: u64,
    told_at: Millis,
}

impl Episode {
    /// Opens an episode over what the window holds.
    pub(super) fn open(
        scene: &Scene<'_>,
        number: u32,
        at: Millis,
        by: LogPosition,
        window: &Window,
        reading: Reading,
    ) -> Self {
        let id = format!("{}@{by}", scene.rule.file.id);
        let mut episode = Self::new(scene, number, at, id);
        for entry in window.entries() {
            episode.add(scene, &entry.event);
        }
        episode.grade(scene, reading, at);
        episode
    }

    /// Opens an episode of silence: nothing after the `last` event of its key.
    pub(super) fn silence(scene: &Scene<'_>, number: u32, begins: Millis, last: &Matched) -> Self {
        // Under a new version of its rule the same silence is another episode.
        let id = format!("{}@{}-{number}", scene.rule.file.id, last.position);
        let mut episode = Self::new(scene, number, begins, id);
        episode.add(scene, last);
        if scene.rule.key == Key::City {
            // A whole feed is not where it spoke of last.
            episode.place = None;
            episode.point = None;
        }
        let reading = Reading {
            value: scene.rule.shape.bound,
            met: true,
        };
        episode.grade(scene, reading, begins);
        episode
    }

    /// Notes until when a silence lasted; returns its end.
    pub(super) fn lasts_until(&mut self, scene: &Scene<'_>, at: Millis) -> Millis {
        let end = at.max(self.raised_at);
        self.value = silent_minutes(scene.rule.shape.within + end.since(self.raised_at));
        end
    }

    fn new(scene: &Scene<'_>, number: u32, at: Millis, id: String) -> Self {
        Self {
            id,
            number,
            version: 0,
            status: if scene.rule.shape.hold > 0 {
                AlertStatus::Pending
            } else {
                AlertStatus::Firing
            },
            severity: 4,
            raised_at: at,
            place: None,
            point: None,
            point_level: 5,
            departments: BTreeSet::new(),
            count: 0,
            first: Vec::new(),
            newest: VecDeque::new(),
            value: 0.0,
            window_to: at,
            told_count: 0,
            told_at: at,
        }
    }

    /// Takes one more matched event in; `true` when the severity or the place changed.
    pub(super) fn note(
        &mut self,
        scene: &Scene<'_>,
        event: &Matched,
        reading: Reading,
        now: Millis,
    ) -> bool {
        let before = (self.severity, self.place.clone());
        self.add(scene, event);
        if reading.met {
            self.grade(scene, reading, now);
        }
        before != (self.severity, self.place.clone())
    }

    fn add(&mut self, scene: &Scene<'_>, event: &Matched) {
        self.count += 1;
        if !self.departments.contains(&event.department) {
            self.departments.insert(event.department.clone());
        }
        if self.first.len() < EVENT_REFS_MAX / 2 {
            self.first.push(event.reference());
        } else {
            if self.newest.len() == EVENT_REFS_MAX - EVENT_REFS_MAX / 2 {
                self.newest.pop_front();
            }
            self.newest.push_back(event.reference());
        }
        if severity_from_event(scene) {
            self.severity = self.severity.min(event.level.unwrap_or(4));
        }
        let level = event.level.unwrap_or(4);
        if let (Some(lon), Some(lat)) = (event.lon, event.lat)
            && level <= self.point_level
        {
            self.point = Some((lon, lat));
            self.point_level = level;
        }
        match scene.rule.key {
            Key::Place | Key::ExactPlace if event.place.is_some() => {
                if self.place.is_none() {
                    self.place = Some(scene.key.to_owned());
                }
            }
            Key::Place | Key::ExactPlace => {}
            Key::Subject | Key::City => {
                if event.place.is_some() {
                    self.place.clone_from(&event.place);
                }
            }
        }
    }

    /// Severity only rises within an episode: an operator should not see it flicker.
    fn grade(&mut self, scene: &Scene<'_>, reading: Reading, now: Millis) {
        self.value = reading.value;
        self.window_to = self.window_to.max(now);
        let figure = match scene.rule.shape.figure {
            Figure::Together(_) => self.count as f64,
            _ if scene.rule.shape.single => self.count as f64,
            _ => reading.value,
        };
        let level = match &scene.rule.file.severity {
            Severity::Level(level) => *level,
            Severity::Steps(steps) => steps
                .iter()
                .find(|step| figure >= step.at_least)
                .map_or(4, |step| step.level),
            Severity::FromEvent(_) => 4,
        };
        self.severity = self.severity.min(level);
    }

    /// Whether there is enough news to tell.
    pub(super) fn is_news(&self, now: Millis) -> bool {
        self.count > self.told_count
            && (self.count <= EACH_UP_TO
                || self.count * 4 >= self.told_count * 5
                || now.since(self.told_at) >= AT_LEAST_EVERY_MS)
    }

    /// Writes the alert as it is now.
    pub(super) fn tell(
        &mut self,
        scene: &mut Scene<'_>,
        change: AlertChange,
        at: Millis,
        reason: Option<&Text>,
    ) {
        self.version += 1;
        self.told_count = self.count;
        self.told_at = at;
        match change {
            AlertChange::Raised => self.status = AlertStatus::Firing,
            AlertChange::Resolved => self.status = AlertStatus::Resolved,
            AlertChange::Pending | AlertChange::Changed => {}
        }
        let alert = self.alert(scene, change, at, reason);
        scene.out.push(Output::Alert(Box::new(alert)));
    }

    fn alert(
        &self,
        scene: &Scene<'_>,
        change: AlertChange,
        at: Millis,
        reason: Option<&Text>,
    ) -> Alert {
        let file = &scene.rule.file;
        let window_from = if scene.rule.shape.within >= UNTIL_CLEARED || scene.rule.shape.single {
            self.raised_at
        } else {
            self.window_to.plus(-scene.rule.shape.within)
        };
        let figures = words::Figures {
            count: self.count,
            value: self.value,
            place: self.place.as_deref(),
            departments: &self.departments,
        };
        Alert {
            id: self.id.clone(),
            fingerprint: fingerprint(scene),
            version: self.version,
            change,
            rule: AlertRule {
                id: file.id.clone(),
                version: file.version,
                rule_set: scene.rule_set,
                title: file.title.clone(),
                owner: file.owner.clone(),
                sop: file.sop.clone(),
                suggested_unit: file.suggested_unit.clone(),
                labels: file.labels.clone(),
            },
            severity: self.severity,
            status: self.status,
            episode: self.number,
            title: words::title(scene, &figures),
            raised_at: self.raised_at,
            changed_at: at,
            resolved_at: (change == AlertChange::Resolved).then_some(at),
            place: self.place.clone(),
            lon: self.point.map(|(lon, _)| lon),
            lat: self.point.map(|(_, lat)| lat),
            departments: self.departments.iter().cloned().collect(),
            event_count: self.count,
            events: self.first.iter().chain(&self.newest).cloned().collect(),
            explanation: Explanation {
                key: scene.key.to_owned(),
                window_from,
                window_to: self.window_to,
                value: Some(if scene.rule.shape.single {
                    self.count as f64
                } else {
                    self.value
                }),
                bound: (!matches!(scene.rule.shape.figure, Figure::Together(_)))
                    .then_some(scene.rule.shape.bound),
                words: words::explanation(scene, &figures, reason),
            },
            exercise: scene.timeline.exercise,
        }
    }
}

/// Identity of a condition across its episodes.
fn fingerprint(scene: &Scene<'_>) -> String {
    let mut hash = Sha256::new();
    for part in [
        scene.rule.file.id.as_str(),
        scene.key,
        &scene.timeline.name(),
    ] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex::encode(&hash.finalize()[..16])
}

fn severity_from_event(scene: &Scene<'_>) -> bool {
    matches!(scene.rule.file.severity, Severity::FromEvent(_))
}
