//! How applications are decided and how quality comes back: terms that a workflow keeps.

use serde::{Deserialize, Serialize};

use super::RuleId;

/// How an application is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The rules that say so.
    pub rules: Vec<RuleId>,
    /// Who may apply for the elder.
    pub proxies: Vec<String>,
    /// The terms.
    pub working_days: Deadlines,
    /// Checked again so many months after approval.
    #[serde(default)]
    pub recheck_months: Option<u8>,
}

/// Terms in working days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    /// The community surveys.
    pub survey: u8,
    /// The notice hangs.
    pub notice: u8,
    /// The street reviews.
    pub street: u8,
    /// The bureau decides.
    pub bureau: u8,
}

/// How quality comes back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quality {
    /// The rules that say so.
    pub rules: Vec<RuleId>,
    /// So many stars or fewer are followed up by telephone. The documents say 评价较差 without a number: ours.
    pub poor_stars: Option<u8>,
    /// A follow-up call is made within so many working days, where the city sets a term.
    pub follow_up_working_days: Option<u8>,
    /// A complaint is decided within so many working days, where the city sets a term.
    pub complaint_working_days: Option<u8>,
    /// Organisations are rated or evaluated every so many months.
    pub rating_months: Option<u8>,
    /// An operator's term, in months.
    pub operator_term_months: Option<u8>,
    /// Violations that get a term to mend, in the document's words.
    pub violations: Vec<String>,
    /// What is not mended stops the running grant for so many months.
    pub grant_stopped_months: Option<u8>,
}
