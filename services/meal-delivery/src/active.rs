//! The process that acts for the district: inputs to the core, effects in order, answers once durable.
//!
//! A day's meals and who eats them have a stream each; what was sent is acknowledged in the order it was sent, whichever
//! stream it went to.

use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    pin::Pin,
    time::{Duration, Instant},
};

use bus::{Bus, FenceError, FencedWriter, PendingAck, lease::Tenancy};
use domain::{id::DistrictId, meal::MealRefusal};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use runtime::SharedClock;
use schemas::{
    envelope::{CloudEvent, EventData},
    meal::{
        CodeQuery, CountQuery, KitchenCount, Labels, LabelsQuery, MealCode, MealDone, MealEvent, MealQuote,
        MealQuoteQuery, MealRequest,
    },
    problem::Problem,
    subject::{Service, StreamKind},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    core::{Core, Effect, Input, Ticket, funding::Question, welfare::Raise},
    metrics::Metrics,
    neighbours,
    planner::Planners,
};

/// Where an answer goes.
pub type Answer<T> = oneshot::Sender<Result<T, Problem>>;

/// What comes in from the bus.
pub enum Asked {
    /// A command.
    Command(Box<MealRequest>, Answer<MealDone>),
    /// What would it cost?
    Quote(Box<MealQuoteQuery>, Answer<MealQuote>),
    /// What is to be cooked?
    Count(CountQuery, Answer<KitchenCount>),
    /// What proves that a meal is the elder's?
    Code(CodeQuery, Answer<MealCode>),
    /// What do the labels say?
    Labels(LabelsQuery, Answer<Labels>),
}

/// Why the process no longer acts.
#[derive(Debug)]
pub enum StepDown {
    /// It was told to stop, and everything in flight is durable and answered.
    Stopped,
    /// A fence is lost, or nobody knows what is stored: rebuild.
    Fence(FenceError),
}

/// The most decisions that may be on their way to the streams; beyond that inputs wait.
const IN_FLIGHT: usize = 2048;
/// Without a deadline the core is asked again after this.
const IDLE: Duration = Duration::from_mins(1);

/// What becomes possible once everything before is durable.
enum Then {
    Nothing,
    Answer(Ticket, Result<MealDone, Problem>),
    Ask(Box<Question>),
    Raise(Box<Raise>),
}

struct Pending {
    ack: Option<PendingAck>,
    then: Then,
    sent: Instant,
}

/// The writers of the two streams.
pub struct Writers {
    /// A day's meals.
    pub meals: FencedWriter,
    /// Who eats, cooks and carries.
    pub diners: FencedWriter,
}

/// What the active process works with.
pub struct Means {
    /// The bus.
    pub bus: Bus,
    /// Whether this process still holds the lease.
    pub tenancy: Tenancy,
    /// Whose meals.
    pub district: DistrictId,
    /// The time.
    pub clock: SharedClock,
    /// Its numbers.
    pub metrics: Metrics,
    /// Who plans rounds.
    pub planners: Planners,
}

/// The active process of one district.
pub struct Active {
    core: Core,
    means: Means,
    writers: Writers,
    pending: VecDeque<Pending>,
    waiting: HashMap<Ticket, Answer<MealDone>>,
    tickets: Ticket,
    /// Questions that are out, as inputs; who takes over asks them again.
    questions: FuturesUnordered<BoxFuture<'static, Input>>,
}

impl Active {
    /// Acts on a rebuilt core with writers whose takeover marks are stored.
    pub fn new(core: Core, writers: Writers, means: Means) -> Self {
        Self {
            core,
            means,
            writers,
            pending: VecDeque::new(),
            waiting: HashMap::new(),
            tickets: 0,
            questions: FuturesUnordered::new(),
        }
    }

    /// Acts until the intake of requests ends, then finishes what is in flight; or until a fence is lost.
    pub async fn run(
        mut self,
        mut asked: mpsc::Receiver<Asked>,
        mut inputs: mpsc::Receiver<Input>,
    ) -> StepDown {
        match self.act(&mut asked, &mut inputs).await {
            Ok(()) => StepDown::Stopped,
            Err(error) => {
                self.disown();
                StepDown::Fence(error)
            }
        }
    }

    async fn act(
        &mut self,
        asked: &mut mpsc::Receiver<Asked>,
        inputs: &mut mpsc::Receiver<Input>,
    ) -> Result<(), FenceError> {
        let effects = self.core.begin(self.means.clock.now());
        self.carry_out(effects).await?;
        loop {
            let wake = self.core.next_deadline().map_or(IDLE, |at| self.means.clock.until(at).min(IDLE));
            let room = self.pending.len() < IN_FLIGHT;
            tokio::select! {
                stored = front(&mut self.pending), if !self.pending.is_empty() => self.stored(stored)?,
                asked = asked.recv(), if room => match asked {
                    Some(asked) => self.asked(asked).await?,
                    // The intake has stopped: finish what is in flight.
                    None => break,
                },
                Some(answered) = self.questions.next(), if room => self.handle(answered).await?,
                Some(input) = inputs.recv(), if room => self.handle(input).await?,
                () = tokio::time::sleep(wake), if room => self.handle(Input::Tick).await?,
            }
        }
        while !self.pending.is_empty() {
            let stored = front(&mut self.pending).await;
            self.stored(stored)?;
        }
        Ok(())
    }

    async fn asked(&mut self, asked: Asked) -> Result<(), FenceError> {
        // Who asked may have given up waiting; that is theirs.
        match asked {
            Asked::Command(request, answer) => {
                self.tickets += 1;
                self.waiting.insert(self.tickets, answer);
                return self.handle(Input::Request(self.tickets, request)).await;
            }
            Asked::Quote(query, answer) => match self.core.quote(&query, self.means.clock.now()) {
                Ok((quote, Some(shares))) => {
                    let (bus, district) = (self.means.bus.clone(), self.means.district.clone());
                    let asking = async move {
                        let _ = answer.send(neighbours::share(bus, district, quote, shares).await);
                        Input::Tick
                    };
                    self.questions.push(asking.boxed());
                }
                quote => {
                    drop(answer.send(quote.map(|(quote, _)| quote).map_err(|refusal| problem(&refusal))));
                }
            },
            Asked::Count(query, answer) => {
                drop(answer.send(self.core.count_for(&query).map_err(|refusal| problem(&refusal))));
            }
            Asked::Code(query, answer) => {
                drop(answer.send(self.core.code_for(&query).map_err(|refusal| problem(&refusal))));
            }
            Asked::Labels(query, answer) => {
                drop(answer.send(self.core.labels_for(&query).map_err(|refusal| problem(&refusal))));
            }
        }
        Ok(())
    }

    async fn handle(&mut self, input: Input) -> Result<(), FenceError> {
        let effects = self.core.handle(input, self.means.clock.now());
        self.carry_out(effects).await?;
        self.means.metrics.open.record(self.core.open_count() as f64, &[]);
        Ok(())
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), FenceError> {
        for effect in effects {
            let then = match effect {
                Effect::Commit(event) => {
                    self.commit(*event).await?;
                    continue;
                }
                Effect::Done { ticket, done } => Then::Answer(ticket, Ok(*done)),
                Effect::Refuse { ticket, problem } => {
                    self.means.metrics.refusal(&problem.code);
                    Then::Answer(ticket, Err(problem))
                }
                Effect::Ask(question) => Then::Ask(question),
                Effect::Raise(raise) => Then::Raise(raise),
                Effect::Solve(puzzle) => {
                    let (plan, began) = (self.means.planners.plan(*puzzle), Instant::now());
                    let took = self.means.metrics.plan.clone();
                    let timed =
                        plan.inspect(move |_| took.record(began.elapsed().as_secs_f64() * 1000.0, &[]));
                    self.questions.push(timed.boxed());
                    continue;
                }
            };
            self.pending.push_back(Pending { ack: None, then, sent: Instant::now() });
        }
        Ok(())
    }

    async fn commit(&mut self, event: MealEvent) -> Result<(), FenceError> {
        self.means.metrics.event(&event);
        let writer = match event.stream() {
            StreamKind::Diners => &mut self.writers.diners,
            _ => &mut self.writers.meals,
        };
        // The stream's sequence makes it a name no other message has.
        let id = format!("{}-{}", event.aggregate(), writer.expected().next());
        let to = event.subject(&self.means.district);
        let (district, now) = (self.means.district.clone(), self.means.clock.now());
        let event = CloudEvent::new(id, Service::MealDelivery.source(), district, now, event);
        let ack = Some(writer.publish(to, &event).await?);
        self.pending.push_back(Pending { ack, then: Then::Nothing, sent: Instant::now() });
        Ok(())
    }

    /// The first of the pending is durable: what waited for it happens.
    fn stored(&mut self, stored: Result<(), FenceError>) -> Result<(), FenceError> {
        stored?;
        let Some(Pending { ack, then, sent }) = self.pending.pop_front() else { return Ok(()) };
        if ack.is_some() {
            self.means.metrics.commit.record(sent.elapsed().as_secs_f64() * 1000.0, &[]);
        }
        let (bus, district) = (self.means.bus.clone(), self.means.district.clone());
        match then {
            Then::Nothing => {}
            // Nothing may have been written for this answer, so no fence would tell that another process acts.
            Then::Answer(ticket, _) if !self.means.tenancy.is_sure() => {
                self.answer(ticket, Err(changing_hands()));
            }
            Then::Answer(ticket, done) => self.answer(ticket, done),
            Then::Ask(question) => self.questions.push(neighbours::hold(bus, district, *question)),
            Then::Raise(raise) => self.questions.push(neighbours::raise(bus, district, *raise)),
        }
        Ok(())
    }

    fn answer(&mut self, ticket: Ticket, answer: Result<MealDone, Problem>) {
        if let Some(asked) = self.waiting.remove(&ticket) {
            // The asker may have given up waiting.
            let _ = asked.send(answer);
        }
    }

    /// Nobody may hear "yes" from a process that lost its district; commands can be repeated safely.
    fn disown(&mut self) {
        for (_, asked) in self.waiting.drain() {
            let _ = asked.send(Err(changing_hands()));
        }
    }
}

fn problem(refusal: &MealRefusal) -> Problem {
    Problem::new(refusal.status(), refusal.code(), refusal.to_string())
}

fn changing_hands() -> Problem {
    Problem::unavailable("meal-delivery is changing hands; repeat the command as it is")
}

/// Waits for the first of the pending.
async fn front(pending: &mut VecDeque<Pending>) -> Result<(), FenceError> {
    std::future::poll_fn(|cx| match pending.front_mut() {
        Some(Pending { ack: Some(ack), .. }) => Pin::new(ack).poll(cx).map(|stored| stored.map(|_| ())),
        Some(Pending { ack: None, .. }) => std::task::Poll::Ready(Ok(())),
        None => std::task::Poll::Pending,
    })
    .await
}
