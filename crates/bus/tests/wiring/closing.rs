//! Closing loses nothing; connecting and reconnecting are visible.

use std::time::Duration;

use crate::support::{LIMIT, soon};
use bus::{Bus, ConnectError, Link, testing::NatsServer};
use futures::StreamExt;
use runtime::{Health, NatsConfig, Secret};

#[tokio::test]
async fn twenty_thousand_messages_sent_just_before_closing_all_arrive() {
    let server = NatsServer::start();
    let listener = server.connect("listener").await;
    let mut heard = listener.subscribe("test.numbers").await.unwrap();
    let counting = tokio::spawn(async move {
        for expected in 0..20_000_u32 {
            let number: u32 = heard.next().await.unwrap().decode().unwrap();
            assert_eq!(number, expected);
        }
    });
    let speaker = server.connect("speaker").await;
    for number in 0..20_000_u32 {
        speaker.publish("test.numbers", &number).await.unwrap();
    }
    speaker.close(LIMIT).await.unwrap();
    assert_eq!(*speaker.link().borrow(), Link::Closed);
    drop(speaker);
    soon("hearing them all", counting).await.unwrap();
}

#[tokio::test]
async fn closing_without_a_server_gives_up_in_time() {
    let mut server = NatsServer::start();
    let bus = server.connect("test").await;
    server.kill();
    bus.publish("test.lost", &1).await.unwrap();
    bus.close(Duration::from_millis(300)).await.unwrap_err();
}

#[tokio::test]
async fn the_link_and_the_readiness_follow_the_server() {
    let mut server = NatsServer::start();
    let health = Health::default();
    let bus = Bus::connect(&server.config(), "test", health.part("nats")).await.unwrap();
    let mut link = bus.link();
    soon("the first connection", link.wait_for(|link| *link == Link::Up { connection: 1 })).await.unwrap();
    assert!(health.report().ready);
    server.kill();
    soon("noticing", link.wait_for(|link| matches!(link, Link::Down { .. }))).await.unwrap();
    assert!(!health.report().ready);
    server.restart();
    soon("the second connection", link.wait_for(|link| *link == Link::Up { connection: 2 })).await.unwrap();
    assert!(health.report().ready);
}

#[tokio::test]
async fn a_server_that_comes_later_is_waited_for() {
    let mut server = NatsServer::start();
    server.kill();
    let config = server.config();
    let health = Health::default();
    let part = health.part("nats");
    let connecting = tokio::spawn(async move { Bus::connect(&config, "test", part).await });
    soon("the reason", async {
        while !format!("{:?}", health.report()).contains("no connection to") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    server.restart();
    soon("the connection", connecting).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_malformed_address_is_refused_at_once() {
    let config = NatsConfig { url: "nats://[".into(), ..NatsConfig::default() };
    let error = Bus::connect(&config, "test", Health::default().part("nats")).await.unwrap_err();
    assert!(matches!(error, ConnectError::Hopeless { .. }), "{error}");
    let config = NatsConfig { credentials: Some(Secret::new("nonsense".into())), ..NatsConfig::default() };
    let error = Bus::connect(&config, "test", Health::default().part("nats")).await.unwrap_err();
    assert!(!error.to_string().contains("nonsense"), "a secret never shows: {error}");
}

#[tokio::test]
async fn of_several_addresses_the_one_that_answers_is_taken() {
    let (server, mut gone) = (NatsServer::start(), NatsServer::start());
    let url = format!("{}, {}", gone.url(), server.url());
    gone.kill();
    let config = NatsConfig { url, ..NatsConfig::default() };
    let connecting = Bus::connect(&config, "test", Health::default().part("nats"));
    let bus = soon("connecting to the second", connecting).await.unwrap();
    bus.round_trip(LIMIT).await.unwrap();
    let config = NatsConfig { url: format!("{},::nowhere", server.url()), ..config };
    let refused = Bus::connect(&config, "test", Health::default().part("nats")).await;
    assert!(matches!(refused, Err(ConnectError::Hopeless { .. })), "an address that is none is told at once");
}
