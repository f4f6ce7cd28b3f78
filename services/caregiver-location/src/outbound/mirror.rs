//! The mirror in Redis: positions as other programs like to find them. Optional, and never in the way: while Redis
//! is away the service goes on, says that it is degraded, and mirrors everything again once Redis is back.
//!
//! | key | what |
//! | --- | --- |
//! | `care:{<district>}:positions` | GEO set of caregivers |
//! | `care:{<district>}:position:<caregiver>` | hash `at` (ms), `lon`, `lat`, `accuracy`, `battery`; expires |

use std::{collections::HashSet, time::Duration};

use domain::{
    geo::Wgs84,
    id::{CaregiverId, DistrictId},
    time::Timestamp,
};
use redis::{AsyncConnectionConfig, Client, Pipeline, RedisError, aio::MultiplexedConnection};
use runtime::{BoxError, Context, health::Part};
use schemas::position::Position;
use tokio_util::sync::CancellationToken;

use crate::{config::RedisConfig, metrics::Metrics, shared::Shared};

/// Positions in one pipelined batch.
const BATCH: usize = 500;
/// The longest pause between two attempts to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const FIELDS: [&str; 5] = ["at", "lon", "lat", "accuracy", "battery"];

/// Mirrors positions while this process acts.
pub(crate) struct Mirror {
    client: Client,
    keys: Keys,
    core: Shared,
    ttl_seconds: u64,
    timeout: Duration,
    health: Part,
    metrics: Metrics,
}

#[derive(Debug)]
struct Keys {
    positions: String,
    position: String,
}

impl Keys {
    /// The braces keep a district's keys on one node of a Redis cluster.
    fn of(district: &DistrictId) -> Self {
        Self {
            positions: format!("care:{{{district}}}:positions"),
            position: format!("care:{{{district}}}:position:"),
        }
    }

    fn position(&self, caregiver: &str) -> String {
        format!("{}{caregiver}", self.position)
    }
}

impl Mirror {
    pub(crate) fn new(
        config: &RedisConfig,
        district: &DistrictId,
        core: Shared,
        ctx: &Context,
        metrics: Metrics,
    ) -> Result<Self, RedisError> {
        Ok(Self {
            client: Client::open(config.url.expose().as_str())?,
            keys: Keys::of(district),
            core,
            ttl_seconds: config.ttl_seconds.max(1),
            timeout: Duration::from_millis(config.timeout_ms.max(1)),
            health: ctx.health.part("redis mirror"),
            metrics,
        })
    }

    /// What Redis remembers; nothing if it is away, for the streams remember too.
    pub(crate) async fn remembered(&self) -> Vec<Position> {
        match self.read().await {
            Ok(positions) => positions,
            Err(error) => {
                tracing::warn!(%error, "Redis does not say what it remembers");
                Vec::new()
            }
        }
    }

    async fn read(&self) -> Result<Vec<Position>, RedisError> {
        let mut connection = self.connect().await?;
        let members: Vec<String> = redis::cmd("ZRANGE")
            .arg(&self.keys.positions)
            .arg(0)
            .arg(-1)
            .query_async(&mut connection)
            .await?;
        let mut positions = Vec::with_capacity(members.len());
        for members in members.chunks(BATCH) {
            let mut pipe = redis::pipe();
            for member in members {
                pipe.cmd("HMGET").arg(self.keys.position(member)).arg(&FIELDS);
            }
            let rows: Vec<[Option<String>; 5]> = pipe.query_async(&mut connection).await?;
            // A member without a hash has expired; one that does not decode is another program's doing.
            positions.extend(members.iter().zip(rows).filter_map(|(member, row)| decode(member, &row)));
        }
        Ok(positions)
    }

    /// Mirrors until told to stop; connects again for as long as it takes.
    pub(crate) async fn run(self, every: Duration, stop: CancellationToken) -> Result<(), BoxError> {
        let mut pause = every;
        while !stop.is_cancelled() {
            let error = match self.connect().await {
                Ok(connection) => {
                    pause = every;
                    let mirrored = tokio::select! {
                        mirrored = self.keep_up(connection, every) => mirrored,
                        () = stop.cancelled() => return Ok(()),
                    };
                    let Err(error) = mirrored;
                    error
                }
                Err(error) => error,
            };
            self.metrics.mirror(false);
            self.health.degraded(format!("Redis is away, positions are not mirrored: {error}"));
            tracing::warn!(%error, "Redis is away; positions are not mirrored");
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return Ok(()),
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(())
    }

    async fn connect(&self) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }

    /// Mirrors over one connection for as long as it works.
    async fn keep_up(
        &self,
        mut connection: MultiplexedConnection,
        every: Duration,
    ) -> Result<std::convert::Infallible, RedisError> {
        let mut turn = tokio::time::interval(every);
        turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut in_step = false;
        loop {
            turn.tick().await;
            // With nothing to write, only this tells that Redis is gone.
            redis::cmd("PING").exec_async(&mut connection).await?;
            if !self.core.read().is_active() {
                in_step = false;
            } else if in_step {
                self.write(&mut connection).await?;
            } else {
                self.core.write().mirror_all();
                self.write(&mut connection).await?;
                self.sweep(&mut connection).await?;
                in_step = true;
            }
            self.metrics.mirror(true);
            self.health.ready();
        }
    }

    /// Writes what changed, batch by batch.
    async fn write(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        loop {
            let (positions, gone) = {
                let mut core = self.core.write();
                (core.take_unmirrored(BATCH), core.take_unmirrored_gone(BATCH))
            };
            if positions.is_empty() && gone.is_empty() {
                return Ok(());
            }
            let mut pipe = redis::pipe();
            for position in &positions {
                self.add(&mut pipe, position);
            }
            for caregiver in &gone {
                self.remove(&mut pipe, caregiver.as_str());
            }
            pipe.exec_async(connection).await?;
        }
    }

    /// Removes whom the index does not know: their shifts ended while nobody could tell Redis.
    async fn sweep(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        let members: Vec<String> =
            redis::cmd("ZRANGE").arg(&self.keys.positions).arg(0).arg(-1).query_async(connection).await?;
        let here: HashSet<CaregiverId> = self.core.read().located().cloned().collect();
        let strangers: Vec<&String> = members.iter().filter(|m| !here.contains(m.as_str())).collect();
        for strangers in strangers.chunks(BATCH) {
            let mut pipe = redis::pipe();
            for stranger in strangers {
                self.remove(&mut pipe, stranger);
            }
            pipe.exec_async(connection).await?;
        }
        Ok(())
    }

    fn add(&self, pipe: &mut Pipeline, position: &Position) {
        let (lon, lat) = (position.place.lon(), position.place.lat());
        let who = position.caregiver.as_str();
        let key = self.keys.position(who);
        pipe.cmd("GEOADD").arg(&self.keys.positions).arg(lon).arg(lat).arg(who).ignore();
        // What the new fix does not say must not remain from the one before.
        pipe.cmd("DEL").arg(&key).ignore();
        let hash = pipe.cmd("HSET").arg(&key);
        hash.arg("at").arg(position.at.as_millis()).arg("lon").arg(lon).arg("lat").arg(lat);
        if let Some(accuracy) = position.accuracy {
            hash.arg("accuracy").arg(accuracy);
        }
        if let Some(battery) = position.battery {
            hash.arg("battery").arg(battery);
        }
        hash.ignore();
        pipe.cmd("EXPIRE").arg(&key).arg(self.ttl_seconds).ignore();
    }

    fn remove(&self, pipe: &mut Pipeline, caregiver: &str) {
        pipe.cmd("ZREM").arg(&self.keys.positions).arg(caregiver).ignore();
        pipe.cmd("DEL").arg(self.keys.position(caregiver)).ignore();
    }
}

fn decode(caregiver: &str, row: &[Option<String>; 5]) -> Option<Position> {
    let [at, lon, lat, accuracy, battery] = row;
    Some(Position {
        caregiver: CaregiverId::new(caregiver).ok()?,
        at: Timestamp::from_millis(at.as_ref()?.parse().ok()?),
        place: Wgs84::new(lon.as_ref()?.parse().ok()?, lat.as_ref()?.parse().ok()?).ok()?,
        accuracy: accuracy.as_ref().and_then(|text| text.parse().ok()),
        battery: battery.as_ref().and_then(|text| text.parse().ok()),
    })
}
