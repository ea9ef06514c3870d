//! Texts in both languages, and the language a caller reads.

use async_graphql::{Context, Enum, SimpleObject};
use event_schemas::Text;

/// A language of the console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum Language {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// The first of our languages in an `Accept-Language` header, by its weights.
    pub(crate) fn of_header(header: &str) -> Self {
        let mut best = (Self::default(), 0.0_f32);
        for part in header.split(',') {
            let mut pieces = part.trim().split(';');
            let tag = pieces
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase();
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok())
                .unwrap_or(1.0);
            let language = match tag.split('-').next().unwrap_or_default() {
                "zh" => Self::Zh,
                "en" => Self::En,
                _ => continue,
            };
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }

    /// The text in this language.
    pub(crate) fn of(self, text: &Text) -> &str {
        match self {
            Self::Zh => &text.zh,
            Self::En => &text.en,
        }
    }
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(name = "Text")]
pub(crate) struct BothTexts {
    /// Simplified Chinese.
    zh: String,
    /// English.
    en: String,
}

impl From<&Text> for BothTexts {
    fn from(text: &Text) -> Self {
        Self {
            zh: text.zh.clone(),
            en: text.en.clone(),
        }
    }
}

/// The text in the language asked for, else in the caller's (by `Accept-Language`), else Chinese.
pub(crate) fn say(ctx: &Context<'_>, text: &Text, asked: Option<Language>) -> String {
    let language = asked
        .or_else(|| ctx.data_opt::<Language>().copied())
        .unwrap_or_default();
    language.of(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_weights_of_accept_language() {
        for (header, language) in [
            ("en-GB,en;q=0.9", Language::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("fr,en;q=0.3,zh;q=0.2", Language::En),
            ("fr", Language::Zh),
            ("", Language::Zh),
            ("en;q=oops", Language::En),
        ] {
            assert_eq!(Language::of_header(header), language, "{header}");
        }
    }
}
