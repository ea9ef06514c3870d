//! The files under the house rules.

use std::path::{Path, PathBuf};

/// One source file, read whole.
pub(crate) struct Source {
    /// Path from the repository's root, with `/`.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

impl Source {
    /// Whether it is a test or the tests' own code.
    pub(crate) fn is_test(&self) -> bool {
        self.name.contains("/tests/")
            || self.name.starts_with("tests/")
            || self.name.ends_with("_tests.rs")
            || self.name.ends_with("/tests.rs")
            || self.name.ends_with(".test.ts")
            || self.name.ends_with(".test.tsx")
            || self.name.contains("/e2e/")
    }

    /// The text before an inline `#[cfg(test)]` module.
    pub(crate) fn production_text(&self) -> &str {
        self.text
            .split_once("#[cfg(test)]\nmod ")
            .map_or(self.text.as_str(), |(before, _)| before)
    }
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every source file with one of these endings.
pub(crate) fn sources(endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root(), "", endings, &mut found);
    assert!(found.len() > 20, "the rules must see the sources");
    found
}

fn collect(folder: &Path, prefix: &str, endings: &[&str], found: &mut Vec<Source>) {
    const NOT_OURS: [&str; 6] = [
        "target",
        "node_modules",
        "dist",
        ".git",
        "test-results",
        "playwright-report",
    ];
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), endings, found);
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            found.push(Source { name: path, text });
        }
    }
}
