//! Who may come in: counts connections, over all and by address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use super::ServeLimits;

/// Counts those inside.
#[derive(Debug)]
pub(super) struct Door {
    limits: ServeLimits,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Why somebody stays outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// The hub has as many connections as it can take.
    Hub,
    /// This address has.
    Address,
}

impl Full {
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Hub => "connections",
            Self::Address => "connections_of_address",
        }
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Hub => "The hub has as many connections as it can take. Try again in a moment.\n",
            Self::Address => {
                "Your address has as many connections as the hub grants to one. Close some.\n"
            }
        }
    }
}

/// One connection's place; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    door: Arc<Door>,
    address: IpAddr,
}

impl Door {
    pub(super) fn new(limits: ServeLimits) -> Self {
        Self {
            limits,
            inside: Mutex::default(),
        }
    }

    /// Takes a place.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        let address = network(address);
        self.count(|inside| {
            if inside.all >= self.limits.connections {
                return Err(Full::Hub);
            }
            let of_address = inside.by_address.entry(address).or_default();
            if self.limits.per_address > 0 && *of_address >= self.limits.per_address {
                return Err(Full::Address);
            }
            *of_address += 1;
            inside.all += 1;
            Ok(())
        })?;
        Ok(Place {
            door: Arc::clone(self),
            address,
        })
    }

    fn leave(&self, address: IpAddr) {
        self.count(|inside| {
            inside.all = inside.all.saturating_sub(1);
            if let Some(left) = inside.by_address.get_mut(&address) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    inside.by_address.remove(&address);
                }
            }
        });
    }

    fn count<T>(&self, change: impl FnOnce(&mut Inside) -> T) -> T {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut inside);
        metrics::gauge!("city_brain_http_connections").set(inside.all as f64);
        changed
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.door.leave(self.address);
    }
}

/// What counts as one address: a /64 is given to one household, and one machine can use all of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => {
            let [a, b, c, d, ..] = long.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        short @ IpAddr::V4(_) => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn door(connections: usize, per_address: usize) -> Arc<Door> {
        Arc::new(Door::new(ServeLimits {
            connections,
            per_address,
            head_wait: Duration::from_secs(1),
        }))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_cannot_take_every_place_and_gets_its_own_back() {
        let door = door(10, 2);
        let first = door.enter(ip("192.0.2.1")).unwrap();
        let _second = door.enter(ip("::ffff:192.0.2.1")).unwrap();
        assert_eq!(door.enter(ip("192.0.2.1")).unwrap_err(), Full::Address);
        let _other = door.enter(ip("192.0.2.2")).unwrap();
        drop(first);
        door.enter(ip("192.0.2.1")).unwrap();
    }

    #[test]
    fn a_network_of_one_household_is_one_address() {
        let door = door(10, 1);
        let _first = door.enter(ip("2001:db8:1:2::1")).unwrap();
        assert!(door.enter(ip("2001:db8:1:2:ffff::9")).is_err());
        door.enter(ip("2001:db8:1:3::1")).unwrap();
    }

    #[test]
    fn a_full_hub_is_full_for_everyone_and_zero_means_no_limit_by_address() {
        let door = door(2, 0);
        let _both = [
            door.enter(ip("192.0.2.1")).unwrap(),
            door.enter(ip("192.0.2.1")).unwrap(),
        ];
        assert_eq!(door.enter(ip("192.0.2.2")).unwrap_err(), Full::Hub);
    }
}
