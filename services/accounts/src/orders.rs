//! Follows ORDERS and, where there are kitchens, MEALS: what was confirmed or eaten is taken, what will not be served is
//! given back. PROFILES tells for which organisation a caregiver works.
//!
//! Each time it takes up the work it begins with the last message of every order: what was booked before is recognised
//! and changes nothing, what was missed is booked now.

use std::{collections::BTreeMap, time::Duration};

use bus::{Bus, Followed, Follower, LeaseState, StartFrom, StreamError};
use domain::{
    calendar::Day,
    id::{CaregiverId, DistrictId, OrganisationId},
    meal::{Meal, MealStage, Serving},
    order::{Order, Stage},
    service::ServiceKind,
    unit::Fen,
};
use futures::future::join_all;
use runtime::{BoxError, health::Part};
use schemas::{
    account::assessment::Kind,
    envelope::CloudEvent,
    meal::MealEvent,
    order::OrderEvent,
    profile::CaregiverProfiled,
    subject::{self, StreamKind},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    desk::Desk,
    ledger::{
        Refusal, Work,
        work::{Rated, Served},
    },
    metrics::Metrics,
};

/// So many orders are handed in at once.
const AT_ONCE: usize = 64;
/// What has come is handed in after so long even if it is not many.
const SOON: Duration = Duration::from_millis(20);
/// The pause after something failed, and between looks for an organisation that was not known.
const PAUSE: Duration = Duration::from_millis(500);

/// Follows while this process holds the lease.
#[derive(Debug)]
pub struct Orders {
    /// Where work is handed in.
    pub desk: Desk,
    /// Where it is followed.
    pub bus: Bus,
    /// Whose orders.
    pub district: DistrictId,
    /// Ready when what is there is booked, or somebody else sees to it.
    pub health: Part,
    pub(crate) metrics: Metrics,
}

/// What is known and what waits.
#[derive(Debug, Default)]
struct Notes {
    works_for: BTreeMap<CaregiverId, OrganisationId>,
    /// Served by people whose organisation is not known yet.
    unknown: Vec<Order>,
    ready: Vec<Work>,
}

impl Orders {
    /// Follows whenever the lease is held, until told to stop.
    ///
    /// # Errors
    /// None: trouble is logged, shown by the health part, and tried again.
    pub async fn run(
        self,
        mut lease: watch::Receiver<LeaseState>,
        stop: CancellationToken,
    ) -> Result<(), BoxError> {
        loop {
            let state = *lease.borrow_and_update();
            let over = async {
                tokio::select! {
                    _ = lease.changed() => {}
                    () = stop.cancelled() => {}
                }
            };
            match state {
                LeaseState::Standby => {
                    self.health.ready();
                    over.await;
                }
                LeaseState::Held { .. } => tokio::select! {
                    () = over => {}
                    trouble = self.follow() => if let Err(trouble) = trouble {
                        tracing::warn!(%trouble, "following orders is interrupted; trying again");
                        self.health.not_ready(format!("orders are not being followed: {trouble}"));
                        tokio::time::sleep(PAUSE).await;
                    }
                },
            }
            if stop.is_cancelled() {
                return Ok(());
            }
        }
    }

    async fn follow(&self) -> Result<(), StreamError> {
        let people = StreamKind::Profiles.name(&self.district);
        let orders = StreamKind::Orders.name(&self.district);
        let caregivers = format!("care.v1.{}.profile.caregiver.*", self.district);
        let mut people = self.bus.follow(people, &[&caregivers], StartFrom::LastPerSubject).await?;
        let mut notes = Notes::default();
        while notes.meet(people.next().await) {}
        let all = subject::orders(&self.district);
        let mut orders: Follower = self.bus.follow(orders, &[&all], StartFrom::LastPerSubject).await?;
        let mut meals = self.meals().await?;
        loop {
            tokio::select! {
                met = people.next() => {
                    notes.meet(met);
                }
                told = next_of(&mut meals) => if let Followed::Message(message) = told {
                    notes.eat(&message);
                },
                () = tokio::time::sleep(PAUSE), if meals.is_none() => meals = self.meals().await?,
                told = orders.next() => match told {
                    Followed::Message(message) => notes.hear(&message),
                    Followed::CaughtUp { .. } => {
                        self.hand_in(&mut notes).await;
                        self.health.ready();
                    }
                    Followed::Reset => {}
                },
                () = tokio::time::sleep(SOON), if !notes.ready.is_empty() => self.hand_in(&mut notes).await,
                () = tokio::time::sleep(PAUSE), if !notes.unknown.is_empty() => notes.look_again(),
            }
            if notes.ready.len() >= AT_ONCE {
                self.hand_in(&mut notes).await;
            }
        }
    }

    /// The meals, where anybody cooks.
    async fn meals(&self) -> Result<Option<Follower>, StreamError> {
        let all = subject::meal(&self.district, "order", "*");
        let stream = StreamKind::Meals.name(&self.district);
        match self.bus.follow(stream, &[&all], StartFrom::LastPerSubject).await {
            Ok(meals) => Ok(Some(meals)),
            Err(StreamError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Hands everything in that is ready; what the books could not take is tried again until they can.
    async fn hand_in(&self, notes: &mut Notes) {
        let mut waiting = std::mem::take(&mut notes.ready);
        while !waiting.is_empty() {
            let outcomes = join_all(waiting.iter().map(|work| self.desk.submit(work.clone()))).await;
            let mut again = Vec::new();
            for (work, outcome) in waiting.into_iter().zip(outcomes) {
                match outcome {
                    Ok(Ok(_)) => {}
                    // Not written, or not to be decided until the registry has been heard.
                    Ok(Err(Refusal::OrganisationsUnknown)) | Err(_) => again.push(work),
                    Ok(Err(refusal)) => {
                        self.metrics.unpaid(refusal.code());
                        let order = work.order().map(ToString::to_string).unwrap_or_default();
                        tracing::warn!(order, code = refusal.code(), %refusal, "nothing pays for this order");
                    }
                }
            }
            waiting = again;
            if !waiting.is_empty() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

impl Notes {
    /// Who works for whom; whether more is known to come.
    fn meet(&mut self, met: Followed) -> bool {
        match met {
            Followed::Message(message) => match message.decode::<CloudEvent<CaregiverProfiled>>() {
                Ok(event) => {
                    let caregiver = event.data.caregiver;
                    self.works_for.insert(caregiver.id, caregiver.organisation);
                }
                Err(error) => tracing::warn!(%error, "a profile cannot be read"),
            },
            Followed::CaughtUp { .. } => return false,
            Followed::Reset => self.works_for.clear(),
        }
        true
    }

    fn hear(&mut self, message: &bus::StreamMessage) {
        if message.subject.ends_with("~takeover") {
            return;
        }
        match message.decode::<CloudEvent<OrderEvent>>() {
            Ok(event) => self.order(event.data.order),
            Err(error) => tracing::warn!(%error, "an order cannot be read"),
        }
    }

    fn order(&mut self, order: Order) {
        match &order.stage {
            Stage::Confirmed(confirmed) => {
                let visit = &confirmed.done.service.visit;
                let known = visit.team.iter().find_map(|member| self.works_for.get(&member.caregiver));
                let Some(organisation) = known.cloned() else {
                    self.unknown.push(order);
                    return;
                };
                if let Some(stars) = confirmed.stars {
                    self.ready.push(Work::Rated(Rated {
                        on: Day::of(confirmed.done.service.started_at),
                        organisation: organisation.clone(),
                        elder: order.elder.clone(),
                        service: order.service,
                        order: order.id.clone(),
                        stars,
                    }));
                }
                self.ready.push(Work::Served(Served {
                    on: Day::of(confirmed.done.service.started_at),
                    organisation,
                    pay_with: pay_with(&order),
                    elder: order.elder,
                    service: order.service,
                    self_pay_up_to: order.funding.map_or(Fen::ZERO, |funding| funding.self_pay_up_to),
                    order: order.id,
                    delivery: false,
                    price: None,
                }));
            }
            Stage::Cancelled(_) | Stage::NoShow(_) => self.ready.push(Work::Dropped(order.id)),
            _ => {}
        }
    }

    fn eat(&mut self, message: &bus::StreamMessage) {
        match message.decode::<CloudEvent<MealEvent>>() {
            Ok(event) => {
                if let MealEvent::Meal(meal) = event.data {
                    self.ready.extend(eaten(meal));
                }
            }
            Err(error) => tracing::warn!(%error, "a meal cannot be read"),
        }
    }

    fn look_again(&mut self) {
        for order in std::mem::take(&mut self.unknown) {
            self.order(order);
        }
    }
}

/// The next of what may not be there yet.
async fn next_of(follower: &mut Option<Follower>) -> Followed {
    match follower {
        Some(follower) => follower.next().await,
        None => std::future::pending().await,
    }
}

/// What a meal means to the books: taken once it is eaten, given back once it is sure not to be.
fn eaten(meal: Meal) -> Option<Work> {
    let order = meal.books();
    let funding = meal.funding?;
    match meal.stage {
        MealStage::Delivered(_) => Some(Work::Served(Served {
            order,
            elder: meal.elder,
            service: ServiceKind::MealHelp,
            organisation: meal.organisation,
            on: meal.sitting.day,
            pay_with: funding.pay_with.into(),
            self_pay_up_to: funding.self_pay_up_to,
            delivery: meal.serving == Serving::Delivery,
            price: Some(meal.price),
        })),
        MealStage::Undelivered(_) | MealStage::Cancelled(_) => Some(Work::Dropped(order)),
        MealStage::Ordered | MealStage::OnTheWay(_) => None,
    }
}

/// What was to pay when the order was placed.
fn pay_with(order: &Order) -> Kind {
    order.funding.as_ref().map(|funding| funding.pay_with).unwrap_or_default().into()
}
