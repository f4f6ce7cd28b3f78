//! A poor rating is followed up by telephone, each call with a record (Jiayuguan Art. 16(4), 17).

use domain::{
    calendar::Day,
    id::{ElderId, MatterId, OrderId, OrganisationId},
    service::ServiceKind,
};
use schemas::account::matter::{CallOutcome, Case, ComplaintStage, FollowUpStage, Matter, Step};

use super::{Consequence, Desk, Done, closed, moved, new, wrong};
use crate::rulebook::Rulebook;

/// So many calls in vain, and it is closed as not reached.
const TRIES: u8 = 3;

/// The matter that a rating brings, if it is a poor one here.
pub fn follow_up(
    rules: &Rulebook,
    today: Day,
    (order, elder, organisation): (&OrderId, &ElderId, &OrganisationId),
    service: ServiceKind,
    stars: u8,
) -> Option<Matter> {
    let (version, _) = rules.pack.version_on(today)?;
    let quality = &version.quality;
    if quality.poor_stars.is_none_or(|poor| stars > poor) {
        return None;
    }
    let due = quality.follow_up_working_days.map(|days| rules.calendar.after(today, days));
    let case = Case::FollowUp { stars, service, tries: 0, stage: FollowUpStage::ToCall };
    Some(Matter {
        elder: Some(elder.clone()),
        organisation: Some(organisation.clone()),
        order: Some(order.clone()),
        ..new(&MatterId::derived(&format!("call-{order}"), 0), case, due)
    })
}

pub(super) fn go_on(desk: Desk<'_>, matter: Matter, step: &Step) -> Done {
    let (Case::FollowUp { stars, service, tries, stage: FollowUpStage::ToCall }, Step::Call { outcome }) =
        (&matter.case, step)
    else {
        return Err(wrong(&matter, step));
    };
    let (stars, service, tries) = (*stars, *service, tries.saturating_add(1));
    let at = |stage| Case::FollowUp { stars, service, tries, stage };
    match outcome {
        CallOutcome::Settled => Ok((closed(matter, at(FollowUpStage::Settled)), Vec::new())),
        CallOutcome::NoAnswer if tries < TRIES => {
            let days = desk.version()?.quality.follow_up_working_days;
            let due = days.map(|days| desk.within(days));
            Ok((moved(matter, at(FollowUpStage::ToCall), due), Vec::new()))
        }
        CallOutcome::NoAnswer => Ok((closed(matter, at(FollowUpStage::NotReached)), Vec::new())),
        CallOutcome::Complaint => {
            let days = desk.version()?.quality.complaint_working_days;
            let complaint = Matter {
                elder: matter.elder.clone(),
                organisation: matter.organisation.clone(),
                order: matter.order.clone(),
                ..new(
                    &MatterId::derived(matter.id.as_str(), 1),
                    Case::Complaint { stage: ComplaintStage::Open },
                    days.map(|days| desk.within(days)),
                )
            };
            let open = Consequence::Open(Box::new(complaint));
            Ok((closed(matter, at(FollowUpStage::Complained)), vec![open]))
        }
    }
}
