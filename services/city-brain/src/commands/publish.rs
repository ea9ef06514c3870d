//! `city-brain publish`: structured CloudEvents, one per line, over HTTP or Kafka.

use std::path::Path;

use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, BufReader};

use super::connect::log_config;
use super::sender::{Outgoing, Sender, department_of};
use crate::cli::PublishArgs;
use crate::failure::{Failure, chain};
use crate::print;

/// Events in one HTTP batch.
const BATCH: usize = 200;
/// One HTTP request may take this long.
const HTTP_WAIT: std::time::Duration = std::time::Duration::from_secs(60);

/// Runs the command.
pub async fn run(args: PublishArgs) -> Result<(), Failure> {
    let mut lines = open(args.file.as_deref()).await?.lines();
    let mut target = match &args.url {
        Some(url) => Target::http(url, args.key.as_deref())?,
        None => Target::Kafka(Sender::open(&log_config(&args.hub, "city-brain-publish")?)?),
    };
    let mut number = 0_u64;
    while let Some(line) = lines
        .next_line()
        .await
        .map_err(|error| Failure::usage(format!("line {}: {error}", number + 1)))?
    {
        number += 1;
        if !line.trim().is_empty() {
            target.take(number, line).await?;
        }
    }
    target.finish().await
}

async fn open(file: Option<&Path>) -> Result<Box<dyn AsyncBufRead + Unpin + Send>, Failure> {
    match file {
        Some(path) if path != Path::new("-") => {
            let file = tokio::fs::File::open(path)
                .await
                .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
            Ok(Box::new(BufReader::new(file)))
        }
        _ => Ok(Box::new(BufReader::new(tokio::io::stdin()))),
    }
}

enum Target {
    Kafka(Sender),
    Http(HttpTarget),
}

struct HttpTarget {
    client: reqwest::Client,
    url: String,
    key: String,
    batch: Vec<(u64, String)>,
    accepted: u64,
    rejected: u64,
}

impl Target {
    fn http(url: &str, key: Option<&str>) -> Result<Self, Failure> {
        let key = key.ok_or_else(|| {
            Failure::usage("--url needs the department's key")
                .remedy("set CITY_BRAIN_KEY; `city-brain key issue --department NAME` makes one")
        })?;
        let client = reqwest::Client::builder()
            .timeout(HTTP_WAIT)
            .build()
            .map_err(|error| Failure::dependency(chain(&error)))?;
        Ok(Self::Http(HttpTarget {
            client,
            url: format!("{}/v1/events", url.trim_end_matches('/')),
            key: key.to_owned(),
            batch: Vec::new(),
            accepted: 0,
            rejected: 0,
        }))
    }

    async fn take(&mut self, number: u64, line: String) -> Result<(), Failure> {
        match self {
            Self::Kafka(sender) => {
                let event: Value = serde_json::from_str(&line)
                    .map_err(|error| Failure::usage(format!("line {number}: not JSON: {error}")))?;
                let department = event["type"].as_str().and_then(department_of).ok_or_else(|| {
                    Failure::usage(format!(
                        "line {number}: /type: expected city.<department>.<what-happened>.v1, found {}",
                        event["type"]
                    ))
                })?;
                let department = department.to_owned();
                sender
                    .send(Outgoing {
                        department,
                        json: line,
                    })
                    .await
            }
            Self::Http(http) => {
                // One line that is no JSON would spoil the whole batch it travels in.
                if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&line) {
                    http.rejected += 1;
                    print::error_line(&format!("line {number}: malformed: not JSON: {error}"));
                    return Ok(());
                }
                http.batch.push((number, line));
                if http.batch.len() >= BATCH {
                    http.flush().await?;
                }
                Ok(())
            }
        }
    }

    async fn finish(mut self) -> Result<(), Failure> {
        match &mut self {
            Self::Kafka(sender) => {
                let published = sender.finish().await?;
                print::line(&format!("published {published}"));
                Ok(())
            }
            Self::Http(http) => {
                http.flush().await?;
                print::line(&format!(
                    "accepted {}, rejected {}",
                    http.accepted, http.rejected
                ));
                if http.rejected > 0 {
                    return Err(Failure::problems(format!(
                        "{} events were rejected",
                        http.rejected
                    )));
                }
                Ok(())
            }
        }
    }
}

impl HttpTarget {
    async fn flush(&mut self) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let events: Vec<&str> = batch.iter().map(|(_, line)| line.as_str()).collect();
        let answer = self
            .client
            .post(&self.url)
            .bearer_auth(&self.key)
            .header("content-type", "application/cloudevents-batch+json")
            .body(format!("[{}]", events.join(",")))
            .send()
            .await
            .map_err(|error| Failure::dependency(chain(&error.without_url())))?;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_default();
        if !(status.is_success() || status.as_u16() == 422) {
            return Err(Failure::dependency(format!(
                "the hub answered {status}: {}",
                body["detail"].as_str().unwrap_or("no reason given")
            )));
        }
        self.accepted += body["accepted"].as_u64().unwrap_or(0);
        for rejected in body["rejected"].as_array().into_iter().flatten() {
            self.rejected += 1;
            let index = rejected["index"].as_u64().unwrap_or(0) as usize;
            let line = batch.get(index).map_or(0, |(number, _)| *number);
            print::error_line(&format!(
                "line {line}: {}: {}",
                rejected["code"].as_str().unwrap_or_default(),
                rejected["message"].as_str().unwrap_or_default(),
            ));
        }
        Ok(())
    }
}
