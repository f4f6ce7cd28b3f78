//! One chain of the search: ruin, recreate, and accept what is worse less and less often (simulated annealing).

use super::{
    dense::Dense,
    fleet::Fleet,
    model::Cost,
    recreate::{Order, Recreate},
    ruin::{Extent, Ruin},
    state::State,
    tools::Tools,
};

/// A chain with everything it works with.
pub(super) struct Chain {
    pub(super) tools: Tools,
    pub(super) ruin: Ruin,
    recreate: Recreate,
    pub(super) tasks: Vec<u32>,
    /// The plan that is changed.
    pub(super) draft: State,
    /// The plan that was last accepted.
    pub current: State,
    /// The best so far.
    pub best: State,
    pub best_cost: Cost,
    pub(super) current_cost: Cost,
    /// Reduces the number of workers, where the fewest count.
    pub(super) fleet: Option<Fleet>,
    pub iterations: u64,
    style: &'static Style,
    /// What ways cost on average.
    mean_way: f64,
    /// The share of the budget that was used up when cooling began.
    hot_at: f64,
}

/// When a chain has to stop.
pub(super) struct Limits<'a> {
    /// How much of the whole budget is used up, given the iterations of this chain.
    pub used: &'a (dyn Fn(u64) -> f64 + Sync),
    /// Up to which share of the budget to run.
    pub until: f64,
}

/// Tasks that fitted nowhere before and are tried again in one step, at most.
const RETRIES: usize = 32;

impl Chain {
    pub(super) fn new(dense: &Dense, seed: u64, start: State) -> Self {
        let cost = start.cost(dense);
        Self {
            tools: Tools::new(seed),
            ruin: Ruin::default(),
            recreate: Recreate::default(),
            tasks: Vec::new(),
            draft: start.clone(),
            best: start.clone(),
            current: start,
            best_cost: cost,
            current_cost: cost,
            fleet: dense.fewest_workers.then(|| Fleet::new(dense)),
            iterations: 0,
            style: if dense.any_linked { &LINKED } else { &ALONE },
            mean_way: 1.0,
            hot_at: 0.0,
        }
    }

    /// Puts in whatever the start leaves out, and takes the temperatures from what ways cost.
    pub(super) fn begin(&mut self, dense: &Dense, limits: &Limits<'_>) {
        self.tasks.clear();
        self.tasks.append(&mut self.draft.absent);
        let stop = || (limits.used)(0) >= limits.until;
        let tasks = (&mut self.tasks[..], Order::Neighbours);
        self.recreate.run(dense, &mut self.draft, tasks, &mut self.tools, &stop);
        if self.draft.broken == 0 {
            self.keep_draft(dense);
        } else {
            self.draft.copy(&self.current);
        }
        self.heat(0.0);
    }

    /// Begins to cool down from as hot as ways of the current plan make it.
    pub(super) fn heat(&mut self, used: f64) {
        let stops = self.current.len.iter().map(|l| i64::from(*l)).sum::<i64>().max(1);
        self.mean_way = (self.current.travel as f64 / stops as f64).max(1.0);
        self.hot_at = used.min(1.0);
    }

    pub(super) fn keep_draft(&mut self, dense: &Dense) {
        let cost = self.draft.cost(dense);
        self.current.copy(&self.draft);
        self.current_cost = cost;
        if cost < self.best_cost {
            self.best_cost = cost;
            self.best.copy(&self.draft);
        }
    }

    /// Continues from another plan.
    pub(super) fn adopt(&mut self, state: &State, cost: Cost) {
        self.draft.take_over(state);
        self.current.copy(&self.draft);
        self.current_cost = cost;
        if cost < self.best_cost {
            self.best_cost = cost;
            self.best.copy(&self.draft);
        }
    }

    /// Runs until its limit.
    pub(super) fn run(&mut self, dense: &Dense, limits: &Limits<'_>) {
        if dense.plannable.is_empty() || dense.hands.is_empty() {
            return;
        }
        loop {
            let used = (limits.used)(self.iterations);
            if used >= limits.until {
                return;
            }
            self.iterations += 1;
            let Style { hot, cold, .. } = self.style;
            let share = (used.min(1.0) - self.hot_at) / (1.0 - self.hot_at).max(f64::EPSILON);
            let temperature = self.mean_way * hot * (cold / hot).powf(share.max(0.0));
            if self.fleet.is_some() {
                self.reduce(dense, used, limits);
            } else {
                self.step(dense, temperature, limits);
            }
        }
    }

    fn step(&mut self, dense: &Dense, temperature: f64, limits: &Limits<'_>) {
        self.change(dense, limits);
        let cost = self.draft.cost(dense);
        if self.draft.broken == 0 && self.accepts(cost, temperature) {
            self.keep_draft(dense);
        } else {
            self.draft.copy(&self.current);
        }
    }

    /// Ruins and recreates the draft.
    pub(super) fn change(&mut self, dense: &Dense, limits: &Limits<'_>) {
        self.tools.memory.begin(dense, self.draft.stamp);
        self.ruin.run(dense, &mut self.draft, self.style.extent, &mut self.tools);
        self.tasks.clear();
        self.tasks.append(&mut self.ruin.removed);
        for _ in 0..RETRIES.min(self.draft.absent.len()) {
            let at = self.tools.random.below(self.draft.absent.len());
            self.tasks.push(self.draft.absent.swap_remove(at));
        }
        let iterations = self.iterations;
        let stop = || (limits.used)(iterations) >= 1.0;
        let tasks = (&mut self.tasks[..], Order::Drawn);
        self.recreate.run(dense, &mut self.draft, tasks, &mut self.tools, &stop);
    }

    fn accepts(&mut self, cost: Cost, temperature: f64) -> bool {
        let old = self.current_cost;
        let layers = (cost.grave, cost.workers).cmp(&(old.grave, old.workers));
        layers.is_lt()
            || (layers.is_eq() && {
                let allowance = -temperature * (1.0 - self.tools.random.unit()).ln();
                (cost.soft - old.soft) as f64 <= allowance
            })
    }
}

/// How a chain moves; chosen by measurement.
struct Style {
    extent: Extent,
    /// Temperatures as shares of the mean way.
    hot: f64,
    cold: f64,
}

/// Where every visit has its own round, small steps that come quickly win.
const ALONE: Style = Style { extent: Extent { mean: 6.0, longest: 10.0 }, hot: 2.0, cold: 0.01 };
/// Linked visits hold each other in place: it takes larger steps and more warmth to move several rounds at once.
const LINKED: Style = Style { extent: Extent { mean: 12.0, longest: 10.0 }, hot: 3.0, cold: 0.1 };
