//! Arithmetic on a column's number: other units, a speed from length and time.

use super::file::FieldFile;
use super::row::{Columns, Row};
use crate::scale::round_half_even;

/// Added, multiplied, divided by another column, rounded: in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Arithmetic {
    plus: Option<f64>,
    times: Option<f64>,
    per: Option<usize>,
    decimals: Option<u8>,
}

impl Arithmetic {
    pub(crate) fn compile(file: &FieldFile, columns: &mut Columns) -> Self {
        Self {
            plus: file.plus,
            times: file.times,
            per: file.per.as_deref().map(|column| columns.number(column)),
            decimals: file.decimals,
        }
    }

    /// Whether the number stays as it is.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The number after it; none where the column it is divided by holds nothing, or nought.
    pub(crate) fn of(&self, number: f64, row: &Row<'_>) -> Option<f64> {
        let mut number = (number + self.plus.unwrap_or(0.0)) * self.times.unwrap_or(1.0);
        if let Some(column) = self.per {
            let divisor = row.get(column).parse::<f64>().ok();
            number /= divisor.filter(|divisor| divisor.is_finite() && *divisor != 0.0)?;
        }
        Some(match self.decimals {
            Some(decimals) => round_half_even(number, decimals),
            None => number,
        })
    }
}
