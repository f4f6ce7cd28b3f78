//! Care plans, and commands that come twice.

use domain::id::CommandId;
use registry::keep::Kind;
use schemas::registry::plan::Made;
use serde_json::json;

use crate::support::{Ground, Hand, STREET, SUPERVISOR, elder, kept, noon, terms};

pub async fn a_command_is_taken_once(ground: Ground) {
    let (store, terms) = (ground.store().await, terms("jiayuguan"));
    store.put(&elder("e1"), noon("2026-03-10")).await.unwrap();
    let hand = Hand { store: &store, terms: &terms };
    let begin = |elder: &str, weekdays: &[&str]| {
        json!({
            "about": "plan", "plan": "p1", "step": "begin", "elder": elder,
            "visit": { "service": "cleaning", "weekdays": weekdays, "starts": 540, "within": 60,
                       "from": "2026-03-01" },
        })
    };
    let day = &["monday"][..];
    assert_eq!(hand.take(STREET, "2026-03-10", begin("e9", day)).await, Err("unknown_person".to_owned()));
    assert_eq!(hand.take(STREET, "2026-03-10", begin("e1", &[])).await, Err("out_of_range".to_owned()));
    let id = CommandId::new("k1").unwrap();
    let first = hand.take_as(&id, STREET, "2026-03-10", begin("e1", day), "").await.unwrap();
    let again = hand.take_as(&id, STREET, "2026-03-12", begin("e1", day), "").await.unwrap();
    assert_eq!(first, again);
    let other = json!({ "about": "plan", "plan": "p1", "step": "pause" });
    assert_eq!(hand.take_as(&id, STREET, "2026-03-12", other.clone(), "").await, Err("id_taken".to_owned()));
    assert_eq!(kept(&store, Kind::Plan, "p1").await["record"].as_array().unwrap().len(), 1);

    let plans = store.running_plans().await.unwrap();
    let monday = "2026-03-16".parse().unwrap();
    let (_, order) = plans[0].names(monday);
    let made = |refused: Option<&str>| Made {
        day: monday,
        order: order.clone(),
        refused: refused.map(str::to_owned),
    };
    store.note_made(&plans[0].id, &made(Some("unknown_elder"))).await.unwrap();
    store.note_made(&plans[0].id, &made(None)).await.unwrap();
    assert_eq!(store.made(&plans[0].id, monday, 9).await.unwrap(), [made(None)]);
    hand.take(SUPERVISOR, "2026-03-12", other).await.unwrap();
    assert!(store.running_plans().await.unwrap().is_empty());
}
