//! The two languages of a page: by `?lang`, else as the browser asks for, else Chinese.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use event_schemas::Text;

/// A page's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The language that is asked for.
    pub(crate) fn of(query: Option<&str>, headers: &HeaderMap) -> Self {
        let asked = query
            .unwrap_or_default()
            .split('&')
            .find_map(|pair| pair.strip_prefix("lang="));
        match asked {
            Some("zh") => Self::Zh,
            Some("en") => Self::En,
            _ => Self::of_browser(headers),
        }
    }

    /// The first of a browser's languages that a page has: browsers list them by preference.
    fn of_browser(headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let mut wanted = accepted.unwrap_or_default().split(',').map(str::trim);
        let known = wanted.find(|tag| tag.starts_with("zh") || tag.starts_with("en"));
        match known {
            Some(tag) if tag.starts_with("en") => Self::En,
            _ => Self::Zh,
        }
    }

    /// As in `?lang`.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// As in HTML.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The words in this language.
    pub(crate) fn of_text(self, text: &Text) -> &str {
        match self {
            Self::Zh => &text.zh,
            Self::En => &text.en,
        }
    }

    /// One of two words.
    pub(crate) const fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_counts_before_the_browser_and_chinese_is_spoken_otherwise() {
        let mut headers = HeaderMap::new();
        assert_eq!(Lang::of(None, &headers), Lang::Zh);
        headers.insert(
            ACCEPT_LANGUAGE,
            "fr, en-GB;q=0.8, zh;q=0.5".parse().unwrap(),
        );
        assert_eq!(Lang::of(None, &headers), Lang::En);
        assert_eq!(Lang::of(Some("lang=zh"), &headers), Lang::Zh);
        assert_eq!(Lang::of(Some("a=b&lang=en"), &HeaderMap::new()), Lang::En);
        assert_eq!(Lang::of(Some("lang=fr"), &headers), Lang::En);
    }
}
