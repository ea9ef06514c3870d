//! `Idempotency-Key`: the same request again gets the first answer again, for a while.
//!
//! A courtesy for clients that cannot tell whether their request arrived. It is kept in memory and
//! bounded; beyond it the events' own ids make a repetition harmless, in admission, for ever.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use event_schemas::city::Millis;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;
use crate::publish::Answer;

/// The header, as the IETF's draft names it.
const HEADER: &str = "idempotency-key";
/// Longest key.
const LONGEST: usize = 255;
/// An answer is kept for an hour,
const KEPT_MS: i64 = 3_600_000;
/// as one of the latest thousand of its publisher,
const ANSWERS: usize = 1_000;
/// as long as these together are not larger than this,
const BYTES: usize = 1 << 20;
/// and the publisher is one of the latest that used keys.
const PUBLISHERS: usize = 64;

/// What a request says, without what differs between two sendings of the same.
pub(crate) type Fingerprint = [u8; 32];

/// The request's key, if it has one.
pub(crate) fn key(request: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut given = request.get_all(HEADER).iter();
    let Some(key) = given.next() else {
        return Ok(None);
    };
    let text = key.to_str().unwrap_or_default();
    if given.next().is_some() || text.is_empty() || text.len() > LONGEST {
        let detail = format!("expected one Idempotency-Key of 1 to {LONGEST} ASCII characters");
        let code = StatusCode::BAD_REQUEST;
        return Err(Problem::new(code, "idempotency-key", detail));
    }
    Ok(Some(text.to_owned()))
}

/// Attributes and body; not how they were packed, when, and over which connection.
pub(crate) fn fingerprint(request: &HeaderMap, body: &[u8]) -> Fingerprint {
    let mut attributes: Vec<(&str, &[u8])> = request
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("ce-") || *name == CONTENT_TYPE)
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    attributes.sort_unstable();
    let mut hash = Sha256::new();
    for (name, value) in attributes {
        for part in [name.as_bytes(), value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.update(body);
    hash.finalize().into()
}

/// The answers of the last hour.
#[derive(Clone, Default)]
pub(crate) struct Answers {
    publishers: Arc<Mutex<HashMap<String, Remembered>>>,
}

/// What one publisher sent under keys.
#[derive(Default)]
struct Remembered {
    known: HashMap<String, (Fingerprint, Option<Answer>)>,
    /// Keys with an answer, oldest first.
    order: VecDeque<(Millis, String)>,
    bytes: usize,
    used: Millis,
}

/// What is known of a key.
pub(crate) enum Begun {
    /// Nothing: the request is to be served, and its answer kept.
    First(Place),
    /// It was answered like this.
    Again(Answer),
}

impl Answers {
    /// Looks a key up, and takes it where it is new.
    pub(crate) fn begin(
        &self,
        publisher: &str,
        key: &str,
        print: Fingerprint,
        now: Millis,
    ) -> Result<Begun, Problem> {
        let mut publishers = self.lock();
        if publishers.len() >= PUBLISHERS && !publishers.contains_key(publisher) {
            forget_one(&mut publishers);
        }
        let remembered = publishers.entry(publisher.to_owned()).or_default();
        remembered.used = now;
        remembered.forget_old(now);
        match remembered.known.get(key) {
            Some((before, _)) if *before != print => Err(other_body()),
            Some((_, None)) => Err(under_way()),
            Some((_, Some(answer))) => Ok(Begun::Again(answer.clone())),
            None => {
                remembered.known.insert(key.to_owned(), (print, None));
                Ok(Begun::First(Place {
                    answers: self.clone(),
                    publisher: publisher.to_owned(),
                    key: key.to_owned(),
                    answer: None,
                }))
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Remembered>> {
        self.publishers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The publisher that used its keys longest ago makes room.
fn forget_one(publishers: &mut HashMap<String, Remembered>) {
    let oldest = publishers
        .iter()
        .min_by_key(|(_, remembered)| remembered.used)
        .map(|(name, _)| name.clone());
    if let Some(oldest) = oldest {
        publishers.remove(&oldest);
    }
}

impl Remembered {
    fn forget_old(&mut self, now: Millis) {
        while let Some((at, _)) = self.order.front()
            && (now.since(*at) > KEPT_MS || self.order.len() > ANSWERS || self.bytes > BYTES)
            && let Some((_, key)) = self.order.pop_front()
            && let Some((_, Some(answer))) = self.known.remove(&key)
        {
            self.bytes -= answer.body.len();
        }
    }

    fn settle(&mut self, key: &str, answer: Option<(Answer, Millis)>) {
        match (answer, self.known.get_mut(key)) {
            (Some((answer, at)), Some((_, place))) => {
                self.bytes += answer.body.len();
                *place = Some(answer);
                self.order.push_back((at, key.to_owned()));
                self.forget_old(at);
            }
            (None, Some(_)) => drop(self.known.remove(key)),
            (_, None) => {}
        }
    }
}

/// A key that is being served. Dropped without an answer (a refusal that may pass, a caller that went
/// away) it is as if it had never been used.
pub(crate) struct Place {
    answers: Answers,
    publisher: String,
    key: String,
    answer: Option<(Answer, Millis)>,
}

impl Place {
    /// Keeps the answer.
    pub(crate) fn keep(mut self, answer: Answer, now: Millis) {
        self.answer = Some((answer, now));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut publishers = self.answers.lock();
        if let Some(remembered) = publishers.get_mut(&self.publisher) {
            remembered.settle(&self.key, self.answer.take());
        }
    }
}

fn other_body() -> Problem {
    let detail = "this Idempotency-Key was used with another body or other attributes; use a new key for \
                  a new request";
    let code = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(code, "idempotency-key-reused", detail)
}

fn under_way() -> Problem {
    let detail =
        "the first request with this Idempotency-Key is being served; ask again in a moment";
    Problem::new(StatusCode::CONFLICT, "idempotency-key-in-use", detail)
        .with_header(RETRY_AFTER, HeaderValue::from_static("1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        Answer {
            status: StatusCode::OK,
            kind: HeaderValue::from_static("application/json"),
            body: body.to_owned().into(),
        }
    }

    fn first(answers: &Answers, key: &str, at: i64) -> Place {
        match answers.begin("fire", key, [1; 32], Millis(at)) {
            Ok(Begun::First(place)) => place,
            Ok(Begun::Again(answer)) => panic!("{key} is known: {answer:?}"),
            Err(problem) => panic!("{key}: {problem:?}"),
        }
    }

    fn again(answers: &Answers, key: &str, at: i64) -> Option<String> {
        match answers.begin("fire", key, [1; 32], Millis(at)) {
            Ok(Begun::Again(answer)) => String::from_utf8(answer.body.to_vec()).ok(),
            _ => None,
        }
    }

    fn refused(begun: Result<Begun, Problem>) -> Option<StatusCode> {
        begun.err().map(|problem| problem.into_answer().status)
    }

    #[test]
    fn a_key_gets_its_first_answer_again_for_an_hour_and_for_its_publisher_alone() {
        let answers = Answers::default();
        first(&answers, "a", 0).keep(answer("one"), Millis(5));
        assert_eq!(again(&answers, "a", 3_600_000).as_deref(), Some("one"));
        let others = answers.begin("power", "a", [1; 32], Millis(10));
        assert!(matches!(others, Ok(Begun::First(_))));
        let reused = answers.begin("fire", "a", [2; 32], Millis(10));
        assert_eq!(refused(reused), Some(StatusCode::UNPROCESSABLE_ENTITY));
        first(&answers, "a", 3_600_006);
    }

    #[test]
    fn a_key_that_is_being_served_is_not_served_twice_and_is_free_again_without_an_answer() {
        let answers = Answers::default();
        let place = first(&answers, "a", 0);
        let second = answers.begin("fire", "a", [1; 32], Millis(1));
        assert_eq!(refused(second), Some(StatusCode::CONFLICT));
        drop(place);
        first(&answers, "a", 2);
    }

    #[test]
    fn what_is_kept_is_bounded_in_number_in_bytes_and_in_publishers() {
        let answers = Answers::default();
        for n in 0..=ANSWERS {
            first(&answers, &n.to_string(), 0).keep(answer("x"), Millis(0));
        }
        assert_eq!(again(&answers, "0", 1), None, "the oldest is gone");
        assert_eq!(again(&answers, "1000", 1).as_deref(), Some("x"));
        first(&answers, "large", 1).keep(answer(&"y".repeat(BYTES + 1)), Millis(1));
        assert_eq!(again(&answers, "large", 1), None);
        assert_eq!(answers.lock()["fire"].bytes, 0);
        for n in 0..PUBLISHERS {
            drop(answers.begin(&n.to_string(), "a", [1; 32], Millis(2)));
        }
        assert_eq!(answers.lock().len(), PUBLISHERS);
    }
}
