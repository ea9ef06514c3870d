//! RowBinary's few shapes, written straight into one buffer.

use event_schemas::city::{LogPosition, Millis};
use uuid::Uuid;

/// Appends values as ClickHouse reads them: little-endian numbers, length-prefixed texts.
pub(crate) trait RowBinary {
    fn bytes(&mut self, value: &[u8]);
    fn length(&mut self, length: usize);
    fn fixed<const N: usize>(&mut self, value: [u8; N]);

    fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    /// A text column where empty stands for none.
    fn text_or_empty(&mut self, value: Option<&str>) {
        self.text(value.unwrap_or_default());
    }

    /// `Nullable(String)`.
    fn optional_text(&mut self, value: Option<&str>) {
        match value {
            Some(value) => {
                self.fixed([0]);
                self.text(value);
            }
            None => self.fixed([1]),
        }
    }

    /// `DateTime64(3)`.
    fn moment(&mut self, value: Millis) {
        self.fixed(value.0.to_le_bytes());
    }

    /// `Nullable(DateTime64(3))`.
    fn optional_moment(&mut self, value: Option<Millis>) {
        match value {
            Some(value) => {
                self.fixed([0]);
                self.moment(value);
            }
            None => self.fixed([1]),
        }
    }

    /// `Nullable(Float64)`; what is no number counts as none.
    fn optional_number(&mut self, value: Option<f64>) {
        match value.filter(|value| value.is_finite()) {
            Some(value) => {
                self.fixed([0]);
                self.fixed(value.to_le_bytes());
            }
            None => self.fixed([1]),
        }
    }

    /// `Nullable(UInt8)`.
    fn optional_level(&mut self, value: Option<u8>) {
        match value {
            Some(value) => self.fixed([0, value]),
            None => self.fixed([1]),
        }
    }

    fn flag(&mut self, value: bool) {
        self.fixed([u8::from(value)]);
    }

    /// `UUID`: two halves, each little-endian.
    fn uuid(&mut self, value: Uuid) {
        let (high, low) = value.as_u64_pair();
        self.fixed(high.to_le_bytes());
        self.fixed(low.to_le_bytes());
    }

    /// Three columns: topic id, partition, offset.
    fn position(&mut self, value: LogPosition) {
        self.uuid(value.topic_id);
        self.fixed(value.partition.to_le_bytes());
        self.fixed(value.offset.to_le_bytes());
    }

    /// `Array(String)`.
    fn texts<T: AsRef<str>>(&mut self, values: impl ExactSizeIterator<Item = T>) {
        self.length(values.len());
        for value in values {
            self.text(value.as_ref());
        }
    }
}

impl RowBinary for Vec<u8> {
    fn bytes(&mut self, value: &[u8]) {
        self.length(value.len());
        self.extend_from_slice(value);
    }

    /// LEB128.
    fn length(&mut self, mut length: usize) {
        while length >= 0x80 {
            self.push(length as u8 | 0x80);
            length >>= 7;
        }
        self.push(length as u8);
    }

    fn fixed<const N: usize>(&mut self, value: [u8; N]) {
        self.extend_from_slice(&value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_leb128_and_uuids_two_little_endian_halves() {
        let mut row = Vec::new();
        row.length(300);
        assert_eq!(row, [0xac, 0x02]);
        row.clear();
        row.uuid(Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10));
        assert_eq!(row, [8, 7, 6, 5, 4, 3, 2, 1, 16, 15, 14, 13, 12, 11, 10, 9]);
        row.clear();
        row.optional_number(Some(f64::NAN));
        assert_eq!(row, [1]);
    }
}
