//! H3 cells at resolution 9 (about 0.1 km²): what nearby events share.
//!
//! Sensors stand still and an incident's events repeat its point, while computing a cell costs more
//! than parsing a whole event: the latest points are remembered per thread. A memory of a pure
//! function, so nobody can tell but by the clock.

use std::cell::RefCell;

use h3o::{LatLng, Resolution};

/// Points remembered per thread; a power of two.
const REMEMBERED: usize = 4_096;

/// A point, bit for bit, and its cell.
type Known = ((u64, u64), u64);

thread_local! {
    static RECENT: RefCell<Vec<Option<Known>>> = const { RefCell::new(Vec::new()) };
}

/// The cell of a WGS-84 point as the usual hexadecimal text.
pub fn h3_cell(lon: f64, lat: f64) -> Option<String> {
    let point = (lon.to_bits(), lat.to_bits());
    let slot = slot(point);
    let known = RECENT.with_borrow(|recent| recent.get(slot).copied().flatten());
    let cell = match known {
        Some((at, cell)) if at == point => cell,
        _ => {
            let cell = u64::from(LatLng::new(lat, lon).ok()?.to_cell(Resolution::Nine));
            RECENT.with_borrow_mut(|recent| {
                recent.resize(REMEMBERED, None);
                recent[slot] = Some((point, cell));
            });
            cell
        }
    };
    Some(format!("{cell:x}"))
}

/// Fibonacci hashing: the high bits of the product depend on all bits of the point.
const fn slot((lon, lat): (u64, u64)) -> usize {
    let mixed = (lon ^ lat.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as usize & (REMEMBERED - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_known_point_lies_in_its_known_cell() {
        let cell = h3_cell(-122.417_950_630_187_99, 37.775_938_728_915_946);
        assert_eq!(cell.as_deref(), Some("8928308280fffff"));
        assert_eq!(h3_cell(f64::NAN, 37.5), None);
    }

    proptest! {
        #[test]
        fn a_remembered_cell_is_the_computed_one(lon in -180.0..180.0_f64, lat in -90.0..90.0_f64) {
            let computed = LatLng::new(lat, lon).unwrap().to_cell(Resolution::Nine).to_string();
            prop_assert_eq!(h3_cell(lon, lat), Some(computed.clone()));
            prop_assert_eq!(h3_cell(lon, lat), Some(computed));
        }
    }
}
