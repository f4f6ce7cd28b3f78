use std::{net::UdpSocket, path::Path, time::Duration};

use outreach::{
    Failure, Reached, Reason, Sender, Way,
    sip::{Phone, SipConfig},
};
use runtime::Secret;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::support::{LIMIT, Sipp, attempt, clock, entropy, prompt};

fn config(port: u16, prompts: &Path) -> SipConfig {
    let text = format!(
        "exchange='127.0.0.1:{port}'\nuser='4001'\nlisten='127.0.0.1:0'\nprompts='-'\nlisten_seconds=3"
    );
    SipConfig {
        prompts: prompts.to_owned(),
        password: Some(Secret::new("opensesame".to_owned())),
        ..toml::from_str(&text).unwrap()
    }
}

async fn phone(config: SipConfig) -> Phone {
    let (phone, line) = Phone::new(config, clock(), entropy()).await.unwrap();
    tokio::spawn(line.run(CancellationToken::new()));
    phone
}

async fn call(scenario: &str, within: Duration) -> Result<Reached, Failure> {
    let folder = TempDir::new().unwrap();
    prompt(folder.path());
    let sipp = Sipp::answer(scenario);
    let phone = phone(config(sipp.port(), folder.path())).await;
    let way = Way::Call("+8613800138000".parse().unwrap());
    let result = tokio::time::timeout(LIMIT, phone.send(attempt(way, within))).await.unwrap();
    tokio::task::block_in_place(|| sipp.sees_it_through());
    result
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn one_by_info_accepts() {
    assert_eq!(call("accept_by_info", LONG).await, Ok(Reached::Accepted));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_called_back_and_asks_for_help_is_put_through_to_the_desk() {
    let folder = TempDir::new().unwrap();
    prompt(folder.path());
    let sipp = Sipp::answer("puts_through");
    let desk = Some("8000".to_owned());
    let phone = phone(SipConfig { desk, ..config(sipp.port(), folder.path()) }).await;
    let mut back = attempt(Way::Call("+8613800138000".parse().unwrap()), LONG);
    back.content.connect = true;
    assert_eq!(tokio::time::timeout(LIMIT, phone.send(back)).await.unwrap(), Ok(Reached::Accepted));
    tokio::task::block_in_place(|| sipp.sees_it_through());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_by_tone_accepts() {
    assert_eq!(call("accept_by_tone", LONG).await, Ok(Reached::Accepted));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_by_tone_declines() {
    assert_eq!(call("decline_by_tone", LONG).await, Ok(Reached::Declined));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_listens_has_heard() {
    assert_eq!(call("listens", LONG).await, Ok(Reached::Heard));
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_rejected_and_no_answer_are_told_apart() {
    let reason = |result: Result<Reached, Failure>| result.unwrap_err().reason;
    assert_eq!(reason(call("busy", LONG).await), Reason::Busy);
    assert_eq!(reason(call("rejects", LONG).await), Reason::Rejected);
    assert_eq!(reason(call("rings", Duration::from_secs(2)).await), Reason::NoAnswer);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exchange_accepts_our_password() {
    assert_eq!(call("wants_password", LONG).await.unwrap_err().reason, Reason::Busy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_needs_stops_ringing() {
    let folder = TempDir::new().unwrap();
    prompt(folder.path());
    let sipp = Sipp::answer("rings");
    let phone = phone(config(sipp.port(), folder.path())).await;
    let attempt = attempt(Way::Call("13800138000".parse().unwrap()), LONG);
    let stop = attempt.stop.clone();
    let call = tokio::spawn(async move { phone.send(attempt).await });
    sipp.rings().await;
    stop.cancel();
    let result = tokio::time::timeout(LIMIT, call).await.unwrap().unwrap();
    assert_eq!(result.unwrap_err().reason, Reason::Stopped);
    tokio::task::block_in_place(|| sipp.sees_it_through());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_is_away_is_unreachable_in_seconds() {
    let folder = TempDir::new().unwrap();
    prompt(folder.path());
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = SipConfig { silence_ms: 800, ..config(port, folder.path()) };
    let phone = phone(config).await;
    let way = Way::Call("13800138000".parse().unwrap());
    let failure = phone.send(attempt(way, LONG)).await.unwrap_err();
    assert_eq!(failure.reason, Reason::Unreachable);
}
