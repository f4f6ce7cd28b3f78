//! A measurement, not run by default: a thousand clients, 50 order events and 150 positions a second, some clients cut
//! all the time. It prints what it saw; gaps and reordering fail it.
//!
//! `cargo test --release -p command-center --test edge -- --ignored fan_out --nocapture`

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use domain::{geo::Wgs84, id::CaregiverId, order::Actor};
use hdrhistogram::Histogram;
use runtime::{Clock, SystemClock};
use schemas::{
    position::{Moved, Position},
    subject,
};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::support::{District, district, neighbours::new_order};

const CLIENTS: usize = 1_000;
const EVENTS: usize = 1_000;
const EVENT_EVERY: Duration = Duration::from_millis(20);
/// Every so many events a client is cut and resumes.
const CUT_EVERY: usize = 150;

/// When each event was handed to the stream, by its number.
type Sent = Arc<Mutex<Vec<Option<Instant>>>>;

#[derive(Default)]
struct Seen {
    micros: Vec<u64>,
    gaps: usize,
    reordered: usize,
    positions: usize,
    cuts: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn fan_out() {
    let place = District::start().await;
    let sent: Sent = Arc::new(Mutex::new(vec![None; EVENTS]));
    let address = place.edge.base.trim_start_matches("http://").to_owned();
    let token = place.token("supervisor");
    let began = Instant::now();
    let watching: Vec<_> = (0..CLIENTS)
        .map(|n| tokio::spawn(watch(address.clone(), token.clone(), n, Arc::clone(&sent))))
        .collect();
    crate::support::eventually("all are connected", || async { place.edge.streams() == CLIENTS }).await;
    println!("{CLIENTS} clients connected within {:?}", began.elapsed());

    let moving = {
        let bus = place.bus.clone();
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(200));
            for round in 0..i64::MAX {
                ticks.tick().await;
                let positions = (0..30).map(|n| position(n, round)).collect();
                bus.publish(subject::positions_moved(&district()), &Moved { positions }).await.unwrap();
            }
        })
    };
    let mut ticks = tokio::time::interval(EVENT_EVERY);
    let by = Actor::SYSTEM;
    for n in 0..EVENTS {
        ticks.tick().await;
        sent.lock().unwrap()[n] = Some(Instant::now());
        place.neighbours.write(new_order(&format!("n{n}"), "e1", "s1", &by), None).await;
    }
    let mut all = Histogram::<u64>::new(3).unwrap();
    let mut sum = Seen::default();
    for watcher in watching {
        let seen = watcher.await.unwrap();
        seen.micros.iter().for_each(|micros| all.record(*micros).unwrap());
        sum.gaps += seen.gaps;
        sum.reordered += seen.reordered;
        sum.positions += seen.positions;
        sum.cuts += seen.cuts;
    }
    moving.abort();
    let ms = |q: f64| all.value_at_quantile(q) as f64 / 1000.0;
    println!(
        "{} order events delivered: p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms; gaps {}, reordered {}, cuts {}, batches of positions {}",
        all.len(),
        ms(0.5),
        ms(0.99),
        all.max() as f64 / 1000.0,
        sum.gaps,
        sum.reordered,
        sum.cuts,
        sum.positions
    );
    assert_eq!((sum.gaps, sum.reordered), (0, 0));
    assert_eq!(all.len() as usize, CLIENTS * EVENTS);
}

fn position(n: i64, round: i64) -> Position {
    Position {
        caregiver: CaregiverId::new(format!("m{}", (round * 30 + n) % 300)).unwrap(),
        at: SystemClock.now(),
        place: Wgs84::new(98.2 + n as f64 / 1000.0, 39.7).unwrap(),
        accuracy: Some(8.0),
        battery: None,
    }
}

/// Reads until the last event; resumes after each cut.
async fn watch(address: String, token: String, me: usize, sent: Sent) -> Seen {
    let mut seen = Seen::default();
    let mut next = 0;
    let mut cursor: Option<String> = None;
    while next < EVENTS {
        let stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        let (from, mut to) = stream.into_split();
        let resume = cursor.as_ref().map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        let request =
            format!("GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{resume}\r\n");
        to.write_all(request.as_bytes()).await.unwrap();
        let mut lines = BufReader::with_capacity(64 * 1024, from).lines();
        let until = (next + CUT_EVERY + me % 97).min(EVENTS);
        let mut is_order = false;
        while next < until {
            let line = lines.next_line().await.unwrap().expect("the stream goes on");
            if let Some(event) = line.strip_prefix("event: ") {
                is_order = event == "order";
                seen.positions += usize::from(event == "positions");
                assert_ne!(event, "reset");
            } else if let Some(id) = line.strip_prefix("id: ") {
                cursor = Some(id.to_owned());
            } else if is_order && line.starts_with("data: ") {
                is_order = false;
                let at = line.find("\"order\":{\"id\":\"n").unwrap() + "\"order\":{\"id\":\"n".len();
                let number: usize = line[at..].split('"').next().unwrap().parse().unwrap();
                seen.gaps += usize::from(number > next);
                seen.reordered += usize::from(number < next);
                next = number + 1;
                let since = sent.lock().unwrap()[number].unwrap();
                seen.micros.push(since.elapsed().as_micros() as u64);
            }
        }
        seen.cuts += usize::from(next < EVENTS);
    }
    seen
}
