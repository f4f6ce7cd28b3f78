//! Rebuilding and following: no gap, no repetition, whatever happens to the server.

use crate::support::{
    district, event, next_message, number, orders, prepared, soon, subject, until_caught_up,
};
use bus::{Bus, FencedWriter, Followed, Sequence, StartFrom, leap::LEAP, testing::NatsServer};
use schemas::subject::StreamKind;

async fn write(writer: &mut FencedWriter, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let event = event(format!("e{number}"), number);
        let pending = writer.publish(subject(&event), &event).await.unwrap();
        soon("the acknowledgement", pending).await.unwrap();
    }
}

async fn writer_at_the_end(bus: &Bus) -> FencedWriter {
    let last = soon("the stream to be back", async {
        loop {
            if let Ok(last) = bus.last_sequence(&orders()).await {
                return last;
            }
        }
    })
    .await;
    FencedWriter::open(bus, orders(), last)
}

#[tokio::test]
async fn the_last_message_of_each_subject_rebuilds_and_then_it_goes_on_live() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    write(&mut writer, 0..20).await;

    let mut follower = bus.follow(orders(), &[], StartFrom::LastPerSubject).await.unwrap();
    let (messages, through) = until_caught_up(&mut follower).await;
    assert_eq!(
        messages.iter().map(number).collect::<Vec<_>>(),
        (13..20).collect::<Vec<_>>(),
        "7 subjects, in order"
    );
    assert_eq!(through, Sequence(LEAP + 20));

    write(&mut writer, 20..25).await;
    for expected in 20..25 {
        assert_eq!(number(&next_message(&mut follower).await), expected);
    }
    assert_eq!(follower.position(), Sequence(LEAP + 25));
}

#[tokio::test]
async fn an_empty_stream_is_caught_up_at_once_and_new_means_new() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut follower = bus.follow(orders(), &[], StartFrom::LastPerSubject).await.unwrap();
    assert_eq!(until_caught_up(&mut follower).await.1, Sequence::ZERO);

    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    write(&mut writer, 0..3).await;
    let mut newcomer = bus.follow(orders(), &[], StartFrom::New).await.unwrap();
    let (nothing, through) = until_caught_up(&mut newcomer).await;
    assert!(nothing.is_empty());
    assert_eq!(through, Sequence(LEAP + 3));
    write(&mut writer, 3..4).await;
    assert_eq!(number(&next_message(&mut newcomer).await), 3);
    assert_eq!(number(&next_message(&mut follower).await), 0);
}

#[tokio::test]
async fn a_filter_catches_up_even_when_other_subjects_come_last() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    write(&mut writer, 0..10).await;
    let mut follower = bus.follow(orders(), &["care.v1.test.order.o1"], StartFrom::First).await.unwrap();
    let (messages, through) = until_caught_up(&mut follower).await;
    assert_eq!(messages.iter().map(number).collect::<Vec<_>>(), [1, 8]);
    assert_eq!(through, Sequence(LEAP + 10));
}

#[tokio::test]
async fn following_survives_the_servers_death_without_gap_or_repetition() {
    let mut server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    let mut follower = bus.follow(orders(), &[], StartFrom::LastPerSubject).await.unwrap();
    until_caught_up(&mut follower).await;

    let following = tokio::spawn(async move {
        let mut seen = Vec::new();
        while seen.len() < 300 {
            if let Followed::Message(message) = soon("the next message", follower.next()).await {
                seen.push((message.sequence.0, number(&message)));
            }
        }
        seen
    });
    for round in 0..3 {
        write(&mut writer, round * 100..round * 100 + 50).await;
        server.kill();
        server.restart();
        writer = writer_at_the_end(&bus).await;
        write(&mut writer, round * 100 + 50..(round + 1) * 100).await;
    }
    let seen = soon("following", following).await.unwrap();
    let leaps = |n: u64| 1 + (n + 50) / 100;
    assert_eq!(seen, (0..300).map(|n| (leaps(n) * LEAP + n + 1, n)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stream_in_memory_comes_back_empty_and_the_follower_says_so() {
    let mut server = NatsServer::start();
    let bus = prepared(&server).await;
    let stream = StreamKind::Positions.name(&district());
    let mut writer = FencedWriter::open(&bus, &stream, Sequence::ZERO);
    for number in 0..5 {
        let id = format!("p{number}");
        let subject = format!("care.v1.test.position.latest.c{number}");
        writer.publish_bytes(subject, &id, "{}".into()).await.unwrap().await.unwrap();
    }
    let mut follower = bus.follow(&stream, &[], StartFrom::LastPerSubject).await.unwrap();
    assert_eq!(until_caught_up(&mut follower).await.0.len(), 5);

    server.kill();
    server.restart();
    let reset = soon("the reset", async {
        loop {
            match follower.next().await {
                Followed::Reset => return true,
                Followed::Message(_) => return false,
                Followed::CaughtUp { .. } => {}
            }
        }
    })
    .await;
    assert!(reset);
    let (messages, through) = until_caught_up(&mut follower).await;
    assert!(messages.is_empty());
    assert_eq!(through, Sequence::ZERO);

    let mut writer = FencedWriter::open(&bus, &stream, Sequence::ZERO);
    writer.publish_bytes("care.v1.test.position.latest.c9", "p9", "{}".into()).await.unwrap().await.unwrap();
    assert_eq!(&*next_message(&mut follower).await.subject, "care.v1.test.position.latest.c9");
}

#[tokio::test]
async fn the_history_of_a_subject_is_bounded_and_oldest_first() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    write(&mut writer, 0..30).await;
    let history = bus.messages_for_subject(&orders(), "care.v1.test.order.o2", 3).await.unwrap();
    assert_eq!(history.iter().map(number).collect::<Vec<_>>(), [9, 16, 23]);
    assert!(bus.messages_for_subject(&orders(), "care.v1.test.order.nobody", 3).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_stream_that_is_not_there_is_named() {
    let server = NatsServer::start();
    let bus = server.connect("test").await;
    let error = bus.follow("ORDERS_nowhere", &[], StartFrom::First).await.err().unwrap();
    assert!(error.to_string().contains("no stream ORDERS_nowhere"), "{error}");
}
