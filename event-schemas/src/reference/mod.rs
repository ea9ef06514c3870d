//! What the catalog promises, written for readers: an AsyncAPI document for programs, and a page per
//! department in each language for people. Pages need nothing beside themselves: they can be sent by
//! mail, printed, or put on any web server.

mod asyncapi;
mod fields;
mod html;
mod page;
mod snippets;
mod style;

use crate::catalog::Catalog;

pub use asyncapi::document as asyncapi;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    /// Both, as they are listed.
    pub const BOTH: [Self; 2] = [Self::Zh, Self::En];

    /// Its code in file names and in HTML.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The text in this language.
    pub(crate) const fn pick<'t>(self, zh: &'t str, en: &'t str) -> &'t str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// A text of the catalog in this language.
    pub(crate) fn of(self, text: &crate::text::Text) -> &str {
        self.pick(&text.zh, &text.en)
    }
}

/// Where programs find the hub, as the documents say it.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// Address of the hub over HTTP, such as `https://hub.example`.
    pub http: String,
    /// Kafka's brokers, such as `hub.example:9092`.
    pub kafka: String,
}

impl Default for Addresses {
    fn default() -> Self {
        Self {
            http: String::from("http://127.0.0.1:8080"),
            kafka: String::from("127.0.0.1:9092"),
        }
    }
}

/// All files, by name: `asyncapi.json`, `index.<language>.html`, `<department>.<language>.html`.
pub fn files(catalog: &Catalog, addresses: &Addresses) -> Vec<(String, String)> {
    let document = asyncapi::document(catalog, addresses);
    let mut files = vec![(String::from("asyncapi.json"), format!("{document:#}\n"))];
    for language in Language::BOTH {
        let code = language.code();
        files.push((format!("index.{code}.html"), page::index(catalog, language)));
        for department in catalog.departments() {
            let page = page::department(catalog, department, addresses, language);
            files.push((format!("{}.{code}.html", department.name), page));
        }
    }
    files
}
