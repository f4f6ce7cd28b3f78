//! What desks, bureau and organisations ask of the books: the public list, a price split before an order is placed,
//! entries, settlements and how an organisation does.

use std::collections::BTreeMap;

use domain::{
    calendar::{Day, Month},
    id::{ElderId, OrderId, OrganisationId, UserId},
    service::ServiceKind,
    time::Timestamp,
    unit::Fen,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assessment::Kind;

/// One item as the public page shows it (Jiayuguan Art. 11): content, price, standard, subsidy, self-pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// Its name.
    pub name: String,
    /// Its category in the document.
    pub category: String,
    /// The kind of visit, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceKind>,
    /// What is done.
    pub content: String,
    /// Minutes at the door and how many come.
    pub standard: Option<(u16, u8)>,
    /// The market price; not set yet where there is none.
    pub price_fen: Option<i64>,
    /// What may pay for it.
    pub subsidy: Option<Kind>,
    /// What an elder pays who has no subsidy left, without delivery; none where price or discount is not set.
    pub self_pay_fen: Option<i64>,
    /// The rule that names it.
    pub rule: String,
    /// Where it stands.
    pub article: String,
}

/// A question about what stands on a day (`ask.accounts.catalogue`, `ask.accounts.quality`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AsOf {
    /// On which.
    pub on: Day,
}

/// The public list of a city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublicList {
    /// The city's name.
    pub city: String,
    /// The document that stands.
    pub document: String,
    /// In the document's order.
    pub items: Vec<Published>,
}

/// A price split asked for before an order is placed (`ask.accounts.quote`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteQuery {
    /// For whom.
    pub elder: ElderId,
    /// What.
    pub service: ServiceKind,
    /// The day of service.
    pub service_day: Day,
    /// What pays.
    pub pay_with: Kind,
    /// A meal is delivered: the elder pays the fee.
    #[serde(default)]
    pub delivery: bool,
    /// What it costs, where it has a price of its own (a meal: the menu's) and not the catalogue's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Fen>,
}

/// How a price would be shared now; nothing is set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quote {
    /// The market price.
    pub price: Fen,
    /// From the allowance in fen, or in points.
    pub allowance: i64,
    /// What the elder would pay.
    pub self_pay: Fen,
    /// Of that for delivery.
    #[serde(default)]
    pub delivery_fee: Fen,
}

/// Which entries (`ask.accounts.entries`), the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntriesQuery {
    /// Only of this elder.
    #[serde(default)]
    pub elder: Option<ElderId>,
    /// Only of this order.
    #[serde(default)]
    pub order: Option<OrderId>,
    /// Only of this organisation.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Before this one.
    #[serde(default)]
    pub before: Option<i64>,
    /// At most so many, 1 to 500.
    pub limit: u16,
}

/// Entries of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entries {
    /// The latest first.
    pub items: Vec<LedgerEntry>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerEntry {
    /// Its number.
    pub seq: i64,
    /// When it was written.
    pub at: Timestamp,
    /// `grant`, `hold`, `capture`, `release`, `lapse`, `correct`, `served`, `pay` …
    pub what: String,
    /// Which order.
    pub order: Option<OrderId>,
    /// Whose purse.
    pub elder: Option<ElderId>,
    /// To whom.
    pub organisation: Option<OrganisationId>,
    /// What pays.
    pub kind: Option<Kind>,
    /// Which month's.
    pub month: Option<Month>,
    /// The day of service.
    pub service_day: Option<Day>,
    /// Fen or points.
    pub amount: i64,
    /// What the elder pays, in fen.
    pub self_pay: Fen,
}

/// Settlements that were drawn (`ask.accounts.settlements`), the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settlements {
    /// The next period that could be drawn, if it is over.
    pub next: Option<String>,
    /// Those drawn.
    pub items: Vec<SettlementView>,
}

/// Which settlements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SettlementsQuery {
    /// Only what this organisation is owed.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// At most so many, 1 to 60.
    pub limit: u16,
}

/// One settlement with what each organisation is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SettlementView {
    /// `2026-03` or `2026-Q1`.
    pub period: String,
    /// The last entry that counts.
    pub cutoff: i64,
    /// Who drew it.
    pub drawn_by: UserId,
    /// Who approved it.
    pub approved_by: Option<UserId>,
    /// By organisation.
    pub organisations: BTreeMap<OrganisationId, Owed>,
}

/// What an organisation is owed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Owed {
    /// How many lines.
    pub lines: u64,
    /// By what pays, in fen or points.
    pub owed: BTreeMap<Kind, i64>,
    /// Paid by elders themselves, in fen.
    pub self_pay: i64,
}

/// A statement as a file (`ask.accounts.statement`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementQuery {
    /// Of which settlement.
    pub period: String,
    /// Of whom.
    pub organisation: OrganisationId,
    /// As what.
    pub format: StatementFormat,
}

/// What a statement may be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatementFormat {
    /// A workbook, every line.
    Xlsx,
    /// To print and sign.
    Pdf,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementFile {
    /// What to call it.
    pub name: String,
    /// Its content in base64 (RFC 4648).
    pub content: String,
}

/// How organisations do (`ask.accounts.quality`): what is published at intervals (Jiayuguan Art. 21).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// Since when it is counted.
    pub since: Day,
    /// By organisation.
    pub organisations: BTreeMap<OrganisationId, QualityOf>,
}

/// How one organisation does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct QualityOf {
    /// How many services were rated.
    pub rated: i64,
    /// Their sum of stars; divided by the number, the average.
    pub stars: i64,
    /// How many were poor.
    pub poor: i64,
    /// Complaints that were true.
    pub complaints: i64,
    /// Violations that were not put right.
    pub violations: i64,
    /// The latest yearly rating that was approved.
    pub yearly: Option<u8>,
    /// No work orders at present.
    pub stopped: bool,
}
