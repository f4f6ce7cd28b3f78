//! Care plans make their orders some days ahead: for each day on which somebody is to come, one command to `dispatch`
//! under names that follow from the plan and the day. A day that was placed before this process noted it is placed again
//! under the same names, which changes nothing. What `dispatch` refuses is noted with its code and shown with the plan.

use std::{collections::BTreeSet, time::Duration};

use bus::{Bus, LeaseState, RequestError};
use domain::{
    calendar::Day,
    command::PlaceOrder,
    order::{Actor, Role},
    priority::Urgency,
    time::{Timestamp, Window},
};
use runtime::{BoxError, SharedClock};
use schemas::{
    order::{Accepted, DispatchCommand, DispatchRequest},
    registry::plan::{CarePlan, Made},
    subject::{self, Service},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::store::{PutError, Store};

/// How long `dispatch` may take to answer.
const WITHIN: Duration = Duration::from_secs(10);
/// So many days of a plan are looked at.
const DAYS: u32 = 62;

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
        for plan in self.store.running_plans().await? {
            let made = self.store.made(&plan.id, Day::of(now), DAYS).await?;
            let done: BTreeSet<Day> = made.into_iter().map(|made| made.day).collect();
            for day in due(&plan, &done, now, self.days) {
                if stop.is_cancelled() {
                    return Ok(());
                }
                // Away: the day is tried again next time, under the same names.
                let Some(made) = self.place(&plan, day).await else { return Ok(()) };
                self.store.note_made(&plan.id, &made).await?;
            }
        }
        Ok(())
    }

    /// Places a day's order; none where `dispatch` does not answer.
    async fn place(&self, plan: &CarePlan, day: Day) -> Option<Made> {
        let (id, order) = plan.names(day);
        let place = order_of(plan, day)?;
        let request = DispatchRequest {
            actor: Actor { role: Role::System, user: None },
            caregiver: None,
            request: DispatchCommand::Place { id, order: order.clone(), place },
        };
        let to = subject::command(self.store.district(), Service::Dispatch);
        let answer: Result<Accepted, RequestError> = self.bus.request(to, &request, WITHIN).await;
        match answer {
            Ok(accepted) => Some(Made { day, order: accepted.order.id, refused: None }),
            Err(RequestError::Refused(problem)) if problem.status < 500 => {
                tracing::warn!(plan = %plan.id, %day, code = &*problem.code, "a care plan's order is refused");
                Some(Made { day, order, refused: Some(problem.code.into_owned()) })
            }
            Err(error) => {
                tracing::info!(plan = %plan.id, %day, %error, "a care plan's order waits for dispatch");
                None
            }
        }
    }
}

/// The days that want an order now: those ahead on which somebody comes, as long as it is not too late for them.
pub fn due(plan: &CarePlan, done: &BTreeSet<Day>, now: Timestamp, days: u8) -> Vec<Day> {
    let today = Day::of(now);
    let ahead = (0..=days).map(|days| today.plus_days(days));
    let in_time = |day: &Day| window(plan, *day).is_some_and(|window| now <= window.latest);
    ahead.filter(|day| plan.comes_on(*day) && !done.contains(day)).filter(in_time).collect()
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
mod tests {
    use super::*;

    fn plan() -> CarePlan {
        serde_json::from_value(serde_json::json!({
            "id": "p1", "elder": "e1", "revision": 1, "stage": "running", "skipped": ["2026-03-20"],
            "visit": { "service": "bathing", "weekdays": ["tuesday", "friday"], "starts": 540, "within": 60,
                       "from": "2026-03-01" },
        }))
        .unwrap()
    }

    fn days(now: &str, done: &[&str]) -> Vec<String> {
        let done = done.iter().map(|day| day.parse().unwrap()).collect();
        due(&plan(), &done, now.parse().unwrap(), 7).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_day_ahead_wants_one_order() {
        // A Monday; Friday the 20th is left out.
        assert_eq!(days("2026-03-16T00:00:00Z", &[]), ["2026-03-17"]);
        assert_eq!(days("2026-03-16T00:00:00Z", &["2026-03-17"]), Vec::<String>::new());
        // Tuesday, 10:00 and 10:01 in the city.
        assert_eq!(days("2026-03-17T02:00:00Z", &[]), ["2026-03-17", "2026-03-24"]);
        assert_eq!(days("2026-03-17T02:01:00Z", &[]), ["2026-03-24"]);
    }

    #[test]
    fn a_day_has_the_same_names_each_time() {
        let (day, next) = ("2026-03-17".parse().unwrap(), "2026-03-18".parse().unwrap());
        assert_eq!(plan().names(day), plan().names(day));
        assert_ne!(plan().names(day), plan().names(next));
    }
}
