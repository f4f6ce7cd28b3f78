//! How the listeners reach whoever acts. Alarms overtake all other traffic: they have a queue of their own, taken first.
//!
//! A process that does not act hears nothing: its listeners say so to the device in the words of its protocol, and the
//! device tries again.

use std::time::{Duration, Instant};

use domain::alarm::Signal;
use schemas::problem::Problem;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{decode::Garbage, metrics::Metrics};

/// How long a device may wait for its answer before it is told to try again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Alarms and other signals that may wait; beyond that the listeners wait.
const QUEUE: usize = 4096;

/// A signal and where its answer goes.
#[derive(Debug)]
pub struct Said {
    /// What.
    pub signal: Signal,
    /// Durable, or why not.
    pub answer: oneshot::Sender<Result<(), Problem>>,
}

/// The two queues to whoever acts.
#[derive(Debug, Clone)]
pub struct Mouths {
    /// Alarms.
    pub alarms: mpsc::Sender<Said>,
    /// Everything else.
    pub signs: mpsc::Sender<Said>,
}

/// What whoever acts takes from.
#[derive(Debug)]
pub struct Queues {
    /// Taken first.
    pub alarms: mpsc::Receiver<Said>,
    /// Taken when there is no alarm.
    pub signs: mpsc::Receiver<Said>,
}

impl Queues {
    /// A pair of both.
    pub fn new() -> (Mouths, Self) {
        let (alarms, alarm_queue) = mpsc::channel(QUEUE);
        let (signs, sign_queue) = mpsc::channel(QUEUE);
        (Mouths { alarms, signs }, Self { alarms: alarm_queue, signs: sign_queue })
    }
}

/// What was said is not durable, as far as is known: the device must say it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unheard {
    /// This process does not act for the district now.
    Away,
    /// No answer in time.
    Late,
    /// Refused.
    Refused,
}

/// What the listeners speak into.
#[derive(Debug, Clone)]
pub struct Ear {
    mouths: watch::Receiver<Option<Mouths>>,
    metrics: Metrics,
}

impl Ear {
    /// An ear that hears while the other end holds queues.
    pub fn new(mouths: watch::Receiver<Option<Mouths>>, metrics: Metrics) -> Self {
        Self { mouths, metrics }
    }

    /// Whether this process acts.
    pub fn hears(&self) -> bool {
        self.mouths.borrow().is_some()
    }

    /// Counts a frame that was not understood.
    pub fn garbage(&self, via: &'static str, garbage: Garbage) {
        self.metrics.garbage(via, garbage);
    }

    /// Says something and returns once it is durable.
    ///
    /// # Errors
    /// [`Unheard`]; the device must repeat.
    pub async fn say(&self, signal: Signal) -> Result<(), Unheard> {
        self.say_all(vec![signal]).await
    }

    /// Says several things of one frame; all are durable when this returns.
    ///
    /// # Errors
    /// [`Unheard`] if any was not heard.
    pub async fn say_all(&self, signals: Vec<Signal>) -> Result<(), Unheard> {
        let began = Instant::now();
        let Some(mouths) = self.mouths.borrow().clone() else { return Err(Unheard::Away) };
        if let Some(signal) = signals.first() {
            self.metrics.signals(signal.via.name(), signals.len());
        }
        let heard = async {
            let mut answers = Vec::with_capacity(signals.len());
            for signal in signals {
                let (answer, answered) = oneshot::channel();
                let to = if signal.alarm().is_some() { &mouths.alarms } else { &mouths.signs };
                to.send(Said { signal, answer }).await.map_err(|_| Unheard::Away)?;
                answers.push(answered);
            }
            for answered in answers {
                answered.await.map_err(|_| Unheard::Away)?.map_err(|_| Unheard::Refused)?;
            }
            Ok(())
        };
        let outcome = tokio::time::timeout(PATIENCE, heard).await.unwrap_or(Err(Unheard::Late));
        self.metrics.ack.record(began.elapsed().as_secs_f64() * 1000.0, &[]);
        outcome
    }
}
