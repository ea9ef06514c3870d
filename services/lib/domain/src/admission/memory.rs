//! Which events an inbox has brought already.
//!
//! Holds the keys of the last events, in order of admission. What is older than the memory must be
//! looked up before it is admitted; whether an event can be older is told by its event time: an
//! event is published after it happened, so one that happened well after the memory begins cannot
//! have been admitted before. (The exception, an event whose time lay more than an hour ahead of
//! the clock when it was first published, is looked up while it is still ahead.)

use std::collections::{HashMap, VecDeque};

use event_schemas::city::Millis;

use super::{Digest, HOUR_MS, Identity};

/// How far back a memory reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Horizon {
    /// To the inbox's first event.
    Complete,
    /// Every event that the inbox took after this moment is remembered.
    Since(Millis),
}

/// What the memory says of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Never before.
    New,
    /// Before, with the same content.
    Repeat,
    /// Before, with other content.
    Reused,
    /// It may be older than the memory: look it up.
    Unknown,
}

impl Seen {
    /// The judgement on an event that was found with this content (or was not found).
    pub fn by_content(found: Option<Digest>, ours: Digest) -> Self {
        match found {
            None => Self::New,
            Some(content) if content == ours => Self::Repeat,
            Some(_) => Self::Reused,
        }
    }
}

/// The memory of one inbox. What is noted becomes part of it with [`Self::keep`], when the
/// transaction that admits the events is committed.
#[derive(Clone, Debug)]
pub struct RepeatMemory {
    capacity: usize,
    horizon: Horizon,
    known: HashMap<Digest, Digest>,
    order: VecDeque<(Digest, Millis)>,
    noted: HashMap<Digest, Digest>,
    noted_order: Vec<(Digest, Millis)>,
}

impl RepeatMemory {
    /// An empty memory for `capacity` events (about 100 bytes each).
    pub fn new(capacity: usize, horizon: Horizon) -> Self {
        Self {
            capacity: capacity.max(1),
            horizon,
            known: HashMap::new(),
            order: VecDeque::new(),
            noted: HashMap::new(),
            noted_order: Vec::new(),
        }
    }

    /// How far back it reaches.
    pub const fn horizon(&self) -> Horizon {
        self.horizon
    }

    /// Number of events remembered.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Judges an event by its identity, its event time, and when the inbox took it.
    pub fn judge(&self, identity: &Identity, event_time: Millis, append_time: Millis) -> Seen {
        let found = self.noted.get(&identity.key);
        if let Some(content) = found.or_else(|| self.known.get(&identity.key)) {
            return Seen::by_content(Some(*content), identity.content);
        }
        match self.horizon {
            Horizon::Complete => Seen::New,
            Horizon::Since(start) => {
                let surely_later = event_time > start.plus(HOUR_MS);
                let ahead = event_time > append_time.plus(HOUR_MS);
                if surely_later && !ahead {
                    Seen::New
                } else {
                    Seen::Unknown
                }
            }
        }
    }

    /// Notes an event that is about to be admitted.
    pub fn note(&mut self, identity: Identity, append_time: Millis) {
        if self.noted.insert(identity.key, identity.content).is_none() {
            self.noted_order.push((identity.key, append_time));
        }
    }

    /// What was noted is admitted.
    pub fn keep(&mut self) {
        let noted = std::mem::take(&mut self.noted);
        for (key, append_time) in self.noted_order.drain(..) {
            if let Some(content) = noted.get(&key)
                && self.known.insert(key, *content).is_none()
            {
                self.order.push_back((key, append_time));
            }
        }
        while self.order.len() > self.capacity {
            if let Some((oldest, append_time)) = self.order.pop_front() {
                self.known.remove(&oldest);
                self.forget_before(append_time);
            }
        }
    }

    /// What was noted is not admitted.
    pub fn forget_noted(&mut self) {
        self.noted.clear();
        self.noted_order.clear();
    }

    /// The memory reaches back no further than this (read back from the log only so far).
    pub fn forget_before(&mut self, start: Millis) {
        self.horizon = match self.horizon {
            Horizon::Since(known) => Horizon::Since(known.max(start)),
            Horizon::Complete => Horizon::Since(start),
        };
    }
}
