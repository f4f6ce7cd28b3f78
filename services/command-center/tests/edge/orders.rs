//! Orders through the edge: placed once, commanded by whom it may concern, refused with a reason.

use std::time::Instant;

use crate::support::{District, answer, eventually};
use serde_json::{Value, json};

#[tokio::test]
async fn a_repeated_command_is_applied_once() {
    let place = District::start().await;
    let first = place.place("e1", "same-key").await;
    let again = place.place("e1", "same-key").await;
    assert_eq!(first["repeated"], false);
    assert_eq!(again["repeated"], true);
    assert_eq!(first["order"]["id"], again["order"]["id"]);
    // Somebody else's key of the same name is another order.
    let other = place.request("POST", "/api/v1/orders").bearer_auth(place.token("operator"));
    let other =
        other.header("idempotency-key", "same-key").json(&json!({ "elder": "e1", "service": "cleaning" }));
    let (status, other) = answer(other).await;
    assert_eq!(status, 201);
    assert_ne!(other["order"]["id"], first["order"]["id"]);

    let id = first["order"]["id"].as_str().unwrap();
    let path = format!("/api/v1/orders/{id}/commands");
    let cancel = json!({ "id": "cancel-1", "action": "cancel", "reason": "mistake" });
    assert_eq!(place.post("supervisor", &path, &cancel).await.1["repeated"], false);
    assert_eq!(place.post("supervisor", &path, &cancel).await.1["repeated"], true);
    let late = json!({ "action": "cancel", "reason": "mistake" });
    assert_eq!(place.post("supervisor", &path, &late).await.1["code"], "wrong_stage");
}

#[tokio::test]
async fn who_may_do_what_and_why_is_told() {
    let place = District::start().await;
    let placed = place.place("e1", "p1").await;
    let id = placed["order"]["id"].as_str().unwrap().to_owned();
    let (offered, _) = place.neighbours.offer(&id.parse().unwrap(), "c1").await;
    let offer = offered.stage.seats()[0].offer.to_string();
    let path = format!("/api/v1/orders/{id}/commands");

    let accept = json!({ "action": "accept", "offer": offer });
    assert_eq!(place.post("caregiver2", &path, &accept).await.1["code"], "offer_gone");
    let (status, accepted) = place.post("caregiver", &path, &accept).await;
    assert_eq!((status, accepted["order"]["stage"].as_str()), (200, Some("accepted")), "{accepted}");
    let cancel = json!({ "action": "cancel", "reason": "mistake" });
    assert_eq!(place.post("caregiver", &path, &cancel).await.1["code"], "not_allowed");

    let (status, decisions) = place.get("auditor", &format!("/api/v1/orders/{id}/decisions")).await;
    assert_eq!((status, decisions["items"].as_array().unwrap().len()), (200, 1));
    eventually("the desk sees it accepted", || async {
        place.get("operator", &format!("/api/v1/orders/{id}")).await.1["stage"] == "accepted"
    })
    .await;
    for (query, found) in [
        ("stage=accepted", 1),
        ("stage=open", 1),
        ("stage=waiting", 0),
        ("caregiver=c1", 1),
        ("q=E1", 1),
        ("q=zzz", 0),
        ("elder=e2", 0),
    ] {
        let (_, page) = place.get("operator", &format!("/api/v1/orders?{query}")).await;
        assert_eq!(page["items"].as_array().unwrap().len(), found, "{query}");
    }

    // The desk in the caregiver's place, and taking the order back: both leave a trace.
    assert_eq!(place.post("operator", &path, &json!({ "action": "depart" })).await.0, 200);
    assert_eq!(place.post("operator", &path, &json!({ "action": "hand_back" })).await.0, 200);
    let (_, audit) = place.get("auditor", "/api/v1/audit").await;
    let actions: Vec<&str> =
        audit["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions.iter().filter(|a| matches!(**a, "acted_for" | "handed_back")).count(),
        2,
        "{actions:?}"
    );
    assert_eq!(place.get("operator", "/api/v1/audit").await.1["code"], "not_allowed");
}

#[tokio::test]
async fn pages_of_orders_leave_nothing_out() {
    let place = District::start().await;
    for n in 0..7 {
        place.place("e1", &format!("p{n}")).await;
    }
    eventually("all are known", || async {
        place.get("operator", "/api/v1/orders").await.1["items"].as_array().is_some_and(|a| a.len() == 7)
    })
    .await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let (_, page) = place.get("operator", &format!("/api/v1/orders?limit=3{cursor}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|o| o["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7);
}

#[tokio::test]
async fn with_dispatch_away_the_answer_is_quick_and_clear() {
    let place = District::start().await;
    place.neighbours.stop_dispatch().await;
    let body = json!({ "elder": "e1", "service": "cleaning" });
    let mut worst = std::time::Duration::ZERO;
    for _ in 0..3 {
        let began = Instant::now();
        let (status, problem) = place.post("operator", "/api/v1/orders", &body).await;
        worst = worst.max(began.elapsed());
        assert_eq!((status, problem["code"].as_str()), (503, Some("unavailable")), "{problem}");
        assert!(problem["retry_after"].is_u64());
    }
    assert!(worst.as_millis() < 2_500, "{worst:?}");
    let mut watcher = place.watch("operator", None).await;
    let away =
        |services: &[schemas::live::ServiceStatus]| services.iter().any(|s| s.service == "dispatch" && !s.up);
    assert!(away(&watcher.snapshot().await.services));
}

#[tokio::test]
async fn bad_input_is_named() {
    let place = District::start().await;
    let send = |body: &'static str, kind: &'static str| {
        let request = place.request("POST", "/api/v1/orders").bearer_auth(place.token("operator"));
        answer(request.header("content-type", kind).body(body))
    };
    let json_type = "application/json";
    let cases: [(&str, &str, u16, &str, Value); 8] = [
        ("{", json_type, 400, "malformed", Value::Null),
        ("[]", json_type, 400, "malformed", Value::Null),
        ("{\"elder\":\"e1\",\"service\":\"flying\"}", json_type, 400, "malformed", json!("/service")),
        ("{\"elder\":7,\"service\":\"cleaning\"}", json_type, 400, "malformed", json!("/elder")),
        ("{\"elder\":\"e.1\",\"service\":\"cleaning\"}", json_type, 400, "malformed", json!("/elder")),
        ("{\"elder\":\"nobody\",\"service\":\"cleaning\"}", json_type, 404, "unknown_elder", json!("/elder")),
        (
            "{\"elder\":\"e1\",\"service\":\"cleaning\",\"window\":{\"earliest\":\"2026-01-02T00:00:00Z\",\"latest\":\"2026-01-01T00:00:00Z\"}}",
            json_type,
            400,
            "malformed",
            json!("/window"),
        ),
        ("elder=e1", "application/x-www-form-urlencoded", 415, "unsupported_media_type", Value::Null),
    ];
    for (body, kind, status, code, pointer) in cases {
        let (got, problem) = send(body, kind).await;
        assert_eq!(
            (got, problem["code"].as_str(), &problem["pointer"]),
            (status, Some(code), &pointer),
            "{body}: {problem}"
        );
    }
    let huge = place.request("POST", "/api/v1/orders").bearer_auth(place.token("operator"));
    let huge = huge.header("content-type", json_type).body(" ".repeat(70 * 1024));
    assert_eq!(answer(huge).await.1["code"], "too_large");
    let key = place
        .request("POST", "/api/v1/orders")
        .bearer_auth(place.token("operator"))
        .header("idempotency-key", "a.b");
    assert_eq!(
        answer(key.json(&json!({ "elder": "e1", "service": "cleaning" }))).await.1["code"],
        "malformed_idempotency_key"
    );

    for (account, path, code) in [
        ("operator", "/api/v1/orders?limit=0", "malformed_query"),
        ("operator", "/api/v1/orders?cursor=!!", "malformed_cursor"),
        ("operator", "/api/v1/orders/a.b", "malformed_path"),
        ("operator", "/api/v1/orders/none", "unknown_order"),
        ("operator", "/api/v1/nearest?lon=98.3&lat=39.8", "missing_datum"),
        ("operator", "/api/v1/nearest?lon=298.3&lat=39.8&datum=wgs84", "outside_the_world"),
        ("operator", "/api/v1/nothing", "no_such_endpoint"),
        ("operator", "/no/such.file", "no_such_page"),
    ] {
        assert_eq!(place.get(account, path).await.1["code"], code, "{path}");
    }
    let wrong_method = place.request("PUT", "/api/v1/orders").bearer_auth(place.token("operator"));
    assert_eq!(answer(wrong_method).await, (405, answer(place.request("PUT", "/api/v1/orders")).await.1));

    // Another street's elder, someone else's caregiver, an elder who orders for another.
    let body = json!({ "elder": "e1", "service": "cleaning" });
    assert_eq!(place.post("desk2", "/api/v1/orders", &body).await.1["code"], "unknown_elder");
    assert_eq!(
        place.post("elder", "/api/v1/orders", &json!({ "elder": "e2", "service": "cleaning" })).await.1["code"],
        "out_of_scope"
    );
    assert_eq!(
        place.post("desk2", "/api/v1/duty", &json!({ "caregiver": "c1", "duty": "off" })).await.1["code"],
        "unknown_caregiver"
    );
    assert_eq!(
        place.post("caregiver", "/api/v1/duty", &json!({ "caregiver": "c2", "duty": "off" })).await.1["code"],
        "out_of_scope"
    );
    assert_eq!(
        place.post("caregiver", "/api/v1/positions", &json!({ "fixes": [] })).await.1["code"],
        "too_many_fixes"
    );
}
