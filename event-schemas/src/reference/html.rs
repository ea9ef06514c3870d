//! HTML by hand: every text goes through one door, where it is made harmless.

/// A document that grows.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup of our own, as it stands.
    pub(super) fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text of the catalog.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_str(&escaped(text));
        self
    }

    /// An element around a text.
    pub(super) fn element(&mut self, tag: &str, text: &str) -> &mut Self {
        let name = tag.split(' ').next().unwrap_or(tag);
        let closed = format!("<{tag}>{}</{name}>", escaped(text));
        self.raw(&closed)
    }

    /// The whole document.
    pub(super) fn done(self) -> String {
        self.0
    }
}

/// A text that may stand between tags and within quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
