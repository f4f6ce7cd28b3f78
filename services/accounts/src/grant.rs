//! What a facility's operator would get, with the conditions of the city's document: computed and shown for approval,
//! never paid by itself.

use std::collections::BTreeMap;

use domain::elder::Ability;
use schemas::account::assessment::Kind;
use serde::Serialize;

use crate::policy::pack::{Grant, GrantAmount, GrantKind, RuleId, Version};

/// A facility as the grants see it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the facility")]
pub struct Facility {
    /// What it is, in the pack's words.
    pub kind: Option<String>,
    /// Accepted, filed and published.
    pub filed: bool,
    /// 1A to 5A.
    pub grade: Option<u8>,
    /// How many graded facilities its operator runs.
    pub facilities_of_operator: u8,
    /// Inside an institution.
    pub in_institution: bool,
    /// Being rebuilt.
    pub rebuilding: bool,
    /// Stopped after a violation that was not rectified.
    pub stopped: bool,
    /// Floor area built or rebuilt.
    pub square_metres: i64,
    /// In the municipal district.
    pub municipal: bool,
    /// How many it houses this month, by assessed ability.
    pub housed: BTreeMap<Ability, i64>,
    /// What it paid for insurance, in fen.
    pub invoice_fen: Option<i64>,
    /// What the yearly assessment proposes, in fen.
    pub assessed_fen: Option<i64>,
}

/// One grant, computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Computed {
    /// Which.
    pub kind: GrantKind,
    /// By which rule.
    pub rule: RuleId,
    /// Where it stands.
    pub article: String,
    /// How much, in fen, or why nothing.
    pub outcome: Result<i64, NoGrant>,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoGrant {
    /// It is not accepted and filed.
    NotFiled,
    /// Its grade is too low, or it has none.
    GradeTooLow,
    /// Its operator runs too few.
    TooFewFacilities,
    /// It is inside an institution.
    InInstitution,
    /// It is being rebuilt.
    Rebuilding,
    /// It is stopped after a violation.
    Stopped,
    /// There is no invoice.
    NoInvoice,
    /// There is no assessment.
    NotAssessed,
    /// The proposal lies outside what the document allows.
    OutOfBounds,
    /// The document gives no amount and nobody has set one.
    AmountNotConfigured,
}

impl NoGrant {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFiled => "not_filed",
            Self::GradeTooLow => "grade_too_low",
            Self::TooFewFacilities => "too_few_facilities",
            Self::InInstitution => "in_institution",
            Self::Rebuilding => "rebuilding",
            Self::Stopped => "stopped",
            Self::NoInvoice => "no_invoice",
            Self::NotAssessed => "not_assessed",
            Self::OutOfBounds => "out_of_bounds",
            Self::AmountNotConfigured => "amount_not_configured",
        }
    }
}

/// Every grant of the document that is about such a facility.
pub fn grants(version: &Version, facility: &Facility) -> Vec<Computed> {
    let about = |grant: &&Grant| grant.facility.is_none() || grant.facility == facility.kind;
    let compute = |grant: &Grant| Computed {
        kind: grant.kind,
        rule: grant.rule.clone(),
        article: version.article(&grant.rule).to_owned(),
        outcome: conditions(grant, facility).and_then(|()| amount(version, grant, facility)),
    };
    version.grants.iter().filter(about).map(compute).collect()
}

fn conditions(grant: &Grant, facility: &Facility) -> Result<(), NoGrant> {
    let refused = [
        (grant.needs_filing && !facility.filed, NoGrant::NotFiled),
        (
            grant.grade_from.is_some_and(|least| facility.grade.is_none_or(|grade| grade < least)),
            NoGrant::GradeTooLow,
        ),
        (
            grant.facilities_from.is_some_and(|least| facility.facilities_of_operator < least),
            NoGrant::TooFewFacilities,
        ),
        (grant.not_in_institution && facility.in_institution, NoGrant::InInstitution),
        (grant.not_while_rebuilding && facility.rebuilding, NoGrant::Rebuilding),
        (grant.kind == GrantKind::Operating && facility.stopped, NoGrant::Stopped),
    ];
    refused.into_iter().find(|(refused, _)| *refused).map_or(Ok(()), |(_, why)| Err(why))
}

fn amount(version: &Version, grant: &Grant, facility: &Facility) -> Result<i64, NoGrant> {
    if grant.against_invoice {
        return facility.invoice_fen.ok_or(NoGrant::NoInvoice);
    }
    match grant.amount.as_ref().ok_or(NoGrant::AmountNotConfigured)? {
        GrantAmount::Yearly { from_fen, to_fen } => {
            let proposed = facility.assessed_fen.ok_or(NoGrant::NotAssessed)?;
            if (*from_fen..=*to_fen).contains(&proposed) { Ok(proposed) } else { Err(NoGrant::OutOfBounds) }
        }
        GrantAmount::PerSquareMetre { fen, to_metres_municipal, to_metres_elsewhere } => {
            let limit = if facility.municipal { to_metres_municipal } else { to_metres_elsewhere };
            Ok(facility.square_metres.clamp(0, *limit).saturating_mul(*fen))
        }
        GrantAmount::ByAbility => {
            let tier = version.kind(Kind::BedGrant).and_then(|kind| kind.tiers.first());
            let each = tier.ok_or(NoGrant::AmountNotConfigured)?;
            facility.housed.iter().try_fold(0_i64, |sum, (ability, count)| {
                let fen = each.facility_fen.get(ability).ok_or(NoGrant::AmountNotConfigured)?;
                Ok(sum.saturating_add(fen.saturating_mul(*count)))
            })
        }
    }
}
