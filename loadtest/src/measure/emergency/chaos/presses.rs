//! Who calls for help: devices over MQTT and caregivers through the edge, each repeating until it is answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, Method};
use serde_json::json;
use tokio::{sync::Mutex, task::JoinSet, time::Instant};

use super::super::device::Device;
use crate::measure::edge::{Account, Caller};

/// A device that was not answered after so long never is.
pub const EVER: Duration = Duration::from_mins(5);
/// Of so many devices one is a caregiver's phone.
const PHONE_EVERY: usize = 20;
/// How long a phone waits for an answer.
const PHONE_PATIENCE: Duration = Duration::from_secs(10);

/// One call for help, named by its device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// Who.
    pub who: usize,
    /// The device's name for it.
    pub id: String,
}

impl Press {
    fn by_phone(&self) -> bool {
        self.who % PHONE_EVERY == PHONE_EVERY / 2
    }

    fn caller(&self) -> String {
        format!("d{}", self.who)
    }

    /// The device, as emergency-call knows it.
    pub fn device(&self) -> String {
        let way = if self.by_phone() { "app" } else { "mqtt" };
        format!("{way}-{}", self.caller())
    }
}

/// So many; every tenth who presses ten times, which is one emergency.
pub fn presses(alarms: usize) -> Vec<Press> {
    let times = |who: usize| if who.is_multiple_of(10) { 10 } else { 1 };
    let all = (0..).flat_map(|who| (0..times(who)).map(move |n| Press { who, id: format!("{who}-{n}") }));
    all.take(alarms).collect()
}

/// The accounts the phones sign in with.
pub fn accounts(presses: &[Press]) -> Vec<Account> {
    let mut phones: Vec<_> = presses.iter().filter(|press| press.by_phone()).map(Press::caller).collect();
    phones.dedup();
    let account = |user: String| Account { caregiver: Some(user.clone()), role: "caregiver", user };
    phones.into_iter().map(account).collect()
}

/// The ways in.
#[derive(Debug, Clone)]
pub struct Ways {
    /// MQTT.
    pub mqtt: String,
    /// The edge.
    pub edge: String,
}

/// What came of all calls.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Those answered.
    pub acknowledged: Vec<Press>,
    /// How many never were.
    pub never: usize,
}

/// All calls on their way.
pub struct Pressing {
    lines: JoinSet<Outcome>,
    answered: Arc<AtomicUsize>,
    done: Arc<AtomicUsize>,
}

impl Pressing {
    /// So many lines, each of which takes the next call and repeats it until it is answered.
    pub fn begin(presses: Vec<Press>, ways: &Ways, connections: usize) -> Self {
        let work = Arc::new(Mutex::new(presses.into_iter()));
        let answered = Arc::new(AtomicUsize::new(0));
        let done = Arc::new(AtomicUsize::new(0));
        let mut lines = JoinSet::new();
        let client = Client::builder().timeout(PHONE_PATIENCE).build().unwrap_or_default();
        for number in 0..connections {
            let (work, answered, done) = (Arc::clone(&work), Arc::clone(&answered), Arc::clone(&done));
            let mut line = Line { number, ways: ways.clone(), client: client.clone(), device: None };
            lines.spawn(async move {
                let mut outcome = Outcome::default();
                loop {
                    let Some(press) = work.lock().await.next() else {
                        done.fetch_add(1, Ordering::Relaxed);
                        return outcome;
                    };
                    if line.until_answered(&press).await {
                        answered.fetch_add(1, Ordering::Relaxed);
                        outcome.acknowledged.push(press);
                    } else {
                        outcome.never += 1;
                    }
                }
            });
        }
        Self { lines, answered, done }
    }

    /// How many were answered so far.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// Whether every call was answered or given up.
    pub fn all_done(&self) -> bool {
        // Finished lines stay in the set until they are asked for their outcome.
        self.done.load(Ordering::Relaxed) == self.lines.len()
    }

    /// Waits for the last.
    ///
    /// # Errors
    /// If a line panicked.
    pub async fn end(mut self) -> anyhow::Result<Outcome> {
        let mut all = Outcome::default();
        while let Some(done) = self.lines.join_next().await {
            let done = done?;
            all.acknowledged.extend(done.acknowledged);
            all.never += done.never;
        }
        Ok(all)
    }
}

/// Over which calls go, one after the other.
struct Line {
    number: usize,
    ways: Ways,
    client: Client,
    device: Option<Device>,
}

impl Line {
    async fn until_answered(&mut self, press: &Press) -> bool {
        let until = Instant::now() + EVER;
        let mut phone = None;
        while Instant::now() < until {
            let answered =
                if press.by_phone() { self.call(&mut phone, press).await } else { self.publish(press).await };
            if answered {
                return true;
            }
            // A stock device's pause between two tries, shortened.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// One try of a button; on any trouble the connection is given up.
    async fn publish(&mut self, press: &Press) -> bool {
        let mut device = match self.device.take() {
            Some(device) => device,
            None => match Device::connect(&self.ways.mqtt, &format!("line-{}", self.number)).await {
                Ok(device) => device,
                Err(_) => return false,
            },
        };
        let answered = device.alarm(&press.caller(), &press.id).await.is_ok();
        if answered {
            self.device = Some(device);
        }
        answered
    }

    /// One try of a phone, signed in anew where that is needed.
    async fn call(&self, phone: &mut Option<Caller>, press: &Press) -> bool {
        let caller = match phone.take() {
            Some(caller) => caller,
            None => match Caller::sign_in(&self.client, &self.ways.edge, &press.caller()).await {
                Ok(caller) => caller,
                Err(_) => return false,
            },
        };
        let request = caller.request(Method::POST, "/api/v1/incidents");
        let request = request.header("Idempotency-Key", &press.id).json(&json!({}));
        let answered = request.send().await.is_ok_and(|answer| answer.status().is_success());
        *phone = Some(caller).filter(|_| answered);
        answered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_calls_how_often_and_by_which_way() {
        let all = presses(200);
        assert_eq!(all.len(), 200);
        assert_eq!(all.iter().filter(|press| press.who == 0).count(), 10);
        assert_eq!(all.iter().filter(|press| press.who == 1).count(), 1);
        let phones = accounts(&all);
        assert_eq!(phones.first().map(|phone| phone.user.as_str()), Some("d10"));
        assert_eq!(Press { who: 10, id: "10-0".into() }.device(), "app-d10");
    }
}
