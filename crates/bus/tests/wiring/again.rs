//! Dead letters, and a message given up that is handled once more.

use std::sync::Arc;

use crate::support::{
    district, event, next_message, number, orders, prepared, soon, subject, until_caught_up,
};
use bus::{
    Bus, DeadLetters, FencedWriter, RequestError, Sequence, StartFrom, leap::LEAP, testing::NatsServer,
};
use domain::time::Timestamp;
use runtime::{Entropy, ManualClock};
use schemas::{
    dead_letter::{DeadLetter, DeliverAgain, DeliveredAgain},
    envelope::CloudEvent,
    subject::{self as subjects, Service, StreamKind},
};

fn dead_letters(bus: &Bus) -> DeadLetters {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000)));
    DeadLetters::new(bus, Service::Dispatch, district(), clock.clone(), Entropy::seeded(1, clock))
}

async fn letters(bus: &Bus) -> Vec<CloudEvent<DeadLetter>> {
    let stream = StreamKind::Dead.name(&district());
    let mut follower = bus.follow(stream, &[], StartFrom::First).await.unwrap();
    until_caught_up(&mut follower).await.0.iter().map(|m| m.decode().unwrap()).collect()
}

async fn ask_again(bus: &Bus, on: &str, sequence: u64, again: &str) -> Result<DeliveredAgain, RequestError> {
    let wanted = DeliverAgain { subject: on.to_owned(), sequence, again: again.to_owned() };
    let to = subjects::again(&district(), Service::Dispatch, &orders());
    bus.request(to, &wanted, std::time::Duration::from_secs(20)).await
}

fn code(refused: Result<DeliveredAgain, RequestError>) -> String {
    match refused {
        Err(RequestError::Refused(problem)) => problem.code.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_poison_message_is_kept_once_and_once_more_for_each_time_it_is_delivered_again() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    for number in 0..9 {
        let event = event(format!("e{number}"), number);
        writer.publish(subject(&event), &event).await.unwrap().await.unwrap();
    }
    let dead = dead_letters(&bus);
    let mut follower = bus.follow(orders(), &[], StartFrom::First).await.unwrap().and_again(&dead);
    let (messages, _) = until_caught_up(&mut follower).await;
    let poison = &messages[4];
    let error = poison.decode::<DeadLetter>().unwrap_err();
    for _ in 0..3 {
        dead.keep_undecodable(poison, &error).await;
    }
    assert_eq!(letters(&bus).await.len(), 1);

    let taken = ask_again(&bus, &poison.subject, poison.sequence.0, "a1").await.unwrap();
    assert_eq!(taken.bytes, poison.payload.len() as u64);
    let again = next_message(&mut follower).await;
    assert_eq!((again.sequence, again.again.as_deref(), number(&again)), (poison.sequence, Some("a1"), 4));
    assert_eq!(follower.position(), Sequence(LEAP + 9), "where following stands is not touched");
    dead.keep_undecodable(&again, &error).await;
    let kept = letters(&bus).await;
    assert_eq!(kept.len(), 2, "given up again: another letter");
    assert_eq!(kept[1].data.sequence, kept[0].data.sequence);

    // Subjects o0 and o1 have had a newer message: theirs is no longer so.
    let old = &messages[0];
    assert_eq!(code(ask_again(&bus, &old.subject, old.sequence.0, "a2").await), "superseded");
    assert_eq!(code(ask_again(&bus, "care.v1.test.order.nobody", 3, "a3").await), "message_gone");

    // Nobody follows any more: nobody answers.
    drop(follower);
    soon("the end of listening", async {
        while !matches!(
            ask_again(&bus, &poison.subject, poison.sequence.0, "a4").await,
            Err(RequestError::NoResponders { .. })
        ) {}
    })
    .await;
}
