//! One writer per stream: order, exclusivity, poisoning.

use crate::support::{event, orders, prepared, soon, subject};
use bus::{FenceError, FencedWriter, Sequence, testing::NatsServer};
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
    assert_eq!(stored, (1..=500).map(Sequence).collect::<Vec<_>>());

    let mut follower = bus.follow(orders(), &[], bus::StartFrom::First).await.unwrap();
    let (messages, through) = crate::support::until_caught_up(&mut follower).await;
    assert_eq!(through, Sequence(500));
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
    for (who, writer) in writers.iter_mut().enumerate() {
        for number in 0..20 {
            let event = event(format!("w{who}-{number}"), number);
            pending.push((who, writer.publish(subject(&event), &event).await.unwrap()));
        }
    }
    let (whose, acks): (Vec<usize>, Vec<_>) = pending.into_iter().unzip();
    let outcomes = soon("the acknowledgements", join_all(acks)).await;
    let stored: Vec<usize> =
        whose.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok()).map(|(who, _)| *who).collect();

    let winner = stored[0];
    assert_eq!(stored, vec![winner; 20], "the winner stores all of its messages, the other none");
    assert_eq!(one.last_sequence(&orders()).await.unwrap(), Sequence(20));
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
    assert_eq!(rebuilt.publish(subject(&two), &two).await.unwrap().await.unwrap(), Sequence(2));

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
    assert_eq!(error, FenceError::Duplicate { stream: orders(), stored: Sequence(1) });
    assert!(writer.is_poisoned());
    assert_eq!(bus.last_sequence(&orders()).await.unwrap(), Sequence(1));
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
    assert_eq!(writer.publish(subject(&fine), &fine).await.unwrap().await.unwrap(), Sequence(1));
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
    assert_eq!(soon("the acknowledgement", ack).await.unwrap(), Sequence(1));
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
    assert_eq!(through.0, messages.len() as u64);
}
