//! Databases, a city with prices, and the words of a story.

use accounts::{
    catalogue::Catalogue,
    ledger::Work,
    policy,
    rulebook::Rulebook,
    store::{Outcome, Place, Store},
};
pub use database::testing::Ground;
use domain::{
    calendar::Day,
    id::{CommandId, DistrictId, ElderId, OrderId, OrganisationId, UserId},
    service::ServiceKind,
    time::Timestamp,
    unit::Fen,
};
use schemas::account::{
    assessment::Kind,
    funding::{CaptureRequest, Funding, HoldRequest, Noted},
};

pub fn district() -> DistrictId {
    DistrictId::new("d1").unwrap()
}

pub async fn open(place: &Place) -> Store {
    Store::open(place, &district()).await.unwrap()
}

/// Changji, where everything costs 60 yuan.
pub fn changji() -> Rulebook {
    city("changji")
}

/// A city where everything costs 60 yuan.
pub fn city(name: &str) -> Rulebook {
    let (pack, catalogue) = accounts::builtin::city(name).unwrap();
    let mut catalogue = Catalogue::from_text(name, catalogue).unwrap();
    for item in &mut catalogue.items {
        item.price_fen = Some(6_000);
    }
    let calendar = policy::load::calendar_text("calendar", accounts::builtin::CALENDAR).unwrap();
    Rulebook {
        pack: policy::load::parse(pack).unwrap(),
        catalogue,
        designations: accounts::designation::Designations::default(),
        calendar,
        font: None,
    }
}

/// The same with caps, in fen.
pub fn capped(per_order: i64, per_day: i64) -> Rulebook {
    let mut rules = changji();
    let version = &mut rules.pack.versions[0];
    version.ledger.caps_rule = version.rules.keys().next().cloned();
    version.ledger.per_order_cap_fen = Some(per_order);
    version.ledger.per_day_cap_fen = Some(per_day);
    rules
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn noon(text: &str) -> Timestamp {
    day(text).begins().plus_millis(12 * 3_600_000)
}

pub fn order(name: &str) -> OrderId {
    OrderId::new(name).unwrap()
}

pub fn elder(name: &str) -> ElderId {
    ElderId::new(name).unwrap()
}

pub fn organisation(name: &str) -> OrganisationId {
    OrganisationId::new(name).unwrap()
}

pub fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

/// 200 yuan a month.
pub fn person(name: &str) -> Work {
    let facts = serde_json::json!({
        "birth_date": "1950-01-01", "household_registration": "652301", "residence": "652301",
        "categories": ["minimum_living"], "approved_on": "2022-01-01",
    });
    Work::PutPerson(elder(name), serde_json::from_value(facts).unwrap())
}

pub fn hold(of: &str, who: &str, on: &str) -> Work {
    Work::Hold(HoldRequest {
        id: CommandId::new(format!("hold-{of}")).unwrap(),
        order: order(of),
        elder: elder(who),
        service: ServiceKind::Cleaning,
        service_day: day(on),
        pay_with: Kind::ServiceAllowance,
        from_month: None,
        organisation: None,
        delivery: false,
        price: None,
        self_pay_up_to: Fen::ZERO,
        instead: false,
    })
}

pub fn capture(of: &str, by: &str, on: &str) -> Work {
    Work::Capture(CaptureRequest {
        id: CommandId::new(format!("capture-{of}")).unwrap(),
        order: order(of),
        organisation: organisation(by),
        served_on: day(on),
        amount: None,
    })
}

/// One piece of work; what came of it.
pub async fn work(store: &Store, work: Work, rules: &Rulebook, now: Timestamp) -> Outcome {
    let [outcome] = <[Outcome; 1]>::try_from(store.work(&[work], rules, now).await.unwrap()).unwrap();
    outcome
}

pub fn code(outcome: &Outcome) -> &'static str {
    outcome.as_ref().err().map_or("ok", accounts::ledger::Refusal::code)
}

pub fn funding(outcome: Outcome) -> Funding {
    match outcome.unwrap().unwrap() {
        Noted::Funding(funding) => funding,
        other => unreachable!("{other:?} is no funding"),
    }
}

/// What stands on an account.
pub async fn stands(store: &Store, account: &str) -> i64 {
    let all = store.trial_balance().await.unwrap();
    assert_eq!(all.iter().map(|(.., amount)| amount).sum::<i64>(), 0, "the books balance");
    all.iter().find(|(name, ..)| name == account).map_or(0, |(.., amount)| *amount)
}
