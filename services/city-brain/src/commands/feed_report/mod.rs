//! `city-brain feed report`: what a department's publishing looked like, asked of the hub over HTTP with the
//! department's key (or an administrator's or developer's token); for the terminal, a program or the printer.

mod page;
mod sections;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::connect::addresses;
use crate::cli::HubArgs;
use crate::failure::{Failure, chain};
use crate::print;

/// The hub may take this long to count.
const WAIT: Duration = Duration::from_secs(60);

/// `feed report`.
#[derive(Debug, Args)]
pub struct FeedReportArgs {
    /// The department; without it the key's own.
    #[arg(long)]
    pub department: Option<String>,
    /// Only this feed, e.g. `power.outages`.
    #[arg(long)]
    pub feed: Option<String>,
    /// Only this CloudEvents source.
    #[arg(long)]
    pub source: Option<String>,
    /// Begin of the period (RFC 3339); a week before its end by default.
    #[arg(long)]
    pub from: Option<String>,
    /// End of the period; now by default.
    #[arg(long)]
    pub to: Option<String>,
    /// One JSON object instead of text.
    #[arg(long)]
    pub json: bool,
    /// Write a page to print to this file.
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub html: Option<PathBuf>,
    /// Language of the text and the page.
    #[arg(long, value_enum, default_value = "en")]
    pub lang: ReportLanguage,
    /// The hub's address; by default that of the hub running on this machine.
    #[arg(long, env = "CITY_BRAIN_URL")]
    pub url: Option<String>,
    /// The department's key, or a token of a signed-in person; better given as the variable.
    #[arg(long, env = "CITY_BRAIN_KEY", hide_env_values = true)]
    pub key: Option<String>,
    /// Where the hub is.
    #[command(flatten)]
    pub hub: HubArgs,
}

/// Language of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportLanguage {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl ReportLanguage {
    /// The text in this language.
    const fn of<'t>(self, zh: &'t str, en: &'t str) -> &'t str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// Everything that a report shows.
const QUESTION: &str = "query Report($department: String, $feed: String, $source: String, $from: DateTime, $to: DateTime) {
  scorecard(department: $department, feed: $feed, source: $source, from: $from, to: $to) {
    department feed source from to received admitted rejected repeats outOfOrder future old unplaced
    reasons { reason path count firstAt lastAt expected sample sampleType position }
    eventToRecorded { ...D } recordedToInbox { ...D } eventToInbox { ...D } inboxToIngest { ...D }
    clock { ahead way certain }
    tooOld { type events oldest oldestId longestWindow }
    silence { lastAt sinceLast expected longest longestUntil longer }
    sources { source admitted rejected eventToInbox { ...D } clock { ahead way certain } outOfOrder unplaced lastAt }
    notes { code zh en }
  }
}
fragment D on ScorecardDelay { p50 p95 max }";

/// Runs the command.
pub async fn run(args: FeedReportArgs) -> Result<(), Failure> {
    let card = ask(&args).await?;
    if args.json {
        print::line(&card.to_string());
        return Ok(());
    }
    let report = sections::report(&card, args.lang);
    let Some(file) = &args.html else {
        print::line(&report.text());
        return Ok(());
    };
    std::fs::write(file, page::page(&report, args.lang))
        .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
    print::line(&format!("written to {}", file.display()));
    Ok(())
}

async fn ask(args: &FeedReportArgs) -> Result<Value, Failure> {
    let key = args.key.as_deref().ok_or_else(|| {
        Failure::usage("the report needs the department's key, or the token of a signed-in person")
            .remedy("set CITY_BRAIN_KEY; `city-brain key issue --department NAME` makes a key")
    })?;
    let url = match &args.url {
        Some(url) => url.clone(),
        None => addresses(&args.hub)?.http,
    };
    let failed = |error: reqwest::Error| Failure::dependency(chain(&error.without_url()));
    let client = reqwest::Client::builder()
        .timeout(WAIT)
        .build()
        .map_err(failed)?;
    let variables = json!({
        "department": args.department, "feed": args.feed, "source": args.source,
        "from": args.from, "to": args.to,
    });
    let answer = client
        .post(format!("{}/graphql", url.trim_end_matches('/')))
        .bearer_auth(key)
        .header("accept-language", args.lang.of("zh", "en"))
        .json(&json!({"query": QUESTION, "variables": variables}))
        .send()
        .await
        .map_err(failed)?;
    let status = answer.status();
    let mut body: Value = answer.json().await.unwrap_or_default();
    if let Some(error) = body["errors"].get(0) {
        let message = error["message"].as_str().unwrap_or("no reason given");
        return Err(match error["extensions"]["code"].as_str() {
            Some("BAD_REQUEST" | "FORBIDDEN" | "UNAUTHENTICATED" | "TOO_MUCH") => {
                Failure::usage(message)
            }
            _ => Failure::dependency(message),
        });
    }
    match body["data"]["scorecard"].take() {
        Value::Null => Err(Failure::dependency(format!(
            "{url} answered {status} and no scorecard: is it the hub's address?"
        ))),
        card => Ok(card),
    }
}
