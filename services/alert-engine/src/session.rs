//! One life of the engine's clients: from joining the group until a fault or the end.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::engine::{Mode, Output};
use event_log::{
    AssignedPartition, Collect, GroupConsumer, GroupEvent, GroupOptions, LogError, OffsetMark,
    OutRecord, Record, TransactionalProducer,
};
use event_schemas::city::{Millis, Topic};
use service_kit::kill_point::{Point, reach};

use crate::encode::Exits;
use crate::measure;
use crate::owned::Owned;
use crate::tail::fold_tails;
use crate::worker::Worker;

/// Longest wait for records, so that a shutdown is noticed.
const LONGEST_WAIT: Duration = Duration::from_millis(100);
/// Folded records that brought nothing are committed at least this often, so that a successor's
/// tail stays short.
const COMMIT_AT_LEAST: Duration = Duration::from_secs(1);
/// How often a refused transaction is repeated before the clients are replaced.
const REPEATS: u32 = 3;
/// How often figures are told.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Clients and engines between two faults.
pub(crate) struct Session<'w> {
    worker: &'w Worker,
    group: GroupConsumer,
    producer: TransactionalProducer,
    owned: Vec<Owned>,
    exits: Exits,
    /// Partitions of `city.events`: all of them must be heard of before anything counts as silent.
    event_partitions: u32,
    collect: Collect,
    /// Records folded since the last commit.
    uncommitted: usize,
    committed_at: Instant,
    told_at: Instant,
}

impl<'w> Session<'w> {
    /// Joins the group and fences whoever used this instance's name before.
    pub(crate) fn open(worker: &'w Worker, instance: &str) -> Result<Self, LogError> {
        let log = &worker.ports.log;
        let id = log.scoped(&format!("alert-engine.{instance}"));
        let producer = TransactionalProducer::open(log, &id)?;
        let options = GroupOptions {
            group: log.scoped("alert-engine"),
            topics: vec![log.topic(Topic::Events), log.topic(Topic::Matches)],
            instance: Some(format!("alert-engine-{instance}")),
            session: worker.config.session,
        };
        let event_partitions = event_log::partition_count(log, &log.topic(Topic::Events))?;
        let match_partitions = event_log::partition_count(log, &log.topic(Topic::Matches))?;
        Ok(Self {
            worker,
            group: GroupConsumer::open(log, &options)?,
            producer,
            owned: Vec::new(),
            exits: Exits::new(log, match_partitions),
            event_partitions: u32::try_from(event_partitions).unwrap_or_default(),
            collect: Collect::new(worker.config.collect),
            uncommitted: 0,
            committed_at: Instant::now(),
            told_at: Instant::now(),
        })
    }

    /// Serves until the end; every fault ends this session, and its engines with it.
    pub(crate) fn serve(&mut self) -> Result<(), LogError> {
        while !self.worker.shutdown.is_cancelled() {
            match self.group.poll(LONGEST_WAIT, Collect::MOST)? {
                GroupEvent::Records(records) => {
                    let records = self.gather(records)?;
                    self.turn(&records)?;
                }
                change => self.change(change)?,
            }
            self.tell();
        }
        reach(Point::Shutdown);
        if self.uncommitted > 0 {
            self.commit(&[])?;
        }
        self.save(|_| true);
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
                    // What was gathered is read again by whoever owns the partitions now.
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
                tracing::info!(partitions = taken.len(), "partitions were taken away");
                // Everything committed is worth keeping; a batch that was not is folded anew.
                if self.uncommitted == 0 {
                    self.save(|_| true);
                }
                self.owned.clear();
                self.uncommitted = 0;
                self.producer.abort()
            }
            GroupEvent::Records(_) => Ok(()),
        }
    }

    fn take_over(&mut self, given: &[AssignedPartition]) -> Result<(), LogError> {
        self.owned.clear();
        self.uncommitted = 0;
        let worker = self.worker;
        let matches = worker.ports.log.topic(Topic::Matches);
        let mut until = HashMap::new();
        for partition in given {
            let mode = if *partition.topic == *matches {
                Mode::Matches
            } else {
                Mode::Events
            };
            until.insert((partition.topic_id, partition.partition), partition.start);
            self.owned.push(Owned::take_over(
                partition,
                (mode, self.event_partitions),
                &worker.folder,
                &worker.ports,
            )?);
        }
        self.owned
            .sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        let mut owned: Vec<&mut Owned> = self.owned.iter_mut().collect();
        let rest = (&worker.folder, &worker.shutdown);
        fold_tails(&worker.ports.log, &worker.handle, &mut owned, &until, rest)?;
        tracing::info!(partitions = given.len(), "partitions are owned");
        self.report();
        Ok(())
    }

    /// Readiness, with the rules that do not compile.
    fn report(&self) {
        let refused: Vec<String> = self
            .owned
            .iter()
            .flat_map(|one| one.engine.refused_rules())
            .map(ToString::to_string)
            .collect();
        measure::refused_rules(refused.len());
        match refused.first() {
            None => self.worker.component.ready(),
            Some(first) => self
                .worker
                .component
                .degraded(format!("a rule is left out: {first}")),
        }
    }

    /// Folds a batch; what it brings and how far it goes are one transaction.
    fn turn(&mut self, records: &[Record]) -> Result<(), LogError> {
        let mut written = Vec::new();
        let mut marked = false;
        for record in records {
            let position = record.position;
            let owner = self.owned.iter_mut().find(|one| {
                one.partition == position.partition && one.topic_id == position.topic_id
            });
            let Some(owner) = owner else { continue };
            let outputs = owner.fold(record);
            self.uncommitted += 1;
            for output in &outputs {
                marked |= matches!(output, Output::Mark(_));
                self.note(output, record.append_time);
                if let Err(error) = self.exits.records(output, &mut written) {
                    // No value of ours fails to become JSON; should one, it is told, not hidden.
                    tracing::error!(%error, %position, "an output cannot be written");
                }
            }
        }
        let idle = self.uncommitted > 0 && self.committed_at.elapsed() >= COMMIT_AT_LEAST;
        if !written.is_empty() || idle || self.uncommitted >= Collect::MOST {
            let begun = Instant::now();
            self.commit(&written)?;
            measure::committed(begun.elapsed(), self.uncommitted);
            self.committed_at = Instant::now();
            self.uncommitted = 0;
            self.save(|one| one.is_due(&self.worker.config));
        }
        self.collect.learn(records.len());
        if marked {
            self.report();
        }
        Ok(())
    }

    fn note(&self, output: &Output, caused: Millis) {
        if let Output::Alert(alert) = output {
            measure::alert(alert, caused, self.worker.ports.clock.now());
        }
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
            self.producer.send(record)?;
        }
        if !self.producer.is_open() {
            self.producer.begin()?;
        }
        let progress: Vec<OffsetMark> = self
            .owned
            .iter()
            .map(|one| OffsetMark {
                topic: one.topic.clone(),
                partition: one.partition,
                next: one.engine.next_offset(),
                note: one.topic_id.to_string(),
            })
            .collect();
        let membership = self.group.membership();
        self.producer.commit(&progress, membership)
    }

    fn save(&mut self, which: impl Fn(&Owned) -> bool) {
        for one in self.owned.iter_mut().filter(|one| which(one)) {
            one.save(&self.worker.folder);
        }
    }

    /// Figures, once a second.
    fn tell(&mut self) {
        if self.told_at.elapsed() < TELL_EVERY {
            return;
        }
        self.told_at = Instant::now();
        self.owned.iter_mut().for_each(Owned::tell);
        let owned = self.owned.iter().map(|one| (&*one.topic, one.partition));
        // Brokers that cannot be asked now are asked again in a second.
        let ends = self.group.ends(&owned.collect::<Vec<_>>());
        for (one, end) in self.owned.iter().zip(ends.unwrap_or_default()) {
            if let Some(end) = end {
                measure::lag(&one.topic, one.partition, end - one.engine.next_offset());
            }
        }
    }
}
