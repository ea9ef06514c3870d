//! One life of admission's clients: from joining the group until a fault or the end.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::admission::{Horizon, Identity, Sealer};
use domain::privacy::SubjectId;
use event_log::{
    AssignedPartition, Collect, GroupConsumer, GroupEvent, GroupOptions, LogError, OffsetMark,
    OutRecord, Record, TransactionalProducer,
};
use event_schemas::city::{LogCursor, RuleSetMark, Topic};
use service_kit::kill_point::{Point, reach};

use crate::batch::{Bench, Earlier, Exits, Inboxes, judge, people, unknown};
use crate::earlier::EventKey;
use crate::inbox::Inbox;
use crate::measure;
use crate::pulse::{Pulse, Spread, marks, watermarks};
use crate::seals::Seals;
use crate::takeover::read_back;
use crate::worker::Worker;

/// Longest wait for records, so that a shutdown is noticed.
const LONGEST_WAIT: Duration = Duration::from_millis(100);
/// How often a refused transaction is repeated before the clients are replaced.
const REPEATS: u32 = 3;

/// Clients and state between two faults.
pub(crate) struct Session<'w> {
    worker: &'w Worker,
    instance: String,
    group: GroupConsumer,
    producer: TransactionalProducer,
    inboxes: Inboxes,
    covered: LogCursor,
    collect: Collect,
    pulse: Pulse,
    events: Spread,
    matches: Spread,
    dead_letters: String,
    seals: Seals,
}

impl<'w> Session<'w> {
    /// Joins the group and fences whoever used this instance's name before.
    pub(crate) fn open(worker: &'w Worker, instance: &str) -> Result<Self, LogError> {
        let (config, ports) = (&worker.config, &worker.ports);
        let log = &ports.log;
        let departments = ports.catalog.departments();
        let producer =
            TransactionalProducer::open(log, &log.scoped(&format!("admission.{instance}")))?;
        tracing::debug!(instance, "the transactional producer is open");
        let group = GroupConsumer::open(
            log,
            &GroupOptions {
                group: log.scoped("admission"),
                topics: departments
                    .iter()
                    .map(|department| log.topics.inbox(&department.name))
                    .collect(),
                instance: Some(format!("admission-{instance}")),
                session: config.session,
            },
        )?;
        let spread = |topic| {
            let topic = log.topic(topic);
            let partitions = event_log::partition_count(log, &topic)?;
            Ok::<_, LogError>(Spread { topic, partitions })
        };
        Ok(Self {
            worker,
            instance: instance.to_owned(),
            group,
            producer,
            inboxes: HashMap::new(),
            covered: LogCursor::default(),
            collect: Collect::new(config.collect),
            pulse: Pulse::new(config.watermark_every, ports.rules.clone()),
            events: spread(Topic::Events)?,
            matches: spread(Topic::Matches)?,
            dead_letters: log.topic(Topic::DeadLetters),
            seals: Seals::new(worker.keys.clone(), worker.chain.clone()),
        })
    }

    /// Serves until the end; every fault ends this session.
    pub(crate) fn serve(&mut self) -> Result<(), LogError> {
        while !self.worker.shutdown.is_cancelled() {
            // Without an inbox there is nothing to tell, however long it is due.
            let wait = if self.inboxes.is_empty() {
                LONGEST_WAIT
            } else {
                self.pulse.rest().min(LONGEST_WAIT)
            };
            match self.group.poll(wait, Collect::MOST)? {
                GroupEvent::Records(records) => {
                    let records = self.gather(records)?;
                    self.turn(&records)?;
                }
                change => self.change(change)?,
            }
        }
        Ok(())
    }

    /// Gathers more records for the same transaction, for as long as the load asks for.
    fn gather(&mut self, mut records: Vec<Record>) -> Result<Vec<Record>, LogError> {
        if records.is_empty() {
            return Ok(records);
        }
        let until = Instant::now() + self.collect.time();
        while records.len() < Collect::MOST {
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                break;
            }
            match self.group.poll(rest, Collect::MOST - records.len())? {
                GroupEvent::Records(more) => records.extend(more),
                change => {
                    // What was gathered is read again by whoever owns the inboxes now.
                    self.change(change)?;
                    return Ok(Vec::new());
                }
            }
        }
        Ok(records)
    }

    fn change(&mut self, change: GroupEvent) -> Result<(), LogError> {
        match change {
            GroupEvent::Assigned(given) => self.take_over(&given),
            GroupEvent::Revoked(taken) => {
                tracing::info!(inboxes = taken.len(), "inboxes were taken away");
                self.inboxes.clear();
                self.producer.abort()
            }
            GroupEvent::Records(_) => Ok(()),
        }
    }

    fn take_over(&mut self, given: &[AssignedPartition]) -> Result<(), LogError> {
        self.inboxes.clear();
        if !given.is_empty() {
            let (config, ports) = (&self.worker.config, &self.worker.ports);
            let mut read = read_back(
                &ports.log,
                &self.worker.handle,
                config.read_back,
                config.memory_events,
            )?;
            self.covered = read.start.clone();
            for partition in given {
                check_topic(partition)?;
                let department = ports.log.topics.department_of(&partition.topic);
                let department = department.unwrap_or_default().to_owned();
                let (memory, latest) = read.take(&department);
                let remembered = memory.len();
                let horizon = horizon_in_words(memory.horizon());
                tracing::info!(department, remembered, horizon, "an inbox is taken over");
                let (id, next) = (partition.topic_id, partition.start);
                let inbox = Inbox::new(department, id, next, memory, latest);
                self.inboxes.insert(partition.topic.to_string(), inbox);
            }
        }
        self.pulse.mark_again();
        tracing::info!(inboxes = given.len(), "inboxes are owned");
        self.worker.component.ready();
        Ok(())
    }

    /// One transaction: verdicts, a watermark when it is due, a mark when rules changed.
    fn turn(&mut self, records: &[Record]) -> Result<(), LogError> {
        if self.inboxes.is_empty() {
            return Ok(());
        }
        let mark = self.pulse.unmarked();
        let mut written = self.mark_records(mark.as_ref());
        let Some(verdicts) = self.verdicts(records)? else {
            return Ok(());
        };
        written.extend(verdicts);
        let beats = self.pulse.is_due();
        if beats {
            written.extend(self.watermark_records());
        }
        if records.is_empty() && written.is_empty() {
            return Ok(());
        }
        let begun = Instant::now();
        self.commit(&written)?;
        measure::committed(begun.elapsed(), records.len());
        self.collect.learn(records.len());
        for inbox in self.inboxes.values_mut() {
            inbox.keep();
        }
        if beats {
            self.pulse.beaten();
        }
        if mark.is_some() {
            self.pulse.marked();
        }
        Ok(())
    }

    fn mark_records(&self, mark: Option<&RuleSetMark>) -> Vec<OutRecord> {
        mark.map(|mark| marks(mark, &[self.events.clone(), self.matches.clone()]))
            .unwrap_or_default()
    }

    /// What is to be written for these records; `None` when the inboxes were lost while waiting.
    fn verdicts(&mut self, records: &[Record]) -> Result<Option<Vec<OutRecord>>, LogError> {
        let worker = self.worker;
        let ports = &worker.ports;
        let bench = Bench {
            catalog: &ports.catalog,
            limits: &worker.config.limits,
            topics: &ports.log.topics,
        };
        let judged = judge(records, &self.inboxes, &bench);
        let older = unknown(&judged, &self.inboxes);
        let earlier = if older.is_empty() {
            Earlier::new()
        } else {
            match self.look_up(&older)? {
                Some(earlier) => earlier,
                None => return Ok(None),
            }
        };
        let Some(sealers) = self.sealers(&people(&judged, self.seals.root()))? else {
            return Ok(None);
        };
        let exits = Exits {
            events: &self.events,
            dead_letters: &self.dead_letters,
            earlier,
        };
        Ok(Some(exits.settle(judged, &sealers, &mut self.inboxes)))
    }

    /// What seals each record's personal fields. Where keys cannot be had now, admission waits: nothing
    /// personal is admitted unsealed.
    fn sealers(
        &mut self,
        people: &[Option<SubjectId>],
    ) -> Result<Option<Vec<Arc<Sealer>>>, LogError> {
        let mut waited = false;
        loop {
            match self.worker.handle.block_on(self.seals.of_all(people)) {
                Ok(sealers) => {
                    if waited {
                        self.worker.component.ready();
                    }
                    return Ok(Some(sealers));
                }
                Err(error) => {
                    waited = true;
                    let why = format!("admission waits: personal fields cannot be sealed: {error}");
                    self.worker.component.degraded(why);
                }
            }
            if !self.stays()? {
                return Ok(None);
            }
        }
    }

    /// Keeps the membership alive while something is waited for; false: the inboxes were taken away, or
    /// this is the end.
    fn stays(&mut self) -> Result<bool, LogError> {
        if self.worker.shutdown.is_cancelled() {
            return Ok(false);
        }
        match self.group.poll(Duration::from_millis(500), 0)? {
            GroupEvent::Records(_) => Ok(true),
            change => {
                self.change(change)?;
                Ok(false)
            }
        }
    }

    /// Asks for events older than the memory until somebody can tell: nothing is admitted blindly.
    /// Membership is kept alive meanwhile; `None` when the inboxes were taken away.
    fn look_up(&mut self, older: &[EventKey]) -> Result<Option<Earlier>, LogError> {
        measure::looked_up(older.len());
        let ports = &self.worker.ports;
        let mut waited = false;
        loop {
            let asked = ports.earlier.find(older, &self.covered);
            match self.worker.handle.block_on(asked) {
                Ok(found) => {
                    if waited {
                        self.worker.component.ready();
                    }
                    let keys = older.iter().map(|key| Identity::key(&key.source, &key.id));
                    return Ok(Some(keys.zip(found).collect()));
                }
                Err(error) => {
                    waited = true;
                    self.worker.component.degraded(format!(
                        "admission waits: {} may be repeats, and {error}",
                        older.len()
                    ));
                }
            }
            if !self.stays()? {
                return Ok(None);
            }
        }
    }

    fn watermark_records(&mut self) -> Vec<OutRecord> {
        let at = self.worker.ports.clock.now();
        let mut told = Vec::with_capacity(self.inboxes.len());
        let asked: Vec<(&str, i32)> = self.inboxes.keys().map(|topic| (&**topic, 0)).collect();
        let ends = self.group.ends(&asked).unwrap_or_else(|error| {
            tracing::warn!(%error, "no watermark now");
            Vec::new()
        });
        // Nothing is claimed of an inbox whose end is not known: the map goes by in the order asked.
        for ((topic, inbox), end) in self.inboxes.iter_mut().zip(ends) {
            if let Some(end) = end {
                measure::lag(&inbox.department, end - inbox.next());
                told.push(inbox.progress(end, self.group.at_end(topic, 0), at));
            }
        }
        told.sort_by(|a, b| a.department.cmp(&b.department));
        watermarks(&self.instance, at, told, &self.events)
    }

    fn commit(&mut self, written: &[OutRecord]) -> Result<(), LogError> {
        let mut repeats = 0;
        loop {
            match self.try_commit(written) {
                Err(LogError::MustAbort { cause }) if repeats < REPEATS => {
                    repeats += 1;
                    tracing::warn!(cause, "a transaction is repeated");
                    self.producer.abort()?;
                }
                outcome => return outcome,
            }
        }
    }

    fn try_commit(&mut self, written: &[OutRecord]) -> Result<(), LogError> {
        for record in written {
            reach(Point::BeforeProduce);
            self.producer.send(record)?;
            reach(Point::AfterProduce);
        }
        if !self.producer.is_open() {
            self.producer.begin()?;
        }
        // Every transaction carries the offsets of all inboxes, watermarks alone too: so that Kafka
        // refuses it to a process that has lost them.
        let progress: Vec<OffsetMark> = self
            .inboxes
            .iter()
            .map(|(topic, inbox)| OffsetMark {
                topic: topic.clone(),
                partition: 0,
                next: inbox.next(),
                note: inbox.topic_id.to_string(),
            })
            .collect();
        let membership = self.group.membership();
        self.producer.commit(&progress, membership)
    }
}

/// The note beside the offset names the topic by its id: an inbox that was re-created is another.
fn check_topic(partition: &AssignedPartition) -> Result<(), LogError> {
    let noted = partition
        .committed
        .as_ref()
        .and_then(|(_, note)| note.parse().ok());
    match noted {
        Some(recorded) if recorded != partition.topic_id => Err(LogError::TopicRecreated {
            topic: partition.topic.to_string(),
            recorded,
            current: vec![partition.topic_id],
        }),
        _ => Ok(()),
    }
}

/// How far back repeats are told without asking the store, for the log line at the start.
fn horizon_in_words(horizon: Horizon) -> String {
    match horizon {
        Horizon::Complete => String::from("every event of the inbox is remembered"),
        Horizon::Since(start) => format!("events since {} are remembered", start.rfc3339()),
    }
}
