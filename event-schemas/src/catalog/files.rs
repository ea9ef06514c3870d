//! The catalog's files, whether embedded in the program or in a folder: paths and bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::errors::CatalogError;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/catalog");

/// Files by their path relative to the catalog's root, with `/` between folders.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files(BTreeMap<String, Cow<'static, [u8]>>);

impl Files {
    /// The catalog that came with the program.
    pub(crate) fn embedded() -> Self {
        let mut files = BTreeMap::new();
        collect_embedded(&EMBEDDED, &mut files);
        Self(files)
    }

    /// A catalog in a folder.
    pub(crate) fn read(root: &Path, errors: &mut Vec<CatalogError>) -> Self {
        let mut files = BTreeMap::new();
        collect(root, "", &mut files, errors);
        if files.is_empty() && errors.is_empty() {
            let path = root.display().to_string();
            errors.push(CatalogError::new(path, "", "a folder with a catalog in it"));
        }
        Self(files)
    }

    /// One file, under its own name.
    pub(crate) fn one(path: &Path, errors: &mut Vec<CatalogError>) -> Self {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        match fs::read(path) {
            Ok(bytes) => Self(BTreeMap::from([(
                name.unwrap_or_default(),
                Cow::Owned(bytes),
            )])),
            Err(error) => {
                let expected = format!("a readable file ({error})");
                errors.push(CatalogError::new(path.display().to_string(), "", expected));
                Self::default()
            }
        }
    }

    /// First 16 hexadecimal digits of the SHA-256 over all paths and bytes.
    pub(crate) fn version(&self) -> String {
        let mut hash = Sha256::new();
        for (path, bytes) in &self.0 {
            hash.update(path.as_bytes());
            hash.update([0]);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        hex::encode(&hash.finalize()[..8])
    }

    /// Folders directly under the root.
    pub(crate) fn folders(&self) -> Vec<String> {
        let mut folders: Vec<String> = self
            .0
            .keys()
            .filter_map(|path| path.split_once('/'))
            .map(|(folder, _)| folder.to_owned())
            .collect();
        folders.dedup();
        folders
    }

    /// Files directly in a folder whose names end so, in order.
    pub(crate) fn in_folder(&self, folder: &str, suffix: &str) -> Vec<String> {
        self.0
            .keys()
            .filter(|path| {
                path.strip_prefix(folder)
                    .and_then(|rest| rest.strip_prefix('/'))
                    .is_some_and(|name| !name.contains('/') && name.ends_with(suffix))
            })
            .cloned()
            .collect()
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    pub(crate) fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(AsRef::as_ref)
    }

    /// A file that must be there, as text.
    pub(crate) fn text(&self, path: &str, errors: &mut Vec<CatalogError>) -> Option<&str> {
        let Some(bytes) = self.bytes(path) else {
            errors.push(CatalogError::new(path, "", "this file to exist"));
            return None;
        };
        let text = std::str::from_utf8(bytes);
        if text.is_err() {
            errors.push(CatalogError::new(path, "", "text in UTF-8"));
        }
        text.ok()
    }
}

fn collect_embedded(dir: &'static Dir<'static>, files: &mut BTreeMap<String, Cow<'static, [u8]>>) {
    for file in dir.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        files.insert(path, Cow::Borrowed(file.contents()));
    }
    for below in dir.dirs() {
        collect_embedded(below, files);
    }
}

fn collect(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Cow<'static, [u8]>>,
    errors: &mut Vec<CatalogError>,
) {
    let unreadable = |error: std::io::Error| {
        CatalogError::new(
            folder.display().to_string(),
            "",
            format!("a readable file or folder ({error})"),
        )
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return errors.push(unreadable(error)),
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files, errors);
        } else {
            match fs::read(entry.path()) {
                Ok(bytes) => {
                    files.insert(path, Cow::Owned(bytes));
                }
                Err(error) => errors.push(unreadable(error)),
            }
        }
    }
}

/// Reads a YAML file into its type; a fault becomes an error with line and column.
pub(crate) fn read_yaml<T: DeserializeOwned>(
    files: &Files,
    path: &str,
    errors: &mut Vec<CatalogError>,
) -> Option<T> {
    let text = files.text(path, errors)?;
    match serde_saphyr::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            let at = error.location().map_or_else(String::new, |location| {
                format!("line {}, column {}", location.line(), location.column())
            });
            let expected = format!("the described form: {}", error.without_snippet());
            errors.push(CatalogError::new(path, at, expected));
            None
        }
    }
}
