//! Servers and processes that die.

use bus::StartFrom;
use domain::{caregiver::Duty, id::CommandId, order::Actor};
use schemas::{
    envelope::CloudEvent,
    position::{DutyCommand, Position, Presence},
    subject::StreamKind,
};

use crate::world::{World, eventually, fix, id, now};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_nats_server_costs_no_duty_and_positions_come_back() {
    let mut world = World::new().await;
    let process = world.process(&world.config()).await;
    for n in 0..2 {
        world.profile(&id(n)).await;
    }
    process.ready().await;
    world.duty(&id(0), Duty::On).await;
    world.report(&id(0), vec![fix(now(), 100.0)]).await;
    world.found(&[id(0)]).await;

    world.server.kill();
    world.server.restart();
    // The index never left; POSITIONS, in memory, is filled anew; duty is as it was acknowledged.
    world.found(&[id(0)]).await;
    eventually("the position is written down again", async || {
        let kept: Vec<Position> = world.stream(StreamKind::Positions, StartFrom::LastPerSubject).await;
        (kept.len() == 1).then_some(())
    })
    .await;
    world.duty(&id(1), Duty::On).await;
    let all: Vec<CloudEvent<Presence>> = world.stream(StreamKind::Presence, StartFrom::LastPerSubject).await;
    assert!(all.iter().all(|e| e.data.duty == Duty::On) && all.len() == 2, "{all:?}");
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_one_acts_and_the_other_takes_over() {
    let world = World::new().await;
    let one = world.process(&world.config()).await;
    let two = world.process(&world.config()).await;
    let people = 30;
    for n in 0..people {
        world.profile(&id(n)).await;
    }
    one.ready().await;
    two.ready().await;
    for n in 0..people {
        world.duty(&id(n), Duty::On).await;
    }
    world.report(&id(0), vec![fix(now(), 10.0)]).await;
    let stop = tokio::spawn(one.stop());
    // Commands go on while the lease changes hands; each is answered, if need be when repeated.
    for n in 0..people {
        world.duty(&id(n), if n == 0 { Duty::Break } else { Duty::Off }).await;
    }
    stop.await.unwrap();
    let all: Vec<CloudEvent<Presence>> = world.stream(StreamKind::Presence, StartFrom::LastPerSubject).await;
    assert_eq!(all.len(), people);
    for event in &all {
        let expected = if event.data.caregiver == id(0) { Duty::Break } else { Duty::Off };
        assert_eq!(event.data.duty, expected, "{:?}", event.data);
        assert_eq!(event.data.applied.len(), 2, "each command once: {:?}", event.data);
    }
    // The second one heard the reports all along.
    world.duty(&id(0), Duty::On).await;
    world.found(&[id(0)]).await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_of_yesterday_s_outbox_is_applied_once_also_after_a_restart() {
    let world = World::new().await;
    let first = world.process(&world.config()).await;
    world.profile(&id(0)).await;
    first.ready().await;
    let command = DutyCommand {
        id: CommandId::new("from-the-outbox").unwrap(),
        actor: Actor::SYSTEM,
        caregiver: id(0),
        duty: Duty::On,
        occurred_at: Some(now().plus_millis(-60_000)),
    };
    let on = eventually("an answer", async || world.command(&command).await.ok()).await;
    assert_eq!(on.duty_since, command.occurred_at.unwrap());
    let off = world.duty(&id(0), Duty::Off).await;
    first.stop().await;

    let second = world.process(&world.config()).await;
    second.ready().await;
    let again = eventually("an answer", async || world.command(&command).await.ok()).await;
    assert_eq!((again.duty, again.applied), (Duty::Off, off.applied));
    let stranger = DutyCommand { caregiver: id(9), ..command };
    let refused = world.command(&stranger).await.unwrap_err();
    assert!(refused.to_string().contains("unknown_caregiver"), "{refused}");
    second.stop().await;
}
