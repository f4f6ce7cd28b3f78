//! An organisation's contract and what `accounts` decided about it. A contract takes two people; its end, or a day outside
//! its term, keeps work from its people at once.

use domain::{
    calendar::Day,
    id::{MatterId, OrganisationId},
    time::Timestamp,
};
use schemas::{
    account::standing::{Rated, Standing},
    registry::organisation::{
        Contract, Designation, MAX_NAME, Organisation, OrganisationStep, Stars, Stopped, Term,
    },
};

use super::{Desk, KeepRefusal, another};

/// A contract is checked so often (Changsha Art. 20), in months.
const CHECKED: u8 = 12;
/// A successor is looked for so long before the end (Changsha Art. 21), in months.
const SUCCESSOR: u8 = 3;

/// One that is known from its people only.
pub fn unregistered(id: &OrganisationId) -> Organisation {
    Organisation {
        id: id.clone(),
        revision: 0,
        name: String::new(),
        contract: Contract::Unregistered,
        designated: None,
        stars: None,
        stopped: None,
        due: None,
        record: Vec::new(),
    }
}

pub(super) const fn is_open(it: &Organisation) -> bool {
    matches!(it.contract, Contract::Proposed { .. }) || it.due.is_some()
}

const fn stage(contract: &Contract) -> &'static str {
    match contract {
        Contract::Unregistered => "unregistered",
        Contract::Registered => "registered",
        Contract::Proposed { .. } => "proposed",
        Contract::Signed { .. } => "signed",
        Contract::Ended { .. } => "ended",
    }
}

pub(super) fn take(
    desk: Desk<'_>,
    it: &Organisation,
    step: &OrganisationStep,
) -> Result<Organisation, KeepRefusal> {
    let wrong = || KeepRefusal::WrongStep { step: step.name(), stage: stage(&it.contract) };
    let mut next = it.clone();
    match (step, &it.contract) {
        (OrganisationStep::Register { name, checks }, contract) => {
            let name = name.trim();
            if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
                let range = format!("1 to {MAX_NAME} characters");
                return Err(KeepRefusal::OutOfRange { what: "the name", range });
            }
            if !checks.hold() {
                return Err(KeepRefusal::Checks);
            }
            name.clone_into(&mut next.name);
            if *contract == Contract::Unregistered {
                next.contract = Contract::Registered;
            }
        }
        (OrganisationStep::ProposeContract { term }, contract) => {
            let running = match contract {
                Contract::Registered | Contract::Ended { .. } => None,
                Contract::Signed { term, .. } => Some(*term),
                _ => return Err(wrong()),
            };
            sound(desk, *term)?;
            next.contract = Contract::Proposed { term: *term, running };
        }
        (OrganisationStep::SignContract, Contract::Proposed { term, running }) => {
            another(&it.record, "propose_contract", desk.by)?;
            // One that follows without a gap goes on from the first day of the one before.
            let joined = running.filter(|before| before.from < term.from && term.from <= before.until.next());
            let term = Term { from: joined.map_or(term.from, |before| before.from), until: term.until };
            next.contract = Contract::Signed { term, checked_on: desk.today };
        }
        (OrganisationStep::DropContract, Contract::Proposed { running, .. }) => {
            next.contract = match running {
                Some(term) => Contract::Signed { term: *term, checked_on: checked(it, *term) },
                None => Contract::Registered,
            };
        }
        (OrganisationStep::CheckContract, Contract::Signed { term, .. }) => {
            next.contract = Contract::Signed { term: *term, checked_on: desk.today };
        }
        (
            OrganisationStep::EndContract,
            Contract::Signed { term, .. } | Contract::Proposed { running: Some(term), .. },
        ) => {
            next.contract = Contract::Ended { term: *term, on: desk.today };
            next.designated = None;
        }
        (OrganisationStep::Designate, Contract::Signed { .. }) => {
            let since = it.designated.map_or(desk.today, |before| before.since);
            next.designated = Some(Designation { since, checked_on: desk.today });
        }
        (OrganisationStep::Undesignate, _) if it.designated.is_some() => next.designated = None,
        _ => return Err(wrong()),
    }
    next.due = due(&next.contract, desk.today);
    Ok(next)
}

/// When the contract was last checked, by the record; the first day where that is forgotten.
fn checked(it: &Organisation, term: Term) -> Day {
    let last = it.record.iter().rev().find(|r| r.step == "sign_contract" || r.step == "check_contract");
    last.map_or(term.from, |record| record.on)
}

fn sound(desk: Desk<'_>, term: Term) -> Result<(), KeepRefusal> {
    if term.until < term.from || term.until < desk.today {
        let range = "from one day to a later one, not over yet".to_owned();
        return Err(KeepRefusal::OutOfRange { what: "the term", range });
    }
    match desk.terms.operator_term_months {
        Some(months) if term.until >= term.from.plus_months(months) => {
            let range = format!("{months} months at most, then it is tendered again");
            Err(KeepRefusal::OutOfRange { what: "the term", range })
        }
        _ => Ok(()),
    }
}

/// The yearly check, then the successor, then the end.
fn due(contract: &Contract, today: Day) -> Option<Day> {
    let Contract::Signed { term, checked_on } = contract else { return None };
    let successor = term.until.before_months(SUCCESSOR);
    let ending = if today < successor { successor } else { term.until };
    Some(ending.min(checked_on.plus_months(CHECKED)))
}

/// What `accounts` decided about an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Work orders stop, or go on.
    Standing(Standing),
    /// A yearly rating.
    Rated(Rated),
}

impl Word {
    /// About which organisation.
    pub const fn organisation(&self) -> &OrganisationId {
        match self {
            Self::Standing(standing) => &standing.organisation,
            Self::Rated(rated) => &rated.organisation,
        }
    }
}

/// The organisation after the word of `accounts`; none where that changes nothing, so that the same word may come twice.
pub fn hear(it: &Organisation, word: &Word) -> Option<Organisation> {
    let mut next = it.clone();
    match word {
        Word::Standing(standing) => {
            let stopped = |matter: &MatterId, since: Timestamp| Stopped { matter: matter.clone(), since };
            next.stopped = standing.stopped.then(|| stopped(&standing.matter, standing.at));
        }
        Word::Rated(Rated { year, stars, matter, .. }) => {
            let latest = it.stars.as_ref().is_none_or(|before| before.year <= *year);
            if latest {
                next.stars = Some(Stars { year: *year, stars: *stars, matter: matter.clone() });
            }
        }
    }
    if next == *it {
        return None;
    }
    next.revision = next.revision.saturating_add(1);
    Some(next)
}
