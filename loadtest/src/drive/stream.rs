//! The live stream as a desk sees it, resumed where it broke off.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use reqwest::{Method, header};
use schemas::live::LiveEvent;
use tokio::sync::mpsc;

use super::account::Account;

/// Reads the stream for ever and passes its events on. Breaks are resumed from the last sequence seen.
pub async fn follow(desk: Account, events: mpsc::Sender<LiveEvent>) {
    let mut cursor: Option<String> = None;
    while !events.is_closed() {
        if let Err(error) = read(&desk, &events, &mut cursor).await {
            eprintln!("the live stream broke off and is resumed: {error:#}");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn read(desk: &Account, events: &mpsc::Sender<LiveEvent>, cursor: &mut Option<String>) -> Result<()> {
    let mut request = desk.request(Method::GET, "/api/v1/live").await?;
    request = request.header(header::ACCEPT, "text/event-stream").timeout(Duration::from_hours(24));
    if let Some(cursor) = cursor.as_deref() {
        request = request.header("Last-Event-ID", cursor);
    }
    let answer = request.send().await?;
    if !answer.status().is_success() {
        bail!("{}", answer.text().await?);
    }
    let mut chunks = answer.bytes_stream();
    let mut buffer: Vec<u8> = Vec::new();
    while let Some(chunk) = chunks.next().await {
        buffer.extend_from_slice(&chunk?);
        while let Some(end) = find(&buffer, b"\n\n") {
            let frame: Vec<u8> = buffer.drain(..end + 2).collect();
            let Some((id, event)) = parse(&frame)? else { continue };
            if matches!(event, LiveEvent::Reset { .. }) {
                *cursor = None;
                return Ok(());
            }
            if id.is_some() {
                *cursor = id;
            }
            if events.send(event).await.is_err() {
                return Ok(());
            }
        }
    }
    bail!("the server ended the stream")
}

fn find(buffer: &[u8], what: &[u8]) -> Option<usize> {
    buffer.windows(what.len()).position(|window| window == what)
}

/// One frame: its id and its event; a comment is neither.
fn parse(frame: &[u8]) -> Result<Option<(Option<String>, LiveEvent)>> {
    let text = std::str::from_utf8(frame)?;
    let mut id = None;
    let mut data = String::new();
    for line in text.lines() {
        if let Some(value) = line.strip_prefix("data:") {
            data.push_str(value.trim_start());
        } else if let Some(value) = line.strip_prefix("id:") {
            id = Some(value.trim().to_owned());
        }
    }
    if data.is_empty() {
        return Ok(None);
    }
    let event = serde_json::from_str(&data).with_context(|| format!("not a live event: {data:.200}"))?;
    Ok(Some((id, event)))
}
