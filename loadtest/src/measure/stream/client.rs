//! One desk on the live stream: counts what is missing or out of order, and how late each order event came. Its
//! connection is cut at random; it comes back after a while with the last id it saw.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tokio::{sync::watch, time::sleep_until};

use super::source::Schedule;
use crate::measure::{edge::Caller, sse::Reader};

/// A desk is away for at most so long.
const AWAY: Duration = Duration::from_secs(2);
/// How long it waits when it is refused.
const REFUSED: Duration = Duration::from_millis(200);

/// What one desk, or all, have seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// How late each order event came, in microseconds.
    pub micros: Vec<u32>,
    /// Order events that were passed over.
    pub gaps: usize,
    /// Order events that never came, at the end.
    pub behind: usize,
    /// Order events out of order or twice.
    pub reordered: usize,
    /// Connections cut.
    pub cuts: usize,
    /// Times the edge asked to begin anew.
    pub resets: usize,
    /// Batches of positions.
    pub positions: usize,
}

impl Seen {
    /// All of another's, too.
    pub fn add(&mut self, other: Self) {
        self.micros.extend(other.micros);
        self.gaps += other.gaps;
        self.behind += other.behind;
        self.reordered += other.reordered;
        self.cuts += other.cuts;
        self.resets += other.resets;
        self.positions += other.positions;
    }
}

/// One desk.
pub struct Desk {
    caller: Caller,
    schedule: Arc<Schedule>,
    cut_after: f64,
    rng: ChaCha8Rng,
    cursor: Option<u64>,
    /// Where it was when the edge asked it to begin anew.
    before_reset: Option<u64>,
    /// When it asked for the present connection.
    asked: Instant,
    /// The edge asked to begin anew.
    reset: bool,
    seen: Seen,
}

impl Desk {
    /// Not connected yet.
    pub fn new(caller: Caller, schedule: Arc<Schedule>, cut_after: f64, rng: ChaCha8Rng) -> Self {
        let (asked, seen) = (Instant::now(), Seen::default());
        Self { caller, schedule, cut_after, rng, cursor: None, before_reset: None, asked, reset: false, seen }
    }

    /// Watches until the end.
    ///
    /// # Errors
    /// None so far: a desk that is refused tries again.
    pub async fn watch(mut self, mut end: watch::Receiver<bool>) -> Result<Seen> {
        loop {
            tokio::select! {
                () = self.connection() => {}
                _ = end.wait_for(|ended| *ended) => break,
            }
        }
        let last = self.cursor.unwrap_or(0);
        self.seen.behind = self.schedule.last.saturating_sub(last) as usize;
        Ok(self.seen)
    }

    /// One connection, until it is cut, and the time away.
    async fn connection(&mut self) {
        self.asked = Instant::now();
        let Ok(mut live) = self.caller.live(self.cursor).await else {
            tokio::time::sleep(REFUSED).await;
            return;
        };
        // Evenly between a fifth and nine fifths of the mean.
        let life = self.cut_after * self.rng.random_range(0.2..1.8);
        let cut = sleep_until((Instant::now() + Duration::from_secs_f64(life)).into());
        tokio::pin!(cut);
        let mut reader = Reader::without_data();
        loop {
            tokio::select! {
                chunk = live.chunk() => match chunk {
                    Ok(Some(chunk)) => reader.feed(&chunk, |event| self.take(&event.name, event.id)),
                    Ok(None) | Err(_) => break,
                },
                () = &mut cut, if !self.is_finished() => {
                    self.seen.cuts += 1;
                    drop(live);
                    tokio::time::sleep(self.rng.random_range(Duration::ZERO..AWAY)).await;
                    break;
                }
            }
            if std::mem::take(&mut self.reset) {
                break;
            }
        }
    }

    fn is_finished(&self) -> bool {
        self.cursor.is_some_and(|cursor| cursor >= self.schedule.last)
    }

    fn take(&mut self, name: &str, id: Option<u64>) {
        match (name, id) {
            ("order", Some(sequence)) => self.order(sequence),
            ("snapshot", Some(sequence)) => {
                if self.cursor.is_none() && self.seen.resets == 0 {
                    self.schedule.note_connected();
                }
                if let Some(before) = self.before_reset.take() {
                    // Beginning anew, it learnt the state but never saw the events between.
                    self.seen.gaps += sequence.saturating_sub(before) as usize;
                }
                self.move_to(sequence);
            }
            ("positions", _) => self.seen.positions += 1,
            ("reset", _) => {
                self.seen.resets += 1;
                self.before_reset = self.cursor.take().or(self.before_reset);
                self.reset = true;
            }
            _ => {}
        }
    }

    fn order(&mut self, sequence: u64) {
        let expected = self.cursor.map_or(sequence, |cursor| cursor + 1);
        if sequence < expected {
            self.seen.reordered += 1;
            return;
        }
        self.seen.gaps += (sequence - expected) as usize;
        if let Some(due) = self.schedule.due(sequence) {
            // What happened while it was away could not come before it asked.
            let late = Instant::now().saturating_duration_since(due.max(self.asked));
            self.seen.micros.push(u32::try_from(late.as_micros()).unwrap_or(u32::MAX));
        }
        self.move_to(sequence);
    }

    fn move_to(&mut self, sequence: u64) {
        let was_finished = self.is_finished();
        self.cursor = Some(sequence);
        if !was_finished && self.is_finished() {
            self.schedule.note_finished();
        }
    }
}
