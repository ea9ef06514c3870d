//! Serves the built console: hashed assets for good, the page never cached, nothing else.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;

/// GraphQL documents by their SHA-256, as the console's build leaves them.
const OPERATIONS: &str = "operations.json";

/// The console's list of operations is not what its build writes.
#[derive(Debug, thiserror::Error)]
#[error(
    "the console's operations.json: {0}; expected {{\"<sha256>\": \"<document>\"}}: build the console again"
)]
pub struct OperationsError(#[from] serde_json::Error);

/// All files of a built console, read at start: it is small, and a rebuild must not mix versions.
#[derive(Debug, Default)]
pub struct ConsoleFiles {
    files: HashMap<String, (HeaderValue, Bytes)>,
    build_id: String,
}

impl ConsoleFiles {
    /// Reads a folder with an `index.html`.
    pub fn read(folder: &Path) -> std::io::Result<Self> {
        let mut files = HashMap::new();
        read_into(folder, "", &mut files)?;
        let build_id = folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        Ok(Self { files, build_id })
    }

    /// The GraphQL documents that the console was built with; a console of before that has none.
    pub fn operations(&self) -> Result<Vec<String>, OperationsError> {
        let Some((_, content)) = self.files.get(OPERATIONS) else {
            return Ok(Vec::new());
        };
        let by_hash: HashMap<String, String> = serde_json::from_slice(content)?;
        Ok(by_hash.into_values().collect())
    }

    /// Changes when the console changes: consoles reload themselves then.
    pub fn build_id(&self) -> &str {
        &self.build_id
    }
}

fn read_into(
    folder: &Path,
    prefix: &str,
    files: &mut HashMap<String, (HeaderValue, Bytes)>,
) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_into(&entry.path(), &format!("{name}/"), files)?;
        } else {
            let kind = HeaderValue::from_static(content_type(&name));
            files.insert(name, (kind, std::fs::read(entry.path())?.into()));
        }
    }
    Ok(())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" | "webmanifest" => "application/json",
        "geojson" => "application/geo+json",
        "woff2" => "font/woff2",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Addresses of the console's screens; the page itself knows which screen each of them is.
const SCREENS: [&str; 10] = [
    "/login",
    "/wall",
    "/wall/{preset}",
    "/cases",
    "/cases/{id}",
    "/alerts",
    "/units",
    "/signs",
    "/settings",
    "/health",
];

/// `/`, the console's own routes (all answered by the page), `/assets/*`, and the developers' `/graphiql`;
/// unknown assets are 404.
pub fn console_routes(files: Arc<ConsoleFiles>) -> Router {
    let mut router = Router::new()
        .route("/", get(page))
        .route("/assets/{*path}", get(asset))
        .route("/graphiql", get(graphiql))
        .route("/graphiql/assets/{*path}", get(graphiql_asset));
    for screen in SCREENS {
        router = router.route(screen, get(page));
    }
    for name in files.files.keys().filter(|name| {
        !name.contains('/') && name.as_str() != "index.html" && !name.starts_with(['{', '*', ':'])
    }) {
        let name = name.clone();
        router = router.route(
            &format!("/{name}"),
            get(async move |State(files): State<Arc<ConsoleFiles>>| file(&files, &name, NO_CACHE)),
        );
    }
    router.with_state(files)
}

const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

async fn page(State(files): State<Arc<ConsoleFiles>>) -> Response {
    file(&files, "index.html", NO_CACHE)
}

async fn asset(State(files): State<Arc<ConsoleFiles>>, UrlPath(path): UrlPath<String>) -> Response {
    file(&files, &format!("assets/{path}"), FOR_GOOD)
}

/// GraphiQL writes style elements while it runs, and its style sheet carries its fonts; everything else
/// is as on the console: nothing from elsewhere, no inline code.
const GRAPHIQL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'",
);

/// The developers' page; what it asks of the hub needs their session.
async fn graphiql(State(files): State<Arc<ConsoleFiles>>) -> Response {
    let mut response = file(&files, "graphiql/index.html", NO_CACHE);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, GRAPHIQL_POLICY);
    response
}

async fn graphiql_asset(
    State(files): State<Arc<ConsoleFiles>>,
    UrlPath(path): UrlPath<String>,
) -> Response {
    file(&files, &format!("graphiql/assets/{path}"), FOR_GOOD)
}

fn file(files: &ConsoleFiles, name: &str, cache: HeaderValue) -> Response {
    match files.files.get(name) {
        Some((kind, content)) => (
            [(CONTENT_TYPE, kind.clone()), (CACHE_CONTROL, cache)],
            content.clone(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hub_is_given_the_operations_that_the_console_was_built_with() {
        let folder = tempfile::tempdir().unwrap();
        let built = || ConsoleFiles::read(folder.path()).unwrap().operations();
        assert_eq!(built().unwrap(), Vec::<String>::new());
        let list = folder.path().join(OPERATIONS);
        std::fs::write(&list, r#"{"5c7e": "query Now { at }"}"#).unwrap();
        assert_eq!(built().unwrap(), ["query Now { at }"]);
        std::fs::write(&list, "[]").unwrap();
        let told = built().unwrap_err().to_string();
        assert!(told.contains("build the console again"), "{told}");
    }
}
