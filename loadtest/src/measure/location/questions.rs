//! How many questions a second are answered, beside Redis: the same questions about the same people, in turns. Both
//! have as many on their way as they like best.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use anyhow::Result;
use bus::Bus;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use schemas::{
    position::{Nearest, NearestQuery},
    problem::Reply,
};

use super::{
    crowd::{Crowd, PATIENCE},
    redis::Peer,
};

/// Questions on their way on the bus.
const AT_A_TIME: usize = 256;
/// Redis takes so many times longer that it is asked so many times fewer.
const FEWER: usize = 10;
/// Answers compared one by one.
const COMPARED: usize = 1000;

/// What came of it.
pub struct Rates {
    /// Answered on the bus.
    pub nearest_per_s: f64,
    /// Answered by Redis.
    pub redis_per_s: f64,
    /// People within the radius of a question, on average.
    pub within: f64,
    /// Answers that name other people than Redis does, beyond its rounding of places.
    pub unlike: usize,
}

/// Measures both in turns.
///
/// # Errors
/// If one of them does not answer.
pub async fn measure(
    bus: &Bus,
    crowd: &mut Crowd,
    mut redis: Peer,
    turns: usize,
    count: usize,
) -> Result<Rates> {
    let questions = crowd.questions(count, false)?;
    let few = questions.get(..count / FEWER).unwrap_or(&questions);
    let (mut ours, mut theirs) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..turns {
        ours += ask_all(bus, crowd, &questions).await?;
        theirs += tokio::task::block_in_place(|| redis.ask(few))?.0;
    }
    let some = few.get(..COMPARED).unwrap_or(few);
    let (_, names) = redis.ask(some)?;
    let mut unlike = 0;
    for (query, names) in some.iter().zip(names) {
        let answer: Nearest = bus.request(crowd.ask.clone(), query, PATIENCE).await?;
        unlike += usize::from(!alike(&answer, &names));
    }
    Ok(Rates {
        nearest_per_s: (questions.len() * turns) as f64 / ours.as_secs_f64(),
        redis_per_s: (few.len() * turns) as f64 / theirs.as_secs_f64(),
        within: redis.people_around(few.get(..100).unwrap_or(few))?,
        unlike,
    })
}

/// Asks all, many at a time, and reads each answer. Encoding is not counted, as with Redis.
async fn ask_all(bus: &Bus, crowd: &Crowd, questions: &[NearestQuery]) -> Result<Duration> {
    let encoded: Vec<Bytes> =
        questions.iter().map(|q| serde_json::to_vec(q).map(Bytes::from)).collect::<Result<_, _>>()?;
    let began = Instant::now();
    stream::iter(encoded)
        .map(|question| async {
            let answer = bus.request_bytes(&crowd.ask, question, PATIENCE).await?;
            let reply: Reply<Nearest> = serde_json::from_slice(&answer)?;
            anyhow::Ok(Result::from(reply).map(drop)?)
        })
        .buffer_unordered(AT_A_TIME)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(began.elapsed())
}

/// Redis keeps places to about half a metre, so two people at nearly the same distance may change places, and the
/// last may be another.
fn alike(answer: &Nearest, names: &[String]) -> bool {
    let ours: BTreeSet<&str> = answer.found.iter().map(|near| near.caregiver.as_str()).collect();
    let theirs: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    ours.symmetric_difference(&theirs).count() <= 2
}
