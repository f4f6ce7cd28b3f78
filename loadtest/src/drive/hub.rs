//! Joins the people of the day to the system: what they do becomes calls, what the live stream says they see.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use domain::{
    caregiver::Duty,
    command::OrderCommand,
    geo::{Datum, Wgs84},
    id::{CaregiverId, OrderId},
    order::Order,
    time::Timestamp,
};
use roads::Roads;
use schemas::{
    day::{Day, DayOrder},
    live::LiveEvent,
    order::Accepted,
    position::{Fix, PositionReport},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

use super::{
    account::{Account, Accounts, Called},
    outcome::Outcome,
    stream,
};
use crate::people::{Deed, People};

/// Calls on their way at a time.
const AT_A_TIME: usize = 64;
/// So long after the end of a run the last call should be answered.
const LAST_CALL: Duration = Duration::from_secs(10);
/// An order nobody of this day has placed by then was placed by somebody else.
const FOREIGN_AFTER: Duration = Duration::from_secs(3);

/// How long the registry may take to import a day's people.
const PEOPLE_WITHIN: Duration = Duration::from_mins(2);

/// The district's clock, as the server told it.
#[derive(Debug, Clone, Copy)]
struct Clock {
    shown: Timestamp,
    at: Instant,
    speed: f64,
}

impl Clock {
    fn now(&self) -> Timestamp {
        self.shown.plus_millis((self.at.elapsed().as_secs_f64() * 1000.0 * self.speed) as i64)
    }

    fn until(&self, at: Timestamp) -> Duration {
        Duration::from_secs_f64(at.millis_since(self.now()).max(0) as f64 / 1000.0 / self.speed)
    }
}

/// What a call told.
enum Told {
    Placed(OrderId, Box<Accepted>),
    Refused(String, String),
    Failed(String),
    Fine,
}

/// A day being driven.
pub struct Hub {
    accounts: Accounts,
    clock: Clock,
    people: People,
    outcome: Outcome,
    /// Orders as they were last seen.
    seen: BTreeMap<OrderId, Order>,
    /// The day's own name of each order placed.
    placed: HashMap<OrderId, OrderId>,
    /// Orders seen before anybody said that they placed them.
    unknown: Vec<(Instant, Order)>,
    calls: mpsc::UnboundedReceiver<Told>,
    told: mpsc::UnboundedSender<Told>,
    room: Arc<Semaphore>,
    on_their_way: JoinSet<()>,
}

impl Hub {
    /// Signs in and asks for the district's clock.
    pub async fn open(accounts: Accounts, day: &Day, roads: Arc<Roads>) -> Result<Self> {
        #[derive(Deserialize)]
        struct District {
            clock: Shown,
        }
        #[derive(Deserialize)]
        struct Shown {
            now: Timestamp,
            speed: f64,
        }
        wait_for_people(&accounts.desk, day.caregivers.len()).await?;
        let clock = match accounts.desk.get::<District>("/api/v1/district").await {
            Called::Done(d) => Clock { shown: d.clock.now, at: Instant::now(), speed: d.clock.speed },
            Called::Refused(problem) => bail!("{problem}"),
            Called::Failed(reason) => bail!("{reason}"),
        };
        // A phone reports about once a second of real time, and at least every ten of the day.
        let fix_every = (clock.speed as i64).max(10);
        let people = People::new(day, roads, fix_every, clock.now());
        let (told, calls) = mpsc::unbounded_channel();
        Ok(Self {
            accounts,
            clock,
            people,
            outcome: Outcome::default(),
            seen: BTreeMap::new(),
            placed: HashMap::new(),
            unknown: Vec::new(),
            calls,
            told,
            room: Arc::new(Semaphore::new(AT_A_TIME)),
            on_their_way: JoinSet::new(),
        })
    }

    /// Plays until the day is over or the limit is reached, then asks for every order placed.
    pub async fn play(mut self, ends_at: Timestamp, limit: Duration) -> Result<Outcome> {
        let started = Instant::now();
        let (sender, mut events) = mpsc::channel(10_000);
        let following = tokio::spawn(stream::follow(self.accounts.desk.clone(), sender));
        while started.elapsed() < limit {
            let now = self.clock.now();
            for deed in self.people.due(now) {
                self.act(deed);
            }
            let next = self.people.next();
            if next.is_none() && now > ends_at {
                break;
            }
            let wake = next.map_or(Duration::from_secs(1), |at| self.clock.until(at));
            let wake = wake.min(Duration::from_millis(500)).min(limit.saturating_sub(started.elapsed()));
            tokio::select! {
                Some(event) = events.recv() => self.hear(event),
                Some(told) = self.calls.recv() => self.learn(told),
                () = tokio::time::sleep(wake) => self.foreign(),
            }
        }
        following.abort();
        self.outcome.seconds = started.elapsed().as_secs_f64();
        self.take_stock().await;
        Ok(self.outcome)
    }

    fn hear(&mut self, event: LiveEvent) {
        match event {
            LiveEvent::Snapshot(snapshot) => snapshot.orders.into_iter().for_each(|order| self.see(order)),
            LiveEvent::Order { order, .. } => self.see(*order),
            _ => {}
        }
    }

    fn see(&mut self, order: Order) {
        if self.placed.contains_key(&order.id) {
            self.people.see(&order, self.clock.now());
            self.seen.insert(order.id.clone(), order);
        } else {
            self.unknown.push((Instant::now(), order));
        }
    }

    fn learn(&mut self, told: Told) {
        match told {
            Told::Placed(own, accepted) => {
                self.outcome.orders_placed += 1;
                let order = accepted.order;
                self.people.know_as(&own, &order.id);
                self.placed.insert(order.id.clone(), own);
                self.see(order);
                self.foreign();
            }
            Told::Refused(code, detail) => self.outcome.refused(&code, &detail),
            Told::Failed(reason) => self.outcome.failed(reason),
            Told::Fine => {}
        }
    }

    /// Looks again at orders nobody had placed when they were first seen; what a person at the desk placed is served,
    /// too.
    fn foreign(&mut self) {
        for (since, order) in std::mem::take(&mut self.unknown) {
            if self.placed.contains_key(&order.id) || since.elapsed() > FOREIGN_AFTER {
                self.people.see(&order, self.clock.now());
                self.seen.insert(order.id.clone(), order);
            } else {
                self.unknown.push((since, order));
            }
        }
    }

    fn act(&mut self, deed: Deed) {
        self.outcome.calls += 1;
        let desk = self.accounts.desk.clone();
        let phone = |caregiver: &CaregiverId| self.accounts.phones.get(caregiver.as_str()).cloned();
        let now = self.clock.now();
        let (told, room) = (self.told.clone(), Arc::clone(&self.room));
        let call: std::pin::Pin<Box<dyn Future<Output = Told> + Send>> = match deed {
            Deed::Place(order) => Box::pin(place(desk, *order)),
            Deed::Wish(_, command) => Box::pin(send(desk, command)),
            Deed::Tap(caregiver, command) => match phone(&caregiver) {
                Some(phone) => Box::pin(send(phone, command)),
                None => return,
            },
            Deed::Duty(caregiver, duty) => match phone(&caregiver) {
                Some(phone) => Box::pin(duty_of(phone, duty, now)),
                None => return,
            },
            Deed::Fix(caregiver, place) => match phone(&caregiver) {
                Some(phone) => Box::pin(fix(phone, place, now)),
                None => return,
            },
        };
        while self.on_their_way.try_join_next().is_some() {}
        self.on_their_way.spawn(async move {
            let _room = room.acquire_owned().await;
            // The hub is gone only when the run is over.
            let _ = told.send(call.await);
        });
    }

    /// Whether everything acknowledged is still known, and how far it got.
    async fn take_stock(&mut self) {
        // What was on its way when the run ended still tells its tale.
        let all = async { while self.on_their_way.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_CALL, all).await.is_err() {
            self.outcome
                .failed(format!("calls were still on their way {LAST_CALL:?} after the end of the run"));
        }
        while let Ok(told) = self.calls.try_recv() {
            self.learn(told);
        }
        for order in self.placed.keys() {
            match self.accounts.desk.get::<Order>(&format!("/api/v1/orders/{order}")).await {
                Called::Done(order) => {
                    let stage = order.stage.name();
                    *self.outcome.stages.entry(stage.to_owned()).or_default() += 1;
                    self.outcome.orders_done += u64::from(matches!(stage, "done" | "confirmed"));
                }
                Called::Refused(problem) if problem.status == 404 => self.outcome.orders_lost += 1,
                Called::Refused(problem) => self.outcome.failed(problem.to_string()),
                Called::Failed(reason) => self.outcome.failed(reason),
            }
        }
    }
}

/// A day begins when the district knows its caregivers: the registry imports them at its start.
async fn wait_for_people(desk: &Account, expected: usize) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < PEOPLE_WITHIN {
        if let Called::Done(page) = desk.get::<Value>("/api/v1/caregivers?limit=500").await {
            let known = page.get("items").and_then(Value::as_array).map_or(0, Vec::len);
            if known >= expected.min(500) {
                return Ok(());
            }
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("the district does not know its {expected} caregivers after {} s", PEOPLE_WITHIN.as_secs())
}

async fn place(desk: Account, order: DayOrder) -> Told {
    match desk.post::<_, Accepted>("/api/v1/orders", &order.place, order.id.as_str()).await {
        Called::Done(accepted) => Told::Placed(order.id, Box::new(accepted)),
        Called::Refused(problem) => Told::Refused(problem.code.into_owned(), problem.detail),
        Called::Failed(reason) => Told::Failed(reason),
    }
}

async fn send(account: Account, command: OrderCommand) -> Told {
    let path = format!("/api/v1/orders/{}/commands", command.order);
    let mut body = match serde_json::to_value(&command) {
        Ok(body) => body,
        Err(error) => return Told::Failed(error.to_string()),
    };
    if let Value::Object(members) = &mut body {
        members.remove("order");
    }
    told(account.post::<_, Value>(&path, &body, command.id.as_str()).await)
}

async fn duty_of(phone: Account, duty: Duty, at: Timestamp) -> Told {
    let key = format!("duty-{}", at.as_millis());
    told(phone.post::<_, Value>("/api/v1/duty", &json!({ "id": key, "duty": duty }), &key).await)
}

async fn fix(phone: Account, place: Wgs84, at: Timestamp) -> Told {
    let fix = Fix {
        at,
        lon: place.lon(),
        lat: place.lat(),
        datum: Some(Datum::Wgs84),
        accuracy: Some(8.0),
        battery: None,
    };
    let key = format!("fix-{}", at.as_millis());
    told(phone.post::<_, Value>("/api/v1/positions", &PositionReport { fixes: vec![fix] }, &key).await)
}

fn told(called: Called<Value>) -> Told {
    match called {
        Called::Done(_) => Told::Fine,
        Called::Refused(problem) => Told::Refused(problem.code.into_owned(), problem.detail),
        Called::Failed(reason) => Told::Failed(reason),
    }
}
