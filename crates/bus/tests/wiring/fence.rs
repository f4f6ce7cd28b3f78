//! One writer per stream: order, exclusivity, poisoning.

use crate::support::{event, orders, prepared, soon, subject};
use bus::{
    FenceError, FencedWriter, Sequence,
    leap::{IN_FLIGHT, LEAP},
    testing::NatsServer,
};
use futures::{StreamExt, future::join_all, stream::FuturesOrdered};

#[tokio::test]
async fn pipelined_messages_are_stored_in_the_order_of_the_calls() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    let mut pending = FuturesOrdered::new();
    for number in 0..500 {
        let event = event(format!("e{number}"), number);
        pending.push_back(writer.publish(subject(&event), &event).await.unwrap());
    }
    let stored: Vec<Sequence> = soon("the acknowledgements", pending.map(Result::unwrap).collect()).await;
    assert_eq!(stored, (LEAP + 1..=LEAP + 500).map(Sequence).collect::<Vec<_>>());

    let mut follower = bus.follow(orders(), &[], bus::StartFrom::First).await.unwrap();
    let (messages, through) = crate::support::until_caught_up(&mut follower).await;
    assert_eq!(through, Sequence(LEAP + 500));
    assert_eq!(messages.iter().map(crate::support::number).collect::<Vec<_>>(), (0..500).collect::<Vec<_>>());
}

#[tokio::test]
async fn of_two_writers_exactly_one_wins_and_the_other_is_spent() {
    let server = NatsServer::start();
    let (one, two) = (prepared(&server).await, prepared(&server).await);
    let mut writers = [
        FencedWriter::open(&one, orders(), Sequence::ZERO),
        FencedWriter::open(&two, orders(), Sequence::ZERO),
    ];

    let mut pending = Vec::new();
    for number in 0..20 {
        for (who, writer) in writers.iter_mut().enumerate() {
            let event = event(format!("w{who}-{number}"), number);
            match writer.publish(subject(&event), &event).await {
                Ok(ack) => pending.push((who, ack)),
                Err(error) => assert!(matches!(error, FenceError::Poisoned { .. }), "{error}"),
            }
        }
    }
    let (whose, acks): (Vec<usize>, Vec<_>) = pending.into_iter().unzip();
    let outcomes = soon("the acknowledgements", join_all(acks)).await;
    let stored: Vec<usize> =
        whose.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok()).map(|(who, _)| *who).collect();

    let winner = stored[0];
    assert_eq!(stored, vec![winner; 20], "the winner stores all of its messages, the other none");
    assert_eq!(one.last_sequence(&orders()).await.unwrap(), Sequence(LEAP + 20));
    assert!(
        outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().err())
            .all(|e| matches!(e, FenceError::Lost { .. }))
    );
    assert!(!writers[winner].is_poisoned());

    let loser = &mut writers[1 - winner];
    assert!(loser.is_poisoned());
    let late = event("late", 99);
    assert!(matches!(loser.publish(subject(&late), &late).await, Err(FenceError::Poisoned { .. })));
}

#[tokio::test]
async fn a_stale_writer_fails_with_its_first_message_and_a_rebuilt_one_goes_on() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut first = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    let one = event("one", 1);
    first.publish(subject(&one), &one).await.unwrap().await.unwrap();

    let mut stale = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    let two = event("two", 2);
    let error = stale.publish(subject(&two), &two).await.unwrap().await.unwrap_err();
    assert_eq!(error, FenceError::Lost { stream: orders(), expected: Sequence::ZERO });

    let mut follower = bus.follow(orders(), &[], bus::StartFrom::LastPerSubject).await.unwrap();
    let (_, through) = crate::support::until_caught_up(&mut follower).await;
    let mut rebuilt = FencedWriter::open(&bus, orders(), through);
    assert_eq!(rebuilt.publish(subject(&two), &two).await.unwrap().await.unwrap(), Sequence(2 * LEAP + 2));

    let three = event("three", 3);
    let error = first.publish(subject(&three), &three).await.unwrap().await.unwrap_err();
    assert!(matches!(error, FenceError::Lost { .. }), "the take-over fences the old writer: {error}");
}

#[tokio::test]
async fn a_repeated_event_is_stored_once_and_said_to_be_a_duplicate() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    let once = event("once", 1);
    writer.publish(subject(&once), &once).await.unwrap().await.unwrap();
    let error = writer.publish(subject(&once), &once).await.unwrap().await.unwrap_err();
    assert_eq!(error, FenceError::Duplicate { stream: orders(), stored: Sequence(LEAP + 1) });
    assert!(writer.is_poisoned());
    assert_eq!(bus.last_sequence(&orders()).await.unwrap(), Sequence(LEAP + 1));
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_harms_nobody() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    let fine = event("fine", 1);
    for (subject, id) in [("care.v1.test.order.a b", "x"), ("care.v1.test.order.o1", "new\r\nline")] {
        let error = writer.publish_bytes(subject, id, "{}".into()).await.unwrap_err();
        assert!(matches!(error, FenceError::Unsendable { .. }), "{error}");
    }
    let huge = vec![b'x'; 2 << 20];
    let error = writer.publish_bytes("care.v1.test.order.o1", "huge", huge.into()).await.unwrap_err();
    assert!(matches!(error, FenceError::Unsendable { .. }), "{error}");
    assert_eq!(writer.publish(subject(&fine), &fine).await.unwrap().await.unwrap(), Sequence(LEAP + 1));
}

#[tokio::test]
async fn a_message_that_is_too_large_is_not_sent_and_the_writer_goes_on() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    let small = event("small".to_owned(), 1);
    let large = vec![b'x'; 256 * 1024 - 100];
    let refused = writer.publish_bytes(subject(&small), "large", large.into()).await.unwrap_err();
    assert!(matches!(refused, FenceError::Unsendable { .. }), "{refused}");
    assert!(!writer.is_poisoned());
    let ack = writer.publish(subject(&small), &small).await.unwrap();
    assert_eq!(soon("the acknowledgement", ack).await.unwrap(), Sequence(LEAP + 1));
}

#[tokio::test]
async fn what_the_server_does_not_confirm_is_unknown_and_found_by_reading() {
    let mut server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    let kept = event("kept", 1);
    writer.publish(subject(&kept), &kept).await.unwrap().await.unwrap();

    server.kill();
    let lost = event("lost", 2);
    let pending = writer.publish(subject(&lost), &lost).await.unwrap();
    let error = soon("giving up", pending).await.unwrap_err();
    assert!(matches!(error, FenceError::Unknown { .. }), "{error}");
    assert!(writer.is_poisoned());

    server.restart();
    let mut follower = soon("reconnecting", async {
        loop {
            if let Ok(follower) = bus.follow(orders(), &[], bus::StartFrom::First).await {
                return follower;
            }
        }
    })
    .await;
    let (messages, through) = crate::support::until_caught_up(&mut follower).await;
    assert_eq!(crate::support::number(&messages[0]), 1, "what was acknowledged is there");
    assert_eq!(through.0, LEAP + messages.len() as u64);
}

/// Whatever a writer has on the way when another takes over is refused, whenever it arrives.
#[tokio::test]
async fn what_is_on_the_way_when_another_takes_over_never_arrives() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut first = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    let begin = event("begin", 0);
    let last = first.publish(subject(&begin), &begin).await.unwrap().await.unwrap();
    // Each message on the way expects the sequence after the one before; here they come by another wire, late.
    let wire = async_nats::connect(server.url()).await.unwrap();
    let arrives = async |expected: u64| {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert(async_nats::header::NATS_EXPECTED_LAST_SEQUENCE, expected.to_string().as_str());
        let subject = "care.v1.test.order.late";
        let answer = wire.request_with_headers(subject, headers, "{}".into()).await.unwrap();
        serde_json::from_slice::<serde_json::Value>(&answer.payload).unwrap().get("error").is_none()
    };
    assert!(arrives(last.0).await, "nobody has taken over yet");
    let last = last.next();

    let mut second = FencedWriter::open(&bus, orders(), last);
    for number in 0..3 {
        let event = event(format!("second-{number}"), number);
        let stored = second.publish(subject(&event), &event).await.unwrap().await.unwrap();
        assert_eq!(stored, Sequence(last.0 + LEAP + 1 + number));
        for ahead in 0..IN_FLIGHT as u64 {
            assert!(!arrives(last.0 + ahead).await, "what expects {} is stored", last.0 + ahead);
        }
    }
    assert!(arrives(last.0 + LEAP + 3).await, "only what expects the right one is");

    let late = event("late", 1);
    let error = first.publish(subject(&late), &late).await.unwrap().await.unwrap_err();
    assert!(matches!(error, FenceError::Lost { .. }), "{error}");
}

/// A writer that nobody reads the acknowledgements of still has a bounded number of messages on the way.
#[tokio::test]
async fn acknowledgements_that_nobody_waits_for_are_counted_all_the_same() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    for number in 0..1_000 {
        let event = event(format!("e{number}"), number);
        drop(soon("room", writer.publish(subject(&event), &event)).await.unwrap());
        let stored = bus.last_sequence(&orders()).await.unwrap().0;
        assert!(writer.expected().0 - stored <= IN_FLIGHT as u64, "{stored}");
    }
    assert!(!writer.is_poisoned());
}

#[tokio::test]
async fn a_blank_is_no_message_to_anybody() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut heard = bus.subscribe("care.v1.test.order.>").await.unwrap();
    let mut follower = bus.follow(orders(), &[], bus::StartFrom::LastPerSubject).await.unwrap();
    crate::support::until_caught_up(&mut follower).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    let only = event("only", 7);
    writer.publish(subject(&only), &only).await.unwrap().await.unwrap();
    let bus::Followed::Message(message) = soon("the message", follower.next()).await else {
        panic!("no message")
    };
    assert_eq!((crate::support::number(&message), message.sequence), (7, Sequence(LEAP + 1)));
    let message = soon("the message", heard.next()).await.unwrap();
    assert_eq!(message.subject(), subject(&only));
    let mut again = bus.follow(orders(), &[], bus::StartFrom::LastPerSubject).await.unwrap();
    let (messages, through) = crate::support::until_caught_up(&mut again).await;
    assert_eq!((messages.len(), through), (1, Sequence(LEAP + 1)));
}
