//! The simulated city through admission and the engine in this process, without Kafka: what the
//! catalog's rules find of a week, in minutes.

use std::sync::Arc;

use domain::admission::{Horizon, Inbound, Limits, RepeatMemory, Seen, check};
use domain::alert::Alert;
use domain::engine::{Engine, EngineRecord, Mode, Output, Places, RecordBody};
use domain::event::Event;
use event_schemas::Catalog;
use event_schemas::city::{
    InboxProgress, LogPosition, Millis, RuleSetMark, TopicId, Watermark, headers,
};

use super::truth::TruthLine;
use super::{Behaviour, Simulation};

/// Admission says how far it is this often.
const WATERMARK_MS: i64 = 10_000;
/// Admission remembers so many events.
const MEMORY: usize = 200_000;

/// What a run brought.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Every record of every alert, in order.
    pub alerts: Vec<Alert>,
    /// What really happened.
    pub truth: Vec<TruthLine>,
    /// Events admitted.
    pub admitted: u64,
    /// Repeats dropped.
    pub repeats: u64,
    /// Refused: id and why.
    pub refused: Vec<(String, String)>,
}

/// Runs the city from `start` for `span_ms`; `None` when the catalog's city has no places.
pub fn run(
    catalog: &Arc<Catalog>,
    behaviour: Behaviour,
    start: Millis,
    span_ms: i64,
) -> Option<Outcome> {
    let mut city = Simulation::new(behaviour, catalog, start)?;
    let mut hub = Hub::new(catalog, start);
    let end = start.plus(span_ms);
    let mut outcome = Outcome::default();
    while let Some(event) = city.next() {
        outcome.truth.extend(city.take_truth());
        if event.at >= end {
            break;
        }
        hub.pass(event.at, &mut outcome);
        let headers = [(headers::CONTENT_TYPE, headers::STRUCTURED.as_bytes())];
        let inbound = Inbound {
            department: &event.department,
            topic: "inbox",
            position: hub.position(),
            append_time: event.at,
            headers: headers.to_vec(),
            value: event.json.as_bytes(),
        };
        hub.take(catalog, &inbound, &event.id, &mut outcome);
    }
    hub.pass(end, &mut outcome);
    outcome.truth.extend(city.finish(end));
    Some(outcome)
}

struct Hub {
    engine: Engine,
    memory: RepeatMemory,
    departments: Vec<String>,
    offset: i64,
    marked: Millis,
}

impl Hub {
    fn new(catalog: &Arc<Catalog>, start: Millis) -> Self {
        let places: Arc<dyn Places> = Arc::clone(catalog) as Arc<dyn Places>;
        let mut hub = Self {
            engine: Engine::new(Mode::Whole, places),
            memory: RepeatMemory::new(MEMORY, Horizon::Complete),
            departments: catalog
                .departments()
                .iter()
                .map(|d| d.name.clone())
                .collect(),
            offset: 0,
            marked: start,
        };
        let mark = RuleSetMark {
            version: 1,
            hash: String::new(),
            rules: catalog.rules().to_vec(),
        };
        hub.fold(RecordBody::Mark(mark), &mut Outcome::default());
        hub
    }

    fn position(&self) -> LogPosition {
        LogPosition {
            topic_id: TopicId::nil(),
            partition: 0,
            offset: self.offset,
        }
    }

    fn fold(&mut self, body: RecordBody, outcome: &mut Outcome) {
        let record = EngineRecord {
            position: self.position(),
            body,
        };
        self.offset += 1;
        for output in self.engine.fold(&record) {
            if let Output::Alert(alert) = output {
                outcome.alerts.push(*alert);
            }
        }
    }

    /// Time passes: all inboxes are admitted up to `now`.
    fn pass(&mut self, now: Millis, outcome: &mut Outcome) {
        while now.since(self.marked) >= WATERMARK_MS {
            self.marked = self.marked.plus(WATERMARK_MS);
            let inboxes = self.departments.iter().map(|department| InboxProgress {
                department: department.clone(),
                topic_id: TopicId::nil(),
                next: self.offset,
                admitted_until: self.marked,
                latest_event_time: None,
            });
            let watermark = Watermark {
                at: self.marked,
                inboxes: inboxes.collect(),
            };
            let body = RecordBody::Watermark {
                watermark,
                origin: 0,
            };
            self.fold(body, outcome);
        }
    }

    fn take(&mut self, catalog: &Catalog, inbound: &Inbound<'_>, id: &str, outcome: &mut Outcome) {
        let checked = match check(catalog, inbound, &Limits::default()) {
            Ok(checked) => checked,
            Err(refused) => {
                let reason = refused.fault.message.clone();
                outcome.refused.push((id.to_owned(), reason));
                return;
            }
        };
        let (identity, time) = (checked.identity, checked.admission.event_time);
        match self.memory.judge(&identity, time, inbound.append_time) {
            Seen::Repeat => {
                outcome.repeats += 1;
                return;
            }
            Seen::Reused => {
                outcome
                    .refused
                    .push((id.to_owned(), String::from("id_reused")));
                return;
            }
            Seen::New | Seen::Unknown => {}
        }
        self.memory.note(identity, inbound.append_time);
        self.memory.keep();
        outcome.admitted += 1;
        let event = Event {
            position: self.position(),
            id: checked.envelope.id.to_string(),
            source: checked.envelope.source.to_string(),
            event_type: checked.envelope.event_type.to_string(),
            subject: checked.subject.as_deref().map(str::to_owned),
            correlation_id: None,
            data: serde_json::from_slice(checked.envelope.data.unwrap_or_default())
                .unwrap_or_default(),
            admission: checked.admission,
        };
        self.fold(RecordBody::Event(Box::new(event)), outcome);
    }
}
