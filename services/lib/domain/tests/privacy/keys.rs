//! What the log of keys says: one key a person, noise once it is destroyed, one master key in force.

use domain::admission::{Sealer, UnsealError};
use domain::privacy::{
    KeyRecord, KeyRing, KeyVerdict, Keychain, Master, OpenError, Root, SubjectId,
};

const FIRST: [u8; 32] = [1; 32];
const SECOND: [u8; 32] = [2; 32];
const EVENT: &str = "/hotline/desk#H-1";
const PATH: &str = "/reporter/phone";
const PHONE: &[u8] = b"\"13900001234\"";

/// A log of keys that is folded as it grows.
#[derive(Default)]
struct Log {
    ring: KeyRing,
    next: i64,
}

impl Log {
    fn append(&mut self, record: &KeyRecord) {
        let verdict = self.write(&record.log_key(), &record.to_bytes());
        assert_eq!(verdict, KeyVerdict::Kept);
    }

    fn write(&mut self, log_key: &str, value: &[u8]) -> KeyVerdict {
        self.next += 1;
        self.ring.apply(self.next - 1, log_key.as_bytes(), value)
    }

    fn chain(&self, keys: &[[u8; 32]]) -> Keychain {
        Keychain::unlock(&self.ring, keys).unwrap().unwrap()
    }
}

fn master_record(key: &[u8; 32], root: &Root, generation: u64) -> KeyRecord {
    KeyRecord::Master {
        generation,
        root: root.wrapped_by(&Master::new(key), [3; 12]),
    }
}

/// A log with its first master key in force.
fn begun() -> (Log, Keychain) {
    let mut log = Log::default();
    assert!(Keychain::unlock(&log.ring, &[FIRST]).is_none());
    log.append(&master_record(&FIRST, &Root::new(&FIRST), 1));
    let chain = log.chain(&[FIRST]);
    (log, chain)
}

fn person(chain: &Keychain) -> SubjectId {
    chain.root().subject(PHONE)
}

fn new_key(chain: &Keychain, n: u8) -> KeyRecord {
    chain.new_key(person(chain), [n; 9], &[n; 32], [n; 12])
}

fn sealer(log: &Log, chain: &Keychain) -> Sealer {
    chain
        .sealer(log.ring.in_force(&person(chain)).unwrap())
        .unwrap()
}

#[test]
fn two_admissions_that_meet_a_person_at_once_end_with_one_key() {
    let (mut log, chain) = begun();
    log.append(&new_key(&chain, 7));
    log.append(&new_key(&chain, 8));
    let in_force = log.ring.in_force(&person(&chain)).unwrap();
    assert_eq!(in_force.id, format!("s{}", "07".repeat(9)));
    assert_eq!(log.ring.keys_of(&person(&chain)).count(), 2);
}

#[test]
fn what_a_destroyed_key_sealed_is_noise_for_good_and_a_new_key_is_another() {
    let (mut log, chain) = begun();
    log.append(&new_key(&chain, 7));
    let sealer = sealer(&log, &chain);
    let field = sealer.seal(EVENT, PATH, PHONE, [5; 12]);
    assert_eq!(chain.open(&log.ring, EVENT, PATH, &field).unwrap(), PHONE);
    assert_eq!(log.write(&field.key, b""), KeyVerdict::Destroyed);
    let gone = Err(OpenError::Destroyed(field.key.clone()));
    assert_eq!(chain.open(&log.ring, EVENT, PATH, &field), gone);
    log.append(&new_key(&chain, 9));
    assert_eq!(chain.open(&log.ring, EVENT, PATH, &field), gone);
    let mut other = field.clone();
    other.key = format!("s{}", "09".repeat(9));
    let damaged = Err(OpenError::Sealed(UnsealError::Damaged));
    assert_eq!(chain.open(&log.ring, EVENT, PATH, &other), damaged);
    let anew = self::sealer(&log, &chain).seal(EVENT, PATH, PHONE, [5; 12]);
    assert_ne!(
        anew.look, field.look,
        "the hash leads back to nobody either"
    );
}

#[test]
fn fields_of_the_time_of_one_key_open_as_before() {
    let (log, chain) = begun();
    let field = Sealer::named_by_hash(&FIRST).seal(EVENT, PATH, PHONE, [5; 12]);
    assert_eq!(chain.open(&log.ring, EVENT, PATH, &field).unwrap(), PHONE);
}

#[test]
fn a_new_master_key_opens_everything_and_the_former_nothing() {
    let (mut log, chain) = begun();
    log.append(&new_key(&chain, 7));
    let former_ring = log.ring.clone();
    let field = sealer(&log, &chain).seal(EVENT, PATH, PHONE, [5; 12]);
    let old = Sealer::named_by_hash(&FIRST).seal(EVENT, PATH, PHONE, [5; 12]);
    log.append(&master_record(&SECOND, chain.root(), 2));
    let master = Master::new(&SECOND);
    let both = log.chain(&[SECOND, FIRST]);
    let key = log.ring.in_force(&person(&both)).unwrap();
    let rewrapped = both.rewrapped(key, &master, [6; 12]).unwrap();
    log.append(&rewrapped);
    log.write(&KeyRecord::master_log_key(Master::new(&FIRST).id()), b"");
    let chain = log.chain(&[SECOND]);
    for field in [&field, &old] {
        assert_eq!(chain.open(&log.ring, EVENT, PATH, field).unwrap(), PHONE);
    }
    assert_eq!(person(&chain), person(&both), "people keep their names");
    assert!(Keychain::unlock(&log.ring, &[FIRST]).unwrap().is_err());
    assert!(
        Keychain::unlock(&former_ring, &[SECOND]).unwrap().is_err(),
        "a copy of the log from before does not open with the new key"
    );
}

#[test]
fn a_key_that_is_still_wrapped_with_the_former_master_after_the_change_is_not_used() {
    let (mut log, chain) = begun();
    log.append(&master_record(&SECOND, chain.root(), 2));
    log.append(&new_key(&chain, 7));
    assert_eq!(log.ring.in_force(&person(&chain)), None);
    let both = log.chain(&[FIRST, SECOND]);
    log.append(&new_key(&both, 8));
    let in_force = log.ring.in_force(&person(&chain)).unwrap();
    assert_eq!(in_force.id, format!("s{}", "08".repeat(9)));
}

#[test]
fn of_two_first_master_keys_the_first_in_the_log_is_in_force() {
    let (mut log, _) = begun();
    log.append(&master_record(&SECOND, &Root::new(&SECOND), 1));
    assert!(Keychain::unlock(&log.ring, &[SECOND]).unwrap().is_err());
    assert!(Keychain::unlock(&log.ring, &[FIRST]).unwrap().is_ok());
}
