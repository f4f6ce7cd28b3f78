//! What came of a driven day.

use std::collections::BTreeMap;

use serde::Serialize;

/// What came of it.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// Orders the system acknowledged.
    pub orders_placed: u64,
    /// Of these served: done or confirmed.
    pub orders_done: u64,
    /// Acknowledged, and unknown when asked for at the end.
    pub orders_lost: u64,
    /// Calls that failed, or were refused for a reason that playing a day does not explain.
    pub errors: u64,
    /// The first few of them.
    pub error_samples: Vec<String>,
    /// Refusals that belong to a day: an offer that ran out, a step the fence took first.
    pub refused: BTreeMap<String, u64>,
    /// Orders by stage at the end.
    pub stages: BTreeMap<String, u64>,
    /// Calls made.
    pub calls: u64,
    /// Seconds of real time.
    pub seconds: f64,
}

/// Refusals that a played day brings about by itself: two see the same thing and act at once.
const EXPECTED: [&str; 4] = ["offer_gone", "wrong_stage", "not_on_team", "stale_revision"];

impl Outcome {
    /// Counts a refusal.
    pub fn refused(&mut self, code: &str, detail: &str) {
        *self.refused.entry(code.to_owned()).or_default() += 1;
        if !EXPECTED.contains(&code) {
            self.failed(format!("{code}: {detail}"));
        }
    }

    /// Counts an error.
    pub fn failed(&mut self, what: String) {
        self.errors += 1;
        if self.error_samples.len() < 20 {
            self.error_samples.push(what);
        }
    }

    /// For people.
    pub fn print(&self) {
        println!(
            "placed {}, served {}, lost {}, errors {} in {:.0} s and {} calls",
            self.orders_placed, self.orders_done, self.orders_lost, self.errors, self.seconds, self.calls
        );
        println!("by stage {:?}, refused {:?}", self.stages, self.refused);
        for sample in &self.error_samples {
            println!("  {sample}");
        }
    }
}
