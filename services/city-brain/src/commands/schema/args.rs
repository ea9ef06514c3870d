//! What `city-brain schema` is asked.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::CatalogArgs;

/// `schema`.
#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Check a catalog: every error with file, path and expectation. With --against: what a change
    /// of it would break, too.
    Check(CheckArgs),
    /// Tell how two contracts, or the contracts of two catalogs, differ, and for whom that breaks.
    /// Exit code 0: compatible, 1: something breaks, 2: not readable.
    Diff(DiffArgs),
    /// Tell by name what a change breaks: rules, routes, workflows, feeds, vital signs, examples,
    /// saved queries. Exit code 0: it may be accepted, 1: something breaks, 2: not readable.
    Impact(ImpactArgs),
    /// Write the catalog's reference into a folder: an AsyncAPI 3.0 document, and a page per
    /// department in Chinese and English that needs nothing beside itself.
    Docs(DocsArgs),
    /// Print the GraphQL schema.
    Graphql,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people, a line for each finding.
    #[default]
    Text,
    /// For programs, one JSON object.
    Json,
}

/// How to report.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// How the report is written.
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}

/// `schema check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub catalog: CatalogArgs,
    /// The catalog in force, a folder or `built-in`: tell what going from it to this one breaks.
    #[arg(long, value_name = "OLD")]
    pub against: Option<PathBuf>,
    #[command(flatten)]
    pub queries: QueriesArgs,
    #[command(flatten)]
    pub report: ReportArgs,
}

/// `schema diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// A contract file or a catalog folder, or `built-in`.
    pub old: PathBuf,
    /// A contract file or a catalog folder.
    pub new: PathBuf,
    #[command(flatten)]
    pub report: ReportArgs,
}

/// `schema impact`.
#[derive(Debug, Args)]
pub struct ImpactArgs {
    /// The catalog in force: a folder, or `built-in`.
    pub old: PathBuf,
    /// The new catalog, or one new contract that takes the place of the old one of its name.
    pub new: PathBuf,
    #[command(flatten)]
    pub queries: QueriesArgs,
    #[command(flatten)]
    pub report: ReportArgs,
}

/// `schema docs`.
#[derive(Debug, Args)]
pub struct DocsArgs {
    /// The folder to write into; it is made where there is none.
    #[arg(long, default_value = "city-brain-docs")]
    pub out: PathBuf,
    #[command(flatten)]
    pub catalog: CatalogArgs,
    /// Address of the hub over HTTP, as the examples name it.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub http: String,
    /// Kafka's brokers, as the examples name them.
    #[arg(long, default_value = "127.0.0.1:9092")]
    pub brokers: String,
}

/// Queries that people keep outside the catalog.
#[derive(Debug, Args)]
pub struct QueriesArgs {
    /// JSON files with saved queries: filters `{path, op, value}` on fields are looked at, too.
    #[arg(long, value_name = "FILE")]
    pub queries: Vec<PathBuf>,
}
