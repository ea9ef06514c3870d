//! The data folder, its files, the ports, and the hub that runs on it.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use local_stack::FolderUse;
use serde_json::Value;
use service_kit::personal::{KeyFileError, read_keys};

use super::report::Report;
use super::scene::Scene;

/// Longest wait for the hub's own readiness.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// The first password may stand for a day.
const FIRST_PASSWORD_HOURS: u64 = 24;

pub(super) async fn look(scene: &Scene, report: &mut Report) {
    let folder = &scene.settings.data_dir;
    if folder.exists() && !folder.is_dir() || folder.ancestors().skip(1).any(Path::is_file) {
        report.find(
            "data_dir_unusable",
            "the data folder is not a folder and cannot become one",
            folder.display(),
            "choose another with --data-dir",
        );
        return;
    }
    format(folder, report);
    used_by(scene, report);
    rights(folder, report);
    personal_key(&scene.settings.personal_key, report);
    first_password(folder, report);
    if scene.hub_lives() {
        readiness(scene, report).await;
    } else {
        port(scene, report);
    }
}

fn format(folder: &Path, report: &mut Report) {
    match local_stack::folder_format(folder) {
        Ok(()) => report.good(format!("data folder: {}", folder.display())),
        Err(error) => report.find(
            "data_dir_format",
            error,
            folder.display(),
            "use the version that wrote it, or choose another with --data-dir",
        ),
    }
}

/// Who has the folder, and whether the addresses in it are true.
fn used_by(scene: &Scene, report: &mut Report) {
    let folder = &scene.settings.data_dir;
    let addresses = folder.join("run/addresses.json");
    if addresses.exists() && !scene.hub_lives() {
        let pid = scene.addresses.as_ref().map_or(0, |found| found.pid);
        report.find(
            "addresses_stale",
            format!("the addresses of a hub that is no more (process {pid})"),
            addresses.display(),
            format!(
                "start the hub again, or remove the file: rm {}",
                addresses.display()
            ),
        );
    }
    match local_stack::folder_use(folder) {
        Ok(FolderUse::InUse(pid)) if !scene.hub_lives() => report.find(
            "data_dir_in_use",
            format!("process {pid} has the data folder, but no hub has told its addresses"),
            folder.display(),
            format!("if it is not just starting: see `ps -p {pid}`, stop it, then start the hub"),
        ),
        Ok(_) => {}
        Err(error) => report.find(
            "data_dir_unusable",
            error,
            folder.display(),
            "give this user the right to use it, or choose another with --data-dir",
        ),
    }
}

/// Files with secrets are their owner's alone; the folder must be writable.
fn rights(folder: &Path, report: &mut Report) {
    for name in [
        "clickhouse/credentials.json",
        "run/first-password",
        "run/addresses.json",
    ] {
        let path = folder.join(name);
        let Ok(seen) = std::fs::metadata(&path) else {
            continue;
        };
        let mode = seen.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            report.find(
                "secret_readable",
                format!("others may read a file with secrets (mode {mode:o})"),
                path.display(),
                format!("chmod 600 {}", path.display()),
            );
        }
    }
}

fn personal_key(path: &Path, report: &mut Report) {
    if !path.exists() {
        report.skip(format!(
            "key for personal fields: {} is made at the first start",
            path.display()
        ));
        return;
    }
    match read_keys(path) {
        Ok(_) => report.good("key for personal fields: readable by its owner alone"),
        Err(error @ KeyFileError::Open { .. }) => report.find(
            "personal_key_open",
            error,
            path.display(),
            format!(
                "chmod 600 {}; if others were on this machine, treat the key as known",
                path.display()
            ),
        ),
        Err(error) => report.find(
            "personal_key_unreadable",
            error,
            path.display(),
            "restore it from its backup: without it no personal field can be opened",
        ),
    }
}

fn first_password(folder: &Path, report: &mut Report) {
    let path = folder.join("run/first-password");
    let age = std::fs::metadata(&path)
        .and_then(|seen| seen.modified())
        .ok()
        .and_then(|made| made.elapsed().ok());
    if let Some(age) = age
        && age > Duration::from_secs(FIRST_PASSWORD_HOURS * 3_600)
    {
        report.find(
            "first_password",
            format!(
                "the first administrator still has the first password after {} hours",
                age.as_secs() / 3_600
            ),
            path.display(),
            "sign in to the console as `admin` and change it in the settings; the file goes by itself",
        );
    }
}

fn port(scene: &Scene, report: &mut Report) {
    let address = scene.settings.listen;
    match TcpListener::bind(address) {
        Ok(_) => report.good(format!("port: {address} is free for the hub")),
        Err(error) => report.find(
            "port_taken",
            format!("the hub's port cannot be opened: {error}"),
            address,
            format!(
                "see who has it with `ss -ltnp 'sport = :{}'`, stop that, or choose another with --listen",
                address.port()
            ),
        ),
    }
}

/// What the running hub says of itself.
async fn readiness(scene: &Scene, report: &mut Report) {
    let Some(addresses) = &scene.addresses else {
        return;
    };
    let url = format!("{}/readyz", addresses.admin);
    let asked = async {
        let client = reqwest::Client::builder()
            .timeout(ANSWER_WITHIN)
            .no_proxy()
            .build()?;
        client.get(&url).send().await?.json::<Value>().await
    };
    let Ok(Value::Object(parts)) = asked.await else {
        report.find(
            "hub_silent",
            format!("process {} does not say how it is", addresses.pid),
            url,
            "if it stays so: look at its log, stop it (SIGTERM), start it again",
        );
        return;
    };
    let mut well = true;
    for (part, state) in &parts {
        let name = state["state"].as_str().unwrap_or_default();
        if name != "ready" {
            well = false;
            report.find(
                "hub_not_ready",
                format!(
                    "{part} is {name}: {}",
                    state["reason"].as_str().unwrap_or("no reason is given")
                ),
                &url,
                "the reason says what to do; it goes on by itself when that is done",
            );
        }
    }
    if well {
        report.good(format!(
            "hub: every part of process {} is ready",
            addresses.pid
        ));
    }
}
