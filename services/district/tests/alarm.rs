//! An alarm in a whole district: the nearest is called on a real phone whose number lies in the registry's vault, presses
//! one, and the visit they were on the way to is planned anew, by events alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::{path::Path, sync::Arc};

use bus::{Bus, testing::NatsServer};
use domain::{
    alarm::{AlarmCause, Channel, Says, Signal},
    caregiver::CaregiverProfile,
    command::{OrderAction, OrderCommand, PlaceOrder},
    device::{Device, DeviceClass},
    elder::ElderProfile,
    id::*,
    incident::{Incident, Means},
    order::{Actor, Happening, Order, Role, Stage},
};
use outreach::{
    sip::SipConfig,
    testing::{Sipp, prompt},
};
use roads::{FallbackModel, Roads};
use runtime::{Clock, Context, Entropy, NatsConfig, SystemClock};
use schemas::{
    emergency::{EmergencyCommand, EmergencyDone, EmergencyRequest, IncidentEvent},
    order::{Accepted, DispatchCommand, DispatchRequest},
    profile::{Registered, RegistryCommand},
    subject::{self, Service, StreamKind},
};
use serde_json::json;

mod support;

use support::{LIMIT, ask, at_work, district, order_where, place, until};

async fn incident_where(bus: &Bus, what: &str, holds: impl Fn(&Incident) -> bool) -> Incident {
    until::<IncidentEvent>(bus, StreamKind::Alarms, what, |event| holds(&event.incident)).await.incident
}

async fn caregiver(bus: &Bus, name: &str, metres: f64, phone: Option<&str>) {
    let now = SystemClock.now();
    let span = json!({ "earliest": now.plus_millis(-3_600_000), "latest": now.plus_millis(36_000_000) });
    let profile: CaregiverProfile = serde_json::from_value(json!({
        "id": name, "organisation": "org", "street": "s1", "mode": "e_bike", "trained": true, "shifts": [span],
        "certificates": [{ "qualification": "elder_care", "valid": span }], "health_certificate": span,
    }))
    .unwrap();
    let put = RegistryCommand::PutCaregiver {
        caregiver: profile,
        name: None,
        phone: phone.map(str::to_owned),
        identity: None,
        address: None,
    };
    let _: Registered = ask(bus, &subject::command(&district(), Service::Registry), &put).await;
    let id = CaregiverId::new(name).unwrap();
    at_work(bus, &id, metres).await;
}

async fn utter(bus: &Bus, who: &CaregiverId, order: &Order, action: OrderAction) -> Order {
    let command = OrderCommand {
        id: Entropy::system().id(),
        order: order.id.clone(),
        occurred_at: None,
        if_revision: None,
        action,
    };
    let actor = Actor { role: Role::Caregiver, user: None };
    let request = DispatchCommand::Order { command };
    let request = DispatchRequest { actor, caregiver: Some(who.clone()), request };
    let done: Accepted = ask(bus, &subject::command(&district(), Service::Dispatch), &request).await;
    done.order
}

async fn start(nats: &NatsServer, state: &Path, prompts: &Path, exchange: u16) -> (Context, Bus) {
    let (ctx, terms) = (Context::system(), NatsConfig::default());
    let bus = nats.connect("district").await;
    let roads = Arc::new(Roads::fallback_only(FallbackModel::default()));
    registry::start(&registry::Config::of(district(), state.join("r")), &terms, &bus, &ctx).await.unwrap();
    let location = caregiver_location::Config::of(district());
    caregiver_location::start(&location, &terms, roads.clone(), &bus, &ctx).await.unwrap();
    dispatch::start(&dispatch::Config::of(district()), &terms, roads, &bus, &ctx).await.unwrap();
    let mut emergency = emergency_call::Config::of(district(), state.join("e"));
    let sip = json!({
        "exchange": format!("127.0.0.1:{exchange}"), "user": "4001", "listen": "127.0.0.1:0", "prompts": prompts,
    });
    emergency.outreach.sip = Some(serde_json::from_value::<SipConfig>(sip).unwrap());
    emergency_call::start(&emergency, &terms, &bus, &ctx).await.unwrap();
    (ctx, bus)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_pressed_on_the_phone_calls_away_from_a_visit_that_goes_to_somebody_else() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let prompts = tempfile::tempdir().unwrap();
    prompt(prompts.path());
    let phone = Sipp::answer("accept_by_info");
    let (ctx, bus) = start(&nats, state.path(), prompts.path(), phone.port()).await;

    let elder: ElderProfile = serde_json::from_value(json!({
        "id": "e1", "place": place(), "street": "s1", "community": "s1-c1",
    }))
    .unwrap();
    let put = RegistryCommand::PutElder { elder, name: None, phone: None, identity: None, address: None };
    let _: Registered = ask(&bus, &subject::command(&district(), Service::Registry), &put).await;
    caregiver(&bus, "c1", 400.0, Some("13800138000")).await;
    let order = PlaceOrder {
        elder: ElderId::new("e1").unwrap(),
        service: domain::service::ServiceKind::Cleaning,
        window: None,
        minutes: None,
        urgency: domain::priority::Urgency::Normal,
        family_present: false,
        pay_with: domain::order::PayWith::default(),
        self_pay_up_to: domain::unit::Fen::ZERO,
    };
    let id = Entropy::system().id();
    let placing = DispatchCommand::Place { id, order: OrderId::new("o1").unwrap(), place: order };
    let actor = Actor { role: Role::Operator, user: Some(UserId::new("li").unwrap()) };
    let request = DispatchRequest { actor: actor.clone(), caregiver: None, request: placing };
    let _: Accepted = ask(&bus, &subject::command(&district(), Service::Dispatch), &request).await;
    let offered = order_where(&bus, "an offer", |order| order.stage.name() == "offered").await;
    let c1 = CaregiverId::new("c1").unwrap();
    let offer = offered.stage.seats().first().unwrap().offer.clone();
    utter(&bus, &c1, &offered, OrderAction::Accept { offer }).await;
    utter(&bus, &c1, &offered, OrderAction::Depart).await;

    let device = Device {
        class: DeviceClass::Pendant,
        elder: Some(ElderId::new("e1").unwrap()),
        place: Some(place()),
        ..Device::unknown(DeviceId::new("b1").unwrap(), Channel::Desk)
    };
    let emergency = subject::command(&district(), Service::EmergencyCall);
    let command = |request| EmergencyRequest { actor: actor.clone(), caregiver: None, request };
    let register = EmergencyCommand::Register { id: Entropy::system().id(), device, card: None };
    let _: EmergencyDone = ask(&bus, &emergency, &command(register)).await;
    let signal =
        Signal::new(DeviceId::new("b1").unwrap(), Channel::Desk, Says::Alarm { cause: AlarmCause::Sos });
    let press = EmergencyCommand::Raise { signal, about: None, street: None };
    let _: EmergencyDone = ask(&bus, &emergency, &command(press)).await;

    let incident = incident_where(&bus, "the key press", |i| !i.stage.responders().is_empty()).await;
    let responder = incident.stage.responders().first().unwrap();
    assert_eq!((&responder.caregiver, responder.accepted.means), (&c1, Means::Phone));
    let kept = serde_json::to_string(&incident).unwrap();
    assert!(!kept.contains("13800138000"), "a number stands in the stream: {kept}");
    tokio::task::block_in_place(|| phone.sees_it_through());

    let away = |order: &Order| {
        let mut whats = order.timeline.iter().map(|entry| &entry.what);
        whats.any(|what| matches!(what, Happening::CalledAway { incident: i, .. } if *i == incident.id))
    };
    let waiting = order_where(&bus, "the visit waits", away).await;
    assert!(matches!(waiting.stage, Stage::Waiting(_)), "{}", waiting.stage.name());
    caregiver(&bus, "c2", 900.0, None).await;
    let again = order_where(&bus, "somebody else is asked", |order| order.stage.name() == "offered").await;
    assert_eq!(again.stage.seats().first().unwrap().caregiver.as_str(), "c2");
    assert_eq!(ctx.tasks.shut_down(LIMIT).await, Vec::<String>::new());
}
