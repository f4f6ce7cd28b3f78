//! A caregiver's roster. A granted leave and a shift that changed hands stand in the profile from then on, so that
//! `dispatch` plans by them at once and takes back what was promised for that time.

use std::collections::BTreeSet;

use domain::{
    caregiver::CaregiverProfile,
    id::{CaregiverId, SwapId},
    time::Window,
};
use schemas::registry::roster::{Answer, Leave, Roster, RosterStep as Step, Swap, Taken};

use super::{Desk, KeepRefusal};

/// So many shifts, leaves or swaps stand in a roster at most.
const MOST: usize = 500;
/// The longest leave, in days.
const LONGEST_LEAVE: i64 = 184;

/// The roster that a profile without one has.
pub fn of(profile: &CaregiverProfile) -> Roster {
    Roster {
        caregiver: profile.id.clone(),
        organisation: profile.organisation.clone(),
        revision: 0,
        shifts: profile.shifts.clone(),
        breaks: profile.breaks.clone(),
        leaves: Vec::new(),
        swaps: Vec::new(),
        taken: Vec::new(),
        open: false,
        record: Vec::new(),
    }
}

/// The profile with what the roster says.
pub fn applied(profile: CaregiverProfile, roster: &Roster) -> CaregiverProfile {
    let mut shifts = roster.shifts.clone();
    shifts.extend(roster.taken.iter().map(|taken| taken.shift));
    shifts.sort_by_key(|shift| (shift.earliest, shift.latest));
    shifts.dedup();
    let leaves = roster.leaves.iter().filter(|leave| leave.stage == Answer::Granted).map(|leave| leave.span);
    let back = |shift: &Window| roster.taken.iter().any(|taken| taken.shift == *shift);
    let given = roster.swaps.iter().filter(|swap| swap.stage == Answer::Granted).map(|swap| swap.shift);
    let mut off: Vec<Window> = leaves.chain(given.filter(|shift| !back(shift))).collect();
    off.sort_by_key(|away| (away.earliest, away.latest));
    CaregiverProfile { shifts, breaks: roster.breaks.clone(), off, ..profile }
}

/// To whom the step's swap goes, where it is about one: their roster is needed as well.
pub fn other<'a>(roster: &'a Roster, step: &'a Step) -> Option<&'a CaregiverId> {
    match step {
        Step::OfferSwap { to, .. } => Some(to),
        Step::AnswerSwap { swap, .. } | Step::DecideSwap { swap, .. } => {
            roster.swaps.iter().find(|it| it.id == *swap).map(|it| &it.to)
        }
        _ => None,
    }
}

/// The roster after the step, and the other one where it moves as well.
pub(super) fn take(
    desk: Desk<'_>,
    mut it: Roster,
    other: Option<Roster>,
    step: &Step,
) -> Result<(Roster, Option<Roster>), KeepRefusal> {
    let mut moved = None;
    match step {
        Step::SetShifts { shifts, breaks } => {
            sound(shifts, breaks)?;
            it.shifts.clone_from(shifts);
            it.breaks.clone_from(breaks);
        }
        Step::AskLeave { leave, span, kind } => {
            if it.leaves.iter().any(|there| there.id == *leave) {
                return Err(KeepRefusal::Exists("leave"));
            }
            if span.latest.millis_since(span.earliest) > LONGEST_LEAVE * 86_400_000
                || span.latest <= span.earliest
            {
                let range = format!("longer than nothing, {LONGEST_LEAVE} days at most");
                return Err(KeepRefusal::OutOfRange { what: "a leave", range });
            }
            it.leaves.push(Leave { id: leave.clone(), span: *span, kind: *kind, stage: Answer::Asked });
        }
        Step::DecideLeave { leave, grant } => {
            let there = it.leaves.iter_mut().find(|there| there.id == *leave);
            let there = there.ok_or(KeepRefusal::NoSuch("leave"))?;
            there.stage = answered(step, there.stage, Answer::Asked, *grant, Answer::Granted)?;
        }
        Step::WithdrawLeave { leave } => {
            let there = it.leaves.iter_mut().find(|there| there.id == *leave);
            let there = there.ok_or(KeepRefusal::NoSuch("leave"))?;
            if !matches!(there.stage, Answer::Asked | Answer::Granted) {
                return Err(KeepRefusal::WrongStep { step: step.name(), stage: stage(there.stage) });
            }
            there.stage = Answer::Withdrawn;
        }
        Step::OfferSwap { swap, shift, to } => {
            if it.swaps.iter().any(|there| there.id == *swap) {
                return Err(KeepRefusal::Exists("swap"));
            }
            let theirs = it.shifts.contains(shift) || it.taken.iter().any(|taken| taken.shift == *shift);
            let given = it.swaps.iter().any(|there| there.shift == *shift && is_running(there.stage));
            if !theirs || given {
                return Err(KeepRefusal::NoSuch("shift"));
            }
            let other = other.ok_or(KeepRefusal::NoSuch("other caregiver"))?;
            fits(&it, &other, *shift)?;
            it.swaps.push(Swap { id: swap.clone(), shift: *shift, to: to.clone(), stage: Answer::Asked });
        }
        Step::AnswerSwap { swap, agree } => {
            let there = found(&mut it, swap)?;
            // Only whoever is to take the shift, or the desk for them.
            if desk.caregiver.is_some_and(|caregiver| *caregiver != there.to) {
                return Err(KeepRefusal::NotAllowed { role: desk.by.role, step: step.name() });
            }
            there.stage = answered(step, there.stage, Answer::Asked, *agree, Answer::Agreed)?;
        }
        Step::DecideSwap { swap, grant } => {
            let mut other = other.ok_or(KeepRefusal::NoSuch("other caregiver"))?;
            let shift = found(&mut it, swap)?.shift;
            if *grant {
                fits(&it, &other, shift)?;
            }
            let there = found(&mut it, swap)?;
            there.stage = answered(step, there.stage, Answer::Agreed, *grant, Answer::Granted)?;
            if *grant {
                it.taken.retain(|taken| taken.shift != shift);
                other.taken.push(Taken { swap: swap.clone(), from: it.caregiver.clone(), shift });
                moved = Some(other);
            }
        }
    }
    if it.leaves.len() > MOST || it.swaps.len() > MOST {
        return Err(KeepRefusal::TooMany(MOST));
    }
    it.open = it.leaves.iter().any(|leave| leave.stage == Answer::Asked)
        || it.swaps.iter().any(|swap| matches!(swap.stage, Answer::Asked | Answer::Agreed));
    Ok((it, moved))
}

fn found<'a>(it: &'a mut Roster, swap: &SwapId) -> Result<&'a mut Swap, KeepRefusal> {
    it.swaps.iter_mut().find(|there| there.id == *swap).ok_or(KeepRefusal::NoSuch("swap"))
}

const fn is_running(answer: Answer) -> bool {
    matches!(answer, Answer::Asked | Answer::Agreed | Answer::Granted)
}

const fn stage(answer: Answer) -> &'static str {
    match answer {
        Answer::Asked => "asked",
        Answer::Agreed => "agreed",
        Answer::Granted => "granted",
        Answer::Refused => "refused",
        Answer::Withdrawn => "withdrawn",
    }
}

fn answered(step: &Step, is: Answer, from: Answer, yes: bool, then: Answer) -> Result<Answer, KeepRefusal> {
    match (is == from, yes) {
        (true, true) => Ok(then),
        (true, false) => Ok(Answer::Refused),
        // The other has not agreed yet, but a refusal can come at any time before it is granted.
        (false, false) if is == Answer::Asked => Ok(Answer::Refused),
        (false, _) => Err(KeepRefusal::WrongStep { step: step.name(), stage: stage(is) }),
    }
}

/// The other is of the same house, and free then.
fn fits(it: &Roster, other: &Roster, shift: Window) -> Result<(), KeepRefusal> {
    if it.organisation != other.organisation || it.caregiver == other.caregiver {
        return Err(KeepRefusal::OtherEmployer);
    }
    let given: BTreeSet<_> = other
        .swaps
        .iter()
        .filter(|swap| swap.stage == Answer::Granted)
        .map(|swap| (swap.shift.earliest, swap.shift.latest))
        .collect();
    let own = other.shifts.iter().filter(|own| !given.contains(&(own.earliest, own.latest)));
    let leave = other.leaves.iter().filter(|leave| leave.stage == Answer::Granted).map(|leave| &leave.span);
    let mut busy = own.chain(other.taken.iter().map(|taken| &taken.shift)).chain(leave);
    if busy.any(|then| then.earliest < shift.latest && shift.earliest < then.latest) {
        return Err(KeepRefusal::Busy);
    }
    Ok(())
}

fn sound(shifts: &[Window], breaks: &[Window]) -> Result<(), KeepRefusal> {
    if shifts.len() > MOST || breaks.len() > MOST {
        return Err(KeepRefusal::TooMany(MOST));
    }
    let mut sorted: Vec<&Window> = shifts.iter().collect();
    sorted.sort_by_key(|shift| shift.earliest);
    let apart = sorted.iter().zip(sorted.iter().skip(1)).all(|(a, b)| a.latest <= b.earliest);
    if !apart {
        let range = "apart from each other".to_owned();
        return Err(KeepRefusal::OutOfRange { what: "a shift", range });
    }
    let inside = |rest: &Window| shifts.iter().any(|s| s.contains(rest.earliest) && s.contains(rest.latest));
    if !breaks.iter().all(inside) {
        let range = "inside a shift".to_owned();
        return Err(KeepRefusal::OutOfRange { what: "a break", range });
    }
    Ok(())
}
