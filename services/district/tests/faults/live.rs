//! The live stream as a client reads it that was told nothing about faults: it resumes where it was, or starts anew
//! when told to.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{id::OrderId, order::Order};
use futures::StreamExt;
use reqwest::{Method, StatusCode};
use schemas::live::LiveEvent;
use tokio::sync::{mpsc, watch};

use crate::account::Account;

/// The server pings at least so often; a line silent for longer is dead.
const SILENCE: Duration = Duration::from_secs(20);
/// A client whose line is lost tries again after so long.
const AGAIN: Duration = Duration::from_millis(150);

/// What a client has seen.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// Sequences of order events, each once.
    pub events: BTreeSet<u64>,
    /// The first thing known, and what later snapshots stood for.
    pub snapshots: Vec<u64>,
    /// How often the line was lost and taken up again.
    pub resumed: u32,
    /// The newest revision of each order.
    pub orders: BTreeMap<OrderId, u32>,
}

/// A client's end of the stream.
pub struct Live {
    account: Account,
    cursor: Option<u64>,
    seen: watch::Sender<Seen>,
    orders: mpsc::UnboundedSender<Order>,
}

impl Live {
    /// What it has seen, and each order as it becomes known.
    pub fn new(account: Account) -> (Self, watch::Receiver<Seen>, mpsc::UnboundedReceiver<Order>) {
        let (seen, looking) = watch::channel(Seen::default());
        let (orders, heard) = mpsc::unbounded_channel();
        (Self { account, cursor: None, seen, orders }, looking, heard)
    }

    /// Reads for ever.
    pub async fn run(mut self) {
        loop {
            self.connect().await;
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// One connection, to its end.
    async fn connect(&mut self) {
        let Some(mut request) = self.account.request(Method::GET, "/api/v1/live").await else { return };
        if let Some(cursor) = self.cursor {
            request = request.header("last-event-id", cursor);
        }
        let Ok(response) = request.send().await else { return };
        if response.status() == StatusCode::UNAUTHORIZED {
            return self.account.sign_in_again().await;
        }
        if !response.status().is_success() {
            return;
        }
        let resumed = u32::from(self.cursor.is_some());
        self.seen.send_modify(|seen| seen.resumed += resumed);
        let mut bytes = response.bytes_stream();
        let mut buffer = Vec::new();
        while let Ok(Some(Ok(chunk))) = tokio::time::timeout(SILENCE, bytes.next()).await {
            buffer.extend_from_slice(&chunk);
            while let Some(end) = buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = buffer.drain(..end + 2).collect();
                let block = String::from_utf8(block).unwrap();
                let Some(data) = block.lines().find_map(|line| line.strip_prefix("data:")) else { continue };
                self.take(serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}")));
            }
        }
    }

    fn take(&mut self, event: LiveEvent) {
        match event {
            LiveEvent::Snapshot(snapshot) => {
                self.cursor = Some(snapshot.sequence);
                self.seen.send_modify(|seen| seen.snapshots.push(snapshot.sequence));
                snapshot.orders.into_iter().for_each(|order| self.note(order));
            }
            LiveEvent::Order { sequence, order, .. } => {
                assert!(
                    self.cursor.is_none_or(|last| last < sequence),
                    "{sequence} came again or out of turn"
                );
                self.cursor = Some(sequence);
                self.seen.send_modify(|seen| assert!(seen.events.insert(sequence), "{sequence} came twice"));
                self.note(*order);
            }
            LiveEvent::Reset { .. } => self.cursor = None,
            _ => {}
        }
    }

    fn note(&mut self, order: Order) {
        self.seen.send_modify(|seen| {
            let newest = seen.orders.entry(order.id.clone()).or_default();
            *newest = order.revision.max(*newest);
        });
        // Nobody may be interested.
        let _ = self.orders.send(order);
    }
}
