//! A district of two kitchens played by hand: what happens is told to the core, what it wants is answered at will.

mod books;
mod lunch;
mod ordering;
mod random;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    elder::{Ability, DEFAULT_ARRIVAL_RADIUS},
    geo::Wgs84,
    id::{CommandId, CommunityId, OrganisationId, StreetId},
    meal::{
        Allergen, ClockTime, Dish, Hours, MealAction, MealStage, Serving, Size, Texture,
        order::{Proof, stage::WhyNot},
    },
    order::{Actor, PayWith, Role},
    time::Window,
    unit::{Fen, Seconds},
};
use planner::rounds::Budget;
use roads::FallbackModel;
use schemas::meal::{CourierTrouble, MealCommand, PlaceMeal};

use super::*;
use crate::core::rounds::solve::Solver;

pub(super) fn id<T: std::str::FromStr<Err = domain::id::InvalidId>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(super) fn actor(role: Role) -> Actor {
    Actor { role, user: Some(id(&format!("{role:?}"))) }
}

/// The day of all tests: a Tuesday.
pub(super) fn today() -> Day {
    "2026-03-10".parse().unwrap()
}

pub(super) fn at(hour: i16, minute: i16) -> Timestamp {
    ClockTime::at(hour, minute).on(today())
}

pub(super) fn lunch(kitchen: &str) -> SittingKey {
    SittingKey { day: today(), slot: Slot::Lunch, kitchen: id(kitchen) }
}

pub(super) fn dish(name: &str, price: i64, contains: &[Allergen]) -> Dish {
    Dish {
        id: id(name),
        name: format!("{name}餐"),
        prices: BTreeMap::from([(Size::Regular, Fen(price)), (Size::Small, Fen(price - 200))]),
        textures: BTreeSet::from([Texture::Regular, Texture::Soft]),
        contains: contains.iter().copied().collect(),
        suits: BTreeSet::new(),
        ingredients: BTreeSet::new(),
        capacity: 40,
    }
}

pub(super) struct World {
    pub core: Core,
    pub now: Timestamp,
    pub settings: Settings,
    /// Every durable message, oldest first.
    pub log: Vec<MealEvent>,
    pub done: Vec<(Ticket, Result<MealDone, Problem>)>,
    pub asked: Vec<Question>,
    pub raised: Vec<Raise>,
    pub puzzles: Vec<Puzzle>,
    pub elders: Vec<ElderProfile>,
    solver: Solver,
    tickets: Ticket,
}

impl World {
    /// Early in the morning, menus out, nobody has ordered.
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Self {
        let roads = Arc::new(Roads::fallback_only(FallbackModel::default()));
        let mut w = Self {
            core: Core::new(settings.clone(), Codes::new([7; 32]), Arc::clone(&roads)),
            now: at(6, 0),
            settings,
            log: Vec::new(),
            done: Vec::new(),
            asked: Vec::new(),
            raised: Vec::new(),
            puzzles: Vec::new(),
            elders: Vec::new(),
            solver: Solver::new(roads),
            tickets: 0,
        };
        for kitchen in ["north", "south"] {
            w.ok(Role::Operator, MealCommand::PutKitchen { kitchen: Self::kitchen(kitchen) });
        }
        for n in 0..24 {
            w.elder(&format!("e{n}"), if n % 2 == 0 { "north" } else { "south" }, n);
        }
        for (n, kitchen) in ["north", "north", "south"].into_iter().enumerate() {
            w.ok(
                Role::Operator,
                MealCommand::PutCourier { courier: Self::courier(&format!("c{n}"), kitchen) },
            );
        }
        for kitchen in ["north", "south"] {
            w.menu(kitchen, vec![dish("a", 1500, &[]), dish("b", 1200, &[Allergen::Fish])]);
        }
        w
    }

    pub fn center() -> Wgs84 {
        Wgs84::new(98.29, 39.77).unwrap()
    }

    pub fn kitchen(name: &str) -> Kitchen {
        let hours = Hours {
            cut_off: ClockTime::at(9, 0),
            cooked: ClockTime::at(10, 45),
            from: ClockTime::at(11, 0),
            until: ClockTime::at(12, 30),
            capacity: 60,
        };
        Kitchen {
            id: id(name),
            organisation: id::<OrganisationId>("org"),
            street: id::<StreetId>("s1"),
            place: Self::center().offset_m(0.0, if name == "north" { 800.0 } else { -800.0 }),
            hours: BTreeMap::from([(Slot::Lunch, hours)]),
            closed: false,
        }
    }

    pub fn courier(name: &str, kitchen: &str) -> Courier {
        Courier {
            id: id(name),
            kitchen: id(kitchen),
            mode: domain::caregiver::TravelMode::EBike,
            boxes: 8,
            shifts: vec![Window::new(at(10, 0), at(14, 0)).unwrap()],
            trouble: None,
        }
    }

    fn elder(&mut self, name: &str, kitchen: &str, n: i32) {
        let angle = f64::from(n);
        let profile = ElderProfile {
            id: id(name),
            place: Self::center().offset_m(1200.0 * angle.cos(), 1200.0 * angle.sin()),
            street: id::<StreetId>("s1"),
            community: id::<CommunityId>("m1"),
            ability: Ability::default(),
            priority_classes: BTreeSet::new(),
            blocked: BTreeSet::new(),
            preferred: BTreeSet::new(),
            arrival_radius: DEFAULT_ARRIVAL_RADIUS,
            closed: false,
        };
        self.elders.push(profile.clone());
        self.feed(Input::Elder(Box::new(profile)));
        let diner = Diner::of(id(name), id(kitchen));
        self.ok(Role::FrontDesk, MealCommand::PutDiner { diner });
    }

    pub fn menu(&mut self, kitchen: &str, dishes: Vec<Dish>) {
        self.ok(Role::Kitchen, MealCommand::PutMenu { sitting: lunch(kitchen), dishes });
    }

    pub fn feed(&mut self, input: Input) {
        let effects = self.core.handle(input, self.now);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Commit(event) => self.log.push(*event),
                Effect::Done { ticket, done } => self.done.push((ticket, Ok(*done))),
                Effect::Refuse { ticket, problem } => self.done.push((ticket, Err(problem))),
                Effect::Ask(question) => self.asked.push(*question),
                Effect::Raise(raise) => self.raised.push(*raise),
                Effect::Solve(puzzle) => self.puzzles.push(*puzzle),
            }
        }
    }

    pub fn send(
        &mut self,
        by: Role,
        courier: Option<&str>,
        command: &str,
        request: MealCommand,
    ) -> Result<MealDone, Problem> {
        self.tickets += 1;
        let caregiver = courier.map(id);
        let request = MealRequest { id: id::<CommandId>(command), actor: actor(by), caregiver, request };
        self.feed(Input::Request(self.tickets, Box::new(request)));
        let (ticket, outcome) = self.done.last().cloned().unwrap();
        assert_eq!(ticket, self.tickets, "every request is answered");
        outcome
    }

    pub fn ask(&mut self, by: Role, request: MealCommand) -> Result<MealDone, Problem> {
        let command = format!("x{}", self.tickets);
        self.send(by, None, &command, request)
    }

    pub fn ok(&mut self, by: Role, request: MealCommand) -> MealDone {
        self.ask(by, request).unwrap_or_else(|problem| panic!("{problem}"))
    }

    pub fn by_courier(&mut self, courier: &str, request: MealCommand) -> Result<MealDone, Problem> {
        let command = format!("x{}", self.tickets);
        self.send(Role::Courier, Some(courier), &command, request)
    }

    pub fn order(elder: &str, kitchen: &str, name: &str) -> PlaceMeal {
        PlaceMeal {
            elder: id(elder),
            sitting: lunch(kitchen),
            dish: id(name),
            size: None,
            texture: None,
            serving: Serving::Delivery,
            despite: false,
            pay_with: PayWith::Allowance,
            self_pay_up_to: Fen(1000),
        }
    }

    pub fn place(&mut self, meal: &str, order: PlaceMeal) -> Result<MealDone, Problem> {
        self.ask(Role::FrontDesk, MealCommand::Order { meal: id(meal), order })
    }

    /// Everybody orders lunch from their kitchen, to be brought.
    pub fn all_order(&mut self) {
        for n in 0..24 {
            let kitchen = if n % 2 == 0 { "north" } else { "south" };
            self.place(&format!("m{n}"), Self::order(&format!("e{n}"), kitchen, "a")).unwrap();
        }
    }

    pub fn act(&mut self, by: Role, meal: &str, action: MealAction) -> Result<MealDone, Problem> {
        self.ask(by, MealCommand::Meal { meal: id(meal), action, occurred_at: None })
    }

    /// Time passes; every deadline on the way rings.
    pub fn until(&mut self, then: Timestamp) {
        while let Some(due) = self.core.next_deadline().filter(|due| *due <= then) {
            self.now = self.now.max(due);
            self.feed(Input::Tick);
        }
        self.now = then;
        self.feed(Input::Tick);
    }

    /// Answers every question for rounds.
    pub fn plan(&mut self) {
        for _ in 0..20 {
            self.until(self.now.plus_millis(self.settings.settle_millis + 1));
            let Some(puzzle) = self.puzzles.pop() else { return };
            self.puzzles.clear();
            let budget = Budget { iterations: Some(60), ..Budget::default() };
            let plan = self.solver.solve(puzzle, &budget, 1, 1);
            self.feed(Input::Planned(Box::new(plan)));
        }
        panic!("planning does not come to rest");
    }

    pub fn cook(&mut self) {
        for kitchen in ["north", "south"] {
            for name in ["a", "b"] {
                let command = MealCommand::Cook { sitting: lunch(kitchen), dish: id(name), done: true };
                self.ok(Role::Kitchen, command);
            }
        }
    }

    /// Ordered, planned and cooked: half past ten, nobody has set off.
    pub fn cooked() -> Self {
        let mut w = Self::new();
        w.all_order();
        w.until(at(9, 1));
        w.plan();
        w.until(at(10, 45));
        w.cook();
        w.plan();
        w
    }

    pub fn open_rounds(&self) -> Vec<Round> {
        self.core.rounds().filter(|round| !round.stage.is_over()).cloned().collect()
    }

    /// The process dies and another rebuilds what is durable.
    pub fn restart(&mut self) {
        let roads = Arc::new(Roads::fallback_only(FallbackModel::default()));
        self.core = Core::new(self.settings.clone(), Codes::new([7; 32]), roads);
        for elder in self.elders.clone() {
            self.core.learn_elder(elder);
        }
        let district = id("d");
        let mut last: BTreeMap<String, MealEvent> = BTreeMap::new();
        for event in &self.log {
            last.insert(event.subject(&district), event.clone());
        }
        for event in last.into_values() {
            self.core.restore(event, self.now);
        }
        (self.asked, self.puzzles) = (Vec::new(), Vec::new());
        let effects = self.core.begin(self.now);
        self.carry_out(effects);
    }

    /// The next stop of a round is done: loaded, or handed over by the elder's code.
    pub fn step(&mut self, round: &Round) -> bool {
        let Some(stop) = round.ahead().next().cloned() else { return false };
        self.now = self.now.max(stop.eta);
        if !stop.at.is_door() || round.stage == domain::meal::RoundStage::Planned {
            let sent =
                self.by_courier(round.courier.as_str(), MealCommand::Depart { round: round.id.clone() });
            return sent.is_ok();
        }
        for meal in stop.meals {
            let proof = Proof::Code { code: self.core.codes.of(&meal).code };
            let action = MealAction::Deliver { proof };
            let command = MealCommand::Meal { meal, action, occurred_at: None };
            self.by_courier(round.courier.as_str(), command).unwrap();
        }
        true
    }

    /// Everybody does their rounds to the end.
    pub fn carry(&mut self) {
        for _ in 0..2000 {
            self.until(self.now);
            self.plan();
            let mut rounds = self.open_rounds();
            rounds.sort_by_key(|round| (round.ahead().next().map(|stop| stop.eta), !round.has_departed()));
            let Some(_) = rounds.iter().find(|round| self.step(round)) else { return };
        }
        panic!("the rounds have no end");
    }
}

/// Each open meal to be brought stands on exactly one stop at a door, and none is lost.
pub(super) fn each_once(w: &World) {
    let mut seen: BTreeMap<MealId, u32> = BTreeMap::new();
    for round in w.open_rounds() {
        for stop in round.ahead().filter(|stop| stop.at.is_door()) {
            for meal in &stop.meals {
                *seen.entry(meal.clone()).or_default() += 1;
            }
        }
    }
    for meal in w.core.meals().filter(|meal| meal.is_open()) {
        assert_eq!(seen.remove(&meal.id), Some(1), "{} is to be brought once", meal.id);
    }
    assert!(seen.is_empty(), "nothing closed is brought: {seen:?}");
}
