//! A whole plan over real channels: the push service is mute, the SMS is taken and nobody answers, the phone is
//! answered.

use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use outreach::{
    OutreachConfig, Urgency, Way,
    plan::{
        Ending, Enough, Person, Plan, State, Step,
        driver::{Keeper, NotRun, Turn},
    },
};
use runtime::BoxError;
use tokio_util::sync::CancellationToken;

use crate::support::{LIMIT, Peer, clock, content, entropy};

#[derive(Default)]
struct Kept(Arc<Mutex<Vec<State>>>);

impl Keeper for Kept {
    fn keep<'a>(&'a mut self, turn: Turn<'a>) -> BoxFuture<'a, Result<(), BoxError>> {
        self.0.lock().unwrap().push(turn.state.clone());
        Box::pin(std::future::ready(Ok(())))
    }
    fn forget(&mut self, _: u16, _: u16) {}
}

fn plan(message: &str, enough: Enough) -> Plan {
    let number: outreach::PhoneNumber = "13800138000".parse().unwrap();
    let step = |way, within_ms, tries| Step { way, within_ms, tries };
    Plan {
        message: message.parse().unwrap(),
        urgency: Urgency::Alarm,
        content: content("王家老人按下了呼叫器"),
        enough,
        people: vec![Person {
            after_ms: 0,
            // The district has no telephone: that step is passed over at once.
            steps: vec![step(Way::Call(number.clone()), 30_000, 3), step(Way::SmsHttp(number), 30_000, 3)],
        }],
        back_off: outreach::back_off::BackOff { first_ms: 50, most_ms: 200 },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_falls_back_takes_the_receipt_and_never_sends_twice() {
    let peer = Peer::start("gateway.cjs", &[]);
    let config: OutreachConfig = toml::from_str(&format!(
        "[sms_http]\nurl = 'http://127.0.0.1:{}/v1'\nsecret = 'opensesame-opensesame'",
        peer.port()
    ))
    .unwrap();
    let outreach = config.build(clock(), entropy()).await.unwrap();
    let (board, gateway) = (outreach.switchboard, outreach.gateway.unwrap());

    let kept = Arc::new(Mutex::new(Vec::new()));
    let run = {
        let (board, kept) = (board.clone(), kept.clone());
        tokio::spawn(async move {
            board.run(plan("m1", Enough::Delivered), None, &mut Kept(kept), CancellationToken::new()).await
        })
    };
    let seen = peer.tells(|seen| seen["key"] == "m1.0.1");
    let field = |name: &str| seen[name].as_str().unwrap();
    let twice =
        board.run(plan("m1", Enough::Delivered), None, &mut Kept::default(), CancellationToken::new()).await;
    assert!(matches!(twice, Err(NotRun::Running(_))), "{twice:?}");
    let now = runtime::Clock::now(&clock());
    let receipt = gateway
        .receipt("/receipts", field("at"), field("signature"), field("receipt").as_bytes(), now)
        .unwrap();
    // Perhaps before the gateway's own answer was read: it counts all the same.
    board.receipt(&receipt);
    let ending = tokio::time::timeout(LIMIT, run).await.unwrap().unwrap().unwrap();
    assert_eq!(ending, Ending::Enough { person: 0 });
    assert!(kept.lock().unwrap().last().unwrap().ending().is_some());

    // The same message again: the same ending, and nothing is sent.
    let again = board
        .run(plan("m1", Enough::Delivered), None, &mut Kept::default(), CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(again, ending);
    assert_eq!(peer.told(|seen| seen["key"] == "m1.0.1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_ends_it_and_a_state_that_cannot_be_kept_sends_nothing() {
    let peer = Peer::start("gateway.cjs", &[]);
    let config: OutreachConfig = toml::from_str(&format!(
        "[sms_http]\nurl = 'http://127.0.0.1:{}/v1'\nsecret = 'opensesame-opensesame'",
        peer.port()
    ))
    .unwrap();
    let board = config.build(clock(), entropy()).await.unwrap().switchboard;
    let run = {
        let board = board.clone();
        tokio::spawn(async move {
            board
                .run(plan("m2", Enough::Accepted), None, &mut Kept::default(), CancellationToken::new())
                .await
        })
    };
    peer.tells(|seen| seen["key"] == "m2.0.1");
    assert!(board.answered(&"m2".parse().unwrap(), 0, true).await);
    let ending = tokio::time::timeout(LIMIT, run).await.unwrap().unwrap().unwrap();
    assert_eq!(ending, Ending::Enough { person: 0 });
    assert!(!board.answered(&"m2".parse().unwrap(), 0, true).await);

    let fenced = board.run(plan("m3", Enough::Taken), None, &mut Fenced, CancellationToken::new()).await;
    assert!(matches!(fenced, Err(NotRun::NotKept(_))), "{fenced:?}");
    assert_eq!(peer.told(|seen| seen["key"] == "m3.0.1"), 0);
}

/// Somebody who may no longer write.
struct Fenced;
impl Keeper for Fenced {
    fn keep<'a>(&'a mut self, _: Turn<'a>) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(std::future::ready(Err("another process owns it".into())))
    }
    fn forget(&mut self, _: u16, _: u16) {}
}
