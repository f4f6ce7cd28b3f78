//! Supervised tasks and the order in which they stop.
//!
//! Every task has a [`TaskKind`] that says what happens to it on shutdown and what its failure means. Shutdown goes
//! through the phases below, each waiting for the one before, all of them together within one grace; what is still
//! running then is cut off and named in the log.
//!
//! | phase | kinds told to stop |
//! | --- | --- |
//! | 1 stop taking in | `Intake` |
//! | 2 finish what is in flight | `Worker`, `Background` |
//! | 3 flush | `Writer` |
//! | 4 close | `Connection` |

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::BoxError;

/// What a task is for, and so what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskKind {
    /// Takes work in: listeners, subscriptions. Stops first, after finishing what it has taken. Failure stops the
    /// process.
    Intake,
    /// Works on what was taken in. Stops once the intake has ended. Failure stops the process.
    Worker,
    /// Nice to have: statistics, warm-ups. Stops with the workers. Failure is logged and the process goes on.
    Background,
    /// Carries results out: publishers, batchers. Told to stop, it first flushes. Failure stops the process.
    Writer,
    /// Keeps a connection. Stops last. Failure stops the process.
    Connection,
}

impl TaskKind {
    const fn phase(self) -> usize {
        match self {
            Self::Intake => 0,
            Self::Worker | Self::Background => 1,
            Self::Writer => 2,
            Self::Connection => 3,
        }
    }

    /// Whether the process cannot go on without it.
    pub const fn is_critical(self) -> bool {
        !matches!(self, Self::Background)
    }
}

/// Why the process stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The operating system asked, by this signal.
    Signal(&'static str),
    /// A part of the program asked, for this reason.
    Asked(String),
    /// A critical task failed.
    Failed {
        /// The task's name.
        task: String,
        /// What went wrong.
        error: String,
    },
}

impl Stop {
    /// Whether this is an orderly end.
    pub const fn is_orderly(&self) -> bool {
        !matches!(self, Self::Failed { .. })
    }
}

#[derive(Debug, Default)]
struct Phase {
    stop: CancellationToken,
    tracker: TaskTracker,
}

#[derive(Debug)]
struct Inner {
    phases: [Phase; 4],
    /// Cut off, after the grace.
    kill: CancellationToken,
    stop: watch::Sender<Option<Stop>>,
    running: Mutex<BTreeMap<u64, String>>,
    next: AtomicU64,
}

/// Spawns tasks and stops them in order. Clones share the same tasks.
#[derive(Debug, Clone)]
pub struct Tasks(Arc<Inner>);

impl Default for Tasks {
    fn default() -> Self {
        Self(Arc::new(Inner {
            phases: Default::default(),
            kill: CancellationToken::new(),
            stop: watch::Sender::new(None),
            running: Mutex::default(),
            next: AtomicU64::new(0),
        }))
    }
}

impl Tasks {
    /// Starts a task. The token tells it to stop; it then ends by itself, cleanly and soon.
    ///
    /// A panic counts as a failure. Returning `Ok` early is an end like any other.
    pub fn spawn<F, Fut>(&self, kind: TaskKind, name: impl Into<String>, task: F)
    where
        F: FnOnce(CancellationToken) -> Fut,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let name = name.into();
        let Some(phase) = self.0.phases.get(kind.phase()) else { return };
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.running().insert(id, name.clone());
        let mut work = tokio::spawn(task(phase.stop.clone()));
        let tasks = self.clone();
        phase.tracker.spawn(async move {
            let ended = tokio::select! {
                ended = &mut work => Some(ended),
                () = tasks.0.kill.cancelled() => {
                    work.abort();
                    None
                }
            };
            match ended {
                Some(Ok(Ok(()))) => tracing::debug!(task = name, "task ended"),
                Some(Ok(Err(error))) => tasks.failed(kind, &name, &error.to_string()),
                Some(Err(join)) => tasks.failed(kind, &name, &join.to_string()),
                None => tracing::warn!(task = name, "task cut off: it did not end within the grace"),
            }
            tasks.running().remove(&id);
        });
    }

    /// Asks the process to stop, in order, for a reason of the program's own.
    pub fn stop(&self, reason: impl Into<String>) {
        self.first_stop(Stop::Asked(reason.into()));
    }

    /// Waits until someone or something wants the process to stop.
    pub async fn stopping(&self) -> Stop {
        let mut stop = self.0.stop.subscribe();
        match stop.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_else(|| Stop::Asked(String::new())),
            // The sender lives as long as `self`.
            Err(_) => Stop::Asked("the supervisor is gone".to_owned()),
        }
    }

    /// Cancelled when the first phase of the shutdown begins.
    pub fn intake_stopped(&self) -> CancellationToken {
        self.0.phases.first().map(|phase| phase.stop.clone()).unwrap_or_default()
    }

    /// Stops all tasks, phase by phase, and returns the names of those that had to be cut off.
    pub async fn shut_down(&self, grace: Duration) -> Vec<String> {
        let in_order = async {
            for phase in &self.0.phases {
                phase.stop.cancel();
                phase.tracker.close();
                phase.tracker.wait().await;
            }
        };
        if tokio::time::timeout(grace, in_order).await.is_ok() {
            return Vec::new();
        }
        let overdue = self.running().values().cloned().collect();
        self.0.kill.cancel();
        for phase in &self.0.phases {
            phase.stop.cancel();
            phase.tracker.close();
            phase.tracker.wait().await;
        }
        overdue
    }

    pub(crate) fn first_stop(&self, stop: Stop) {
        self.0.stop.send_if_modified(|present| {
            let first = present.is_none();
            if first {
                *present = Some(stop);
            }
            first
        });
    }

    fn failed(&self, kind: TaskKind, task: &str, error: &str) {
        if kind.is_critical() {
            tracing::error!(task, error, "task failed; the process stops");
            self.first_stop(Stop::Failed { task: task.to_owned(), error: error.to_owned() });
        } else {
            tracing::warn!(task, error, "background task failed; the process goes on without it");
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, String>> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn phases_stop_one_after_the_other() {
        let tasks = Tasks::default();
        let order = Arc::new(Mutex::new(Vec::new()));
        for (kind, name) in [
            (TaskKind::Connection, "connection"),
            (TaskKind::Writer, "writer"),
            (TaskKind::Worker, "worker"),
            (TaskKind::Intake, "intake"),
        ] {
            let order = order.clone();
            tasks.spawn(kind, name, |stop| async move {
                stop.cancelled().await;
                // Gives a phase that did not wait the chance to overtake.
                tokio::task::yield_now().await;
                order.lock().unwrap().push(name);
                Ok(())
            });
        }
        assert!(tasks.shut_down(GRACE).await.is_empty());
        assert_eq!(*order.lock().unwrap(), ["intake", "worker", "writer", "connection"]);
    }

    #[tokio::test]
    async fn a_critical_failure_or_panic_stops_the_process_a_background_one_does_not() {
        let tasks = Tasks::default();
        tasks.spawn(TaskKind::Background, "statistics", |_| async { Err("no room".into()) });
        tasks.spawn(TaskKind::Worker, "planner", |_| async { panic!("boom") });
        let stop = tasks.stopping().await;
        assert!(matches!(&stop, Stop::Failed { task, .. } if task == "planner"), "{stop:?}");
        assert!(!stop.is_orderly());
    }

    #[tokio::test(start_paused = true)]
    async fn what_outlasts_the_grace_is_cut_off_and_named() {
        let tasks = Tasks::default();
        tasks.spawn(TaskKind::Worker, "stubborn", |_| std::future::pending());
        tasks.spawn(TaskKind::Worker, "quick", |stop| async move {
            stop.cancelled().await;
            Ok(())
        });
        assert_eq!(tasks.shut_down(GRACE).await, ["stubborn"]);
    }

    #[tokio::test]
    async fn the_first_reason_to_stop_counts() {
        let tasks = Tasks::default();
        tasks.stop("a test is over");
        tasks.stop("too late");
        assert_eq!(tasks.stopping().await, Stop::Asked("a test is over".into()));
    }
}
