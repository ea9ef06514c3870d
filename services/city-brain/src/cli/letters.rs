//! `dead-letters`: what can be typed.

use clap::{Args, Subcommand};

use super::HubArgs;

/// `dead-letters`.
#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// List what was refused, newest first; each line begins with the letter's number.
    List(ListArgs),
    /// Show one with its reason, its headers and its bytes.
    Show(ShowArgs),
    /// Send some to their inboxes again, after what refused them was mended.
    Replay(ReplayLettersArgs),
}

/// Which dead letters.
#[derive(Clone, Debug, Default, Args)]
pub struct LetterArgs {
    /// Only this department's.
    #[arg(long)]
    pub department: Option<String>,
    /// Only this reason, e.g. `contract_violation`.
    #[arg(long)]
    pub reason: Option<String>,
    /// Only this CloudEvents source.
    #[arg(long)]
    pub source: Option<String>,
    /// Only event types of this feed, e.g. `power.outages`.
    #[arg(long)]
    pub feed: Option<String>,
    /// Received at or after (RFC 3339).
    #[arg(long)]
    pub from: Option<String>,
    /// Received before (RFC 3339).
    #[arg(long)]
    pub to: Option<String>,
}

/// `dead-letters list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only some of them.
    #[command(flatten)]
    pub which: LetterArgs,
    /// One line for all with the same department, reason and place in the event.
    #[arg(long)]
    pub groups: bool,
    /// At most this many.
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    /// Where the hub is.
    #[command(flatten)]
    pub hub: HubArgs,
}

/// `dead-letters show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Its number in the list.
    pub number: i64,
    /// Only the bytes as they came, to mend and publish them.
    #[arg(long)]
    pub original: bool,
    /// Where the hub is.
    #[command(flatten)]
    pub hub: HubArgs,
}

/// `dead-letters replay`.
#[derive(Debug, Args)]
pub struct ReplayLettersArgs {
    /// Their numbers in the list.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub numbers: Vec<i64>,
    /// All that match, at most 200 a second, but those of which an event was admitted meanwhile.
    #[arg(long)]
    pub all: bool,
    /// With `--all`: only some of them.
    #[command(flatten)]
    pub which: LetterArgs,
    /// Where the hub is.
    #[command(flatten)]
    pub hub: HubArgs,
}
