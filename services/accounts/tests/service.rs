//! The service against a real nats-server: commands, questions, the stream FUNDING, and orders that were confirmed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::{path::Path, time::Duration};

use accounts::{Config, start};
use bus::{Bus, Followed, StartFrom, StreamSpec, testing::NatsServer};
use domain::{
    calendar::Day,
    id::{DistrictId, ElderId},
};
use runtime::{Context, NatsConfig};
use schemas::{
    account::{
        assessment::Assessment,
        funding::{AccountsCommand, Balances, ElderQuery, Funding, FundingState, Noted},
    },
    envelope::CloudEvent,
    problem::Problem,
    subject::{self, Service, StreamKind},
};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

fn district() -> DistrictId {
    DistrictId::new("jiayuguan").unwrap()
}

/// A running service whose city gives 200 yuan a month and charges 60 for everything.
struct Running {
    bus: Bus,
    ctx: Context,
}

async fn running(nats: &NatsServer, state: &Path) -> Running {
    running_in(nats, state, "changji").await
}

async fn running_in(nats: &NatsServer, state: &Path, city: &str) -> Running {
    let (_, catalogue) = accounts::builtin::city(city).unwrap();
    let file = state.join("catalogue.toml");
    std::fs::write(&file, catalogue.replace("content = ", "price_fen = 6000\ncontent = ")).unwrap();
    let config = Config { catalogue: Some(file), ..Config::of(district(), state.to_owned(), city) };
    let (ctx, bus) = (Context::system(), nats.connect("accounts").await);
    let kinds = [StreamKind::Orders, StreamKind::Profiles];
    bus.reconcile(&kinds.map(|kind| StreamSpec::of(kind, &district(), 1))).await.unwrap();
    start(&config, &NatsConfig::default(), &bus, &ctx).await.unwrap();
    Running { bus, ctx }
}

impl Running {
    async fn command(&self, command: Value) -> Result<Noted, Problem> {
        let command: AccountsCommand = serde_json::from_value(command).unwrap();
        self.ask(subject::command(&district(), Service::Accounts), &command).await
    }

    async fn ask<Q, A>(&self, to: String, question: &Q) -> Result<A, Problem>
    where
        Q: serde::Serialize + Sync,
        A: serde::de::DeserializeOwned,
    {
        match self.bus.request(to, question, PATIENCE).await {
            Ok(answer) => Ok(answer),
            Err(bus::RequestError::Refused(problem)) => Err(problem),
            Err(other) => panic!("{other}"),
        }
    }

    /// Waits until the stream says that an order's money stands like this.
    async fn told(&self, order: &str, state: FundingState) -> Funding {
        let stream = StreamKind::Funding.name(&district());
        let mut follower = self.bus.follow(stream, &[], StartFrom::First).await.unwrap();
        let told = async {
            loop {
                if let Followed::Message(message) = follower.next().await {
                    let event: CloudEvent<Funding> = message.decode().unwrap();
                    if event.subject == order && event.data.state == state {
                        return event.data;
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, told).await.unwrap()
    }

    async fn stop(self) {
        assert!(self.ctx.tasks.shut_down(PATIENCE).await.is_empty());
    }
}

fn person(elder: &str) -> Value {
    json!({ "request": "put_person", "elder": elder, "person": {
        "birth_date": "1950-01-01", "household_registration": "652301", "residence": "652301",
        "categories": ["minimum_living"], "approved_on": "2022-01-01",
    }})
}

#[tokio::test]
async fn hold_capture_balance_and_the_stream() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let accounts = running(&nats, state.path()).await;
    let today = Day::of(runtime::Clock::now(&runtime::SystemClock));
    let hold = json!({ "request": "hold", "id": "c1", "order": "o1", "elder": "e1", "service": "cleaning",
        "service_day": today });
    assert_eq!(accounts.command(hold.clone()).await.unwrap_err().code, "unknown_elder");
    accounts.command(person("e1")).await.unwrap();
    let held = accounts.command(hold.clone()).await.unwrap();
    assert_eq!(accounts.command(hold).await.unwrap(), held);
    accounts.told("o1", FundingState::Held).await;
    let query = ElderQuery { elder: ElderId::new("e1").unwrap(), on: today };
    let eligibility: Assessment =
        accounts.ask(subject::ask(&district(), Service::Accounts, "eligibility"), &query).await.unwrap();
    assert_eq!(eligibility.entitlements.len(), 1);
    let balances: Balances =
        accounts.ask(subject::ask(&district(), Service::Accounts, "balance"), &query).await.unwrap();
    assert_eq!(balances.purses.first().map(|purse| (purse.available, purse.held)), Some((14_000, 6_000)));
    let capture = json!({ "request": "capture", "id": "c2", "order": "o1", "organisation": "org",
        "served_on": today, "amount": 7000 });
    assert_eq!(accounts.command(capture).await.unwrap_err().code, "over_hold");
    let capture = json!({ "request": "capture", "id": "c3", "order": "o1", "organisation": "org",
        "served_on": today });
    accounts.command(capture).await.unwrap();
    assert_eq!(accounts.told("o1", FundingState::Captured).await.amount, 6_000);
    accounts.stop().await;
}

#[tokio::test]
async fn a_confirmed_order_is_paid_though_nobody_asked_and_once_only() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let accounts = running(&nats, state.path()).await;
    let confirmed = include_str!("../../../schemas/samples/order-event.v1.rated.json");
    let event: Value = serde_json::from_str(confirmed).unwrap();
    let order = &event["data"]["order"];
    let (id, elder) = (order["id"].as_str().unwrap(), order["elder"].as_str().unwrap());
    let today = Day::of(order["started_at"].as_str().unwrap().parse().unwrap());
    accounts.command(person(elder)).await.unwrap();
    let mut caregiver: Value =
        serde_json::from_str(include_str!("../../../schemas/samples/caregiver-profiled.v1.json")).unwrap();
    let who = order["team"][0]["caregiver"].clone();
    caregiver["data"]["caregiver"]["id"] = who.clone();
    let nobody = json!({ "request": "release", "id": "c0", "order": id });
    assert_eq!(accounts.command(nobody).await.unwrap_err().code, "unknown_hold");

    // The order is known before the caregiver is.
    let publish = |subject: String, id: &'static str, payload: String| {
        let bus = accounts.bus.clone();
        async move {
            let stream = if subject.contains(".order.") { StreamKind::Orders } else { StreamKind::Profiles };
            let stream = stream.name(&district());
            let last = bus.last_sequence(&stream).await.unwrap();
            let mut writer = bus::FencedWriter::open(&bus, stream, last);
            writer.publish_bytes(subject, id, payload.into()).await.unwrap().await.unwrap();
        }
    };
    let order_subject = format!("care.v1.jiayuguan.order.{id}");
    publish(order_subject.clone(), "1", confirmed.to_owned()).await;
    let profile = format!("care.v1.jiayuguan.profile.caregiver.{}", who.as_str().unwrap());
    publish(profile, "2", caregiver.to_string()).await;
    assert_eq!(accounts.told(id, FundingState::Captured).await.amount, 6_000);
    // Told again, it is recognised.
    publish(order_subject, "3", confirmed.to_owned()).await;
    let again = json!({ "request": "hold", "id": "c9", "order": id, "elder": elder, "service": "cleaning",
        "service_day": today });
    assert_eq!(accounts.command(again).await.unwrap_err().code, "already_held");
    let query = ElderQuery { elder: ElderId::new(elder).unwrap(), on: today };
    let balances: Balances =
        accounts.ask(subject::ask(&district(), Service::Accounts, "balance"), &query).await.unwrap();
    assert_eq!(balances.purses.first().map(|purse| purse.captured), Some(6_000));
    accounts.stop().await;
}

#[tokio::test]
async fn points_are_spent_where_the_registry_says_so() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let accounts = running_in(&nats, state.path(), "kangbashi").await;
    let put = json!({ "request": "put_person", "elder": "e1", "person": {
        "birth_date": "1950-01-01", "household_registration": "150603", "residence": "150603" }});
    accounts.command(put).await.unwrap();
    let today = Day::of(runtime::Clock::now(&runtime::SystemClock));
    let hold = |order: &str| {
        json!({ "request": "hold", "id": format!("hold-{order}"), "order": order, "elder": "e1",
            "service": "cleaning", "service_day": today, "pay_with": "silver_points", "organisation": "org1" })
    };
    // The registry's word comes by the stream; until its effect is seen, the question is asked again.
    let comes_to = async |order: &str, wanted: &str| {
        let asked = async {
            loop {
                let code = accounts.command(hold(order)).await.err().map(|problem| problem.code);
                if code.as_deref().unwrap_or("ok") == wanted {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap();
    };
    let stream = StreamKind::Profiles.name(&district());
    let mut writer = bus::FencedWriter::open(&accounts.bus, stream, bus::Sequence::default());
    let mut say = async |id: &str, designated: bool| {
        let mut event: Value =
            serde_json::from_str(include_str!("../../../schemas/samples/organisation-profiled.v1.json"))
                .unwrap();
        let it = &mut event["data"]["organisation"];
        it["contract"]["term"] = json!({ "from": "2020-01-01", "until": "2099-12-31" });
        it["designated"]["since"] = json!("2020-01-01");
        if !designated {
            it.as_object_mut().unwrap().remove("designated");
        }
        let subject = subject::organisation_profile(&district(), &"org1".parse().unwrap());
        writer.publish_bytes(subject, id, event.to_string().into()).await.unwrap().await.unwrap();
    };
    comes_to("o1", "not_designated").await;
    say("1", true).await;
    comes_to("o1", "ok").await;
    say("2", false).await;
    comes_to("o2", "not_designated").await;
    accounts.stop().await;
}
