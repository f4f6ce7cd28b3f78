//! Bad input over real HTTP against the real services: each piece gets a coded problem or does nothing, and leaves the
//! orders as they were.

use domain::order::{Order, Stage};
use schemas::problem::Problem;
use serde_json::{Value, json};

use crate::{
    account::Account,
    audit::Acknowledged,
    eventually,
    people::walk_through,
    town::{Town, now},
};

/// A town where c0 alone is on shift.
struct Place {
    town: Town,
    desk: Account,
    other_desk: Account,
    phone: Account,
}

impl Place {
    async fn open() -> Self {
        let mut town = Town::found().await;
        let dispatch = town.dispatch("dispatch", town.nats_port());
        town.programs.push(dispatch);
        town.wake().await;
        let account = |user: &str| Account::new(&town.url, user, Acknowledged::default());
        let (desk, other_desk, phone) = (account("desk"), account("desk2"), account("c0"));
        phone.post("/api/v1/duty", &json!({ "duty": "on" }), "on").await.expect("a shift begins");
        Self { town, desk, other_desk, phone }
    }

    /// Repeats a good report until it is believed: until then nobody can be offered anything.
    async fn stand_somewhere(&self) {
        eventually("the position is known", async || {
            let fix = json!({ "at": now(), "lon": 98.29, "lat": 39.775, "datum": "wgs84" });
            self.report(fix).await.expect("a report is taken");
            let page = self.desk.get("/api/v1/caregivers?q=c0").await.expect("caregivers are listed");
            page["items"][0]["position"].is_object()
        })
        .await;
    }

    async fn report(&self, fix: Value) -> Result<Value, Problem> {
        self.phone.post("/api/v1/positions", &json!({ "fixes": [fix] }), "report").await
    }

    /// An order offered to c0.
    async fn offered(&self, key: &str) -> Order {
        let placed = self.desk.place("e1", key).await;
        eventually("the order is offered", async || {
            matches!(self.order(&placed).await.stage, Stage::Offered(_))
        })
        .await;
        self.order(&placed).await
    }

    async fn order(&self, order: &Order) -> Order {
        let order = self.desk.get(&format!("/api/v1/orders/{}", order.id)).await.expect("the order is known");
        serde_json::from_value(order).unwrap()
    }

    /// How many fixes were rejected for this reason.
    async fn rejected(&self, code: &str) -> f64 {
        let location = self.town.programs.iter().find(|program| program.name == "caregiver-location");
        let admin = location.expect("it runs in every town").admin;
        let text =
            reqwest::get(format!("http://127.0.0.1:{admin}/metrics")).await.unwrap().text().await.unwrap();
        let lines =
            text.lines().filter(|line| line.starts_with("location_fixes_rejected") && line.contains(code));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }
}

fn code<T: std::fmt::Debug>(answer: Result<T, Problem>) -> String {
    let problem = answer.expect_err("this is refused");
    assert!(!problem.detail.is_empty(), "{problem:?} helps nobody");
    problem.code.into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn impossible_times_and_people_are_refused_by_name() {
    let place = Place::open().await;
    let at = |hours: i64| now().plus_millis(hours * 3_600_000);
    let window = |earliest: i64, latest: i64| json!({ "earliest": at(earliest), "latest": at(latest) });
    for (change, expected) in [
        (json!({ "window": window(-3, -2) }), "window_past"),
        (json!({ "window": window(24 * 400, 24 * 400 + 1) }), "window_too_far"),
        (json!({ "window": window(2, 1) }), "malformed"),
        (json!({ "window": { "earliest": "tomorrow", "latest": at(1) } }), "malformed"),
        (json!({ "window": { "earliest": "2026-13-45T99:00:00Z", "latest": at(1) } }), "malformed"),
        (json!({ "minutes": 1 }), "minutes_out_of_range"),
        (json!({ "minutes": -30 }), "malformed"),
        (json!({ "minutes": 1e9 }), "malformed"),
        (json!({ "elder": "e999" }), "unknown_elder"),
        (json!({ "elder": "../e1" }), "malformed"),
        (json!({ "service": null }), "malformed"),
    ] {
        let mut body = json!({ "elder": "e1", "service": "cleaning" });
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        assert_eq!(code(place.desk.post("/api/v1/orders", &body, "bad").await), expected, "{body}");
    }
    let none = place.desk.get("/api/v1/orders").await.expect("orders are listed");
    assert_eq!(none["items"], json!([]), "nothing came of any of them");

    let order = place.desk.place("e1", "good").await;
    let ahead = json!({ "action": "cancel", "reason": "mistake", "occurred_at": at(5) });
    assert_eq!(code(place.desk.utter(&order, "ahead", &ahead).await), "from_the_future");
    let unknown = json!({ "action": "assign", "caregivers": ["c999"], "reason": "r" });
    assert_eq!(code(place.desk.utter(&order, "unknown", &unknown).await), "unknown_caregiver");
    let crowd = json!({ "action": "assign", "caregivers": ["c0", "c1"], "reason": "r" });
    assert_eq!(code(place.desk.utter(&order, "crowd", &crowd).await), "team_size");
    let long = json!({ "action": "assign", "caregivers": ["c0"], "reason": "r".repeat(5_000) });
    assert_eq!(code(place.desk.utter(&order, "long", &long).await), "text_too_long");
    let late = json!({ "duty": "off", "occurred_at": at(5) });
    assert_eq!(code(place.phone.post("/api/v1/duty", &late, "late").await), "future_clock");
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_that_cannot_be_true_move_nobody() {
    let place = Place::open().await;
    place.stand_somewhere().await;
    let fix = |lon: f64, lat: f64| json!({ "at": now(), "lon": lon, "lat": lat, "datum": "wgs84" });
    let mut ahead = fix(98.29, 39.775);
    ahead["at"] = json!(now().plus_millis(3_600_000));
    let mut without = fix(98.31, 39.79);
    without.as_object_mut().unwrap().remove("datum");
    for (fix, expected) in [
        (without, "missing_datum"),
        (fix(398.29, 39.775), "outside_the_world"),
        (fix(98.29, -91.0), "outside_the_world"),
        (ahead, "future_clock"),
        (fix(2.35, 48.85), "teleport"),
    ] {
        place.report(fix).await.expect("whether it is true is judged later");
        eventually(&format!("{expected} is counted"), async || place.rejected(expected).await >= 1.0).await;
    }
    for bad in [
        json!({ "at": now(), "lon": "east", "lat": 1.0, "datum": "wgs84" }),
        json!({ "at": now(), "lon": 98.0, "lat": 39.0, "datum": "mars2000" }),
        json!({ "at": "soon", "lon": 98.0, "lat": 39.0, "datum": "wgs84" }),
        json!(7),
    ] {
        assert_eq!(code(place.report(bad).await), "malformed");
    }
    let page = place.desk.get("/api/v1/caregivers?q=c0").await.expect("caregivers are listed");
    let stands = &page["items"][0]["position"]["place"];
    assert_eq!(stands, &json!({ "lon": 98.29, "lat": 39.775 }), "still where they were");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_offer_replays_and_steps_out_of_turn_change_nothing() {
    let place = Place::open().await;
    place.stand_somewhere().await;
    let order = place.offered("withdrawn").await;
    let accept = |order: &Order| json!({ "action": "accept", "offer": order.stage.seats()[0].offer });
    let desk = |action: &str| json!({ "action": action });
    place.desk.utter(&order, "withdraw", &desk("hand_back")).await.expect("the desk takes it back");
    assert_eq!(code(place.phone.utter(&order, "too-late", &accept(&order)).await), "offer_gone");
    // Taken back and given out again: the old offer stays gone, the new one is good.
    place.desk.utter(&order, "resume", &desk("resume")).await.expect("the desk gives it out again");
    eventually("it is offered anew", async || matches!(place.order(&order).await.stage, Stage::Offered(_)))
        .await;
    let anew = place.order(&order).await;
    assert_ne!(anew.stage.seats()[0].offer, order.stage.seats()[0].offer);
    assert_eq!(code(place.phone.utter(&order, "old", &accept(&order)).await), "offer_gone");
    let accepted = place.phone.utter(&anew, "new", &accept(&anew)).await.expect("the new offer is open");

    // Steps out of turn, as from an outbox that was shuffled.
    let face = json!({ "method": "face", "receipt": "R-1" });
    for (id, action) in [
        ("confirm", json!({ "action": "confirm", "verification": face })),
        ("finish", json!({ "action": "finish" })),
        ("start", json!({ "action": "start", "verification": face })),
    ] {
        assert_eq!(code(place.phone.utter(&accepted, id, &action).await), "wrong_stage", "{id}");
    }
    assert_eq!(place.order(&order).await, accepted, "nothing came of them");

    walk_through(&place.phone, "c0", accepted.clone()).await;
    let served = place.order(&order).await;
    assert!(matches!(served.stage, Stage::Confirmed(_)), "{}", served.stage.name());
    // The whole outbox again, and in the wrong order: each is known, none does anything.
    for entry in served.timeline.iter().rev().filter(|entry| entry.command.is_some()) {
        let id = entry.command.as_ref().unwrap().as_str();
        if let Ok(after) = place.phone.utter(&served, id, &json!({ "action": "depart" })).await {
            assert_eq!(after.revision, served.revision);
        }
    }
    assert_eq!(place.order(&order).await, served);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_operators_who_reassign_at_once_one_is_told_to_look_again() {
    let place = Place::open().await;
    place.stand_somewhere().await;
    // On shift, but nobody knows where: the matcher asks c0 alone, the desk may send them.
    for user in ["c1", "c2"] {
        let phone = Account::new(&place.town.url, user, Acknowledged::default());
        phone.post("/api/v1/duty", &json!({ "duty": "on" }), "on").await.expect("a shift begins");
    }
    for round in 0..5 {
        let order = place.offered(&format!("contested-{round}")).await;
        let assign = |to: &str| json!({ "action": "assign", "caregivers": [to], "reason": "knows them", "if_revision": order.revision });
        let (mine, yours) = (assign("c1"), assign("c2"));
        let (one, other) = tokio::join!(
            place.desk.utter(&order, "mine", &mine),
            place.other_desk.utter(&order, "yours", &yours),
        );
        let (won, lost) = match (one, other) {
            (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
            neither => panic!("exactly one of the two is heard: {neither:?}"),
        };
        assert_eq!((lost.status, lost.code.as_ref()), (409, "stale_revision"), "{lost:?}");
        eventually("what the winner was told is how it is", async || place.order(&order).await == won).await;
        let team: Vec<_> = won.people().collect();
        assert_eq!(team.len(), 1, "nobody goes there twice: {team:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_another_district_s_data() {
    let here = Place::open().await;
    let there = Place::open().await;
    let order = here.desk.place("e1", "ours").await;
    let token = there.desk.token().await;
    let with = async |path: &str| {
        let answer =
            reqwest::Client::new().get(format!("{}{path}", here.town.url)).bearer_auth(&token).send().await;
        let answer = answer.unwrap();
        (answer.status().as_u16(), answer.json::<Problem>().await.unwrap().code.into_owned())
    };
    for path in ["/api/v1/orders", &format!("/api/v1/orders/{}", order.id), "/api/v1/live", "/api/v1/elders"]
    {
        assert_eq!(with(path).await, (401, "foreign_token".to_owned()), "{path}");
    }
    assert_eq!(code(there.desk.get(&format!("/api/v1/orders/{}", order.id)).await), "unknown_order");
}
