//! One inbox that this process owns: how far it is admitted, and what it has brought.

use domain::admission::RepeatMemory;
use event_schemas::city::{InboxProgress, Millis, TopicId};

/// State of an inbox between transactions. The `staged` part becomes true with the commit.
pub(crate) struct Inbox {
    pub(crate) department: String,
    pub(crate) topic_id: TopicId,
    pub(crate) memory: RepeatMemory,
    next: i64,
    last_append: Option<Millis>,
    latest_event: Option<Millis>,
    staged: Staged,
    admitted_until: Millis,
    previous_end: Option<(i64, i64, Millis)>,
}

#[derive(Clone, Copy, Default)]
struct Staged {
    next: Option<i64>,
    append: Option<Millis>,
    event: Option<Millis>,
}

impl Inbox {
    pub(crate) fn new(
        department: String,
        topic_id: TopicId,
        next: i64,
        memory: RepeatMemory,
        latest_event: Option<Millis>,
    ) -> Self {
        Self {
            department,
            topic_id,
            memory,
            next,
            last_append: None,
            latest_event,
            staged: Staged::default(),
            admitted_until: Millis(0),
            previous_end: None,
        }
    }

    /// The next offset to be admitted, what is staged included.
    pub(crate) fn next(&self) -> i64 {
        self.staged.next.unwrap_or(self.next)
    }

    /// A record was judged, whatever the verdict.
    pub(crate) fn passed(&mut self, offset: i64, append_time: Millis) {
        self.staged.next = Some(offset + 1);
        self.staged.append = Some(append_time);
    }

    /// An event is about to be admitted.
    pub(crate) fn admitted(&mut self, event_time: Millis) {
        self.staged.event = self.staged.event.max(Some(event_time));
    }

    /// The transaction is committed.
    pub(crate) fn keep(&mut self) {
        let staged = std::mem::take(&mut self.staged);
        self.next = staged.next.unwrap_or(self.next);
        self.last_append = staged.append.or(self.last_append);
        self.latest_event = self.latest_event.max(staged.event);
        self.memory.keep();
    }

    /// How far the inbox is admitted, what is staged included. `end` is the inbox's end as asked at
    /// `asked`; `at_end` says that the client has read to the end.
    pub(crate) fn progress(&mut self, end: i64, at_end: bool, asked: Millis) -> InboxProgress {
        let next = self.next();
        // A department's own transactions leave markers behind the last record: then the end is
        // never reached by offsets, but it stands still while the client is at it.
        let stood_still = self
            .previous_end
            .filter(|(end_before, next_before, _)| {
                at_end && *end_before == end && *next_before == next
            })
            .map(|(_, _, asked_before)| asked_before);
        self.previous_end = Some((end, next, asked));
        let drained = if next >= end {
            Some(asked)
        } else {
            stood_still
        };
        let appended = self.staged.append.or(self.last_append);
        self.admitted_until = self
            .admitted_until
            .max(drained.or(appended).unwrap_or_default());
        InboxProgress {
            department: self.department.clone(),
            topic_id: self.topic_id,
            next,
            admitted_until: self.admitted_until,
            latest_event_time: self.latest_event.max(self.staged.event),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::admission::Horizon;

    use super::*;

    fn inbox() -> Inbox {
        let memory = RepeatMemory::new(10, Horizon::Complete);
        Inbox::new(String::from("fire"), TopicId::from_u128(1), 5, memory, None)
    }

    #[test]
    fn a_drained_inbox_is_admitted_up_to_the_moment_it_was_asked() {
        let mut inbox = inbox();
        assert_eq!(
            inbox.progress(5, true, Millis(100)).admitted_until,
            Millis(100)
        );
        inbox.passed(5, Millis(120));
        inbox.admitted(Millis(90));
        let behind = inbox.progress(9, false, Millis(200));
        assert_eq!((behind.next, behind.admitted_until), (6, Millis(120)));
        assert_eq!(behind.latest_event_time, Some(Millis(90)));
        let earlier = inbox.progress(9, false, Millis(210));
        assert_eq!(
            earlier.admitted_until,
            Millis(120),
            "it stands still while behind"
        );
    }

    #[test]
    fn markers_at_the_end_do_not_hide_that_an_inbox_is_drained() {
        let mut inbox = inbox();
        assert_eq!(
            inbox.progress(7, true, Millis(100)).admitted_until,
            Millis(0)
        );
        assert_eq!(
            inbox.progress(7, true, Millis(200)).admitted_until,
            Millis(100)
        );
        assert_eq!(
            inbox.progress(8, true, Millis(300)).admitted_until,
            Millis(100)
        );
    }
}
