//! How long one question takes, by the crow and by road: paced below saturation, in turns.

use std::time::{Duration, Instant};

use anyhow::Result;
use bus::Bus;
use tokio::task::JoinSet;

use super::crowd::{Crowd, PATIENCE};
use crate::measure::pace::{Latencies, ticks};

/// How long answers took.
#[derive(Default)]
pub struct Both {
    /// Ranked by distance.
    pub by_crow: Latencies,
    /// Ranked by travel time.
    pub by_road: Latencies,
}

/// Questions before it counts: where people stand on the roads is found when first asked for, and kept.
const WARM_UP: Duration = Duration::from_secs(2);

/// Asks `rate` questions a second of each kind, for so many seconds.
///
/// # Errors
/// If an answer fails to come.
pub async fn measure(bus: &Bus, crowd: &mut Crowd, rate: f64, seconds: u64) -> Result<Both> {
    let warm_up = (WARM_UP.as_secs_f64() * rate * 2.0) as u64;
    let count = warm_up + (seconds as f64 * rate * 2.0) as u64;
    let mut questions = Vec::with_capacity(count as usize);
    for pair in crowd.questions(count as usize / 2 + 1, false)? {
        for by_road in [false, true] {
            let question = schemas::position::NearestQuery { by_road, ..pair.clone() };
            questions.push((by_road, serde_json::to_vec(&question)?));
        }
    }
    let mut asked = JoinSet::new();
    let mut ticks = ticks(Instant::now() + Duration::from_millis(50), rate * 2.0, count);
    let mut questions = questions.into_iter();
    while let Some((tick, (by_road, question))) = ticks.recv().await.zip(questions.next()) {
        let (bus, ask) = (bus.clone(), crowd.ask.clone());
        asked.spawn(async move {
            bus.request_bytes(&ask, question.into(), PATIENCE).await?;
            anyhow::Ok((tick, by_road, tick.due.elapsed()))
        });
    }
    let mut both = Both::default();
    while let Some(answered) = asked.join_next().await {
        let (tick, by_road, took) = answered??;
        if tick.number >= warm_up {
            if by_road { &mut both.by_road } else { &mut both.by_crow }.record(took);
        }
    }
    Ok(both)
}
