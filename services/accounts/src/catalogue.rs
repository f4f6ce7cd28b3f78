//! What can be ordered: the items of a city's document with category, duration, team, qualifications, evidence, price
//! and what pays. One TOML file per city in `policies/catalogue`.
//!
//! No document gives prices; an item without one can be shown, and not be held for.

use std::{collections::BTreeSet, fs, path::Path};

use domain::service::{Qualification, ServiceKind};
use schemas::account::{assessment::Kind, books::Published};
use serde::{Deserialize, Serialize};

use crate::{
    ledger::terms::{Figure, Terms},
    policy::{LoadError, Pack},
};

/// The items of a city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Whose.
    pub city: String,
    /// In the document's order.
    #[serde(rename = "item")]
    pub items: Vec<Item>,
}

/// One item.
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of the item in the file")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its name in programs.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its category in the document.
    pub category: String,
    /// The rule that names it.
    pub rule: String,
    /// What is done.
    pub content: String,
    /// The kind of visit, where it is one.
    #[serde(default)]
    pub service: Option<ServiceKind>,
    /// Minutes at the door.
    #[serde(default)]
    pub minutes: Option<u16>,
    /// How many come.
    #[serde(default)]
    pub team: Option<u8>,
    /// A family member who is there throughout replaces the second one.
    #[serde(default)]
    pub family_member_replaces: bool,
    /// For self-reliant elders only.
    #[serde(default)]
    pub self_reliant_only: bool,
    /// What each of them must hold.
    #[serde(default)]
    pub qualifications: BTreeSet<Qualification>,
    /// What proves it.
    #[serde(default)]
    pub evidence: BTreeSet<Evidence>,
    /// The market price, in fen. Not set: a gap.
    #[serde(default)]
    pub price_fen: Option<i64>,
    /// What may pay for it.
    #[serde(default)]
    pub subsidy: Option<Kind>,
    /// Costs nothing.
    #[serde(default)]
    pub free: bool,
    /// A delivery fee comes on top.
    #[serde(default)]
    pub delivery_fee: bool,
    /// Long-term-care insurance covers it.
    #[serde(default)]
    pub covered_by_insurance: bool,
}

/// What proves a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Seen at the door.
    Arrival,
    /// Confirmed by the elder.
    Confirmed,
    /// A photograph.
    Photo,
    /// The safety reminder was given.
    SafetyReminder,
    /// A second attendant or a family member was there throughout.
    SecondPerson,
    /// A written report.
    Report,
    /// A list of who was there.
    Attendance,
    /// Handed over.
    Handover,
}

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// [`LoadError`] names the file, the place and what to do.
    pub fn load(file: &Path) -> Result<Self, LoadError> {
        let name = file.display().to_string();
        let text = fs::read_to_string(file);
        let text = text.map_err(|source| LoadError::Unreadable { file: name.clone(), source })?;
        Self::from_text(&name, &text)
    }

    /// Reads a catalogue's text; `name` is told where something is wrong.
    ///
    /// # Errors
    /// [`LoadError::Malformed`].
    pub fn from_text(name: &str, text: &str) -> Result<Self, LoadError> {
        let malformed = |detail| LoadError::Malformed { file: name.to_owned(), detail };
        let catalogue: Self = crate::policy::load::read(text).map_err(malformed)?;
        let mut seen = BTreeSet::new();
        for item in &catalogue.items {
            if !seen.insert(&item.id) {
                return Err(malformed(format!("two items have the id {:?}", item.id)));
            }
            if item.price_fen.is_some_and(|price| price < 0) {
                return Err(malformed(format!("the price of {:?} is below zero", item.id)));
            }
        }
        Ok(catalogue)
    }

    /// The item of a kind of visit: the first that has a price, or else the first.
    pub fn item(&self, service: ServiceKind) -> Option<&Item> {
        let mut of_kind = self.items.iter().filter(|item| item.service == Some(service));
        of_kind.clone().find(|item| item.price_fen.is_some()).or_else(|| of_kind.next())
    }

    /// The public list; `article` tells where a rule stands.
    pub fn published(&self, terms: &Terms, article: impl Fn(&str) -> String) -> Vec<Published> {
        let percent = match terms.self_pay_discount {
            Figure::Silent => Some(0),
            Figure::Set(percent) => Some(percent),
            Figure::Gap(_) => None,
        };
        let publish = |item: &Item| Published {
            name: item.name.clone(),
            category: item.category.clone(),
            service: item.service,
            rule: item.rule.clone(),
            article: article(&item.rule),
            content: item.content.clone(),
            standard: item.minutes.zip(item.team),
            price_fen: if item.free { Some(0) } else { item.price_fen },
            subsidy: item.subsidy,
            self_pay_fen: if item.free {
                Some(0)
            } else {
                item.price_fen.zip(percent).map(|(price, percent)| price.saturating_mul(100 - percent) / 100)
            },
        };
        self.items.iter().map(publish).collect()
    }

    /// Rules that an item names and the pack does not have.
    pub fn unknown_rules(&self, pack: &Pack) -> Vec<&str> {
        let known: BTreeSet<&str> = pack
            .versions
            .iter()
            .flat_map(|version| version.rules.keys().map(crate::policy::pack::RuleId::as_str))
            .collect();
        self.items.iter().map(|item| item.rule.as_str()).filter(|rule| !known.contains(rule)).collect()
    }
}
