//! `city-brain doctor`: what is installed, reachable, lagging, full, skewed; each finding with what to do.
//!
//! Looks only, changes nothing, and needs no running hub. What could not be looked at is said, so that
//! silence never passes for health.

mod folder;
mod knowledge;
mod log;
mod machine;
mod report;
mod scene;
mod store;

use crate::cli::DoctorArgs;
use crate::failure::Failure;
use crate::print;
use crate::settings::SettingsFile;
use report::Report;
use scene::Scene;

/// What the hub promises about every event, and where the promise ends.
const PROMISE: &str = "Every accepted event is stored exactly once and evaluated by every active rule \
    exactly once, across a crash of any one process, restarts of Kafka and ClickHouse, and rebalances; \
    provided that an outage of admission is shorter than the inboxes' retention (7 days unless set \
    otherwise), that Kafka keeps the groups' offsets for as long as the hub may be off, and that no \
    writer to ClickHouse wakes up more than 100,000 batches late (10,000 for alerts, cases, dead \
    letters and audit). Repeats are known for as long as events are kept.";

/// Runs the command.
pub async fn run(args: DoctorArgs, file: SettingsFile) -> Result<(), Failure> {
    let scene = Scene::of(&args, file)?;
    let mut report = Report::default();
    machine::look(&scene, &mut report).await;
    folder::look(&scene, &mut report).await;
    let catalog = knowledge::look(&scene, &mut report);
    let database = log::look(&scene, catalog.as_ref(), &mut report).await;
    store::look(&scene, catalog.as_ref(), database, &mut report).await;
    if args.json {
        print::line(&report.json(PROMISE));
    } else {
        for line in report.lines() {
            print::line(&line);
        }
        print::line(&format!("the promise: {PROMISE}"));
    }
    match report.findings.len() {
        0 => Ok(()),
        n => Err(Failure::problems(format!("findings: {n}"))
            .remedy("see each finding's own remedy, then `city-brain doctor` again")),
    }
}
