//! What one person proposes and another one approves: yearly ratings, corrections, grants. Nothing moves before the second
//! signature.

use domain::id::{MatterId, OrderId, OrganisationId};
use schemas::account::matter::{Case, ComputedGrant, GrantFacts, GrantStage, Matter, ProposalStage, Step};

use super::{Consequence, Desk, Done, MatterRefusal, closed, moved, new, other_than, wrong};
use crate::grant::{self, Facility};

/// The longest name of a period.
const MAX_PERIOD: usize = 40;

pub(super) fn rating(
    desk: Desk<'_>,
    id: &MatterId,
    organisation: &OrganisationId,
    year: i16,
    stars: u8,
) -> Result<Matter, MatterRefusal> {
    if desk.version()?.quality.rating_months.is_none() {
        return Err(MatterRefusal::NoProcedure("yearly ratings"));
    }
    if !(1..=5).contains(&stars) {
        return Err(MatterRefusal::OutOfRange { what: "the stars", range: "1 to 5".to_owned() });
    }
    if !(2000..=desk.today.year()).contains(&year) {
        let range = format!("2000 to {}", desk.today.year());
        return Err(MatterRefusal::OutOfRange { what: "the year", range });
    }
    let case = Case::Rating { year, stars, stage: ProposalStage::Proposed };
    Ok(Matter { organisation: Some(organisation.clone()), ..new(id, case, None) })
}

pub(super) fn correction(id: &MatterId, order: &OrderId, change: i64) -> Result<Matter, MatterRefusal> {
    if change == 0 {
        return Err(MatterRefusal::OutOfRange { what: "the change", range: "not zero".to_owned() });
    }
    let case = Case::Correction { change, stage: ProposalStage::Proposed };
    Ok(Matter { order: Some(order.clone()), ..new(id, case, None) })
}

pub(super) fn grants(
    desk: Desk<'_>,
    id: &MatterId,
    organisation: &OrganisationId,
    period: &str,
    facts: &GrantFacts,
) -> Result<Matter, MatterRefusal> {
    let version = desk.version()?;
    if version.grants.is_empty() {
        return Err(MatterRefusal::NoProcedure("grants"));
    }
    let length = period.chars().count();
    if length == 0 || length > MAX_PERIOD || period.chars().any(char::is_control) {
        let range = format!("1 to {MAX_PERIOD} characters");
        return Err(MatterRefusal::OutOfRange { what: "the period", range });
    }
    let facility = Facility { stopped: desk.grant_stopped, ..Facility::from(facts) };
    let computed = grant::grants(version, &facility).into_iter().map(|grant| ComputedGrant {
        grant: grant.kind.as_str().to_owned(),
        rule: grant.rule.to_string(),
        article: grant.article,
        amount_fen: grant.outcome.ok(),
        refused: grant.outcome.err().map(|why| why.as_str().to_owned()),
    });
    let case =
        Case::Grant { period: period.to_owned(), grants: computed.collect(), stage: GrantStage::Proposed };
    Ok(Matter { organisation: Some(organisation.clone()), ..new(id, case, None) })
}

pub(super) fn go_on(desk: Desk<'_>, matter: Matter, step: &Step) -> Done {
    let proposed = ["propose_rating", "propose_correction", "propose_grants"];
    if matches!(step, Step::Approve) {
        other_than(&matter, &proposed, desk.by)?;
    }
    let alone = |matter| Ok((matter, Vec::new()));
    let stage = |approve| if approve { ProposalStage::Approved } else { ProposalStage::Rejected };
    match (matter.case.clone(), step) {
        (Case::Rating { year, stars, stage: ProposalStage::Proposed }, Step::Approve | Step::Reject) => {
            let approve = matches!(step, Step::Approve);
            let rated = matter.organisation.clone().filter(|_| approve);
            let rated = rated.map(|organisation| Consequence::Rated(organisation, year, stars));
            let case = Case::Rating { year, stars, stage: stage(approve) };
            Ok((closed(matter, case), rated.into_iter().collect()))
        }
        (Case::Correction { change, stage: ProposalStage::Proposed }, Step::Approve | Step::Reject) => {
            let approve = matches!(step, Step::Approve);
            let order = matter.order.clone().filter(|_| approve);
            let consequences = order.map(|order| Consequence::Correct(order, change));
            let case = Case::Correction { change, stage: stage(approve) };
            Ok((closed(matter, case), consequences.into_iter().collect()))
        }
        (Case::Grant { period, grants, stage: GrantStage::Proposed }, Step::Approve) => {
            // Published so long before it is paid, where the document says so.
            let days = desk.version()?.facility.as_ref().and_then(|facility| facility.notice_days);
            let until = desk.today.plus_days(days.unwrap_or(0));
            let case = Case::Grant { period, grants, stage: GrantStage::Published { until } };
            alone(moved(matter, case, None))
        }
        (Case::Grant { period, grants, stage: GrantStage::Proposed }, Step::Reject) => {
            alone(closed(matter, Case::Grant { period, grants, stage: GrantStage::Rejected }))
        }
        (Case::Grant { period, grants, stage: GrantStage::Published { until } }, Step::Pay) => {
            if desk.today <= until && desk.version()?.facility.is_some() {
                return Err(MatterRefusal::NoticeHangs(until));
            }
            alone(closed(matter, Case::Grant { period, grants, stage: GrantStage::Paid }))
        }
        _ => Err(wrong(&matter, step)),
    }
}

impl From<&GrantFacts> for Facility {
    fn from(facts: &GrantFacts) -> Self {
        Self {
            kind: facts.facility.clone(),
            filed: facts.filed,
            grade: facts.grade,
            facilities_of_operator: facts.facilities_of_operator,
            in_institution: facts.in_institution,
            rebuilding: facts.rebuilding,
            // Known from the organisation's violations, whatever the proposer says.
            stopped: false,
            square_metres: i64::from(facts.square_metres),
            municipal: facts.municipal,
            housed: facts.housed.iter().map(|(ability, count)| (*ability, i64::from(*count))).collect(),
            invoice_fen: facts.invoice_fen.map(i64::from),
            assessed_fen: facts.assessed_fen.map(i64::from),
        }
    }
}
