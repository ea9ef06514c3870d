//! The two ports: the public one, and the administration one.

use std::net::SocketAddr;

use axum::Router;
use service_kit::serve::{ServeLimits, raise_open_files, serve};
use service_kit::{Health, Shutdown, telemetry};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::failure::Failure;

/// Both ports, bound.
pub(super) struct Listening {
    public: TcpListener,
    admin: TcpListener,
    limits: ServeLimits,
}

/// Below this many connections a control room's consoles may not all come back at once.
const CONNECTIONS_FEW: usize = 2_000;
/// Metrics and probes, no people.
const ADMIN_LIMITS: ServeLimits = ServeLimits {
    connections: 256,
    per_address: 0,
    head_wait: std::time::Duration::from_secs(20),
};

impl Listening {
    /// Binds both, or says which is taken; as many connections as the system's limits allow.
    pub(super) fn bind(
        public: SocketAddr,
        admin: SocketAddr,
        connections_per_address: usize,
    ) -> Result<Self, Failure> {
        let open_files = raise_open_files().map_err(|error| {
            Failure::dependency(format!("the limit of open files cannot be read: {error}"))
        })?;
        let limits = ServeLimits::within(open_files, connections_per_address);
        if limits.connections < CONNECTIONS_FEW {
            tracing::warn!(
                open_files,
                connections = limits.connections,
                "few connections are possible: raise the limit of open files (`ulimit -n`, or \
                 LimitNOFILE in the unit) to 20000"
            );
        }
        Ok(Self {
            public: bind("--listen", public)?,
            admin: bind("--admin-listen", admin)?,
            limits,
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
            tokio::spawn(serve(self.public, router, self.limits, shutdown.clone())),
            tokio::spawn(serve(self.admin, admin, ADMIN_LIMITS, shutdown.clone())),
            tokio::spawn(tidy),
        ]
    }
}

fn bind(flag: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    service_kit::serve::bind(address).map_err(|error| {
        Failure::dependency(format!("{flag} {address}: {error}")).remedy(format!(
            "stop what uses port {}, or choose another with {flag} (port 0 takes any free one)",
            address.port()
        ))
    })
}
