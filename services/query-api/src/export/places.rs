//! How many files may be on the way: over all, and for one caller.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;

/// Files at once.
const ALL_MAX: u32 = 6;
/// Files of one caller at once.
const OWN_MAX: u32 = 2;

/// Counts files on the way by caller; clones share the counts.
#[derive(Clone)]
pub(crate) struct ExportPlaces(Arc<watch::Sender<HashMap<String, u32>>>);

impl Default for ExportPlaces {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(HashMap::new())))
    }
}

impl ExportPlaces {
    /// A place for one more file of this caller; none: too many are on the way.
    pub(super) fn take(&self, caller: &str) -> Option<ExportPlace> {
        let taken = self.0.send_if_modified(|counts| {
            let all: u32 = counts.values().sum();
            let own = counts.entry(caller.to_owned()).or_default();
            let free = all < ALL_MAX && *own < OWN_MAX;
            *own += u32::from(free);
            free
        });
        taken.then(|| ExportPlace {
            places: self.clone(),
            caller: caller.to_owned(),
        })
    }
}

/// A place; free again when this is dropped.
pub(super) struct ExportPlace {
    places: ExportPlaces,
    caller: String,
}

impl Drop for ExportPlace {
    fn drop(&mut self) {
        self.places.0.send_modify(|counts| {
            if let Some(own) = counts.get_mut(&self.caller) {
                *own = own.saturating_sub(1);
            }
            counts.retain(|_, own| *own > 0);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_cannot_take_every_place_and_a_place_comes_back() {
        let places = ExportPlaces::default();
        let first = places.take("a");
        let second = places.take("a");
        assert!(first.is_some() && second.is_some());
        assert!(places.take("a").is_none());
        let others: Vec<_> = ["b", "c", "d", "e"]
            .iter()
            .map(|one| places.take(one))
            .collect();
        assert!(others.iter().all(Option::is_some));
        assert!(places.take("f").is_none(), "six are on the way");
        drop(first);
        assert!(places.take("f").is_some());
    }
}
