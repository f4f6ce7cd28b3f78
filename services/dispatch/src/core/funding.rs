//! The money of orders: asked of `accounts` when an order is durable, beside the offer and never before it, and taken
//! when the answer comes. Care does not wait for billing.
//!
//! A yes changes nothing in the course of an order: it rides with the order's next decision, unless nobody is asked just
//! now and none would come soon. A no is a decision of its own: whoever is not on the way yet is released, and a human
//! asks the elder. While `accounts` is away the order stays *funding pending* and is asked for again; whoever takes the
//! district over asks for everything that is pending, which is harmless, since a question has its name from the order.

use std::collections::{BTreeSet, HashMap};

use domain::{
    calendar::Day,
    id::{CommandId, OrderId},
    order::{Funding, FundingState, Happening, Order, Stage, timeline::HandBack},
    priority::Priority,
    time::Timestamp,
    unit::{Fen, Seconds},
};
use schemas::account::funding::HoldRequest;

use super::{Core, Effect};

/// So many questions are out at once; the others wait for an answer to one of them.
const AT_ONCE: usize = 64;
/// The first pause after `accounts` did not answer; it doubles each time.
const PAUSE: Seconds = Seconds(2);
/// The longest one.
const LONGEST: Seconds = Seconds(60);

/// What `accounts` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// So much is set aside.
    Held {
        /// From the allowance, in fen or points.
        allowance: i64,
        /// From the elder.
        self_pay: Fen,
    },
    /// No.
    Refused {
        /// Why.
        code: String,
    },
    /// Nobody answered in time.
    Away,
}

/// A question about the money of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub hold: HoldRequest,
    /// The order's round it belongs to.
    pub round: u16,
}

/// Which orders' money is still to be settled.
#[derive(Debug, Default)]
pub struct Funds {
    due: BTreeSet<(Timestamp, OrderId)>,
    waits: HashMap<OrderId, (Timestamp, u32)>,
    /// Questions that are out, and how often it was tried before.
    asking: HashMap<OrderId, u32>,
    /// A yes that rides with the order's next decision.
    news: HashMap<OrderId, Funding>,
}

impl Funds {
    /// When the next question is due.
    pub fn next(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at).filter(|_| self.asking.len() < AT_ONCE)
    }

    /// What was answered since the order's last decision goes with this one.
    pub fn carry(&mut self, order: &mut Order) {
        if let Some(news) = self.news.remove(&order.id)
            && order.funding.as_ref().is_some_and(|funding| funding.round == news.round)
        {
            order.funding = Some(news);
        }
    }

    /// Keeps in mind whether the order's money is to be asked for.
    pub fn follow(&mut self, order: &Order, now: Timestamp) {
        let pending = order.funding.as_ref().is_some_and(Funding::is_pending);
        let news = order.stage.is_closed() || self.news.contains_key(&order.id);
        if !pending || news {
            self.forget(&order.id);
        } else if !self.asking.contains_key(&order.id) && !self.waits.contains_key(&order.id) {
            self.schedule(&order.id, now, 0);
        }
    }

    fn schedule(&mut self, order: &OrderId, at: Timestamp, tries: u32) {
        self.forget(order);
        self.due.insert((at, order.clone()));
        self.waits.insert(order.clone(), (at, tries));
    }

    fn forget(&mut self, order: &OrderId) {
        if let Some((at, _)) = self.waits.remove(order) {
            self.due.remove(&(at, order.clone()));
        }
    }

    /// Whose turn it is to be asked for.
    fn take_due(&mut self, now: Timestamp) -> Option<OrderId> {
        if self.asking.len() >= AT_ONCE || self.due.first().is_none_or(|(at, _)| *at > now) {
            return None;
        }
        let (_, order) = self.due.pop_first()?;
        let tries = self.waits.remove(&order).map_or(0, |(_, tries)| tries);
        self.asking.insert(order.clone(), tries);
        Some(order)
    }
}

impl Core {
    /// Asks for whatever is due.
    pub(super) fn ask_for_money(&mut self, now: Timestamp) {
        while let Some(id) = self.funds.take_due(now) {
            match self.orders.get(&id).and_then(question) {
                Some(question) => self.effects.push(Effect::Ask(Box::new(question))),
                None => drop(self.funds.asking.remove(&id)),
            }
        }
    }

    /// Takes an answer. One to a question that is no longer asked changes nothing.
    pub(super) fn funded(&mut self, id: &OrderId, round: u16, answer: Answer, now: Timestamp) {
        let tries = self.funds.asking.remove(id).unwrap_or_default();
        let Some(order) = self.orders.get(id).cloned() else { return };
        let Some(funding) = order.funding.clone().filter(Funding::is_pending) else { return };
        if order.stage.is_closed() {
            return;
        }
        if funding.round != round {
            return self.funds.schedule(id, now, 0);
        }
        match answer {
            Answer::Away => {
                let pause = Seconds((PAUSE.get() << tries.min(5)).min(LONGEST.get()));
                self.funds.schedule(id, now + pause, tries.saturating_add(1));
            }
            Answer::Held { allowance, self_pay } => {
                let held = Funding { state: FundingState::Held { allowance, self_pay }, ..funding };
                self.held(order, held, now);
            }
            Answer::Refused { code } => {
                let refused = Funding { state: FundingState::Refused { code: code.clone() }, ..funding };
                self.refused(Order { funding: Some(refused), ..order }, code, now);
            }
        }
    }

    fn held(&mut self, order: Order, held: Funding, now: Timestamp) {
        match &order.stage {
            Stage::Offered(_) => {
                self.funds.news.insert(order.id, held);
            }
            // The elder agreed to pay, and now it is paid for: it goes on by itself.
            Stage::AtDesk(desk) if desk.reason == HandBack::Unfunded => {
                let mut order = Order { funding: Some(held), ..order }.release_all(now);
                order.note(now, Happening::Resumed);
                order.window.latest = order.window.latest.max(now + self.settings.now_window);
                self.fill_and_commit(order, None, now);
            }
            _ => self.commit(Order { funding: Some(held), ..order }, None, None, now),
        }
    }

    /// Nobody is sent on a way that nobody pays for, unless life or health is in danger; whoever is on the way or at work
    /// goes on, and the desk sees it.
    fn refused(&mut self, mut order: Order, code: String, now: Timestamp) {
        order.note(now, Happening::Unfunded { code });
        let stays = matches!(order.stage, Stage::Waiting(_) | Stage::Offered(_) | Stage::Accepted(_));
        if stays && order.priority != Priority::Emergency {
            order = order.hand_back(HandBack::Unfunded, now);
            order.note(now, Happening::HandedBack { reason: HandBack::Unfunded });
        }
        self.commit(order, None, None, now);
    }
}

fn question(order: &Order) -> Option<Question> {
    let funding = order.funding.as_ref().filter(|funding| funding.is_pending())?;
    let id = CommandId::derived(&format!("hold-{}", order.id), u64::from(funding.round));
    let hold = HoldRequest {
        id,
        order: order.id.clone(),
        elder: order.elder.clone(),
        service: order.service,
        service_day: Day::of(order.window.earliest),
        pay_with: funding.pay_with.into(),
        from_month: None,
        organisation: None,
        // A meal brought by a courier is the kitchen's order, not a visit; a visit delivers nothing.
        delivery: false,
        price: None,
        self_pay_up_to: funding.self_pay_up_to,
        instead: funding.round > 0,
    };
    Some(Question { hold, round: funding.round })
}
