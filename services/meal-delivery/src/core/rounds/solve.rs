//! From a problem to a plan through `planner::rounds`: each load is a pickup and a delivery by the same courier, the age of
//! the food is the hard end of its window, the elder's hours the soft one, and a long way from the kitchen's door costs. A courier may make several trips, and change
//! kitchens: that is only one more pickup.
//!
//! Travel times are kept between questions, since doors stay where they are: a re-plan asks for no way twice.

use std::{collections::HashMap, sync::Arc};

use domain::{caregiver::TravelMode, geo::Wgs84, time::Timestamp};
use planner::rounds::{
    Absence, Bond, Budget, FOREVER, Goals, Model, Part, Planned, Profile as Times, Rounds, StopId, Task,
    Worker, improve,
};
use roads::{Place, Profile, Roads};

use super::problem::{Load, Plan, Problem, Source, Turn};

/// Beyond so many places everything known is forgotten: another day's doors.
const MOST_KNOWN: usize = 6000;

/// Plans, and remembers ways.
#[derive(Debug)]
pub struct Solver {
    roads: Arc<Roads>,
    known: HashMap<Profile, Known>,
}

/// The ways between all places asked for so far, in seconds.
#[derive(Debug, Default)]
struct Known {
    index: HashMap<(u64, u64), usize>,
    places: Vec<Place>,
    rows: Vec<Vec<i32>>,
}

impl Solver {
    /// On this map.
    pub fn new(roads: Arc<Roads>) -> Self {
        Self { roads, known: HashMap::new() }
    }

    /// Looks for good rounds until the budget is used up.
    pub fn solve(&mut self, problem: Problem, budget: &Budget<'_>, seed: u64, threads: usize) -> Plan {
        let (model, _) = self.model(&problem);
        let held = held(&problem);
        let improved = improve(&model, Some(&held), budget, seed, threads);
        let turn = |planned: &Planned| Turn { load: planned.stop.task, at_door: planned.stop.part == 1 };
        let routes = improved.rounds.rounds.iter().map(|round| round.iter().map(turn).collect()).collect();
        let left_out = improved.left_out.iter().map(|left| (left.task, left.reason)).collect();
        Plan { problem: Box::new(problem), routes, left_out, steps: improved.iterations }
    }

    /// The problem as the planner knows it, and the modes of its profiles.
    pub fn model(&mut self, problem: &Problem) -> (Model, Vec<TravelMode>) {
        let mut modes: Vec<TravelMode> = problem.carriers.iter().map(|carrier| carrier.mode).collect();
        modes.sort_unstable();
        modes.dedup();
        let profiles = modes.iter().map(|mode| self.times(*mode, &problem.places)).collect();
        let workers = problem.carriers.iter().enumerate().map(|(number, carrier)| Worker {
            profile: modes.binary_search(&carrier.mode).unwrap_or_default(),
            start: Some(carrier.start),
            end: None,
            shift: (tick(problem, carrier.from).max(0), tick(problem, carrier.until)),
            skills: vec![skill(number)],
            capacity: i32::from(carrier.boxes),
            ..Worker::default()
        });
        let model = Model {
            places: problem.places.len(),
            profiles,
            workers: workers.collect(),
            tasks: problem.loads.iter().map(|load| task(problem, load)).collect(),
            goals: Goals::default(),
        };
        (model, modes)
    }

    fn times(&mut self, mode: TravelMode, places: &[Wgs84]) -> Times {
        let profile = Profile::from(mode);
        let known = self.known.entry(profile).or_default();
        if known.places.len() + places.len() > MOST_KNOWN {
            *known = Known::default();
        }
        let at = known.learn(&self.roads, profile, places);
        let cell = |from: &usize, to: &usize| known.rows.get(*from).and_then(|row| row.get(*to)).copied();
        let cells = at.iter().flat_map(|from| at.iter().map(move |to| cell(from, to).unwrap_or(FOREVER)));
        let time: Arc<[i32]> = cells.collect();
        Times { cost: Arc::clone(&time), time }
    }
}

impl Known {
    /// The numbers of the places, new ones learned on the way.
    fn learn(&mut self, roads: &Roads, profile: Profile, places: &[Wgs84]) -> Vec<usize> {
        let first_new = self.places.len();
        let numbers = places.iter().map(|at| {
            *self.index.entry((at.lon().to_bits(), at.lat().to_bits())).or_insert_with(|| {
                self.places.push(roads.snap(profile, *at));
                self.places.len() - 1
            })
        });
        let numbers = numbers.collect();
        let (old, new) = self.places.split_at(first_new);
        if new.is_empty() {
            return numbers;
        }
        let seconds = |matrix: roads::Matrix| {
            (0..matrix.rows())
                .map(|row| matrix.row(row).iter().map(|travel| travel.seconds().get() as i32).collect())
                .collect::<Vec<Vec<i32>>>()
        };
        for (row, more) in self.rows.iter_mut().zip(seconds(roads.matrix(profile, old, new))) {
            row.extend(more);
        }
        self.rows.extend(seconds(roads.matrix(profile, new, &self.places)));
        numbers
    }
}

/// What is on board stays with who has it: each carrier has a skill of their own.
const fn skill(carrier: usize) -> u32 {
    carrier as u32
}

/// Whole seconds since the question.
fn tick(problem: &Problem, at: Timestamp) -> i32 {
    at.since(problem.now).get().clamp(-i64::from(FOREVER), i64::from(FOREVER)) as i32
}

fn task(problem: &Problem, load: &Load) -> Task {
    let boxes = load.meals.len() as i32;
    let at = |instant| tick(problem, instant);
    let (on_board, skills) = match load.source {
        Source::OnBoard(carrier) => (true, vec![skill(carrier)]),
        Source::Kitchen(_) | Source::Stranded(_) => (false, Vec::new()),
    };
    let latest = at(load.expires);
    let pickup = Part {
        place: load.from,
        duration: if on_board { 0 } else { problem.per_box.get() as i32 * boxes },
        earliest: at(load.ready).max(0),
        due: latest,
        latest,
        skills,
        load: boxes,
        ..Part::default()
    };
    // What left a kitchen before has been on the way for long, and is only brought home.
    let fresh = matches!(load.source, Source::Kitchen(_));
    let door = Part {
        place: load.door,
        duration: load.at_door.get() as i32,
        earliest: at(load.window.earliest),
        due: at(load.window.latest),
        latest,
        lateness: problem.lateness,
        load: -boxes,
        ride: if fresh { (problem.on_the_way.get() as i32, problem.long_way) } else { (FOREVER, 0) },
        ..Part::default()
    };
    let absence = Absence::Grave(i64::from(boxes.max(1)));
    Task { parts: vec![pickup, door], bond: Bond::Transfer, absence, pinned: false }
}

fn held(problem: &Problem) -> Rounds {
    let planned =
        |turn: &Turn| Planned { stop: StopId { task: turn.load, part: usize::from(turn.at_door) }, start: 0 };
    Rounds { rounds: problem.held.iter().map(|route| route.iter().map(planned).collect()).collect() }
}
