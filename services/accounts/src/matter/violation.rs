//! A violation of those that the document names (Changsha Art. 43): a notice with a term to put it right; what is not put
//! right stops the running grant for half a year and lists the operator. That it stops work orders is ours.

use domain::{
    calendar::Day,
    id::{MatterId, OrganisationId},
};
use schemas::account::matter::{Case, Matter, Step, ViolationStage};

use super::{Consequence, Desk, Done, MatterRefusal, closed, moved, new, wrong};

pub(super) fn open(
    desk: Desk<'_>,
    id: &MatterId,
    organisation: &OrganisationId,
    number: u8,
    by: Day,
) -> Result<Matter, MatterRefusal> {
    let violations = &desk.version()?.quality.violations;
    if violations.is_empty() {
        return Err(MatterRefusal::NoProcedure("violations"));
    }
    let says = usize::from(number).checked_sub(1).and_then(|at| violations.get(at));
    let says = says.ok_or_else(|| MatterRefusal::OutOfRange {
        what: "the violation's number",
        range: format!("1 to {}", violations.len()),
    })?;
    if by <= desk.today {
        let range = format!("a day after {}", desk.today);
        return Err(MatterRefusal::OutOfRange { what: "the term", range });
    }
    let case = Case::Violation { number, says: says.clone(), stage: ViolationStage::ToRectify { by } };
    Ok(Matter { organisation: Some(organisation.clone()), ..new(id, case, Some(by)) })
}

pub(super) fn go_on(desk: Desk<'_>, matter: Matter, step: &Step) -> Done {
    let (Case::Violation { number, says, stage }, Some(organisation)) =
        (matter.case.clone(), matter.organisation.clone())
    else {
        return Err(wrong(&matter, step));
    };
    let at = |stage| Case::Violation { number, says, stage };
    match (stage, step) {
        (ViolationStage::ToRectify { .. }, Step::Rectify { done: true }) => {
            Ok((closed(matter, at(ViolationStage::Rectified)), Vec::new()))
        }
        (ViolationStage::ToRectify { by }, Step::Rectify { done: false }) => {
            if desk.today <= by {
                return Err(MatterRefusal::NoticeHangs(by));
            }
            let months = desk.version()?.quality.grant_stopped_months.unwrap_or(0);
            let grant_until = desk.today.plus_months(months);
            let case = at(ViolationStage::Stopped { grant_until });
            Ok((moved(matter, case, None), vec![Consequence::Standing(organisation, true)]))
        }
        (ViolationStage::Stopped { grant_until }, Step::Lift) => {
            let case = at(ViolationStage::Lifted { grant_until });
            Ok((closed(matter, case), vec![Consequence::Standing(organisation, false)]))
        }
        _ => Err(wrong(&matter, step)),
    }
}
