//! Two dispatch processes for one district: exactly one acts, whichever is paused, cut off or killed.

use std::time::{Duration, Instant};

use crate::{
    audit::audit,
    chance::Chance,
    eventually,
    people::People,
    programs::Program,
    proxy::Wire,
    town::{LEASE_MS, Town},
};

const PROGRESS: usize = 12;

/// A process on a wire of its own.
struct Candidate {
    program: Program,
    wire: Wire,
}

impl Candidate {
    async fn new(town: &Town, name: &str) -> Self {
        let wire = Wire::to(town.nats_port()).await;
        Self { program: town.dispatch(name, wire.port), wire }
    }

    /// Whether it says that it acts for the district; one that is paused says nothing.
    async fn acts(&self) -> Option<bool> {
        let url = format!("http://127.0.0.1:{}/metrics", self.program.admin);
        let client = reqwest::Client::builder().timeout(Duration::from_millis(700)).build().unwrap();
        let text = client.get(url).send().await.ok()?.text().await.ok()?;
        let line = text.lines().find(|line| line.starts_with("dispatch_active"))?;
        Some(line.rsplit(' ').next() == Some("1"))
    }
}

/// What can befall a process.
#[derive(Debug, Clone, Copy)]
enum Fault {
    Paused,
    CutOff,
    Killed,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_processes_exactly_one_acts_and_no_order_is_offered_by_both() {
    let mut chance = Chance::new(20_261_128);
    let mut town = Town::found().await;
    let mut pair = [Candidate::new(&town, "dispatch-a").await, Candidate::new(&town, "dispatch-b").await];
    for candidate in &mut pair {
        candidate.program.start();
    }
    town.wake().await;
    let people = People::begin(&town).await;
    progress(&people).await;

    let began = Instant::now();
    let mut changes = 0;
    // Each fault befalls the active one and the standby.
    let mut plan: Vec<(Fault, bool)> = [Fault::Paused, Fault::CutOff, Fault::Killed]
        .into_iter()
        .flat_map(|fault| [(fault, true), (fault, true), (fault, false)])
        .collect();
    chance.shuffle(&mut plan);
    for (fault, to_active) in plan {
        let active = exactly_one(&pair).await;
        let hit = if to_active { active } else { 1 - active };
        tokio::time::sleep(chance.millis(0, 600)).await;
        let at = began.elapsed();
        befall(&mut pair[hit], fault);
        // Longer than the lease, so that the other one must act.
        tokio::time::sleep(Duration::from_millis(LEASE_MS) + chance.millis(500, 1_500)).await;
        eventually("the one left acts", async || pair[1 - hit].acts().await == Some(true)).await;
        progress(&people).await;
        recover(&mut pair[hit], fault);
        let back = began.elapsed();
        let now = exactly_one(&pair).await;
        assert_eq!(now, 1 - hit, "who comes back does not take the district away");
        changes += usize::from(to_active);
        progress(&people).await;
        let who = if to_active { "the active one" } else { "the standby" };
        println!(
            "{} ({who}) {fault:?} at {:.3} s, back at {:.3} s",
            pair[hit].program.name,
            at.as_secs_f64(),
            back.as_secs_f64()
        );
    }
    let (desk, acknowledged, seen) = people.finish().await;
    let takeovers = audit(&town, &desk, &acknowledged, &seen).await;
    let mut holders: Vec<&str> = takeovers.iter().map(|takeover| takeover.holder.as_str()).collect();
    holders.dedup();
    assert!(holders.len() > changes, "the district changed hands {changes} times: {holders:?}");
}

/// Waits until exactly one of the two acts; which.
async fn exactly_one(pair: &[Candidate; 2]) -> usize {
    let [a, b] = pair;
    let mut found = None;
    let deadline = Instant::now() + crate::PATIENCE;
    while found.is_none() {
        found = match (a.acts().await, b.acts().await) {
            (Some(true), Some(false)) => Some(0),
            (Some(false), Some(true)) => Some(1),
            _ => None,
        };
        assert!(Instant::now() < deadline, "exactly one of the two acts");
    }
    found.expect("found above")
}

fn befall(candidate: &mut Candidate, fault: Fault) {
    match fault {
        Fault::Paused => candidate.program.pause(),
        Fault::CutOff => candidate.wire.cut(),
        Fault::Killed => {
            candidate.program.kill();
        }
    }
}

fn recover(candidate: &mut Candidate, fault: Fault) {
    match fault {
        Fault::Paused => candidate.program.go_on(),
        Fault::CutOff => candidate.wire.mend(),
        Fault::Killed => candidate.program.start(),
    }
}

/// Waits until people get answers again.
async fn progress(people: &People) {
    let before = people.acknowledged.count();
    eventually("people get answers again", async || people.acknowledged.count() >= before + PROGRESS).await;
}
