//! Personal data on the real broker: one key a person, nothing plain on disk, noise once erased.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use domain::privacy::{Keychain, OpenError};
use event_admission::Config;
use event_log::Record;
use event_schemas::city::{SealedField, headers};
use serde_json::{Value, json};
use service_kit::Shutdown;
use service_kit::personal::{PersonalKeys, read_keys};
use tokio::sync::watch;

use crate::city::{City, NothingEarlier, Running, fire};
use crate::stack::kafka_folder;

/// Tells the person of a call apart from all others of this run.
const PHONE: &str = "138 2417 5093";
/// The name that goes with it.
const NAME: &str = "Oyelaran-Featherstonehaugh";
/// Something that is not personal, in the same events.
const PLAIN: &str = "incident-of-the-disk-search";

fn call(id: &str, phone: &str) -> Value {
    let mut event = fire(id);
    event["data"]["incident"] = json!(PLAIN);
    event["data"]["caller"] = json!({ "phone": phone, "name": NAME });
    event
}

fn field(record: &Record, name: &str) -> SealedField {
    let data: Value = serde_json::from_slice(&record.value).unwrap();
    serde_json::from_value(data["caller"][name]["sealed"].clone()).unwrap()
}

async fn keys(city: &City) -> PersonalKeys {
    PersonalKeys::open(&city.log, &city.key_file(), Shutdown::new())
        .await
        .unwrap()
}

fn open(chain: &Keychain, keys: &PersonalKeys, record: &Record) -> Result<Vec<u8>, OpenError> {
    let event = format!("/fire/dispatch#{}", record.header(headers::CE_ID).unwrap());
    chain.open(
        &keys.ring(),
        &event,
        "/caller/phone",
        &field(record, "phone"),
    )
}

fn twin(city: &City, instance: &str) -> Running {
    let (_, rules) = watch::channel(None);
    let config = Config {
        instance: instance.to_owned(),
        ..Config::new(city.key_file())
    };
    city.admit_with(config, rules, Arc::new(NothingEarlier))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_one_key_whatever_event_tells_of_them_and_others_have_others() {
    let city = City::new().await;
    let running = city.admit();
    for n in 0..20 {
        let phone = format!("1390000{:04}", n % 2);
        city.publish("fire", &call(&n.to_string(), &phone)).await;
    }
    let events = city.events(20).await;
    let keys = keys(&city).await;
    let chain = keys.unlock_present().unwrap();
    let mut used = BTreeSet::new();
    for record in &events {
        let phone = open(&chain, &keys, record).unwrap();
        let person = chain.root().subject(&phone);
        let sealed = field(record, "phone");
        assert_eq!(keys.ring().in_force(&person).unwrap().id, sealed.key);
        assert_eq!(field(record, "name").key, sealed.key, "the same person's");
        used.insert(sealed.key);
    }
    assert_eq!(used.len(), 2);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admissions_that_meet_the_same_people_at_once_use_one_key_for_each() {
    let city = City::new().await;
    let running = [twin(&city, "a"), twin(&city, "b")];
    let reported = |id: &str, phone: &str| {
        json!({
            "specversion": "1.0", "id": id, "source": "/hotline/desk",
            "type": "city.hotline.request-received.v1",
            "time": service_kit::Clock::system().now().rfc3339(),
            "lon": "122.17416", "lat": "30.94261",
            "data": {"request": id, "category": "flooding", "summary": "x", "reporter": {"phone": phone}}
        })
    };
    for n in 0..30 {
        let phone = format!("1370000{n:04}");
        let id = n.to_string();
        let (call, report) = (call(&id, &phone), reported(&id, &phone));
        tokio::join!(
            city.publish("fire", &call),
            city.publish("hotline", &report)
        );
    }
    let events = city.events(60).await;
    let keys = keys(&city).await;
    let ring = keys.ring();
    for record in &events {
        let data: Value = serde_json::from_slice(&record.value).unwrap();
        let place = data.pointer("/caller/phone/sealed");
        let sealed = place.or(data.pointer("/reporter/phone/sealed")).unwrap();
        let id = sealed["key"].as_str().unwrap();
        let subject = ring.key(id).unwrap().subject;
        assert_eq!(ring.in_force(&subject).unwrap().id, id);
    }
    let people: BTreeSet<_> = ring.keys().map(|key| key.subject).collect();
    assert_eq!(people.len(), 30);
    for one in running {
        one.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_noise_and_the_person_s_next_event_has_another_key() {
    let city = City::new().await;
    let running = city.admit();
    city.publish("fire", &call("1", PHONE)).await;
    let before = city.events(1).await.remove(0);
    let keys = keys(&city).await;
    let chain = keys.unlock_present().unwrap();
    let value = json!(PHONE).to_string();
    assert_eq!(open(&chain, &keys, &before).unwrap(), value.as_bytes());
    let person = chain.root().subject(b"\"13824175093\"");
    let destroyed = keys.destroy(&person).await.unwrap();
    assert_eq!(destroyed, [field(&before, "phone").key]);
    let gone = Err(OpenError::Destroyed(destroyed[0].clone()));
    assert_eq!(open(&chain, &keys, &before), gone);
    city.publish("fire", &call("2", PHONE)).await;
    let events = city.events(2).await;
    let after = events
        .iter()
        .find(|record| record.header(headers::CE_ID) == Some("2"))
        .unwrap();
    assert_ne!(field(after, "phone").key, destroyed[0]);
    assert_eq!(open(&chain, &keys, after).unwrap(), value.as_bytes());
    assert_eq!(open(&chain, &keys, &before), gone);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_master_key_changes_under_a_running_admission_and_everything_opens_as_before() {
    let city = City::new().await;
    let running = city.admit();
    city.publish("fire", &call("1", PHONE)).await;
    let before = city.events(1).await.remove(0);
    let keys = keys(&city).await;
    let former = read_keys(&city.key_file()).unwrap();
    let (master, people) = keys.rotate_master().await.unwrap();
    assert_eq!(people, 1);
    let present = read_keys(&city.key_file()).unwrap();
    assert_eq!(present.len(), 1);
    assert!(Keychain::unlock(&keys.ring(), &former).unwrap().is_err());
    city.publish("fire", &call("2", "1399999")).await;
    let events = city.events(2).await;
    let chain = keys.unlock_present().unwrap();
    assert_eq!(chain.master().id(), master);
    let value = json!(PHONE).to_string();
    assert_eq!(open(&chain, &keys, &before).unwrap(), value.as_bytes());
    for record in &events {
        assert!(open(&chain, &keys, record).is_ok());
    }
    let ring = keys.ring();
    assert_eq!(ring.masters().count(), 1);
    assert!(ring.keys().all(|key| key.wrapped.master == master));
    running.stop().await;
}

/// Files of Kafka's folder in which `text` stands, by the folder of their topic.
fn topics_with(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    search(&kafka_folder(), text, &mut found);
    found
}

fn search(folder: &Path, text: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            search(&path, text, found);
        // A file may go away while this reads: segments are deleted in the background.
        } else if let Ok(bytes) = std::fs::read(&path)
            && String::from_utf8_lossy(&bytes).contains(text)
        {
            let topic = folder.file_name().unwrap().to_string_lossy();
            found.insert(topic.into_owned());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_s_disk_holds_the_plain_text_in_the_inbox_alone() {
    let city = City::new().await;
    let running = city.admit();
    // A name of its own: other scenarios of this run are searched too.
    let secret = "Aurelius-Quintessenz-of-the-disk-search";
    let mut event = call("1", "1365554443");
    event["data"]["caller"]["name"] = json!(secret);
    city.publish("fire", &event).await;
    let mut refused = event.clone();
    refused["id"] = json!("2");
    refused["data"]["category"] = json!("dragon");
    city.publish("fire", &refused).await;
    city.events(1).await;
    city.dead_letters(1).await;
    let prefix = city.log.topics.prefix();
    let with_plain = topics_with(PLAIN);
    let in_events = format!("{prefix}.events-");
    assert!(
        with_plain.iter().any(|topic| topic.starts_with(&in_events)),
        "the search finds what is not sealed: {with_plain:?}"
    );
    let expected = [
        format!("{prefix}.dead-letters-0"),
        format!("{prefix}.inbox.fire-0"),
    ];
    assert_eq!(topics_with(secret), BTreeSet::from(expected));
    running.stop().await;
}
