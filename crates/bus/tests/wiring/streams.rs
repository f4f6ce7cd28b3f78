//! Streams as declared: made, left alone, changed, or refused.

use crate::support::{district, soon};
use bus::{
    Sequence, StreamError, StreamSpec,
    stream::{Reconciled, Storage},
    testing::NatsServer,
};
use schemas::subject::StreamKind;

#[tokio::test]
async fn reconciling_twice_changes_nothing_and_a_new_limit_is_applied() {
    let server = NatsServer::start();
    let bus = server.connect("test").await;
    let mut specs = StreamSpec::all(&district(), 1);
    assert!(bus.reconcile(&specs).await.unwrap().iter().all(|outcome| *outcome == Reconciled::Created));
    assert!(bus.reconcile(&specs).await.unwrap().iter().all(|outcome| *outcome == Reconciled::Unchanged));

    specs[1].max_messages_per_subject = Some(3);
    let outcomes = bus.reconcile(&specs).await.unwrap();
    assert_eq!(outcomes[1], Reconciled::Updated);
    assert!(outcomes.iter().enumerate().all(|(n, outcome)| n == 1 || *outcome == Reconciled::Unchanged));
}

#[tokio::test]
async fn a_change_that_would_lose_the_stream_is_refused_by_name() {
    let server = NatsServer::start();
    let bus = server.connect("test").await;
    let spec = StreamSpec::of(StreamKind::Orders, &district(), 1);
    bus.reconcile(std::slice::from_ref(&spec)).await.unwrap();
    let in_memory = StreamSpec { storage: Storage::Memory, ..spec };
    let error = bus.reconcile(&[in_memory]).await.unwrap_err();
    assert!(matches!(&error, StreamError::Incompatible { setting: "storage", .. }), "{error}");
    assert!(error.to_string().contains("ORDERS_test"), "{error}");
}

#[tokio::test]
async fn subjects_that_another_stream_keeps_are_refused_in_the_servers_words() {
    let server = NatsServer::start();
    let bus = server.connect("test").await;
    let spec = StreamSpec::of(StreamKind::Orders, &district(), 1);
    bus.reconcile(std::slice::from_ref(&spec)).await.unwrap();
    let rival = StreamSpec { name: "RIVAL".into(), ..spec };
    let error = bus.reconcile(&[rival]).await.unwrap_err();
    assert!(error.to_string().contains("overlap"), "{error}");
}

#[tokio::test]
async fn streams_in_memory_are_made_again_after_the_server_died() {
    let mut server = NatsServer::start();
    let bus = crate::support::prepared(&server).await;
    let positions = StreamKind::Positions.name(&district());
    server.kill();
    server.restart();
    let last = soon("the stream to be back", async {
        loop {
            if let Ok(last) = bus.last_sequence(&positions).await {
                return last;
            }
        }
    })
    .await;
    assert_eq!(last, Sequence::ZERO);
}

#[tokio::test]
async fn erasing_a_person_purges_their_subject_and_nothing_else() {
    let server = NatsServer::start();
    let bus = crate::support::prepared(&server).await;
    let stream = StreamKind::Profiles.name(&district());
    let mut writer = bus::FencedWriter::open(&bus, &stream, Sequence::ZERO);
    for (n, elder) in ["e1", "e2", "e1"].into_iter().enumerate() {
        let subject = format!("care.v1.test.profile.elder.{elder}");
        writer.publish_bytes(subject, &format!("m{n}"), "{}".into()).await.unwrap().await.unwrap();
    }
    assert_eq!(bus.purge_subject(&stream, "care.v1.test.profile.elder.e1").await.unwrap(), 2);
    assert!(bus.messages_for_subject(&stream, "care.v1.test.profile.elder.e1", 9).await.unwrap().is_empty());
    assert_eq!(bus.messages_for_subject(&stream, "care.v1.test.profile.elder.e2", 9).await.unwrap().len(), 1);
    assert_eq!(
        bus.last_sequence(&stream).await.unwrap(),
        Sequence(bus::leap::LEAP + 3),
        "the fence does not move back"
    );
}
