use std::time::Duration;

use outreach::{
    FailureKind, Reached, Reason, Sender, Way,
    push::{PushConfig, Subscription, WebPush},
};
use runtime::Secret;
use serde_json::Value;

use crate::support::{Certificate, Peer, attempt, clock, entropy, send};

fn channel(certificate: &Certificate) -> WebPush {
    let config = PushConfig {
        private_key: Secret::new("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw".to_owned()),
        subject: "mailto:duty@example.cn".to_owned(),
        ttl_seconds: 3600,
        hosts: vec!["localhost".to_owned()],
        ca_file: Some(certificate.cert()),
    };
    WebPush::new(config, clock(), entropy()).unwrap()
}

fn way(peer: &Peer, host: &str, path: &str) -> Way {
    let key = |name: &str| peer.hello["keys"][name].as_str().unwrap().to_owned();
    let endpoint = format!("https://{host}:{}{path}", peer.port());
    Way::Push(Subscription::new(&endpoint, &key("p256dh"), &key("auth")).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browsers_own_library_opens_what_we_seal_and_knows_who_sent_it() {
    let certificate = Certificate::new();
    let [cert, key] = certificate.arguments();
    let peer = Peer::start("push.cjs", &[&cert, &key]);
    let push = channel(&certificate);

    let reached = send(&push, way(&peer, "localhost", "/fine")).await.unwrap();
    assert_eq!(reached, Reached::Taken { references: vec!["/message/1".to_owned()] });
    let seen = peer.tells(|seen| seen["path"] == "/fine");
    assert_eq!(seen["payload"]["body"], "王家老人按下了呼叫器");
    assert_eq!(seen["payload"]["id"], "alarm-1");
    assert_eq!(seen["urgency"], "high");
    // An alarm is not kept longer than its step.
    assert!(seen["ttl"].as_str().unwrap().parse::<u32>().unwrap() <= 20, "{seen}");
    assert_eq!(seen["topic"].as_str().unwrap().len(), 32);
    assert_eq!(seen["claims"]["aud"], Value::from(format!("https://localhost:{}", peer.port())));
    assert_eq!(seen["claims"]["sub"], "mailto:duty@example.cn");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_says_whether_to_try_again() {
    let certificate = Certificate::new();
    let [cert, key] = certificate.arguments();
    let peer = Peer::start("push.cjs", &[&cert, &key]);
    let push = channel(&certificate);

    let gone = send(&push, way(&peer, "localhost", "/gone")).await.unwrap_err();
    assert_eq!((gone.reason, gone.kind()), (Reason::AddressGone, FailureKind::Permanent));
    let slow = send(&push, way(&peer, "localhost", "/slow")).await.unwrap_err();
    assert_eq!((slow.reason, slow.retry_after_ms), (Reason::Throttled, Some(7_000)));
    let broken = send(&push, way(&peer, "localhost", "/broken")).await.unwrap_err();
    assert_eq!(broken.kind(), FailureKind::Temporary);
    let mute =
        push.send(attempt(way(&peer, "localhost", "/mute"), Duration::from_millis(500))).await.unwrap_err();
    assert_eq!((mute.reason, mute.kind()), (Reason::TimedOut, FailureKind::Unknown));
    // Not a push service that we know: nothing is sent.
    let other = send(&push, way(&peer, "127.0.0.1", "/fine")).await.unwrap_err();
    assert_eq!(other.reason, Reason::Refused);
    assert_eq!(peer.told(|seen| seen["path"] == "/fine"), 0);
}
