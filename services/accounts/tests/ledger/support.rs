//! One elder's purse of March 2026, and what happens to it.

use accounts::ledger::{
    Account, Book, Purse, PurseKey, Terms, Unit, book::Event, purse::Capture, split::Ask,
};
use domain::{
    calendar::Day,
    id::{CommandId, ElderId, OrderId, OrganisationId},
};
use schemas::account::assessment::Kind;

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn key(kind: Kind) -> PurseKey {
    PurseKey { elder: ElderId::new("e1").unwrap(), kind, month: "2026-03".parse().unwrap() }
}

pub fn order(number: u8) -> OrderId {
    OrderId::new(format!("o{number}")).unwrap()
}

/// No caps, no fees, no conditions.
pub fn plain() -> Terms {
    Terms::SILENT
}

pub fn ask(price: i64, on: &str) -> Ask {
    Ask { price, delivery: false, agreed: 0, insured: false, day: day(on) }
}

pub fn served(on: &str) -> Capture {
    Capture {
        organisation: OrganisationId::new("org").unwrap(),
        designated: true,
        served_on: day(on),
        amount: None,
    }
}

/// A book with one purse, each event with an id of its own.
pub struct Story {
    pub book: Book,
    pub key: PurseKey,
    pub terms: Terms,
    pub next: u32,
}

impl Story {
    pub fn of(kind: Kind, terms: Terms, granted: i64) -> Self {
        let mut story = Self { book: Book::default(), key: key(kind), terms, next: 0 };
        story.then(Event::Grant(granted)).unwrap();
        story
    }

    #[expect(clippy::needless_pass_by_value, reason = "events are made where they happen")]
    /// What happens next; the code of the refusal if it may not.
    pub fn then(&mut self, event: Event) -> Result<(), &'static str> {
        self.next += 1;
        let id = CommandId::new(format!("c{}", self.next)).unwrap();
        let outcome = self.book.apply(&id, &self.key, &event, &self.terms);
        sound(&self.book);
        outcome.map_err(|refusal| refusal.code())
    }

    pub fn purse(&self) -> &Purse {
        &self.book.purses[&self.key]
    }

    /// Available, held, captured, lapsed.
    pub fn stands(&self) -> [i64; 4] {
        let purse = self.purse();
        [purse.available, purse.held(), purse.captured(), purse.lapsed]
    }
}

/// What must hold of every book at any time.
pub fn sound(book: &Book) {
    let balances = book.balances();
    for unit in [Unit::Fen, Unit::Points] {
        let sum: i64 = balances.iter().filter(|((_, of), _)| *of == unit).map(|(_, amount)| amount).sum();
        assert_eq!(sum, 0, "the books balance");
    }
    for ((account, _), amount) in &balances {
        let is_source = matches!(account, Account::Budget(_) | Account::SelfPay(_));
        assert!(is_source || *amount >= 0, "{account} stands at {amount}");
    }
    for (key, purse) in &book.purses {
        let unit = Unit::of(key.kind);
        let of = |account| balances.get(&(account, unit)).copied().unwrap_or(0);
        assert_eq!(of(Account::Available(key.clone())), purse.available);
        assert_eq!(of(Account::Held(key.clone())), purse.held());
        assert_eq!(of(Account::Lapsed(key.clone())), purse.lapsed);
        let all = [purse.available, purse.held(), purse.captured(), purse.lapsed];
        assert!(all.iter().all(|part| *part >= 0), "{all:?}");
        assert_eq!(all.iter().sum::<i64>(), purse.granted);
    }
}
