//! Vendors' clouds: signed, replayed, wrongly signed.

use std::net::SocketAddr;

use hmac::{Hmac, KeyInit, Mac};
use runtime::{Clock, SystemClock};
use sha2::Sha256;

use super::world::World;

pub fn sign(secret: &str, timestamp: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{timestamp}.{body}").as_bytes());
    let tag = mac.finalize().into_bytes();
    let halves = tag.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    halves.filter_map(|half| char::from_digit(u32::from(half), 16)).collect()
}

/// The status of a post, if there is an answer.
pub async fn post(http: &reqwest::Client, at: SocketAddr, secret: &str, age: i64, body: &str) -> Option<u16> {
    let timestamp = (SystemClock.now().as_millis() / 1000 - age).to_string();
    let request = http
        .post(format!("http://{at}/v1/webhook/acme"))
        .header("x-care-timestamp", &timestamp)
        .header("x-care-signature", sign(secret, &timestamp, body))
        .body(body.to_owned());
    request.send().await.ok().map(|response| response.status().as_u16())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_is_taken_once() {
    let w = World::new().await;
    let process = w.process().await;
    let (http, at) = (reqwest::Client::new(), process.app.http.unwrap());
    let body = r#"{"id":"7","device":"B1","event":"fall"}"#;
    for _ in 0..2 {
        assert_eq!(post(&http, at, "secret", 0, body).await, Some(204));
    }
    assert_eq!(post(&http, at, "wrong", 0, body).await, Some(401));
    assert_eq!(post(&http, at, "secret", 3600, body).await, Some(401));
    assert_eq!(post(&http, at, "secret", 0, "{}").await, Some(422));
    let huge = format!(r#"{{"id":"8","device":"B1","event":"{}"}}"#, "x".repeat(20_000));
    assert_eq!(post(&http, at, "secret", 0, &huge).await, Some(413));
    let incident = w.only().await;
    assert_eq!((incident.device.as_str(), incident.presses.len()), ("acme-B1", 1));
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uplink_of_a_network_server() {
    let w = World::new().await;
    let process = w.process().await;
    let at = process.app.http.unwrap();
    let body = r#"{"deviceInfo":{"devEui":"24E124535B316056"},"fCnt":17,"data":"AXUQ/y4B"}"#;
    for (token, status) in [("secret", 204), ("secret", 204), ("wrong", 401)] {
        let answer = reqwest::Client::new()
            .post(format!("http://{at}/v1/uplink/acme"))
            .bearer_auth(token)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), status);
    }
    assert_eq!(w.only().await.device.as_str(), "lora-24e124535b316056");
    process.stop().await;
}
