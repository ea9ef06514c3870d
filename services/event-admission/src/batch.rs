//! The verdicts on one batch of records.

use std::collections::HashMap;
use std::sync::Arc;

use domain::admission::{
    Checked, Digest, HOUR_MS, Inbound, Limits, Refused, Sealer, Seen, check, dead_letter_record,
    partition_of,
};
use domain::privacy::{Root, SubjectId};
use event_log::{OutRecord, Record};
use event_schemas::Catalog;
use event_schemas::city::{Millis, Topics};
use service_kit::kill_point::{Point, reach};

use crate::earlier::EventKey;
use crate::inbox::Inbox;
use crate::measure;
use crate::pulse::{Spread, out};

/// Inboxes by topic name.
pub(crate) type Inboxes = HashMap<String, Inbox>;

/// What earlier events were found to hold, by key.
pub(crate) type Earlier = HashMap<Digest, Option<Digest>>;

/// A record with what can be said of it alone.
pub(crate) struct Judged<'r> {
    inbound: Inbound<'r>,
    verdict: Result<Checked<'r>, Box<Refused>>,
}

/// By what records are judged.
pub(crate) struct Bench<'b> {
    pub(crate) catalog: &'b Catalog,
    pub(crate) limits: &'b Limits,
    pub(crate) topics: &'b Topics,
}

/// Judges the records of owned inboxes that are not admitted yet.
pub(crate) fn judge<'r>(
    records: &'r [Record],
    inboxes: &Inboxes,
    bench: &Bench<'_>,
) -> Vec<Judged<'r>> {
    let mut judged = Vec::with_capacity(records.len());
    for record in records {
        let department = bench.topics.department_of(&record.topic);
        let (Some(department), Some(inbox)) = (department, inboxes.get(&*record.topic)) else {
            continue;
        };
        if record.position.offset < inbox.next() {
            continue;
        }
        let headers = record.headers.iter();
        let inbound = Inbound {
            department,
            topic: &record.topic,
            position: record.position,
            append_time: record.append_time,
            headers: headers.map(|(name, value)| (&**name, &value[..])).collect(),
            value: &record.value,
        };
        let verdict = check(bench.catalog, &inbound, bench.limits);
        judged.push(Judged { inbound, verdict });
        reach(Point::Parse);
    }
    judged
}

/// Whom the personal fields of each record are about.
pub(crate) fn people(judged: &[Judged<'_>], root: &Root) -> Vec<Option<SubjectId>> {
    let person = |one: &Judged<'_>| {
        let value = one.verdict.as_ref().ok()?.person()?;
        Some(root.subject(value))
    };
    judged.iter().map(person).collect()
}

/// The events that may be older than the memory.
pub(crate) fn unknown(judged: &[Judged<'_>], inboxes: &Inboxes) -> Vec<EventKey> {
    let older = judged.iter().filter_map(|one| {
        let checked = one.verdict.as_ref().ok()?;
        let memory = &inboxes.get(one.inbound.topic)?.memory;
        let admission = &checked.admission;
        let seen = memory.judge(
            &checked.identity,
            admission.event_time,
            admission.inbox_time,
        );
        (seen == Seen::Unknown).then(|| EventKey {
            source: checked.envelope.source.to_string(),
            id: checked.envelope.id.to_string(),
            since: first_possible(admission.event_time, admission.inbox_time),
        })
    });
    let mut keys: Vec<EventKey> = older.collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Before when an event cannot have been admitted: it is published after it happened, give or take
/// an hour of wrong clocks. Of an event ahead of its time nothing is known.
fn first_possible(event_time: Millis, inbox_time: Millis) -> Millis {
    if event_time > inbox_time.plus(HOUR_MS) {
        return Millis(0);
    }
    event_time.plus(-HOUR_MS).max(Millis(0))
}

/// Where verdicts lead.
pub(crate) struct Exits<'e> {
    pub(crate) events: &'e Spread,
    pub(crate) dead_letters: &'e str,
    pub(crate) earlier: Earlier,
}

impl Exits<'_> {
    /// Decides a batch in order, against each inbox's memory; returns what is to be written. Each
    /// record comes with what seals its personal fields.
    pub(crate) fn settle(
        &self,
        judged: Vec<Judged<'_>>,
        sealers: &[Arc<Sealer>],
        inboxes: &mut Inboxes,
    ) -> Vec<OutRecord> {
        let mut written = Vec::with_capacity(judged.len());
        for (one, sealer) in judged.into_iter().zip(sealers) {
            if let Some(inbox) = inboxes.get_mut(one.inbound.topic) {
                written.extend(self.settle_one(one, sealer, inbox));
            }
        }
        written
    }

    fn settle_one(
        &self,
        judged: Judged<'_>,
        sealer: &Sealer,
        inbox: &mut Inbox,
    ) -> Option<OutRecord> {
        let Judged { inbound, verdict } = judged;
        measure::consumed(inbound.department);
        inbox.passed(inbound.position.offset, inbound.append_time);
        let checked = match verdict {
            Ok(checked) => checked,
            Err(refused) => return Some(self.dead_letter(&inbound, *refused)),
        };
        match self.seen(&checked, inbox) {
            Seen::Repeat => {
                measure::duplicate(inbound.department);
                None
            }
            Seen::Reused => Some(self.dead_letter(&inbound, Refused::id_reused(&checked))),
            Seen::New | Seen::Unknown => {
                measure::accepted(inbound.department);
                let admission = &checked.admission;
                inbox.memory.note(checked.identity, inbound.append_time);
                // A clock far ahead must not close everybody's windows.
                if !admission.flags.iter().any(|flag| flag == "future_time") {
                    inbox.admitted(admission.event_time);
                }
                let partition = partition_of(&checked.partition_key, self.events.partitions);
                let record = checked.record(sealer, service_kit::random::bytes);
                Some(out(record, &self.events.topic, partition))
            }
        }
    }

    fn seen(&self, checked: &Checked<'_>, inbox: &Inbox) -> Seen {
        let (identity, admission) = (&checked.identity, &checked.admission);
        let seen = inbox
            .memory
            .judge(identity, admission.event_time, admission.inbox_time);
        match seen {
            Seen::Unknown => {
                let found = self.earlier.get(&identity.key).copied().flatten();
                Seen::by_content(found, identity.content)
            }
            known => known,
        }
    }

    fn dead_letter(&self, inbound: &Inbound<'_>, refused: Refused) -> OutRecord {
        measure::dead_lettered(inbound.department, refused.fault.reason);
        out(dead_letter_record(inbound, refused), self.dead_letters, 0)
    }
}
