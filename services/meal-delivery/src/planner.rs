//! Plans rounds beside the core, off the async threads. What is urgent has a planner of its own, so that a lunch that went
//! wrong does not wait for a dinner that is being planned.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use futures::{FutureExt, future::BoxFuture};
use planner::rounds::Budget;
use roads::Roads;
use runtime::Entropy;

use crate::core::{
    Input,
    rounds::{
        problem::{Plan, Problem},
        solve::Solver,
    },
    settings::Settings,
};

/// Two planners and how long they may search.
#[derive(Clone)]
pub struct Planners {
    ahead: Arc<Mutex<Solver>>,
    urgent: Arc<Mutex<Solver>>,
    seconds: (f64, f64),
    threads: usize,
    entropy: Entropy,
}

impl Planners {
    /// On this map, with these habits.
    pub fn new(roads: &Arc<Roads>, rules: &Settings, threads: usize, entropy: Entropy) -> Self {
        let solver = || Arc::new(Mutex::new(Solver::new(Arc::clone(roads))));
        let seconds = (rules.plan.as_f64(), rules.replan_millis as f64 / 1000.0);
        Self { ahead: solver(), urgent: solver(), seconds, threads, entropy }
    }

    /// Plans, and gives the plan as the core takes it. If the planner fails, people keep the rounds they hold.
    pub fn plan(&self, problem: Problem) -> BoxFuture<'static, Input> {
        let (solver, seconds) = if problem.urgent {
            (Arc::clone(&self.urgent), self.seconds.1)
        } else {
            (Arc::clone(&self.ahead), self.seconds.0)
        };
        let (threads, seed) = (self.threads, self.entropy.seed());
        let held = Plan {
            routes: problem.held.clone(),
            problem: Box::new(problem.clone()),
            left_out: Vec::new(),
            steps: 0,
        };
        async move {
            let search = tokio::task::spawn_blocking(move || {
                let began = Instant::now();
                let elapsed = move || began.elapsed().as_secs_f64();
                let budget = Budget { seconds: Some(seconds), elapsed: Some(&elapsed), iterations: None };
                solver.lock().unwrap_or_else(PoisonError::into_inner).solve(problem, &budget, seed, threads)
            });
            let plan = search.await.unwrap_or_else(|error| {
                tracing::error!(%error, "rounds could not be planned; what is planned stays");
                held
            });
            Input::Planned(Box::new(plan))
        }
        .boxed()
    }
}
