//! How many positions a second are taken into the index, beside how many a bare subscriber can count: the same
//! publisher, the same bytes, in turns.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use bus::{Bus, Subject, ToSubject};
use domain::time::Timestamp;
use tokio::task::JoinHandle;

use super::{
    crowd::{Crowd, Outpost, PATIENCE},
    sink,
};
use crate::measure::stage::{Service, Stage};

/// At most so many messages are on their way: a subscriber's buffer holds 65 536, and what does not fit is lost.
const ON_THEIR_WAY: usize = 50_000;
/// How often the subscriber is asked how far it has come.
const ASK_EVERY: Duration = Duration::from_millis(4);
/// The service counts its fixes once a second.
const COUNTED_WITHIN: Duration = Duration::from_secs(5);

/// What came of it.
pub struct Pings {
    /// Into the index.
    pub taken: Rate,
    /// Counted by the bare subscriber.
    pub raw: Rate,
    /// Reports the service did not accept.
    pub not_accepted: usize,
    /// Of these, those it rejected; the others it never saw, or did not count.
    pub rejected: usize,
}

/// So many messages in such a time.
#[derive(Default)]
pub struct Rate {
    messages: usize,
    elapsed: Duration,
}

impl Rate {
    /// Messages a second.
    pub fn per_second(&self) -> f64 {
        self.messages as f64 / self.elapsed.as_secs_f64()
    }

    fn add(&mut self, more: &Self) {
        self.messages += more.messages;
        self.elapsed += more.elapsed;
    }
}

/// Measures both in turns.
///
/// # Errors
/// If a process does not answer.
pub async fn measure(
    stage: &Stage,
    crowd: &mut Crowd,
    service: &Service,
    turns: usize,
    turn: Duration,
) -> Result<Pings> {
    let bus = stage.bus("publisher").await?;
    // Of its own, so that a question does not queue up behind the load.
    let asking = stage.bus("asking").await?;
    let bare: Vec<_> = crowd.people.iter().map(|p| format!("bare.{}", p.id).to_subject()).collect();
    let reports: Vec<_> = crowd.people.iter().map(|p| p.subject.clone()).collect();
    wait_for_sink(&asking).await?;
    let (before, rejected) = (service.metric(ACCEPTED).await?, service.metric(REJECTED).await?);
    let (mut raw, mut taken) = (Rate::default(), Rate::default());
    for _ in 0..turns {
        let sink = Progress::of(Subscriber::Sink, &asking).await?;
        raw.add(&flood(&bus, crowd, &bare, &sink, turn).await?);
        let index = Progress::of(Subscriber::Index(crowd.outpost()?), &asking).await?;
        taken.add(&flood(&bus, crowd, &reports, &index, turn).await?);
    }
    let accepted = accepted(service, before, taken.messages).await?;
    let rejected = (service.metric(REJECTED).await? - rejected) as usize;
    Ok(Pings { not_accepted: taken.messages.abs_diff(accepted), rejected, taken, raw })
}

/// Publishes round after round for one turn, and waits until the last has been taken.
async fn flood(
    bus: &Bus,
    crowd: &mut Crowd,
    subjects: &[Subject],
    progress: &Progress,
    turn: Duration,
) -> Result<Rate> {
    let began = Instant::now();
    let mut marks = Vec::new();
    let mut sent = 0;
    while began.elapsed() < turn {
        let (at, reports) = crowd.next_round();
        progress.until(&marks, ON_THEIR_WAY.max(subjects.len()) - subjects.len()).await?;
        for (subject, report) in subjects.iter().zip(reports) {
            bus.publish_bytes(subject.clone(), report).await?;
        }
        sent += subjects.len();
        marks.push(Mark { sent, at: at.as_millis() });
    }
    progress.until(&marks, 0).await?;
    Ok(Rate { messages: sent, elapsed: began.elapsed() })
}

/// The end of a round: so many messages so far, the last of them from that time.
struct Mark {
    sent: usize,
    at: i64,
}

#[derive(Clone)]
enum Subscriber {
    /// Tells how many messages it counted.
    Sink,
    /// Tells the time of the last report of a round.
    Index(Outpost),
}

/// How far a subscriber has come, asked again and again.
struct Progress {
    subscriber: Subscriber,
    /// When it began.
    base: i64,
    now: Arc<AtomicI64>,
    asking: JoinHandle<()>,
}

impl Progress {
    async fn of(subscriber: Subscriber, bus: &Bus) -> Result<Self> {
        let base = subscriber.ask(bus).await?;
        let now = Arc::new(AtomicI64::new(base));
        let (of, on, into) = (subscriber.clone(), bus.clone(), Arc::clone(&now));
        let asking = tokio::spawn(async move {
            loop {
                if let Ok(value) = of.ask(&on).await {
                    into.store(value, Ordering::Relaxed);
                }
                tokio::time::sleep(ASK_EVERY).await;
            }
        });
        Ok(Self { subscriber, base, now, asking })
    }

    /// Waits until at most so many of the messages are on their way.
    async fn until(&self, marks: &[Mark], on_their_way: usize) -> Result<()> {
        let sent = marks.last().map_or(0, |mark| mark.sent);
        let deadline = Instant::now() + PATIENCE;
        while sent - self.taken(marks) > on_their_way {
            ensure!(
                Instant::now() < deadline,
                "of {sent} messages only {} arrived: some were dropped",
                self.taken(marks)
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    fn taken(&self, marks: &[Mark]) -> usize {
        let now = self.now.load(Ordering::Relaxed);
        match self.subscriber {
            Subscriber::Sink => usize::try_from(now - self.base).unwrap_or(0),
            Subscriber::Index(_) => {
                marks.iter().rev().find(|mark| mark.at <= now).map_or(0, |mark| mark.sent)
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.asking.abort();
    }
}

impl Subscriber {
    async fn ask(&self, bus: &Bus) -> Result<i64> {
        match self {
            Self::Sink => sink::count(bus).await,
            Self::Index(outpost) => Ok(outpost.seen(bus).await?.map_or(0, Timestamp::as_millis)),
        }
    }
}

async fn wait_for_sink(bus: &Bus) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while let Err(error) = sink::count(bus).await {
        ensure!(Instant::now() < deadline, error.context("the bare subscriber does not answer"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

const ACCEPTED: &str = "location_fixes_accepted_total";
const REJECTED: &str = "location_fixes_rejected_total";

/// How many fixes were accepted since `before`: waits until the service has counted all of them.
async fn accepted(service: &Service, before: f64, expected: usize) -> Result<usize> {
    let deadline = Instant::now() + COUNTED_WITHIN;
    loop {
        let accepted = (service.metric(ACCEPTED).await? - before) as usize;
        if accepted >= expected || Instant::now() > deadline {
            return Ok(accepted);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
