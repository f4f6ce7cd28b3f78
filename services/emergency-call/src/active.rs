//! The process that acts for the district: inputs to the core, effects in order, answers once durable.
//!
//! Incidents and devices have a stream and a queue each, so that no heartbeat's bookkeeping stands before an alarm.

use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    pin::Pin,
    time::Duration,
};

use bus::{Bus, FenceError, FencedWriter, PendingAck, RequestError, lease::office::StepDown};
use domain::{
    command::PlaceOrder,
    id::{CommandId, DeviceId, DistrictId, ElderId, OrderId},
    incident::Callee,
    order::{Actor, PayWith},
    priority::Urgency,
    reach::Reach,
    service::ServiceKind,
    time::{Timestamp, Window},
    unit::{Fen, Seconds},
};
use runtime::SharedClock;
use schemas::{
    emergency::{
        CallOut, Card, CardQuery, EmergencyCommand, EmergencyDone, EmergencyRequest, IncidentEvent,
        Supervision,
    },
    envelope::{CloudEvent, EventData},
    order::{Accepted, DispatchCommand, DispatchRequest},
    problem::Problem,
    subject::{self, Service},
};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    cards::{Cards, MAX_FAMILY},
    core::{CallKey, Core, Effect, Input, Ordered, Ticket, Told},
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
/// How long dispatch may take over an order for a repair.
const ORDER_WITHIN: Duration = Duration::from_secs(5);
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
            let wake = self.core.next_deadline().map_or(IDLE, |at| self.means.clock.until(at).min(IDLE));
            let room = self.alarm_queue.len() < IN_FLIGHT;
            let spare = room && self.device_queue.len() < IN_FLIGHT;
            tokio::select! {
                biased;
                stored = front(&mut self.alarm_queue), if !self.alarm_queue.is_empty() => {
                    stored?;
                    let done = self.alarm_queue.pop_front();
                    self.done(done).await;
                }
                Some(said) = queues.alarms.recv(), if room => self.said(said).await?,
                () = tokio::time::sleep(wake), if room => self.handle(Input::Tick).await?,
                Some(other) = others.recv(), if room => self.other(other).await?,
                stored = front(&mut self.device_queue), if !self.device_queue.is_empty() => {
                    stored?;
                    let done = self.device_queue.pop_front();
                    self.done(done).await;
                }
                Some(said) = queues.signs.recv(), if spare => self.said(said).await?,
                () = stop.cancelled() => break,
            }
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

    /// Takes the card out of a registration and seals it: beyond this line nobody sees it open.
    fn sealed(
        &self,
        request: &mut EmergencyRequest,
    ) -> Result<Option<schemas::emergency::SealedCard>, Problem> {
        let EmergencyCommand::Register { device, card, .. } = &mut request.request else { return Ok(None) };
        let Some(card) = card.take() else { return Ok(None) };
        check(&card)?;
        let sealed = self.means.cards.seal(&device.id, &card);
        sealed.map(Some).map_err(|error| Problem::new(422, "card_unsealable", error.to_string()).at("/card"))
    }

    async fn handle(&mut self, input: Input) -> Result<(), FenceError> {
        let now = self.means.clock.now();
        for effect in self.core.handle(input, now) {
            self.carry_out(effect).await?;
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

    fn search(
        &self,
        incident: domain::id::IncidentId,
        search: domain::escalation::Search,
        place: Option<domain::geo::Wgs84>,
    ) {
        let (responders, others) = (self.means.responders.clone(), self.others.clone());
        let (now, metrics) = (self.means.clock.now(), self.means.metrics.clone());
        // Bounded by the wait for an answer; its result is nothing to a process that no longer acts.
        tokio::spawn(async move {
            let began = std::time::Instant::now();
            let (caregivers, found) = responders.nearest(&search, place, now).await;
            metrics.search.record(began.elapsed().as_secs_f64() * 1000.0, &[]);
            let (step, round) = (search.step, search.round);
            let _ = others.send(Other::Back(Input::Found { incident, step, round, caregivers, found })).await;
        });
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

    /// Somebody who is called is reached away from the screens, too.
    fn reach(&mut self, (call, callee, kept): (CallKey, Callee, Option<Reach>)) {
        let Some(incident) = self.core.incident(&call.0) else { return };
        let sealed = self.core.sealed_card(incident);
        let card = sealed.and_then(|(device, sealed)| self.means.cards.open_card(&device, &sealed));
        let job = self.means.outbound.job(incident, (call.clone(), &callee), card.as_ref(), kept);
        let running = tokio::spawn(job.run(self.others.clone()));
        self.jobs.insert(call, AbortOnDropHandle::new(running));
    }

    /// The elder is told by whatever channel there is, outside quiet hours; without one the desk's list tells who is due.
    fn ask_for_test(&self, device: &DeviceId, elder: ElderId, at: Timestamp) {
        let outbound = self.means.outbound.clone();
        if !outbound.any() {
            return;
        }
        let request = outbound.test_call(device, elder, at);
        // Bounded by the wait for an address.
        tokio::spawn(async move {
            if let Err(problem) = outbound.notice(request).await {
                tracing::warn!(%problem, "an elder was not asked for a test call");
            }
        });
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

    /// The card, opened for who may see it; the way in only for who goes.
    fn card(&self, query: &CardQuery) -> Result<Card, Problem> {
        let (device, sealed, way_in) = self.core.card(query)?;
        let Some(mut card) = self.means.cards.open_card(&device, &sealed) else {
            tracing::error!(%device, "an emergency card cannot be opened: was cards.key replaced?");
            let detail = "the card was sealed with another key; register the device's card anew";
            return Err(Problem::new(409, "card_unreadable", detail));
        };
        if !way_in {
            card.door_code = None;
        }
        Ok(card)
    }

    /// Asks dispatch for a repair.
    fn order_repair(&self, device: DeviceId, elder: ElderId, order: OrderId, until: Timestamp) {
        let (bus, others) = (self.means.bus.clone(), self.others.clone());
        let to = subject::command(&self.means.district, Service::Dispatch);
        let now = self.means.clock.now();
        // A repair that is late already is wanted at once.
        let window = Window::new(now, until.max(now + Seconds::hours(1))).ok();
        let place = PlaceOrder {
            elder,
            service: ServiceKind::Repair,
            window,
            minutes: None,
            urgency: Urgency::Normal,
            family_present: false,
            pay_with: PayWith::default(),
            self_pay_up_to: Fen::ZERO,
        };
        let id = CommandId::derived(order.as_str(), 1);
        let command = DispatchCommand::Place { id, order: order.clone(), place };
        let request = DispatchRequest { actor: Actor::SYSTEM, caregiver: None, request: command };
        // Bounded by the wait for an answer.
        tokio::spawn(async move {
            let outcome = match bus.request::<_, Accepted>(to, &request, ORDER_WITHIN).await {
                Ok(_) => Ordered::Taken,
                Err(RequestError::Refused(problem)) if problem.status < 500 => {
                    tracing::warn!(%device, %problem, "the repair of a device was refused");
                    Ordered::Refused
                }
                Err(error) => {
                    tracing::debug!(%device, %error, "the repair of a device could not be ordered yet");
                    Ordered::Away
                }
            };
            let _ = others.send(Other::Back(Input::Ordered { device, order, outcome })).await;
        });
    }
}

fn then(answer: Option<Ticket>, done: EmergencyDone) -> Then {
    answer.map_or(Then::Nothing, |ticket| Then::Answer(ticket, Box::new(done)))
}

fn check(card: &Card) -> Result<(), Problem> {
    let texts = [Some(&card.name), Some(&card.address), card.matters.as_ref(), card.door_code.as_ref()];
    if texts.into_iter().flatten().any(|text| text.chars().count() > 1000) {
        return Err(
            Problem::new(422, "text_length", "a text of a card has at most 1000 characters").at("/card")
        );
    }
    if card.family.len() > MAX_FAMILY {
        let detail = format!("a card has at most {MAX_FAMILY} contacts");
        return Err(Problem::new(422, "too_many_contacts", detail).at("/card/family"));
    }
    Ok(())
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
