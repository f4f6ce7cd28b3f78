use std::time::Duration;

use outreach::{
    Delivery, FailureKind, Inbound, Reached, Reason, Sender, Way,
    smpp::{LongText, SmppConfig, SmppSms},
};
use runtime::Secret;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::support::{LIMIT, Peer, attempt, clock, content, entropy, send};

struct Link {
    sms: SmppSms,
    inbound: mpsc::Receiver<Inbound>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

fn connect(peer: &Peer, password: &str, long_text: LongText) -> Link {
    let config: SmppConfig = toml::from_str(&format!(
        "host='127.0.0.1'\nport={}\ntls=false\nsystem_id='care'\npassword='-'\nfrom='10690'\nenquire_ms=500\n\
         reconnect={{first_ms=50,most_ms=500}}\nthrottle={{first_ms=200,most_ms=400}}",
        peer.port()
    ))
    .unwrap();
    let config = SmppConfig { password: Secret::new(password.to_owned()), long_text, ..config };
    let (arrived, inbound) = mpsc::channel(64);
    let (sms, link) = SmppSms::new(config, clock(), entropy(), arrived).unwrap();
    let stop = CancellationToken::new();
    let token = stop.clone();
    let task = tokio::spawn(async move { link.run(token).await.unwrap() });
    Link { sms, inbound, stop, task }
}

fn way(number: &str) -> Way {
    Way::SmsSmpp(number.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chinese_text_arrives_and_its_receipt_comes_back() {
    let mut peer = Peer::start("smpp.cjs", &[]);
    let mut link = connect(&peer, "opensesa", LongText::Udh);
    let reached = send(&link.sms, way("+8613800138000")).await.unwrap();
    let seen = peer.tells(|seen| seen["id"].is_string());
    assert_eq!(seen["text"], "王家老人按下了呼叫器 https://care.example.cn/a/1");
    assert_eq!(
        (&seen["number"], &seen["coding"], &seen["priority"]),
        (&"8613800138000".into(), &8.into(), &3.into())
    );
    let reference = seen["id"].as_str().unwrap().to_owned();
    assert_eq!(reached, Reached::Taken { references: vec![reference.clone()] });
    let receipt = tokio::time::timeout(LIMIT, link.inbound.recv()).await.unwrap();
    let Some(Inbound::Receipt(receipt)) = receipt else { panic!("a receipt, not {receipt:?}") };
    assert_eq!((receipt.reference, receipt.delivery), (reference, Delivery::Delivered));

    peer.order("write");
    let reply = tokio::time::timeout(LIMIT, link.inbound.recv()).await.unwrap();
    let Some(Inbound::Text { from, text }) = reply else { panic!("a reply, not {reply:?}") };
    assert_eq!((from.expose(), text.expose().as_str()), ("8613800138000", "好的 1"));

    peer.tells(|seen| seen["enquired"] == true);
    link.stop.cancel();
    tokio::time::timeout(LIMIT, link.task).await.unwrap().unwrap();
    peer.tells(|seen| seen["unbound"] == true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_arrives_whole_both_ways() {
    let peer = Peer::start("smpp.cjs", &[]);
    let text = "请尽快前往急救🚑".repeat(20);
    let whole = format!("{text} https://care.example.cn/a/1");
    for (form, parts) in [(LongText::Udh, 4), (LongText::Payload, 1)] {
        let link = connect(&peer, "opensesa", form);
        let mut attempt = attempt(way("13800138000"), Duration::from_secs(20));
        attempt.content = content(&text);
        let Ok(Reached::Taken { references }) = link.sms.send(attempt).await else { panic!("not taken") };
        assert_eq!(references.len(), parts);
        let mut seen = Vec::new();
        while seen.len() < parts {
            seen.push(peer.tells(|seen| seen["id"].is_string()));
        }
        // In the order of the header's last byte.
        seen.sort_by_key(|part| part["udh"].as_str().map(str::to_owned));
        let together: String = seen.iter().map(|part| part["text"].as_str().unwrap()).collect();
        assert_eq!(together, whole);
        assert!(seen.iter().all(|part| part["payload"] == (form == LongText::Payload)), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_is_waited_out_and_refusals_are_told_apart() {
    let peer = Peer::start("smpp.cjs", &[]);
    let link = connect(&peer, "opensesa", LongText::Udh);
    assert!(matches!(send(&link.sms, way("13800138058")).await, Ok(Reached::Taken { .. })));
    peer.tells(|seen| seen["throttled"] == true);
    let refused = send(&link.sms, way("13800138011")).await.unwrap_err();
    assert_eq!((refused.reason, refused.kind()), (Reason::AddressInvalid, FailureKind::Permanent));
    let mute = link.sms.send(attempt(way("13800138099"), Duration::from_millis(500))).await.unwrap_err();
    assert_eq!(mute.kind(), FailureKind::Unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_comes_back_and_a_wrong_password_fails_the_message() {
    let mut peer = Peer::start("smpp.cjs", &[]);
    let link = connect(&peer, "opensesa", LongText::Udh);
    assert!(send(&link.sms, way("13800138000")).await.is_ok());
    peer.order("drop");
    peer.tells(|seen| seen["bind"] == true);
    peer.tells(|seen| seen["bind"] == true);
    let deadline = tokio::time::Instant::now() + LIMIT;
    while let Err(failure) = send(&link.sms, way("13800138000")).await {
        assert!(tokio::time::Instant::now() < deadline, "{failure}");
    }

    let wrong = connect(&peer, "wrong", LongText::Udh);
    let failure = send(&wrong.sms, way("13800138000")).await.unwrap_err();
    assert_eq!(failure.reason, Reason::Unreachable);
    peer.tells(|seen| seen["bind"] == false);
}
