//! Patterns of texts. Identifiers are nearly always `^[class]+$`, which a table answers many times
//! faster than a regular expression; everything else is left to one.

use std::fmt;

use regex::Regex;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    text: String,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    /// ASCII characters of one class, between so many.
    Class {
        members: u128,
        least: usize,
        most: usize,
    },
    Regex(Regex),
}

impl Pattern {
    pub(crate) fn compile(text: &str) -> Result<Self, regex::Error> {
        let regex = Regex::new(text)?;
        Ok(Self {
            text: text.to_owned(),
            test: class(text).unwrap_or(Test::Regex(regex)),
        })
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        match &self.test {
            Test::Class {
                members,
                least,
                most,
            } => {
                (*least..=*most).contains(&text.len())
                    && text.bytes().all(|b| b < 128 && members & (1 << b) != 0)
            }
            Test::Regex(regex) => regex.is_match(text),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `^[class]+$`, `^[class]*$` or `^[class]{least,most}$` with plain characters and ranges only.
fn class(text: &str) -> Option<Test> {
    let (class, count) = text
        .strip_prefix("^[")?
        .strip_suffix('$')?
        .split_once(']')?;
    let (least, most) = match count {
        "+" => (1, usize::MAX),
        "*" => (0, usize::MAX),
        braces => {
            let (least, most) = braces
                .strip_prefix('{')?
                .strip_suffix('}')?
                .split_once(',')?;
            (least.parse().ok()?, most.parse().ok()?)
        }
    };
    Some(Test::Class {
        members: members(class.as_bytes())?,
        least,
        most,
    })
}

fn members(mut class: &[u8]) -> Option<u128> {
    let plain = |b: u8| b.is_ascii_graphic() && !b"[]\\^&~".contains(&b) || b == b' ';
    let mut set = 0_u128;
    loop {
        match *class {
            [] => return (set != 0).then_some(set),
            [from, b'-', to, ref rest @ ..] if plain(from) && plain(to) && from <= to => {
                (from..=to).for_each(|b| set |= 1 << b);
                class = rest;
            }
            [b'-', ..] if class.len() > 1 && set != 0 => return None,
            [b, ref rest @ ..] if plain(b) => {
                set |= 1 << b;
                class = rest;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATTERNS: [&str; 7] = [
        "^[A-Za-z0-9_-]+$",
        "^[A-Za-z0-9_:-]+$",
        "^[0-9+() -]{3,24}$",
        "^[a-c]*$",
        "^[a-]+$",
        "^E[0-9]+$",
        "[x]",
    ];

    #[test]
    fn identifiers_are_answered_by_a_table_and_others_by_an_expression() {
        let by_table =
            |text: &str| matches!(Pattern::compile(text).unwrap().test, Test::Class { .. });
        assert!(PATTERNS[..5].iter().all(|text| by_table(text)));
        for text in [
            "^E[0-9]+$",
            "^[^a]+$",
            "^[a&&b]+$",
            "^[\\d]+$",
            "^[é]+$",
            "^[a]|b]+$",
            "^[a]+|[b]+$",
        ] {
            assert!(!by_table(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_table_says_what_the_expression_says(text in "[a-zA-Z0-9_:() +éx-]{0,6}|\\PC{0,4}") {
            for pattern in PATTERNS {
                let fast = Pattern::compile(pattern).unwrap();
                prop_assert_eq!(fast.is_match(&text), Regex::new(pattern).unwrap().is_match(&text));
            }
        }
    }
}
