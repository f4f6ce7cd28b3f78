//! Emergencies at the edge: told at once and to whom they concern, handled by role, taken out of the house with a trace.

use crate::support::{District, eventually};
use schemas::live::LiveEvent;
use serde_json::{Value, json};

async fn ids(place: &District, account: &str) -> Vec<String> {
    let (status, page) = place.get(account, "/api/v1/incidents").await;
    assert_eq!(status, 200, "{page}");
    page["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect()
}

async fn known(place: &District, account: &str, id: &str) {
    eventually("the incident is known", || async { ids(place, account).await.contains(&id.to_owned()) })
        .await;
}

fn incident(event: LiveEvent) -> domain::incident::Incident {
    match event {
        LiveEvent::Incident { incident, .. } => *incident,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_alarm_is_told_to_whom_it_concerns_and_to_nobody_else() {
    let place = District::start().await;
    let mut desk = place.watch("operator", None).await;
    let mut called = place.watch("caregiver", None).await;
    let mut other = place.watch("caregiver2", None).await;
    let mut street2 = place.watch("desk2", None).await;
    for watcher in [&mut desk, &mut called, &mut other, &mut street2] {
        assert!(watcher.snapshot().await.incidents.is_empty());
    }
    place.emergencies.press("i1", "e1", "s1", "c1").await;
    place.emergencies.press("i2", "e2", "s2", "c2").await;
    let seen = incident(desk.until("incident").await.data);
    assert_eq!((seen.id.as_str(), seen.calls.len()), ("i1", 1));
    assert_eq!(incident(desk.until("incident").await.data).id.as_str(), "i2");
    assert_eq!(incident(called.until("incident").await.data).id.as_str(), "i1");
    assert_eq!(incident(other.until("incident").await.data).id.as_str(), "i2");
    assert_eq!(incident(street2.until("incident").await.data).id.as_str(), "i2");
    assert_eq!(ids(&place, "caregiver").await, ["i1"]);
    assert_eq!(ids(&place, "elder").await, ["i1"]);
    assert_eq!(ids(&place, "desk2").await, ["i2"]);
    assert_eq!(ids(&place, "auditor").await.len(), 2);
    assert_eq!(place.get("caregiver", "/api/v1/incidents/i2").await.1["code"], "unknown_incident");
    // Who comes later finds it in the snapshot; who is no longer wanted hears that, too.
    let mut late = place.watch("frontdesk", None).await;
    assert_eq!(late.snapshot().await.incidents.len(), 2);
    let commands = "/api/v1/incidents/i1/commands";
    let resolve = json!({ "id": "k1", "action": "resolve", "note": "helped" });
    assert_eq!(place.post("operator", commands, &resolve).await.0, 200);
    let over = incident(called.until("incident").await.data);
    assert!(over.stage.is_closed() && over.calls.is_empty(), "{over:?}");
}

#[tokio::test]
async fn the_desk_claims_answers_and_closes_and_roles_keep_to_their_own() {
    let place = District::start().await;
    place.emergencies.press("i1", "e1", "s1", "c1").await;
    known(&place, "operator", "i1").await;
    let act =
        async |account: &str, body: Value| place.post(account, "/api/v1/incidents/i1/commands", &body).await;
    let (status, done) = act("operator", json!({ "action": "claim" })).await;
    assert_eq!((status, done["incident"]["claim"]["by"].as_str()), (200, Some("operator")), "{done}");
    assert_eq!(
        act("desk2", json!({ "action": "claim" })).await.1["code"],
        "unknown_incident",
        "another street"
    );
    assert_eq!(act("caregiver", json!({ "action": "resolve", "note": "x" })).await.1["code"], "not_on_scene");
    assert_eq!(act("caregiver", json!({ "action": "claim" })).await.1["code"], "not_allowed");
    let (_, done) = act("operator", json!({ "action": "acknowledge" })).await;
    assert_eq!(done["incident"]["stage"], "acknowledged");
    let (_, done) = act("caregiver", json!({ "action": "accept" })).await;
    assert_eq!(done["incident"]["stage"], "responding", "{done}");
    assert!(done["incident"].get("claim").is_none(), "the desk's business");
    assert_eq!(act("operator", json!({ "action": "hand_on", "to": "wang" })).await.0, 200);
    assert_eq!(act("operator", json!({ "action": "note", "text": "" })).await.1["code"], "text_length");

    assert_eq!(place.get("operator", "/api/v1/incidents/i1/card").await.1.get("door_code"), None);
    assert_eq!(place.get("caregiver", "/api/v1/incidents/i1/card").await.1["door_code"], "2580");
    let (status, done) = act("supervisor", json!({ "action": "hand_to120", "reference": "120-7" })).await;
    assert_eq!((status, done["incident"]["outcome"].as_str()), (200, Some("handed_to120")), "{done}");

    eventually("the figures", || async {
        let (_, figures) = place.get("bureau", "/api/v1/incidents/figures").await;
        figures["alarms"] == 1 && figures["within_60"] == 1.0 && figures["unanswered"] == 0
    })
    .await;
    for (path, kind) in
        [("cap", "application/cap+xml; charset=utf-8"), ("timeline", "text/csv; charset=utf-8")]
    {
        let request = place.request("GET", &format!("/api/v1/incidents/i1/{path}"));
        let answer = request.bearer_auth(place.token("auditor")).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], kind);
        assert!(answer.text().await.unwrap().contains("120-7"), "{path}");
    }
    let (_, audit) = place.get("auditor", "/api/v1/audit?limit=100").await;
    let entries = audit["items"].as_array().unwrap();
    let count = |action: &str| entries.iter().filter(|e| e["action"] == action).count();
    assert_eq!((count("card_read"), count("incident_exported")), (2, 2));
}

#[tokio::test]
async fn a_caregiver_calls_for_help_and_a_drill_is_marked() {
    let place = District::start().await;
    let request = place.request("POST", "/api/v1/incidents").bearer_auth(place.token("caregiver"));
    let (status, done) = crate::support::answer(request.json(&json!({ "drill": true }))).await;
    let raised = &done["incident"];
    assert_eq!(
        (status, raised["cause"].as_str(), raised["drill"].as_bool()),
        (201, Some("lone_worker"), Some(true))
    );
    assert_eq!((raised["subject"]["id"].as_str(), raised["street"].as_str()), (Some("c1"), Some("s1")));
    let other = place.post("caregiver", "/api/v1/incidents", &json!({ "elder": "e2" })).await;
    assert_eq!(other.1["code"], "out_of_scope");
    known(&place, "operator", raised["id"].as_str().unwrap()).await;
    let (_, page) = place.get("operator", "/api/v1/incidents?drill=false").await;
    assert_eq!(page["items"], json!([]));
    let (_, shares) = place.get("desk2", "/api/v1/devices/supervision").await;
    assert_eq!(shares["streets"].as_array().unwrap().len(), 1, "its own street: {shares}");
    assert_eq!(place.get("operator", "/api/v1/devices?fault=nonsense").await.1["code"], "malformed_query");
}

#[tokio::test]
async fn an_edge_that_starts_again_knows_the_open_alarms() {
    let mut place = District::start().await;
    place.emergencies.press("i1", "e1", "s1", "c1").await;
    known(&place, "operator", "i1").await;
    place.restart_edge().await;
    known(&place, "operator", "i1").await;
    let mut desk = place.watch("operator", None).await;
    assert_eq!(desk.snapshot().await.incidents.len(), 1);
}
