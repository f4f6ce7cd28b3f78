//! Acknowledged work, and what cannot be done: dead letters.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{Noted, district, event, next_message, number, orders, prepared, soon, subject};
use bus::{
    Bus, DeadLetters, Failure, FencedWriter, Sequence, StartFrom, StreamMessage, WorkSpec,
    testing::NatsServer,
};
use domain::time::Timestamp;
use runtime::{Entropy, ManualClock};
use schemas::{
    dead_letter::DeadLetter,
    envelope::CloudEvent,
    subject::{Service, StreamKind},
};
use tokio_util::sync::CancellationToken;

fn dead_letters(bus: &Bus) -> DeadLetters {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000)));
    DeadLetters::new(bus, Service::Dispatch, district(), clock.clone(), Entropy::seeded(1, clock))
}

fn spec(pauses: usize) -> WorkSpec {
    WorkSpec {
        stream: orders(),
        name: "booking".into(),
        filters: Vec::new(),
        attempt_limit: Duration::from_secs(2),
        pauses: vec![Duration::from_millis(20); pauses],
        at_a_time: 4,
    }
}

async fn write(bus: &Bus, numbers: std::ops::Range<u64>) {
    let last = bus.last_sequence(&orders()).await.unwrap();
    let mut writer = FencedWriter::open(bus, orders(), last);
    for number in numbers {
        let event = event(format!("e{number}"), number);
        writer.publish(subject(&event), &event).await.unwrap().await.unwrap();
    }
}

async fn first_dead_letter(bus: &Bus) -> DeadLetter {
    let stream = StreamKind::Dead.name(&district());
    let mut follower = bus.follow(stream, &[], StartFrom::First).await.unwrap();
    next_message(&mut follower).await.decode::<CloudEvent<DeadLetter>>().unwrap().data
}

#[tokio::test]
async fn failed_work_is_tried_again_then_set_aside_and_the_rest_gets_done() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    write(&bus, 0..10).await;
    let worker = bus.work(spec(2), dead_letters(&bus)).await.unwrap();
    let (stop, done) = (CancellationToken::new(), Arc::new(Mutex::new(Vec::new())));
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let running = tokio::spawn(worker.run(stop.clone(), {
        let (done, attempts) = (done.clone(), attempts.clone());
        move |message: StreamMessage| {
            let number = number(&message);
            attempts.lock().unwrap().push(number);
            let tries = attempts.lock().unwrap().iter().filter(|n| **n == number).count();
            let outcome = match number {
                3 if tries < 3 => Err(Failure::Later("the ledger is away".into())),
                5 => Err(Failure::Later("it is always away".into())),
                _ => Ok(()),
            };
            if outcome.is_ok() {
                done.lock().unwrap().push(number);
            }
            async move { outcome }
        }
    }));
    let letter = soon("the dead letter", first_dead_letter(&bus)).await;
    assert_eq!((letter.code.as_str(), letter.sequence), ("attempts_exhausted", Some(6)));
    assert!(
        letter.detail.contains("after 3 attempts") && letter.detail.contains("always away"),
        "{}",
        letter.detail
    );
    assert_eq!(serde_json::from_str::<CloudEvent<Noted>>(&letter.payload).unwrap().data.number, 5);
    soon("the rest", async {
        while done.lock().unwrap().len() < 9 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    stop.cancel();
    soon("stopping", running).await.unwrap().unwrap();
    let mut done = done.lock().unwrap().clone();
    done.sort_unstable();
    assert_eq!(done, [0, 1, 2, 3, 4, 6, 7, 8, 9]);
}

#[tokio::test]
async fn work_goes_on_where_it_was_after_the_server_died() {
    let mut server = NatsServer::start();
    let bus = prepared(&server).await;
    write(&bus, 0..5).await;
    let worker = bus.work(spec(5), dead_letters(&bus)).await.unwrap();
    let (stop, done) = (CancellationToken::new(), Arc::new(Mutex::new(Vec::new())));
    tokio::spawn(worker.run(stop.clone(), {
        let done = done.clone();
        move |message: StreamMessage| {
            done.lock().unwrap().push(number(&message));
            async { Ok(()) }
        }
    }));
    let at_least = |count: usize| {
        let done = done.clone();
        async move {
            while done.lock().unwrap().len() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    };
    soon("the first five", at_least(5)).await;
    server.kill();
    server.restart();
    soon("writing on", async {
        while bus.last_sequence(&orders()).await.is_err() {}
        write(&bus, 5..10).await;
    })
    .await;
    soon("the other five", async {
        while !(5..10).all(|n| done.lock().unwrap().contains(&n)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    stop.cancel();
}

#[tokio::test]
async fn a_poison_message_is_kept_once_however_often_it_is_met() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let mut writer = FencedWriter::open(&bus, orders(), Sequence::ZERO);
    writer.publish_bytes("care.v1.test.order.o1", "bad", "{nonsense".into()).await.unwrap().await.unwrap();
    let letters = dead_letters(&bus);
    for _ in 0..2 {
        let mut follower = bus.follow(orders(), &[], StartFrom::LastPerSubject).await.unwrap();
        let message = next_message(&mut follower).await;
        let error = message.decode::<CloudEvent<Noted>>().unwrap_err();
        letters.keep_undecodable(&message, &error).await;
    }
    let letter = first_dead_letter(&bus).await;
    assert_eq!(letter.code, "undecodable");
    assert_eq!(letter.payload, "{nonsense");
    assert_eq!(letter.subject, "care.v1.test.order.o1");
    assert_eq!(letter.at, Timestamp::from_millis(1_000));
    assert_eq!(bus.last_sequence(&StreamKind::Dead.name(&district())).await.unwrap(), Sequence(1));
}
