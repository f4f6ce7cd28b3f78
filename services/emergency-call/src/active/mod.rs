//! The process that acts for the district: inputs to the core, effects in order, answers once durable.
//!
//! Incidents and devices have a stream and a queue each, so that no heartbeat's bookkeeping stands before an alarm.

mod card;
mod errands;
mod later;

use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    pin::Pin,
    time::Duration,
};

use bus::{Bus, FenceError, FencedWriter, PendingAck, lease::office::StepDown};
use domain::{id::DistrictId, incident::Callee, reach::Reach};
use runtime::SharedClock;
use schemas::{
    emergency::{CallOut, Card, CardQuery, EmergencyDone, EmergencyRequest, IncidentEvent, Supervision},
    envelope::{CloudEvent, EventData},
    problem::Problem,
    subject::{self, Service},
};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;

use self::later::{Later, Turn};
use crate::{
    cards::Cards,
    core::{CallKey, Core, Effect, Input, Ticket, Told},
    ear::{Queues, Said},
    metrics::Metrics,
    reach::Outbound,
    responders::Responders,
};

/// A request with the place for its answer.
pub type Asked = (EmergencyRequest, oneshot::Sender<Result<EmergencyDone, Problem>>);

/// What comes in beside the devices.
#[derive(Debug)]
pub enum Other {
    /// A command.
    Asked(Box<Asked>),
    /// A search or an order came back.
    Back(Input),
    /// Outreach tells how far it is, and goes on once that is durable.
    Told(Box<(Told, oneshot::Sender<Result<(), Problem>>)>),
    /// What must whoever helps know?
    Card(Box<(CardQuery, oneshot::Sender<Result<Card, Problem>>)>),
    /// How are the devices?
    Shares(oneshot::Sender<Supervision>),
}

/// The most decisions that may be on their way to a stream; beyond that inputs wait.
const IN_FLIGHT: usize = 2048;
/// Without a deadline the core is asked again after this.
const IDLE: Duration = Duration::from_mins(1);

/// Who waits for an answer.
#[derive(Debug)]
enum Waiting {
    /// For nothing but that it is durable: a device, or outreach.
    Durable(oneshot::Sender<Result<(), Problem>>),
    Person(oneshot::Sender<Result<EmergencyDone, Problem>>),
}

/// What becomes possible once a decision is durable.
enum Then {
    Answer(Ticket, Box<EmergencyDone>),
    Call(Box<CallOut>),
    Reach(Box<(CallKey, Callee, Option<Reach>)>),
    LetGo(CallKey),
    Nothing,
}

struct Pending {
    ack: Option<PendingAck>,
    then: Then,
}

/// What the active process works with.
pub struct Means {
    /// The bus, for calls.
    pub bus: Bus,
    /// Whose alarms.
    pub district: DistrictId,
    /// The time.
    pub clock: SharedClock,
    /// Its numbers.
    pub metrics: Metrics,
    /// Who finds the nearest.
    pub responders: Responders,
    /// Who seals cards.
    pub cards: Cards,
    /// Who reaches people away from the screens.
    pub outbound: Outbound,
}

/// The active process of one district.
pub struct Active {
    core: Core,
    means: Means,
    alarms: FencedWriter,
    devices: FencedWriter,
    alarm_queue: VecDeque<Pending>,
    device_queue: VecDeque<Pending>,
    waiting: HashMap<Ticket, Waiting>,
    tickets: Ticket,
    /// Numbers the messages that have no revision of their own.
    written: u64,
    others: mpsc::Sender<Other>,
    later: Later,
    /// Calls that outreach carries out; dropped, they stop.
    jobs: HashMap<CallKey, AbortOnDropHandle<()>>,
}

impl Active {
    /// Acts on a rebuilt core with writers whose takeover marks are stored. `others` leads to the queue given to
    /// [`Active::run`], for the answers to searches.
    pub fn new(
        core: Core,
        (alarms, devices): (FencedWriter, FencedWriter),
        means: Means,
        others: mpsc::Sender<Other>,
    ) -> Self {
        Self {
            core,
            means,
            alarms,
            devices,
            alarm_queue: VecDeque::new(),
            device_queue: VecDeque::new(),
            waiting: HashMap::new(),
            tickets: 0,
            written: 0,
            others,
            later: Later::default(),
            jobs: HashMap::new(),
        }
    }

    /// Acts until told to stop, then finishes what is in flight; or until a fence is lost.
    pub async fn run(
        mut self,
        mut queues: Queues,
        mut others: mpsc::Receiver<Other>,
        stop: tokio_util::sync::CancellationToken,
    ) -> StepDown {
        match self.act(&mut queues, &mut others, &stop).await {
            Ok(()) => StepDown::Stopped,
            Err(error) => {
                self.disown();
                StepDown::Fence(error)
            }
        }
    }

    async fn act(
        &mut self,
        queues: &mut Queues,
        others: &mut mpsc::Receiver<Other>,
        stop: &tokio_util::sync::CancellationToken,
    ) -> Result<(), FenceError> {
        self.handle(Input::Tick).await?;
        loop {
            while let Some(effect) = self.later.next(self.alarm_queue.is_empty()) {
                self.carry_out(effect).await?;
            }
            let wake = self.core.next_deadline().map_or(IDLE, |at| self.means.clock.until(at).min(IDLE));
            let room = self.alarm_queue.len() < IN_FLIGHT;
            let calm = room && self.later.len() < IN_FLIGHT;
            let spare = calm && self.device_queue.len() < IN_FLIGHT;
            tokio::select! {
                biased;
                stored = front(&mut self.alarm_queue), if !self.alarm_queue.is_empty() => {
                    stored?;
                    let done = self.alarm_queue.pop_front();
                    self.done(done).await;
                }
                Some(said) = queues.alarms.recv(), if room => self.said(said).await?,
                () = tokio::time::sleep(wake), if calm => self.handle(Input::Tick).await?,
                Some(other) = others.recv(), if calm => self.other(other).await?,
                stored = front(&mut self.device_queue), if !self.device_queue.is_empty() => {
                    stored?;
                    let done = self.device_queue.pop_front();
                    self.done(done).await;
                }
                Some(said) = queues.signs.recv(), if spare => self.said(said).await?,
                () = stop.cancelled() => break,
            }
        }
        for effect in self.later.rest() {
            self.carry_out(effect).await?;
        }
        while !self.alarm_queue.is_empty() {
            front(&mut self.alarm_queue).await?;
            let done = self.alarm_queue.pop_front();
            self.done(done).await;
        }
        while !self.device_queue.is_empty() {
            front(&mut self.device_queue).await?;
            let done = self.device_queue.pop_front();
            self.done(done).await;
        }
        Ok(())
    }

    fn ticket(&mut self, waiting: Waiting) -> Ticket {
        self.tickets += 1;
        self.waiting.insert(self.tickets, waiting);
        self.tickets
    }

    async fn said(&mut self, said: Said) -> Result<(), FenceError> {
        let ticket = self.ticket(Waiting::Durable(said.answer));
        self.handle(Input::Signal(Some(ticket), Box::new(said.signal))).await
    }

    async fn other(&mut self, other: Other) -> Result<(), FenceError> {
        match other {
            Other::Back(input) => self.handle(input).await,
            Other::Told(told) => {
                let (told, answer) = *told;
                let ticket = self.ticket(Waiting::Durable(answer));
                self.handle(Input::Told(ticket, Box::new(told))).await
            }
            Other::Card(asked) => {
                let (query, answer) = *asked;
                // The asker may have given up waiting.
                let _ = answer.send(self.card(&query));
                Ok(())
            }
            Other::Shares(answer) => {
                // The asker may have given up waiting.
                let _ = answer.send(self.core.shares(self.means.clock.now()));
                Ok(())
            }
            Other::Asked(asked) => {
                let (mut request, answer) = *asked;
                let card = match self.sealed(&mut request) {
                    Ok(card) => card,
                    Err(problem) => {
                        let _ = answer.send(Err(problem));
                        return Ok(());
                    }
                };
                let ticket = self.ticket(Waiting::Person(answer));
                self.handle(Input::Request(ticket, Box::new(request), card)).await
            }
        }
    }

    async fn handle(&mut self, input: Input) -> Result<(), FenceError> {
        let now = self.means.clock.now();
        for effect in self.core.handle(input, now) {
            let Turn::Now(before, effect) = self.later.turn(effect) else { continue };
            for effect in before.into_iter().chain([effect]) {
                self.carry_out(effect).await?;
            }
        }
        self.means.metrics.open.record(self.core.open_count() as f64, &[]);
        Ok(())
    }

    async fn carry_out(&mut self, effect: Effect) -> Result<(), FenceError> {
        match effect {
            Effect::Commit { incident, answer } => {
                self.means.metrics.event(incident.timeline.last().map(|entry| &entry.what));
                let id = format!("{}-{}", incident.id, incident.revision);
                let to = subject::incident(&self.means.district, &incident.id);
                let event = self.event(id, IncidentEvent { incident: *incident });
                let ack = self.alarms.publish(to, &event).await?;
                let incident = Some(Box::new(event.data.incident));
                let done = EmergencyDone { incident, device: None, repeated: false };
                self.alarm_queue.push_back(Pending { ack: Some(ack), then: then(answer, done) });
            }
            Effect::Device { event, answer } => {
                let to = subject::device(&self.means.district, &event.device.id);
                let id = format!("{}-{}-{}", event.device.id, event.condition.revision, self.number());
                let event = self.event(id, *event);
                let ack = self.devices.publish(to, &event).await?;
                let device = Some(Box::new(event.data));
                let done = EmergencyDone { incident: None, device, repeated: false };
                self.device_queue.push_back(Pending { ack: Some(ack), then: then(answer, done) });
            }
            Effect::Outage(outage) => {
                let to = subject::outage(&self.means.district, outage.street.as_ref());
                self.write_down(to, "outage", outage).await?;
            }
            Effect::Heard(heard) => {
                let to = subject::heard(&self.means.district, heard.bucket);
                self.write_down(to, "heard", heard).await?;
            }
            Effect::Repeat { ticket, incident, device } => {
                let about_device = device.is_some();
                let done = EmergencyDone { incident, device, repeated: true };
                let pending = Pending { ack: None, then: Then::Answer(ticket, Box::new(done)) };
                if about_device {
                    self.device_queue.push_back(pending);
                } else {
                    self.alarm_queue.push_back(pending);
                }
            }
            Effect::Refuse { ticket, problem } => {
                self.means.metrics.refusal(&problem.code);
                self.answer(ticket, Err(problem));
            }
            Effect::Call(out) => self.alarm_queue.push_back(Pending { ack: None, then: Then::Call(out) }),
            Effect::Reach { call, callee, kept } => {
                let then = Then::Reach(Box::new((call, callee, kept)));
                self.alarm_queue.push_back(Pending { ack: None, then });
            }
            Effect::LetGo(call) => {
                self.alarm_queue.push_back(Pending { ack: None, then: Then::LetGo(call) });
            }
            Effect::Repair { device, elder, order, until } => self.order_repair(device, elder, order, until),
            Effect::Trial { device, elder, at } => self.ask_for_test(&device, elder, at),
            Effect::Search { incident, search, place } => self.search(incident, search, place),
        }
        Ok(())
    }

    fn event<T: EventData>(&self, id: String, data: T) -> CloudEvent<T> {
        let now = self.means.clock.now();
        CloudEvent::new(id, Service::EmergencyCall.source(), self.means.district.clone(), now, data)
    }

    /// A name no other message of this or an earlier process has: the stream's sequence is part of it.
    fn number(&mut self) -> String {
        self.written += 1;
        format!("{}", self.devices.expected().next())
    }

    async fn write_down<T: EventData + Serialize>(
        &mut self,
        to: String,
        what: &str,
        data: T,
    ) -> Result<(), FenceError> {
        let id = format!("{what}-{}", self.number());
        let event = self.event(id, data);
        let ack = self.devices.publish(to, &event).await?;
        self.device_queue.push_back(Pending { ack: Some(ack), then: Then::Nothing });
        Ok(())
    }

    /// The first of a queue is durable: what waited for it happens.
    async fn done(&mut self, pending: Option<Pending>) {
        match pending.map(|pending| pending.then) {
            Some(Then::Answer(ticket, done)) => self.answer(ticket, Ok(*done)),
            Some(Then::Call(out)) => {
                let to = subject::call(&self.means.district, &out.callee);
                // A call that is lost is made again with the next rung; the stream tells who is called.
                if let Err(error) = self.means.bus.publish(to, &*out).await {
                    tracing::error!(%error, incident = %out.incident, "a call did not go out");
                }
            }
            Some(Then::Reach(call)) => self.reach(*call),
            Some(Then::LetGo(call)) => drop(self.jobs.remove(&call)),
            Some(Then::Nothing) | None => {}
        }
    }

    fn answer(&mut self, ticket: Ticket, answer: Result<EmergencyDone, Problem>) {
        // The asker may have given up waiting.
        match self.waiting.remove(&ticket) {
            Some(Waiting::Durable(to)) => {
                let _ = to.send(answer.map(|_| ()));
            }
            Some(Waiting::Person(to)) => {
                let _ = to.send(answer);
            }
            None => {}
        }
    }

    /// Nobody may hear "yes" from a process that lost its district; everything can be repeated safely.
    fn disown(&mut self) {
        let away = || Problem::unavailable("emergency-call is changing hands; repeat it as it is");
        for ticket in self.waiting.keys().copied().collect::<Vec<_>>() {
            self.answer(ticket, Err(away()));
        }
    }
}

fn then(answer: Option<Ticket>, done: EmergencyDone) -> Then {
    answer.map_or(Then::Nothing, |ticket| Then::Answer(ticket, Box::new(done)))
}

/// Waits for the first of a queue.
async fn front(pending: &mut VecDeque<Pending>) -> Result<(), FenceError> {
    std::future::poll_fn(|cx| match pending.front_mut() {
        Some(Pending { ack: Some(ack), .. }) => Pin::new(ack).poll(cx).map(|stored| stored.map(|_| ())),
        Some(Pending { ack: None, .. }) => std::task::Poll::Ready(Ok(())),
        None => std::task::Poll::Pending,
    })
    .await
}
