//! A policy pack: one TOML file per city, one `[[version]]` per stretch of time in which its document stands.
//!
//! Unknown keys are refused. What a document does not say is not set, and asking for it is refused, never guessed.

mod grant;
mod kind;
mod money;
mod procedure;
mod reading;
mod service;

use std::{collections::BTreeMap, fmt};

use domain::calendar::Day;
use schemas::account::person::Division;
use serde::{Deserialize, Serialize};

pub use self::{
    grant::{Facility, Grant, GrantAmount, GrantKind},
    kind::{AnyOf, KindRule, Tier},
    money::{Discount, Ledger, Settlement, SettlementPeriod, Zeroing},
    procedure::{Approval, Deadlines, Quality},
    reading::Readings,
    service::{Bathing, Devices, Identification, Priority, Service},
};

/// The pack of one city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Its id, the file's name without `.toml`.
    pub city: String,
    /// Its name.
    pub name: String,
    /// Which divisions it is: who is registered or lives in one of them is registered or lives here.
    pub divisions: Vec<Division>,
    /// Its documents, one after the other.
    #[serde(rename = "version")]
    pub versions: Vec<Version>,
}

/// One document, and the time in which it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Counts the versions, e.g. `1`.
    pub id: u32,
    /// Name and number of the document.
    pub document: String,
    /// Its first day.
    pub from: Day,
    /// The first day on which it stands no more; open where the document names none.
    #[serde(default)]
    pub until: Option<Day>,
    /// Where the document says so.
    pub in_force: String,
    /// Someone lets it stand longer, by name.
    #[serde(default)]
    pub extension: Option<Extension>,
    /// Every rule of the document by its row id.
    pub rules: BTreeMap<RuleId, Rule>,
    /// Where the text leaves a choice.
    #[serde(default)]
    pub readings: Readings,
    /// What the city gives.
    #[serde(default, rename = "kind")]
    pub kinds: Vec<KindRule>,
    /// How money is spent.
    pub ledger: Ledger,
    /// How organisations are paid.
    pub settlement: Settlement,
    /// How an application is decided.
    #[serde(default)]
    pub approval: Option<Approval>,
    /// What services must keep to.
    #[serde(default)]
    pub service: Service,
    /// How quality comes back.
    #[serde(default)]
    pub quality: Quality,
    /// The life of a facility.
    #[serde(default)]
    pub facility: Option<Facility>,
    /// What operators get.
    #[serde(default, rename = "grant")]
    pub grants: Vec<Grant>,
}

/// An operator's word that a lapsed document is still followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// Who says so.
    pub by: String,
    /// On which ground.
    pub ground: String,
    /// The first day on which it ends.
    pub until: Day,
}

/// One rule of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Where it stands, e.g. `二(一)`.
    pub article: String,
    /// What it says, in the document's words or close to them.
    pub says: String,
}

/// The row id of a rule, e.g. `G3`: a letter for the city, and a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RuleId(String);

impl RuleId {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> (&str, u32) {
        let (letter, number) = self.0.split_at_checked(1).unwrap_or_default();
        (letter, number.parse().unwrap_or(u32::MAX))
    }
}

/// By letter, then by number: `J2` before `J10`.
impl Ord for RuleId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl PartialOrd for RuleId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RuleId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut characters = text.chars();
        let letter = characters.next().is_some_and(|c| c.is_ascii_uppercase());
        let number = characters.as_str();
        if letter && !number.starts_with('0') && number.parse::<u16>().is_ok() {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom(format_args!("{text:?} is not a rule's id such as G3")))
        }
    }
}

impl Version {
    /// The first day on which it stands no more, extension included.
    pub fn ends(&self) -> Option<Day> {
        let until = self.until?;
        Some(self.extension.as_ref().map_or(until, |extension| extension.until.max(until)))
    }

    /// Whether it stands on that day.
    pub fn stands_on(&self, on: Day) -> bool {
        self.from <= on && self.ends().is_none_or(|end| on < end)
    }

    /// Where a rule stands in the document; empty for a rule that [`super::check`] would refuse.
    pub fn article(&self, rule: &RuleId) -> &str {
        self.rules.get(rule).map_or("", |rule| rule.article.as_str())
    }

    /// Where a rule stands that is known by its name only.
    pub fn article_of(&self, rule: &str) -> Option<&str> {
        self.rules.iter().find(|(id, _)| id.as_str() == rule).map(|(_, rule)| rule.article.as_str())
    }

    /// The rule about a kind of support.
    pub fn kind(&self, kind: schemas::account::assessment::Kind) -> Option<&KindRule> {
        self.kinds.iter().find(|rule| rule.kind == kind)
    }
}

/// Which document answers for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It stands.
    InForce,
    /// It will.
    NotYet,
    /// It did.
    Lapsed,
}

impl Pack {
    /// The version that stands on that day, or the last one before it, or the first one of all.
    pub fn version_on(&self, on: Day) -> Option<(&Version, Standing)> {
        if let Some(version) = self.versions.iter().find(|version| version.stands_on(on)) {
            return Some((version, Standing::InForce));
        }
        let before =
            self.versions.iter().filter(|version| version.from <= on).max_by_key(|version| version.from);
        let first = || self.versions.iter().min_by_key(|version| version.from);
        before.map(|version| (version, Standing::Lapsed)).or_else(|| Some((first()?, Standing::NotYet)))
    }

    /// Whether the division lies in the city.
    pub fn covers(&self, division: Division) -> bool {
        self.divisions.iter().any(|own| own.covers(division))
    }
}
