//! The two ports: the public one, and the administration one.

use std::net::SocketAddr;

use axum::Router;
use service_kit::{Health, Shutdown, telemetry};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::failure::Failure;

/// Both ports, bound.
pub(super) struct Listening {
    public: TcpListener,
    admin: TcpListener,
}

impl Listening {
    /// Binds both, or says which is taken.
    pub(super) async fn bind(public: SocketAddr, admin: SocketAddr) -> Result<Self, Failure> {
        Ok(Self {
            public: bind("--listen", public).await?,
            admin: bind("--admin-listen", admin).await?,
        })
    }

    /// The addresses, with the ports that were chosen.
    pub(super) fn addresses(&self) -> (SocketAddr, SocketAddr) {
        let of = |listener: &TcpListener| {
            listener
                .local_addr()
                .unwrap_or_else(|_| SocketAddr::from(([127, 0, 0, 1], 0)))
        };
        (of(&self.public), of(&self.admin))
    }

    /// Serves until the shutdown.
    pub(super) fn serve(
        self,
        router: Router,
        health: &Health,
        shutdown: &Shutdown,
    ) -> Vec<JoinHandle<()>> {
        let metrics = telemetry::metrics();
        let admin = service_kit::admin::admin_routes(health.clone(), metrics.clone());
        let tidy = telemetry::keep_metrics_tidy(metrics, shutdown.clone());
        vec![
            serve(self.public, router, shutdown.clone()),
            serve(self.admin, admin, shutdown.clone()),
            tokio::spawn(tidy),
        ]
    }
}

async fn bind(flag: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::dependency(format!("{flag} {address}: {error}")).remedy(format!(
            "stop what uses port {}, or choose another with {flag} (port 0 takes any free one)",
            address.port()
        ))
    })
}

fn serve(listener: TcpListener, router: Router, shutdown: Shutdown) -> JoinHandle<()> {
    tokio::spawn(async move {
        let stopping = async move { shutdown.cancelled().await };
        let served = axum::serve(listener, router).with_graceful_shutdown(stopping);
        if let Err(error) = served.await {
            tracing::error!(%error, "serving HTTP failed");
        }
    })
}
