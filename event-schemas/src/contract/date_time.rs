//! RFC 3339 date and time with zone, read strictly and without allocation: every event has several.

use crate::city::Millis;

/// Reads an RFC 3339 date and time (`2026-07-01T08:30:00+08:00`); `None` when it is not one.
pub fn parse_rfc3339(text: &str) -> Option<Millis> {
    let bytes = text.as_bytes();
    let separator = *bytes.get(10)?;
    let shape = bytes.len() >= 20
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes[13] == b':'
        && bytes[16] == b':'
        && matches!(separator, b'T' | b't');
    if !shape {
        return None;
    }
    let (year, month, day) = (
        number(&bytes[0..4])?,
        number(&bytes[5..7])?,
        number(&bytes[8..10])?,
    );
    let (hour, minute, second) = (
        number(&bytes[11..13])?,
        number(&bytes[14..16])?,
        number(&bytes[17..19])?,
    );
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    if !in_range {
        return None;
    }
    let (fraction_ms, zone) = fraction(&bytes[19..])?;
    let offset_minutes = zone_offset(zone)?;
    let days = days_from_civil(year, month, day);
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset_minutes * 60;
    // A leap second is the last one of a day of UTC; it counts as the first of the next.
    if second == 60 && seconds.rem_euclid(86_400) != 0 {
        return None;
    }
    Some(Millis(seconds * 1_000 + fraction_ms))
}

/// What [`is_storable`] asks for, in words.
pub(crate) const STORABLE: &str = "a moment from the year 1900 to the year 2199";

/// Whether the tables can hold a moment: `DateTime64` ends where these years end.
pub(crate) const fn is_storable(time: Millis) -> bool {
    const FIRST: i64 = days_from_civil(1900, 1, 1) * 86_400_000;
    const END: i64 = days_from_civil(2200, 1, 1) * 86_400_000;
    FIRST <= time.0 && time.0 < END
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

/// Milliseconds of an optional fraction, and what follows it.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some(after_point) = rest.strip_prefix(b".") else {
        return Some((0, rest));
    };
    let digits = after_point
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .count();
    if digits == 0 {
        return None;
    }
    let ms = (0..3).fold(0, |ms, place| {
        let digit = after_point[..digits].get(place).map_or(0, |d| d - b'0');
        ms * 10 + i64::from(digit)
    });
    Some((ms, &after_point[digits..]))
}

/// Minutes east of UTC.
fn zone_offset(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let hours = number(&[*h1, *h2])?;
            let minutes = number(&[*m1, *m2])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let east = hours * 60 + minutes;
            Some(if *sign == b'-' { -east } else { east })
        }
        _ => None,
    }
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (years counted from March).
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_needs_date_time_and_zone() {
        let good = [
            ("2026-07-01T08:30:00+08:00", "2026-07-01T00:30:00.000Z"),
            ("2024-02-29T23:59:60Z", "2024-03-01T00:00:00.000Z"),
            ("2017-01-01T07:59:60+08:00", "2017-01-01T00:00:00.000Z"),
            ("1969-12-31t23:59:59.9999z", "1969-12-31T23:59:59.999Z"),
        ];
        for (text, utc) in good {
            assert_eq!(parse_rfc3339(text).unwrap().rfc3339(), utc, "{text}");
        }
        let bad = [
            "",
            "2026-07-01",
            "2026-07-01T08:30:00",
            "2026-07-01 08:30:00Z",
            "2026-02-29T08:30:00Z",
            "2026-07-01T24:00:00Z",
            "2026-07-01T08:30:60+08:00",
            "2026-07-01T08:30:00.Z",
            "2026-07-01T08:30:00+0800",
            "2026-07-01T08:30:00Z[UTC]",
            "二〇二六年七月一日八时三十分",
        ];
        for text in bad {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_outside_of_the_tables_years_is_known() {
        let storable = |text| is_storable(parse_rfc3339(text).unwrap());
        assert!(storable("1900-01-01T00:00:00Z"));
        assert!(storable("2199-12-31T23:59:59.999Z"));
        assert!(!storable("1899-12-31T23:59:59.999Z"));
        assert!(!storable("2200-01-01T00:00:00Z"));
        assert!(!storable("9999-12-31T23:59:59Z"));
    }

    proptest! {
        #[test]
        fn every_moment_reads_back_as_written(ms in -62_000_000_000_000_i64..250_000_000_000_000) {
            prop_assert_eq!(parse_rfc3339(&Millis(ms).rfc3339()), Some(Millis(ms)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let bare = text.len() < 20;
            prop_assert!(!bare || parse_rfc3339(&text).is_none());
        }
    }
}
