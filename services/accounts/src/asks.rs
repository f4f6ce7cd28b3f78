//! What desks, bureau and organisations ask: they read what is committed and change nothing.

use ::paper::PaperError;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::calendar::Day;
use schemas::{
    account::{
        assessment::Kind,
        books::{
            AsOf, Entries, EntriesQuery, PublicList, Quality, Quote, QuoteQuery, SettlementView, Settlements,
            SettlementsQuery, StatementFile, StatementFormat, StatementQuery,
        },
        funding::{HoldRequest, Noted},
        matter::{Matters, MattersQuery},
    },
    problem::Problem,
};

use crate::{
    desk::Desk,
    ledger::Work,
    paper,
    policy::pack::SettlementPeriod,
    statement::{self, StatementError},
    store::{Period, failed},
};

/// What fits into an answer of the bus, with room for its envelope; larger statements are written by the program itself.
const LARGEST_FILE: usize = 700 * 1024;
/// Stars and complaints are counted for so many months.
const COUNTED_MONTHS: u8 = 12;
/// The most that anybody could agree to, to see what a price would be.
const ANYTHING: domain::unit::Fen = domain::unit::Fen(10_000_000);

impl Desk {
    /// The day it is in the city.
    fn today(&self) -> Day {
        Day::of(self.clock.now())
    }

    /// The public list, by the document that stands on that day.
    ///
    /// # Errors
    /// None.
    pub fn catalogue(&self, as_of: AsOf) -> Result<PublicList, Problem> {
        let (rules, today) = (&self.rules, as_of.on);
        let version = rules.pack.version_on(today).map(|(version, _)| version);
        let terms = rules.terms(Kind::ServiceAllowance, today);
        let article =
            |rule: &str| version.and_then(|version| version.article_of(rule)).unwrap_or_default().to_owned();
        Ok(PublicList {
            city: rules.pack.name.clone(),
            document: version.map(|version| version.document.clone()).unwrap_or_default(),
            items: rules.catalogue.published(&terms, article),
        })
    }

    /// How a price would be shared now. Nothing is set aside.
    ///
    /// # Errors
    /// The refusal's code, or `unavailable`.
    pub async fn quote(&self, query: QuoteQuery) -> Result<Quote, Problem> {
        let QuoteQuery { elder, service, service_day, pay_with, delivery, price } = query;
        let unnamed = || Problem::new(500, "internal", "a name that is always one is none");
        let ask = HoldRequest {
            id: domain::id::CommandId::new("quote").map_err(|_| unnamed())?,
            order: domain::id::OrderId::new("quote").map_err(|_| unnamed())?,
            elder,
            service,
            service_day,
            pay_with,
            from_month: None,
            organisation: None,
            delivery,
            price,
            self_pay_up_to: ANYTHING,
            instead: false,
        };
        let price = match price {
            Some(price) => price.get(),
            None => self.rules.price(service).map_err(Problem::from)?,
        };
        match self.store.quote(&Work::Hold(ask), &self.rules).await.map_err(|error| failed(&error))? {
            Ok(Some(Noted::Funding(funding))) => Ok(Quote {
                price: domain::unit::Fen(price),
                allowance: funding.amount,
                self_pay: funding.self_pay,
                delivery_fee: funding.delivery_fee,
            }),
            Ok(_) => Err(unnamed()),
            Err(refusal) => Err(Problem::from(refusal)),
        }
    }

    /// Matters that people see to.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn matters(&self, query: MattersQuery) -> Result<Matters, Problem> {
        let items = self.store.matters(&query).await.map_err(|error| failed(&error))?;
        Ok(Matters { today: self.today(), items })
    }

    /// Entries of the ledger.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn entries(&self, query: EntriesQuery) -> Result<Entries, Problem> {
        let items = self.store.entries(&query).await.map_err(|error| failed(&error))?;
        Ok(Entries { items })
    }

    /// How organisations do.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn quality(&self, as_of: AsOf) -> Result<Quality, Problem> {
        let today = as_of.on;
        let version = self.rules.pack.version_on(today).map(|(version, _)| version);
        let poor = version.and_then(|version| version.quality.poor_stars).unwrap_or(0);
        let since = today.before_months(COUNTED_MONTHS);
        let organisations = self.store.quality(since, poor).await.map_err(|error| failed(&error))?;
        Ok(Quality { since, organisations })
    }

    /// The settlements that were drawn, and which could be drawn next.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn settlements(&self, query: SettlementsQuery) -> Result<Settlements, Problem> {
        let trouble = |error| failed(&error);
        let drawn = self.store.settlements(query.limit).await.map_err(trouble)?;
        let last = self.last_period();
        let next = last.filter(|period| !drawn.iter().any(|drawn| drawn.period == *period));
        let mut items = Vec::with_capacity(drawn.len());
        for settlement in drawn {
            let organisations =
                self.store.statements(&settlement, query.organisation.as_ref()).await.map_err(trouble)?;
            items.push(SettlementView {
                period: settlement.period.to_string(),
                cutoff: settlement.cutoff,
                drawn_by: settlement.drawn_by,
                approved_by: settlement.approved_by,
                organisations,
            });
        }
        Ok(Settlements { next: next.map(|period| period.to_string()), items })
    }

    /// The latest period that is over.
    fn last_period(&self) -> Option<Period> {
        let today = self.today();
        let (version, _) = self.rules.pack.version_on(today)?;
        let month = today.month().previous();
        Some(match version.settlement.period {
            SettlementPeriod::Monthly => Period::Month(month),
            SettlementPeriod::Quarterly if month == month.quarter().last() => {
                Period::Quarter(month.quarter())
            }
            SettlementPeriod::Quarterly => Period::Quarter(month.quarter().first().previous().quarter()),
        })
    }

    /// A statement as a file.
    ///
    /// # Errors
    /// `not_drawn`, `malformed_period`, `statement_too_large`, `unavailable`.
    pub async fn statement(&self, query: StatementQuery) -> Result<StatementFile, Problem> {
        let StatementQuery { period, organisation, format } = query;
        let period = super::desk::period(&period)?;
        let settlement = self.store.settlement(period).await.map_err(|error| failed(&error))?;
        let not_drawn = || Problem::new(404, "not_drawn", format!("{period} was not drawn yet"));
        let settlement = settlement.ok_or_else(not_drawn)?;
        let (ending, content) = match format {
            StatementFormat::Xlsx => {
                ("xlsx", statement::workbook(&self.store, &settlement, &organisation).await)
            }
            StatementFormat::Pdf => {
                let how = (self.rules.pack.name.as_str(), self.rules.font.as_deref());
                ("pdf", paper::statement(&self.store, &settlement, &organisation, how).await)
            }
        };
        let content = content.map_err(|error| match error {
            StatementError::Paper(PaperError::NoFont) => Problem::new(501, "font_missing", error.to_string()),
            error => failed(&error),
        })?;
        if content.len() > LARGEST_FILE {
            let detail =
                "this statement is too large to be handed over; let the centre write it with the program";
            return Err(Problem::new(413, "statement_too_large", detail));
        }
        Ok(StatementFile {
            name: format!("{period}-{organisation}.{ending}"),
            content: STANDARD.encode(content),
        })
    }
}
