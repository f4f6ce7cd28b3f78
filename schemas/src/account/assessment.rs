//! What a city's policy gives someone, and what it refuses, each with the rule that says so.

use domain::{
    calendar::{Day, Month},
    order::PayWith,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Services bought by the government, up to so much a month (政府购买服务补贴).
    ServiceAllowance,
    /// Silver points, spent at designated organisations (银发积分).
    SilverPoints,
    /// Cheaper meals in the elders' canteen (老年食堂补贴).
    CanteenSubsidy,
    /// Paid for each elder housed (养老床位补贴).
    BedGrant,
}

impl From<PayWith> for Kind {
    fn from(pay_with: PayWith) -> Self {
        match pay_with {
            PayWith::Allowance => Self::ServiceAllowance,
            PayWith::SilverPoints => Self::SilverPoints,
        }
    }
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::ServiceAllowance, Self::SilverPoints, Self::CanteenSubsidy, Self::BedGrant];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServiceAllowance => "service_allowance",
            Self::SilverPoints => "silver_points",
            Self::CanteenSubsidy => "canteen_subsidy",
            Self::BedGrant => "bed_grant",
        }
    }
}

/// Why a kind is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The household is registered elsewhere.
    NotRegistered,
    /// They live elsewhere.
    NotResident,
    /// None of the conditions is met.
    NotEligible,
    /// It hangs on an assessment that was not made.
    NotAssessed,
    /// The application was not approved.
    NotApproved,
    /// The policy, or the approval, takes effect later.
    NotYetEffective,
    /// They died; it stopped the month after.
    Ended,
    /// They live in an institution.
    InInstitution,
    /// They have a family bed.
    FamilyBed,
    /// They would get it, but the document gives no amount and nobody has set one.
    AmountNotConfigured,
    /// The policy is no longer in force.
    PolicyLapsed,
    /// It is paid to the facility that houses them, not to them.
    PaidToFacility,
}

impl RefusalCode {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotRegistered => "not_registered",
            Self::NotResident => "not_resident",
            Self::NotEligible => "not_eligible",
            Self::NotAssessed => "not_assessed",
            Self::NotApproved => "not_approved",
            Self::NotYetEffective => "not_yet_effective",
            Self::Ended => "ended",
            Self::InInstitution => "in_institution",
            Self::FamilyBed => "family_bed",
            Self::AmountNotConfigured => "amount_not_configured",
            Self::PolicyLapsed => "policy_lapsed",
            Self::PaidToFacility => "paid_to_facility",
        }
    }
}

/// How much a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// Money, in fen.
    AmountFen(i64),
    /// Silver points; a hundred are worth one yuan.
    Points(i64),
}

/// One kind given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entitlement {
    /// What.
    pub kind: Kind,
    /// How much: `amount_fen` or `points`.
    #[serde(flatten)]
    pub amount: Amount,
    /// For which month.
    pub period: Month,
    /// By which rule, e.g. `G3`.
    pub rule: String,
    /// Where the city's document says so, e.g. `二(一)`.
    pub article: String,
}

/// One kind refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refused {
    /// What.
    pub kind: Kind,
    /// Why.
    pub code: RefusalCode,
    /// By which rule.
    pub rule: String,
    /// Where the city's document says so.
    pub article: String,
}

/// Every kind the city knows, each in exactly one of the two lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// Asked about which day.
    pub on: Day,
    /// By whose policy, e.g. `changji`.
    pub city: String,
    /// What is given.
    pub entitlements: Vec<Entitlement>,
    /// What is refused.
    pub refused: Vec<Refused>,
}
