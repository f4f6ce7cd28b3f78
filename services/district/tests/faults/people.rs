//! Who works in the town: a desk that places orders and watches, and caregivers who serve what they are offered. They
//! know nothing of faults; they repeat what was not answered and take up the live stream where they lost it.

use std::time::Duration;

use domain::order::{Order, Stage};
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{
    account::Account,
    audit::Acknowledged,
    live::{Live, Seen},
    town::{CAREGIVERS, ELDERS, Town, place_of},
};

/// A new order so often.
const EVERY: Duration = Duration::from_millis(150);

/// Everybody at work.
pub struct People {
    pub desk: Account,
    pub acknowledged: Acknowledged,
    placing: watch::Sender<bool>,
    placed: tokio::task::JoinHandle<()>,
    seen: watch::Receiver<Seen>,
    at_work: JoinSet<()>,
}

impl People {
    /// Everybody signs in, begins their shift and works.
    pub async fn begin(town: &Town) -> Self {
        let acknowledged = Acknowledged::default();
        let account = |user: &str| Account::new(&town.url, user, acknowledged.clone());
        let desk = account("desk");
        let mut at_work = JoinSet::new();
        for number in 0..CAREGIVERS {
            let phone = account(&format!("c{number}"));
            let on = json!({ "duty": "on" });
            phone.post("/api/v1/duty", &on, &format!("on-{number}")).await.expect("a shift begins");
            at_work.spawn(report(phone.clone(), number));
            let (live, _, heard) = Live::new(phone.clone());
            at_work.spawn(live.run());
            at_work.spawn(serve(phone, number, heard));
        }
        let (live, seen, _) = Live::new(desk.clone());
        at_work.spawn(live.run());
        let (placing, go_on) = watch::channel(true);
        let placed = tokio::spawn(place(desk.clone(), go_on));
        Self { desk, acknowledged, placing, placed, seen, at_work }
    }

    /// No more orders; everybody serves what there is, until every order is confirmed.
    pub async fn finish(self) -> (Account, Acknowledged, Seen) {
        let Self { desk, acknowledged, placing, placed, seen, mut at_work } = self;
        placing.send_replace(false);
        placed.await.expect("the desk placed what it placed");
        crate::eventually("every order placed is confirmed", async || {
            let open = desk.get("/api/v1/orders?stage=open,done&limit=500").await.expect("orders are listed");
            let open: Vec<String> = items(&open)
                .map(|order| {
                    format!("{} {}", order["id"].as_str().unwrap(), order["stage"].as_str().unwrap())
                })
                .collect();
            open.is_empty()
        })
        .await;
        let last = desk.get("/api/v1/orders?limit=500").await.expect("orders are listed");
        crate::eventually("the desk's live stream shows the same", async || {
            let seen = seen.borrow();
            items(&last).all(|order| {
                let order: Order = serde_json::from_value(order.clone()).unwrap();
                seen.orders.get(&order.id) == Some(&order.revision)
            })
        })
        .await;
        at_work.abort_all();
        while let Some(ended) = at_work.join_next().await {
            if let Err(error) = ended
                && error.is_panic()
            {
                std::panic::resume_unwind(error.into_panic());
            }
        }
        let seen = seen.borrow().clone();
        (desk, acknowledged, seen)
    }
}

fn items(page: &Value) -> impl Iterator<Item = &Value> {
    page["items"].as_array().expect("a page of orders").iter()
}

async fn place(desk: Account, mut go_on: watch::Receiver<bool>) {
    for number in 0_usize.. {
        if !*go_on.borrow_and_update() {
            return;
        }
        desk.place(&format!("e{}", number % ELDERS), &format!("place-{number}")).await;
        let _ = tokio::time::timeout(EVERY, go_on.changed()).await;
    }
}

/// The phone's position, every other second.
async fn report(phone: Account, number: usize) {
    for count in 0_u32.. {
        let (lon, lat) = place_of(number);
        let fix =
            json!({ "at": crate::town::now(), "lon": lon, "lat": lat, "datum": "wgs84", "accuracy": 10.0 });
        // Where nobody takes it, the next one is as good.
        let _ = phone.post("/api/v1/positions", &json!({ "fixes": [fix] }), &format!("fix-{count}")).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// Accepts every offer and walks every visit through.
async fn serve(phone: Account, number: usize, mut heard: mpsc::UnboundedReceiver<Order>) {
    let me = format!("c{number}");
    while let Some(order) = heard.recv().await {
        walk_through(&phone, &me, order).await;
    }
}

/// What is left to do for this order, step by step.
pub async fn walk_through(phone: &Account, me: &str, mut order: Order) {
    while let Some((id, action)) = next_deed(&order, me) {
        match phone.utter(&order, &id, &action).await {
            Ok(after) => order = after,
            // The order moved on meanwhile; the live stream tells how.
            Err(_) => return,
        }
    }
}

/// What this caregiver does next. The same deed has the same id, however often it is thought of.
fn next_deed(order: &Order, me: &str) -> Option<(String, Value)> {
    if let Some(seat) =
        order.stage.seats().iter().find(|s| s.caregiver.as_str() == me && s.accepted_at.is_none())
    {
        return Some((format!("a-{}", seat.offer), json!({ "action": "accept", "offer": seat.offer })));
    }
    let mine = order.people().any(|caregiver| caregiver.as_str() == me);
    let by = |method: &str, receipt: &str| json!({ "method": method, "receipt": receipt });
    let (name, action) = match &order.stage {
        Stage::Accepted(_) => ("depart", json!({ "action": "depart" })),
        Stage::EnRoute(_) => ("arrive", json!({ "action": "arrive", "exception": "no_fix" })),
        Stage::Arrived(_) => ("start", json!({ "action": "start", "verification": by("face", "R-1") })),
        Stage::InService(_) => ("finish", json!({ "action": "finish" })),
        Stage::Done(_) => ("confirm", json!({ "action": "confirm", "verification": by("card", "R-2") })),
        _ => return None,
    };
    mine.then(|| (format!("{name}-{}", order.id), action))
}
