//! Where a text leaves a choice: each choice visible in the pack and switchable.

use serde::{Deserialize, Serialize};

/// The choices made. A pack sets those its text calls for.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Readings {
    /// A family bed ends the allowance as an institution does (Changji § 2: 已入住养老机构的老年人,家庭护理型床位运营补贴
    /// 实施后的,不再享受).
    pub family_bed_ends: bool,
    /// A long-term-care-insurance assessment stands for a missing ability assessment (Changji § 2(3): 评定结果可以作为
    /// 申请的依据).
    pub insurance_assessment_serves: bool,
    /// Who is on the margin of minimum living also counts as low income (Changji § 2(3) defines low income by itself:
    /// off unless the city says so).
    pub marginal_is_low_income: bool,
    /// Key special care (重点优抚) counts wherever special care (优抚) is named.
    pub key_special_care_is_special_care: bool,
    /// The notice follows the survey instead of running beside it (Changji § 5(2)).
    pub notice_follows_survey: bool,
    /// What is not used lapses at the month's end, and the quarter's end closes the books (Changji § 5(4)).
    pub lapses_monthly: bool,
}
