//! What roles see, how accounts change, and how strangers are slowed without shutting anybody out.

use crate::support::{District, answer};
use serde_json::{Value, json};

async fn change(place: &District, user: &str, change: Value) -> (u16, Value) {
    let request = place.request("PATCH", &format!("/api/v1/users/{user}"));
    answer(request.bearer_auth(place.token("supervisor")).json(&change)).await
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["profile"]["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_organisation_sees_its_own_staff_and_the_orders_they_are_on() {
    let place = District::start().await;
    let orders = [("e1", "p1", "c1"), ("e1", "p2", "c2")];
    let mut placed = Vec::new();
    for (elder, key, caregiver) in orders {
        let order = place.place(elder, key).await["order"]["id"].as_str().unwrap().to_owned();
        place.neighbours.offer(&order.parse().unwrap(), caregiver).await;
        placed.push(order);
    }
    let snapshot = place.watch("organisation", None).await.snapshot().await;
    assert_eq!(snapshot.caregivers.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["c1"]);
    assert_eq!(snapshot.orders.iter().map(|o| o.id.as_str()).collect::<Vec<_>>(), [&placed[0]]);
    let mut watcher = place.watch("organisation", None).await;
    watcher.snapshot().await;
    place.neighbours.withdraw(&placed[1].parse().unwrap()).await;
    place.neighbours.withdraw(&placed[0].parse().unwrap()).await;
    assert_eq!(watcher.order().await.1.id.as_str(), placed[0], "nothing of another's");

    let (_, staff) = place.get("organisation", "/api/v1/caregivers").await;
    assert_eq!(ids(&staff), ["c1"]);
    let other = format!("/api/v1/orders/{}", placed[1]);
    assert_eq!(place.get("organisation", &other).await.1["code"], "unknown_order");
    assert_eq!(place.get("organisation", "/api/v1/elders").await.1["code"], "not_allowed");
}

#[tokio::test]
async fn elders_and_caregivers_are_found_by_name() {
    let place = District::start().await;
    let found = async |account: &str, path: &str| {
        let (status, page) = place.get(account, path).await;
        assert_eq!(status, 200, "{page}");
        ids(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    // The registry of these tests calls everyone "name of <id>".
    assert_eq!(found("operator", "/api/v1/elders?q=name%20of%20e1").await, ["e1"]);
    assert_eq!(found("operator", "/api/v1/elders?q=e2").await, ["e2"], "by number as before");
    assert_eq!(found("desk2", "/api/v1/elders?q=name").await, ["e2"], "within the scope");
    assert_eq!(found("operator", "/api/v1/caregivers?q=NAME%20of%20c3").await, ["c3"]);
    assert_eq!(
        found("organisation", "/api/v1/caregivers?q=name").await,
        Vec::<String>::new(),
        "sees hints only"
    );
    let (_, audit) = place.get("auditor", "/api/v1/audit").await;
    let searched =
        audit["items"].as_array().unwrap().iter().find(|e| e["action"] == "names_searched").unwrap();
    assert!(!searched.to_string().contains("name of"), "what was typed may be a name: {searched}");
    place.neighbours.registry_away.cancel();
    assert_eq!(found("operator", "/api/v1/elders?q=e1").await, ["e1"], "numbers work without the registry");
}

#[tokio::test]
async fn a_role_and_a_scope_are_changed_within_ones_own() {
    let place = District::start().await;
    let token = place.token("operator");
    let (status, after) =
        change(&place, "operator", json!({ "role": "front_desk", "scope": { "street": "s1" } })).await;
    assert_eq!(
        (status, after["role"].as_str(), after["scope"]["street"].as_str()),
        (200, Some("front_desk"), Some("s1"))
    );
    let me = place.request("GET", "/api/v1/me").bearer_auth(token);
    assert_eq!(answer(me).await.1["code"], "session_ended", "what a token said before no longer holds");
    assert_eq!(change(&place, "operator", json!({ "role": "caregiver" })).await.1["pointer"], "/caregiver");
    let (_, after) = change(&place, "operator", json!({ "role": "caregiver", "caregiver": "c3" })).await;
    assert_eq!(after["caregiver"], "c3");
    let (_, after) = change(&place, "operator", json!({ "role": "operator" })).await;
    assert_eq!(after["caregiver"], Value::Null);
    assert_eq!(change(&place, "supervisor", json!({ "role": "operator" })).await.1["code"], "not_yourself");
    let new = json!({ "user": "k1", "role": "device", "display_name": "K" });
    let (status, problem) = place.post("supervisor", "/api/v1/users", &new).await;
    assert_eq!((status, problem["code"].as_str()), (422, Some("role_not_served")));
    let new = json!({ "user": "o1", "role": "organisation", "display_name": "O" });
    assert_eq!(place.post("supervisor", "/api/v1/users", &new).await.1["pointer"], "/organisation");
}

async fn sign_in_from(place: &District, address: &str, user: &str, password: &str) -> (u16, Value) {
    let request = place.request("POST", "/api/v1/session").header("x-forwarded-for", address);
    answer(request.json(&json!({ "user": user, "password": password }))).await
}

#[tokio::test]
async fn a_stranger_shuts_out_the_stranger_and_not_the_supervisor() {
    let place = District::start_with(|config| {
        config.proxies = 1;
        config.failed_sign_ins = 12;
    })
    .await;
    // All at once: each is counted before it is judged.
    let tries = (0..12).map(|_| sign_in_from(&place, "203.0.113.9", "supervisor", "a guess"));
    let answers = futures::future::join_all(tries).await;
    let judged = answers.iter().filter(|(status, _)| *status == 401).count();
    assert_eq!(judged, 4, "{answers:?}");
    assert_eq!(
        sign_in_from(&place, "203.0.113.9", "supervisor", "correct horse").await.0,
        429,
        "too many from there"
    );
    assert_eq!(sign_in_from(&place, "203.0.113.9", "operator", "correct horse").await.0, 429);
    assert_eq!(sign_in_from(&place, "198.51.100.1", "supervisor", "correct horse").await.0, 200, "from home");
    for _ in 0..20 {
        assert_eq!(
            sign_in_from(&place, "198.51.100.2", "operator", "correct horse").await.0,
            200,
            "no failures, no limit"
        );
    }
}

#[tokio::test]
async fn a_tracker_ends_with_its_account_and_when_it_is_revoked() {
    let place = District::start_with(|config| config.failed_sign_ins = 3).await;
    let issue = async || {
        let (_, tracker) = place.post("caregiver", "/api/v1/caregivers/me/tracker", &json!({})).await;
        tracker["id"].as_str().unwrap().to_owned()
    };
    let report = async |token: &str| {
        answer(place.request("GET", &format!("/osmand?id={token}&lat=39.77&lon=98.3"))).await
    };
    let remove = async |account: &str, path: &str| {
        answer(place.request("DELETE", path).bearer_auth(place.token(account))).await.0
    };
    let token = issue().await;
    assert_eq!(report(&token).await.0, 200);
    change(&place, "caregiver", json!({ "disabled": true })).await;
    assert_eq!(report(&token).await.1["code"], "unknown_tracker", "the account is disabled");
    change(&place, "caregiver", json!({ "disabled": false })).await;
    assert_eq!(report(&token).await.0, 200);
    assert_eq!(remove("supervisor", "/api/v1/caregivers/c1/tracker").await, 204);
    assert_eq!(report(&token).await.1["code"], "unknown_tracker");
    assert_eq!(report("nonsense").await.1["code"], "unknown_tracker");
    assert_eq!(report("nonsense").await.1["code"], "too_many_attempts");
}
