//! The bare subscriber, in a process of its own: it counts, and tells its count when asked. What one core
//! subscription can take at most, with the client and the connection every service here has.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use anyhow::{Context, Result, bail};
use bus::{Bus, ToSubject};
use bytes::Bytes;
use futures::StreamExt;
use runtime::{Health, NatsConfig};

use super::crowd::PATIENCE;

/// What it counts.
const SUBJECT: &str = "bare.*";
/// Where it is asked.
const ASK: &str = "barely.counted";

/// Arguments of the hidden `loadtest sink`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The server.
    #[arg(long)]
    nats: String,
}

/// Runs until it is ended.
pub async fn run(args: &Args) -> Result<()> {
    let config = NatsConfig { url: args.nats.clone(), ..NatsConfig::default() };
    let bus = Bus::connect(&config, "sink", Health::default().part("nats")).await?;
    let mut messages = bus.subscribe(SUBJECT).await?;
    let mut asked = bus.subscribe(ASK).await?;
    let count = Arc::new(AtomicU64::new(0));
    let (counted, answers) = (Arc::clone(&count), bus.clone());
    tokio::spawn(async move {
        while let Some(question) = asked.next().await {
            let Some(to) = question.reply() else { continue };
            let answer = counted.load(Ordering::Relaxed).to_string();
            if answers.publish_bytes(to.clone(), answer.into()).await.is_err() {
                return;
            }
        }
    });
    while messages.next().await.is_some() {
        count.fetch_add(1, Ordering::Relaxed);
    }
    bail!("the connection was closed")
}

/// Asks how many messages it has counted.
///
/// # Errors
/// If it does not answer.
pub async fn count(bus: &Bus) -> Result<i64> {
    let answer = bus.request_bytes(&ASK.to_subject(), Bytes::from_static(b"?"), PATIENCE).await?;
    std::str::from_utf8(&answer)?.parse().context("the bare subscriber answers with a number")
}
