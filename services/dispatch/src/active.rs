//! The process that acts for the district: inputs to the core, effects in order, answers once durable.

use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    pin::Pin,
    time::{Duration, Instant},
};

use bus::{FenceError, FencedWriter, PendingAck};
use domain::{id::DistrictId, order::Order};
use runtime::SharedClock;
use schemas::{
    envelope::CloudEvent,
    order::{Accepted, DispatchRequest},
    problem::Problem,
    subject::{self, Service},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    core::{Core, Effect, Input, Ticket},
    metrics::Metrics,
};

/// A request with the place for its answer.
pub type Asked = (DispatchRequest, oneshot::Sender<Result<Accepted, Problem>>);

/// Why the process no longer acts.
#[derive(Debug)]
pub enum StepDown {
    /// It was told to stop, and everything in flight is durable and answered.
    Stopped,
    /// The fence is lost, or nobody knows what is stored: rebuild.
    Fence(FenceError),
}

/// The most decisions that may be on their way to the stream; beyond that requests wait.
const IN_FLIGHT: usize = 1024;
/// Without a deadline the core is asked again after this.
const IDLE: Duration = Duration::from_mins(1);

/// A decision on its way, or an answer behind one.
struct Pending {
    ack: Option<PendingAck>,
    order: Box<Order>,
    answer: Option<Ticket>,
    repeated: bool,
    sent: Instant,
}

/// The active process of one district.
pub struct Active {
    core: Core,
    writer: FencedWriter,
    district: DistrictId,
    clock: SharedClock,
    metrics: Metrics,
    pending: VecDeque<Pending>,
    asked: HashMap<Ticket, oneshot::Sender<Result<Accepted, Problem>>>,
    tickets: Ticket,
}

impl Active {
    /// Acts on a rebuilt core with a writer whose takeover mark is stored.
    pub fn new(
        core: Core,
        writer: FencedWriter,
        district: DistrictId,
        clock: SharedClock,
        metrics: Metrics,
    ) -> Self {
        Self {
            core,
            writer,
            district,
            clock,
            metrics,
            pending: VecDeque::new(),
            asked: HashMap::new(),
            tickets: 0,
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
                        self.handle(Input::Request(self.tickets, Box::new(request))).await?;
                    }
                    // The intake has stopped: finish what is in flight.
                    None => break,
                },
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
                let ack = self.writer.publish(subject, &event).await?;
                let order = Box::new(event.data.order);
                self.pending.push_back(Pending {
                    ack: Some(ack),
                    order,
                    answer,
                    repeated: false,
                    sent: started,
                });
            }
            Effect::Repeat { ticket, order } => {
                self.pending.push_back(Pending {
                    ack: None,
                    order,
                    answer: Some(ticket),
                    repeated: true,
                    sent: started,
                });
            }
            Effect::Refuse { ticket, problem } => {
                self.metrics.refusal(&problem.code);
                self.answer(ticket, Err(problem));
            }
        }
        Ok(())
    }

    /// The first of the pending is durable: answer it.
    fn stored(&mut self, stored: Result<bus::Sequence, FenceError>) -> Result<(), FenceError> {
        let sequence = stored?;
        let Some(pending) = self.pending.pop_front() else { return Ok(()) };
        self.metrics.commit.record(pending.sent.elapsed().as_secs_f64() * 1000.0, &[]);
        if let Some(ticket) = pending.answer {
            // What was only repeated is durable with whatever was stored last.
            let sequence = if pending.repeated { self.writer.expected().0 } else { sequence.0 };
            self.answer(ticket, Ok(Accepted { order: *pending.order, sequence, repeated: pending.repeated }));
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
            let _ = asked
                .send(Err(Problem::unavailable("dispatch is changing hands; repeat the command as it is")));
        }
    }
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
