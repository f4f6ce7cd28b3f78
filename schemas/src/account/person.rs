//! What decides about someone's entitlements. No name, no identity number, no address.

use std::{collections::BTreeSet, fmt, str::FromStr};

use domain::{calendar::Day, elder::Ability};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An administrative division (行政区划代码, GB/T 2260), six digits. One that ends in `00` is a prefecture with all its
/// counties, one that ends in `0000` a province with all of its.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Division(u32);

/// A text that is no division code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an administrative division code: six digits, e.g. 652301")]
pub struct InvalidDivision(String);

impl Division {
    /// Whether the other one is this one or lies inside it.
    pub const fn covers(self, other: Self) -> bool {
        let width = if self.0.is_multiple_of(10_000) {
            10_000
        } else if self.0.is_multiple_of(100) {
            100
        } else {
            1
        };
        self.0 / width == other.0 / width
    }
}

impl FromStr for Division {
    type Err = InvalidDivision;
    fn from_str(text: &str) -> Result<Self, InvalidDivision> {
        let digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        let number = if digits { text.parse().ok() } else { None };
        number.map(Self).ok_or_else(|| InvalidDivision(text.to_owned()))
    }
}

impl fmt::Display for Division {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl fmt::Debug for Division {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Division {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Division {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Division;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a six-digit administrative division code in quotes")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Division, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl JsonSchema for Division {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Division".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[1-9][0-9]{5}$" })
    }
}

/// What someone is recognised as. These words are not the same in law and never stand for each other here, unless a
/// pack's reading says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Destitute, supported at home (分散供养特困人员).
    DestituteScattered,
    /// Destitute, supported in an institution (集中供养特困人员).
    DestituteCollective,
    /// Minimum living allowance (最低生活保障, 低保).
    MinimumLiving,
    /// On the margin of it (低保边缘).
    MinimumLivingMarginal,
    /// Low income (低收入): above minimum living, below the minimum wage.
    LowIncome,
    /// Special care (优抚).
    SpecialCare,
    /// Key special care (重点优抚); who has this has special care, too.
    KeySpecialCare,
    /// Special family-planning family (计生特殊困难, 计生特扶).
    SpecialFamilyPlanning,
    /// Lives alone without kin (孤寡).
    Alone,
}

/// A person as the rules see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Born on.
    pub birth_date: Day,
    /// Where the household is registered (户籍).
    pub household_registration: Division,
    /// Where they ordinarily live (常住).
    pub residence: Division,
    /// What they are recognised as.
    #[serde(default)]
    pub categories: BTreeSet<Category>,
    /// Ability (能力); counts only as assessed.
    #[serde(default)]
    pub ability: Option<Ability>,
    /// When the ability was assessed.
    #[serde(default)]
    pub ability_assessed_on: Option<Day>,
    /// Grade of a certified handicap (残疾等级), 1 is the severest; not the same as ability.
    #[serde(default)]
    #[schemars(range(min = 1, max = 4))]
    pub handicap_grade: Option<u8>,
    /// Lives in an institution (养老机构) since.
    #[serde(default)]
    pub institution_since: Option<Day>,
    /// Has a family bed (家庭养老床位) since.
    #[serde(default)]
    pub family_bed_since: Option<Day>,
    /// Enjoys long-term-care insurance (长期护理保险) since.
    #[serde(default)]
    pub long_term_care_insured_since: Option<Day>,
    /// The bureau approved the application on.
    #[serde(default)]
    pub approved_on: Option<Day>,
    /// Died on.
    #[serde(default)]
    pub died_on: Option<Day>,
}

/// A person that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct ImpossiblePerson {
    /// Stable, in snake_case.
    pub code: &'static str,
    /// Which member is to blame.
    pub member: &'static str,
    /// What is wrong and what to do.
    pub detail: String,
}

impl Person {
    /// What the types alone do not forbid, asked about on that day.
    ///
    /// # Errors
    /// [`ImpossiblePerson`]: `born_in_future`, `born_too_long_ago`, `before_birth`, `invalid_handicap_grade`.
    pub fn check(&self, on: Day) -> Result<(), ImpossiblePerson> {
        let fail = |code, member, detail| Err(ImpossiblePerson { code, member, detail });
        let born = self.birth_date;
        if born > on {
            let detail =
                format!("born on {born}, asked about on {on}; correct birth_date or the day asked for");
            return fail("born_in_future", "birth_date", detail);
        }
        if on.age_since(born) > 150 {
            return fail(
                "born_too_long_ago",
                "birth_date",
                format!("born on {born}, more than 150 years before {on}"),
            );
        }
        let events = [
            ("ability_assessed_on", self.ability_assessed_on),
            ("institution_since", self.institution_since),
            ("family_bed_since", self.family_bed_since),
            ("long_term_care_insured_since", self.long_term_care_insured_since),
            ("approved_on", self.approved_on),
            ("died_on", self.died_on),
        ];
        for (member, at) in events {
            if let Some(at) = at.filter(|at| *at < born) {
                return fail("before_birth", member, format!("{member} is {at}, before the birth on {born}"));
            }
        }
        match self.handicap_grade {
            Some(grade) if !(1..=4).contains(&grade) => {
                let detail = format!("handicap_grade is {grade}; grades are 1 to 4, or null for none");
                fail("invalid_handicap_grade", "handicap_grade", detail)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefecture_covers_its_counties_and_a_county_only_itself() {
        let code = |text: &str| text.parse::<Division>().unwrap();
        assert!(code("430100").covers(code("430102")) && code("430000").covers(code("430102")));
        assert!(!code("652301").covers(code("652300")) && !code("150603").covers(code("150602")));
        for bad in ["", "65230", "6523010", "65230a", "065230"] {
            assert!(bad.parse::<Division>().is_err(), "{bad}");
        }
    }
}
