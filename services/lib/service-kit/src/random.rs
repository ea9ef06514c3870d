//! Randomness for secrets, from the operating system.

/// Fills an array with bytes from the operating system's generator.
///
/// # Panics
/// Never in practice: Linux's generator does not fail once the machine has started.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut filled = [0; N];
    getrandom::fill(&mut filled).expect("the operating system's random generator works after boot");
    filled
}

/// A secret of `N` random bytes as URL-safe base64 without padding.
pub fn token<const N: usize>() -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes::<N>())
}
