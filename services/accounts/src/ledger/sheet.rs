//! A batch of work on paper: what it needs of the books is laid out, every piece of work is decided on top of the ones
//! before it, and what is new is there to be written down in one go. No I/O.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    calendar::Day,
    id::{CommandId, ElderId, MatterId, OrderId, OrganisationId, UserId},
    unit::Fen,
};
use schemas::account::{
    funding::{CaptureRequest, Funding, FundingState, HoldRequest, Noted},
    matter::Matter,
    person::Person,
};
use serde::Serialize;

use super::{
    purse::{Capture, Purse, PurseKey},
    refusal::Refusal,
    transfer::Transfer,
    work::{Served, Work, dropped, instead, key_of},
};
use crate::rulebook::{Given, Rulebook};

/// A new entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What makes it happen once.
    pub event_id: String,
    /// `grant`, `hold`, `capture`, `release`, `lapse`, `correct`, `served`, `dropped`, `step`, `rated`, `ends`.
    pub what: &'static str,
    /// What a repetition is answered.
    pub answer: Option<Noted>,
    /// Who and why, JSON.
    pub detail: String,
    /// Whose purse.
    pub purse: Option<PurseKey>,
    /// Which order.
    pub order: Option<OrderId>,
    /// To whom it is owed.
    pub organisation: Option<OrganisationId>,
    /// The day of service.
    pub service_day: Option<Day>,
    /// Fen or points.
    pub amount: i64,
    /// Fen.
    pub self_pay: i64,
    /// What moves.
    pub transfers: Vec<Transfer>,
    /// What the bus is told.
    pub told: Vec<Told>,
}

/// What the bus is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// How an order is paid.
    Funding(Funding),
    /// Whether work orders may go to an organisation, because of which matter.
    Standing {
        /// Which.
        organisation: OrganisationId,
        /// No work orders.
        stopped: bool,
        /// Because of it.
        matter: MatterId,
    },
    /// An organisation has its stars for a year.
    Rated {
        /// Which.
        organisation: OrganisationId,
        /// For which year.
        year: i16,
        /// 1 to 5.
        stars: u8,
        /// By it.
        matter: MatterId,
    },
}

/// What a batch needs of the books, and what is new.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Facts, by elder.
    pub people: BTreeMap<ElderId, Person>,
    /// Purses, by key.
    pub purses: BTreeMap<PurseKey, Purse>,
    /// Which purse pays for an order.
    pub holds: BTreeMap<OrderId, PurseKey>,
    /// What was answered before.
    pub answers: BTreeMap<String, Option<Noted>>,
    /// New entries, in order.
    pub entries: Vec<Entry>,
    /// Which purses have changed.
    pub changed: BTreeSet<PurseKey>,
    /// Which orders are paid by another purse now.
    pub pointed: BTreeSet<OrderId>,
    /// Whose facts have changed.
    pub met: BTreeSet<ElderId>,
    /// Matters, by id.
    pub matters: BTreeMap<MatterId, Matter>,
    /// Which of them have changed.
    pub moved: BTreeSet<MatterId>,
}

/// Who and why.
#[derive(Serialize)]
pub(super) struct Detail<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule: Option<&'a str>,
}

impl Detail<'_> {
    pub(super) const NONE: Self = Detail { by: None, reason: None, rule: None };

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Sheet {
    /// Decides one piece of work. A refused one leaves no trace.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn decide(&mut self, work: &Work, rules: &Rulebook) -> Result<Option<Noted>, Refusal> {
        if let Some(answer) = work.event_id().and_then(|id| self.answers.get(&id)) {
            return Ok(answer.clone());
        }
        match work {
            Work::PutPerson(elder, person) => {
                self.people.insert(elder.clone(), person.clone());
                self.met.insert(elder.clone());
                Ok(Some(Noted::Person(elder.clone())))
            }
            Work::Hold(ask) => self.hold(ask, rules, ask.id.to_string()),
            Work::Capture(capture) => self.capture(capture, rules, capture.id.to_string(), "capture"),
            Work::Release(id, order) => self.release(order, id.to_string(), "release"),
            Work::Correct { id, order, change, reason, by } => {
                self.correct(id.as_str(), order, *change, reason, by, rules)
            }
            Work::Served(served) => {
                // Several steps: what the first ones wrote goes with a refusal of the last.
                let before = self.clone();
                self.served(served, rules).inspect_err(|_| *self = before)
            }
            Work::Dropped(order) => self.dropped(order),
            Work::Midnight(key, today) => Ok(self.midnight(key, *today, rules)),
            Work::Step(taken) => {
                let before = self.clone();
                self.step(taken, rules).inspect_err(|_| *self = before)
            }
            Work::Rated(rated) => Ok(self.rated(rated, rules)),
            Work::Ends(matter, today) => Ok(self.ends(matter, *today)),
        }
    }

    fn hold(
        &mut self,
        ask: &HoldRequest,
        rules: &Rulebook,
        event_id: String,
    ) -> Result<Option<Noted>, Refusal> {
        // The order was closed before its question came: nothing would ever give this back.
        if self.answers.contains_key(&dropped(&ask.order)) {
            return Err(Refusal::OrderClosed);
        }
        if ask.instead {
            self.give_up(ask)?;
        }
        let person = self.people.get(&ask.elder).ok_or(Refusal::UnknownElder)?;
        let (given, unentitled) = match rules.given(person, ask.pay_with, ask.service_day) {
            Ok(given) => (given, None),
            // Who agreed to pay themselves may order whatever the policy gives.
            Err(Refusal::Policy { code, rule, article }) if ask.self_pay_up_to > Fen::ZERO => {
                let given = Given { amount: 0, rule: rule.clone() };
                (given, Some(Refusal::Policy { code, rule, article }))
            }
            Err(refusal) => return Err(refusal),
        };
        let (terms, asked) = (rules.terms(ask.pay_with, ask.service_day), rules.ask(person, ask)?);
        if let Some(organisation) = &ask.organisation {
            rules.accepts(&terms, organisation, ask.service_day)?;
        }
        if let Some(other) = self.holds.get(&ask.order).filter(|other| **other != key_of(ask)) {
            let state = self
                .purses
                .get(other)
                .and_then(|purse| purse.funding(&ask.order))
                .map(|funding| funding.state);
            if matches!(state, Some(FundingState::Held | FundingState::Captured)) {
                return Err(Refusal::AlreadyHeld);
            }
        }
        let key = key_of(ask);
        let mut purse = self.purses.get(&key).cloned().unwrap_or_else(|| Purse::new(key.clone()));
        let granted = purse.grant(given.amount)?;
        let held = purse.hold(&terms, ask.id.clone(), ask.order.clone(), &asked);
        let held = held.map_err(|refusal| match refusal {
            Refusal::NothingLeft { .. } => unentitled.unwrap_or(refusal),
            refusal => refusal,
        })?;
        if !granted.is_empty() {
            let detail = Detail { rule: Some(&given.rule), ..Detail::NONE }.text();
            let event_id = format!("grant.{}.{}.{}.{}", key.elder, key.kind.as_str(), key.month, event_id);
            self.write(Entry {
                purse: Some(key.clone()),
                amount: given.amount,
                detail,
                ..entry(event_id, "grant", granted)
            });
        }
        let funding = purse.funding(&ask.order);
        let (amount, self_pay) = shares(funding.as_ref());
        self.holds.insert(ask.order.clone(), key.clone());
        self.pointed.insert(ask.order.clone());
        self.put(purse);
        Ok(self.write(Entry {
            answer: funding.clone().map(Noted::Funding),
            purse: Some(key),
            order: Some(ask.order.clone()),
            service_day: Some(ask.service_day),
            amount,
            self_pay,
            told: funding.into_iter().map(Told::Funding).collect(),
            ..entry(event_id, "hold", held)
        }))
    }

    /// Gives back what was set aside for the order as it was, once.
    fn give_up(&mut self, ask: &HoldRequest) -> Result<(), Refusal> {
        let event_id = instead(&ask.id);
        if self.answers.contains_key(&event_id) {
            return Ok(());
        }
        match self.release(&ask.order, event_id, "release") {
            Ok(_) | Err(Refusal::UnknownHold) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }

    fn capture(
        &mut self,
        capture: &CaptureRequest,
        rules: &Rulebook,
        event_id: String,
        what: &'static str,
    ) -> Result<Option<Noted>, Refusal> {
        let CaptureRequest { order, organisation, served_on, amount, .. } = capture;
        let mut purse = self.paying(order)?;
        let terms = rules.terms(purse.key.kind, *served_on);
        let designated = match rules.accepts(&terms, organisation, *served_on) {
            Ok(()) => true,
            // The purse says so in its turn, after what else may be wrong.
            Err(Refusal::NotDesignated) => false,
            Err(unknown) => return Err(unknown),
        };
        let taken = Capture {
            organisation: organisation.clone(),
            designated,
            served_on: *served_on,
            amount: *amount,
        };
        let transfers = purse.capture(&terms, order, &taken)?;
        let funding = purse.funding(order);
        let (amount, self_pay) = shares(funding.as_ref());
        let key = purse.key.clone();
        self.put(purse);
        Ok(self.write(Entry {
            answer: funding.clone().map(Noted::Funding),
            purse: Some(key),
            order: Some(order.clone()),
            organisation: Some(organisation.clone()),
            service_day: Some(*served_on),
            amount,
            self_pay,
            told: funding.into_iter().map(Told::Funding).collect(),
            ..entry(event_id, what, transfers)
        }))
    }

    fn release(
        &mut self,
        order: &OrderId,
        event_id: String,
        what: &'static str,
    ) -> Result<Option<Noted>, Refusal> {
        let mut purse = self.paying(order)?;
        let transfers = purse.release(order)?;
        let funding = purse.funding(order);
        let key = purse.key.clone();
        self.put(purse);
        Ok(self.write(Entry {
            answer: funding.clone().map(Noted::Funding),
            purse: Some(key),
            order: Some(order.clone()),
            amount: shares(funding.as_ref()).0,
            told: funding.into_iter().map(Told::Funding).collect(),
            ..entry(event_id, what, transfers)
        }))
    }

    pub(super) fn correct(
        &mut self,
        id: &str,
        order: &OrderId,
        change: i64,
        reason: &str,
        by: &UserId,
        rules: &Rulebook,
    ) -> Result<Option<Noted>, Refusal> {
        let mut purse = self.paying(order)?;
        let day = purse.holds.get(order).map(|hold| hold.day).ok_or(Refusal::UnknownHold)?;
        let transfers = purse.correct(&rules.terms(purse.key.kind, day), order, change)?;
        let organisation = purse.captured_by(order).cloned();
        let funding = purse.funding(order);
        let key = purse.key.clone();
        self.put(purse);
        Ok(self.write(Entry {
            answer: funding.clone().map(Noted::Funding),
            detail: Detail { by: Some(by), reason: Some(reason), rule: None }.text(),
            purse: Some(key),
            order: Some(order.clone()),
            organisation,
            service_day: Some(day),
            amount: change,
            told: funding.into_iter().map(Told::Funding).collect(),
            ..entry(id.to_owned(), "correct", transfers)
        }))
    }

    /// The order was served: what was held is taken; where nothing was held (accounts was away, or the hold lapsed with
    /// another month) it is held and taken now. What the elder did not agree to pay is never billed: it is refused, and
    /// the desk sees it.
    fn served(&mut self, served: &Served, rules: &Rulebook) -> Result<Option<Noted>, Refusal> {
        let Served { order, elder, service, organisation, on, pay_with, self_pay_up_to, delivery, price } =
            served;
        let funding = self.holds.get(order).and_then(|key| self.purses.get(key)?.funding(order));
        let event_id = Work::Served(served.clone()).event_id().unwrap_or_default();
        let id = CommandId::derived(order.as_str(), 0);
        match funding {
            Some(Funding { state: FundingState::Captured, .. }) => {
                return Ok(self.nothing(event_id, "served", order));
            }
            Some(funding)
                if funding.state != FundingState::Released
                    && rules.terms(funding.kind, *on).lasts(funding.month, *on) => {}
            other => {
                // A hold of another month cannot pay: it is given back first.
                if let Some(Funding { state: FundingState::Held, .. }) = other {
                    self.release(order, format!("{event_id}.moved"), "release")?;
                }
                let ask = HoldRequest {
                    id: id.clone(),
                    order: order.clone(),
                    elder: elder.clone(),
                    service: *service,
                    service_day: *on,
                    pay_with: *pay_with,
                    from_month: None,
                    organisation: Some(organisation.clone()),
                    delivery: *delivery,
                    price: *price,
                    self_pay_up_to: *self_pay_up_to,
                    instead: false,
                };
                self.hold(&ask, rules, format!("{event_id}.hold"))?;
            }
        }
        let capture = CaptureRequest {
            id,
            order: order.clone(),
            organisation: organisation.clone(),
            served_on: *on,
            amount: None,
        };
        self.capture(&capture, rules, event_id, "served")
    }

    fn dropped(&mut self, order: &OrderId) -> Result<Option<Noted>, Refusal> {
        let event_id = dropped(order);
        match self.release(order, event_id.clone(), "dropped") {
            // Nothing was set aside, so nothing is given back.
            Err(Refusal::UnknownHold) => Ok(self.nothing(event_id, "dropped", order)),
            other => other,
        }
    }

    fn midnight(&mut self, key: &PurseKey, today: Day, rules: &Rulebook) -> Option<Noted> {
        let mut purse = self.purses.get(key).cloned()?;
        let before: Vec<OrderId> = purse
            .holds
            .keys()
            .filter(|order| purse.funding(order).is_some_and(|funding| funding.state == FundingState::Held))
            .cloned()
            .collect();
        let transfers = purse.close(&rules.terms(key.kind, key.month.first()), today);
        if !purse.closed {
            return None;
        }
        let told = before.iter().filter_map(|order| purse.funding(order)).map(Told::Funding).collect();
        let amount = transfers.iter().map(|transfer| transfer.amount).sum();
        self.put(purse);
        let event_id = format!("lapse.{}.{}.{}", key.elder, key.kind.as_str(), key.month);
        self.write(Entry { purse: Some(key.clone()), amount, told, ..entry(event_id, "lapse", transfers) })
    }

    fn paying(&self, order: &OrderId) -> Result<Purse, Refusal> {
        let key = self.holds.get(order).ok_or(Refusal::UnknownHold)?;
        self.purses.get(key).cloned().ok_or(Refusal::UnknownHold)
    }

    pub(super) fn put(&mut self, purse: Purse) {
        self.changed.insert(purse.key.clone());
        self.purses.insert(purse.key.clone(), purse);
    }

    fn nothing(&mut self, event_id: String, what: &'static str, order: &OrderId) -> Option<Noted> {
        self.write(Entry { order: Some(order.clone()), ..entry(event_id, what, Vec::new()) })
    }

    pub(super) fn write(&mut self, entry: Entry) -> Option<Noted> {
        let answer = entry.answer.clone();
        self.answers.insert(entry.event_id.clone(), answer.clone());
        self.entries.push(entry);
        answer
    }
}

fn shares(funding: Option<&Funding>) -> (i64, i64) {
    funding.map_or((0, 0), |funding| (funding.amount, funding.self_pay.get()))
}

pub(super) fn entry(event_id: String, what: &'static str, transfers: Vec<Transfer>) -> Entry {
    Entry {
        event_id,
        what,
        answer: None,
        detail: Detail::NONE.text(),
        purse: None,
        order: None,
        organisation: None,
        service_day: None,
        amount: 0,
        self_pay: 0,
        transfers,
        told: Vec::new(),
    }
}
