//! `city-brain up`: starts the hub, says where it is, and stops it when asked.

use service_kit::{Clock, Shutdown};
use tokio::signal::unix::{SignalKind, signal};

use super::{Hub, STOP_WITHIN, Service};
use crate::cli::UpArgs;
use crate::commands::simulate::{Course, publish};
use crate::failure::Failure;
use crate::print;
use crate::settings::{Homes, Settings, SettingsFile, clickhouse_password_from_environment};
use crate::simulation::Behaviour;

/// The demo: a living city, an event in two seconds, an alarm in ten minutes or so.
const DEMO: Behaviour = Behaviour::ordinary(7, 0.5);

/// Runs one service of the hub against an existing Kafka and an existing ClickHouse.
pub async fn run_service(
    service: Service,
    mut args: UpArgs,
    file: SettingsFile,
) -> Result<(), Failure> {
    args.clickhouse_password = clickhouse_password_from_environment();
    let mut settings = Settings::merge(args, file, &Homes::from_environment()?)?;
    if settings.kafka.is_none() || settings.clickhouse.is_none() {
        return Err(
            Failure::usage("a service by itself needs --kafka and --clickhouse")
                .remedy("give both, or run the whole hub with `city-brain up`"),
        );
    }
    settings.alone = Some(service);
    run(settings).await
}

/// Runs the hub until it is asked to stop.
pub async fn up(mut args: UpArgs, file: SettingsFile) -> Result<(), Failure> {
    args.clickhouse_password = clickhouse_password_from_environment();
    run(Settings::merge(args, file, &Homes::from_environment()?)?).await
}

async fn run(settings: Settings) -> Result<(), Failure> {
    let mut asked = Asked::listen()?;
    let starting = Hub::start(&settings, local_stack::Progress::Bars, print::error_line);
    let hub = tokio::select! {
        started = starting => started?,
        () = asked.stop_signal() => {
            print::error_line("stopped before it was ready");
            return Ok(());
        }
    };
    greet(&hub, &settings);
    let demo_over = Shutdown::new();
    let demo = settings.demo.then(|| start_demo(&hub, demo_over.clone()));
    asked.stop_signal().await;
    print::error_line("stopping");
    demo_over.cancel();
    let stopping = async {
        if let Some(demo) = demo
            && demo.await.is_err()
        {
            tracing::warn!("the demo had ended badly");
        }
        hub.stop().await;
    };
    if tokio::time::timeout(STOP_WITHIN, stopping).await.is_err() {
        print::error_line("not everything stopped in time; it ends with this process");
    }
    Ok(())
}

fn greet(hub: &Hub, settings: &Settings) {
    print::line(&format!("city-brain is ready: {}", hub.addresses.http));
    if let Some(first) = &hub.first_account {
        print::line(&format!(
            "sign in as {} with {}",
            first.name, first.password
        ));
    }
    if let Some(kafka) = &hub.addresses.kafka_departments {
        let protocol = kafka.protocol();
        print::line(&format!(
            "departments reach Kafka at {} ({protocol}, SCRAM); `city-brain key issue --department NAME --kafka` \
             makes a user",
            kafka.brokers
        ));
        if !kafka.tls {
            print::error_line(
                "warning: without --kafka-tls-cert and --kafka-tls-key what departments send by Kafka can be \
                 read and changed on the way",
            );
        }
    }
    if settings.demo {
        print::line("a simulated city is publishing; everything in it is marked as an exercise");
    }
    print::line(&format!(
        "data: {}   stop: Ctrl-C",
        settings.data_dir.display()
    ));
}

fn start_demo(hub: &Hub, shutdown: Shutdown) -> tokio::task::JoinHandle<()> {
    let (log, catalog) = (hub.log().clone(), std::sync::Arc::clone(&hub.catalog));
    tokio::spawn(async move {
        while !shutdown.is_cancelled() {
            let course = Course {
                clock: Clock::system(),
                span_ms: None,
                shutdown: shutdown.clone(),
                truth: None,
            };
            if let Err(failure) = publish(&log, &catalog, DEMO, course).await {
                tracing::warn!(%failure, "the demo could not publish; trying again");
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = tokio::time::sleep(std::time::Duration::from_secs(5)) => {}
                }
            }
        }
    })
}

/// Ctrl-C or SIGTERM.
struct Asked {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Asked {
    fn listen() -> Result<Self, Failure> {
        let of =
            |kind| signal(kind).map_err(|error| Failure::dependency(format!("signals: {error}")));
        Ok(Self {
            interrupt: of(SignalKind::interrupt())?,
            terminate: of(SignalKind::terminate())?,
        })
    }

    async fn stop_signal(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
