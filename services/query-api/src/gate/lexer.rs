//! Counts what a GraphQL document is made of, byte by byte, before anything parses it.
//!
//! A parser builds a tree of whatever it is given; this scan builds nothing, so a document of
//! 20,000 aliases costs microseconds. It accepts more than GraphQL does (the parser still judges).

use super::limits::{Limits, TooMuch};

/// What a document holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Names, punctuation, numbers and strings.
    pub(crate) tokens: usize,
    /// Deepest nesting of selection sets.
    pub(crate) depth: usize,
    /// Deepest nesting of any brackets, lists and objects in arguments included.
    pub(crate) nesting: usize,
    /// `alias: field`.
    pub(crate) aliases: usize,
    /// `@name`.
    pub(crate) directives: usize,
    /// `...`, both inline fragments and spreads.
    pub(crate) spreads: usize,
}

/// Scans a document; stops at the first limit it meets.
pub(crate) fn scan(source: &str, limits: &Limits) -> Result<Counts, TooMuch> {
    if source.len() > limits.bytes {
        return Err(TooMuch::new("bytes", limits.bytes));
    }
    let mut scan = Scan {
        bytes: source.as_bytes(),
        at: 0,
        counts: Counts::default(),
        open: Vec::with_capacity(limits.nesting + 1),
        after_name: false,
    };
    while scan.at < scan.bytes.len() {
        scan.step();
        scan.check(limits)?;
    }
    Ok(scan.counts)
}

struct Scan<'s> {
    bytes: &'s [u8],
    at: usize,
    counts: Counts,
    /// The open brackets.
    open: Vec<u8>,
    /// The previous token was a name outside of parentheses: a colon now makes it an alias.
    after_name: bool,
}

impl Scan<'_> {
    fn step(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF => self.at += 1,
            b'#' => self.skip_while(|byte| byte != b'\n' && byte != b'\r'),
            b'"' => {
                self.string();
                self.token(false);
            }
            b'{' | b'(' | b'[' => {
                self.open.push(byte);
                self.counts.nesting = self.counts.nesting.max(self.open.len());
                // Outside of parentheses every open bracket is a selection set.
                if !self.in_parentheses() {
                    self.counts.depth = self.counts.depth.max(self.open.len());
                }
                self.at += 1;
                self.token(false);
            }
            b'}' | b')' | b']' => {
                self.open.pop();
                self.at += 1;
                self.token(false);
            }
            b':' => {
                self.counts.aliases += usize::from(self.after_name);
                self.at += 1;
                self.token(false);
            }
            b'@' => {
                self.counts.directives += 1;
                self.at += 1;
                self.token(false);
            }
            b'.' => {
                self.skip_while(|byte| byte == b'.');
                self.counts.spreads += 1;
                self.token(false);
            }
            _ if is_word(byte) => {
                self.skip_while(is_word);
                let outside = !self.in_parentheses();
                self.token(outside);
            }
            _ => {
                self.at += 1;
                self.token(false);
            }
        }
    }

    fn token(&mut self, name: bool) {
        self.counts.tokens += 1;
        self.after_name = name;
    }

    fn in_parentheses(&self) -> bool {
        self.open.contains(&b'(')
    }

    fn skip_while(&mut self, holds: impl Fn(u8) -> bool) {
        while self.at < self.bytes.len() && holds(self.bytes[self.at]) {
            self.at += 1;
        }
    }

    fn string(&mut self) {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(b"\"\"\"") {
            self.at += 3;
            while self.at < self.bytes.len() {
                let rest = &self.bytes[self.at..];
                if rest.starts_with(b"\\\"\"\"") {
                    self.at += 4;
                } else if rest.starts_with(b"\"\"\"") {
                    self.at += 3;
                    return;
                } else {
                    self.at += 1;
                }
            }
            return;
        }
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\\' => self.at += 2,
                b'"' | b'\n' => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    fn check(&self, limits: &Limits) -> Result<(), TooMuch> {
        let counts = &self.counts;
        for (what, count, limit) in [
            ("tokens", counts.tokens, limits.tokens),
            ("levels of selection", counts.depth, limits.depth),
            ("levels of brackets", counts.nesting, limits.nesting),
            ("aliases", counts.aliases, limits.aliases),
            ("directives", counts.directives, limits.directives),
            ("fragments", counts.spreads, limits.spreads),
        ] {
            if count > limit {
                return Err(TooMuch::new(what, limit));
            }
        }
        Ok(())
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn aliases_are_told_from_arguments_and_variables() {
        let source = r#"query Q($at: DateTime = "a: b", $f: F = {x: 1}) @d(if: true) {
            # comment: none
            one: cases(filter: {status: [CLOSED], text: "x: y"}) { ...F number }
            two: alerts { id }
        }
        fragment F on CaseConnection { three: edges { node { id } } }"#;
        let counts = scan(source, &Limits::default()).unwrap();
        assert_eq!(counts.aliases, 3);
        assert_eq!(counts.directives, 1);
        assert_eq!(counts.spreads, 1);
        assert_eq!(counts.depth, 3);
    }

    #[test]
    fn twenty_thousand_aliases_are_refused_at_once() {
        use std::fmt::Write;
        let mut source = String::from("{");
        for n in 0..20_000 {
            write!(source, "a{n}:at ").unwrap();
        }
        source.push('}');
        let limits = Limits {
            bytes: usize::MAX,
            ..Limits::default()
        };
        let begun = Instant::now();
        let refused = scan(&source, &limits).unwrap_err();
        assert!(refused.to_string().contains("aliases"), "{refused}");
        assert!(begun.elapsed().as_millis() < 50, "{:?}", begun.elapsed());
    }

    #[test]
    fn a_depth_bomb_is_refused_in_selections_and_in_arguments() {
        let selections = "{a".repeat(100) + &"}".repeat(100);
        assert!(scan(&selections, &Limits::default()).is_err());
        let lists = format!("{{a(x:{}{})}}", "[".repeat(100), "]".repeat(100));
        assert!(scan(&lists, &Limits::default()).is_err());
        let block = "{a(x:\"\"\"".to_owned() + &"{".repeat(100) + "\"\"\")}";
        assert!(scan(&block, &Limits::default()).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_scanned_to_the_end_without_a_panic(source in "\\PC{0,400}") {
            let _counted = scan(&source, &Limits::default());
        }
    }
}
