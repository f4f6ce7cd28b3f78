//! Care plans, and commands that come twice.

use domain::id::CommandId;
use registry::{keep::Kind, store::PlanDay};
use schemas::registry::plan::{Came, Made};
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
    assert_eq!(hand.take_as(&id, STREET, "2026-03-12", other, "").await, Err("id_taken".to_owned()));
    assert_eq!(kept(&store, Kind::Plan, "p1").await["record"].as_array().unwrap().len(), 1);

    let (today, monday) = ("2026-03-12".parse().unwrap(), "2026-03-16".parse().unwrap());
    let plans = store.plans_at_work(today).await.unwrap();
    let noted = |came: Came, round: u32| {
        let (_, order) = plans[0].names(monday, round);
        PlanDay { made: Made { day: monday, order, came }, round }
    };
    let (p1, refused) = (&plans[0].id, Came::Refused { refused: "unknown_elder".to_owned() });
    let ways = [(refused, 0), (Came::Asked, 0), (Came::Withdrawn, 0), (Came::Ordered, 1)];
    for (came, round) in ways {
        let day = noted(came, round);
        store.note_day(p1, &day).await.unwrap();
        assert_eq!(store.plan_days(p1, monday, 9).await.unwrap(), [day]);
    }
    // It has something to take back until that is done or over.
    let end = json!({ "about": "plan", "plan": "p1", "step": "end" });
    hand.take(SUPERVISOR, "2026-03-12", end).await.unwrap();
    assert_eq!(store.plans_at_work(today).await.unwrap().len(), 1);
    assert!(store.plans_at_work("2026-03-17".parse().unwrap()).await.unwrap().is_empty());
    store.note_day(p1, &noted(Came::Withdrawn, 1)).await.unwrap();
    assert!(store.plans_at_work(today).await.unwrap().is_empty());
}
