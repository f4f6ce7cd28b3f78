//! The process that acts for the district: inputs to the core, effects in order, answers once durable.

use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    pin::Pin,
    time::{Duration, Instant},
};

use bus::{
    Bus, FenceError, FencedWriter, PendingAck, StreamError,
    lease::{Tenancy, office::StepDown},
};
use domain::{
    id::DistrictId,
    order::{Order, Refusal},
};
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use runtime::SharedClock;
use schemas::{
    envelope::CloudEvent,
    order::{Accepted, DispatchRequest, OrderEvent},
    problem::Problem,
    subject::{self, Service, StreamKind},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    core::{Core, Effect, Input, Ticket, funding::Question},
    funds,
    metrics::Metrics,
};

/// A request with the place for its answer.
pub type Asked = (DispatchRequest, oneshot::Sender<Result<Accepted, Problem>>);

/// The most decisions that may be on their way to the stream; beyond that requests wait.
const IN_FLIGHT: usize = 1024;
/// Without a deadline the core is asked again after this.
const IDLE: Duration = Duration::from_mins(1);

/// A decision on its way, or an answer behind one: what rests on a decision is not told before it is durable.
struct Pending {
    ack: Option<PendingAck>,
    reply: Option<(Ticket, Reply)>,
    /// What is asked of `accounts` once everything before is durable.
    ask: Option<Box<Question>>,
    sent: Instant,
}

/// What is answered.
enum Reply {
    /// Done with this decision.
    Done(Box<Order>),
    /// Done before.
    Repeated(Box<Order>),
    /// No.
    Refused(Problem),
}

/// The active process of one district.
pub struct Active {
    core: Core,
    bus: Bus,
    writer: FencedWriter,
    tenancy: Tenancy,
    district: DistrictId,
    clock: SharedClock,
    metrics: Metrics,
    pending: VecDeque<Pending>,
    asked: HashMap<Ticket, oneshot::Sender<Result<Accepted, Problem>>>,
    tickets: Ticket,
    /// Requests about orders that are being read from the stream.
    recalls: FuturesUnordered<BoxFuture<'static, Recalled>>,
    /// Questions to `accounts` that are out; who takes over asks them again.
    questions: FuturesUnordered<BoxFuture<'static, Input>>,
}

/// A request about a forgotten order, and the order as the stream has it.
type Recalled = (Ticket, Box<DispatchRequest>, Result<Option<Order>, StreamError>);

impl Active {
    /// Acts on a rebuilt core with a writer whose takeover mark is stored.
    pub fn new(
        core: Core,
        (bus, writer, tenancy): (Bus, FencedWriter, Tenancy),
        district: DistrictId,
        clock: SharedClock,
        metrics: Metrics,
    ) -> Self {
        Self {
            core,
            bus,
            writer,
            tenancy,
            district,
            clock,
            metrics,
            pending: VecDeque::new(),
            asked: HashMap::new(),
            tickets: 0,
            recalls: FuturesUnordered::new(),
            questions: FuturesUnordered::new(),
        }
    }

    /// Acts until the intake of requests ends, then finishes what is in flight; or until the fence is lost.
    pub async fn run(
        mut self,
        mut requests: mpsc::Receiver<Asked>,
        mut inputs: mpsc::Receiver<Input>,
    ) -> StepDown {
        match self.act(&mut requests, &mut inputs).await {
            Ok(()) => StepDown::Stopped,
            Err(error) => {
                self.disown();
                StepDown::Fence(error)
            }
        }
    }

    async fn act(
        &mut self,
        requests: &mut mpsc::Receiver<Asked>,
        inputs: &mut mpsc::Receiver<Input>,
    ) -> Result<(), FenceError> {
        self.handle(Input::Tick).await?;
        loop {
            let wake = self.core.next_deadline().map_or(IDLE, |at| self.clock.until(at).min(IDLE));
            let room = self.pending.len() < IN_FLIGHT;
            tokio::select! {
                stored = front(&mut self.pending), if !self.pending.is_empty() => self.stored(stored)?,
                asked = requests.recv(), if room => match asked {
                    Some((request, answer)) => {
                        self.tickets += 1;
                        self.asked.insert(self.tickets, answer);
                        self.request(self.tickets, Box::new(request)).await?;
                    }
                    // The intake has stopped: finish what is in flight.
                    None => break,
                },
                Some(recalled) = self.recalls.next(), if room => self.recalled(recalled).await?,
                Some(answered) = self.questions.next(), if room => self.handle(answered).await?,
                Some(input) = inputs.recv(), if room => self.handle(input).await?,
                () = tokio::time::sleep(wake), if room => self.handle(Input::Tick).await?,
            }
        }
        while let Some(recalled) = self.recalls.next().await {
            self.recalled(recalled).await?;
        }
        while !self.pending.is_empty() {
            let stored = front(&mut self.pending).await;
            self.stored(stored)?;
        }
        Ok(())
    }

    /// What the core has forgotten about is read first; everything else is decided at once.
    async fn request(&mut self, ticket: Ticket, request: Box<DispatchRequest>) -> Result<(), FenceError> {
        let Some(order) = self.core.forgotten(&request) else {
            return self.handle(Input::Request(ticket, request)).await;
        };
        let (bus, stream) = (self.bus.clone(), StreamKind::Orders.name(&self.district));
        let subject = subject::order(&self.district, &order);
        self.recalls.push(Box::pin(async move {
            let last = bus.messages_for_subject(&stream, &subject, 1).await.map(|mut messages| {
                messages.pop().and_then(|m| m.decode::<CloudEvent<OrderEvent>>().ok()).map(|e| e.data.order)
            });
            (ticket, request, last)
        }));
        Ok(())
    }

    async fn recalled(&mut self, (ticket, request, last): Recalled) -> Result<(), FenceError> {
        match last {
            Ok(order) => {
                if let Some(order) = order {
                    self.core.recall(order);
                }
                self.handle(Input::Request(ticket, request)).await
            }
            Err(error) => {
                tracing::warn!(%error, "a closed order cannot be read just now");
                self.answer(
                    ticket,
                    Err(Problem::unavailable("the order cannot be read just now; try again")),
                );
                Ok(())
            }
        }
    }

    async fn handle(&mut self, input: Input) -> Result<(), FenceError> {
        let started = Instant::now();
        let now = self.clock.now();
        let effects = self.core.handle(input, now);
        self.metrics.decide.record(started.elapsed().as_secs_f64() * 1000.0, &[]);
        for effect in effects {
            self.carry_out(effect, started).await?;
        }
        self.metrics.waiting.record(self.core.waiting() as f64, &[]);
        Ok(())
    }

    async fn carry_out(&mut self, effect: Effect, started: Instant) -> Result<(), FenceError> {
        match effect {
            Effect::Commit { event, answer } => {
                self.metrics.event(&event);
                let at = event.order.timeline.last().map_or(event.order.created_at, |e| e.at);
                let id = format!("{}-{}", event.order.id, event.order.revision);
                let subject = subject::order(&self.district, &event.order.id);
                let event =
                    CloudEvent::new(id, Service::Dispatch.source(), self.district.clone(), at, *event);
                let ack = match self.writer.publish(subject, &event).await {
                    Ok(ack) => ack,
                    Err(error) => {
                        // The core is ahead of the stream and is rebuilt; but the asker must not repeat in vain.
                        if let (FenceError::Unsendable { .. }, Some(ticket)) = (&error, answer) {
                            let refusal = Refusal::TooLarge;
                            let problem = Problem::new(refusal.status(), refusal.code(), refusal.to_string());
                            self.answer(ticket, Err(problem));
                        }
                        return Err(error);
                    }
                };
                let reply = answer.map(|ticket| (ticket, Reply::Done(Box::new(event.data.order))));
                self.pending.push_back(Pending { ack: Some(ack), reply, ask: None, sent: started });
            }
            Effect::Ask(question) => {
                let ask = Some(question);
                self.pending.push_back(Pending { ack: None, reply: None, ask, sent: started });
            }
            Effect::Repeat { ticket, order } => self.queue(ticket, Reply::Repeated(order), started),
            Effect::Refuse { ticket, problem } => {
                self.metrics.refusal(&problem.code);
                self.queue(ticket, Reply::Refused(problem), started);
            }
        }
        Ok(())
    }

    /// An answer that changes nothing waits for all decisions before it.
    fn queue(&mut self, ticket: Ticket, reply: Reply, sent: Instant) {
        self.pending.push_back(Pending { ack: None, reply: Some((ticket, reply)), ask: None, sent });
    }

    /// The first of the pending is durable: answer it.
    fn stored(&mut self, stored: Result<bus::Sequence, FenceError>) -> Result<(), FenceError> {
        let sequence = stored?;
        let Some(pending) = self.pending.pop_front() else { return Ok(()) };
        if let Some(question) = pending.ask {
            self.questions.push(funds::ask(self.bus.clone(), self.district.clone(), *question));
            return Ok(());
        }
        if pending.ack.is_some() {
            self.metrics.commit.record(pending.sent.elapsed().as_secs_f64() * 1000.0, &[]);
        } else if !self.tenancy.is_sure() {
            // Nothing is written with this answer, so no fence would tell that another process acts meanwhile.
            if let Some((ticket, _)) = pending.reply {
                self.answer(ticket, Err(changing_hands()));
            }
            return Ok(());
        }
        if let Some((ticket, reply)) = pending.reply {
            let answer = match reply {
                Reply::Done(order) => Ok(Accepted { order: *order, sequence: sequence.0, repeated: false }),
                // What was only repeated is durable with whatever was stored last.
                Reply::Repeated(order) => {
                    let sequence = self.writer.expected().0;
                    Ok(Accepted { order: *order, sequence, repeated: true })
                }
                Reply::Refused(problem) => Err(problem),
            };
            self.answer(ticket, answer);
        }
        Ok(())
    }

    fn answer(&mut self, ticket: Ticket, answer: Result<Accepted, Problem>) {
        if let Some(asked) = self.asked.remove(&ticket) {
            // The asker may have given up waiting.
            let _ = asked.send(answer);
        }
    }

    /// Nobody may hear "yes" from a process that lost its district; commands can be repeated safely.
    fn disown(&mut self) {
        for (_, asked) in self.asked.drain() {
            let _ = asked.send(Err(changing_hands()));
        }
    }
}

fn changing_hands() -> Problem {
    Problem::unavailable("dispatch is changing hands; repeat the command as it is")
}

/// Waits for the first of the pending.
async fn front(pending: &mut VecDeque<Pending>) -> Result<bus::Sequence, FenceError> {
    std::future::poll_fn(|cx| match pending.front_mut() {
        Some(Pending { ack: Some(ack), .. }) => Pin::new(ack).poll(cx),
        Some(Pending { ack: None, .. }) => std::task::Poll::Ready(Ok(bus::Sequence(0))),
        None => std::task::Poll::Pending,
    })
    .await
}
