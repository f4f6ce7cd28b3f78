//! The mirror in a real redis-server.

use std::process::{Child, Command, Stdio};

use caregiver_location::{Config, config::RedisConfig};
use domain::caregiver::Duty;
use redis::AsyncCommands;
use runtime::{Secret, health::Readiness};

use crate::world::{World, eventually, fix, id, now};

struct RedisServer {
    port: u16,
    process: Option<Child>,
}

impl RedisServer {
    fn start() -> Self {
        let port = bus::testing::free_port().unwrap();
        let mut server = Self { port, process: None };
        server.launch();
        server
    }

    fn launch(&mut self) {
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.process = Some(process.expect("no redis-server; install it, e.g. apt-get install redis-server"));
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    async fn connection(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        eventually("redis-server answers", async || client.get_multiplexed_async_connection().await.ok())
            .await
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn mirrored(world: &World, redis: &RedisServer) -> Config {
    let redis = RedisConfig { url: Secret::new(redis.url()), ttl_seconds: 60, timeout_ms: 500 };
    Config { redis: Some(redis), ..world.config() }
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_are_mirrored_and_outlive_both_servers_of_streams() {
    let world = World::new().await;
    let redis = RedisServer::start();
    let mut connection = redis.connection().await;
    let config = mirrored(&world, &redis);
    let process = world.process(&config).await;
    for n in 0..3 {
        world.profile(&id(n)).await;
    }
    process.ready().await;
    for n in 0..3 {
        world.duty(&id(n), Duty::On).await;
        world.report(&id(n), vec![fix(now(), 100.0 + 100.0 * n as f64)]).await;
    }
    let members = async |connection: &mut redis::aio::MultiplexedConnection| {
        let mut members: Vec<String> = connection.zrange("care:{d}:positions", 0, -1).await.unwrap();
        members.sort();
        members
    };
    eventually("all are mirrored", async || {
        let mut connection = connection.clone();
        (members(&mut connection).await == ["c0", "c1", "c2"]).then_some(())
    })
    .await;
    let ttl: i64 = connection.ttl("care:{d}:position:c1").await.unwrap();
    assert!((1..=60).contains(&ttl), "{ttl}");
    world.duty(&id(1), Duty::Off).await;
    eventually("who went off duty is gone", async || {
        let mut connection = connection.clone();
        let left: bool = connection.exists("care:{d}:position:c1").await.unwrap();
        (!left && members(&mut connection).await == ["c0", "c2"]).then_some(())
    })
    .await;
    process.stop().await;

    // Without the stream's positions, Redis alone remembers.
    world.bus.purge_subject("POSITIONS_d", "care.v1.d.position.latest.>").await.unwrap();
    let process = world.process(&config).await;
    world.found(&[id(0), id(2)]).await;
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_the_service_goes_on_and_catches_up() {
    let world = World::new().await;
    let mut redis = RedisServer::start();
    redis.connection().await;
    let process = world.process(&mirrored(&world, &redis)).await;
    world.profile(&id(0)).await;
    process.ready().await;
    world.duty(&id(0), Duty::On).await;

    redis.kill();
    eventually("degradation is told", async || {
        let report = process.ctx.health.report();
        assert!(report.ready, "degraded is not dead: {report:?}");
        matches!(report.parts.get("redis mirror"), Some(Readiness::Degraded { .. })).then_some(())
    })
    .await;
    world.report(&id(0), vec![fix(now(), 100.0)]).await;
    world.found(&[id(0)]).await;

    redis.launch();
    let connection = redis.connection().await;
    eventually("what was missed is mirrored", async || {
        let mut connection = connection.clone();
        connection.exists::<_, bool>("care:{d}:position:c0").await.unwrap().then_some(())
    })
    .await;
    eventually("readiness without reserve", async || {
        let report = process.ctx.health.report();
        (report.parts.get("redis mirror") == Some(&Readiness::Ready)).then_some(())
    })
    .await;
    process.stop().await;
}
