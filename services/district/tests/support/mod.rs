//! A district on a real bus, and how a test asks it, waits for it and puts people to work in it.

use std::time::Duration;

use bus::{Bus, Followed, StartFrom};
use domain::{
    caregiver::Duty,
    geo::{Datum, Wgs84},
    id::{CaregiverId, DistrictId},
    order::{Actor, Order, Role},
};
use runtime::{Clock, Entropy, SystemClock};
use schemas::{
    envelope::CloudEvent,
    order::OrderEvent,
    position::{DutyCommand, Fix, PositionReport, Presence},
    subject::{self, Service, StreamKind},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;

pub const LIMIT: Duration = Duration::from_mins(1);

pub fn district() -> DistrictId {
    DistrictId::new("d").unwrap()
}

pub fn place() -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap()
}

/// Asks until there is an answer; a refusal that a moment changes is asked again, too.
pub async fn ask<Q: Serialize + Sync, A: DeserializeOwned>(bus: &Bus, to: &str, question: &Q) -> A {
    let deadline = Instant::now() + LIMIT;
    loop {
        match bus.request(to.to_owned(), question, Duration::from_secs(5)).await {
            Ok(answer) => return answer,
            Err(error) => assert!(Instant::now() < deadline, "{to}: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The last of a stream for which this holds.
pub async fn until<T: DeserializeOwned>(
    bus: &Bus,
    kind: StreamKind,
    what: &str,
    holds: impl Fn(&T) -> bool,
) -> T {
    let search = async {
        let mut follower = bus.follow(kind.name(&district()), &[], StartFrom::LastPerSubject).await.unwrap();
        loop {
            let Followed::Message(message) = follower.next().await else { continue };
            if message.subject.contains('~') {
                continue;
            }
            let event: CloudEvent<T> = message.decode().unwrap();
            if holds(&event.data) {
                return event.data;
            }
        }
    };
    tokio::time::timeout(LIMIT, search).await.unwrap_or_else(|_| panic!("not within {LIMIT:?}: {what}"))
}

pub async fn order_where(bus: &Bus, what: &str, holds: impl Fn(&Order) -> bool) -> Order {
    until::<OrderEvent>(bus, StreamKind::Orders, what, |event| holds(&event.order)).await.order
}

/// On shift, so many metres from [`place`].
pub async fn at_work(bus: &Bus, id: &CaregiverId, metres: f64) {
    let duty = DutyCommand {
        id: Entropy::system().id(),
        actor: Actor { role: Role::Caregiver, user: None },
        caregiver: id.clone(),
        duty: Duty::On,
        occurred_at: None,
    };
    let _: Presence = ask(bus, &subject::command(&district(), Service::CaregiverLocation), &duty).await;
    let at = place().offset_m(metres, 0.0);
    let fix = Fix {
        // A fix from before the shift is nobody's business.
        at: SystemClock.now(),
        lon: at.lon(),
        lat: at.lat(),
        datum: Some(Datum::Wgs84),
        accuracy: Some(5.0),
        battery: None,
    };
    let report = PositionReport { fixes: vec![fix] };
    bus.publish(subject::position_report(&district(), id), &report).await.unwrap();
}
