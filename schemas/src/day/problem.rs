//! What can be wrong with a day file: where, what, and what to do.

use std::fmt;

/// The most problems one reading reports.
pub const MAX_PROBLEMS: usize = 50;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at {}: {what}; {advice}", if pointer.is_empty() { "the top" } else { pointer })]
pub struct DayProblem {
    /// Where, as a JSON pointer (RFC 6901), e.g. `/orders/17/place/elder`; empty for the whole document.
    pub pointer: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub advice: String,
}

/// Everything that is wrong with a day file, at least one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayProblems {
    /// The first [`MAX_PROBLEMS`].
    pub problems: Vec<DayProblem>,
    /// How many more there are.
    pub more: usize,
}

impl std::error::Error for DayProblems {}

impl fmt::Display for DayProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len().saturating_add(self.more);
        write!(f, "the day file has {count} {}:", if count == 1 { "problem" } else { "problems" })?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        if self.more > 0 {
            write!(f, "\n  … and {} more", self.more)?;
        }
        Ok(())
    }
}

/// Collects problems up to the limit.
#[derive(Debug, Default)]
pub(super) struct Findings {
    problems: Vec<DayProblem>,
    more: usize,
}

impl Findings {
    /// Notes one; the texts are only made while there is room.
    pub fn add(&mut self, pointer: impl FnOnce() -> String, what: impl Into<String>, advice: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            let advice = advice.to_owned();
            self.problems.push(DayProblem { pointer: pointer(), what: what.into(), advice });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// All of them, if any.
    pub fn into_result(self) -> Result<(), DayProblems> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(DayProblems { problems: self.problems, more: self.more })
        }
    }
}

/// The document does not have the shape of a day.
pub(super) fn undecodable(error: serde_path_to_error::Error<serde_json::Error>) -> DayProblems {
    let pointer = pointer_of(error.path());
    let error = error.into_inner();
    if error.is_data() {
        let advice = "correct it; the shape of every member is in schemas/json/day.v1.schema.json".to_owned();
        single(DayProblem { pointer, what: error.to_string(), advice })
    } else {
        not_json(&error)
    }
}

/// The document is no JSON, or more than one JSON value.
pub(super) fn not_json(error: &serde_json::Error) -> DayProblems {
    single(DayProblem {
        pointer: String::new(),
        what: format!("this is not one JSON document: {error}"),
        advice: "a day file is one JSON object; check that it was written to its end".to_owned(),
    })
}

fn single(problem: DayProblem) -> DayProblems {
    DayProblems { problems: vec![problem], more: 0 }
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let token = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            // A variant is the only key of its object.
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&token);
    }
    pointer
}
