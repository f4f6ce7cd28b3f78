//! Asking and answering: values, problems, silence, nonsense.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::support::{LIMIT, soon};
use bus::{Bus, Call, Endpoint, RequestError, testing::NatsServer};
use schemas::problem::{Problem, Reply};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Serialize, Deserialize)]
struct Halve {
    number: u64,
}

const SUBJECT: &str = "care.v1.test.ask.dispatch.halve";

async fn halve(call: Call<Halve>) -> Result<u64, Problem> {
    match call.body.number {
        n if n % 2 == 0 => Ok(n / 2),
        n => Err(Problem::new(422, "odd_number", format!("{n} is odd"))),
    }
}

async fn answering(bus: &Bus, endpoint: Endpoint) -> CancellationToken {
    let stop = CancellationToken::new();
    let server = bus.serve(endpoint).await.unwrap();
    tokio::spawn(server.run(stop.clone(), halve));
    stop
}

#[tokio::test]
async fn a_value_and_a_problem_arrive_as_such() {
    let server = NatsServer::start();
    let (here, there) = (server.connect("here").await, server.connect("there").await);
    let stop = answering(&there, Endpoint::new(SUBJECT)).await;
    let half: u64 = here.request(SUBJECT, &Halve { number: 8 }, LIMIT).await.unwrap();
    assert_eq!(half, 4);
    let refused = here.request::<_, u64>(SUBJECT, &Halve { number: 7 }, LIMIT).await.unwrap_err();
    assert!(matches!(&refused, RequestError::Refused(problem) if problem.code == "odd_number"), "{refused}");
    stop.cancel();
}

#[tokio::test]
async fn malformed_and_oversize_requests_get_a_coded_problem() {
    let server = NatsServer::start();
    let bus = server.connect("test").await;
    let _stop = answering(&bus, Endpoint::new(SUBJECT).max_payload(64)).await;
    let subject = SUBJECT.into();
    let oversize = format!("{{\"number\": {}2}}", " ".repeat(100));
    for (body, code) in [
        ("{", "malformed"),
        ("{\"number\":\"two\"}", "malformed"),
        ("\u{0}", "malformed"),
        (&oversize, "too_large"),
    ] {
        let answer = bus.request_bytes(&subject, body.to_owned().into(), LIMIT).await.unwrap();
        match serde_json::from_slice(&answer).unwrap() {
            Reply::<u64>::Problem(problem) => assert_eq!(problem.code, code, "{body}"),
            Reply::Ok(value) => panic!("{body} was answered with {value}"),
        }
    }
}

#[tokio::test]
async fn nobody_there_is_told_at_once_and_silence_after_the_limit() {
    let server = NatsServer::start();
    let bus = server.connect("test").await;
    let error = bus.request::<_, u64>(SUBJECT, &Halve { number: 2 }, LIMIT).await.unwrap_err();
    assert!(matches!(error, RequestError::NoResponders { .. }), "{error}");
    assert_eq!(Problem::from(error).status, 503);

    let _silent = bus.subscribe(SUBJECT).await.unwrap();
    let within = Duration::from_millis(100);
    let error = bus.request::<_, u64>(SUBJECT, &Halve { number: 2 }, within).await.unwrap_err();
    assert!(matches!(error, RequestError::TimedOut { .. }), "{error}");
    assert_eq!(Problem::from(error).status, 504);
}

/// The answer carries the rights of whoever answers: it must not become an event in a stream.
#[tokio::test]
async fn an_answer_goes_to_an_inbox_or_nowhere() {
    let server = NatsServer::start();
    let bus = server.connect("test").await;
    let _stop = answering(&bus, Endpoint::new(SUBJECT)).await;
    let raw = async_nats::connect(server.url()).await.unwrap();
    let mut everything = raw.subscribe("care.v1.test.order.>").await.unwrap();
    let body = serde_json::to_vec(&Halve { number: 8 }).unwrap();
    raw.publish_with_reply(SUBJECT, "care.v1.test.order.o1", body.into()).await.unwrap();
    // What was asked later is answered, so the one before was dealt with.
    raw.flush().await.unwrap();
    let half: u64 = bus.request(SUBJECT, &Halve { number: 8 }, LIMIT).await.unwrap();
    assert_eq!(half, 4);
    raw.publish("care.v1.test.order.end", "end".into()).await.unwrap();
    let first = soon("a message", futures::StreamExt::next(&mut everything)).await.unwrap();
    assert_eq!(first.subject.as_str(), "care.v1.test.order.end", "nothing came before it");
}

#[tokio::test]
async fn no_more_are_handled_at_a_time_than_allowed_and_the_rest_waits() {
    let server = NatsServer::start();
    let bus = server.connect("test").await;
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let endpoint = bus.serve(Endpoint::new(SUBJECT).concurrency(3)).await.unwrap();
    let counted = most.clone();
    tokio::spawn(endpoint.run(CancellationToken::new(), move |call: Call<Halve>| {
        let (now, most) = (now.clone(), counted.clone());
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(2)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            halve(call).await
        }
    }));
    let asking = (0..30).map(|n| {
        let bus = bus.clone();
        async move { bus.request::<_, u64>(SUBJECT, &Halve { number: n * 2 }, LIMIT).await.unwrap() }
    });
    let answers = soon("the answers", futures::future::join_all(asking)).await;
    assert_eq!(answers, (0..30).collect::<Vec<_>>());
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn stopping_answers_what_has_arrived() {
    let server = NatsServer::start();
    let (here, there) = (server.connect("here").await, server.connect("there").await);
    let stop = CancellationToken::new();
    let endpoint = there.serve(Endpoint::new(SUBJECT).concurrency(1)).await.unwrap();
    let asking: Vec<_> = (0..50)
        .map(|n| {
            let here = here.clone();
            tokio::spawn(
                async move { here.request::<_, u64>(SUBJECT, &Halve { number: n * 2 }, LIMIT).await },
            )
        })
        .collect();
    // All of them wait at the endpoint, since nobody has begun to answer.
    soon("the requests", async { while here.round_trip(LIMIT).await.is_err() {} }).await;
    tokio::task::yield_now().await;
    here.round_trip(LIMIT).await.unwrap();
    there.round_trip(LIMIT).await.unwrap();
    stop.cancel();
    soon("the end", endpoint.run(stop, halve)).await.unwrap();
    for (n, answer) in asking.into_iter().enumerate() {
        assert_eq!(soon("the answer", answer).await.unwrap().unwrap(), n as u64);
    }
    let error = here.request::<_, u64>(SUBJECT, &Halve { number: 2 }, LIMIT).await.unwrap_err();
    assert!(matches!(error, RequestError::NoResponders { .. }), "{error}");
}
