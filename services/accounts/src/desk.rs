//! Takes work and answers it. Work that arrives while a transaction is being written is decided together in the next
//! one, so that one flush to disk carries many decisions and nobody is answered before theirs is durable.

use std::sync::Arc;

use domain::calendar::Day;
use runtime::{BoxError, SharedClock};
use schemas::{
    account::{
        assessment::Assessment,
        funding::{AccountsCommand, Balances, ElderQuery, Noted},
    },
    problem::Problem,
};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    ledger::{Work, work::Taken},
    metrics::Metrics,
    rulebook::Rulebook,
    store::{Outcome, Period, Settlement, SettlementError, Store, failed},
};

/// So much work waits at most; more is turned away with a word to come again.
const QUEUE: usize = 4096;
/// So much work goes into one transaction.
const BATCH: usize = 256;

struct Job {
    work: Work,
    answer: oneshot::Sender<Result<Outcome, Problem>>,
}

/// Where work is handed in. Clones share it.
#[derive(Debug, Clone)]
pub struct Desk {
    queue: mpsc::Sender<Job>,
    pub(crate) store: Store,
    pub(crate) rules: Arc<Rulebook>,
    pub(crate) clock: SharedClock,
    metrics: Metrics,
}

/// Writes what was handed in.
pub struct Clerk {
    jobs: mpsc::Receiver<Job>,
    store: Store,
    rules: Arc<Rulebook>,
    clock: SharedClock,
    changed: Arc<Notify>,
    metrics: Metrics,
}

/// A desk and its clerk; `changed` is rung after each transaction.
pub fn open(store: &Store, rules: &Arc<Rulebook>, clock: SharedClock, changed: Arc<Notify>) -> (Desk, Clerk) {
    let (queue, jobs) = mpsc::channel(QUEUE);
    let (store, rules, metrics) = (store.clone(), Arc::clone(rules), Metrics::default());
    let clerk = Clerk {
        jobs,
        store: store.clone(),
        rules: Arc::clone(&rules),
        clock: clock.clone(),
        changed,
        metrics: metrics.clone(),
    };
    (Desk { queue, store, rules, clock, metrics }, clerk)
}

impl Desk {
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Hands work in and waits until its outcome is durable.
    ///
    /// # Errors
    /// `unavailable` if it could not be written, or too much is waiting.
    pub async fn submit(&self, work: Work) -> Result<Outcome, Problem> {
        let (answer, outcome) = oneshot::channel();
        self.queue.try_send(Job { work, answer }).map_err(|_| {
            Problem::unavailable(format!("{QUEUE} pieces of work are waiting already; try again"))
        })?;
        outcome.await.map_err(|_| Problem::unavailable("accounts is stopping; try again"))?
    }

    /// Carries a command out. When it returns, the outcome is durable and will be published.
    ///
    /// # Errors
    /// The refusal's code, or `unavailable`.
    pub async fn command(&self, command: AccountsCommand) -> Result<Noted, Problem> {
        let outcome = self.carry_out(command).await;
        outcome.inspect_err(|problem| self.metrics.refused(&problem.code))
    }

    async fn carry_out(&self, command: AccountsCommand) -> Result<Noted, Problem> {
        let work = match command {
            AccountsCommand::PutPerson { elder, person } => Work::PutPerson(elder, person),
            AccountsCommand::Hold(ask) => Work::Hold(ask),
            AccountsCommand::Capture(capture) => Work::Capture(capture),
            AccountsCommand::Release { id, order } => Work::Release(id, order),
            AccountsCommand::Step { id, matter, by, note, step } => {
                let on = Day::of(self.clock.now());
                Work::Step(Box::new(Taken { id, matter, by, on, note, step: *step }))
            }
            AccountsCommand::Settle { period: text, by } => {
                let drawn = self.store.draw(period(&text)?, &by, self.clock.now()).await;
                return settled(drawn);
            }
            AccountsCommand::ApproveSettlement { period: text, by } => {
                let approved = self.store.approve(period(&text)?, &by, self.clock.now()).await;
                return settled(approved);
            }
            AccountsCommand::Correct { id, order, change, reason, by } => {
                Work::Correct { id, order, change, reason, by }
            }
        };
        match self.submit(work).await? {
            Ok(Some(noted)) => Ok(noted),
            Ok(None) => Err(Problem::new(409, "id_taken", "this command id was used for something else")),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// What the policy gives an elder and what it refuses.
    ///
    /// # Errors
    /// `unknown_elder`, `unavailable`, or why the person cannot be assessed.
    pub async fn eligibility(&self, query: ElderQuery) -> Result<Assessment, Problem> {
        let person = self.store.person(&query.elder).await.map_err(|error| failed(&error))?;
        let Some(person) = person else {
            let detail =
                format!("nothing is known of {} that would decide; set the person first", query.elder);
            return Err(Problem::new(404, "unknown_elder", detail).at("/elder"));
        };
        let assessed = self.rules.assess(&person, query.on);
        assessed.map_err(|error| Problem::new(422, error.code(), error.to_string()))
    }

    /// What an elder has of the month.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn balance(&self, query: ElderQuery) -> Result<Balances, Problem> {
        let month = query.on.month();
        let purses = self.store.balances(&query.elder, month).await.map_err(|error| failed(&error))?;
        Ok(Balances { elder: query.elder, month, purses })
    }
}

/// A month or a quarter.
pub(crate) fn period(text: &str) -> Result<Period, Problem> {
    text.parse().map_err(|_| {
        let detail = format!("{text:?} is no period; give a month (2026-03) or a quarter (2026-Q1)");
        Problem::new(422, "malformed_period", detail).at("/period")
    })
}

fn settled(outcome: Result<Settlement, SettlementError>) -> Result<Noted, Problem> {
    match outcome {
        Ok(settlement) => {
            Ok(Noted::Settlement { period: settlement.period.to_string(), cutoff: settlement.cutoff })
        }
        Err(SettlementError::Books(error)) => Err(failed(&error)),
        Err(refusal) => Err(Problem::new(refusal.status(), refusal.code(), refusal.to_string())),
    }
}

impl Clerk {
    /// Writes until told to stop and nothing is waiting.
    ///
    /// # Errors
    /// None: trouble is told to whoever handed the work in.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), BoxError> {
        loop {
            let first = tokio::select! {
                biased;
                job = self.jobs.recv() => job,
                () = stop.cancelled() => None,
            };
            let Some(first) = first else { return Ok(()) };
            let mut batch = vec![first];
            while batch.len() < BATCH {
                let Ok(job) = self.jobs.try_recv() else { break };
                batch.push(job);
            }
            self.write(batch).await;
        }
    }

    async fn write(&self, batch: Vec<Job>) {
        let (work, answers): (Vec<Work>, Vec<_>) =
            batch.into_iter().map(|job| (job.work, job.answer)).unzip();
        self.metrics.batch(work.len());
        match self.store.work(&work, &self.rules, self.clock.now()).await {
            Ok(outcomes) => {
                self.changed.notify_one();
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    // Who asked may have gone; the outcome stands all the same.
                    drop(answer.send(Ok(outcome)));
                }
            }
            Err(error) => {
                let problem = failed(&error);
                for answer in answers {
                    drop(answer.send(Err(problem.clone())));
                }
            }
        }
    }
}
