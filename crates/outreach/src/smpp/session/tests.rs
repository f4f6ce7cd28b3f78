use super::*;
use crate::{Delivery, smpp::pdu};

const RULES: Rules = Rules {
    window: 2,
    response_ms: 10_000,
    enquire_ms: 30_000,
    throttle: BackOff { first_ms: 1_000, most_ms: 8_000 },
};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn message() -> ShortMessage {
    ShortMessage { short_message: vec![0x60, 0x25], ..ShortMessage::default() }
}

/// What was written, read again by the codec.
fn written(effects: &[Effect]) -> Vec<Pdu> {
    let mut bytes: Vec<u8> = effects
        .iter()
        .filter_map(|effect| if let Effect::Write(bytes) = effect { Some(bytes.clone()) } else { None })
        .flatten()
        .collect();
    std::iter::from_fn(|| pdu::take(&mut bytes).unwrap()).collect()
}

fn answers(effects: &[Effect]) -> Vec<(u64, Result<String, Reason>)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Answer { ticket, result } => {
                Some((*ticket, result.clone().map_err(|failure| failure.reason)))
            }
            _ => None,
        })
        .collect()
}

fn peer(status: u32, sequence: u32, body: Body) -> Vec<u8> {
    Pdu { status, sequence, body }.encode()
}

fn bound() -> Session {
    let bind = Bind { system_id: "care".into(), password: "x".into(), system_type: String::new() };
    let (mut session, effects) = Session::open(RULES, bind, at(0));
    assert!(matches!(
        written(&effects).as_slice(),
        [Pdu { body: Body::BindTransceiver(_), sequence: 1, .. }]
    ));
    let effects = session.received(&peer(0, 1, Body::BindTransceiverResp), at(0));
    assert_eq!(effects, [Effect::Bound]);
    session
}

#[test]
fn no_more_than_the_window_is_under_way() {
    let mut session = bound();
    let far = at(60_000);
    for ticket in 1..=2 {
        assert_eq!(written(&session.submit(ticket, message(), far, at(1))).len(), 1);
    }
    assert!(session.submit(3, message(), far, at(1)).is_empty());
    let effects = session.received(&peer(0, 2, Body::SubmitSmResp("a".into())), at(2));
    assert_eq!(answers(&effects), [(1, Ok("a".into()))]);
    assert!(matches!(written(&effects).as_slice(), [Pdu { sequence: 4, .. }]));
}

#[test]
fn a_throttled_message_waits_and_goes_again() {
    let mut session = bound();
    session.submit(1, message(), at(60_000), at(0));
    let effects = session.received(&peer(status::THROTTLED, 2, Body::SubmitSmResp(String::new())), at(10));
    assert_eq!(effects, []);
    let again = session.deadline().unwrap();
    assert!(again > at(700) && again <= at(1_010), "{again:?}");
    assert!(session.tick(at(700)).is_empty());
    assert_eq!(written(&session.tick(again)).len(), 1);
    let effects = session.received(&peer(0, 3, Body::SubmitSmResp("a".into())), at(1_100));
    assert_eq!(answers(&effects), [(1, Ok("a".into()))]);
}

#[test]
fn throttling_past_the_deadline_is_a_failure() {
    let mut session = bound();
    session.submit(1, message(), at(500), at(0));
    let effects = session.received(&peer(status::QUEUE_FULL, 2, Body::SubmitSmResp(String::new())), at(10));
    assert_eq!(answers(&effects), [(1, Err(Reason::Throttled))]);
}

#[test]
fn a_silent_peer_is_asked_and_then_given_up() {
    let mut session = bound();
    assert_eq!(session.deadline(), Some(at(30_000)));
    let effects = session.tick(at(30_000));
    assert!(matches!(written(&effects).as_slice(), [Pdu { body: Body::EnquireLink, .. }]));
    session.submit(7, message(), at(90_000), at(39_000));
    let effects = session.tick(at(40_000));
    assert_eq!(answers(&effects), [(7, Err(Reason::Broken))]);
    assert!(matches!(effects.last(), Some(Effect::Close(failure)) if failure.reason == Reason::TimedOut));
    assert_eq!(session.deadline(), None);
}

#[test]
fn an_answer_keeps_the_link() {
    let mut session = bound();
    session.tick(at(30_000));
    session.received(&peer(0, 2, Body::EnquireLinkResp), at(30_100));
    assert_eq!(session.tick(at(40_000)), []);
}

#[test]
fn a_message_without_an_answer_is_unknown() {
    let mut session = bound();
    session.submit(1, message(), at(60_000), at(0));
    assert_eq!(answers(&session.tick(at(10_000))), [(1, Err(Reason::TimedOut))]);
    // The answer comes after all: nothing to tell.
    assert_eq!(session.received(&peer(0, 2, Body::SubmitSmResp("a".into())), at(10_001)), []);
}

#[test]
fn receipts_and_replies_are_answered_and_passed_on() {
    let mut session = bound();
    let receipt = ShortMessage {
        esm_class: 4,
        short_message: b"id:a1 stat:DELIVRD err:000".to_vec(),
        ..ShortMessage::default()
    };
    let effects = session.received(&peer(0, 9, Body::DeliverSm(Box::new(receipt))), at(1));
    assert!(matches!(written(&effects).as_slice(), [Pdu { body: Body::DeliverSmResp, sequence: 9, .. }]));
    assert!(matches!(
        effects.last(),
        Some(Effect::Inbound(Inbound::Receipt(receipt))) if receipt.delivery == Delivery::Delivered
    ));
    let mut reply = message();
    reply.source.number = "8613800138000".into();
    reply.data_coding = 8;
    let effects = session.received(&peer(0, 10, Body::DeliverSm(Box::new(reply))), at(1));
    assert!(
        matches!(effects.last(), Some(Effect::Inbound(Inbound::Text { text, .. })) if text.expose() == "急")
    );
}

#[test]
fn a_refused_bind_closes_and_says_why() {
    let bind = Bind { system_id: "care".into(), password: "x".into(), system_type: String::new() };
    let (mut session, _) = Session::open(RULES, bind, at(0));
    session.submit(1, message(), at(60_000), at(0));
    let effects = session.received(&peer(0x0E, 1, Body::BindTransceiverResp), at(1));
    assert_eq!(answers(&effects), [(1, Err(Reason::Unreachable))]);
    assert!(matches!(effects.last(), Some(Effect::Close(failure)) if failure.reason == Reason::Credentials));
}

#[test]
fn an_unknown_request_is_nacked_and_nonsense_ends_the_link() {
    let mut session = bound();
    let effects = session.received(&peer(0, 5, Body::Other(0x103)), at(1));
    assert!(matches!(
        written(&effects).as_slice(),
        [Pdu { body: Body::GenericNack, status: 3, sequence: 5 }]
    ));
    let effects = session.received(&[0xFF; 20], at(2));
    assert!(matches!(effects.last(), Some(Effect::Close(failure)) if failure.reason == Reason::Protocol));
}

#[test]
fn unbinding_waits_for_the_answer() {
    let mut session = bound();
    let effects = session.unbind(at(1));
    assert!(matches!(written(&effects).as_slice(), [Pdu { body: Body::Unbind, .. }]));
    let effects = session.received(&peer(0, 2, Body::UnbindResp), at(2));
    assert!(matches!(effects.as_slice(), [Effect::Close(failure)] if failure.reason == Reason::Stopped));
}

proptest::proptest! {
    #[test]
    fn every_ticket_is_answered_once_whatever_the_peer_says(
        noise in proptest::collection::vec((0_u32..12, 0_u32..0x70), 0..40)
    ) {
        let mut session = bound();
        let mut told = Vec::new();
        let mut now = 0;
        for ticket in 1..=5 {
            told.extend(answers(&session.submit(ticket, message(), at(20_000), at(now))));
        }
        for (sequence, status) in noise {
            now += 250;
            told.extend(answers(&session.received(&peer(status, sequence, Body::SubmitSmResp("x".into())), at(now))));
            told.extend(answers(&session.tick(at(now))));
        }
        told.extend(answers(&session.disconnected("over")));
        let mut tickets: Vec<u64> = told.into_iter().map(|(ticket, _)| ticket).collect();
        tickets.sort_unstable();
        proptest::prop_assert_eq!(tickets, [1, 2, 3, 4, 5]);
    }
}
