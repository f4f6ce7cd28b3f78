//! The hot path: phones' reports, from the bytes to the index.
//!
//! Messages are taken in batches, as many as have arrived. A batch is first parsed, then judged under one lock, with
//! one reading of the clock.

use std::ops::Range;

use bus::{Bus, DeadLetters, Message, SubscribeError, Subscription, dead_letter::Poison};
use domain::id::DistrictId;
use futures::StreamExt;
use runtime::{BoxError, SharedClock};
use schemas::{position::Fix, subject};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::parse;
use crate::{active::DurableWork, shared::Shared};

/// The most messages in one batch.
const BATCH: usize = 256;

/// Takes reports.
pub(crate) struct Reports {
    messages: Subscription,
    core: Shared,
    clock: SharedClock,
    durable: DurableWork,
    malformed: mpsc::Sender<Message>,
    fixes: Vec<Fix>,
    /// Of each message of the batch: where its fixes are, or that it is no report.
    read: Vec<Option<Range<usize>>>,
}

impl Reports {
    /// Subscribes; messages wait until [`Reports::run`].
    pub(crate) async fn new(
        bus: &Bus,
        district: &DistrictId,
        core: Shared,
        clock: SharedClock,
        durable: DurableWork,
        malformed: mpsc::Sender<Message>,
    ) -> Result<Self, SubscribeError> {
        let messages = bus.subscribe(&subject::position_reports(district)).await?;
        Ok(Self { messages, core, clock, durable, malformed, fixes: Vec::new(), read: Vec::new() })
    }

    /// Takes reports until told to stop, and then those that have arrived.
    ///
    /// # Errors
    /// If the subscription ends although nobody asked it to, which means that the connection was closed.
    pub(crate) async fn run(mut self, stop: CancellationToken) -> Result<(), BoxError> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut stopping = false;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled(), if !stopping => {
                    stopping = true;
                    self.messages.drain().await;
                }
                more = next_batch(&mut self.messages, &mut batch) => {
                    self.take(&batch);
                    batch.clear();
                    if !more {
                        break;
                    }
                }
            }
        }
        if stopping { Ok(()) } else { Err("no more position reports: the connection was closed".into()) }
    }

    fn take(&mut self, batch: &[Message]) {
        self.fixes.clear();
        self.read.clear();
        for message in batch {
            let before = self.fixes.len();
            let read = parse::fixes_of(message.payload(), &mut self.fixes);
            self.read.push(read.is_ok().then_some(before..self.fixes.len()));
        }
        let now = self.clock.now();
        let mut core = self.core.write();
        for (message, read) in batch.iter().zip(&self.read) {
            let whose = parse::caregiver_of(message.subject());
            let fixes = read.clone().and_then(|range| self.fixes.get_mut(range));
            if let (Some(whose), Some(fixes)) = (whose, fixes) {
                core.report(whose, fixes, now);
            } else {
                core.malformed();
                // A full queue means that enough of them are on their way to the desk.
                let _ = self.malformed.try_send(message.clone());
            }
        }
        if core.has_durable_work() {
            self.durable.wake();
        }
    }
}

/// Waits for one message and adds all that have arrived with it; `false` when there will be no more.
async fn next_batch(messages: &mut Subscription, batch: &mut Vec<Message>) -> bool {
    if batch.is_empty() {
        match messages.next().await {
            Some(message) => batch.push(message),
            None => return false,
        }
    }
    while batch.len() < BATCH {
        match futures::FutureExt::now_or_never(messages.next()) {
            Some(Some(message)) => batch.push(message),
            Some(None) => return false,
            None => break,
        }
    }
    true
}

/// Shows the desk a sample of what cannot be read, one a second: a broken app must not flood the dead letters.
pub(crate) async fn keep_a_sample(
    mut malformed: mpsc::Receiver<Message>,
    dead: DeadLetters,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let every = std::time::Duration::from_secs(1);
    loop {
        let message = tokio::select! {
            message = malformed.recv() => message,
            () = stop.cancelled() => None,
        };
        let Some(message) = message else { return Ok(()) };
        let detail = match parse::fixes_of(message.payload(), &mut Vec::new()) {
            Ok(()) => "the subject names no caregiver".to_owned(),
            Err(error) => format!("no position report: {error}"),
        };
        let (subject, payload) = (message.subject(), message.payload());
        let (code, detail) = ("undecodable", detail.as_str());
        dead.keep(Poison { subject, sequence: None, again: None, payload, code, detail }).await;
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = stop.cancelled() => return Ok(()),
        }
    }
}
