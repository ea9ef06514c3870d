//! Chromium, and a font that has Chinese: for the tests in a real browser.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::tools::{self, Tool};
use crate::{Progress, StackError};

const PACKAGES: &[&str] = &["chromium", "fonts-noto-cjk"];

const CHROMIUM: Tool = Tool {
    title: "Chromium 120 or newer with a Chinese font",
    programs: &["chromium", "chromium-browser", "google-chrome"],
    version_argument: "--version",
    at_least: (120, 0),
    packages: PACKAGES,
};

/// A Chromium that can show Chinese.
pub async fn ensure_chromium(cache_dir: &Path, progress: &Progress) -> Result<PathBuf, StackError> {
    let found = CHROMIUM.ensure(cache_dir, progress).await?;
    if !has_chinese_font().await {
        if !tools::may_install() {
            return Err(StackError::MissingTool {
                tool: CHROMIUM.title.to_owned(),
                exact_line_to_type: tools::install_line(PACKAGES),
            });
        }
        tools::install(CHROMIUM.title, PACKAGES, cache_dir, progress).await?;
    }
    Ok(found)
}

/// Asks fontconfig, which Chromium brings with it.
async fn has_chinese_font() -> bool {
    let list = Command::new("fc-list").arg(":lang=zh").output().await;
    list.is_ok_and(|list| !list.stdout.is_empty())
        || Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists()
}
