//! The heart of meal-delivery, without I/O: an input and the time go in, a list of effects comes out.
//!
//! | what | module |
//! | --- | --- |
//! | who may ask for what | `requests` |
//! | kitchens, needs, couriers, menus | `tables` |
//! | ordering, changing, capacity, clashes | `orders` |
//! | standing orders become meals | `standing` |
//! | the cut-off | `close` |
//! | pots, delays, dishes that are replaced, counts | `kitchen` |
//! | quotes, counts, codes | `asks` |
//! | money that is set aside | [`funding`] |
//! | rounds: what is planned, what came of it, what goes wrong | [`rounds`], `road` |
//! | somebody looks where nobody opens | [`welfare`] |
//! | the one way anything changes | `store` |
//!
//! The core acts at once on what it decides; the adapter makes each decision durable in the same order and only then
//! answers. If a write fails, the core is thrown away and rebuilt from the streams. A decision that changes several
//! things writes the one that says so first; [`Core::begin`] finishes what a death in between left undone.

mod asks;
mod close;
pub mod codes;
pub mod funding;
mod kitchen;
mod legs;
mod orders;
mod requests;
mod road;
pub mod rounds;
pub mod settings;
mod standing;
mod store;
mod tables;
pub mod welfare;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    agenda::Agenda,
    calendar::Day,
    elder::ElderProfile,
    id::{CaregiverId, ElderId, KitchenId, MealId, RoundId, StandingId},
    meal::{Courier, Diner, Kitchen, Meal, MealRefusal, Round, Sitting, SittingKey, Slot, Standing},
    time::Timestamp,
};
use roads::Roads;
use schemas::{
    meal::{MealDone, MealEvent, MealRequest},
    position::Position,
    problem::Problem,
};

use self::{
    codes::Codes,
    funding::{Answer, Funds, Question},
    legs::Legs,
    rounds::{
        Planning,
        problem::{Plan, Problem as Puzzle},
    },
    settings::Settings,
    welfare::{Raise, Raised},
};

/// Whom to answer; made by the adapter.
pub type Ticket = u64;

/// One meal of one day, over all kitchens: rounds are planned for these.
pub type Shift = (Day, Slot);

/// What happens to the core.
#[derive(Debug, Clone)]
pub enum Input {
    /// Someone asks for something.
    Request(Ticket, Box<MealRequest>),
    /// An elder's profile is new.
    Elder(Box<ElderProfile>),
    /// Couriers moved.
    Moved(Vec<Position>),
    /// `accounts` answered, or not.
    Funded {
        /// About which meal.
        meal: MealId,
        /// The round of the question.
        round: u16,
        /// What.
        answer: Answer,
    },
    /// `emergency-call` answered, or not.
    Raised {
        /// About which meal.
        meal: MealId,
        /// What.
        outcome: Raised,
    },
    /// Rounds were planned.
    Planned(Box<Plan>),
    /// Time passed.
    Tick,
}

/// What is to be done, in order.
#[derive(Debug)]
pub enum Effect {
    /// Make it durable.
    Commit(Box<MealEvent>),
    /// Answer once all before is durable.
    Done {
        /// Whom.
        ticket: Ticket,
        /// What.
        done: Box<MealDone>,
    },
    /// No.
    Refuse {
        /// Whom.
        ticket: Ticket,
        /// Why.
        problem: Problem,
    },
    /// Ask `accounts`, once all before is durable, and come back with [`Input::Funded`].
    Ask(Box<Question>),
    /// Ask `emergency-call` to look after somebody, once all before is durable, and come back with [`Input::Raised`].
    Raise(Box<Raise>),
    /// Plan rounds and come back with [`Input::Planned`].
    Solve(Box<Puzzle>),
}

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    CutOff(SittingKey),
    Money(MealId),
    Welfare(MealId),
    Progress(RoundId),
    Plan(Shift),
    Forget(SittingKey),
}

/// All that meal-delivery knows of its district.
pub struct Core {
    settings: Settings,
    codes: Codes,
    roads: Arc<Roads>,
    legs: Legs,
    elders: HashMap<ElderId, ElderProfile>,
    kitchens: BTreeMap<KitchenId, Kitchen>,
    diners: HashMap<ElderId, Diner>,
    couriers: BTreeMap<CaregiverId, Courier>,
    standings: BTreeMap<StandingId, Standing>,
    sittings: BTreeMap<SittingKey, Sitting>,
    meals: HashMap<MealId, Meal>,
    /// The meals of each sitting.
    table: HashMap<SittingKey, BTreeSet<MealId>>,
    /// Who eats what of which day: one meal of a kind a day.
    eats: HashMap<(ElderId, Shift), MealId>,
    rounds: BTreeMap<RoundId, Round>,
    /// The rounds of each shift that are not over.
    tours: BTreeMap<Shift, BTreeSet<RoundId>>,
    planning: Planning,
    funds: Funds,
    agenda: Agenda<Due>,
    effects: Vec<Effect>,
}

impl Core {
    /// An empty district.
    pub fn new(settings: Settings, codes: Codes, roads: Arc<Roads>) -> Self {
        Self {
            settings,
            codes,
            roads,
            legs: Legs::default(),
            elders: HashMap::new(),
            kitchens: BTreeMap::new(),
            diners: HashMap::new(),
            couriers: BTreeMap::new(),
            standings: BTreeMap::new(),
            sittings: BTreeMap::new(),
            meals: HashMap::new(),
            table: HashMap::new(),
            eats: HashMap::new(),
            rounds: BTreeMap::new(),
            tours: BTreeMap::new(),
            planning: Planning::default(),
            funds: Funds::default(),
            agenda: Agenda::default(),
            effects: Vec::new(),
        }
    }

    /// Takes one input and gives what is to be done about it.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        match input {
            Input::Request(ticket, request) => self.request(ticket, *request, now),
            Input::Elder(elder) => self.learn_elder(*elder),
            Input::Moved(positions) => self.moved(&positions, now),
            Input::Funded { meal, round, answer } => self.funded(&meal, round, answer, now),
            Input::Raised { meal, outcome } => self.raised(&meal, outcome, now),
            Input::Planned(plan) => self.planned(&plan, now),
            Input::Tick => {}
        }
        self.deadlines(now);
        std::mem::take(&mut self.effects)
    }

    /// When the core next wants an [`Input::Tick`].
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.agenda.next()
    }

    /// Takes an elder's profile while the core is being rebuilt.
    pub fn learn_elder(&mut self, elder: ElderProfile) {
        self.elders.insert(elder.id.clone(), elder);
    }

    /// The meal, if it is known.
    pub fn meal(&self, id: &MealId) -> Option<&Meal> {
        self.meals.get(id)
    }

    /// All meals that are remembered.
    pub fn meals(&self) -> impl Iterator<Item = &Meal> {
        self.meals.values()
    }

    /// The round, if it is known.
    pub fn round(&self, id: &RoundId) -> Option<&Round> {
        self.rounds.get(id)
    }

    /// All rounds that are remembered.
    pub fn rounds(&self) -> impl Iterator<Item = &Round> {
        self.rounds.values()
    }

    /// The sitting, if there is a menu for it.
    pub fn sitting(&self, key: &SittingKey) -> Option<&Sitting> {
        self.sittings.get(key)
    }

    /// How many meals are neither handed over nor given up.
    pub fn open_count(&self) -> usize {
        self.eats.len()
    }

    fn deadlines(&mut self, now: Timestamp) {
        while let Some(due) = self.agenda.pop_due(now) {
            match due {
                Due::CutOff(key) => self.close(&key, now),
                Due::Money(meal) => self.ask_for_money(&meal, now),
                Due::Welfare(meal) => self.raise(&meal, now),
                Due::Progress(round) => self.overdue(&round, now),
                Due::Plan(shift) => self.solve(shift, now),
                Due::Forget(key) => self.forget(&key),
            }
        }
    }

    fn refuse(&mut self, ticket: Ticket, refusal: &MealRefusal) {
        let problem = Problem::new(refusal.status(), refusal.code(), refusal.to_string());
        self.effects.push(Effect::Refuse { ticket, problem });
    }
}

#[cfg(test)]
mod tests;
