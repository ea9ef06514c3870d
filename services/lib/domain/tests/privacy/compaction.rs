//! The broker may remove a record once a later one stands under the same key; nobody notices.

use std::collections::HashMap;

use domain::privacy::{KeyRecord, KeyRing, SubjectId, Wrapped};
use proptest::prelude::*;

fn wrapped(master: u8, salt: u8) -> Wrapped {
    Wrapped {
        master: format!("m{master}"),
        nonce: salt.to_string(),
        sealed: String::from("box"),
    }
}

/// A record under its Kafka key: a master key, a person's key, a destruction, or rubbish.
fn record() -> impl Strategy<Value = (String, Vec<u8>)> {
    let kept = |record: KeyRecord| (record.log_key(), record.to_bytes());
    prop_oneof![
        2 => (0_u8..3, 1_u64..4).prop_map(move |(master, generation)| kept(KeyRecord::Master {
            generation,
            root: wrapped(master, 0),
        })),
        6 => (0_u8..6, 0_u8..3, 0_u8..3, any::<u8>()).prop_map(move |(id, subject, master, salt)| {
            kept(KeyRecord::Subject {
                id: format!("s{id}"),
                subject: SubjectId([subject; 16]),
                key: wrapped(master, salt),
            })
        }),
        2 => (0_u8..6).prop_map(|id| (format!("s{id}"), Vec::new())),
        1 => (0_u8..3).prop_map(|master| (format!("master.m{master}"), Vec::new())),
        1 => (0_u8..6).prop_map(|id| (format!("s{id}"), b"{".to_vec())),
    ]
}

fn folded<'r>(log: impl Iterator<Item = &'r (usize, (String, Vec<u8>))>) -> KeyRing {
    let mut ring = KeyRing::default();
    for (offset, (key, value)) in log {
        let offset = i64::try_from(*offset).unwrap();
        ring.apply(offset, key.as_bytes(), value);
    }
    ring
}

proptest! {
    #[test]
    fn a_reader_of_the_compacted_log_comes_to_the_same_ring(
        records in prop::collection::vec((record(), any::<bool>(), any::<bool>()), 0..40),
    ) {
        let last: HashMap<&str, usize> = records
            .iter()
            .enumerate()
            .map(|(offset, ((key, _), ..))| (key.as_str(), offset))
            .collect();
        let whole: Vec<_> = records.iter().map(|(record, ..)| record.clone()).enumerate().collect();
        // Compaction comes late: some records that are no longer needed are still there. A removal
        // goes too, once nothing stands before it.
        let compacted = records.iter().enumerate().filter(|(offset, ((key, value), late, stays))| {
            let is_last = last[key.as_str()] == *offset;
            let later_removal = value.is_empty() && !*stays;
            let earlier_gone = records[..*offset]
                .iter()
                .all(|((other, _), late, _)| other != key || !*late);
            if is_last { !(later_removal && earlier_gone) } else { *late }
        });
        let compacted: Vec<_> = compacted.map(|(offset, (record, ..))| (offset, record.clone())).collect();
        let (followed, read_anew) = (folded(whole.iter()), folded(compacted.iter()));
        prop_assert_eq!(&followed, &read_anew);
        for subject in 0..3 {
            let subject = SubjectId([subject; 16]);
            prop_assert_eq!(followed.in_force(&subject), read_anew.in_force(&subject));
        }
    }
}
