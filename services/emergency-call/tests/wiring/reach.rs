//! People reached away from the screens: a real phone rings and a key is pressed, a text goes through a real gateway,
//! and a process that takes over goes on where the one before stopped.

use std::{path::Path, time::Duration};

use domain::{
    alarm::{AlarmCause, Channel, Says, Signal},
    device::{Device, DeviceClass},
    escalation::{Party, Plan, Step, Until},
    id::{CommandId, DeviceId, ElderId, UserId},
    incident::{Answer, Callee, Happening, Incident},
    order::{Actor, Role},
    reach::{Came, Medium, Reason},
    unit::Seconds,
};
use emergency_call::{Config, reach::ways::Leg};
use outreach::{
    gateway::GatewayConfig,
    sip::SipConfig,
    testing::{Peer, Sipp, prompt},
};
use runtime::Secret;
use schemas::{
    emergency::{Card, Contact, EmergencyCommand, EmergencyDone, EmergencyRequest},
    reach::{Channels, ChannelsQuery, ReachRequest, Reaching, Recipient, Standing},
    subject::{self, Service},
};

use super::world::{World, eventually};

fn sip(exchange: u16, prompts: &Path) -> SipConfig {
    SipConfig {
        desk: None,
        exchange: format!("127.0.0.1:{exchange}"),
        domain: None,
        user: "4001".to_owned(),
        sign_in: None,
        password: None,
        listen: "127.0.0.1:0".parse().unwrap(),
        advertise: None,
        home: "+86".to_owned(),
        international: "00".to_owned(),
        prompts: prompts.to_owned(),
        prompt: "alarm".to_owned(),
        ring_seconds: 25,
        listen_seconds: 10,
        silence_ms: 5_000,
        calls: 8,
    }
}

/// A ladder of one rung: these people, at once.
fn ladder(config: &mut Config, call: Vec<Party>) {
    config.rules.plans = vec![Plan {
        name: "at once".to_owned(),
        classes: vec![],
        causes: vec![],
        steps: vec![Step { after: Seconds(0), call }, Step { after: Seconds(3600), call: vec![Party::Desk] }],
        until: Until::Responding,
        acknowledged_adds: Seconds::ZERO,
        loops: 0,
        loop_from: 0,
        round_after: Seconds(60),
    }];
}

async fn desk(w: &World, request: EmergencyCommand) -> EmergencyDone {
    let actor = Actor { role: Role::Operator, user: Some(UserId::new("li").unwrap()) };
    let to = subject::command(&w.district, Service::EmergencyCall);
    let request = EmergencyRequest { actor, caregiver: None, request };
    w.bus.request(to, &request, Duration::from_secs(5)).await.unwrap()
}

/// A pendant whose card knows a daughter, and no doctor.
async fn registered(w: &World) {
    let device = Device {
        class: DeviceClass::Pendant,
        elder: Some(ElderId::new("e1").unwrap()),
        ..Device::unknown(DeviceId::new("b1").unwrap(), Channel::Mqtt)
    };
    let daughter = Contact { name: "王芳".to_owned(), phone: "+86 138 0013 8000".to_owned(), email: None };
    let card = Some(Card { name: "王奶奶".to_owned(), family: vec![daughter], ..Card::default() });
    desk(w, EmergencyCommand::Register { id: CommandId::new("r").unwrap(), device, card }).await;
}

async fn press(w: &World) {
    let says = Says::Alarm { cause: AlarmCause::Sos };
    let key = Some("k".to_owned());
    let signal = Signal { key, ..Signal::new(DeviceId::new("b1").unwrap(), Channel::Mqtt, says) };
    desk(w, EmergencyCommand::Raise { signal, about: None, street: None }).await;
}

/// What outreach told of a person, in words.
fn told(incident: &Incident, who: &Callee) -> Vec<String> {
    let entry = |what: &Happening| match what {
        Happening::Asked { callee, medium } if callee == who => Some(format!("asked {}", medium.name())),
        Happening::Reached { callee, medium, came } if callee == who => {
            Some(format!("{} {}", medium.name(), came.name()))
        }
        Happening::Unreached { callee, medium, reason } if callee == who => {
            Some(format!("{} {reason:?}", medium.name()))
        }
        _ => None,
    };
    incident.timeline.iter().filter_map(|e| entry(&e.what)).collect()
}

const DAUGHTER: Callee = Callee::Family { order: 1 };

async fn until(w: &World, what: &str, holds: impl Fn(&Incident) -> bool) -> Incident {
    eventually(what, async || w.incidents().await.into_iter().find(&holds)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daughter_presses_one_and_what_is_missing_is_said() {
    let (w, prompts) = (World::new().await, tempfile::tempdir().unwrap());
    prompt(prompts.path());
    let phone = Sipp::answer("accept_by_info");
    let mut config = w.config();
    config.outreach.sip = Some(sip(phone.port(), prompts.path()));
    ladder(
        &mut config,
        vec![Party::Desk, Party::Family { order: 1 }, Party::Family { order: 2 }, Party::Doctor],
    );
    let process = w.process_with(&config).await;
    registered(&w).await;
    press(&w).await;
    let answered = |incident: &Incident| {
        incident.calls.iter().any(|call| call.callee == DAUGHTER && call.answer == Answer::Accepted)
    };
    let incident = until(&w, "the key press", answered).await;
    assert_eq!(told(&incident, &DAUGHTER), ["asked call", "call accepted"]);
    let doctor = until(&w, "no doctor", |i| !told(i, &Callee::Doctor).is_empty()).await;
    let nobody = told(&doctor, &Callee::Doctor);
    assert_eq!(nobody.first().unwrap(), "call NoAddress");
    assert!(nobody.contains(&"mail NotConfigured".to_owned()), "{nobody:?}");
    let kept = serde_json::to_string(&incident).unwrap();
    assert!(!kept.contains("13800138000") && !kept.contains("王奶奶"), "{kept}");
    tokio::task::block_in_place(|| phone.sees_it_through());

    let to = subject::ask(&w.district, Service::EmergencyCall, "channels");
    let channels: Channels = w.bus.request(to, &ChannelsQuery {}, Duration::from_secs(5)).await.unwrap();
    assert_eq!(channels.configured, [Medium::Call]);
    assert!(channels.missing.contains(&Medium::Push) && !channels.duty);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_takes_over_rings_again() {
    let (w, prompts) = (World::new().await, tempfile::tempdir().unwrap());
    prompt(prompts.path());
    let first = Sipp::answer("rings");
    let mut config = w.config();
    config.outreach.sip = Some(sip(first.port(), prompts.path()));
    ladder(&mut config, vec![Party::Desk, Party::Family { order: 1 }]);
    let process = w.process_with(&config).await;
    registered(&w).await;
    press(&w).await;
    first.rings().await;
    process.stop().await;
    // The phone that rang for the process that is gone has been told so.
    first.sees("CANCEL sip:").await;

    let second = Sipp::answer("accept_by_info");
    config.outreach.sip = Some(sip(second.port(), prompts.path()));
    let process = w.process_with(&config).await;
    let incident = until(&w, "the key press", |incident| {
        incident.calls.iter().any(|call| call.callee == DAUGHTER && call.answer == Answer::Accepted)
    })
    .await;
    assert_eq!(told(&incident, &DAUGHTER), ["asked call", "asked call", "call accepted"]);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_phone_gets_a_text_and_the_gateway_tells_that_it_arrived() {
    let (w, prompts) = (World::new().await, tempfile::tempdir().unwrap());
    prompt(prompts.path());
    let phone = Sipp::answer("busy");
    let gateway = Peer::start("gateway.cjs", &["/v1/receipts/sms"]);
    let mut config = w.config();
    config.outreach.sip = Some(sip(phone.port(), prompts.path()));
    config.outreach.sms_http = Some(GatewayConfig {
        url: format!("http://127.0.0.1:{}/v1", gateway.port()),
        secret: Secret::new("opensesame-opensesame".to_owned()),
        from: None,
        tolerance_seconds: 300,
        ca_file: None,
    });
    config.ways.family = vec![
        Leg { by: Medium::Call, within: Seconds(30), tries: 1 },
        Leg { by: Medium::SmsHttp, within: Seconds(600), tries: 2 },
    ];
    ladder(&mut config, vec![Party::Desk, Party::Family { order: 1 }]);
    let process = w.process_with(&config).await;
    registered(&w).await;
    press(&w).await;
    let sent = gateway.tells(|seen| seen["to"] == "+8613800138000");
    assert!(sent["text"].as_str().unwrap().contains("王奶奶"), "family is told whom it is about: {sent}");
    let taken =
        until(&w, "the text was taken", |i| told(i, &DAUGHTER).contains(&"sms_http taken".to_owned()));
    taken.await;
    let field = |name: &str| sent[name].as_str().unwrap().to_owned();
    let posted = reqwest::Client::new()
        .post(format!("http://{}/v1/receipts/sms", process.app.http.unwrap()))
        .header("x-care-timestamp", field("at"))
        .header("x-care-signature", field("signature"))
        .body(field("receipt"))
        .send()
        .await
        .unwrap();
    assert_eq!(posted.status(), 204);
    let wanted = format!("sms_http {}", Came::Delivered.name());
    let incident = until(&w, "the receipt", |i| told(i, &DAUGHTER).contains(&wanted)).await;
    let expected =
        ["asked call", &format!("call {:?}", Reason::Busy), "asked sms_http", "sms_http taken", &wanted];
    assert_eq!(told(&incident, &DAUGHTER), expected);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_service_asks_for_a_message_and_the_same_id_is_one_message() {
    let w = World::new().await;
    let gateway = Peer::start("gateway.cjs", &[]);
    let mut config = w.config();
    config.outreach.sms_http = Some(GatewayConfig {
        url: format!("http://127.0.0.1:{}/v1", gateway.port()),
        secret: Secret::new("opensesame-opensesame".to_owned()),
        from: None,
        tolerance_seconds: 300,
        ca_file: None,
    });
    config.ways.duty_phone = Some(Secret::new("13900139000".to_owned()));
    let process = w.process_with(&config).await;
    let request = ReachRequest {
        id: CommandId::new("kitchen-1").unwrap(),
        whom: Recipient::Supervisor,
        title: "厨房停电".to_owned(),
        body: "一号厨房停电，午餐将晚到。".to_owned(),
        alarm: false,
        answer: false,
    };
    let ask = async || -> Reaching {
        let to = subject::ask(&w.district, Service::EmergencyCall, "reach");
        w.bus.request(to, &request, Duration::from_secs(5)).await.unwrap()
    };
    let begun = ask().await;
    assert_eq!((begun.standing, begun.ways), (Standing::OnItsWay, vec![Medium::SmsHttp]));
    let sent = gateway.tells(|seen| seen["key"] == "kitchen-1.0.0");
    assert_eq!(sent["to"], "13900139000");
    eventually("done", async || (ask().await.standing == Standing::Done).then_some(())).await;
    assert_eq!(gateway.told(|seen| seen["key"] == "kitchen-1.0.0"), 0, "once");
    process.stop().await;
}
