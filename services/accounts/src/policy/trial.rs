//! A pack tried on a recorded month before it is switched on: who gains, who loses, what it costs, and whose spending
//! of that month it would no longer have covered.

use std::{
    collections::BTreeMap,
    io::{self, BufRead},
};

use domain::{calendar::Month, id::ElderId};
use schemas::account::{
    assessment::{Amount, Kind},
    person::Person,
};
use serde::{Deserialize, Serialize};

use super::{
    assess::{AssessError, assess},
    pack::Pack,
};

/// One person's recorded month, a line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Who.
    pub elder: ElderId,
    /// As they were.
    pub person: Person,
    /// What of each kind they spent, in fen or points.
    #[serde(default)]
    pub spent: BTreeMap<Kind, i64>,
}

/// What would change for one person and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Who.
    pub elder: ElderId,
    /// What.
    pub kind: Kind,
    /// What the pack in force gives: the amount, or the refusal's code.
    pub before: Outcome,
    /// What the pack on trial gives.
    pub after: Outcome,
    /// Spent in that month beyond what the pack on trial gives.
    pub uncovered: i64,
}

/// An amount or a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// So much, in fen or points.
    Given(i64),
    /// Refused.
    Refused(schemas::account::assessment::RefusalCode),
    /// The city does not know the kind.
    Unknown,
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// Which month.
    pub month: Month,
    /// How many people were recorded.
    pub people: u64,
    /// What both packs give in all, by kind: before, after.
    pub totals: BTreeMap<Kind, (i64, i64)>,
    /// Everyone for whom something changes, or whose spending would not be covered.
    pub differences: Vec<Difference>,
}

/// Why a trial cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The record cannot be read.
    #[error("record_unreadable: {0}")]
    Read(#[from] io::Error),
    /// A line is no recorded person.
    #[error("record_malformed: line {line}: {source}")]
    Malformed {
        /// Counts from 1.
        line: usize,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A person cannot be assessed.
    #[error("line {line}: {source}")]
    Person {
        /// Counts from 1.
        line: usize,
        /// Why.
        source: AssessError,
    },
}

/// Compares what two packs give on the last day of the recorded month, line by line: a record of any size takes no
/// more memory than its differences.
///
/// # Errors
/// [`TrialError`] names the line.
pub fn trial(before: &Pack, after: &Pack, month: Month, record: impl BufRead) -> Result<Trial, TrialError> {
    let mut trial = Trial { month, people: 0, totals: BTreeMap::new(), differences: Vec::new() };
    for (line, text) in (1..).zip(record.lines()) {
        let text = text?;
        if text.trim().is_empty() {
            continue;
        }
        let recorded: Recorded =
            serde_json::from_str(&text).map_err(|source| TrialError::Malformed { line, source })?;
        let given = |pack| {
            outcomes(pack, &recorded.person, month).map_err(|source| TrialError::Person { line, source })
        };
        let (old, new) = (given(before)?, given(after)?);
        trial.people += 1;
        for kind in Kind::ALL {
            let find =
                |given: &BTreeMap<Kind, Outcome>| given.get(&kind).copied().unwrap_or(Outcome::Unknown);
            let (before, after) = (find(&old), find(&new));
            let total = trial.totals.entry(kind).or_default();
            total.0 += before.given();
            total.1 += after.given();
            let spent = recorded.spent.get(&kind).copied().unwrap_or(0);
            let uncovered = spent.saturating_sub(after.given()).max(0);
            if before != after || uncovered > 0 {
                trial.differences.push(Difference {
                    elder: recorded.elder.clone(),
                    kind,
                    before,
                    after,
                    uncovered,
                });
            }
        }
    }
    trial.totals.retain(|_, total| *total != (0, 0));
    Ok(trial)
}

fn outcomes(pack: &Pack, person: &Person, month: Month) -> Result<BTreeMap<Kind, Outcome>, AssessError> {
    let assessment = assess(pack, person, month.last())?;
    let given = assessment.entitlements.into_iter().map(|entitlement| {
        let (Amount::AmountFen(amount) | Amount::Points(amount)) = entitlement.amount;
        (entitlement.kind, Outcome::Given(amount))
    });
    let refused =
        assessment.refused.into_iter().map(|refused| (refused.kind, Outcome::Refused(refused.code)));
    Ok(given.chain(refused).collect())
}

impl Outcome {
    const fn given(self) -> i64 {
        match self {
            Self::Given(amount) => amount,
            Self::Refused(_) | Self::Unknown => 0,
        }
    }
}
