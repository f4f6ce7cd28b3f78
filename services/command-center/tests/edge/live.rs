//! The live stream over real HTTP and a real nats-server.

use crate::support::{District, district, eventually};
use domain::{
    caregiver::Duty,
    geo::Wgs84,
    id::{CaregiverId, OrderId},
    order::Stage,
};
use runtime::Clock;
use schemas::{
    live::LiveEvent,
    position::{Moved, Position},
    subject::{self, Service},
};
use serde_json::{Value, json};

fn id(placed: &Value) -> OrderId {
    OrderId::new(placed["order"]["id"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_snapshot_then_what_happens_in_order() {
    let place = District::start().await;
    let before = place.place("e1", "p1").await;
    eventually("the first order is known", || async {
        place.get("supervisor", "/api/v1/orders").await.1["items"].as_array().is_some_and(|a| a.len() == 1)
    })
    .await;
    let mut watcher = place.watch("supervisor", None).await;
    let snapshot = watcher.snapshot().await;
    assert_eq!(snapshot.sequence, before["sequence"].as_u64().unwrap());
    assert_eq!(snapshot.orders.len(), 1);
    assert_eq!(snapshot.caregivers.len(), 3);
    assert_eq!(snapshot.kpi.waiting, 1);

    let placed = place.place("e2", "p2").await;
    let (sequence, order) = watcher.order().await;
    assert_eq!((sequence, &order.id), (placed["sequence"].as_u64().unwrap(), &id(&placed)));
    place.neighbours.offer(&order.id, "c1").await;
    let (_, order) = watcher.order().await;
    assert!(matches!(order.stage, Stage::Offered(_)));
    match watcher.until("kpi").await.data {
        LiveEvent::Kpi { kpi } => {
            assert_eq!((kpi.waiting, kpi.offered), (1, 1));
            assert!(kpi.offer_p50_ms.is_some());
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn everyone_sees_their_own_only() {
    let place = District::start().await;
    let (mut desk2, mut mine, mut other, mut elder) = (
        place.watch("desk2", None).await,
        place.watch("caregiver", None).await,
        place.watch("caregiver2", None).await,
        place.watch("elder", None).await,
    );
    for watcher in [&mut desk2, &mut mine, &mut other, &mut elder] {
        watcher.snapshot().await;
    }
    let first = id(&place.place("e1", "p1").await);
    place.neighbours.offer(&first, "c2").await;
    place.neighbours.withdraw(&first).await;
    place.neighbours.offer(&first, "c1").await;
    let second = id(&place.place("e2", "p2").await);

    // c2: the offer, and that it is gone; nothing of what came after.
    assert!(matches!(other.order().await.1.stage, Stage::Offered(_)));
    assert!(matches!(other.order().await.1.stage, Stage::Waiting(_)));
    // c1: the offer, without a word of c2.
    let (_, order) = mine.order().await;
    assert!(!serde_json::to_string(&order).unwrap().contains("\"c2\""), "{order:?}");
    // The elder: all four.
    for _ in 0..4 {
        assert_eq!(elder.order().await.1.id, first);
    }
    // The other street's desk: the second order alone.
    assert_eq!(desk2.order().await.1.id, second);

    place.neighbours.offer(&second, "c2").await;
    assert_eq!(other.order().await.1.id, second);
    let (status, page) = place.get("caregiver", "/api/v1/orders").await;
    assert_eq!((status, page["items"].as_array().unwrap().len()), (200, 1));
    assert_eq!(place.get("elder", &format!("/api/v1/orders/{second}")).await.1["code"], "unknown_order");
    assert_eq!(place.get("desk2", &format!("/api/v1/orders/{first}")).await.1["code"], "unknown_order");
    assert_eq!(place.get("desk2", &format!("/api/v1/orders/{second}")).await.0, 200);
}

#[tokio::test]
async fn a_client_resumes_after_a_cut_and_after_a_restart_of_the_edge() {
    let mut place = District::start().await;
    let mut watcher = place.watch("supervisor", None).await;
    watcher.snapshot().await;
    place.place("e1", "p1").await;
    let (cursor, _) = watcher.order().await;
    drop(watcher);

    let missed = [id(&place.place("e1", "p2").await), id(&place.place("e2", "p3").await)];
    let mut watcher = place.watch("supervisor", Some(cursor)).await;
    let mut cursor = 0;
    for order in &missed {
        let (sequence, seen) = watcher.order().await;
        assert_eq!(seen.id, *order);
        cursor = sequence;
    }
    // A client that was connected is told, and what happens while the edge is away is not lost.
    place.edge.stop().await;
    assert!(
        matches!(watcher.until("reset").await.data, LiveEvent::Reset { reason } if reason == "restarted")
    );
    assert!(watcher.next().await.is_none());
    let (offered, sequence) = place.neighbours.offer(&missed[0], "c1").await;
    place.edge = crate::support::Edge::start(&place.nats, &place.config, &place.wall).await;
    place.ready().await;
    let mut watcher = place.watch("supervisor", Some(cursor)).await;
    let (seen, order) = watcher.order().await;
    assert_eq!((seen, &order.id), (sequence, &offered.id));
    place.place("e1", "p4").await;
    assert_eq!(watcher.order().await.0, sequence + 1);

    let mut stranger = place.watch("supervisor", Some(1_000_000)).await;
    assert!(
        matches!(stranger.next().await.unwrap().data, LiveEvent::Reset { reason } if reason == "cursor_too_old")
    );
    assert!(stranger.next().await.is_none());
    place.restart_edge().await;
}

#[tokio::test]
async fn people_positions_dead_letters_and_absences_show_live() {
    let place = District::start().await;
    let mut watcher = place.watch("supervisor", None).await;
    let snapshot = watcher.snapshot().await;
    assert!(snapshot.positions.is_empty());

    let c1 = CaregiverId::new("c1").unwrap();
    let (status, presence) = place.post("caregiver", "/api/v1/duty", &json!({ "duty": "on" })).await;
    assert_eq!((status, presence["duty"].as_str()), (200, Some("on")));
    assert!(
        matches!(watcher.until("presence").await.data, LiveEvent::Presence { presence } if presence.duty == Duty::On)
    );

    let position = Position {
        caregiver: c1.clone(),
        at: runtime::SystemClock.now(),
        place: Wgs84::new(98.28, 39.76).unwrap(),
        accuracy: None,
        battery: Some(80),
    };
    let moved = Moved { positions: vec![position.clone()] };
    place.bus.publish(subject::positions_moved(&district()), &moved).await.unwrap();
    assert!(
        matches!(watcher.until("positions").await.data, LiveEvent::Positions { positions } if positions == [position.clone()])
    );

    let order = id(&place.place("e1", "p1").await);
    watcher.order().await;
    let (status, way) = place.get("supervisor", &format!("/api/v1/orders/{order}/route?caregiver=c1")).await;
    assert_eq!((status, way["source"].as_str()), (200, Some("great_circle")), "{way}");
    assert_eq!(way["line"].as_array().unwrap().len(), 2);

    // What cannot be read is set aside for the desk, and life goes on.
    place
        .bus
        .publish_bytes(subject::elder_profile(&district(), &"e3".parse().unwrap()), "no json".into())
        .await
        .unwrap();
    assert!(
        matches!(watcher.until("dead_letter").await.data, LiveEvent::DeadLetter { letter } if letter.letter.code == "undecodable")
    );
    let (_, letters) = place.get("operator", "/api/v1/dead-letters").await;
    assert_eq!(letters["items"][0]["service"], "command-center");
    assert_eq!(place.get("desk2", "/api/v1/dead-letters").await.1["code"], "out_of_scope");

    place.neighbours.registry_away.cancel();
    loop {
        if let LiveEvent::Service { service } = watcher.until("service").await.data
            && service.service == Service::Registry.as_str()
            && !service.up
        {
            assert!(service.note.is_some());
            break;
        }
    }
    let (status, page) = place.get("supervisor", "/api/v1/caregivers").await;
    assert_eq!((status, &page["items"][0]["name"]), (200, &Value::Null));

    // Off duty nobody is tracked.
    place.post("caregiver", "/api/v1/duty", &json!({ "duty": "off" })).await;
    eventually("the position is gone", || async {
        let (_, page) = place.get("supervisor", "/api/v1/caregivers?q=c1").await;
        page["items"][0]["position"].is_null()
    })
    .await;
}
