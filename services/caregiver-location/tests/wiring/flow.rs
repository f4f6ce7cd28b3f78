//! A shift from beginning to end.

use bus::StartFrom;
use domain::{
    caregiver::{Duty, Signal},
    decision::{DecisionRef, Method},
    id::{CommandId, CommunityId, DecisionId, ElderId, OfferId, OrderId, StreetId},
    order::{
        Actor, Order, Stage,
        stage::{Member, Visit},
    },
    priority::Priority,
    service::ServiceKind,
    time::Window,
    unit::Metres,
};
use futures::StreamExt;
use schemas::{
    dead_letter::DeadLetter,
    envelope::CloudEvent,
    order::OrderEvent,
    position::{Crossing, DutyCommand, GeofenceCrossed, Moved, NearestQuery, Position, Presence},
    subject::{self, StreamKind},
};

use crate::world::{World, centre, eventually, fix, id, now};

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_from_beginning_to_end() {
    let world = World::new().await;
    let process = world.process(&world.config()).await;
    for n in 0..3 {
        world.profile(&id(n)).await;
    }
    process.ready().await;
    let mut moved = world.bus.subscribe(&subject::positions_moved(&world.district)).await.unwrap();

    let presence = world.duty(&id(0), Duty::On).await;
    assert_eq!((presence.duty, presence.signal), (Duty::On, Signal::None));
    world.duty(&id(1), Duty::On).await;
    let at = now();
    world.report(&id(0), vec![fix(at.plus_millis(2), 500.0), fix(at.plus_millis(1), 510.0)]).await;
    world.report(&id(1), vec![fix(at.plus_millis(1), 100.0)]).await;
    world.report(&id(2), vec![fix(at.plus_millis(1), 0.0)]).await;
    let found = world.found(&[id(1), id(0)]).await;
    assert_eq!(found[0].distance, Metres(100));
    assert_eq!(found[1].distance, Metres(500));

    let announced: Moved = moved.next().await.unwrap().decode().unwrap();
    assert!(announced.positions.iter().all(|p| p.caregiver != id(2)), "nobody is tracked off duty");
    eventually("both positions are written down", async || {
        let kept: Vec<Position> = world.stream(StreamKind::Positions, StartFrom::LastPerSubject).await;
        (kept.len() == 2).then_some(())
    })
    .await;
    eventually("a fresh signal is durable", async || {
        let all: Vec<CloudEvent<Presence>> =
            world.stream(StreamKind::Presence, StartFrom::LastPerSubject).await;
        (all.iter().filter(|e| e.data.signal == Signal::Fresh).count() == 2).then_some(())
    })
    .await;

    world.duty(&id(1), Duty::Off).await;
    world.found(&[id(0)]).await;
    world.report(&id(1), vec![fix(now(), 100.0)]).await;
    eventually("the position is removed", async || {
        let kept: Vec<Position> = world.stream(StreamKind::Positions, StartFrom::LastPerSubject).await;
        (kept.len() == 1 && kept[0].caregiver == id(0)).then_some(())
    })
    .await;
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fence_of_a_visit_is_entered_dwelt_in_and_left() {
    let world = World::new().await;
    let process = world.process(&world.config()).await;
    world.profile(&id(0)).await;
    process.ready().await;
    let command = DutyCommand {
        id: CommandId::new("on").unwrap(),
        actor: Actor::SYSTEM,
        caregiver: id(0),
        duty: Duty::On,
        occurred_at: Some(now().plus_millis(-100_000)),
    };
    eventually("an answer", async || world.command(&command).await.ok()).await;
    // Long enough ago to have come here since.
    world.report(&id(0), vec![fix(now().plus_millis(-90_000), 2_000.0)]).await;
    world.found(&[id(0)]).await;
    let event = CloudEvent::new("o1-1", "/dispatch", world.district.clone(), now(), accepted(&world));
    world.bus.publish(subject::order(&world.district, &event.data.order.id), &event).await.unwrap();
    // The door is watched some time after the order is known; phones keep reporting meanwhile.
    let told = eventually("the geofence speaks", async || {
        world.report(&id(0), vec![fix(now(), 20.0)]).await;
        let all: Vec<CloudEvent<GeofenceCrossed>> =
            world.stream(StreamKind::Geofence, StartFrom::First).await;
        (!all.is_empty()).then_some(all)
    })
    .await;
    assert_eq!((told[0].data.crossing, told[0].data.fence.as_str()), (Crossing::Enter, "o1"));
    let second = |s: i64| now().plus_millis(s * 1000);
    world.report(&id(0), vec![fix(second(25), 30.0), fix(second(40), 400.0), fix(second(45), 450.0)]).await;
    let told = eventually("dwelling and leaving", async || {
        let all: Vec<CloudEvent<GeofenceCrossed>> =
            world.stream(StreamKind::Geofence, StartFrom::First).await;
        (all.len() >= 3).then_some(all)
    })
    .await;
    let crossings: Vec<Crossing> = told.iter().map(|e| e.data.crossing).collect();
    assert_eq!(crossings, [Crossing::Enter, Crossing::Dwell, Crossing::Exit]);
    process.stop().await;
}

/// Dispatch may not have heard of the arrival yet, or not have believed it: the stream tells what was told.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_of_a_fence_is_not_told_again_after_a_restart() {
    let world = World::new().await;
    let process = world.process(&world.config()).await;
    world.profile(&id(0)).await;
    process.ready().await;
    world.duty(&id(0), Duty::On).await;
    let event = CloudEvent::new("o1-1", "/dispatch", world.district.clone(), now(), accepted(&world));
    world.bus.publish(subject::order(&world.district, &event.data.order.id), &event).await.unwrap();
    let all = async || -> Vec<CloudEvent<GeofenceCrossed>> {
        world.stream(StreamKind::Geofence, StartFrom::First).await
    };
    eventually("the geofence speaks", async || {
        world.report(&id(0), vec![fix(now(), 20.0)]).await;
        (!all().await.is_empty()).then_some(())
    })
    .await;
    let entered = all().await;
    process.stop().await;

    let process = world.process(&world.config()).await;
    process.ready().await;
    // The door is watched some time after the start. Its first word is that they stay, not that they come.
    let told = eventually("the geofence speaks again", async || {
        world.report(&id(0), vec![fix(now().plus_millis(25_000), 20.0)]).await;
        let told = all().await;
        (told.len() > entered.len()).then_some(told)
    })
    .await;
    let crossings: Vec<Crossing> = told.iter().map(|event| event.data.crossing).collect();
    assert_eq!(crossings, [Crossing::Enter, Crossing::Dwell]);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_report_is_shown_to_the_desk_and_harms_nobody() {
    let world = World::new().await;
    let process = world.process(&world.config()).await;
    world.profile(&id(0)).await;
    process.ready().await;
    world.duty(&id(0), Duty::On).await;
    let to = subject::position_report(&world.district, &id(0));
    for _ in 0..1000 {
        world.bus.publish_bytes(to.clone(), "{\"fixes\":7}".into()).await.unwrap();
    }
    world.report(&id(0), vec![fix(now(), 0.0)]).await;
    world.found(&[id(0)]).await;
    let letters = eventually("a sample among the dead letters", async || {
        let all: Vec<CloudEvent<DeadLetter>> = world.stream(StreamKind::Dead, StartFrom::First).await;
        (!all.is_empty()).then_some(all)
    })
    .await;
    assert!(letters.len() <= 4, "{} letters are a flood", letters.len());
    assert!(letters[0].data.detail.contains("fixes"), "{}", letters[0].data.detail);

    let query = NearestQuery {
        place: centre(),
        k: 0,
        within: Metres(1),
        by_road: false,
        qualifications: vec![],
        available: false,
        spare: None,
    };
    assert!(world.ask(&query).await.unwrap_err().to_string().contains("k is 0"));
    let by_road = NearestQuery { k: 5, by_road: true, within: Metres(500), ..query };
    let found = world.ask(&by_road).await.unwrap();
    assert!(found.len() == 1 && found[0].leg.is_some(), "{found:?}");
    process.stop().await;
}

/// An order whose caregiver is about to set off.
fn accepted(world: &World) -> OrderEvent {
    let member = Member {
        caregiver: id(0),
        offer: OfferId::new("offer").unwrap(),
        accepted_at: now(),
        leg: None,
        departed_at: None,
        arrived_at: None,
        exception: None,
    };
    let decision = DecisionRef { id: DecisionId::new("why").unwrap(), method: Method::ByHand };
    let order = Order {
        id: OrderId::new("o1").unwrap(),
        district: world.district.clone(),
        elder: ElderId::new("e1").unwrap(),
        place: centre(),
        street: StreetId::new("s").unwrap(),
        community: CommunityId::new("c").unwrap(),
        arrival_radius: Metres(150),
        service: ServiceKind::Cleaning,
        requirement: ServiceKind::Cleaning.standard(false),
        family_present: false,
        window: Window::new(now(), now().plus_millis(3_600_000)).unwrap(),
        priority: Priority::Ordinary,
        created_at: now(),
        created_by: Actor::SYSTEM,
        revision: 1,
        tries: 0,
        stage: Stage::Accepted(Visit { start: now(), team: vec![member], decision }),
        ruled_out: vec![],
        applications: vec![],
        dispatch_overdue: false,
        acceptance_overdue: false,
        overdue: Vec::new(),
        first_offered_at: None,
        funding: None,
        timeline: vec![],
    };
    OrderEvent { order, decision: None }
}
