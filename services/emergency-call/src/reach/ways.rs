//! In which order people are reached by what: data of the district.

use std::collections::BTreeSet;

use domain::{
    reach::{Medium, Reason},
    unit::Seconds,
};
use outreach::{
    Way,
    plan::{MAX_STEPS, Step},
};
use runtime::Secret;
use schemars::JsonSchema;
use schemas::reach::Lacking;
use serde::{Deserialize, Serialize};

use super::addresses::Book;

/// The ways to each kind of people, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ways {
    /// To caregivers.
    pub staff: Vec<Leg>,
    /// To family, by the emergency card; and to elders themselves.
    pub family: Vec<Leg>,
    /// To the community's doctor, by the emergency card.
    pub doctor: Vec<Leg>,
    /// To the supervisor on duty.
    pub duty: Vec<Leg>,
    /// Back to whoever called for help.
    pub home: Vec<Leg>,
    /// The telephone of the supervisor on duty (值班电话).
    pub duty_phone: Option<Secret>,
    /// Their e-mail.
    pub duty_mail: Option<Secret>,
    /// The prompt that family and doctors hear, where it is another than the staff's.
    pub family_prompt: Option<String>,
    /// The prompt that whoever called for help hears when they are called back: 1 help is needed, 2 it is not.
    pub home_prompt: Option<String>,
    /// Where the web apps are, `https://…`; messages to staff then lead there.
    pub link: Option<String>,
    /// How long asking for an address may take, in milliseconds; then the one known last is used.
    pub address_ms: u64,
}

/// One way and how long it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// By what.
    pub by: Medium,
    /// How long all tries and the wait for an answer may take.
    pub within: Seconds,
    /// How often it is tried at most.
    #[serde(default = "once")]
    pub tries: u16,
}

const fn once() -> u16 {
    1
}

impl Default for Ways {
    fn default() -> Self {
        let leg = |by, within, tries| Leg { by, within: Seconds(within), tries };
        let texts = |within| [leg(Medium::SmsSmpp, within, 2), leg(Medium::SmsHttp, within, 2)];
        let call = leg(Medium::Call, 60, 2);
        // A push rings a phone that is on; who does not answer it is called, and whom the call does not reach finds a
        // text when they look.
        let staff = [leg(Medium::Push, 10, 2), call].into_iter().chain(texts(60)).collect();
        let called: Vec<Leg> =
            [call].into_iter().chain(texts(60)).chain([leg(Medium::Mail, 60, 2)]).collect();
        Self {
            staff,
            family: called.clone(),
            doctor: called.clone(),
            duty: called,
            home: vec![leg(Medium::Call, 60, 1)],
            duty_phone: None,
            duty_mail: None,
            family_prompt: None,
            home_prompt: None,
            link: None,
            address_ms: 500,
        }
    }
}

impl Ways {
    /// Says what cannot work.
    ///
    /// # Errors
    /// One sentence naming the key.
    pub fn check(&self) -> Result<(), String> {
        let all = [
            ("staff", &self.staff),
            ("family", &self.family),
            ("doctor", &self.doctor),
            ("duty", &self.duty),
            ("home", &self.home),
        ];
        for (key, legs) in all {
            let sound = |leg: &Leg| (1..=3600).contains(&leg.within.get()) && (1..=20).contains(&leg.tries);
            if legs.len() > MAX_STEPS || !legs.iter().all(sound) {
                return Err(format!(
                    "emergency.ways.{key} has at most {MAX_STEPS} ways, each within 1 to 3600 s and 1 to 20 tries"
                ));
            }
        }
        if self.link.as_ref().is_some_and(|link| !link.starts_with("https://")) {
            return Err("emergency.ways.link must begin with https://".to_owned());
        }
        Ok(())
    }
}

/// The steps that can be taken, and what is missing. A channel that the district does not have is told only where there
/// is no other way: the screens tell it for all.
pub fn steps(legs: &[Leg], configured: &[Medium], book: &Book) -> (Vec<Step>, Vec<Lacking>) {
    let (mut steps, mut missing) = (Vec::new(), Vec::new());
    for leg in legs {
        let way = if configured.contains(&leg.by) { book.way(leg.by) } else { Err(Reason::NotConfigured) };
        let within_ms = u32::try_from(leg.within.get() * 1000).unwrap_or(u32::MAX);
        match way {
            Ok(way) => steps.push(Step { way, within_ms, tries: leg.tries }),
            Err(reason) => missing.push(Lacking { medium: leg.by, reason }),
        }
    }
    if !steps.is_empty() {
        missing.retain(|lacking| lacking.reason != Reason::NotConfigured);
    }
    let mut told = BTreeSet::new();
    missing.retain(|lacking| told.insert(lacking.medium));
    (steps, missing)
}

/// The kinds of ways, as they are written down.
pub fn media(steps: &[Step]) -> Vec<Medium> {
    steps.iter().map(|step| Way::channel(&step.way)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_but_a_channel_the_district_lacks_only_where_nothing_else_is_there() {
        let book = Book { phone: Ok("13800138000".parse().unwrap()), ..Book::default() };
        let legs = Ways::default().staff;
        let (taken, missing) = steps(&legs, &[Medium::Call, Medium::Push], &book);
        assert_eq!(media(&taken), [Medium::Call]);
        assert_eq!(missing, [Lacking { medium: Medium::Push, reason: Reason::NoAddress }]);
        let (none, missing) = steps(&legs, &[], &book);
        assert!(none.is_empty());
        assert_eq!(missing.len(), 4);
        assert!(missing.iter().all(|lacking| lacking.reason == Reason::NotConfigured));
    }

    #[test]
    fn the_usual_ways_can_be_taken_and_foolish_ones_are_refused() {
        let mut ways = Ways::default();
        ways.check().unwrap();
        ways.family.push(Leg { by: Medium::Mail, within: Seconds(0), tries: 1 });
        assert!(ways.check().unwrap_err().contains("emergency.ways.family"));
    }
}
