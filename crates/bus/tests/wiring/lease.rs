//! Exactly one active process: take-over after death, pause, cut and release.

use std::time::{Duration, Instant};

use crate::support::{event, orders, prepared, soon, subject};
use bus::{
    Bus, FenceError, FencedWriter, Lease, LeaseConfig, LeaseState, Sequence, leap::LEAP, testing::NatsServer,
};
use runtime::Entropy;
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

const TTL: Duration = Duration::from_millis(900);

struct Candidate {
    state: watch::Receiver<LeaseState>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

async fn candidate(bus: &Bus, holder: &str) -> Candidate {
    let config = LeaseConfig { ttl: TTL, replicas: 1 };
    let lease = Lease::new(bus, "dispatch.test", holder, config, &Entropy::system()).await.unwrap();
    let (state, stop) = (lease.state(), CancellationToken::new());
    let task = tokio::spawn({
        let stop = stop.clone();
        async move { lease.run(stop).await.unwrap() }
    });
    Candidate { state, stop, task }
}

impl Candidate {
    async fn held(&mut self) -> u64 {
        let held = |state: &LeaseState| matches!(state, LeaseState::Held { .. });
        match *soon("taking the lease", self.state.wait_for(held)).await.unwrap() {
            LeaseState::Held { epoch } => epoch,
            LeaseState::Standby => unreachable!(),
        }
    }

    async fn lost(&mut self) {
        soon("losing the lease", self.state.wait_for(|state| *state == LeaseState::Standby)).await.unwrap();
    }

    fn is_standby(&self) -> bool {
        *self.state.borrow() == LeaseState::Standby
    }
}

#[tokio::test]
async fn a_released_lease_is_taken_at_once_and_the_epoch_grows() {
    let server = NatsServer::start();
    let bus = server.connect("test").await;
    let mut one = candidate(&bus, "one").await;
    let first = one.held().await;
    let mut two = candidate(&bus, "two").await;
    tokio::time::sleep(TTL * 2).await;
    assert!(two.is_standby(), "a lease that is renewed stays");

    one.stop.cancel();
    one.task.await.unwrap();
    let released = Instant::now();
    assert!(two.held().await > first);
    assert!(
        released.elapsed() < TTL / 2,
        "the standby waited {:?} for a lease that was given back",
        released.elapsed()
    );
}

#[tokio::test]
async fn a_dead_holder_is_followed_after_the_time_to_live_and_not_before() {
    let server = NatsServer::start();
    let (bus, other) = (server.connect("one").await, server.connect("two").await);
    let mut one = candidate(&bus, "one").await;
    one.held().await;
    let mut two = candidate(&other, "two").await;
    one.task.abort();
    let died = Instant::now();
    two.held().await;
    let waited = died.elapsed();
    assert!(
        waited >= TTL.mul_f64(0.6),
        "a renewal may be a third of the time to live old, but it was {waited:?}"
    );
}

#[tokio::test]
async fn a_holder_cut_off_steps_down_before_a_standby_takes_over() {
    let server = NatsServer::start();
    let (bus, other) = (Cut::connect(&server).await, server.connect("two").await);
    let mut one = candidate(&bus.bus, "one").await;
    one.held().await;
    let mut two = candidate(&other, "two").await;
    bus.cut();
    one.lost().await;
    assert!(two.is_standby(), "the holder steps down first");
    two.held().await;
    assert!(one.is_standby());
}

/// A process frozen for longer than its time to live (a stopped container, a suspended laptop) wakes up believing
/// that it is the active one. Its lease tells it a moment later; what it writes before that moment the fence refuses.
#[tokio::test]
async fn a_frozen_holder_wakes_up_fenced_and_steps_down() {
    let server = NatsServer::start();
    let bus = prepared(&server).await;
    let (frozen, awake) = frozen_for(TTL * 3, &server);
    soon("the first holder", frozen).await.unwrap();

    let mut standby = candidate(&bus, "standby").await;
    standby.held().await;
    let mut writer = FencedWriter::open(&bus, orders(), bus.last_sequence(&orders()).await.unwrap());
    let takeover = event("takeover", 1);
    writer.publish(subject(&takeover), &takeover).await.unwrap().await.unwrap();

    let late = soon("waking up", awake).await.unwrap();
    assert!(matches!(late, FenceError::Lost { .. }), "{late}");
    assert!(!standby.is_standby());
    assert_eq!(bus.last_sequence(&orders()).await.unwrap(), Sequence(LEAP + 1));
}

/// Takes the lease in a process of its own, as far as threads can be one: everything it has stands still for a while.
/// Tells when it begins to freeze, and what came of the first message it sent after waking up.
fn frozen_for(
    pause: Duration,
    server: &NatsServer,
) -> (oneshot::Receiver<()>, oneshot::Receiver<FenceError>) {
    let (freezing, frozen) = oneshot::channel();
    let (waking, awake) = oneshot::channel();
    let config = server.config();
    std::thread::spawn(move || {
        let process = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        process.block_on(async move {
            let bus = Bus::connect(&config, "frozen", runtime::Health::default().part("nats")).await.unwrap();
            let mut holder = candidate(&bus, "frozen").await;
            holder.held().await;
            let mut writer = FencedWriter::open(&bus, orders(), bus.last_sequence(&orders()).await.unwrap());
            freezing.send(()).unwrap();
            std::thread::sleep(pause);
            let late = event("late", 2);
            let outcome = writer.publish(subject(&late), &late).await.unwrap().await;
            holder.lost().await;
            waking.send(outcome.unwrap_err()).unwrap();
        });
    });
    (frozen, awake)
}

#[tokio::test]
async fn the_holder_keeps_its_lease_across_a_quick_restart_of_the_server() {
    let mut server = NatsServer::start();
    let bus = server.connect("test").await;
    let mut one = candidate(&bus, "one").await;
    one.held().await;
    server.kill();
    server.restart();
    // Lost or kept, depending on how quick the machine is: held again in the end, and by nobody else.
    let mut two = candidate(&server.connect("two").await, "two").await;
    one.held().await;
    tokio::time::sleep(TTL).await;
    let holders = [&mut one, &mut two].iter().filter(|candidate| !candidate.is_standby()).count();
    assert_eq!(holders, 1);
}

/// A connection through a relay that can be cut, as a network is.
struct Cut {
    bus: Bus,
    relay: CancellationToken,
}

impl Cut {
    async fn connect(server: &NatsServer) -> Self {
        let relay = CancellationToken::new();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("nats://{}", listener.local_addr().unwrap());
        let target = server.url().trim_start_matches("nats://").to_owned();
        let cut = relay.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                if cut.is_cancelled() {
                    continue;
                }
                let (target, cut) = (target.clone(), cut.clone());
                tokio::spawn(async move {
                    let mut far = tokio::net::TcpStream::connect(target).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        () = cut.cancelled() => {}
                    }
                });
            }
        });
        let config = runtime::NatsConfig { url, ..server.config() };
        let bus = Bus::connect(&config, "cut", runtime::Health::default().part("nats")).await.unwrap();
        Self { bus, relay }
    }

    fn cut(&self) {
        self.relay.cancel();
    }
}

#[tokio::test]
async fn a_holder_knows_by_itself_when_the_lease_is_no_longer_sure() {
    let server = NatsServer::start();
    let bus = server.connect("test").await;
    let config = LeaseConfig { ttl: TTL, replicas: 1 };
    let lease = Lease::new(&bus, "dispatch.test", "one", config, &Entropy::system()).await.unwrap();
    let (mut state, tenancy, stop) = (lease.state(), lease.tenancy(), CancellationToken::new());
    assert!(!tenancy.is_sure(), "not held yet");
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { lease.run(stop).await.unwrap() }
    });
    soon("taking the lease", state.wait_for(|s| *s != LeaseState::Standby)).await.unwrap();
    assert!(tenancy.is_sure());
    // As if frozen: nothing of this process runs while its time runs out, yet it must not believe it holds the lease.
    std::thread::sleep(TTL * 2);
    assert!(!tenancy.is_sure(), "asked before any task could notice");
    stop.cancel();
    soon("giving it back", running).await.unwrap();
}
