//! Load that does not wait for its victim: what is due is due at an instant fixed beforehand, and how long it took
//! counts from that instant, so that a pause of the system is charged to everything that fell due in it (no
//! coordinated omission).

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use tokio::sync::mpsc;

/// One thing that is due.
#[derive(Debug, Clone, Copy)]
pub struct Tick {
    /// Counts from 0.
    pub number: u64,
    /// When it should happen.
    pub due: Instant,
}

/// So many ticks, evenly spread, from `start` on. A thread of its own keeps the time, since an async timer is no
/// finer than a millisecond.
pub fn ticks(start: Instant, per_second: f64, count: u64) -> mpsc::UnboundedReceiver<Tick> {
    let (tx, rx) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for number in 0..count {
            let due = start + Duration::from_secs_f64(number as f64 / per_second);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if tx.send(Tick { number, due }).is_err() {
                return;
            }
        }
    });
    rx
}

/// How long things took: an HDR histogram with three significant digits, up to a minute.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u64>);

const LONGEST: Duration = Duration::from_mins(1);

impl Default for Latencies {
    #[expect(clippy::expect_used, reason = "three digits up to a minute are bounds the histogram takes")]
    fn default() -> Self {
        Self(Histogram::new_with_max(LONGEST.as_nanos() as u64, 3).expect("valid bounds"))
    }
}

impl Latencies {
    /// One more; what took longer than a minute counts as a minute.
    pub fn record(&mut self, took: Duration) {
        self.0.saturating_record(took.min(LONGEST).as_nanos() as u64);
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// A quantile in milliseconds, e.g. 0.99.
    pub fn ms(&self, quantile: f64) -> f64 {
        self.0.value_at_quantile(quantile) as f64 / 1e6
    }

    /// A quantile in microseconds.
    pub fn us(&self, quantile: f64) -> f64 {
        self.ms(quantile) * 1e3
    }
}

/// How long this thread has run on a processor, where the system tells; otherwise the time that has passed.
pub fn on_processor() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split_whitespace().next().and_then(|text| text.parse().ok());
    nanos.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ticks_fall_due_evenly_whoever_waits() {
        let start = Instant::now();
        let mut ticks = ticks(start, 1000.0, 50);
        // The victim stalls; nothing is put off.
        tokio::time::sleep(Duration::from_millis(60)).await;
        let mut seen = Vec::new();
        while let Some(tick) = ticks.recv().await {
            seen.push(tick);
        }
        assert_eq!(seen.len(), 50);
        assert_eq!(seen[49].due - seen[0].due, Duration::from_millis(49));
    }

    #[test]
    fn quantiles_are_of_all_that_was_recorded() {
        let mut some = Latencies::default();
        (1..=99).for_each(|ms| some.record(Duration::from_millis(ms)));
        some.record(Duration::from_hours(1));
        assert_eq!(some.count(), 100);
        assert!((some.ms(0.5) - 50.0).abs() < 0.1, "{}", some.ms(0.5));
        assert!((some.ms(1.0) - 60_000.0).abs() < 100.0, "{}", some.ms(1.0));
    }
}
