//! Wall time, or the processor time of this process where the machine is not ours alone.

use std::{sync::Mutex, time::Instant};

/// Seconds since its start.
pub struct Stopwatch {
    started: Instant,
    processor: Option<Processor>,
}

struct Processor {
    threads: f64,
    at_start: f64,
    /// When it was last asked, and the answer: asking costs more than a step of a search.
    last: Mutex<(Instant, f64)>,
}

/// Seconds between two looks at the processor time.
const LOOK: f64 = 0.005;
/// Clock ticks a second in `/proc`, the same on every Linux.
const TICKS: f64 = 100.0;

impl Stopwatch {
    /// Counts from now on; given a number of threads, the processor time of each.
    pub fn start(threads: Option<usize>) -> Self {
        let started = Instant::now();
        let at_start = processor_seconds();
        let processor = threads.map(|threads| Processor {
            threads: threads.max(1) as f64,
            at_start,
            last: Mutex::new((started, 0.0)),
        });
        Self { started, processor }
    }

    /// Since the start.
    pub fn seconds(&self) -> f64 {
        let Some(processor) = &self.processor else { return self.started.elapsed().as_secs_f64() };
        let Ok(mut last) = processor.last.lock() else { return self.started.elapsed().as_secs_f64() };
        if last.0.elapsed().as_secs_f64() > LOOK {
            *last = (Instant::now(), (processor_seconds() - processor.at_start) / processor.threads);
        }
        last.1
    }
}

/// User and system time of this process (`proc(5)`: fields 14 and 15, counted behind the name in brackets).
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    fields.skip(11).take(2).filter_map(|f| f.parse::<f64>().ok()).sum::<f64>() / TICKS
}
