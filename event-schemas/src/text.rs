//! Words shown to people, in the console's two languages.

use serde::{Deserialize, Serialize};

/// A text in Chinese and English; both are required everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Makes a text from both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// Fills `{name}` slots in both languages by asking `value` for each name; an unknown name
    /// leaves nothing behind.
    pub fn fill<'a>(&self, value: impl Fn(&str) -> Option<std::borrow::Cow<'a, str>>) -> Self {
        Self {
            zh: fill(&self.zh, &value),
            en: fill(&self.en, &value),
        }
    }
}

fn fill<'a>(template: &str, value: &impl Fn(&str) -> Option<std::borrow::Cow<'a, str>>) -> String {
    let mut filled = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let Some(close) = after.find('}') else {
            filled.push_str(&rest[open..]);
            return filled;
        };
        if let Some(text) = value(&after[..close]) {
            filled.push_str(&text);
        }
        rest = &after[close + 1..];
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_filled_in_both_languages_and_unknown_ones_vanish() {
        let text = Text::new("{n} 起火警{x}", "{n} fire calls{x}");
        let filled = text.fill(|name| (name == "n").then(|| "3".into()));
        assert_eq!(filled, Text::new("3 起火警", "3 fire calls"));
    }
}
