//! Work, as it is written down.

use accounts::{
    ledger::{Work, work::Served},
    store::Store,
};
use domain::{id::CommandId, service::ServiceKind, unit::Fen};
use schemas::account::{
    assessment::Kind,
    funding::{FundingState, HoldRequest},
};

use crate::support::{
    Ground, capped, capture, changji, city, code, day, district, elder, funding, hold, noon, open, order,
    organisation, person, stands, user, work,
};

pub async fn an_order_from_hold_to_capture(ground: Ground) {
    let (store, rules, now) = (open(&ground.place()).await, changji(), noon("2026-03-10"));
    assert_eq!(code(&work(&store, hold("o1", "e1", "2026-03-10"), &rules, now).await), "unknown_elder");
    work(&store, person("e1"), &rules, now).await.unwrap();
    let held = funding(work(&store, hold("o1", "e1", "2026-03-10"), &rules, now).await);
    assert_eq!((held.state, held.amount), (FundingState::Held, 6_000));
    // A repetition is answered as the first time, even once things have moved on.
    let taken = funding(work(&store, capture("o1", "org", "2026-03-10"), &rules, now).await);
    assert_eq!(taken.state, FundingState::Captured);
    assert_eq!(funding(work(&store, hold("o1", "e1", "2026-03-10"), &rules, now).await), held);
    assert_eq!(funding(work(&store, capture("o1", "org", "2026-03-10"), &rules, now).await), taken);
    let batch =
        [hold("o2", "e1", "2026-03-11"), hold("o3", "e1", "2026-03-11"), hold("o4", "e1", "2026-03-11")];
    let codes: Vec<_> = store.work(&batch, &rules, now).await.unwrap().iter().map(code).collect();
    assert_eq!(codes, ["ok", "ok", "nothing_left"]);
    let release = Work::Release(CommandId::new("r2").unwrap(), order("o2"));
    work(&store, release, &rules, now).await.unwrap();
    work(&store, hold("o4", "e1", "2026-03-11"), &rules, now).await.unwrap();

    let [balance] = &store.balances(&elder("e1"), "2026-03".parse().unwrap()).await.unwrap()[..] else {
        unreachable!("one purse")
    };
    assert_eq!(
        (balance.granted, balance.available, balance.held, balance.captured),
        (20_000, 2_000, 12_000, 6_000)
    );
    assert_eq!(stands(&store, "owed/org/service_allowance").await, 6_000);
    assert_eq!(stands(&store, "budget/service_allowance").await, -20_000);
    // What is told: held, taken, held, held, given back, held.
    let waiting = store.waiting(100).await.unwrap();
    assert_eq!(waiting.len(), 6);
    assert!(waiting.iter().all(|event| event.subject.starts_with("care.v1.d1.funding.o")));
    store.published(waiting[2].seq).await.unwrap();
    assert_eq!(store.waiting(100).await.unwrap().len(), 3);
}

pub async fn caps_hold_however_many_ask_at_once(ground: Ground) {
    let place = ground.place();
    let (store, rules, now) = (open(&place).await, capped(6_000, 12_000), noon("2026-03-10"));
    work(&store, person("e1"), &rules, now).await.unwrap();
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..24 {
        // Each as a process of its own would: with connections of its own.
        let (place, rules) = (place.clone(), rules.clone());
        asking.spawn(async move {
            let store = open(&place).await;
            let on = if number % 2 == 0 { "2026-03-10" } else { "2026-03-11" };
            let outcome = work(&store, hold(&format!("o{number}"), "e1", on), &rules, now).await;
            store.close().await;
            code(&outcome)
        });
    }
    let codes = asking.join_all().await;
    // 200 yuan, 60 each: three fit, and two on one day at most.
    assert_eq!(codes.iter().filter(|code| **code == "ok").count(), 3, "{codes:?}");
    assert_eq!(stands(&store, "held/e1/service_allowance/2026-03").await, 18_000);
    let too_dear = capped(5_999, 12_000);
    work(&store, person("e2"), &too_dear, now).await.unwrap();
    assert_eq!(code(&work(&store, hold("x", "e2", "2026-03-10"), &too_dear, now).await), "over_order_cap");
}

pub async fn what_is_cut_off_happens_once(ground: Ground) {
    let (store, rules, now) = (open(&ground.place()).await, changji(), noon("2026-03-10"));
    let people: Vec<Work> = (0..20).map(|number| person(&format!("e{number}"))).collect();
    store.work(&people, &rules, now).await.unwrap();
    let mut all = Vec::new();
    for number in 0..20 {
        all.push(hold(&format!("o{number}"), &format!("e{number}"), "2026-03-10"));
        all.push(capture(&format!("o{number}"), "org", "2026-03-10"));
    }
    // Cut off at any point, then tried again, and again.
    for micros in (0..40).map(|step| step * 150) {
        let attempt = store.work(&all, &rules, now);
        drop(tokio::time::timeout(std::time::Duration::from_micros(micros), attempt).await);
    }
    for _ in 0..2 {
        let outcomes = store.work(&all, &rules, now).await.unwrap();
        assert!(outcomes.iter().all(Result::is_ok));
        assert_eq!(stands(&store, "owed/org/service_allowance").await, 20 * 6_000);
        assert_eq!(stands(&store, "budget/service_allowance").await, -20 * 20_000);
    }
}

pub async fn midnight_closes_what_is_over(ground: Ground) {
    let (store, rules, now) = (open(&ground.place()).await, changji(), noon("2026-03-31"));
    work(&store, person("e1"), &rules, now).await.unwrap();
    work(&store, hold("o1", "e1", "2026-03-31"), &rules, now).await.unwrap();
    work(&store, hold("o2", "e1", "2026-03-31"), &rules, now).await.unwrap();
    assert!(store.due(day("2026-03-31"), 10).await.unwrap().is_empty());
    let due = store.due(day("2026-04-01"), 10).await.unwrap();
    let [key] = &due[..] else { unreachable!("one purse is due: {due:?}") };
    work(&store, Work::Midnight(key.clone(), day("2026-04-01")), &rules, now).await.unwrap();
    work(&store, Work::Midnight(key.clone(), day("2026-04-01")), &rules, now).await.unwrap();
    assert!(store.due(day("2026-04-01"), 10).await.unwrap().is_empty());
    assert_eq!(stands(&store, "lapsed/e1/service_allowance/2026-03").await, 20_000);
    // Served before midnight, confirmed after.
    work(&store, capture("o1", "org", "2026-03-31"), &rules, now).await.unwrap();
    assert_eq!(code(&work(&store, capture("o2", "org", "2026-04-01"), &rules, now).await), "other_month");
    assert_eq!(stands(&store, "owed/org/service_allowance").await, 6_000);
    assert_eq!(stands(&store, "lapsed/e1/service_allowance/2026-03").await, 14_000);
}

pub async fn what_the_stream_tells_is_booked(ground: Ground) {
    let (store, rules, now) = (open(&ground.place()).await, changji(), noon("2026-03-10"));
    let served = |of: &str, who: &str, on: &str| {
        Work::Served(Served {
            order: order(of),
            elder: elder(who),
            service: ServiceKind::Cleaning,
            organisation: organisation("org"),
            on: day(on),
            pay_with: Kind::ServiceAllowance,
            self_pay_up_to: Fen::ZERO,
            delivery: false,
            price: None,
        })
    };
    work(&store, person("e1"), &rules, now).await.unwrap();
    // Held before, held for another month, not held at all.
    work(&store, hold("o1", "e1", "2026-03-10"), &rules, now).await.unwrap();
    work(&store, hold("o2", "e1", "2026-03-31"), &rules, now).await.unwrap();
    for _ in 0..2 {
        work(&store, served("o1", "e1", "2026-03-10"), &rules, now).await.unwrap();
        work(&store, served("o2", "e1", "2026-04-01"), &rules, now).await.unwrap();
        work(&store, served("o3", "e1", "2026-03-12"), &rules, now).await.unwrap();
        work(&store, Work::Dropped(order("o9")), &rules, now).await.unwrap();
    }
    assert_eq!(stands(&store, "owed/org/service_allowance").await, 18_000);
    assert_eq!(stands(&store, "available/e1/service_allowance/2026-03").await, 8_000);
    assert_eq!(stands(&store, "available/e1/service_allowance/2026-04").await, 14_000);
    // Nobody agreed to pay: refused, and no trace of the attempt.
    let before = store.last_entry().await.unwrap();
    assert_eq!(code(&work(&store, served("o4", "e2", "2026-03-12"), &rules, now).await), "unknown_elder");
    assert_eq!(store.last_entry().await.unwrap(), before);
    let correct = Work::Correct {
        id: CommandId::new("k1").unwrap(),
        order: order("o1"),
        change: -1_000,
        reason: "shorter".to_owned(),
        by: user("u1"),
    };
    work(&store, correct, &rules, now).await.unwrap();
    assert_eq!(stands(&store, "owed/org/service_allowance").await, 17_000);
}

pub async fn another_districts_books_are_refused(ground: Ground) {
    let place = ground.place();
    open(&place).await.close().await;
    let other = domain::id::DistrictId::new("d2").unwrap();
    let error = Store::open(&place, &other).await.unwrap_err();
    assert!(error.to_string().contains(&format!("district {}", district())), "{error}");
}

pub async fn points_follow_the_registry(ground: Ground) {
    let (store, rules, now) = (open(&ground.place()).await, city("kangbashi"), noon("2026-03-10"));
    let facts = serde_json::json!({ "birth_date": "1950-01-01", "household_registration": "150603",
        "residence": "150603" });
    let put = Work::PutPerson(elder("e1"), serde_json::from_value(facts).unwrap());
    work(&store, put, &rules, now).await.unwrap();
    let points = |of: &str, on: &str| match hold(of, "e1", on) {
        Work::Hold(ask) => {
            let (pay_with, organisation) = (Kind::SilverPoints, Some(organisation("org")));
            Work::Hold(HoldRequest { pay_with, organisation, ..ask })
        }
        other => other,
    };
    let code_of = async |piece: Work| code(&work(&store, piece, &rules, now).await);
    // The registry is not heard: nobody says no, and nobody says yes.
    assert_eq!(code_of(points("o1", "2026-03-10")).await, "organisations_unknown");
    rules.designations.complete();
    assert_eq!(code_of(points("o1", "2026-03-10")).await, "not_designated");
    let says = |more: serde_json::Value| {
        let mut it = serde_json::json!({ "id": "org", "revision": 1, "contract": { "is": "signed",
            "term": { "from": "2026-01-01", "until": "2026-12-31" }, "checked_on": "2026-01-01" } });
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        rules.designations.learn(&serde_json::from_value(it).unwrap());
    };
    says(serde_json::json!({ "designated": { "since": "2026-02-01", "checked_on": "2026-02-01" } }));
    assert_eq!(code_of(points("o1", "2026-03-10")).await, "ok");
    assert_eq!(code_of(points("o2", "2026-03-11")).await, "ok");
    // Dropped on the eleventh: what was served the day before is paid, that day's is not.
    let step =
        |on: &str, step: &str| serde_json::json!({ "on": on, "by": { "role": "bureau" }, "step": step });
    says(
        serde_json::json!({ "record": [step("2026-02-01", "designate"), step("2026-03-11", "undesignate")] }),
    );
    assert_eq!(code_of(capture("o1", "org", "2026-03-10")).await, "ok");
    assert_eq!(code_of(capture("o2", "org", "2026-03-11")).await, "not_designated");
    assert_eq!(code_of(points("o3", "2026-03-12")).await, "not_designated");
    assert_eq!(stands(&store, "owed/org/silver_points").await, 6_000);
}
