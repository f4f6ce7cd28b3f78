//! Dead letters: read in full, handed to the service once more, laid aside; once each, by somebody, for good.

use crate::support::{District, district, eventually};
use schemas::subject;
use serde_json::{Value, json};

async fn open_letters(place: &District) -> Vec<Value> {
    let (_, page) = place.get("operator", "/api/v1/dead-letters").await;
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_letter_is_delivered_again_or_dismissed_and_that_outlives_a_restart() {
    let mut place = District::start().await;
    let long = format!("no json {}", "x".repeat(9_000));
    let to = subject::elder_profile(&district(), &"e3".parse().unwrap());
    place.bus.publish_bytes(to.clone(), long.clone().into()).await.unwrap();
    eventually("a letter", || async { open_letters(&place).await.len() == 1 }).await;
    let first = open_letters(&place).await[0]["id"].as_u64().unwrap();
    let path = |letter: u64, what: &str| format!("/api/v1/dead-letters/{letter}{what}");

    let (status, read) = place.get("operator", &path(first, "")).await;
    assert_eq!((status, read["message"].as_str()), (200, Some(long.as_str())), "the whole of it");
    assert!(read["payload"].as_str().unwrap().len() <= 4096);
    assert_eq!(place.get("desk2", &path(first, "")).await.1["code"], "out_of_scope");
    assert_eq!(place.get("operator", &path(first + 7, "")).await.1["code"], "unknown_letter");

    let (status, letter) = place.post("operator", &path(first, "/deliver"), &json!({})).await;
    assert_eq!((status, letter["settled"]["how"].as_str()), (200, Some("redelivered")), "{letter}");
    assert_eq!(letter["settled"]["by"]["user"], "operator");
    assert_eq!(
        place.post("operator", &path(first, "/deliver"), &json!({})).await.1["code"],
        "letter_settled"
    );
    eventually("it is given up again: another letter, alone on the list", || async {
        let open = open_letters(&place).await;
        open.len() == 1 && open[0]["id"].as_u64() != Some(first)
    })
    .await;
    let second = open_letters(&place).await[0]["id"].as_u64().unwrap();

    // A good one takes its place: the poison holds what is no longer so.
    place.neighbours.elder("e3", "s1").await;
    let (status, refused) = place.post("operator", &path(second, "/deliver"), &json!({})).await;
    assert_eq!((status, refused["code"].as_str()), (409, Some("superseded")));
    let dismissing = path(second, "/dismiss");
    let dismiss =
        async |reason: &str| place.post("operator", &dismissing, &json!({ "reason": reason })).await;
    assert_eq!(dismiss(" ").await.1["code"], "reason_missing");
    let (_, letter) = dismiss("an old registry").await;
    assert_eq!(letter["settled"]["reason"], "an old registry");
    assert!(open_letters(&place).await.is_empty());

    place.restart_edge().await;
    assert!(open_letters(&place).await.is_empty(), "seen to is seen to");
    let (_, all) = place.get("operator", "/api/v1/dead-letters?settled=true").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let (_, audit) = place.get("auditor", "/api/v1/audit?limit=100").await;
    for action in ["letter_redelivered", "letter_dismissed"] {
        assert!(audit["items"].as_array().unwrap().iter().any(|e| e["action"] == action), "{action}");
    }
}
