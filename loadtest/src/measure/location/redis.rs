//! The peer: a real redis-server with everybody in one geo set, asked the same questions in pipelines of a hundred.
//! It is asked for names alone, which is the least work it can be given.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use redis::{Client, Connection, ConnectionLike, FromRedisValue, Value};
use schemas::position::NearestQuery;

use super::crowd::Crowd;

/// Questions in one pipeline.
pub const PIPELINED: usize = 100;
const KEY: &str = "people";

/// A redis-server that knows where everybody is.
pub struct Peer(Connection);

impl Peer {
    /// Adds everybody.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn fill(address: &str, crowd: &Crowd) -> Result<Self> {
        let mut connection = Client::open(format!("redis://{address}/"))?.get_connection()?;
        let mut pipe = redis::pipe();
        for person in &crowd.people {
            let place = crowd.place(person).context("nobody without a place")?;
            pipe.cmd("GEOADD").arg(KEY).arg(place.lon()).arg(place.lat()).arg(person.id.as_str()).ignore();
        }
        pipe.exec(&mut connection)?;
        Ok(Self(connection))
    }

    /// Asks all, in pipelines; how long it took, and who was found for each. Encoding is not counted.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn ask(&mut self, questions: &[NearestQuery]) -> Result<(Duration, Vec<Vec<String>>)> {
        let pipelines: Vec<_> = questions
            .chunks(PIPELINED)
            .map(|chunk| (encoded(chunk.iter().map(search)), chunk.len()))
            .collect();
        let began = Instant::now();
        let mut answers: Vec<Value> = Vec::with_capacity(questions.len());
        for (pipeline, count) in &pipelines {
            answers.extend(self.0.req_packed_commands(pipeline, 0, *count)?);
        }
        let elapsed = began.elapsed();
        let names = answers.into_iter().map(Vec::<String>::from_redis_value).collect::<Result<_, _>>()?;
        Ok((elapsed, names))
    }

    /// How many people there are around the place of each question, on average.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn people_around(&mut self, questions: &[NearestQuery]) -> Result<f64> {
        let mut sum = 0;
        for query in questions {
            let all: Vec<String> = around(query).query(&mut self.0)?;
            sum += all.len();
        }
        Ok(sum as f64 / questions.len() as f64)
    }
}

fn encoded(commands: impl Iterator<Item = redis::Cmd>) -> Vec<u8> {
    commands.flat_map(|command| command.get_packed_command()).collect()
}

fn around(query: &NearestQuery) -> redis::Cmd {
    let mut command = redis::cmd("GEOSEARCH");
    command.arg(KEY).arg("FROMLONLAT").arg(query.place.lon()).arg(query.place.lat());
    command.arg("BYRADIUS").arg(query.within.get()).arg("m");
    command
}

fn search(query: &NearestQuery) -> redis::Cmd {
    let mut command = around(query);
    command.arg("ASC").arg("COUNT").arg(query.k);
    command
}
