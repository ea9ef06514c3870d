//! Departments' ways in, on the command line: Kafka's listener for them, allowances, and their keys.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::HubArgs;

/// Where departments beyond this machine come in, and how much they may send.
#[derive(Clone, Debug, Default, Args)]
pub struct DoorArgs {
    /// Let departments beyond this machine publish by Kafka: address of a listener of the hub's own Kafka
    /// at which they sign in (SASL/SCRAM) and may write their own inbox only. Without --kafka-tls-cert
    /// what they send can be read on the way.
    #[arg(long, env = "CITY_BRAIN_KAFKA_LISTEN", value_name = "ADDR:PORT")]
    pub kafka_listen: Option<SocketAddr>,
    /// Name and port by which they reach it; needed where it listens at all addresses (0.0.0.0).
    #[arg(long, env = "CITY_BRAIN_KAFKA_ADVERTISE", value_name = "HOST:PORT")]
    pub kafka_advertise: Option<String>,
    /// Certificate of that listener, as PEM, with its issuers' after it.
    #[arg(long, env = "CITY_BRAIN_KAFKA_TLS_CERT", value_name = "FILE")]
    pub kafka_tls_cert: Option<PathBuf>,
    /// Its private key, as PEM in PKCS#8.
    #[arg(long, env = "CITY_BRAIN_KAFKA_TLS_KEY", value_name = "FILE")]
    pub kafka_tls_key: Option<PathBuf>,
    /// Events per second that one key may send over HTTP (default 20000).
    #[arg(long, env = "CITY_BRAIN_KEY_EVENTS_PER_SECOND", value_name = "N")]
    pub key_events_per_second: Option<NonZeroU32>,
    /// Events per day (UTC) that one key may send over HTTP (default: as many as it likes).
    #[arg(long, env = "CITY_BRAIN_KEY_EVENTS_PER_DAY", value_name = "N")]
    pub key_events_per_day: Option<NonZeroU64>,
}

/// `key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Issue a department's key; it is printed once.
    Issue {
        /// The department.
        #[arg(long)]
        department: String,
        /// The key is also the password of a user of the hub's Kafka, who may write the department's inbox
        /// and nothing else; needs a hub that was started with --kafka-listen.
        #[arg(long)]
        kafka: bool,
        /// Where the hub is.
        #[command(flatten)]
        hub: IssuerArgs,
    },
    /// Wrap the keys of all data subjects again, under the newest master key.
    RotateMaster(crate::commands::erase::PersonalKeyArgs),
    /// Revoke a key by its id, for HTTP and for Kafka.
    Revoke {
        /// The key's id (the part before the dot).
        id: String,
        /// Where the hub is.
        #[command(flatten)]
        hub: HubArgs,
    },
}

/// Where a running hub is found, where `--kafka` means something else.
#[derive(Clone, Debug, Args)]
pub struct IssuerArgs {
    /// Data folder of the running hub (its addresses are read from `run/addresses.json`).
    #[arg(long, env = "CITY_BRAIN_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Kafka to use instead of the running hub's.
    #[arg(long, env = "CITY_BRAIN_KAFKA", value_name = "BROKERS")]
    brokers: Option<String>,
    /// First part of all topic names.
    #[arg(long, env = "CITY_BRAIN_TOPIC_PREFIX")]
    topic_prefix: Option<String>,
    /// Catalog folder instead of the built-in one.
    #[arg(long, env = "CITY_BRAIN_CATALOG")]
    catalog: Option<PathBuf>,
}

impl From<IssuerArgs> for HubArgs {
    fn from(given: IssuerArgs) -> Self {
        Self {
            data_dir: given.data_dir,
            kafka: given.brokers,
            topic_prefix: given.topic_prefix,
            catalog: given.catalog,
        }
    }
}
