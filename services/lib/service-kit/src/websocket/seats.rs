//! How many connections a session has open: one stolen or runaway session cannot take all places.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::access::control::session_id;

/// Counts connections by session.
#[derive(Clone, Debug)]
pub struct Seats {
    most: usize,
    taken: Arc<Mutex<HashMap<String, usize>>>,
}

/// One connection's seat; given back when it is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Seats,
    session: String,
}

impl Seats {
    /// At most this many for each session.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            taken: Arc::default(),
        }
    }

    /// Takes a seat for the session (or key) of this credential; `None` when it has all of its own.
    pub fn take(&self, credential: &str) -> Option<Seat> {
        let session = session_id(credential);
        self.count(|taken| {
            let of_session = taken.entry(session.clone()).or_default();
            let free = *of_session < self.most;
            *of_session += usize::from(free);
            free
        })
        .then(|| Seat {
            seats: self.clone(),
            session,
        })
    }

    fn count<T>(&self, change: impl FnOnce(&mut HashMap<String, usize>) -> T) -> T {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut taken)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.count(|taken| {
            if let Some(left) = taken.get_mut(&self.session) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    taken.remove(&self.session);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_its_own_seats_and_gets_them_back() {
        let seats = Seats::new(2);
        let first = seats.take("a").unwrap();
        let _second = seats.take("a").unwrap();
        assert!(seats.take("a").is_none());
        assert!(seats.take("b").is_some(), "another session");
        drop(first);
        assert!(seats.take("a").is_some());
    }
}
