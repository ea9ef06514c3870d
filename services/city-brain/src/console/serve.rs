//! Serves the built console: hashed assets for good, the page never cached, nothing else.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;

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

/// `/`, the console's own routes (all answered by the page), and `/assets/*`; unknown assets are 404.
pub fn console_routes(files: Arc<ConsoleFiles>) -> Router {
    let mut router = Router::new()
        .route("/", get(page))
        .route("/assets/{*path}", get(asset));
    for screen in [
        "/login",
        "/wall",
        "/cases",
        "/cases/{id}",
        "/alerts",
        "/settings",
        "/health",
    ] {
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
