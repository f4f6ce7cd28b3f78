//! The district's ladders and patience, as data.

use domain::{
    alarm::{AlarmCause, Fault},
    device::DeviceClass,
    escalation::{Party, Plan, Step, Until},
    service::Qualification,
    unit::{Metres, Seconds},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Habits of one district.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Ladders; the first that covers an alarm's class and cause is climbed. Without one the built-in ladder is.
    pub plans: Vec<Plan>,
    /// An alarm without a name of its own repeats the one before when it comes so soon after it.
    pub repeat: Seconds,
    /// A device's name for a signal is known so long after the incident was closed; then it may be used anew.
    pub remember_key: Seconds,
    /// Closed incidents are remembered so long, for commands that come late.
    pub remember_closed: Seconds,
    /// How devices are watched.
    pub supervision: Supervision,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            plans: vec![home()],
            repeat: Seconds(3),
            remember_key: Seconds::hours(1),
            remember_closed: Seconds::hours(24),
            supervision: Supervision::default(),
        }
    }
}

impl Settings {
    /// The ladder for such an alarm, by name or by what it covers.
    pub fn plan(&self, class: DeviceClass, cause: AlarmCause) -> Plan {
        self.plans.iter().find(|plan| plan.covers(class, cause)).cloned().unwrap_or_else(home)
    }

    /// The ladder an incident climbs; one that was renamed meanwhile is replaced by what covers it now.
    pub fn plan_named(&self, name: &str, class: DeviceClass, cause: AlarmCause) -> Plan {
        match self.plans.iter().find(|plan| plan.name == name) {
            Some(plan) => plan.clone(),
            None => self.plan(class, cause),
        }
    }

    /// Says what cannot work.
    ///
    /// # Errors
    /// One sentence naming the plan.
    pub fn check(&self) -> Result<(), String> {
        for plan in &self.plans {
            let name = &plan.name;
            if plan.steps.is_empty() {
                return Err(format!("escalation plan {name:?} has no steps; give it at least one"));
            }
            if plan.steps.iter().any(|step| step.call.is_empty() || step.after < Seconds::ZERO) {
                return Err(format!(
                    "escalation plan {name:?} has a step that calls nobody or lies in the past"
                ));
            }
            if plan.loops > 0 && plan.round_after <= Seconds::ZERO {
                return Err(format!("escalation plan {name:?} loops without a pause; set round_after"));
            }
            if plan.steps.len() > 32 || plan.loops > 100 {
                return Err(format!("escalation plan {name:?} has more than 32 steps or 100 rounds"));
            }
        }
        Ok(())
    }
}

/// The built-in ladder: desk and nearest at once, wider after 45 s, family and supervisor, then 120 (TSA: 60 s, 180 s).
fn home() -> Plan {
    let nearest = |k, km: i64| Party::Nearest {
        k,
        within: Metres(km * 1000),
        qualifications: vec![Qualification::ElderCare],
    };
    let step = |after, call| Step { after: Seconds(after), call };
    Plan {
        name: "home".to_owned(),
        classes: Vec::new(),
        causes: Vec::new(),
        steps: vec![
            step(0, vec![Party::Desk, nearest(3, 3)]),
            step(45, vec![Party::Desk, nearest(6, 8), Party::Family { order: 1 }]),
            step(45, vec![Party::Supervisor, Party::Family { order: 2 }, Party::Doctor]),
            step(60, vec![Party::Desk, Party::Ambulance]),
        ],
        until: Until::Responding,
        acknowledged_adds: Seconds(60),
        loops: 3,
        loop_from: 1,
        round_after: Seconds(60),
    }
}

/// How devices are watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Supervision {
    /// How often each class must be heard; classes left out have [`Supervision::interval`].
    pub classes: Vec<ClassRule>,
    /// For all other classes.
    pub interval: Seconds,
    /// How much later still counts as in time.
    pub grace: Seconds,
    /// A fault must be mended, or a substitute be there, within so long.
    pub repair: Seconds,
    /// What is wrong for so long without a street's outage gets a work order; short of it, it may mend itself.
    pub order_after: Seconds,
    /// Which faults somebody must come for.
    pub order_for: Vec<Fault>,
    /// A test call is due when the last one is older.
    pub test_every: Seconds,
    /// A test call that was asked for must come within so long.
    pub test_within: Seconds,
    /// Which devices a person can press for a test.
    pub test_classes: Vec<DeviceClass>,
    /// So many silences within [`Supervision::flap_window`] are flapping.
    pub flap_count: usize,
    /// See there.
    pub flap_window: Seconds,
    /// A flapping device must be heard steadily for so long to count as sound.
    pub calm: Seconds,
    /// A street with at least so many devices may have an outage.
    pub outage_min: usize,
    /// An outage is when the heartbeats of so many percent of a street's devices are missed at once, or when nobody in
    /// the street is heard although many should have been.
    pub outage_percent: usize,
    /// How far back fallen silent counts as together.
    pub outage_window: Seconds,
    /// At or below so many percent a battery is low; it is well again above twice that.
    pub battery_low: u8,
    /// Inactivity rules.
    pub inactivity: Vec<InactivityRule>,
    /// Last-heard times are written down a share at a time, all of them within so long.
    pub save_within: Seconds,
}

impl Supervision {
    /// Whether so many silent devices of a street are no coincidence.
    pub(super) const fn too_many(&self, silent: usize, devices: usize) -> bool {
        silent >= self.outage_min && silent * 100 >= devices * self.outage_percent
    }
}

/// How often a class must be heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    /// Which class.
    pub class: DeviceClass,
    /// How often.
    pub interval: Seconds,
    /// How much later still counts as in time.
    pub grace: Seconds,
}

/// Too little activity is an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InactivityRule {
    /// Of which devices.
    pub class: DeviceClass,
    /// So much must come together: thousandths of a movement, millilitres.
    pub amount: u32,
    /// Within so long.
    pub within: Seconds,
}

impl Default for Supervision {
    fn default() -> Self {
        let rule = |class, interval, grace| ClassRule { class, interval, grace };
        Self {
            classes: vec![
                rule(DeviceClass::Watch, Seconds::minutes(10), Seconds::minutes(10)),
                rule(DeviceClass::WaterMeter, Seconds::hours(6), Seconds::hours(2)),
                rule(DeviceClass::SmokeSensor, Seconds::hours(24), Seconds::hours(2)),
            ],
            interval: Seconds::hours(1),
            grace: Seconds::minutes(10),
            repair: Seconds::hours(2),
            order_after: Seconds::minutes(15),
            order_for: vec![Fault::Silent, Fault::LowBattery, Fault::Tamper, Fault::Technical],
            test_every: Seconds::hours(7 * 24),
            test_within: Seconds::hours(48),
            test_classes: vec![DeviceClass::Pendant, DeviceClass::Cord, DeviceClass::Watch],
            flap_count: 3,
            flap_window: Seconds::hours(6),
            calm: Seconds::hours(2),
            outage_min: 10,
            outage_percent: 30,
            outage_window: Seconds::minutes(15),
            battery_low: 15,
            // Infrared 4–5 h without motion (Lin'an); water below 0.01 m³ in 12 h (Shanghai).
            inactivity: vec![
                InactivityRule { class: DeviceClass::MotionSensor, amount: 1000, within: Seconds::hours(5) },
                InactivityRule { class: DeviceClass::WaterMeter, amount: 10_000, within: Seconds::hours(12) },
            ],
            save_within: Seconds(64),
        }
    }
}
