//! Alone in the world: no dispatch, no registry, no caregiver-location. It rings, and says how the nearest were found.

use std::time::Duration;

use bus::StreamSpec;
use domain::{
    alarm::{AlarmCause, Channel, Says, Signal},
    caregiver::Signal as Freshness,
    device::{Device, DeviceClass},
    geo::Wgs84,
    id::{CaregiverId, CommandId, DeviceId, ElderId, UserId},
    incident::{Callee, Found, Happening, IncidentAction, IncidentCommand, Means},
    order::{Actor, Role},
    unit::Seconds,
};
use futures::StreamExt;
use runtime::{Clock, SystemClock};
use schemas::{
    emergency::{CallOut, Card, EmergencyCommand, EmergencyDone, EmergencyRequest},
    envelope::CloudEvent,
    position::{Position, Presence},
    subject::{self, Service, StreamKind},
};

use super::world::{World, eventually};

fn place() -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap()
}

async fn ask(w: &World, actor: &Actor, caregiver: Option<&str>, request: EmergencyCommand) -> EmergencyDone {
    let to = subject::command(&w.district, Service::EmergencyCall);
    let caregiver = caregiver.map(|c| CaregiverId::new(c).unwrap());
    let request = EmergencyRequest { actor: actor.clone(), caregiver, request };
    w.bus.request(to, &request, Duration::from_secs(5)).await.unwrap()
}

fn desk() -> Actor {
    Actor { role: Role::Operator, user: Some(UserId::new("li").unwrap()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_neighbours_the_last_known_are_called() {
    let w = World::new().await;
    // What caregiver-location left behind before it went away.
    let now = SystemClock.now();
    w.bus.reconcile(&[StreamSpec::of(StreamKind::Positions, &w.district, 1)]).await.unwrap();
    w.bus.reconcile(&[StreamSpec::of(StreamKind::Presence, &w.district, 1)]).await.unwrap();
    for (name, metres) in [("near", 300.0), ("far", 900.0), ("beyond", 50_000.0)] {
        let caregiver = CaregiverId::new(name).unwrap();
        let at = place().offset_m(metres, 0.0);
        let position =
            Position { caregiver: caregiver.clone(), at: now, place: at, accuracy: None, battery: None };
        w.bus.publish(subject::latest_position(&w.district, &caregiver), &position).await.unwrap();
        let presence = Presence {
            caregiver: caregiver.clone(),
            duty: domain::caregiver::Duty::On,
            duty_since: now,
            signal: Freshness::Fresh,
            signal_since: now,
            rejected: None,
            applied: Vec::new(),
        };
        let event = CloudEvent::new(name, "/caregiver-location", w.district.clone(), now, presence);
        w.bus.publish(subject::presence(&w.district, &caregiver), &event).await.unwrap();
    }
    let mut calls = w.bus.subscribe(&subject::calls(&w.district)).await.unwrap();
    let process = w.process().await;

    let device = Device {
        class: DeviceClass::Pendant,
        elder: Some(ElderId::new("e1").unwrap()),
        place: Some(place()),
        interval: Some(Seconds(600)),
        ..Device::unknown(DeviceId::new("b1").unwrap(), Channel::Mqtt)
    };
    let card = Some(Card { name: "王奶奶".to_owned(), ..Card::default() });
    let register = EmergencyCommand::Register { id: CommandId::new("r").unwrap(), device, card };
    let done = ask(&w, &desk(), None, register).await;
    let kept = serde_json::to_string(&done).unwrap();
    assert!(kept.contains("\"card\"") && !kept.contains("王奶奶"), "sealed: {kept}");

    // The follower of last known positions needs a moment; until then nobody is found and the ladder goes on.
    tokio::time::timeout(Duration::from_secs(20), async {
        for n in 0.. {
            let says = Says::Alarm { cause: AlarmCause::Sos };
            let key = Some(format!("k{n}"));
            let mut signal = Signal { key, ..Signal::new(DeviceId::new("b1").unwrap(), Channel::App, says) };
            signal.place = Some(place());
            let raised =
                ask(&w, &desk(), None, EmergencyCommand::Raise { signal, about: None, street: None }).await;
            let incident = raised.incident.unwrap();
            let called = eventually("a search answered", async || {
                let incidents = w.incidents().await;
                let incident = incidents.into_iter().find(|i| i.id == incident.id)?;
                incident.timeline.iter().rev().find_map(|entry| match &entry.what {
                    Happening::Called { caregivers, found } => Some((caregivers.clone(), *found)),
                    _ => None,
                })
            })
            .await;
            if called.1 == Found::LastKnown {
                let names: Vec<_> = called.0.iter().map(|c| c.as_str().to_owned()).collect();
                assert_eq!(names, ["near", "far"]);
                break;
            }
            let close = IncidentAction::Resolve { note: "again".to_owned() };
            command(&w, &desk(), None, &incident.id, close).await;
        }
    })
    .await
    .unwrap();

    let mut rung = Vec::new();
    while !rung.contains(&"near".to_owned()) {
        let call: CallOut = calls.next().await.unwrap().decode().unwrap();
        rung.push(match call.callee {
            Callee::Caregiver { caregiver } => caregiver.to_string(),
            other => format!("{other:?}"),
        });
    }
    assert!(rung.contains(&"Desk".to_owned()), "{rung:?}");

    let open = w.incidents().await.into_iter().find(|i| !i.stage.is_closed()).unwrap();
    let near = Actor { role: Role::Caregiver, user: Some(UserId::new("u-near").unwrap()) };
    let accept = IncidentAction::Accept { caregiver: None };
    let done = command(&w, &near, Some("near"), &open.id, accept).await;
    assert_eq!(done.incident.unwrap().stage.name(), "responding");
    process.stop().await;
}

async fn command(
    w: &World,
    actor: &Actor,
    caregiver: Option<&str>,
    incident: &domain::id::IncidentId,
    action: IncidentAction,
) -> EmergencyDone {
    let command = IncidentCommand {
        id: runtime::Entropy::system().id(),
        incident: incident.clone(),
        action,
        means: Means::Desk,
        occurred_at: None,
    };
    ask(w, actor, caregiver, EmergencyCommand::Incident { command }).await
}
