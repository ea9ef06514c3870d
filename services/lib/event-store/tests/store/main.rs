//! The store against a real ClickHouse: what is written comes back, and every question is answered right.

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod agreement_states;
#[cfg(test)]
mod buckets;
#[cfg(test)]
mod fields;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod real_store;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod scorecard;
#[cfg(test)]
mod states;
#[cfg(test)]
mod twins;
