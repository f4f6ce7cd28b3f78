//! The desk: places orders at a pace of its own, and watches the live stream for their offers.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use domain::{
    id::OrderId,
    order::{Happening, Order, Stage},
};
use reqwest::Response;
use schemas::order::Accepted;
use serde::Deserialize;
use tokio::{sync::mpsc::UnboundedReceiver, task::JoinSet};

use super::{phone::Phones, town::Town};
use crate::measure::{
    edge::Caller,
    pace::Tick,
    sse::{Event, Reader},
};

/// Places orders.
pub struct Desk<'a> {
    town: &'a Town,
    /// When each order that was acknowledged was due.
    placed: HashMap<OrderId, Placed>,
    number: u64,
    refused: Vec<String>,
}

/// When an order was due, and whether it counts.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// When it should have been sent.
    pub due: Instant,
    /// Placed after the warm-up.
    pub counts: bool,
}

impl<'a> Desk<'a> {
    /// Nothing placed yet.
    pub fn new(town: &'a Town) -> Self {
        Self { town, placed: HashMap::new(), number: 0, refused: Vec::new() }
    }

    /// Places an order at each tick, one request each, and waits for all acknowledgements.
    ///
    /// # Errors
    /// If a task fails; a refused order is counted.
    pub async fn place(&mut self, mut ticks: UnboundedReceiver<Tick>, counts: bool) -> Result<()> {
        let mut requests: JoinSet<Result<(OrderId, Placed)>> = JoinSet::new();
        while let Some(tick) = ticks.recv().await {
            self.number += 1;
            let wish = self.town.wish(self.number).context("nothing to order")?.clone();
            let (desk, key) = (self.town.desk.clone(), format!("order-{}", self.number));
            requests.spawn(async move {
                let accepted: Accepted = desk.post("/api/v1/orders", &key, &wish).await?;
                Ok((accepted.order.id, Placed { due: tick.due, counts }))
            });
        }
        while let Some(placed) = requests.join_next().await {
            match placed? {
                Ok((order, placed)) => {
                    self.placed.insert(order, placed);
                }
                Err(error) => self.refused.push(format!("{error:#}")),
            }
        }
        Ok(())
    }

    /// The orders that were acknowledged.
    pub const fn placed(&self) -> &HashMap<OrderId, Placed> {
        &self.placed
    }

    /// The orders that were not, with the reasons.
    pub fn refused(&self) -> &[String] {
        &self.refused
    }
}

/// Watches the live stream, and hands offers to the phones.
#[derive(Clone)]
pub struct Watch(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    offered: HashMap<OrderId, Instant>,
    /// What is ordered and why it waits.
    waiting: HashMap<OrderId, String>,
    known: HashSet<OrderId>,
    last: u64,
    twice: usize,
    /// Orders that were offered again while the earlier offer stood.
    offered_again: HashSet<OrderId>,
    broken: Option<String>,
}

/// What is read of an `order` event.
#[derive(Deserialize)]
struct OrderSeen {
    order: Box<Order>,
}

impl Watch {
    /// Connects, and watches until the end of the process.
    ///
    /// # Errors
    /// If the stream is refused.
    pub async fn start(desk: &Caller, phones: Phones) -> Result<Self> {
        let watch = Self(Arc::default());
        let live = desk.live(None).await?;
        let seen = watch.clone();
        tokio::spawn(async move {
            let error = seen.follow(live, &phones).await.err();
            seen.lock().broken = Some(error.map_or_else(|| "it ended".to_owned(), |e| format!("{e:#}")));
        });
        Ok(watch)
    }

    async fn follow(&self, mut live: Response, phones: &Phones) -> Result<()> {
        let mut reader = Reader::with_data();
        while let Some(chunk) = live.chunk().await? {
            let now = Instant::now();
            let mut result = Ok(());
            reader.feed(&chunk, |event| {
                if result.is_ok() {
                    result = self.take(event, now, phones);
                }
            });
            result?;
        }
        Ok(())
    }

    fn take(&self, event: &Event, now: Instant, phones: &Phones) -> Result<()> {
        let sequence = match (event.name.as_str(), event.id) {
            ("order", Some(sequence)) => sequence,
            ("reset", _) => bail!("the edge asked to begin anew"),
            _ => return Ok(()),
        };
        let OrderSeen { order } = serde_json::from_slice(&event.data).context("an order event")?;
        {
            let mut seen = self.lock();
            seen.twice += usize::from(sequence <= seen.last);
            seen.last = seen.last.max(sequence);
            seen.known.insert(order.id.clone());
            if offered_while_offered(&order) {
                seen.offered_again.insert(order.id.clone());
            }
            match &order.stage {
                Stage::Offered(_) => {
                    seen.offered.entry(order.id.clone()).or_insert(now);
                    seen.waiting.remove(&order.id);
                }
                Stage::Waiting(waiting) => {
                    seen.waiting
                        .insert(order.id.clone(), format!("{:?}: {:?}", order.service, waiting.shortage));
                }
                _ => {}
            }
        }
        phones.see(&order);
        Ok(())
    }

    /// Waits until all these have been offered, at most so long.
    ///
    /// # Errors
    /// If the stream broke off.
    pub async fn until_offered(&self, placed: &HashMap<OrderId, Placed>, within: Duration) -> Result<()> {
        let deadline = Instant::now() + within;
        loop {
            {
                let seen = self.lock();
                if let Some(reason) = &seen.broken {
                    bail!("the live stream broke off: {reason}");
                }
                if placed.keys().all(|order| seen.offered.contains_key(order)) {
                    return Ok(());
                }
            }
            if Instant::now() > deadline {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// When each order was first seen offered.
    pub fn offered(&self) -> HashMap<OrderId, Instant> {
        self.lock().offered.clone()
    }

    /// The orders that wait for somebody: what they are and why.
    pub fn waiting(&self) -> Vec<String> {
        self.lock().waiting.values().cloned().collect()
    }

    /// Orders that nobody placed or that two people were asked for, and events that came twice or late.
    pub fn duplicated(&self, placed: &HashMap<OrderId, Placed>) -> usize {
        let seen = self.lock();
        seen.twice
            + seen.offered_again.len()
            + seen.known.iter().filter(|order| !placed.contains_key(*order)).count()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether someone new was asked although the one asked before had neither declined nor run out of time. All orders
/// here take one person.
fn offered_while_offered(order: &Order) -> bool {
    let mut standing = false;
    for entry in &order.timeline {
        match &entry.what {
            Happening::Offered { .. } if standing => return true,
            Happening::Offered { .. } => standing = true,
            Happening::Declined { .. } | Happening::TimedOut { .. } | Happening::Released { .. } => {
                standing = false;
            }
            _ => {}
        }
    }
    false
}
