//! What the registry decides has its effect in a running district at once: contracts, leave, care plans. Real services,
//! joined by the bus alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::{path::Path, sync::Arc};

use bus::{Bus, testing::NatsServer};
use domain::{
    calendar::Day,
    command::PlaceOrder,
    id::{CaregiverId, CommandId, OrderId, UserId},
    order::{Actor, Order, Role},
};
use roads::{FallbackModel, Roads};
use runtime::{Clock, Context, Entropy, NatsConfig, SystemClock};
use schemas::{
    order::{Accepted, DispatchCommand, DispatchRequest},
    profile::{Registered, RegistryCommand},
    registry::plan::Came,
    subject::{self, Service},
};
use serde_json::{Value, json};

mod support;

use support::{LIMIT, ask, at_work, district, order_where, place};

async fn start(nats: &NatsServer, state: &Path) -> (Context, Bus) {
    let (ctx, terms) = (Context::system(), NatsConfig::default());
    let bus = nats.connect("district").await;
    let roads = Arc::new(Roads::fallback_only(FallbackModel::default()));
    let mut config = registry::Config::of(district(), state.join("r"));
    config.plan_every_ms = 100;
    registry::start(&config, &terms, &bus, &ctx).await.unwrap();
    let location = caregiver_location::Config::of(district());
    caregiver_location::start(&location, &terms, roads.clone(), &bus, &ctx).await.unwrap();
    dispatch::start(&dispatch::Config::of(district()), &terms, roads, &bus, &ctx).await.unwrap();
    (ctx, bus)
}

/// A command to the registry as it stands on the wire.
async fn tell(bus: &Bus, command: Value) {
    let command: RegistryCommand = serde_json::from_value(command).unwrap();
    let _: Registered = ask(bus, &subject::command(&district(), Service::Registry), &command).await;
}

async fn step(bus: &Bus, (role, user): (Role, &str), about: Value) {
    let id: String = Entropy::system().text_id();
    let mut command = json!({ "request": "step", "id": id, "by": { "role": role, "user": user } });
    command.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
    tell(bus, command).await;
}

async fn people(bus: &Bus) {
    let elder = json!({ "id": "e1", "place": place(), "street": "s1", "community": "s1-c1" });
    tell(bus, json!({ "request": "put_elder", "elder": elder })).await;
    let now = SystemClock.now();
    let span = json!({ "earliest": now.plus_millis(-3_600_000), "latest": now.plus_millis(36_000_000) });
    let profile = json!({
        "id": "c1", "organisation": "org1", "street": "s1", "mode": "e_bike", "trained": true, "shifts": [span],
        "certificates": [{ "qualification": "elder_care", "valid": span }], "health_certificate": span,
    });
    tell(bus, json!({ "request": "put_caregiver", "caregiver": profile })).await;
    let id = CaregiverId::new("c1").unwrap();
    at_work(bus, &id, 400.0).await;
}

async fn place_order(bus: &Bus, order: &str) {
    let place: PlaceOrder = serde_json::from_value(json!({ "elder": "e1", "service": "cleaning" })).unwrap();
    let actor = Actor { role: Role::Operator, user: Some(UserId::new("li").unwrap()) };
    let order = OrderId::new(order).unwrap();
    let request = DispatchCommand::Place { id: Entropy::system().id(), order, place };
    let request = DispatchRequest { actor, caregiver: None, request };
    let _: Accepted = ask(bus, &subject::command(&district(), Service::Dispatch), &request).await;
}

fn is(order: &Order, id: &str, stage: &str) -> bool {
    order.id.as_str() == id && order.stage.name() == stage
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_its_contract_an_organisation_gets_no_visits() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let (ctx, bus) = start(&nats, state.path()).await;
    people(&bus).await;
    place_order(&bus, "o1").await;
    order_where(&bus, "an offer before anything is registered", |o| is(o, "o1", "offered")).await;
    let about = |step: &str, more: Value| {
        let mut all = json!({ "about": "organisation", "organisation": "org1", "step": step });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let bureau = (Role::Bureau, "b1");
    let checks = json!({
        "legal_person": true, "experienced_lead": true, "certified_staff": true, "clean_credit": true,
        "no_accident": true,
    });
    step(&bus, bureau, about("register", json!({ "name": "康乐", "checks": checks }))).await;
    let taken = order_where(&bus, "registered, without a contract: the offer is taken back", |o| {
        o.id.as_str() == "o1" && o.stage.seats().is_empty()
    });
    taken.await;
    let today = Day::of(SystemClock.now());
    let term = json!({ "term": { "from": today, "until": today.plus_months(12) } });
    step(&bus, (Role::Supervisor, "s1"), about("propose_contract", term)).await;
    step(&bus, bureau, about("sign_contract", json!({}))).await;
    place_order(&bus, "o2").await;
    order_where(&bus, "under contract there is an offer", |o| {
        is(o, "o2", "offered") || is(o, "o1", "offered")
    })
    .await;
    step(&bus, bureau, about("end_contract", json!({}))).await;
    for id in ["o1", "o2"] {
        let none = |o: &Order| o.id.as_str() == id && o.stage.seats().is_empty();
        order_where(&bus, "an end takes effect at once", none).await;
    }
    assert_eq!(ctx.tasks.shut_down(LIMIT).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn leave_that_is_granted_takes_the_offer_back() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let (ctx, bus) = start(&nats, state.path()).await;
    people(&bus).await;
    place_order(&bus, "o1").await;
    order_where(&bus, "an offer", |o| is(o, "o1", "offered")).await;
    let now = SystemClock.now();
    let span = json!({ "earliest": now.plus_millis(-60_000), "latest": now.plus_millis(86_400_000) });
    let ask = json!({
        "about": "roster", "caregiver": "c1", "step": "ask_leave", "leave": "l1", "span": span, "kind": "sick",
    });
    step(&bus, (Role::Supervisor, "s1"), ask).await;
    let decide =
        json!({ "about": "roster", "caregiver": "c1", "step": "decide_leave", "leave": "l1", "grant": true });
    step(&bus, (Role::Supervisor, "s1"), decide).await;
    order_where(&bus, "nobody is asked any more", |o| o.id.as_str() == "o1" && o.stage.seats().is_empty())
        .await;
    assert_eq!(ctx.tasks.shut_down(LIMIT).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_care_plan_makes_each_days_order_once() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let (ctx, bus) = start(&nats, state.path()).await;
    people(&bus).await;
    let tomorrow = Day::of(SystemClock.now()).next();
    let begin = json!({
        "about": "plan", "plan": "p1", "step": "begin", "elder": "e1",
        "visit": { "service": "cleaning", "weekdays": [tomorrow.weekday()], "starts": 540, "within": 60,
                   "from": tomorrow },
    });
    step(&bus, (Role::FrontDesk, "f1"), begin).await;
    let made = order_where(&bus, "tomorrow's order", |o| o.id.as_str().starts_with("plan-p1-")).await;
    assert_eq!(made.window.earliest, tomorrow.begins().plus_millis(540 * 60_000));
    // Looked at many times meanwhile, and by a registry that has forgotten what it noted: still one order a day.
    assert_eq!(ctx.tasks.shut_down(LIMIT).await, Vec::<String>::new());
    let file = state.path().join("r/registry.sqlite");
    assert!(file.exists());
    let (ctx, bus) = start(&nats, state.path()).await;
    let ask_plans = json!({ "open": true, "limit": 9 });
    let plans: schemas::registry::CarePlans =
        ask(&bus, &subject::ask(&district(), Service::Registry, "plans"), &ask_plans).await;
    let made = plans.items.first().unwrap().made.clone();
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(ctx.tasks.shut_down(LIMIT).await, Vec::<String>::new());
}

/// How the day of that order stands with its plan, once it stands so.
async fn comes_to(bus: &Bus, order: &OrderId, wanted: &Came) {
    let to = subject::ask(&district(), Service::Registry, "plans");
    let asked = async {
        loop {
            let plans: schemas::registry::CarePlans =
                ask(bus, &to, &json!({ "open": false, "limit": 9 })).await;
            let mut made = plans.items.iter().flat_map(|plan| &plan.made);
            if made.any(|made| made.order == *order && made.came == *wanted) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, asked).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_care_plan_takes_its_orders_back_and_a_resumed_one_makes_them_again() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let (ctx, bus) = start(&nats, state.path()).await;
    people(&bus).await;
    let tomorrow = Day::of(SystemClock.now()).next();
    let plan = |step: &str| json!({ "about": "plan", "plan": "p1", "step": step });
    let mut begin = plan("begin");
    begin["elder"] = json!("e1");
    begin["visit"] = json!({ "service": "cleaning", "weekdays": [tomorrow.weekday()], "starts": 540,
        "within": 60, "from": tomorrow, "until": tomorrow });
    let desk = (Role::FrontDesk, "f1");
    step(&bus, desk, begin).await;
    let first = order_where(&bus, "tomorrow's order", |o| o.id.as_str().starts_with("plan-p1-")).await;
    comes_to(&bus, &first.id, &Came::Ordered).await;
    step(&bus, desk, plan("pause")).await;
    let back = order_where(&bus, "taken back", |o| o.id == first.id && o.stage.name() == "cancelled").await;
    assert_eq!(back.timeline.last().map(|entry| entry.by.role), Some(Role::System));
    comes_to(&bus, &first.id, &Came::Withdrawn).await;
    step(&bus, desk, plan("resume")).await;
    let second = order_where(&bus, "made again", |o| {
        o.id.as_str().starts_with("plan-p1-") && o.id != first.id && o.stage.name() != "cancelled"
    })
    .await;
    comes_to(&bus, &second.id, &Came::Ordered).await;

    // The plan ends; the registry stops before it has taken anything back, and does so when it is there again.
    assert_eq!(ctx.tasks.shut_down(LIMIT).await, Vec::<String>::new());
    ended(state.path(), &Entropy::system().id()).await;
    let (ctx, bus) = start(&nats, state.path()).await;
    order_where(&bus, "taken back later", |o| o.id == second.id && o.stage.name() == "cancelled").await;
    comes_to(&bus, &second.id, &Came::Withdrawn).await;
    assert_eq!(ctx.tasks.shut_down(LIMIT).await, Vec::<String>::new());
}

/// The plan ends while nobody looks after it.
async fn ended(state: &Path, id: &CommandId) {
    let config = registry::Config::of(district(), state.join("r"));
    let store = registry::open(&config, &Context::system()).await.unwrap();
    let terms = registry::terms::Terms::load(&config).unwrap();
    let by = Actor { role: Role::FrontDesk, user: Some(UserId::new("f1").unwrap()) };
    let taker = registry::store::Taker { id, by: &by, caregiver: None, at: SystemClock.now(), terms: &terms };
    let end = serde_json::from_value(json!({ "about": "plan", "plan": "p1", "step": "end" })).unwrap();
    store.step(taker, &end, "").await.unwrap();
    store.close().await;
}
