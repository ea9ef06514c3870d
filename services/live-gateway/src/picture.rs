//! The city's present picture, and what changed in it since the last frame.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::alert::Alert;
use domain::case::{Applied, Case, CaseBook, Unit};
use domain::event::Event;
use event_schemas::catalog::Catalog;
use event_schemas::city::Millis;

use crate::entity::{Entities, Entity, MapChange, event_view};
use crate::frame::Changes;
use crate::views::is_over;
use crate::whereabouts::Whereabouts;

/// What is over stays in the picture this long, so that an operator sees how it ended.
const LINGER_MS: i64 = 15 * 60_000;

/// Alerts, cases, units and things on the map.
#[derive(Default)]
pub(crate) struct Picture {
    alerts: BTreeMap<String, Arc<Alert>>,
    cases: BTreeMap<String, Arc<Case>>,
    units: BTreeMap<String, Arc<Unit>>,
    whereabouts: Whereabouts,
    entities: Entities,
    /// When something over may leave the picture (wall time), by id.
    leaving: BTreeMap<(Millis, String), bool>,
    /// Changes since the last frame.
    pub(crate) changes: Changes,
}

impl Picture {
    /// An alert changed. `now` is wall time.
    pub(crate) fn alert(&mut self, alert: Arc<Alert>, now: Millis) {
        let known = self.alerts.get(&alert.id);
        if known.is_some_and(|known| known.version >= alert.version) {
            return;
        }
        if is_over(&alert) {
            self.leaving
                .insert((now.plus(LINGER_MS), alert.id.clone()), true);
        }
        self.alerts.insert(alert.id.clone(), Arc::clone(&alert));
        self.changes.alerts.push(alert);
    }

    /// A decision was accepted. `now` is wall time.
    pub(crate) fn applied(&mut self, applied: &Applied, now: Millis) {
        for case in &applied.cases {
            if !case.is_open() {
                self.leaving
                    .insert((now.plus(LINGER_MS), case.id.clone()), false);
            }
            self.cases.insert(case.id.clone(), Arc::clone(case));
            self.changes.cases.push(Arc::clone(case));
        }
        for unit in &applied.units {
            let unit = self.whereabouts.place(unit);
            self.units.insert(unit.id.clone(), Arc::clone(&unit));
            self.changes.units.push(unit);
        }
    }

    /// Takes open cases and units from the folded book, without telling anyone: the start.
    pub(crate) fn load(&mut self, book: &CaseBook) {
        for case in book.open_cases() {
            self.cases.insert(case.id.clone(), Arc::clone(case));
        }
        for unit in book.units() {
            let unit = self.whereabouts.place(unit);
            self.units.insert(unit.id.clone(), unit);
        }
    }

    /// An event was admitted.
    pub(crate) fn event(&mut self, event: &Event, catalog: &Catalog) {
        if let Some((unit, moved)) = self.whereabouts.note(event, catalog) {
            if moved && let Some(known) = self.units.get_mut(unit) {
                *known = self.whereabouts.place(known);
                self.changes.units.push(Arc::clone(known));
            }
            return;
        }
        let shown = event_view(event, catalog);
        let ends = catalog
            .event_type(&event.event_type)
            .is_some_and(|known| known.ends.is_some());
        match self.entities.apply(event, &shown, ends) {
            MapChange::None => {}
            MapChange::Upsert(entity) => {
                self.changes.entities.insert(entity.id.clone(), entity);
            }
            MapChange::Remove(id) => {
                self.changes.entities.remove(&id);
                self.changes.gone_entities.push(id);
            }
        }
        self.changes.show(shown);
    }

    /// Lets go what is over for long enough, and the oldest things on the map.
    pub(crate) fn tidy(&mut self, now: Millis) {
        while let Some(entry) = self.leaving.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let ((_, id), is_alert) = entry.remove_entry();
            if is_alert {
                self.alerts.remove(&id);
                self.changes.gone_alerts.push(id);
            } else if self.cases.get(&id).is_some_and(|case| !case.is_open()) {
                self.cases.remove(&id);
                self.changes.gone_cases.push(id);
            }
        }
        let gone = self.entities.trim();
        self.changes.gone_entities.extend(gone);
    }

    /// Forgets changes that nobody needs to hear of (while the log is being read back).
    pub(crate) fn forget_changes(&mut self) {
        self.changes = Changes::default();
    }

    pub(crate) fn alerts(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.alerts.values()
    }

    pub(crate) fn cases(&self) -> impl Iterator<Item = &Arc<Case>> {
        self.cases.values()
    }

    pub(crate) fn units(&self) -> impl Iterator<Item = &Arc<Unit>> {
        self.units.values()
    }

    pub(crate) fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.entities.iter()
    }
}
