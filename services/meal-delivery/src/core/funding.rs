//! The money of meals: asked of `accounts` when a meal is durable, taken when the answer comes. Kitchens do not stop when
//! billing does: a meal whose money is not answered for by the cut-off is cooked, and the ledger settles it later from what
//! was eaten. What is refused stays ordered until the cut-off, so that somebody can ask the elder.
//!
//! What was eaten goes to the books by the stream: `accounts` follows it and books each meal once.

use std::collections::{HashMap, HashSet};

use domain::{
    id::{CommandId, MealId},
    meal::{Meal, Serving, order::MealHappening},
    order::{Funding, FundingState},
    service::ServiceKind,
    time::Timestamp,
    unit::{Fen, Seconds},
};
use schemas::{account::funding::HoldRequest, meal::MealEvent};

use super::{Core, Due, Effect};

/// So many questions are out at once; the others wait for an answer to one of them.
const AT_ONCE: usize = 64;
/// A question that has to wait is tried again after so many milliseconds.
const QUEUE_MILLIS: i64 = 50;
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
        /// From the elder, delivery included.
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

/// A question about the money of a meal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// About which meal.
    pub meal: MealId,
    /// What is asked.
    pub hold: HoldRequest,
    /// The meal's round of questions it belongs to.
    pub round: u16,
}

/// Questions that are out, and how often each was tried.
#[derive(Debug, Default)]
pub struct Funds {
    asking: HashSet<MealId>,
    tries: HashMap<MealId, u32>,
}

impl Funds {
    /// Nothing is asked about it any more.
    pub fn forget(&mut self, meal: &MealId) {
        self.asking.remove(meal);
        self.tries.remove(meal);
    }
}

impl Core {
    /// Keeps in mind whether the meal's money is to be asked for.
    pub(super) fn follow_money(&mut self, meal: &Meal, now: Timestamp) {
        let pending = meal.is_open() && meal.funding.as_ref().is_some_and(Funding::is_pending);
        let due = Due::Money(meal.id.clone());
        if !pending {
            self.agenda.set(&due, None);
            self.funds.tries.remove(&meal.id);
        } else if !self.funds.asking.contains(&meal.id) && self.agenda.get(&due).is_none() {
            self.agenda.set(&due, Some(now));
        }
    }

    pub(super) fn ask_for_money(&mut self, id: &MealId, now: Timestamp) {
        if self.funds.asking.len() >= AT_ONCE {
            return self.agenda.set(&Due::Money(id.clone()), Some(now.plus_millis(QUEUE_MILLIS)));
        }
        if let Some(question) = self.meals.get(id).and_then(question) {
            self.funds.asking.insert(id.clone());
            self.effects.push(Effect::Ask(Box::new(question)));
        }
    }

    /// Takes an answer. One to a question that is no longer asked changes nothing.
    pub(super) fn funded(&mut self, id: &MealId, round: u16, answer: Answer, now: Timestamp) {
        self.funds.asking.remove(id);
        let Some(meal) = self.meals.get(id).filter(|meal| meal.is_open()) else { return };
        let Some(funding) = meal.funding.clone().filter(Funding::is_pending) else { return };
        let mut meal = meal.clone();
        let (state, what) = match answer {
            _ if funding.round != round => return self.follow_money(&meal, now),
            Answer::Away => {
                let tries = self.funds.tries.entry(id.clone()).or_default();
                let pause = Seconds((PAUSE.get() << (*tries).min(5)).min(LONGEST.get()));
                *tries = tries.saturating_add(1);
                return self.agenda.set(&Due::Money(id.clone()), Some(now + pause));
            }
            Answer::Held { allowance, self_pay } => {
                (FundingState::Held { allowance, self_pay }, MealHappening::Funded)
            }
            Answer::Refused { code } => {
                (FundingState::Refused { code: code.clone() }, MealHappening::Unfunded { code })
            }
        };
        meal.funding = Some(Funding { state, ..funding });
        meal.note(now, what);
        self.commit(MealEvent::Meal(meal), now);
    }
}

fn question(meal: &Meal) -> Option<Question> {
    let funding = meal.funding.as_ref().filter(|funding| funding.is_pending())?;
    let order = meal.books();
    let hold = HoldRequest {
        id: CommandId::derived(&format!("hold-{order}"), u64::from(funding.round)),
        order,
        elder: meal.elder.clone(),
        service: ServiceKind::MealHelp,
        service_day: meal.sitting.day,
        pay_with: funding.pay_with.into(),
        from_month: None,
        organisation: Some(meal.organisation.clone()),
        delivery: meal.serving == Serving::Delivery,
        price: Some(meal.price),
        self_pay_up_to: funding.self_pay_up_to,
        instead: funding.round > 0,
    };
    Some(Question { meal: meal.id.clone(), hold, round: funding.round })
}
