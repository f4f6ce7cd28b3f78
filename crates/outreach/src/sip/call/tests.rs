use super::*;

const RULES: Rules =
    Rules { silence_ms: 5_000, ring_ms: 20_000, listen_ms: 30_000, accepted_ms: 0, declined_ms: 0 };
const SDP: &[u8] =
    b"v=0\r\nc=IN IP4 192.0.2.4\r\nm=audio 3456 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn dial() -> Dial {
    Dial::new(
        "192.0.2.1:5060".parse().unwrap(),
        "192.0.2.9:5060".parse().unwrap(),
        "192.0.2.9:4000".parse().unwrap(),
        "sip:13800138000@pbx.example".to_owned(),
        "sip:4001@pbx.example".to_owned(),
        Some(("4001".to_owned(), runtime::Secret::new("opensesame".to_owned()))),
        "call-1".to_owned(),
        7,
    )
}

/// The requests and responses that were sent.
fn sent(effects: &[Effect]) -> Vec<Message> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send { bytes, .. } => Some(Message::parse(bytes).unwrap()),
            _ => None,
        })
        .collect()
}

fn method(message: &Message) -> &str {
    match &message.start {
        Start::Request { method, .. } => method,
        Start::Response { .. } => "",
    }
}

fn answer(request: &Message, code: u16) -> Message {
    let mut answer = Message::response(request, code, "Said");
    for (name, value) in &mut answer.headers {
        if name == "To" && code > 100 {
            value.push_str(";tag=them");
        }
    }
    if code == 200 {
        answer = answer.with("Contact", "<sip:13800138000@192.0.2.7:5070>");
        answer.body = SDP.to_vec();
    }
    answer
}

fn from_them(name: &str, number: u32) -> Message {
    Message::request(name, "sip:192.0.2.9:5060")
        .with("Via", "SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bKx")
        .with("From", "<sip:13800138000@pbx.example>;tag=them")
        .with("To", "<sip:4001@pbx.example>;tag=us")
        .with("Call-ID", "call-1")
        .with("CSeq", format!("{number} {name}"))
}

/// A call that rings, and its INVITE.
fn ringing(rules: Rules) -> (Call, Message) {
    let (mut call, effects) = Call::start(dial(), rules, at(0));
    let invite = sent(&effects).remove(0);
    assert!(call.received(&answer(&invite, 180), at(100)).is_empty());
    (call, invite)
}

fn talking(rules: Rules) -> (Call, Message) {
    let (mut call, invite) = ringing(rules);
    let effects = call.received(&answer(&invite, 200), at(1_000));
    assert_eq!(method(&sent(&effects)[0]), "ACK");
    assert!(matches!(effects.last(), Some(Effect::Talk(media)) if media.remote.port() == 3456));
    (call, invite)
}

fn decided(effects: &[Effect]) -> Option<Outcome> {
    effects.iter().find_map(|effect| match effect {
        Effect::Decided(outcome) => Some(*outcome),
        _ => None,
    })
}

#[test]
fn an_invite_is_repeated_with_doubled_waits_until_the_exchange_is_given_up() {
    let (mut call, _) = Call::start(dial(), RULES, at(0));
    let mut repeats = Vec::new();
    while let Some(next) = call.deadline() {
        let effects = call.tick(next);
        if !sent(&effects).is_empty() {
            repeats.push(next.as_millis());
        }
        if let Some(outcome) = decided(&effects) {
            assert_eq!((outcome, next), (Outcome::Unreachable, at(5_000)));
        }
    }
    assert_eq!(repeats, [500, 1_500, 3_500]);
}

#[test]
fn one_accepts_and_the_call_is_hung_up_at_the_phones_own_address() {
    let (mut call, _) = talking(RULES);
    assert!(call.key('5', at(2_000)).is_empty());
    let effects = call.key('1', at(2_500));
    assert_eq!(decided(&effects), Some(Outcome::Accepted));
    let bye = sent(&effects).remove(0);
    assert_eq!((method(&bye), bye.cseq()), ("BYE", Some((2, "BYE"))));
    assert!(matches!(&bye.start, Start::Request { uri, .. } if uri == "sip:13800138000@192.0.2.7:5070"));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Send { to, .. } if to.port() == 5070)));
    // Lost, and sent again.
    assert_eq!(sent(&call.tick(at(3_000))).len(), 1);
    assert_eq!(call.received(&answer(&bye, 200), at(3_100)), [Effect::Over]);
    assert!(call.is_over());
}

/// A call that was accepted and is put through, and its REFER.
fn put_through() -> (Call, Message) {
    let transfer = Some("sip:8000@pbx.example".to_owned());
    let (mut call, effects) = Call::start(Dial { transfer, ..dial() }, RULES, at(0));
    let invite = sent(&effects).remove(0);
    call.received(&answer(&invite, 200), at(1_000));
    let effects = call.key('1', at(2_000));
    assert_eq!(decided(&effects), Some(Outcome::Accepted));
    let refer = sent(&effects).remove(0);
    assert_eq!((method(&refer), refer.cseq()), ("REFER", Some((2, "REFER"))));
    assert_eq!(refer.header("Refer-To"), Some("<sip:8000@pbx.example>"));
    (call, refer)
}

fn notify(number: u32, fragment: &str) -> Message {
    let mut notify =
        from_them("NOTIFY", number).with("Event", "refer").with("Content-Type", "message/sipfrag");
    notify.body = fragment.as_bytes().to_vec();
    notify
}

#[test]
fn who_asks_for_help_is_put_through_to_the_desk() {
    let (mut call, refer) = put_through();
    // Lost, and sent again.
    assert_eq!(method(&sent(&call.tick(at(2_500)))[0]), "REFER");
    assert!(call.received(&answer(&refer, 202), at(2_600)).is_empty());
    assert!(sent(&call.tick(at(8_000))).is_empty(), "no repeats once it is taken");
    let ringing = sent(&call.received(&notify(4, "SIP/2.0 180 Ringing\r\n"), at(9_000)));
    assert_eq!((ringing.len(), ringing[0].code()), (1, Some(200)));
    let taken = sent(&call.received(&notify(5, "SIP/2.0 200 OK\r\n"), at(12_000)));
    assert_eq!((taken[0].code(), method(&taken[1])), (Some(200), "BYE"));
    assert_eq!(call.received(&answer(&taken[1], 200), at(12_100)), [Effect::Over]);
}

#[test]
fn a_call_that_cannot_be_put_through_is_hung_up_and_stays_accepted() {
    let (mut call, refer) = put_through();
    assert_eq!(method(&sent(&call.received(&answer(&refer, 603), at(2_100)))[0]), "BYE");

    let (mut call, refer) = put_through();
    call.received(&answer(&refer, 202), at(2_100));
    let refused = sent(&call.received(&notify(4, "SIP/2.0 486 Busy Here\r\n"), at(3_000)));
    assert_eq!(method(&refused[1]), "BYE");

    let (mut call, refer) = put_through();
    call.received(&answer(&refer, 202), at(2_100));
    assert_eq!(method(&sent(&call.tick(at(62_000)))[0]), "BYE", "nobody at the desk");

    // Nobody asked for news.
    let (mut call, _) = talking(RULES);
    assert_eq!(sent(&call.received(&notify(4, "SIP/2.0 200 OK"), at(2_000)))[0].code(), Some(481));
    assert!(!call.is_over());
}

#[test]
fn who_declines_is_not_put_through() {
    let transfer = Some("sip:8000@pbx.example".to_owned());
    let (mut call, effects) = Call::start(Dial { transfer, ..dial() }, RULES, at(0));
    call.received(&answer(&sent(&effects)[0], 200), at(1_000));
    assert_eq!(method(&sent(&call.key('2', at(2_000)))[0]), "BYE");
}

#[test]
fn two_declines_and_the_farewell_is_spoken_to_its_end() {
    let (mut call, _) = talking(Rules { declined_ms: 900, ..RULES });
    let effects = call.key('2', at(2_000));
    assert_eq!(effects, [Effect::Decided(Outcome::Declined)]);
    assert!(call.key('1', at(2_100)).is_empty(), "decided is decided");
    assert_eq!(method(&sent(&call.tick(at(2_900)))[0]), "BYE");
}

#[test]
fn a_key_by_info_counts_once_even_if_repeated() {
    let (mut call, _) = talking(Rules { accepted_ms: 500, ..RULES });
    let mut info = from_them("INFO", 5).with("Content-Type", "application/dtmf-relay");
    info.body = b"Signal=1\r\nDuration=160\r\n".to_vec();
    let effects = call.received(&info, at(2_000));
    assert_eq!(sent(&effects)[0].code(), Some(200));
    assert_eq!(decided(&effects), Some(Outcome::Accepted));
    let again = call.received(&info, at(2_100));
    assert_eq!((sent(&again)[0].code(), decided(&again)), (Some(200), None));
}

#[test]
fn busy_rejected_and_unknown_are_told_apart_and_each_repeat_gets_its_ack() {
    let outcomes = [
        (486, Outcome::Busy),
        (603, Outcome::Rejected),
        (480, Outcome::NoAnswer),
        (404, Outcome::NotFound),
        (488, Outcome::NoCommonSound),
        (503, Outcome::Unavailable(503)),
        (403, Outcome::Refused(403)),
    ];
    for (code, wanted) in outcomes {
        let (mut call, invite) = ringing(RULES);
        let refusal = answer(&invite, code);
        let effects = call.received(&refusal, at(500));
        let ack = sent(&effects).remove(0);
        assert_eq!((method(&ack), ack.branch()), ("ACK", invite.branch()));
        assert!(ack.header("To").unwrap().ends_with(";tag=them"));
        assert_eq!(decided(&effects), Some(wanted), "{code}");
        assert!(call.is_over());
    }
}

#[test]
fn a_call_that_rings_too_long_is_cancelled() {
    let (mut call, invite) = ringing(RULES);
    let effects = call.tick(at(20_000));
    let cancel = sent(&effects).remove(0);
    assert_eq!((method(&cancel), cancel.branch()), ("CANCEL", invite.branch()));
    assert_eq!(cancel.cseq(), Some((1, "CANCEL")));
    assert!(call.received(&answer(&cancel, 200), at(20_010)).is_empty());
    let effects = call.received(&answer(&invite, 487), at(20_020));
    assert_eq!(decided(&effects), Some(Outcome::NoAnswer));
    // Without a word from the exchange it ends as well.
    let (mut call, _) = ringing(RULES);
    call.tick(at(20_000));
    assert_eq!(decided(&call.tick(at(26_000))), Some(Outcome::NoAnswer));
}

#[test]
fn cancel_waits_for_the_first_answer() {
    let (mut call, effects) = Call::start(dial(), RULES, at(0));
    let invite = sent(&effects).remove(0);
    assert!(call.stop(at(10)).is_empty());
    let effects = call.received(&answer(&invite, 100), at(20));
    assert_eq!(method(&sent(&effects)[0]), "CANCEL");
    let effects = call.received(&answer(&invite, 487), at(30));
    assert_eq!(decided(&effects), Some(Outcome::Stopped));
}

#[test]
fn who_picks_up_as_it_is_cancelled_is_heard_but_not_when_nobody_needs_it() {
    let (mut call, invite) = ringing(RULES);
    call.tick(at(20_000));
    let effects = call.received(&answer(&invite, 200), at(20_010));
    assert!(matches!(effects.last(), Some(Effect::Talk(_))));

    let (mut call, invite) = ringing(RULES);
    call.stop(at(5_000));
    let effects = call.received(&answer(&invite, 200), at(5_010));
    let methods: Vec<String> = sent(&effects).iter().map(|message| method(message).to_owned()).collect();
    assert_eq!(methods, ["ACK", "BYE"]);
    assert_eq!(decided(&effects), Some(Outcome::Stopped));
}

#[test]
fn a_challenge_is_met_once() {
    let (mut call, effects) = Call::start(dial(), RULES, at(0));
    let invite = sent(&effects).remove(0);
    let ask = |invite: &Message, stale: &str| {
        answer(invite, 407).with("Proxy-Authenticate", format!("Digest realm=\"pbx\", nonce=\"n\"{stale}"))
    };
    let effects = call.received(&ask(&invite, ""), at(10));
    let [ack, again] = <[Message; 2]>::try_from(sent(&effects)).unwrap();
    assert_eq!((method(&ack), method(&again), again.cseq()), ("ACK", "INVITE", Some((2, "INVITE"))));
    assert!(again.header("Proxy-Authorization").unwrap().contains("username=\"4001\""));
    assert_ne!(again.branch(), invite.branch());
    // A late repeat of the first challenge changes nothing.
    assert!(call.received(&ask(&invite, ""), at(20)).is_empty());
    let effects = call.received(&ask(&again, ""), at(30));
    assert_eq!(decided(&effects), Some(Outcome::Credentials));
}

#[test]
fn silence_after_the_answer_is_heard_and_so_is_their_hanging_up() {
    let (mut call, _) = talking(RULES);
    let effects = call.tick(at(31_000));
    assert_eq!((decided(&effects), method(&sent(&effects)[0])), (Some(Outcome::Heard), "BYE"));

    let (mut call, _) = talking(RULES);
    let effects = call.received(&from_them("BYE", 9), at(2_000));
    assert_eq!((sent(&effects)[0].code(), decided(&effects)), (Some(200), Some(Outcome::Heard)));
    assert!(call.is_over());
}

#[test]
fn a_lost_ack_is_sent_again_and_a_stranger_is_not_obeyed() {
    let (mut call, invite) = talking(RULES);
    let effects = call.received(&answer(&invite, 200), at(1_500));
    assert_eq!((effects.len(), method(&sent(&effects)[0])), (1, "ACK"));
    let mut stranger = from_them("BYE", 9);
    for (name, value) in &mut stranger.headers {
        if name == "From" {
            *value = "<sip:x@y>;tag=other".to_owned();
        }
    }
    assert_eq!(sent(&call.received(&stranger, at(1_600)))[0].code(), Some(481));
    assert!(!call.is_over());
}

proptest::proptest! {
    /// Whatever the exchange says, in whatever order: told once how it came out, and over in bounded time.
    #[test]
    fn every_call_ends(codes in proptest::collection::vec((100_u16..700, 0_i64..4_000, proptest::prelude::any::<u8>()), 0..30)) {
        let (mut call, mut effects) = Call::start(dial(), RULES, at(0));
        let (mut now, mut told, mut last) = (0, 0, sent(&effects).remove(0));
        let mut take = |effects: &mut Vec<Effect>, last: &mut Message| {
            told += effects.iter().filter(|effect| matches!(effect, Effect::Decided(_))).count();
            if let Some(request) = sent(effects).into_iter().rfind(|message| !method(message).is_empty()) {
                *last = request;
            }
            told
        };
        for (code, pause, what) in codes {
            now += pause;
            let mut heard = answer(&last, code);
            if what < 40 {
                heard = heard.with("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", stale=true");
            }
            effects = if what % 5 == 0 { call.received(&from_them("INFO", u32::from(what)), at(now)) } else { call.received(&heard, at(now)) };
            take(&mut effects, &mut last);
            effects = call.tick(at(now));
            take(&mut effects, &mut last);
        }
        let mut turns = 0;
        while let Some(next) = call.deadline() {
            now = now.max(next.as_millis());
            effects = call.tick(at(now));
            take(&mut effects, &mut last);
            turns += 1;
            proptest::prop_assert!(turns < 200);
        }
        proptest::prop_assert_eq!(take(&mut Vec::new(), &mut last), 1);
    }
}
