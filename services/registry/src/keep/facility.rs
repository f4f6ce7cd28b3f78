//! A facility's life (Changsha Art. 14–17) and its grades (Art. 29–31). What is due by when follows from the stage, the
//! city's terms and the calendar; what nobody did in time shows as overdue, it does not happen by itself.

use domain::{calendar::Day, id::FacilityId};
use schemas::registry::facility::{Building, Facility, FacilityStage as Stage, FacilityStep as Step, Grade};

use super::{Desk, KeepRefusal, another};
use crate::terms::Size;

/// A grade is reviewed so often, in months.
const REVIEWED: u8 = 12;
/// The longest name, in characters.
const MAX_NAME: usize = 100;

pub(super) const fn is_open(it: &Facility) -> bool {
    !matches!(it.stage, Stage::Refused | Stage::Closed)
        && (it.due.is_some() || it.proposed.is_some() || !matches!(it.stage, Stage::Published))
}

const fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Applied => "applied",
        Stage::Reviewed => "reviewed",
        Stage::Building => "building",
        Stage::Inspected => "inspected",
        Stage::Accepted => "accepted",
        Stage::Opened => "opened",
        Stage::Filed => "filed",
        Stage::Checked => "checked",
        Stage::Published => "published",
        Stage::Refused => "refused",
        Stage::Closed => "closed",
    }
}

pub(super) fn open(desk: Desk<'_>, id: &FacilityId, step: &Step) -> Result<Facility, KeepRefusal> {
    let Step::Apply { building } = step else { return Err(KeepRefusal::Unknown(id.to_string())) };
    named(desk, building)?;
    let stage = if building.by_community { Stage::Applied } else { Stage::Reviewed };
    Ok(Facility {
        id: id.clone(),
        revision: 0,
        building: building.clone(),
        operator: None,
        stage,
        opened_on: None,
        grade: None,
        proposed: None,
        not_before: None,
        rebuilding: false,
        due: None,
        record: Vec::new(),
    })
}

pub(super) fn take(desk: Desk<'_>, it: &Facility, step: &Step, note: &str) -> Result<Facility, KeepRefusal> {
    let mut next = it.clone();
    let decided = |fits: bool, yes: Stage, no: Stage| {
        if !fits && note.trim().is_empty() {
            return Err(KeepRefusal::NoReason);
        }
        Ok(if fits { yes } else { no })
    };
    match (step, &it.stage) {
        (Step::Review { fits }, Stage::Applied) => {
            next.stage = decided(*fits, Stage::Reviewed, Stage::Refused)?;
        }
        (Step::Consent { fits }, Stage::Reviewed) => {
            next.stage = decided(*fits, Stage::Building, Stage::Refused)?;
        }
        (Step::AskAcceptance { building }, Stage::Building) => {
            named(desk, building)?;
            large_enough(desk, building)?;
            next.building = building.clone();
            next.stage = Stage::Inspected;
        }
        (Step::Accept { fits }, Stage::Inspected) => {
            next.stage = decided(*fits, Stage::Accepted, Stage::Building)?;
        }
        (Step::Open { operator, on }, Stage::Accepted) => {
            if *on > desk.today {
                let range = format!("a day until {}", desk.today);
                return Err(KeepRefusal::OutOfRange { what: "the day of opening", range });
            }
            next.operator = Some(operator.clone());
            next.opened_on = Some(*on);
            next.stage = Stage::Opened;
        }
        (Step::File, Stage::Opened) => next.stage = Stage::Filed,
        (Step::Check { fits }, Stage::Filed) => {
            next.stage = decided(*fits, Stage::Checked, Stage::Opened)?;
        }
        (Step::Publish, Stage::Checked) => next.stage = Stage::Published,
        (Step::Rebuild { begins }, Stage::Opened | Stage::Filed | Stage::Checked | Stage::Published)
            if *begins != it.rebuilding =>
        {
            next.rebuilding = *begins;
        }
        (Step::Close, stage) if !matches!(stage, Stage::Refused | Stage::Closed) => {
            next.stage = Stage::Closed;
            next.proposed = None;
        }
        (
            Step::ProposeGrade { .. } | Step::ApproveGrade | Step::RejectGrade | Step::ReviewGrade { .. },
            Stage::Checked | Stage::Published,
        ) => graded(desk, it, &mut next, step)?,
        _ => return Err(KeepRefusal::WrongStep { step: step.name(), stage: stage(&it.stage) }),
    }
    next.due = due(desk, it, &next);
    Ok(next)
}

/// Art. 29–31.
fn graded(desk: Desk<'_>, it: &Facility, next: &mut Facility, step: &Step) -> Result<(), KeepRefusal> {
    let wrong = || KeepRefusal::WrongStep { step: step.name(), stage: "its grade" };
    let of_five = || KeepRefusal::OutOfRange { what: "the grade", range: "1 to 5".to_owned() };
    match (step, it.proposed, it.grade) {
        (Step::ProposeGrade { grade }, None, held) => {
            if !(1..=5).contains(grade) {
                return Err(of_five());
            }
            if let Some(from) = from(desk, it).filter(|from| desk.today < *from) {
                return Err(KeepRefusal::TooEarly(from));
            }
            match held {
                // Within its years: one upgrade, and upwards.
                Some(held) if desk.today <= held.until && held.upgraded => {
                    return Err(KeepRefusal::RaisedAlready(held.until));
                }
                Some(held) if desk.today <= held.until && *grade <= held.grade => {
                    return Err(KeepRefusal::TooEarly(held.until.next()));
                }
                _ => next.proposed = Some(*grade),
            }
        }
        (Step::ApproveGrade, Some(grade), held) => {
            another(&it.record, "propose_grade", desk.by)?;
            next.proposed = None;
            let upgrade = held.filter(|held| desk.today <= held.until);
            next.grade = Some(match upgrade {
                Some(held) => Grade { grade, reviewed_on: desk.today, upgraded: true, ..held },
                None => Grade {
                    grade,
                    since: desk.today,
                    until: last_day(desk),
                    reviewed_on: desk.today,
                    upgraded: false,
                },
            });
        }
        (Step::RejectGrade, Some(_), _) => next.proposed = None,
        (Step::ReviewGrade { grade }, None, Some(held)) if *grade <= held.grade => {
            if *grade < held.grade {
                let months = desk.terms.facility.reapply_months.unwrap_or(0);
                next.not_before = Some(desk.today.plus_months(months));
            }
            next.grade = (*grade > 0).then_some(Grade { grade: *grade, reviewed_on: desk.today, ..held });
        }
        _ => return Err(wrong()),
    }
    Ok(())
}

/// The first day on which a grading may be asked for.
fn from(desk: Desk<'_>, it: &Facility) -> Option<Day> {
    let running = it.opened_on?.plus_months(desk.terms.facility.graded_after_months.unwrap_or(0));
    Some(it.not_before.map_or(running, |lowered| lowered.max(running)))
}

/// The last day of a grade given today.
fn last_day(desk: Desk<'_>) -> Day {
    let years = desk.terms.facility.grade_years.unwrap_or(3);
    let ends = desk.today.plus_years(years);
    // The day before, by way of the calendar's own arithmetic.
    Day::of(ends.begins().plus_millis(-1))
}

/// What follows by when; a step that does not move the stage leaves the stage's term as it was.
fn due(desk: Desk<'_>, before: &Facility, it: &Facility) -> Option<Day> {
    let terms = &desk.terms.facility;
    let within = |days: Option<u8>| days.map(|days| desk.terms.calendar.after(desk.today, days));
    match it.stage {
        Stage::Inspected | Stage::Filed | Stage::Checked if before.stage == it.stage => before.due,
        Stage::Inspected => within(terms.acceptance_working_days),
        Stage::Opened => it.opened_on.zip(terms.filing_months).map(|(on, months)| on.plus_months(months)),
        Stage::Filed => within(terms.check_working_days),
        Stage::Checked => Some(desk.today.month().quarter().last().last()),
        Stage::Published => grading_due(desk, it),
        Stage::Applied
        | Stage::Reviewed
        | Stage::Building
        | Stage::Accepted
        | Stage::Refused
        | Stage::Closed => None,
    }
}

/// The first grading, the yearly review, or the next grading after the grade's years.
fn grading_due(desk: Desk<'_>, it: &Facility) -> Option<Day> {
    let terms = &desk.terms.facility;
    terms.graded_after_months?;
    match it.grade {
        None => from(desk, it),
        Some(held) => {
            let again = held.until.plus_months(terms.regrade_months.unwrap_or(0));
            Some(held.reviewed_on.plus_months(REVIEWED).min(again))
        }
    }
}

fn size<'a>(desk: Desk<'a>, building: &Building) -> Option<&'a Size> {
    desk.terms.facility.sizes.iter().find(|size| size.facility == building.kind)
}

/// Its kind is one the city knows, and its name is as Art. 46 has it.
fn named(desk: Desk<'_>, building: &Building) -> Result<(), KeepRefusal> {
    let length = building.name.chars().count();
    if !(1..=MAX_NAME).contains(&length) || building.name.chars().any(char::is_control) {
        let range = format!("1 to {MAX_NAME} characters");
        return Err(KeepRefusal::OutOfRange { what: "the name", range });
    }
    let sizes = &desk.terms.facility.sizes;
    let Some(size) = size(desk, building) else {
        if sizes.is_empty() {
            return Ok(());
        }
        let range = sizes.iter().map(|size| size.facility.as_str()).collect::<Vec<_>>().join("、");
        return Err(KeepRefusal::OutOfRange { what: "the kind", range });
    };
    match &size.name_ends {
        Some(end) if !building.name.ends_with(end.as_str()) => Err(KeepRefusal::Building {
            what: "the name",
            found: building.name.clone(),
            wanted: format!("…{end}"),
        }),
        _ => Ok(()),
    }
}

/// Art. 8–12: floor space, beds, and whether it may lie inside an institution.
fn large_enough(desk: Desk<'_>, building: &Building) -> Result<(), KeepRefusal> {
    let Some(size) = size(desk, building) else { return Ok(()) };
    let unfit = |what, found: String, wanted: String| Err(KeepRefusal::Building { what, found, wanted });
    let per_hundred = size.square_metres_per_100_households.map(|each| {
        let households = u64::from(building.households.unwrap_or(0));
        u32::try_from((u64::from(each) * households).div_ceil(100)).unwrap_or(u32::MAX)
    });
    if per_hundred.is_some() && building.households.is_none() {
        return unfit("the households", "not given".to_owned(), "their number".to_owned());
    }
    let least = size.square_metres_from.unwrap_or(0).max(per_hundred.unwrap_or(0));
    let most = size.square_metres_to.unwrap_or(u32::MAX);
    if !(least..=most).contains(&building.square_metres) {
        let wanted = if most == u32::MAX { format!("{least} m²") } else { format!("{least} to {most} m²") };
        return unfit("the floor space", format!("{} m²", building.square_metres), wanted);
    }
    if let Some(beds) = size.beds_from.filter(|beds| building.beds < *beds) {
        return unfit("the beds", building.beds.to_string(), beds.to_string());
    }
    match size.in_institution {
        Some(inside) if inside != building.in_institution => {
            let says = |inside| if inside { "inside an institution" } else { "outside" }.to_owned();
            unfit("the place", says(building.in_institution), says(inside))
        }
        _ => Ok(()),
    }
}
