//! What every page of intake has: language, style, and a policy that lets nothing else in.

use std::sync::LazyLock;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::lang::Lang;

const STYLE: &str = include_str!("style.css");

/// No script, no picture, no frame; the one style sheet is known by its hash.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("base64 and plain words are a header's characters")
});

/// The frame of a page.
pub(crate) struct Shell<'p> {
    pub(crate) lang: Lang,
    pub(crate) title: &'p str,
    /// The page's own path, for the other language.
    pub(crate) path: &'p str,
    /// Parameters to keep there, each ending in `&`.
    pub(crate) keep: &'p str,
}

/// A page with this status.
pub(crate) fn page(status: StatusCode, shell: &Shell<'_>, body: &Markup) -> Response {
    let lang = shell.lang;
    let other = match lang {
        Lang::Zh => Lang::En,
        Lang::En => Lang::Zh,
    };
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (shell.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    nav aria-label=(lang.pick("页面", "Pages")) {
                        a href={ "/v1/forms?lang=" (lang.code()) } { (lang.pick("表单", "Forms")) }
                        a href={ "/v1/files?lang=" (lang.code()) } { (lang.pick("文件", "Files")) }
                        a lang=(other.tag()) hreflang=(other.tag())
                            href={ (shell.path) "?" (shell.keep) "lang=" (other.code()) } {
                            (other.pick("中文", "English"))
                        }
                    }
                }
                main {
                    h1 { (shell.title) }
                    (body)
                }
            }
        }
    };
    let mut response = (status, page.into_string()).into_response();
    let headers = response.headers_mut();
    let set = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            VARY,
            HeaderValue::from_static("accept-language, cookie, authorization"),
        ),
        // A browser tells a form's origin only where the page lets it.
        (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (CONTENT_SECURITY_POLICY, POLICY.clone()),
    ];
    for (name, value) in set {
        headers.insert(name, value);
    }
    response
}
