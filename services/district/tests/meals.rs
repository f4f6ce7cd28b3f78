//! A lunch with its neighbours, all of them real: `accounts` sets its money aside and takes it once, `emergency-call` has
//! somebody look where nobody opened.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::{future::Future, path::Path, sync::Arc, time::Duration};

use bus::{Bus, FencedWriter, Followed, RequestError, StartFrom, StreamSpec, testing::NatsServer};
use domain::{
    calendar::Day,
    id::DistrictId,
    meal::{ClockTime, Meal, MealStage, Round},
    order::{FundingState as Paid, Role},
    time::Timestamp,
};
use runtime::{Clock, Context, NatsConfig, ScaledClock, SystemClock};
use schemas::{
    account::funding::{Funding, FundingState},
    emergency::IncidentEvent,
    envelope::CloudEvent,
    meal::{MealCode, MealDone, MealEvent, MealQuote},
    profile::ElderProfiled,
    subject::{self, Service, StreamKind},
};
use serde_json::{Value, json};
use tokio::time::Instant;

const LIMIT: Duration = Duration::from_mins(1);
const DAY: &str = "2026-03-10";

fn district() -> DistrictId {
    DistrictId::new("d").unwrap()
}

fn at(hour: i16, minute: i16) -> Timestamp {
    ClockTime::at(hour, minute).on(DAY.parse::<Day>().unwrap())
}

async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "not within {LIMIT:?}: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

struct Town {
    bus: Bus,
    ctx: Context,
}

impl Town {
    /// Half past eight, sixty times as fast as life.
    async fn start(nats: &NatsServer, state: &Path) -> Self {
        let clock = ScaledClock::new(SystemClock.now(), at(8, 30), 60.0);
        let ctx = Context { clock: Arc::new(clock), ..Context::system() };
        let bus = nats.connect("district").await;
        let kinds = [StreamKind::Orders, StreamKind::Profiles];
        bus.reconcile(&kinds.map(|kind| StreamSpec::of(kind, &district(), 1))).await.unwrap();
        let stream = StreamKind::Profiles.name(&district());
        let mut registry =
            FencedWriter::open(&bus, stream.clone(), bus.last_sequence(&stream).await.unwrap());
        for elder in ["e1", "e2"] {
            let elder = json!({ "elder": { "id": elder, "place": { "lon": 98.29, "lat": 39.77 }, "street": "s", "community": "m" } });
            let profile: ElderProfiled = serde_json::from_value(elder).unwrap();
            let to = subject::elder_profile(&district(), &profile.elder.id);
            let id = profile.elder.id.to_string();
            let event = CloudEvent::new(id, "/registry", district(), at(8, 0), profile);
            registry.publish(to, &event).await.unwrap().await.unwrap();
        }
        let nats = NatsConfig::default();
        let money = accounts::Config::of(district(), state.join("accounts"), "changji");
        accounts::start(&money, &nats, &bus, &ctx).await.unwrap();
        let alarms = emergency_call::Config::of(district(), state.join("alarms"));
        emergency_call::start(&alarms, &nats, &bus, &ctx).await.unwrap();
        let mut meals = meal_delivery::Config::of(district(), state.join("meals"));
        meals.rules.funding = true;
        meals.rules.plan = domain::unit::Seconds(1);
        let roads = Arc::new(roads::Roads::fallback_only(roads::FallbackModel::default()));
        meal_delivery::start(&meals, &nats, roads, &bus, &ctx).await.unwrap();
        Self { bus, ctx }
    }

    async fn request<A: serde::de::DeserializeOwned>(&self, to: String, request: &Value) -> A {
        eventually(&format!("an answer to {request}"), async || {
            match self.bus.request::<_, A>(to.clone(), request, Duration::from_secs(5)).await {
                Ok(done) => Some(done),
                Err(RequestError::Refused(problem)) if problem.status < 500 => panic!("{problem}: {request}"),
                Err(_) => None,
            }
        })
        .await
    }

    async fn say(&self, role: Role, mut request: Value) -> MealDone {
        let actor = json!({ "role": role, "user": "u" });
        let stamped =
            [("actor", actor), ("caregiver", json!("c1")), ("id", json!(self.ctx.entropy.text_id()))];
        request.as_object_mut().unwrap().extend(stamped.map(|(key, value)| (key.to_owned(), value)));
        self.request(subject::command(&district(), Service::MealDelivery), &request).await
    }

    async fn events(&self, kind: StreamKind) -> Vec<bus::StreamMessage> {
        let mut follower = self.bus.follow(kind.name(&district()), &[], StartFrom::First).await.unwrap();
        let mut messages = Vec::new();
        loop {
            match follower.next().await {
                Followed::CaughtUp { .. } => return messages,
                Followed::Reset => messages.clear(),
                Followed::Message(message) if message.subject.contains('~') => {}
                Followed::Message(message) => messages.push(message),
            }
        }
    }

    async fn meal(&self, id: &str) -> Option<Meal> {
        let events = self.events(StreamKind::Meals).await;
        let meals = events.iter().filter_map(|message| {
            match message.decode::<CloudEvent<MealEvent>>().unwrap().data {
                MealEvent::Meal(meal) if meal.id.as_str() == id => Some(meal),
                _ => None,
            }
        });
        meals.last()
    }

    async fn round(&self) -> Option<Round> {
        let events = self.events(StreamKind::Meals).await;
        let rounds = events.iter().filter_map(|message| {
            match message.decode::<CloudEvent<MealEvent>>().unwrap().data {
                MealEvent::Round(round) => Some(round),
                _ => None,
            }
        });
        rounds.last().filter(|round| round.meals().count() == 2)
    }

    /// Everything the books said about a meal, oldest first.
    async fn booked(&self, meal: &str) -> Vec<(FundingState, i64)> {
        let events = self.events(StreamKind::Funding).await;
        let booked = events.iter().map(|message| message.decode::<CloudEvent<Funding>>().unwrap().data);
        let name = format!("meal-{meal}-0");
        booked.filter(|funding| funding.order.as_str() == name).map(|f| (f.state, f.amount)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_eaten_is_paid_once_and_somebody_looks_where_nobody_opens() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let town = Town::start(&nats, state.path()).await;
    for elder in ["e1", "e2"] {
        let person = json!({ "request": "put_person", "elder": elder, "person": {
            "birth_date": "1950-01-01", "household_registration": "652301", "residence": "652301",
            "categories": ["minimum_living"], "approved_on": "2022-01-01",
        }});
        let _: Value = town.request(subject::command(&district(), Service::Accounts), &person).await;
    }
    let hours = json!({ "cut_off": 530, "cooked": 540, "from": 540, "until": 900, "capacity": 50 });
    let kitchen = json!({ "id": "k", "organisation": "org", "street": "s", "place": { "lon": 98.3, "lat": 39.77 }, "hours": { "lunch": hours } });
    town.say(Role::Operator, json!({ "request": "put_kitchen", "kitchen": kitchen })).await;
    let shifts = json!([{ "earliest": at(8, 0), "latest": at(20, 0) }]);
    let courier = json!({ "id": "c1", "kitchen": "k", "boxes": 10, "shifts": shifts });
    town.say(Role::Operator, json!({ "request": "put_courier", "courier": courier })).await;
    let sitting = json!({ "day": DAY, "slot": "lunch", "kitchen": "k" });
    let dish = json!({ "id": "a", "name": "清炒时蔬", "prices": { "regular": 1500 }, "capacity": 20 });
    town.say(Role::Kitchen, json!({ "request": "put_menu", "sitting": sitting, "dishes": [dish] })).await;
    for (n, elder) in ["e1", "e2"].into_iter().enumerate() {
        town.say(
            Role::FrontDesk,
            json!({ "request": "put_diner", "diner": { "elder": elder, "kitchen": "k" } }),
        )
        .await;
        let order = json!({ "elder": elder, "day": DAY, "slot": "lunch", "kitchen": "k", "dish": "a", "serving": "delivery", "self_pay_up_to": 0 });
        let query = json!({ "actor": { "role": "front_desk" }, "order": order });
        let quote: MealQuote =
            town.request(subject::ask(&district(), Service::MealDelivery, "quote"), &query).await;
        assert_eq!(quote.shares.map(|shares| (shares.allowance, shares.self_pay.get())), Some((1500, 0)));
        town.say(
            Role::FrontDesk,
            json!({ "request": "order", "meal": format!("m{}", n + 1), "order": order }),
        )
        .await;
    }
    for meal in ["m1", "m2"] {
        eventually("money set aside", async || {
            let funding = town.meal(meal).await?.funding?;
            matches!(funding.state, Paid::Held { allowance: 1500, .. }).then_some(())
        })
        .await;
    }
    let round = eventually("a round to both doors", async || town.round().await).await;
    town.say(Role::Kitchen, json!({ "request": "cook", "sitting": sitting, "dish": "a", "done": true }))
        .await;
    town.say(Role::Courier, json!({ "request": "depart", "round": round.id })).await;
    let ask = subject::ask(&district(), Service::MealDelivery, "code");
    let code: MealCode = town.request(ask, &json!({ "actor": { "role": "operator" }, "meal": "m1" })).await;
    let proof =
        json!({ "request": "meal", "meal": "m1", "action": "deliver", "proof": "scan", "label": code.label });
    town.say(Role::Courier, proof).await;
    // Nobody opens, twice.
    for _ in 0..2 {
        let nobody = json!({ "request": "meal", "meal": "m2", "action": "no_answer", "seen": "没有声音" });
        town.say(Role::Courier, nobody).await;
    }
    let incident = eventually("somebody looks", async || town.meal("m2").await?.welfare?.incident).await;
    let alarms = town.events(StreamKind::Alarms).await;
    let about = alarms.iter().filter_map(|message| {
        let event: CloudEvent<IncidentEvent> = message.decode().unwrap();
        (event.data.incident.id == incident).then_some(event.data.incident)
    });
    let incident = about.last().unwrap();
    assert!(matches!(&incident.subject, domain::incident::Subject::Elder(elder) if elder.as_str() == "e2"));
    assert!(matches!(town.meal("m2").await.unwrap().stage, MealStage::Undelivered(_)));
    let paid = eventually("the books", async || {
        let (eaten, not) = (town.booked("m1").await, town.booked("m2").await);
        (eaten.len() > 1 && not.len() > 1).then_some((eaten, not))
    })
    .await;
    assert_eq!(paid.0, [(FundingState::Held, 1500), (FundingState::Captured, 1500)]);
    assert_eq!(
        paid.1.iter().map(|(state, _)| *state).collect::<Vec<_>>(),
        [FundingState::Held, FundingState::Released]
    );
    assert_eq!(town.ctx.tasks.shut_down(LIMIT).await, Vec::<String>::new());
}
