//! `kill -9` of each service and of nats-server at random instants under load.

use std::time::{Duration, Instant};

use crate::{
    audit::audit,
    chance::Chance,
    people::People,
    town::{Town, ready},
};

const SERVICES: [&str; 4] = ["registry", "caregiver-location", "dispatch", "command-center"];
const NATS: &str = "nats-server";
/// The desk knows that things go on again once so much more was acknowledged.
const PROGRESS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_is_killed_nothing_acknowledged_is_lost_and_nothing_offered_twice() {
    let mut chance = Chance::new(20_261_127);
    let mut town = Town::found().await;
    let dispatch = town.dispatch("dispatch", town.nats_port());
    town.programs.push(dispatch);
    town.wake().await;
    let people = People::begin(&town).await;
    progress(&people).await;

    let began = Instant::now();
    let mut victims: Vec<&str> = SERVICES.into_iter().chain([NATS, "dispatch", NATS]).collect();
    chance.shuffle(&mut victims);
    for victim in victims {
        tokio::time::sleep(chance.millis(0, 900)).await;
        let killed = began.elapsed();
        let pid = kill(&mut town, victim);
        tokio::time::sleep(chance.millis(0, 700)).await;
        let restarted = began.elapsed();
        start(&mut town, victim);
        // Now and then the next one dies before this one is up again.
        let waits = !chance.one_in(3);
        if waits {
            progress(&people).await;
        }
        let after =
            if waits { format!("going on at {:?}", ms(began.elapsed())) } else { "not waited for".into() };
        println!(
            "kill -9 {victim} (pid {pid}) at {:?}, started again at {:?}, {after}",
            ms(killed),
            ms(restarted)
        );
    }
    progress(&people).await;
    for program in &town.programs {
        ready(program).await;
    }
    let (desk, acknowledged, seen) = people.finish().await;
    audit(&town, &desk, &acknowledged, &seen).await;
    assert!(seen.resumed > 0, "the desk's live stream was never lost: nothing was tested");
}

fn ms(duration: Duration) -> Duration {
    Duration::from_millis(duration.as_millis() as u64)
}

fn kill(town: &mut Town, victim: &str) -> u32 {
    if victim == NATS {
        let pid = town.nats.pid().expect("nats-server runs");
        town.nats.kill();
        return pid;
    }
    town.program(victim).kill()
}

fn start(town: &mut Town, victim: &str) {
    if victim == NATS {
        tokio::task::block_in_place(|| town.nats.restart());
    } else {
        town.program(victim).start();
    }
}

/// Waits until people get answers again.
async fn progress(people: &People) {
    let before = people.acknowledged.count();
    crate::eventually("people get answers again", async || people.acknowledged.count() >= before + PROGRESS)
        .await;
}
