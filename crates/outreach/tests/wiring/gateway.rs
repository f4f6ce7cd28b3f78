use outreach::{
    Delivery, FailureKind, Reached, Reason, Way,
    gateway::{BadReceipt, BadSignature, GatewayConfig, HttpSms},
};
use runtime::{Clock, Secret};

use crate::support::{Peer, clock, send};

fn channel(peer: &Peer, secret: &str) -> HttpSms {
    let config = GatewayConfig {
        url: format!("http://127.0.0.1:{}/v1/messages?sign=care", peer.port()),
        secret: Secret::new(secret.to_owned()),
        from: None,
        tolerance_seconds: 300,
        ca_file: None,
    };
    HttpSms::new(config, clock()).unwrap()
}

fn way(number: &str) -> Way {
    Way::SmsHttp(number.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_believes_us_and_we_believe_its_receipt() {
    let peer = Peer::start("gateway.cjs", &[]);
    let sms = channel(&peer, "opensesame-opensesame");
    let first = send(&sms, way("13800138000")).await.unwrap();
    assert_eq!(first, Reached::Taken { references: vec!["r1".to_owned()] });
    // The same step again is the same message.
    assert_eq!(send(&sms, way("13800138000")).await.unwrap(), first);
    let seen = peer.tells(|seen| seen["again"] == true);
    assert_eq!(seen["key"], "alarm-1.0.0");
    assert_eq!(seen["text"], "王家老人按下了呼叫器 https://care.example.cn/a/1");

    let field = |name: &str| seen[name].as_str().unwrap();
    let (at, signature, body) = (field("at"), field("signature"), field("receipt").as_bytes());
    let now = clock().now();
    let receipt = sms.receipt("/receipts", at, signature, body, now).unwrap();
    assert_eq!((receipt.reference.as_str(), receipt.delivery), ("r1", Delivery::Delivered));
    let stale = sms.receipt("/receipts", at, signature, body, now.plus_millis(600_000));
    assert_eq!(stale, Err(BadReceipt::Signature(BadSignature::Stale)));
    let elsewhere = sms.receipt("/other", at, signature, body, now);
    assert_eq!(elsewhere, Err(BadReceipt::Signature(BadSignature::Mismatch)));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_apart() {
    let peer = Peer::start("gateway.cjs", &[]);
    let sms = channel(&peer, "opensesame-opensesame");
    let slow = send(&sms, way("13800138029")).await.unwrap_err();
    assert_eq!((slow.reason, slow.retry_after_ms), (Reason::Throttled, Some(3_000)));
    assert_eq!(send(&sms, way("13800138022")).await.unwrap_err().kind(), FailureKind::Permanent);
    let wrong = channel(&peer, "another-secret-another");
    assert_eq!(send(&wrong, way("13800138000")).await.unwrap_err().reason, Reason::Credentials);
    let port = peer.port();
    drop(peer);
    assert_eq!(send(&sms, way("13800138000")).await.unwrap_err().reason, Reason::Unreachable, "{port}");
}
