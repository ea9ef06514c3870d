//! Dead letters sent again after a fix: each becomes a new record of its department's inbox, byte for
//! byte, so that admission judges it anew under its original source and id.
//!
//! One task owns what was sent under which idempotency key, so a repeated request sends nothing twice.
//! After a restart a repeated request sends again; admission then drops what it admitted meanwhile.
//!
//! Who ordered what, and why, is written to the control log before the first letter is sent.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use domain::access::Principal;
use domain::access::control::{Act, replay_dead_letters};
use domain::admission::ORIGINAL_BYTES;
use domain::case::Actor;
use event_log::{HeaderName, IdempotentProducer, LogConfig, OutRecord, PublishError};
use event_schemas::Text;
use event_schemas::city::{LogPosition, Reason};
use event_store::{Reader, StoredDeadLetter};
use service_kit::identity::Identity;
use service_kit::{Clock, Shutdown};
use tokio::sync::{mpsc, oneshot};

use crate::failure::{Code, Failure};

/// Dead letters that one request may send again.
pub(crate) const LETTERS_MAX: usize = 200;
/// Requests whose outcomes are remembered.
const REMEMBERED: usize = 1_000;
/// Requests that may wait for their turn.
const WAITING: usize = 16;
/// How long one record may take to be written.
const WRITE_WAIT: Duration = Duration::from_secs(10);

/// Pause after each letter: what is sent again must not push what is new aside.
const PAUSE: Duration = Duration::from_millis(5);

/// Header with the position of the dead letter that a record repeats.
const REPLAY_OF: &str = "replay-of";
/// Header with the account that asked for it.
const REPLAYED_BY: &str = "replayed-by";

/// What became of one dead letter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Replayed {
    pub(crate) position: LogPosition,
    pub(crate) accepted: bool,
    pub(crate) message: Text,
}

/// A request to send dead letters again.
struct Order {
    actor: Actor,
    key: String,
    letters: Vec<LogPosition>,
    reason: Option<String>,
    reply: oneshot::Sender<Result<Vec<Replayed>, Failure>>,
}

/// Takes requests; cheap to clone.
#[derive(Clone)]
pub(crate) struct Replays {
    orders: mpsc::Sender<Order>,
}

impl Replays {
    /// Starts the task that sends dead letters again.
    pub(crate) fn open(
        log: &LogConfig,
        reader: Reader,
        (identity, clock): (Identity, Clock),
        shutdown: Shutdown,
    ) -> Result<Self, event_log::LogError> {
        let (orders, taken) = mpsc::channel(WAITING);
        let sender = Sender {
            producer: IdempotentProducer::new(log)?,
            log: log.clone(),
            reader,
            identity,
            clock,
        };
        tokio::spawn(serve(taken, sender, shutdown));
        Ok(Self { orders })
    }

    /// Sends these letters again for a principal; the same key answers as the first time.
    pub(crate) async fn replay(
        &self,
        principal: &Principal,
        key: &str,
        letters: Vec<LogPosition>,
        reason: Option<String>,
    ) -> Result<Vec<Replayed>, Failure> {
        let stopping = || Failure::new(Code::StoreUnavailable, "The hub is stopping.");
        let actor = Actor::of(principal);
        let (reply, answered) = oneshot::channel();
        let order = Order {
            key: actor.scoped(key),
            actor,
            letters,
            reason,
            reply,
        };
        self.orders.send(order).await.map_err(|_| stopping())?;
        answered.await.map_err(|_| stopping())?
    }
}

async fn serve(mut taken: mpsc::Receiver<Order>, sender: Sender, shutdown: Shutdown) {
    let mut remembered = Remembered::default();
    loop {
        let order = tokio::select! {
            () = shutdown.cancelled() => return,
            order = taken.recv() => match order {
                Some(order) => order,
                None => return,
            },
        };
        let answer = match remembered.outcomes.get(&order.key) {
            Some((letters, _)) if *letters != order.letters => Err(Failure::bad(
                "idempotencyKey: it was already used for other dead letters.",
            )),
            known => {
                let before = known.map_or(&[][..], |(_, outcomes)| outcomes);
                let answer = sender.send(&order, before).await;
                if let Ok(outcomes) = &answer {
                    remembered.note(order.key, order.letters, outcomes.clone());
                }
                answer
            }
        };
        // A caller that has gone asks again with its key.
        let _gone = order.reply.send(answer);
    }
}

/// Outcomes by key, the oldest forgotten first.
#[derive(Default)]
struct Remembered {
    outcomes: HashMap<String, (Vec<LogPosition>, Vec<Replayed>)>,
    order: VecDeque<String>,
}

impl Remembered {
    fn note(&mut self, key: String, letters: Vec<LogPosition>, outcomes: Vec<Replayed>) {
        let known = self.outcomes.insert(key.clone(), (letters, outcomes));
        if known.is_some() {
            return;
        }
        self.order.push_back(key);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.outcomes.remove(&oldest);
        }
    }
}

struct Sender {
    producer: IdempotentProducer,
    log: LogConfig,
    reader: Reader,
    identity: Identity,
    clock: Clock,
}

impl Sender {
    /// Sends what has not been taken `before`, under the same key; the outcomes of all.
    async fn send(&self, order: &Order, before: &[Replayed]) -> Result<Vec<Replayed>, Failure> {
        let taken = |n: usize| before.get(n).filter(|one| one.accepted);
        if (0..order.letters.len()).all(|n| taken(n).is_some()) {
            return Ok(before.to_vec());
        }
        self.account_for(order).await?;
        let mut outcomes = Vec::with_capacity(order.letters.len());
        for (n, &position) in order.letters.iter().enumerate() {
            if let Some(known) = taken(n) {
                outcomes.push(known.clone());
                continue;
            }
            let letter = self.reader.dead_letter(position).await?;
            let sent = match letter {
                None => Err(Text::new(
                    "没有这条死信,或已过保存期",
                    "There is no such dead letter, or it is past its time.",
                )),
                Some(letter) => self.send_one(&order.actor, letter).await,
            };
            let accepted = sent.is_ok();
            if accepted {
                tokio::time::sleep(PAUSE).await;
            }
            metrics::counter!(
                "city_brain_query_api_dead_letters_replayed_total",
                "result" => if accepted { "sent" } else { "refused" }
            )
            .increment(1);
            outcomes.push(Replayed {
                position,
                accepted,
                message: sent.unwrap_or_else(|reason| reason),
            });
        }
        Ok(outcomes)
    }

    /// Writes the order to the control log; without that nothing is sent.
    async fn account_for(&self, order: &Order) -> Result<(), Failure> {
        let act = Act {
            actor: order.actor.clone(),
            key: format!("replay|{}", order.key),
            now: self.clock.now(),
        };
        let decision = replay_dead_letters(&act, &order.letters, order.reason.as_deref());
        let written = self.identity.decide(|_| Ok(decision.clone())).await;
        written.map(|_| ()).map_err(|error| {
            tracing::warn!(%error, "a replay of dead letters is not in the control log");
            Failure::new(
                Code::StoreUnavailable,
                "The order could not be written to the audit, so nothing was sent. Ask again with the same idempotencyKey.",
            )
        })
    }

    async fn send_one(&self, actor: &Actor, letter: StoredDeadLetter) -> Result<Text, Text> {
        let record = again(&self.log, actor, letter)?;
        match self.producer.publish(&record, WRITE_WAIT).await {
            Ok(_) => Ok(Text::new(
                "已重新送入收件箱,准入将重新判断",
                "Sent to the inbox again; admission judges it anew.",
            )),
            Err(PublishError::Unanswered { .. }) => Err(Text::new(
                "Kafka 未及时确认,可用同一键重试",
                "Kafka did not answer in time: ask again with the same idempotencyKey.",
            )),
            Err(error) => {
                tracing::warn!(%error, "a dead letter was not sent again");
                Err(Text::new(
                    "收件箱未接收,请稍后重试",
                    "The inbox did not take it. Try again in a moment.",
                ))
            }
        }
    }
}

/// The record that a dead letter becomes in its department's inbox.
fn again(log: &LogConfig, actor: &Actor, letter: StoredDeadLetter) -> Result<OutRecord, Text> {
    let inbox = log.topics.inbox(&letter.department);
    if letter.reason == Reason::Unstorable.code() || letter.original_topic != inbox {
        return Err(Text::new(
            "该事件已准入但未能入库,重新送入不会改变结果;请重建数据表",
            "This event was admitted but could not be stored: sending it again changes nothing; rebuild the tables.",
        ));
    }
    if letter.original.len() >= ORIGINAL_BYTES {
        return Err(Text::new(
            "原文过大，仅保留了开头部分，无法重新送入；请发布方重新发布",
            "Of this original only the beginning was kept, so it cannot be sent again: its publisher has the whole.",
        ));
    }
    let own = [REPLAY_OF, REPLAYED_BY];
    let kept = letter.headers.into_iter();
    let mut headers: Vec<(HeaderName, Vec<u8>)> = kept
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| (name.into(), value))
        .collect();
    headers.push((REPLAY_OF.into(), letter.position.to_string().into_bytes()));
    headers.push((REPLAYED_BY.into(), actor.name.clone().into_bytes()));
    Ok(OutRecord {
        topic: inbox,
        partition: Some(0),
        key: None,
        headers,
        value: letter.original,
    })
}

#[cfg(test)]
mod tests {
    use domain::case::ActorKind;
    use event_schemas::city::{Millis, Topics};

    use super::*;

    fn position(offset: i64) -> LogPosition {
        format!("00000000000000000000000000000007.0.{offset}")
            .parse()
            .unwrap()
    }

    fn letter(topic: &str, reason: Reason) -> StoredDeadLetter {
        StoredDeadLetter {
            position: position(4),
            reason: reason.code().to_owned(),
            message: String::new(),
            path: None,
            department: String::from("fire"),
            source: None,
            id: None,
            event_type: None,
            received_at: Millis(0),
            original_topic: topic.to_owned(),
            original_position: position(1),
            headers: vec![
                (String::from("ce_id"), b"e1".to_vec()),
                (String::from("replay-of"), b"older".to_vec()),
            ],
            original: b"{\"x\":1}".to_vec(),
        }
    }

    fn log() -> LogConfig {
        LogConfig {
            brokers: String::new(),
            topics: Topics::new("city"),
            client_id: String::new(),
        }
    }

    #[test]
    fn a_letter_goes_back_byte_for_byte_and_says_what_it_repeats() {
        let actor = Actor::own(ActorKind::Hub);
        let record = again(
            &log(),
            &actor,
            letter("city.inbox.fire", Reason::UnknownType),
        )
        .unwrap();
        assert_eq!(record.topic, "city.inbox.fire");
        assert_eq!(record.value, b"{\"x\":1}");
        let names: Vec<&str> = record.headers.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["ce_id", "replay-of", "replayed-by"]);
        assert_eq!(record.headers[1].1, position(4).to_string().into_bytes());
    }

    #[test]
    fn what_was_admitted_but_not_stored_is_not_sent_again() {
        let actor = Actor::own(ActorKind::Hub);
        for letter in [
            letter("city.inbox.fire", Reason::Unstorable),
            letter("city.events", Reason::Malformed),
        ] {
            assert!(again(&log(), &actor, letter).is_err());
        }
    }

    #[test]
    fn outcomes_are_remembered_and_the_oldest_are_forgotten() {
        let mut remembered = Remembered::default();
        let outcome = |accepted| Replayed {
            position: position(1),
            accepted,
            message: Text::default(),
        };
        let half = || vec![outcome(true), outcome(false)];
        remembered.note(String::from("half"), vec![], half());
        remembered.note(String::from("half"), vec![], half());
        assert_eq!(remembered.order.len(), 1);
        for n in 0..=REMEMBERED {
            remembered.note(n.to_string(), vec![], vec![outcome(true)]);
        }
        assert_eq!(remembered.outcomes.len(), REMEMBERED);
        assert!(!remembered.outcomes.contains_key("0"));
    }
}
