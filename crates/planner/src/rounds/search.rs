//! Several chains side by side: as many as there are threads, or, for an iteration budget, always the same number, so
//! that the result does not depend on the machine.

use super::{
    absent::{LeftOut, reasons},
    anneal::{Chain, Limits},
    dense::Dense,
    model::{Cost, Model, Planned, Rounds},
    state::State,
};

/// Chains of an iteration budget.
const CHAINS: usize = 4;
/// How often chains learn from each other.
const MEETINGS: u32 = 10;

/// How long to search. Without any limit nothing is searched.
#[derive(Clone, Copy, Default)]
pub struct Budget<'a> {
    /// Until [`Budget::elapsed`] tells so many seconds.
    pub seconds: Option<f64>,
    /// Seconds since the caller began.
    pub elapsed: Option<&'a (dyn Fn() -> f64 + Sync)>,
    /// Steps of all chains together; with this alone the result depends on nothing but model, warm start and seed.
    pub iterations: Option<u64>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Improved {
    /// Never worse than the warm start.
    pub rounds: Rounds,
    /// What it costs.
    pub cost: Cost,
    /// What is not in it, each with why.
    pub left_out: Vec<LeftOut>,
    /// Steps taken.
    pub iterations: u64,
}

/// Looks for a better plan until the budget is used up.
pub fn improve(
    model: &Model,
    warm: Option<&Rounds>,
    budget: &Budget<'_>,
    seed: u64,
    threads: usize,
) -> Improved {
    let dense = Dense::of(model);
    let start = warm.map_or_else(|| State::empty(&dense), |warm| State::of(&dense, warm));
    let threads = threads.max(1);
    let count = if budget.iterations.is_some() { CHAINS } else { threads };
    let share = budget.iterations.map(|n| (n / CHAINS as u64).max(1));
    let used = |iterations: u64| {
        let by_steps = share.map(|n| iterations as f64 / n as f64);
        let by_time = budget.seconds.zip(budget.elapsed).map(|(s, elapsed)| elapsed() / s.max(1e-9));
        match (by_steps, by_time) {
            (None, None) => 1.0,
            (a, b) => a.unwrap_or(0.0).max(b.unwrap_or(0.0)),
        }
    };
    let mut chains: Vec<Chain> =
        (0..count as u64).map(|i| Chain::new(&dense, seed.wrapping_add(i << 32), start.clone())).collect();
    let limits = Limits { used: &used, until: 1.0 };
    on_threads(&mut chains, threads, |chain| chain.begin(&dense, &limits));
    for meeting in 1..=MEETINGS {
        let until = f64::from(meeting) / f64::from(MEETINGS);
        let limits = Limits { used: &used, until };
        on_threads(&mut chains, threads, |chain| chain.run(&dense, &limits));
        if meeting < MEETINGS {
            meet(&mut chains);
        }
    }
    let iterations = chains.iter().map(|c| c.iterations).sum();
    let best = chains.iter().min_by_key(|c| c.best_cost);
    let (state, cost) = best.map_or((&start, start.cost(&dense)), |c| (&c.best, c.best_cost));
    Improved { rounds: state.rounds(&dense), cost, left_out: reasons(model, &dense, state), iterations }
}

fn on_threads(chains: &mut [Chain], threads: usize, work: impl Fn(&mut Chain) + Sync) {
    if threads == 1 || chains.len() == 1 {
        chains.iter_mut().for_each(work);
        return;
    }
    let each = chains.len().div_ceil(threads);
    std::thread::scope(|scope| {
        for group in chains.chunks_mut(each) {
            scope.spawn(|| group.iter_mut().for_each(&work));
        }
    });
}

/// The chain that is worst off goes on from the best plan of all.
fn meet(chains: &mut [Chain]) {
    let best = (0..chains.len()).min_by_key(|i| (chains[*i].best_cost, *i));
    let worst = (0..chains.len()).max_by_key(|i| (chains[*i].best_cost, *i));
    if let (Some(best), Some(worst)) = (best, worst)
        && chains[best].best_cost < chains[worst].best_cost
    {
        let (state, cost) = (chains[best].best.clone(), chains[best].best_cost);
        chains[worst].adopt(&state, cost);
    }
}

impl State {
    fn rounds(&self, dense: &Dense) -> Rounds {
        let round = |worker: usize| {
            let mut round = Vec::with_capacity(self.len[worker] as usize);
            let mut node = self.nodes[dense.first_of(worker) as usize].next;
            while dense.is_real(node) {
                round.push(Planned { stop: dense.id_of(node), start: self.nodes[node as usize].start });
                node = self.nodes[node as usize].next;
            }
            round
        };
        Rounds { rounds: (0..dense.hands.len()).map(round).collect() }
    }
}
