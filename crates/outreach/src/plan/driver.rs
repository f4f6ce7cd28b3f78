//! Carries plans out: hands tries to the channels, wakes at deadlines, and routes receipts and answers to the plan that
//! waits for them. Each new state is kept by the caller *before* what follows from it is done.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::future::BoxFuture;
use runtime::{BoxError, Clock, Entropy, SharedClock};
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Action, Ending, Event, Plan, QuietHours, State};
use crate::{Attempt, Channel, Failure, MessageId, Reached, Reason, Receipt, Sender, Unusable};

/// Plans that ended are remembered so long, in number.
const REMEMBERED: usize = 8192;
/// Receipts that came before their plan knew the reference are kept, in number.
const EARLY: usize = 512;
/// Events to one plan that wait.
const EVENTS: usize = 64;

/// One turn of a plan, to be kept before what follows from it is done.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// The state after it.
    pub state: &'a State,
    /// What happened; `None` at the beginning and when it is taken up again.
    pub event: Option<&'a Event>,
    /// What follows.
    pub actions: &'a [Action],
}

/// Keeps a plan's state, durably: an event of the service that runs the plan.
pub trait Keeper: Send {
    /// Called with every turn; what follows from it is done only after it returned.
    fn keep<'a>(&'a mut self, turn: Turn<'a>) -> BoxFuture<'a, Result<(), BoxError>>;
    /// This address is no more.
    fn forget(&mut self, person: u16, step: u16);
}

/// Keeps nothing: for notices that may be lost with the process.
#[derive(Debug, Clone, Copy)]
pub struct Forgetful;

impl Keeper for Forgetful {
    fn keep<'a>(&'a mut self, _: Turn<'a>) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(std::future::ready(Ok(())))
    }
    fn forget(&mut self, _: u16, _: u16) {}
}

/// What a switchboard knows of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    Not,
    /// It is on its way.
    OnItsWay,
    /// It ended.
    Ended(Ending),
}

/// Why a plan was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum NotRun {
    /// The same message is on its way already.
    #[error("message {0} is on its way already")]
    Running(MessageId),
    /// The plan is out of bounds.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// The state could not be kept: somebody else may own it now.
    #[error("the state of a plan could not be kept")]
    NotKept(#[source] BoxError),
}

/// The channels of a district and the plans that use them. Clones share both.
#[derive(Clone)]
pub struct Switchboard(Arc<Inner>);

struct Inner {
    senders: BTreeMap<Channel, Arc<dyn Sender>>,
    quiet: Option<QuietHours>,
    clock: SharedClock,
    entropy: Entropy,
    plans: Mutex<Plans>,
}

#[derive(Default)]
struct Plans {
    running: HashMap<MessageId, mpsc::Sender<Event>>,
    ended: HashMap<MessageId, Ending>,
    ended_in_order: VecDeque<MessageId>,
    early: VecDeque<Receipt>,
}

impl fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Switchboard").field("channels", &self.0.senders.keys()).finish_non_exhaustive()
    }
}

impl Switchboard {
    /// With these channels. Quiet hours hold back notices, never alarms.
    pub fn new(
        senders: impl IntoIterator<Item = Arc<dyn Sender>>,
        quiet: Option<QuietHours>,
        clock: SharedClock,
        entropy: Entropy,
    ) -> Self {
        let senders = senders.into_iter().map(|sender| (sender.channel(), sender)).collect();
        Self(Arc::new(Inner { senders, quiet, clock, entropy, plans: Mutex::default() }))
    }

    /// Which channels there are.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        self.0.senders.keys().copied()
    }

    /// Carries out a plan to its end; `kept` is the state that an earlier process kept. A message that ended before
    /// ends the same way again without a single try.
    ///
    /// # Errors
    /// [`NotRun`] says why not.
    pub async fn run(
        &self,
        plan: Plan,
        kept: Option<State>,
        keeper: &mut dyn Keeper,
        stop: CancellationToken,
    ) -> Result<Ending, NotRun> {
        plan.check()?;
        let (sender, events) = mpsc::channel(EVENTS);
        {
            let mut plans = self.plans();
            if let Some(ending) = plans.ended.get(&plan.message) {
                return Ok(*ending);
            }
            if plans.running.contains_key(&plan.message) {
                return Err(NotRun::Running(plan.message));
            }
            plans.running.insert(plan.message.clone(), sender);
        }
        // Taken off the list however this ends, also when the caller drops it.
        let _listed = Listed { board: self, message: &plan.message };
        let running =
            Running { board: self, plan: &plan, events, tries: JoinSet::new(), guards: HashMap::new() };
        let ending = running.run(kept, keeper, stop).await?;
        self.plans().remember(plan.message.clone(), ending);
        Ok(ending)
    }

    /// A receipt came in. One that no plan knows yet is kept a while: it may be faster than the peer's own answer.
    pub fn receipt(&self, receipt: &Receipt) {
        let mut plans = self.plans();
        if plans.early.len() == EARLY {
            plans.early.pop_front();
        }
        plans.early.push_back(receipt.clone());
        for plan in plans.running.values() {
            // A plan that is behind by so many events will look through the early ones.
            let _ = plan.try_send(Event::Receipt(receipt.clone()));
        }
    }

    /// A person answered in the app, by a reply, or at the desk. False if the message is not on its way.
    pub async fn answered(&self, message: &MessageId, person: u16, yes: bool) -> bool {
        let plan = self.plans().running.get(message).cloned();
        match plan {
            Some(plan) => plan.send(Event::Answered { person, yes }).await.is_ok(),
            None => false,
        }
    }

    /// What is known of a message.
    pub fn known(&self, message: &MessageId) -> Known {
        let plans = self.plans();
        match plans.ended.get(message) {
            Some(ending) => Known::Ended(*ending),
            None if plans.running.contains_key(message) => Known::OnItsWay,
            None => Known::Not,
        }
    }

    fn plans(&self) -> std::sync::MutexGuard<'_, Plans> {
        self.0.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plans {
    fn remember(&mut self, message: MessageId, ending: Ending) {
        if self.ended_in_order.len() == REMEMBERED
            && let Some(oldest) = self.ended_in_order.pop_front()
        {
            self.ended.remove(&oldest);
        }
        self.ended_in_order.push_back(message.clone());
        self.ended.insert(message, ending);
    }
}

struct Listed<'a> {
    board: &'a Switchboard,
    message: &'a MessageId,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.board.plans().running.remove(self.message);
    }
}

struct Running<'a> {
    board: &'a Switchboard,
    plan: &'a Plan,
    events: mpsc::Receiver<Event>,
    tries: JoinSet<Event>,
    /// Dropped, they stop their try: however this ends, no phone rings for nothing.
    guards: HashMap<(u16, u16), DropGuard>,
}

impl Running<'_> {
    async fn run(
        mut self,
        kept: Option<State>,
        keeper: &mut dyn Keeper,
        stop: CancellationToken,
    ) -> Result<Ending, NotRun> {
        let Inner { quiet, clock, entropy, .. } = &*self.board.0;
        let (mut state, mut actions) = match kept {
            Some(state) => {
                let actions = state.resume();
                (state, actions)
            }
            None => State::begin(self.plan, quiet.as_ref(), clock.now()),
        };
        let mut event = None;
        loop {
            let turn = Turn { state: &state, event: event.as_ref(), actions: &actions };
            keeper.keep(turn).await.map_err(NotRun::NotKept)?;
            for action in actions.drain(..) {
                self.carry_out(action, keeper);
            }
            if let Some(ending) = state.ending() {
                // They end by themselves, in order, now that nobody needs them.
                self.tries.detach_all();
                return Ok(ending);
            }
            let next = self.next(&state, clock, &stop).await;
            let early = matches!(&next, Event::Tried { result: Ok(Reached::Taken { .. }), .. });
            actions = state.apply(self.plan, quiet.as_ref(), next.clone(), entropy.seed(), clock.now());
            event = Some(next);
            if early {
                let receipts: Vec<Receipt> = self.board.plans().early.iter().cloned().collect();
                for receipt in receipts {
                    let event = Event::Receipt(receipt);
                    actions.extend(state.apply(self.plan, quiet.as_ref(), event, 0, clock.now()));
                }
            }
        }
    }

    async fn next(&mut self, state: &State, clock: &SharedClock, stop: &CancellationToken) -> Event {
        loop {
            let wake = state.deadline().map_or(Duration::from_hours(1), |at| clock.until(at));
            tokio::select! {
                () = stop.cancelled() => return Event::Stop,
                Some(event) = self.events.recv() => return event,
                Some(tried) = self.tries.join_next() => match tried {
                    Ok(event) => return event,
                    // A try that panicked says nothing; its step's deadline does.
                    Err(error) => tracing::error!(%error, "a try of a message ended badly"),
                },
                () = tokio::time::sleep(wake) => return Event::Tick,
            }
        }
    }

    fn carry_out(&mut self, action: Action, keeper: &mut dyn Keeper) {
        match action {
            Action::Try { person, step, number, until } => self.attempt(person, step, number, until),
            Action::Abort { person, step } => {
                self.guards.remove(&(person, step));
            }
            Action::Forget { person, step } => keeper.forget(person, step),
            Action::Ended(ending) => {
                tracing::info!(message = %self.plan.message, ?ending, "a message's plan ended");
            }
        }
    }

    fn attempt(&mut self, person: u16, step: u16, number: u16, until: domain::time::Timestamp) {
        let Some(found) = self.plan.step(person, step) else { return };
        let channel = found.way.channel();
        let token = CancellationToken::new();
        self.guards.insert((person, step), token.clone().drop_guard());
        let attempt = Attempt {
            key: self.plan.key(person, step),
            number,
            way: found.way.clone(),
            content: self.plan.content.clone(),
            urgency: self.plan.urgency,
            within: self.board.0.clock.until(until),
            stop: token,
        };
        let sender = self.board.0.senders.get(&channel).cloned();
        let key = attempt.key.to_string();
        self.tries.spawn(async move {
            let result = match sender {
                Some(sender) => sender.send(attempt).await,
                None => Err(Failure::new(Reason::NotConfigured, "this district has no such channel")),
            };
            match &result {
                Ok(Reached::Taken { references }) => {
                    tracing::info!(key, number, ?channel, parts = references.len(), "a try was taken");
                }
                Ok(reached) => tracing::info!(key, number, ?channel, ?reached, "a try reached somebody"),
                Err(failure) => tracing::info!(key, number, ?channel, %failure, "a try failed"),
            }
            Event::Tried { person, step, number, result }
        });
    }
}
