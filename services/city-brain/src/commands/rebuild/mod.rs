//! `city-brain rebuild`: derives the tables again from the log into a new database while the hub runs,
//! proves that they hold the same, and puts them in force.
//!
//! The new tables are written by the recorder itself, as a group of its own; so it may be stopped or
//! killed at any moment and goes on where it was. A switch is one record in `city.control`.

mod course;
mod place;
mod proof;
mod switch;
mod working;

use std::time::Duration;

use service_kit::identity::Identity;
use service_kit::{Clock, Health, Shutdown};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cli::RebuildArgs;
use crate::failure::{Failure, chain};
use crate::print;
use crate::settings::SettingsFile;
use course::{Bar, Course};
use place::Place;
use proof::Proof;
use working::Working;

/// How often both recorders are asked how far they are.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Runs the command.
pub async fn run(args: RebuildArgs, file: SettingsFile) -> Result<(), Failure> {
    let (place, ended) = (Place::find(&args, file)?, Shutdown::new());
    let asked = stop_when_asked(ended.clone())?;
    let identity = Identity::open(&place.log, ended.clone())
        .await
        .map_err(|error| Failure::dependency(chain(&error)))?;
    let working = Working::open(&place, &identity, args.start_over).await?;
    let rebuilt = rebuild(&place, &working, &identity, &args, &ended).await;
    ended.cancel();
    asked.abort();
    rebuilt
}

async fn rebuild(
    place: &Place,
    working: &Working,
    identity: &Identity,
    args: &RebuildArgs,
    ended: &Shutdown,
) -> Result<(), Failure> {
    let mut recording = Recording::start(place, working, ended);
    let course = recording.until_level(place, working, ended).await?;
    print::error_line("the new tables have caught up: comparing");
    let proof = proof::compare(place, working, course).await?;
    for line in proof.lines() {
        print::line(&line);
    }
    if !proof.is_equal() && !args.accept_differences {
        recording.stop().await?;
        return Err(refused(working, &proof));
    }
    switch::decide(identity, working).await?;
    let gone_over = switch::wait_for_hub(place, working).await;
    recording.stop().await?;
    switch::tidy_up(
        place,
        working,
        gone_over && proof.is_equal() && !args.keep_former,
    )
    .await
}

fn refused(working: &Working, proof: &Proof) -> Failure {
    Failure::problems(format!(
        "{} and {} differ, nothing is switched:\n{}",
        working.former,
        working.rebuilt,
        proof.differences()
    ))
    .remedy(
        "look at what differs; the log is the ground truth: `city-brain rebuild --accept-differences` \
         goes on from here and puts the new tables in force, and keeps the former ones",
    )
}

/// The recorder of the new tables, at work.
struct Recording {
    task: JoinHandle<Result<(), event_recorder::RecorderError>>,
    stop: Shutdown,
    health: Health,
    passed: watch::Sender<event_recorder::Passed>,
}

impl Recording {
    fn start(place: &Place, working: &Working, ended: &Shutdown) -> Self {
        let (passed, told) = watch::channel(event_recorder::Passed::new());
        let (stop, health) = (ended.child_token(), Health::new());
        let ports = event_recorder::Ports {
            log: place.log.clone(),
            store: place.writer.in_database(&working.rebuilt),
            clock: Clock::system(),
            health: health.clone(),
        };
        let config = event_recorder::Config {
            group: working.rebuilt_group.clone(),
            ..event_recorder::Config::default()
        };
        let former = event_recorder::Former { passed: told };
        let running = event_recorder::run_beside(config, ports, former, stop.clone());
        Self {
            task: tokio::spawn(running),
            stop,
            health,
            passed,
        }
    }

    /// Shows progress until the new tables are level with those in force.
    async fn until_level(
        &mut self,
        place: &Place,
        working: &Working,
        ended: &Shutdown,
    ) -> Result<Course, Failure> {
        let bar = Bar::new();
        let mut troubles = String::new();
        let mut earlier = None;
        loop {
            let course = Course::look(place, working).await?;
            self.passed.send_replace(course.passed());
            bar.show(&course);
            if earlier.is_some_and(|earlier| course.is_level_with(&earlier)) {
                bar.end();
                return Ok(course);
            }
            self.tell_troubles(&mut troubles);
            tokio::select! {
                () = ended.cancelled() => {
                    bar.end();
                    self.stop().await?;
                    return Err(stopped(&course));
                }
                ended = &mut self.task => {
                    bar.end();
                    return Err(failed(ended));
                }
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            earlier = Some(course);
        }
    }

    fn tell_troubles(&self, told: &mut String) {
        use service_kit::ComponentState;
        for state in self.health.report().values() {
            if let ComponentState::Down(reason) | ComponentState::Degraded(reason) = state
                && reason != told
            {
                print::error_line(&format!("recording stands still: {reason}"));
                told.clone_from(reason);
            }
        }
    }

    /// Stores what was read, and leaves the group.
    async fn stop(&mut self) -> Result<(), Failure> {
        self.stop.cancel();
        match (&mut self.task).await {
            Ok(Ok(())) => Ok(()),
            ended => Err(failed(ended)),
        }
    }
}

fn failed(
    ended: Result<Result<(), event_recorder::RecorderError>, tokio::task::JoinError>,
) -> Failure {
    let why = match ended {
        Ok(Ok(())) => String::from("it ended by itself"),
        Ok(Err(error)) => chain(&error),
        Err(error) => error.to_string(),
    };
    Failure::dependency(format!("the recorder of the new tables: {why}"))
        .remedy("remove the cause, then `city-brain rebuild` again: it goes on from where it was")
}

fn stopped(course: &Course) -> Failure {
    Failure::problems(format!("stopped with {} records left", course.left()))
        .remedy("`city-brain rebuild` goes on from there; nothing has been switched")
}

/// Ctrl-C and SIGTERM end it in order.
fn stop_when_asked(ended: Shutdown) -> Result<JoinHandle<()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let of = |kind| signal(kind).map_err(|error| Failure::dependency(format!("signals: {error}")));
    let (mut interrupt, mut terminate) =
        (of(SignalKind::interrupt())?, of(SignalKind::terminate())?);
    Ok(tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        ended.cancel();
    }))
}
