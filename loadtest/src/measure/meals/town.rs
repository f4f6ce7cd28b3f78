//! A district at lunch: the service's core, fed by hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use domain::{
    calendar::Day,
    caregiver::TravelMode,
    elder::{Ability, DEFAULT_ARRIVAL_RADIUS, ElderProfile},
    geo::Wgs84,
    id::{CaregiverId, CommandId, DishId, ElderId, KitchenId, MealId, OrganisationId},
    meal::{
        Allergen, ClockTime, Courier, Diner, Dish, Hours, Kitchen, Round, Serving, SittingKey, Size, Slot,
        Texture,
    },
    order::{Actor, PayWith, Role},
    time::{Timestamp, Window},
    unit::{Fen, Seconds},
};
use meal_delivery::core::{
    Core, Effect, Input,
    codes::Codes,
    rounds::{
        problem::{Plan, Problem},
        solve::Solver,
    },
    settings::Settings,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use roads::{Profile, Roads};
use schemas::meal::{MealCommand, MealRequest, PlaceMeal};

use super::{Args, within};
use crate::measure::place::somewhere;

/// The key of the codes of boxes.
pub const KEY: [u8; 32] = [7; 32];

/// Where generated streets lie.
pub fn centre() -> Result<Wgs84> {
    Ok(Wgs84::new(98.29, 39.77)?)
}

/// The one dish there is.
pub const DISH: &str = "a";

/// So many who order live in one compound (小区).
const NEIGHBOURS: usize = 8;
/// A box changes hands so quickly: at two minutes, 2 000 meals are more than 60 couriers can bring in an hour and a half.
const AT_DOOR: Seconds = Seconds::minutes(1);

/// The streets, and the planner that remembers their ways.
pub type Streets = Arc<Roads>;

/// The district.
pub struct Town {
    /// The service's core.
    pub core: Core,
    now: Timestamp,
    day: Day,
    rules: Settings,
    roads: Arc<Roads>,
    solver: Solver,
    /// The question that is out.
    problem: Option<Box<Problem>>,
    /// The last answer, with its question.
    pub last: Option<Plan>,
    threads: usize,
    seed: u64,
    kitchens: Vec<KitchenId>,
    places: Vec<(KitchenId, Wgs84)>,
    couriers: BTreeMap<CaregiverId, KitchenId>,
    orders: Vec<(MealId, PlaceMeal)>,
    commands: u64,
}

impl Town {
    /// Kitchens and compounds somewhere on the streets; everybody eats from the nearest kitchen, and each kitchen has
    /// couriers by how many eat from it.
    pub fn new(args: &Args, streets: &Streets) -> Result<Self> {
        let roads = Arc::clone(streets);
        let rules = Settings::default();
        let day: Day = "2026-03-10".parse()?;
        let mut town = Self {
            core: Core::new(rules.clone(), Codes::new(KEY), Arc::clone(&roads)),
            now: ClockTime::at(6, 0).on(day),
            day,
            rules,
            solver: Solver::new(Arc::clone(&roads)),
            roads,
            problem: None,
            last: None,
            threads: args.threads,
            seed: args.seed,
            kitchens: Vec::new(),
            places: Vec::new(),
            couriers: BTreeMap::new(),
            orders: Vec::new(),
            commands: 0,
        };
        let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
        let mut places = Vec::new();
        for number in 0..args.kitchens {
            let (id, place) = (KitchenId::derived("k", number as u64), somewhere(&town.roads, &mut rng)?);
            town.desk(MealCommand::PutKitchen { kitchen: kitchen(id.clone(), place)? })?;
            town.desk(MealCommand::PutMenu { sitting: town.lunch(id.clone()), dishes: vec![dish()?] })?;
            town.kitchens.push(id.clone());
            places.push((id, place));
        }
        let mut eaters: BTreeMap<KitchenId, usize> = BTreeMap::new();
        let mut compound = centre()?;
        for number in 0..args.meals {
            if number % NEIGHBOURS == 0 {
                compound = somewhere(&town.roads, &mut rng)?;
            }
            let id = ElderId::derived("e", number as u64);
            let place = compound.offset_m(rng.random_range(-60.0..60.0), rng.random_range(-60.0..60.0));
            let nearest =
                places.iter().min_by(|a, b| a.1.distance_m(place).total_cmp(&b.1.distance_m(place)));
            let kitchen = nearest.context("there is no kitchen")?.0.clone();
            *eaters.entry(kitchen.clone()).or_default() += 1;
            let mut diner = Diner::of(id.clone(), kitchen.clone());
            diner.at_door = AT_DOOR;
            if rng.random_range(0..10) == 0 {
                diner.allergies = BTreeSet::from([Allergen::Peanut]);
            }
            town.feed(Input::Elder(Box::new(elder(id.clone(), place)?)));
            town.desk(MealCommand::PutDiner { diner })?;
            let order = PlaceMeal {
                elder: id,
                sitting: town.lunch(kitchen),
                dish: DishId::new(DISH)?,
                size: None,
                texture: None,
                serving: Serving::Delivery,
                despite: false,
                pay_with: PayWith::Allowance,
                self_pay_up_to: Fen(1000),
            };
            town.orders.push((MealId::derived("m", number as u64), order));
        }
        for (number, kitchen) in shared_out(&eaters, args.couriers).into_iter().enumerate() {
            let id = CaregiverId::derived("c", number as u64);
            let shifts = vec![Window::new(ClockTime::at(10, 0).on(day), ClockTime::at(14, 0).on(day))?];
            town.couriers.insert(id.clone(), kitchen.clone());
            let mode = TravelMode::EBike;
            let courier = Courier { id, kitchen, mode, boxes: args.boxes, shifts, trouble: None };
            town.desk(MealCommand::PutCourier { courier })?;
        }
        town.places = places;
        Ok(town)
    }

    /// The sitting of a kitchen.
    pub fn lunch(&self, kitchen: KitchenId) -> SittingKey {
        SittingKey { day: self.day, slot: Slot::Lunch, kitchen }
    }

    fn feed(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = self.core.handle(input, self.now);
        while let Some(at) = effects.iter().position(|effect| matches!(effect, Effect::Solve(_))) {
            if let Effect::Solve(problem) = effects.remove(at) {
                self.problem = Some(problem);
            }
        }
        effects
    }

    /// The desk says something, and is obeyed.
    pub fn desk(&mut self, request: MealCommand) -> Result<()> {
        self.commands += 1;
        let actor = Actor { role: Role::Operator, user: None };
        let id = CommandId::derived("x", self.commands);
        let request = MealRequest { id, actor, caregiver: None, request };
        for effect in self.feed(Input::Request(self.commands, Box::new(request))) {
            if let Effect::Refuse { problem, .. } = effect {
                bail!("{problem}");
            }
        }
        Ok(())
    }

    /// Everybody orders; then ordering ends.
    pub fn order_all(&mut self) -> Result<()> {
        for (meal, order) in std::mem::take(&mut self.orders) {
            self.desk(MealCommand::Order { meal, order })?;
        }
        self.until(ClockTime::at(9, 1).on(self.day));
        Ok(())
    }

    fn until(&mut self, then: Timestamp) {
        while let Some(due) = self.core.next_deadline().filter(|due| *due <= then) {
            self.ring(due);
        }
        self.now = then;
    }

    /// It is that time, at least; what is due then rings.
    pub fn ring(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
        self.feed(Input::Tick);
    }

    /// Answers the question that is out, within so many seconds of search; tells how long it took altogether.
    pub fn plan(&mut self, seconds: f64) -> Duration {
        let began = Instant::now();
        self.until(self.now.plus_millis(self.rules.settle_millis + 1));
        self.answer(seconds);
        began.elapsed()
    }

    /// Answers the question that is out, if there is one.
    pub fn answer(&mut self, seconds: f64) -> bool {
        let began = Instant::now();
        let Some(problem) = self.problem.take() else { return false };
        let elapsed = move || began.elapsed().as_secs_f64();
        let plan = self.solver.solve(*problem, &within(seconds, &elapsed), self.seed, self.threads);
        self.last = Some(plan.clone());
        self.feed(Input::Planned(Box::new(plan)));
        true
    }

    /// Takes the answer to the same question of another district that is the same.
    pub fn adopt(&mut self, plan: Plan) {
        self.until(self.now.plus_millis(self.rules.settle_millis + 1));
        self.problem = None;
        self.feed(Input::Planned(Box::new(plan)));
    }

    /// A question as the planner knows it.
    pub fn model(&mut self, problem: &Problem) -> planner::rounds::Model {
        self.solver.model(problem).0
    }

    /// Every pot is done.
    pub fn cook(&mut self) -> Result<()> {
        self.until(ClockTime::at(10, 45).on(self.day));
        for kitchen in self.kitchens.clone() {
            let sitting = self.lunch(kitchen);
            self.desk(MealCommand::Cook { sitting, dish: DishId::new(DISH)?, done: true })?;
        }
        Ok(())
    }

    /// Everybody sets off on their first round.
    pub fn depart_all(&mut self) -> Result<()> {
        for courier in self.couriers.keys().cloned().collect::<Vec<_>>() {
            let first = self.rounds_of(&courier).into_iter().min_by_key(|round| round.trip);
            if let Some(round) = first.map(|round| round.id.clone()) {
                self.desk(MealCommand::Depart { round })?;
            }
        }
        Ok(())
    }

    /// A courier's rounds that are not over.
    pub fn rounds_of(&self, courier: &CaregiverId) -> Vec<&Round> {
        self.core.rounds().filter(|round| round.courier == *courier && !round.stage.is_over()).collect()
    }

    /// Couriers by how many doors they have left, most first.
    pub fn busiest(&self) -> Vec<CaregiverId> {
        let mut couriers: Vec<CaregiverId> = self.couriers.keys().cloned().collect();
        couriers.sort_by_key(|courier| std::cmp::Reverse(self.ahead(courier)));
        couriers
    }

    /// How many doors a courier has left.
    pub fn ahead(&self, courier: &CaregiverId) -> usize {
        let rounds = self.rounds_of(courier);
        rounds.iter().map(|round| round.ahead().filter(|stop| stop.at.is_door()).count()).sum()
    }

    /// Where a courier is: at the next door.
    pub fn whereabouts(&self, courier: &CaregiverId) -> Option<Wgs84> {
        let under_way = self.rounds_of(courier).into_iter().find(|round| round.has_departed())?;
        under_way.ahead().next().map(|stop| stop.place)
    }

    /// Open meals that are on no stop, be it because nobody can carry them, or on two.
    pub fn lost(&self) -> usize {
        let mut stops: BTreeMap<&MealId, usize> = BTreeMap::new();
        for round in self.core.rounds().filter(|round| !round.stage.is_over()) {
            for meal in round.ahead().filter(|stop| stop.at.is_door()).flat_map(|stop| &stop.meals) {
                *stops.entry(meal).or_default() += 1;
            }
        }
        let wrong = |meal: &&domain::meal::Meal| stops.get(&meal.id) != Some(&1);
        self.core.meals().filter(|meal| meal.is_open()).filter(wrong).count()
    }

    /// By e-bike.
    pub fn way(&self, from: Wgs84, to: Wgs84) -> Seconds {
        let snap = |at| self.roads.snap(Profile::EBike, at);
        self.roads.travel(Profile::EBike, &snap(from), &snap(to)).seconds()
    }

    /// What time it is.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Which day it is.
    pub const fn day(&self) -> Day {
        self.day
    }

    /// Loading one box takes so long.
    pub const fn per_box(&self) -> Seconds {
        self.rules.per_box
    }

    /// All kitchens.
    pub fn kitchens(&self) -> &[KitchenId] {
        &self.kitchens
    }

    /// All couriers.
    pub fn couriers(&self) -> impl Iterator<Item = &CaregiverId> {
        self.couriers.keys()
    }

    /// Everybody who ordered, in the order of their meals' names.
    pub fn elders(&self) -> Vec<ElderId> {
        let mut elders: Vec<ElderId> = self.core.meals().map(|meal| meal.elder.clone()).collect();
        elders.sort_unstable();
        elders
    }

    /// Where a courier's kitchen is.
    pub fn kitchen_of(&self, courier: &CaregiverId) -> Option<Wgs84> {
        let kitchen = self.couriers.get(courier)?;
        self.places.iter().find(|(id, _)| id == kitchen).map(|(_, place)| *place)
    }

    /// When somebody opens for these.
    pub fn opens(&self, meals: &[MealId]) -> Option<Timestamp> {
        let doors = meals.iter().filter_map(|id| self.core.meal(id));
        let again = |meal: &domain::meal::Meal| meal.stage.trip().and_then(|trip| trip.not_before);
        doors.filter_map(|meal| Some(meal.door?.window.earliest.max(again(meal).unwrap_or_default()))).max()
    }

    /// How long the courier is at the door of these.
    pub fn at_door(&self, meals: &[MealId]) -> Seconds {
        let doors = meals.iter().filter_map(|id| self.core.meal(id)?.door);
        doors.map(|door| door.at_door).max().unwrap_or(Seconds::ZERO)
    }
}

/// The kitchen of each courier: always the one that has the most meals for each courier of its own.
fn shared_out(eaters: &BTreeMap<KitchenId, usize>, couriers: usize) -> Vec<KitchenId> {
    let mut hired: BTreeMap<&KitchenId, usize> = BTreeMap::new();
    let mut kitchens = Vec::with_capacity(couriers);
    for _ in 0..couriers {
        let burden = |kitchen: &KitchenId, meals: usize| meals / (hired.get(kitchen).unwrap_or(&0) + 1);
        let Some((kitchen, _)) = eaters.iter().max_by_key(|(kitchen, meals)| burden(kitchen, **meals)) else {
            break;
        };
        *hired.entry(kitchen).or_default() += 1;
        kitchens.push(kitchen.clone());
    }
    kitchens
}

/// What the elder tells the courier.
pub fn code(meal: &MealId) -> String {
    Codes::new(KEY).of(meal).code
}

fn elder(id: ElderId, place: Wgs84) -> Result<ElderProfile> {
    Ok(ElderProfile {
        id,
        place,
        street: "s".parse()?,
        community: "m".parse()?,
        ability: Ability::default(),
        priority_classes: BTreeSet::new(),
        blocked: BTreeSet::new(),
        preferred: BTreeSet::new(),
        arrival_radius: DEFAULT_ARRIVAL_RADIUS,
        closed: false,
    })
}

fn kitchen(id: KitchenId, place: Wgs84) -> Result<Kitchen> {
    let hours = Hours {
        cut_off: ClockTime::at(9, 0),
        cooked: ClockTime::at(10, 45),
        from: ClockTime::at(11, 0),
        until: ClockTime::at(12, 30),
        capacity: 5000,
    };
    Ok(Kitchen {
        id,
        organisation: OrganisationId::new("org")?,
        street: "s".parse()?,
        place,
        hours: BTreeMap::from([(Slot::Lunch, hours)]),
        closed: false,
    })
}

fn dish() -> Result<Dish> {
    Ok(Dish {
        id: DishId::new(DISH)?,
        name: "清炒时蔬套餐".to_owned(),
        prices: BTreeMap::from([(Size::Regular, Fen(1500))]),
        textures: BTreeSet::from([Texture::Regular]),
        contains: BTreeSet::new(),
        suits: BTreeSet::new(),
        ingredients: BTreeSet::new(),
        capacity: 5000,
    })
}
