//! A complaint and its outcome; one that is true and the organisation's fault has consequences by its severity
//! (Jiayuguan Art. 17). That a grave one stops work orders is ours.

use domain::id::{ElderId, MatterId, OrderId, OrganisationId};
use schemas::account::matter::{Case, ComplaintStage, Fault, Matter, Severity, Step};

use super::{Consequence, Desk, Done, MatterRefusal, closed, moved, new, wrong};

pub(super) fn open(
    desk: Desk<'_>,
    id: &MatterId,
    organisation: &OrganisationId,
    elder: Option<&ElderId>,
    order: Option<&OrderId>,
) -> Result<Matter, MatterRefusal> {
    let days = desk.version()?.quality.complaint_working_days;
    let due = days.map(|days| desk.within(days));
    Ok(Matter {
        elder: elder.cloned(),
        organisation: Some(organisation.clone()),
        order: order.cloned(),
        ..new(id, Case::Complaint { stage: ComplaintStage::Open }, due)
    })
}

pub(super) fn go_on(matter: Matter, step: &Step) -> Done {
    let (Case::Complaint { stage }, organisation) = (matter.case.clone(), matter.organisation.clone()) else {
        return Err(wrong(&matter, step));
    };
    let at = |stage| Case::Complaint { stage };
    match (stage, step) {
        (ComplaintStage::Open, Step::Dismiss) => {
            Ok((closed(matter, at(ComplaintStage::Unfounded)), Vec::new()))
        }
        (ComplaintStage::Open, Step::Uphold { fault, severity }) => {
            let stopped = *fault == Fault::Organisation && *severity == Severity::Grave;
            let case = at(ComplaintStage::Founded { fault: *fault, severity: *severity, stopped });
            match organisation.filter(|_| stopped) {
                Some(organisation) => {
                    let consequence = Consequence::Standing(organisation, true);
                    Ok((moved(matter, case, None), vec![consequence]))
                }
                None => Ok((closed(matter, case), Vec::new())),
            }
        }
        (ComplaintStage::Founded { fault, severity, stopped: true }, Step::Lift) => {
            let consequences = organisation.map(|organisation| Consequence::Standing(organisation, false));
            let case = at(ComplaintStage::Founded { fault, severity, stopped: false });
            Ok((closed(matter, case), consequences.into_iter().collect()))
        }
        _ => Err(wrong(&matter, step)),
    }
}
