//! What operators get, and the life of a facility that the grants hang on.

use serde::{Deserialize, Serialize};

use super::RuleId;

/// A grant to an operator.
#[expect(clippy::struct_excessive_bools, reason = "each is a condition of the document")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Which.
    pub kind: GrantKind,
    /// By which rule.
    pub rule: RuleId,
    /// For which facilities, where the document tells them apart.
    #[serde(default)]
    pub facility: Option<String>,
    /// How much. Not set: a gap.
    #[serde(default)]
    pub amount: Option<GrantAmount>,
    /// How often it is paid in a year, where the document says so.
    #[serde(default)]
    pub payments_a_year: Option<u8>,
    /// The facility must have been accepted, filed and graded.
    #[serde(default)]
    pub needs_filing: bool,
    /// The least grade (1A–5A).
    #[serde(default)]
    pub grade_from: Option<u8>,
    /// So many facilities of that grade under one organisation.
    #[serde(default)]
    pub facilities_from: Option<u8>,
    /// Not for a facility inside an institution.
    #[serde(default)]
    pub not_in_institution: bool,
    /// Not while it is being rebuilt.
    #[serde(default)]
    pub not_while_rebuilding: bool,
    /// An invoice is the amount.
    #[serde(default)]
    pub against_invoice: bool,
}

/// Kinds of grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantKind {
    /// For running (运营补助).
    Operating,
    /// For each bed taken (床位补贴).
    Bed,
    /// For building (建设补助).
    Building,
    /// For chains (连锁运营补助).
    Chain,
    /// For liability insurance (场地责任险).
    Insurance,
}

impl GrantKind {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operating => "operating",
            Self::Bed => "bed",
            Self::Building => "building",
            Self::Chain => "chain",
            Self::Insurance => "insurance",
        }
    }
}

/// How much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum GrantAmount {
    /// So much a year, by assessment or grade, within these bounds, in fen.
    Yearly {
        /// At least.
        from_fen: i64,
        /// At most.
        to_fen: i64,
    },
    /// So much a square metre, in fen.
    PerSquareMetre {
        /// Each.
        fen: i64,
        /// Counted up to so many in the municipal district.
        to_metres_municipal: i64,
        /// Counted up to so many elsewhere.
        to_metres_elsewhere: i64,
    },
    /// As the kind `bed_grant` says, by assessed ability of each elder housed.
    ByAbility,
}

/// The life of a facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facility {
    /// The rules that say so.
    pub rules: Vec<RuleId>,
    /// Accepted within so many working days of asking.
    #[serde(default)]
    pub acceptance_working_days: Option<u8>,
    /// Filed within so many months of opening.
    #[serde(default)]
    pub filing_months: Option<u8>,
    /// Checked on site within so many working days of filing.
    #[serde(default)]
    pub check_working_days: Option<u8>,
    /// First graded after so many months of running.
    #[serde(default)]
    pub graded_after_months: Option<u8>,
    /// A grade is valid for so many years.
    #[serde(default)]
    pub grade_years: Option<u8>,
    /// Graded again within so many months after expiry.
    #[serde(default)]
    pub regrade_months: Option<u8>,
    /// Downgraded: so many months before applying again.
    #[serde(default)]
    pub reapply_months: Option<u8>,
    /// A payment is published at least so many days before.
    #[serde(default)]
    pub notice_days: Option<u8>,
    /// Least areas and beds.
    #[serde(default)]
    pub sizes: Vec<Size>,
}

/// The least size of one kind of facility; what is not set is a gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Which.
    pub facility: String,
    /// Floor area, in square metres.
    #[serde(default)]
    pub square_metres_from: Option<i64>,
    /// Floor area at most.
    #[serde(default)]
    pub square_metres_to: Option<i64>,
    /// Floor area for each hundred households.
    #[serde(default)]
    pub square_metres_per_100_households: Option<i64>,
    /// Beds.
    #[serde(default)]
    pub beds_from: Option<i64>,
    /// Whether it lies inside an institution; nothing where the document does not say.
    #[serde(default)]
    pub in_institution: Option<bool>,
    /// How its name ends.
    #[serde(default)]
    pub name_ends: Option<String>,
}
