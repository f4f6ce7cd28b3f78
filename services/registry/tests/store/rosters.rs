//! Leave and swaps, and the profile that follows from them.

use domain::order::Role;
use registry::keep::Kind;
use serde_json::{Value, json};

use crate::support::{Ground, Hand, SUPERVISOR, caregiver, kept, noon, profile, terms};

const MONDAY: (&str, &str) = ("2026-03-16T00:30:00.000Z", "2026-03-16T09:30:00.000Z");
const TUESDAY: (&str, &str) = ("2026-03-17T00:30:00.000Z", "2026-03-17T09:30:00.000Z");

fn window((from, to): (&str, &str)) -> Value {
    json!({ "earliest": from, "latest": to })
}

#[expect(clippy::needless_pass_by_value, reason = "a story reads better without references")]
fn about(whose: &str, step: &str, more: Value) -> Value {
    let mut all = json!({ "about": "roster", "caregiver": whose, "step": step });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

pub async fn leave_is_off_and_a_swap_changes_hands(ground: Ground) {
    let (store, terms) = (ground.store().await, terms("jiayuguan"));
    let at = noon("2026-03-10");
    store.put(&caregiver("c1", &[MONDAY, TUESDAY]), at).await.unwrap();
    store.put(&caregiver("c2", &[TUESDAY]), at).await.unwrap();
    let hand = Hand { store: &store, terms: &terms };
    let (one, two) = ((Role::Caregiver, "c1"), (Role::Caregiver, "c2"));
    let ask = about("c1", "ask_leave", json!({ "leave": "l1", "span": window(TUESDAY), "kind": "annual" }));
    assert_eq!(hand.take(two, "2026-03-11", ask.clone()).await, Err("not_allowed".to_owned()));
    hand.take(one, "2026-03-11", ask.clone()).await.unwrap();
    assert_eq!(hand.take(one, "2026-03-11", ask).await, Err("exists".to_owned()));
    assert_eq!(profile(&store, "c1").await.get("off"), None, "asked is not granted");
    let decide = about("c1", "decide_leave", json!({ "leave": "l1", "grant": true }));
    assert_eq!(hand.take(one, "2026-03-11", decide.clone()).await, Err("not_allowed".to_owned()));
    hand.take(SUPERVISOR, "2026-03-11", decide).await.unwrap();
    assert_eq!(profile(&store, "c1").await["off"], json!([window(TUESDAY)]), "published at once");

    let offer = |swap: &str, shift| json!({ "swap": swap, "shift": window(shift), "to": "c2" });
    let busy = about("c1", "offer_swap", offer("w0", TUESDAY));
    assert_eq!(hand.take(one, "2026-03-11", busy).await, Err("busy".to_owned()));
    hand.take(one, "2026-03-11", about("c1", "offer_swap", offer("w1", MONDAY))).await.unwrap();
    let grant = about("c1", "decide_swap", json!({ "swap": "w1", "grant": true }));
    assert_eq!(hand.take(SUPERVISOR, "2026-03-11", grant.clone()).await, Err("wrong_step".to_owned()));
    let agree = about("c1", "answer_swap", json!({ "swap": "w1", "agree": true }));
    assert_eq!(hand.take(one, "2026-03-11", agree.clone()).await, Err("not_allowed".to_owned()));
    hand.take(two, "2026-03-11", agree).await.unwrap();
    hand.take(SUPERVISOR, "2026-03-11", grant).await.unwrap();
    assert_eq!(profile(&store, "c2").await["shifts"], json!([window(MONDAY), window(TUESDAY)]));
    assert_eq!(profile(&store, "c1").await["off"], json!([window(MONDAY), window(TUESDAY)]));
    assert_eq!(kept(&store, Kind::Roster, "c1").await["open"], json!(false));

    hand.take(one, "2026-03-11", about("c1", "withdraw_leave", json!({ "leave": "l1" }))).await.unwrap();
    assert_eq!(profile(&store, "c1").await["off"], json!([window(MONDAY)]));
}

pub async fn a_roster_outlives_the_next_import(ground: Ground) {
    let (store, terms) = (ground.store().await, terms("jiayuguan"));
    store.put(&caregiver("c1", &[MONDAY]), noon("2026-03-10")).await.unwrap();
    let hand = Hand { store: &store, terms: &terms };
    let ask = about("c1", "ask_leave", json!({ "leave": "l1", "span": window(MONDAY), "kind": "sick" }));
    hand.take(SUPERVISOR, "2026-03-11", ask).await.unwrap();
    let decide = about("c1", "decide_leave", json!({ "leave": "l1", "grant": true }));
    hand.take(SUPERVISOR, "2026-03-11", decide).await.unwrap();
    let before = store.waiting_count().await.unwrap();
    // The same file again: nothing is told; another shift: the leave stays.
    assert!(store.put(&caregiver("c1", &[MONDAY]), noon("2026-03-12")).await.unwrap().unchanged);
    assert_eq!(store.waiting_count().await.unwrap(), before);
    store.put(&caregiver("c1", &[MONDAY, TUESDAY]), noon("2026-03-12")).await.unwrap();
    let now = profile(&store, "c1").await;
    assert_eq!((now["shifts"].as_array().unwrap().len(), now["off"].clone()), (2, json!([window(MONDAY)])));
    let unknown = about("c9", "set_shifts", json!({ "shifts": [] }));
    assert_eq!(hand.take(SUPERVISOR, "2026-03-12", unknown).await, Err("unknown_person".to_owned()));
}
