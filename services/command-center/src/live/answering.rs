//! How fast alarms are answered, to be held against what alarm-receiving centres are judged by: TSA (97.5 % within 60 s,
//! 99 % within 180 s), NFPA 1225 (90 % within 10 s), EEMUA 191 (less than one alarm in 10 min for each operator).

use domain::{incident::Incident, time::Timestamp, unit::Seconds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The figures of real alarms in a span of time; drills do not count.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Answering {
    /// Hours looked back.
    pub hours: u16,
    /// Emergencies opened in that time.
    pub alarms: u32,
    /// Of those, answered by a human.
    pub answered: u32,
    /// Open and unanswered now.
    pub unanswered: u32,
    /// For how many seconds the longest of those has been waiting.
    pub longest_wait: Option<i64>,
    /// Share answered within 10 s, of those answered or waiting longer than that; 0–1.
    pub within_10: Option<f32>,
    /// The same for 60 s; the bar is 0.975.
    pub within_60: Option<f32>,
    /// The same for 180 s; the bar is 0.99.
    pub within_180: Option<f32>,
    /// Median seconds to the answer.
    pub p50: Option<i64>,
    /// 95 % were answered within so many seconds.
    pub p95: Option<i64>,
    /// Alarms of the last ten minutes.
    pub last_10_minutes: u32,
}

/// Counts; incidents come newest first.
pub fn answering<'a>(incidents: impl Iterator<Item = &'a Incident>, hours: u16, now: Timestamp) -> Answering {
    let since = now - Seconds::hours(i64::from(hours));
    let mut figures = Answering { hours, ..Answering::default() };
    let mut answered: Vec<i64> = Vec::new();
    let mut waiting: Vec<i64> = Vec::new();
    for incident in incidents.filter(|incident| !incident.drill) {
        if incident.opened_at < since {
            break;
        }
        figures.alarms += 1;
        figures.last_10_minutes += u32::from(incident.opened_at + Seconds::minutes(10) >= now);
        match incident.answered_after() {
            Some(after) => answered.push(after.0.max(0)),
            None => waiting.push(now.since(incident.opened_at).0.max(0)),
        }
    }
    answered.sort_unstable();
    let within = |limit: i64| {
        let good = answered.iter().filter(|after| **after <= limit).count();
        let late = waiting.iter().filter(|so_far| **so_far > limit).count();
        let all = answered.len() + late;
        (all > 0).then(|| good as f32 / all as f32)
    };
    let at = |share: f64| {
        let rank = (share * answered.len() as f64).ceil() as usize;
        answered.get(rank.max(1) - 1).copied()
    };
    figures.within_10 = within(10);
    figures.within_60 = within(60);
    figures.within_180 = within(180);
    figures.p50 = at(0.5);
    figures.p95 = at(0.95);
    figures.answered = answered.len() as u32;
    figures.unanswered = waiting.len() as u32;
    figures.longest_wait = waiting.iter().max().copied();
    figures
}
