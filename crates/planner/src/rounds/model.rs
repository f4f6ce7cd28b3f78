//! What there is to plan: one model for home visits (teams, synchronisation, skills), deliveries (pairs, loads) and the
//! published benchmarks.
//!
//! Times are whole ticks since the beginning of the plan, whatever a tick is (a second, a thousandth of a minute);
//! costs are whole units. Both stay well inside 32 bits, so that a table of travel times fits into a cache. Weights,
//! prices and affinities are clamped to ±2⁴⁰, costs of a tick of lateness to 2²⁰.

use std::sync::Arc;

/// The latest instant of a plan, in ticks. Later instants are clamped to it.
pub const FOREVER: i32 = 500_000_000;
/// The travel time of a way that does not exist.
pub const UNREACHABLE: i32 = FOREVER + 1;
/// The most people one task may take.
pub const MOST_PARTS: usize = 8;

/// Everything an improvement needs to know. Data that make no sense are no error: the tasks they concern are left out
/// with a reason.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Number of places.
    pub places: usize,
    /// Ways to travel.
    pub profiles: Vec<Profile>,
    /// Who is there.
    pub workers: Vec<Worker>,
    /// What is to be done.
    pub tasks: Vec<Task>,
    /// What counts, beyond what tasks and workers say themselves.
    pub goals: Goals,
}

/// Travel times and costs of one way to travel: `places × places`, row from, column to. Neither symmetry nor the
/// triangle inequality is assumed. Entries that are missing, negative or beyond [`FOREVER`] are ways that do not exist.
#[derive(Debug, Clone)]
pub struct Profile {
    /// In ticks.
    pub time: Arc<[i32]>,
    /// In units of cost.
    pub cost: Arc<[i32]>,
}

/// What counts for the plan as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct Goals {
    /// Cost of each tick of the largest lateness of all.
    pub worst_lateness: i64,
    /// Whether fewer workers beat any cost.
    pub fewest_workers: bool,
}

/// Somebody who serves.
#[derive(Debug, Clone, Default)]
pub struct Worker {
    /// Index into [`Model::profiles`].
    pub profile: usize,
    /// Where they begin, behind whatever is under way; `None` is wherever the first task is.
    pub start: Option<usize>,
    /// Where they go in the end; `None` is wherever they are then.
    pub end: Option<usize>,
    /// They set off not before the first and are done by the second.
    pub shift: (i32, i32),
    /// Neither a way nor a visit lies in these.
    pub breaks: Vec<(i32, i32)>,
    /// What they may do, in any order.
    pub skills: Vec<u32>,
    /// What they can carry at once.
    pub capacity: i32,
    /// Cost of employing them at all.
    pub fixed_cost: i64,
}

/// What happens to the plan where a task is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// It must not be; the fewer and lighter such tasks are left out, the better, whatever the cost.
    Grave(i64),
    /// It costs so much.
    Costs(i64),
}

/// How the parts of a task hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bond {
    /// Different workers, same start. Also of a task of one part.
    Together,
    /// Different workers; each part starts `min ..= max` after the part before it.
    Apart {
        /// At least.
        min: i32,
        /// At most.
        max: i32,
    },
    /// The same worker: what the first part loads, the second unloads later.
    Transfer,
}

/// Something to be done, by one or several.
#[derive(Debug, Clone)]
pub struct Task {
    /// One stop each.
    pub parts: Vec<Part>,
    /// How they hang together.
    pub bond: Bond,
    /// What leaving it out means.
    pub absence: Absence,
    /// It stays with whom the warm start gives it to.
    pub pinned: bool,
}

/// One stop of one worker.
#[derive(Debug, Clone)]
pub struct Part {
    /// Where.
    pub place: usize,
    /// Ticks at the door.
    pub duration: i32,
    /// Where it takes some workers longer or shorter.
    pub durations: Vec<(usize, i32)>,
    /// It does not start before; a release time is one of these.
    pub earliest: i32,
    /// A later start is late.
    pub due: i32,
    /// A later start is no start.
    pub latest: i32,
    /// Cost of each tick of lateness.
    pub lateness: i32,
    /// What it takes.
    pub skills: Vec<u32>,
    /// Who must not come.
    pub blocked: Vec<usize>,
    /// What it loads (or, below zero, unloads).
    pub load: i32,
    /// Of the second part of [`Bond::Transfer`]: how long what is carried should be on the way at most, and what each
    /// tick more costs. Waiting where it was loaded is not on the way.
    pub ride: (i32, i32),
    /// Extra cost with some workers; below zero for those who are wished for (continuity, the plan people hold).
    pub affinity: Vec<(usize, i64)>,
}

impl Default for Part {
    fn default() -> Self {
        Self {
            place: 0,
            duration: 0,
            durations: Vec::new(),
            earliest: 0,
            due: FOREVER,
            latest: FOREVER,
            lateness: 0,
            skills: Vec::new(),
            blocked: Vec::new(),
            load: 0,
            ride: (FOREVER, 0),
            affinity: Vec::new(),
        }
    }
}

/// A task and which of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StopId {
    /// Index into [`Model::tasks`].
    pub task: usize,
    /// Index into [`Task::parts`].
    pub part: usize,
}

/// A stop with its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Which.
    pub stop: StopId,
    /// When it starts.
    pub start: i32,
}

/// Who does what, in which order. As a warm start only the order counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rounds {
    /// One round a worker.
    pub rounds: Vec<Vec<Planned>>,
}

/// What a plan costs, in layers: less of an earlier field beats anything in the later ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// Weight of what must not be left out and is.
    pub grave: i64,
    /// Workers with anything to do, where fewest count; otherwise zero.
    pub workers: i64,
    /// Travel, lateness, long rides, fixed costs, affinities, tasks left out at a price.
    pub soft: i64,
}
