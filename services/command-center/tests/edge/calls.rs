//! Calls of the telephone system: signed or refused, told to the desks, and the number nowhere.

use command_center::http::calls::signed;
use runtime::{Clock, Secret};
use schemas::live::LiveEvent;
use serde_json::{Value, json};

use crate::support::{District, answer};

const KEY: &str = "a key of the telephone system, long enough";

async fn call(place: &District, key: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    let timestamp = (place.wall.now().as_millis() / 1000).to_string();
    let signature = signed(key.as_bytes(), &timestamp, body.as_bytes());
    let request = place.request("POST", "/api/v1/calls").header("content-type", "application/json");
    let request = request.header("x-care-timestamp", timestamp).header("x-care-signature", signature);
    answer(request.body(body)).await
}

#[tokio::test]
async fn a_signed_call_rings_at_the_desks_without_its_number() {
    let place = District::start_with(|config| config.telephone_key = Some(Secret::new(KEY.into()))).await;
    let mut desk = place.watch("operator", None).await;
    desk.snapshot().await;
    let ringing = json!({ "id": "call-1", "number": "138 1234 5678", "line": "hotline" });
    let (status, refused) = call(&place, "some other key", &ringing).await;
    assert_eq!((status, refused["code"].clone()), (401, json!("unsigned")));
    let (status, refused) = call(&place, KEY, &json!({ "id": "", "number": "1" })).await;
    assert_eq!((status, refused["code"].clone()), (422, json!("malformed_call")));
    assert_eq!(call(&place, KEY, &ringing).await.0, 204);
    let LiveEvent::Ringing { ringing } = desk.until("ringing").await.data else { panic!("no call") };
    assert_eq!((ringing.id.as_str(), ringing.line.as_deref()), ("call-1", Some("hotline")));
    assert!(!serde_json::to_string(&ringing).unwrap().contains("1234"), "the number goes no further");
}

#[tokio::test]
async fn without_a_key_no_call_is_taken() {
    let place = District::start().await;
    let (status, refused) = call(&place, KEY, &json!({ "id": "call-1", "number": "110" })).await;
    assert_eq!((status, refused["code"].clone()), (401, json!("unsigned")));
}
