//! After a restart everybody is where they were.

use std::time::Instant;

use domain::caregiver::{Duty, Signal};
use schemas::{
    envelope::CloudEvent,
    position::{Position, Presence},
    subject,
};

use crate::world::{World, centre, eventually, id, now};

const PEOPLE: usize = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_positions_come_back() {
    let world = World::new().await;
    let at = now();
    for n in 0..PEOPLE {
        let caregiver = id(n);
        let place = centre().offset_m((n % 100) as f64 * 80.0, (n / 100) as f64 * 80.0);
        let presence = Presence {
            caregiver: caregiver.clone(),
            duty: Duty::On,
            duty_since: at.plus_millis(-1000),
            signal: Signal::Fresh,
            signal_since: at,
            rejected: None,
            applied: vec![],
        };
        let position = Position { caregiver: caregiver.clone(), at, place, accuracy: None, battery: None };
        let event = CloudEvent::new(format!("p{n}"), "/test", world.district.clone(), at, presence);
        world.bus.publish(subject::presence(&world.district, &caregiver), &event).await.unwrap();
        world.bus.publish(subject::latest_position(&world.district, &caregiver), &position).await.unwrap();
    }
    let stored = async || {
        let presences = world.bus.last_sequence("PRESENCE_d").await.unwrap();
        let positions = world.bus.last_sequence("POSITIONS_d").await.unwrap();
        (presences.0 >= PEOPLE as u64 && positions.0 >= PEOPLE as u64).then_some(())
    };
    eventually("everything is stored", stored).await;

    let began = Instant::now();
    let process = world.process(&world.config()).await;
    let query = schemas::position::NearestQuery {
        place: centre(),
        k: 1,
        within: domain::unit::Metres(100),
        by_road: false,
        qualifications: vec![],
        available: true,
        spare: None,
    };
    let found = eventually("an answer", async || world.ask(&query).await.ok()).await;
    let took = began.elapsed();
    assert_eq!(found[0].caregiver, id(0));
    let far = centre().offset_m(99.0 * 80.0, 99.0 * 80.0);
    let found = world.ask(&schemas::position::NearestQuery { place: far, ..query }).await.unwrap();
    assert_eq!(found[0].caregiver, id(PEOPLE - 1));
    println!("{PEOPLE} positions recovered and answering after {took:?}");
    process.stop().await;
}
