//! Matters that people see to, without I/O: a matter and a step in, the matter after it and its consequences out.
//!
//! | file | is |
//! | --- | --- |
//! | `application.rs` | survey, notice, review, decision, yearly check (Changji § 5) |
//! | `follow_up.rs` | a poor rating, called about (Jiayuguan Art. 16(4)) |
//! | `complaint.rs` | a complaint with its outcome (Jiayuguan Art. 17) |
//! | `violation.rs` | a violation, its term, and what follows (Changsha Art. 43) |
//! | `proposal.rs` | ratings, corrections, grants: one proposes, another approves |
//! | `refusal.rs` | why a step may not be taken |
//! | `roles.rs` | who may take which step |

mod application;
mod complaint;
mod follow_up;
mod proposal;
mod refusal;
mod roles;
mod violation;

use domain::{
    calendar::Day,
    id::{ElderId, MatterId, OrderId, OrganisationId, UserId},
    order::Actor,
};
use schemas::account::{
    matter::{Case, ComplaintStage, Matter, Record, Step, ViolationStage},
    person::Person,
};

pub use self::{follow_up::follow_up, refusal::MatterRefusal};
use crate::{policy::pack::Version, rulebook::Rulebook};

/// The longest note, in characters.
const MAX_NOTE: usize = 500;
/// A matter takes so many steps.
const MAX_STEPS: usize = 64;

/// What follows from a step beside the matter itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consequence {
    /// What decides about an elder, from now on.
    Person(ElderId, Box<Person>),
    /// An elder's approval ends.
    Unapproved(ElderId),
    /// A correction is booked.
    Correct(OrderId, i64),
    /// Work orders may not, or may again, go to an organisation because of this matter.
    Standing(OrganisationId, bool),
    /// An organisation has its stars for a year.
    Rated(OrganisationId, i16, u8),
    /// Another matter is opened.
    Open(Box<Matter>),
}

/// What a step is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The city's rules.
    pub rules: &'a Rulebook,
    /// The day it is in the city.
    pub today: Day,
    /// Who takes the step.
    pub by: &'a Actor,
    /// The organisation's running grant is stopped after a violation.
    pub grant_stopped: bool,
}

type Done = Result<(Matter, Vec<Consequence>), MatterRefusal>;

impl Desk<'_> {
    fn version(&self) -> Result<&Version, MatterRefusal> {
        let version = self.rules.pack.version_on(self.today).map(|(version, _)| version);
        version.ok_or(MatterRefusal::NoProcedure("any policy"))
    }

    /// The last day of a term in working days.
    fn within(&self, working_days: u8) -> Day {
        self.rules.calendar.after(self.today, working_days)
    }
}

/// Takes a step; `matter` is none where one is to be opened.
///
/// # Errors
/// [`MatterRefusal`].
pub fn take(desk: Desk<'_>, id: &MatterId, matter: Option<Matter>, step: &Step, note: &str) -> Done {
    if !roles::may(step, desk.by.role) {
        return Err(MatterRefusal::NotAllowed { role: desk.by.role, step: step.name() });
    }
    if note.chars().count() > MAX_NOTE || note.chars().any(char::is_control) {
        return Err(MatterRefusal::Note(MAX_NOTE));
    }
    let opened = match step {
        Step::Apply { elder, applicant, evidence } => {
            application::open(desk, id, elder, *applicant, evidence).map(Some)?
        }
        Step::Complain { organisation, elder, order } => {
            Some(complaint::open(desk, id, organisation, elder.as_ref(), order.as_ref())?)
        }
        Step::Notify { organisation, number, by } => {
            Some(violation::open(desk, id, organisation, *number, *by)?)
        }
        Step::ProposeRating { organisation, year, stars } => {
            Some(proposal::rating(desk, id, organisation, *year, *stars)?)
        }
        Step::ProposeCorrection { order, change } => Some(proposal::correction(id, order, *change)?),
        Step::ProposeGrants { organisation, period, facts } => {
            Some(proposal::grants(desk, id, organisation, period, facts)?)
        }
        _ => None,
    };
    let (mut matter, consequences) = match (opened, matter) {
        (Some(_), Some(_)) => return Err(MatterRefusal::Exists),
        (Some(opened), None) => (opened, Vec::new()),
        (None, None) => return Err(MatterRefusal::Unknown(id.clone())),
        (None, Some(matter)) => go_on(desk, matter, step)?,
    };
    if matter.record.len() >= MAX_STEPS {
        return Err(MatterRefusal::TooManySteps(MAX_STEPS));
    }
    matter.revision = matter.revision.saturating_add(1);
    matter.record.push(Record {
        on: desk.today,
        by: desk.by.clone(),
        step: step.name().to_owned(),
        note: note.to_owned(),
    });
    Ok((matter, consequences))
}

fn go_on(desk: Desk<'_>, matter: Matter, step: &Step) -> Done {
    match matter.case {
        Case::Application(_) => application::go_on(desk, matter, step),
        Case::FollowUp { .. } => follow_up::go_on(desk, matter, step),
        Case::Complaint { .. } => complaint::go_on(matter, step),
        Case::Violation { .. } => violation::go_on(desk, matter, step),
        Case::Rating { .. } | Case::Correction { .. } | Case::Grant { .. } => {
            proposal::go_on(desk, matter, step)
        }
    }
}

/// The day has come on which an application that was found no longer eligible ends.
pub fn ends(matter: Matter, today: Day) -> Option<(Matter, Vec<Consequence>)> {
    application::ends(matter, today)
}

/// Whether the running grant of its organisation is stopped because of it.
pub fn stops_grant(matter: &Matter, today: Day) -> bool {
    matches!(
        matter.case,
        Case::Violation {
            stage: ViolationStage::Stopped { grant_until } | ViolationStage::Lifted { grant_until }, ..
        } if today < grant_until
    )
}

/// Whether work orders are stopped because of it.
pub fn is_stopping(matter: &Matter) -> bool {
    matches!(
        matter.case,
        Case::Violation { stage: ViolationStage::Stopped { .. }, .. }
            | Case::Complaint { stage: ComplaintStage::Founded { stopped: true, .. } }
    )
}

fn new(id: &MatterId, case: Case, due: Option<Day>) -> Matter {
    Matter {
        id: id.clone(),
        revision: 0,
        elder: None,
        organisation: None,
        order: None,
        due,
        open: true,
        case,
        record: Vec::new(),
    }
}

/// The matter at another stage.
fn moved(matter: Matter, case: Case, due: Option<Day>) -> Matter {
    Matter { case, due, open: true, ..matter }
}

/// The matter, done with.
fn closed(matter: Matter, case: Case) -> Matter {
    Matter { case, due: None, open: false, ..matter }
}

fn wrong(matter: &Matter, step: &Step) -> MatterRefusal {
    MatterRefusal::WrongStep { kind: matter.case.name(), step: step.name() }
}

/// Whoever took one of these steps may not take the next one: the last time each was taken counts.
fn other_than(matter: &Matter, steps: &[&str], by: &Actor) -> Result<(), MatterRefusal> {
    let last = |step: &&str| matter.record.iter().rev().find(|record| record.step == **step);
    let same: Option<&UserId> = steps
        .iter()
        .filter_map(last)
        .filter_map(|record| record.by.user.as_ref())
        .find(|user| by.user.as_ref() == Some(*user));
    match (same, &by.user) {
        (Some(user), _) => Err(MatterRefusal::SamePerson(user.clone())),
        (None, Some(_)) => Ok(()),
        (None, None) => Err(MatterRefusal::Nobody),
    }
}
