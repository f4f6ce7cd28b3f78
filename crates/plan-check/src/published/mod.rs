//! Published benchmarks: reads an instance and a solution as they are published, and tells what is broken and what it
//! costs, in double precision and from the published rules alone.

pub mod hhcrsp;
pub mod routing;

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Unreadable {
    /// Instance or solution.
    pub what: &'static str,
    /// What was found, and what was expected.
    pub why: String,
}

impl Unreadable {
    #[expect(clippy::needless_pass_by_value, reason = "takes an error as `map_err` hands it over")]
    fn instance(why: impl ToString) -> Self {
        Self { what: "instance", why: why.to_string() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "takes an error as `map_err` hands it over")]
    fn solution(why: impl ToString) -> Self {
        Self { what: "solution", why: why.to_string() }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict {
    /// In the units of the benchmark.
    pub cost: f64,
    /// Rounds with any stop.
    pub vehicles: usize,
    /// Every broken rule, in words.
    pub violations: Vec<String>,
}
