//! Which partition of `city.events` a key belongs to.

/// FNV-1a (64 bits) of the key's bytes, modulo the number of partitions. Written down here rather
/// than left to a client library, so that everyone computes the same, in any language.
///
/// # Panics
/// Never: a number of partitions below one counts as one.
pub fn partition_of(key: &str, partitions: i32) -> i32 {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let partitions = u64::from(partitions.max(1).unsigned_abs());
    i32::try_from(hash % partitions).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_fnv_1a() {
        // The test vectors of the FNV authors: "" and "foobar".
        assert_eq!(
            partition_of("", i32::MAX),
            (0xcbf2_9ce4_8422_2325_u64 % 2_147_483_647) as i32
        );
        assert_eq!(
            partition_of("foobar", i32::MAX),
            (0x8594_4171_f739_67e8_u64 % 2_147_483_647) as i32
        );
        assert_eq!(partition_of("district-1", 1), 0);
        assert_eq!(partition_of("district-1", 0), 0);
    }
}
