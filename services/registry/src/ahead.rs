//! Care plans make their orders some days ahead: for each day on which somebody is to come, one command to `dispatch`
//! under names that follow from the plan and the day. A day that was placed before this process noted it is placed again
//! under the same names, which changes nothing. What `dispatch` refuses is noted with its code and shown with the plan.
//!
//! A plan that is paused or ended, or that leaves a day out, takes back what it made for the days to come, unless somebody
//! is at the door already. What it wants again later gets an order of another name.

use std::time::Duration;

use bus::{Bus, LeaseState, RequestError};
use domain::{
    calendar::Day,
    command::{CancelReason, OrderAction, OrderCommand, PlaceOrder},
    id::{CommandId, OrderId},
    order::Actor,
    priority::Urgency,
    time::{Timestamp, Window},
};
use runtime::{BoxError, SharedClock};
use schemas::{
    order::{Accepted, DispatchCommand, DispatchRequest},
    registry::plan::{Came, CarePlan, Made},
    subject::{self, Service},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::store::{PlanDay, PutError, Store};

/// How long `dispatch` may take to answer.
const WITHIN: Duration = Duration::from_secs(10);
/// So many days of a plan are looked at.
const DAYS: u32 = 62;
/// Names the command that takes an order back.
const WITHDRAWN: u64 = 1;
/// What `dispatch` says of an order that it does not have.
const UNKNOWN: &str = "unknown_order";

/// Makes orders while this process holds the lease.
#[derive(Debug)]
pub(crate) struct Ahead {
    pub store: Store,
    pub bus: Bus,
    pub clock: SharedClock,
    /// Orders are made for so many days ahead.
    pub days: u8,
    /// How often plans are looked at.
    pub every: Duration,
}

impl Ahead {
    /// Looks at the plans again and again, until told to stop.
    pub async fn run(
        self,
        lease: watch::Receiver<LeaseState>,
        stop: CancellationToken,
    ) -> Result<(), BoxError> {
        while tokio::time::timeout(self.every, stop.cancelled()).await.is_err() {
            if !matches!(*lease.borrow(), LeaseState::Held { .. }) {
                continue;
            }
            if let Err(trouble) = self.look(&stop).await {
                tracing::warn!(%trouble, "care plans make no orders for now; trying again");
            }
        }
        Ok(())
    }

    async fn look(&self, stop: &CancellationToken) -> Result<(), PutError> {
        let now = self.clock.now();
        let today = Day::of(now);
        for plan in self.store.plans_at_work(today).await? {
            let days = self.store.plan_days(&plan.id, today, DAYS).await?;
            for errand in errands(&plan, &days, now, self.days) {
                if stop.is_cancelled() {
                    return Ok(());
                }
                let done = match errand {
                    Errand::Place { day, round } => self.place(&plan, day, round).await?,
                    Errand::Withdraw(day) => self.withdraw(day).await,
                };
                // Away: the day is tried again next time, under the same names.
                let Some(done) = done else { return Ok(()) };
                self.store.note_day(&plan.id, &done).await?;
            }
        }
        Ok(())
    }

    /// Places a day's order; none where `dispatch` does not answer. That it is asked is noted first: an order that it took
    /// without our hearing of it is known, and can be taken back.
    async fn place(&self, plan: &CarePlan, day: Day, round: u32) -> Result<Option<PlanDay>, PutError> {
        let (id, order) = plan.names(day, round);
        let Some(place) = order_of(plan, day) else { return Ok(None) };
        let came = |order: OrderId, came: Came| PlanDay { made: Made { day, order, came }, round };
        self.store.note_day(&plan.id, &came(order.clone(), Came::Asked)).await?;
        let request = DispatchCommand::Place { id, order: order.clone(), place };
        Ok(match self.ask(request).await {
            Ok(accepted) => Some(came(accepted.order.id, Came::Ordered)),
            Err(RequestError::Refused(problem)) if problem.status < 500 => {
                tracing::warn!(plan = %plan.id, %day, code = &*problem.code, "a care plan's order is refused");
                Some(came(order, Came::Refused { refused: problem.code.into_owned() }))
            }
            Err(error) => {
                tracing::info!(plan = %plan.id, %day, %error, "a care plan's order waits for dispatch");
                None
            }
        })
    }

    /// Takes a day's order back; none where `dispatch` does not answer. Taken back twice it is taken back once.
    async fn withdraw(&self, day: PlanDay) -> Option<PlanDay> {
        let order = &day.made.order;
        let command = OrderCommand {
            id: CommandId::derived(order.as_str(), WITHDRAWN),
            order: order.clone(),
            if_revision: None,
            occurred_at: None,
            action: OrderAction::Cancel { reason: CancelReason::Other },
        };
        let came = match self.ask(DispatchCommand::Order { command }).await {
            Ok(_) => Came::Withdrawn,
            // It never came to be, or is forgotten.
            Err(RequestError::Refused(problem)) if problem.code == UNKNOWN => Came::Withdrawn,
            Err(RequestError::Refused(problem)) if problem.status < 500 => {
                tracing::info!(%order, code = &*problem.code, "a care plan's order stays");
                Came::Stays { stays: problem.code.into_owned() }
            }
            Err(error) => {
                tracing::info!(%order, %error, "taking a care plan's order back waits for dispatch");
                return None;
            }
        };
        Some(PlanDay { made: Made { came, ..day.made }, ..day })
    }

    async fn ask(&self, request: DispatchCommand) -> Result<Accepted, RequestError> {
        let request = DispatchRequest { actor: Actor::SYSTEM, caregiver: None, request };
        let to = subject::command(self.store.district(), Service::Dispatch);
        self.bus.request(to, &request, WITHIN).await
    }
}

/// What is to be done about a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// It wants an order.
    Place {
        /// Which day.
        day: Day,
        /// So many orders of that day were withdrawn before.
        round: u32,
    },
    /// Its order is not wanted any more.
    Withdraw(PlanDay),
}

/// What is to be done: orders that a plan made and no longer wants go back first; then the days ahead on which somebody
/// comes get theirs, as long as it is not too late for them.
pub fn errands(plan: &CarePlan, days: &[PlanDay], now: Timestamp, ahead: u8) -> Vec<Errand> {
    let unwanted =
        |day: &&PlanDay| matches!(day.made.came, Came::Asked | Came::Ordered) && !plan.comes_on(day.made.day);
    let today = Day::of(now);
    let in_time = |day: &Day| window(plan, *day).is_some_and(|window| now <= window.latest);
    let place = |day: Day| {
        let known = days.iter().find(|known| known.made.day == day);
        let round = match known.map(|known| (&known.made.came, known.round)) {
            None => 0,
            Some((Came::Asked, round)) => round,
            Some((Came::Withdrawn, round)) => round.saturating_add(1),
            Some(_) => return None,
        };
        Some(Errand::Place { day, round })
    };
    let back = days.iter().filter(unwanted).cloned().map(Errand::Withdraw);
    let wanted = (0..=ahead).map(|days| today.plus_days(days)).filter(|day| plan.comes_on(*day));
    back.chain(wanted.filter(in_time).filter_map(place)).collect()
}

fn window(plan: &CarePlan, day: Day) -> Option<Window> {
    let minute = |minutes: u16| day.begins().plus_millis(i64::from(minutes) * 60_000);
    let visit = &plan.visit;
    Window::new(minute(visit.starts), minute(visit.starts.saturating_add(visit.within))).ok()
}

fn order_of(plan: &CarePlan, day: Day) -> Option<PlaceOrder> {
    let visit = &plan.visit;
    Some(PlaceOrder {
        elder: plan.elder.clone(),
        service: visit.service,
        window: Some(window(plan, day)?),
        minutes: visit.minutes,
        urgency: Urgency::default(),
        family_present: visit.family_present,
        pay_with: visit.pay_with,
        self_pay_up_to: visit.self_pay_up_to,
    })
}

#[cfg(test)]
mod tests;
