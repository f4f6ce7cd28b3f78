//! Where nobody opens, somebody looks: an alarm through `emergency-call`'s public contract, which climbs its ladder until a
//! human has it. The alarm's key is the meal, so that asking again makes no second incident.

use domain::{
    alarm::{AlarmCause, Channel, Says, Signal},
    id::{DeviceId, IncidentId, MealId},
    incident::Subject,
    meal::order::MealHappening,
    order::Actor,
    time::Timestamp,
    unit::Seconds,
};
use schemas::{
    emergency::{EmergencyCommand, EmergencyRequest},
    meal::MealEvent,
};

use super::{Core, Due, Effect};

/// The pause after `emergency-call` did not answer, or refused: an elder who may lie on the floor is never let go.
const PAUSE: Seconds = Seconds(3);

/// A welfare check that is to be asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Raise {
    /// Because of which meal.
    pub meal: MealId,
    /// The alarm.
    pub request: EmergencyRequest,
}

/// What `emergency-call` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raised {
    /// It has it.
    Taken(IncidentId),
    /// Nobody answered in time, or it was refused.
    Away,
}

impl Core {
    pub(super) fn raise(&mut self, id: &MealId, now: Timestamp) {
        let Some(meal) = self.meals.get(id) else { return };
        let Some(welfare) = meal.welfare.as_ref().filter(|welfare| welfare.incident.is_none()) else {
            return;
        };
        let says = Says::Alarm { cause: AlarmCause::Inactivity };
        let device = DeviceId::derived(&format!("door-{}", meal.elder), 0);
        let elder = self.elders.get(&meal.elder);
        let signal = Signal {
            key: Some(meal.id.to_string()),
            occurred_at: Some(welfare.since),
            place: meal.door.map(|door| door.place).or_else(|| elder.map(|elder| elder.place)),
            ..Signal::new(device, Channel::App, says)
        };
        let about = Some(Subject::Elder(meal.elder.clone()));
        let street = elder.map(|elder| elder.street.clone());
        let request = EmergencyCommand::Raise { signal, about, street };
        let request = EmergencyRequest { actor: Actor::SYSTEM, caregiver: None, request };
        self.effects.push(Effect::Raise(Box::new(Raise { meal: id.clone(), request })));
        // Whatever becomes of the question, it is asked again until there is an incident.
        self.agenda.set(&Due::Welfare(id.clone()), Some(now + PAUSE * 10));
    }

    pub(super) fn raised(&mut self, id: &MealId, outcome: Raised, now: Timestamp) {
        let Some(meal) = self.meals.get(id) else { return };
        if meal.welfare.as_ref().is_none_or(|welfare| welfare.incident.is_some()) {
            return;
        }
        let Raised::Taken(incident) = outcome else {
            return self.agenda.set(&Due::Welfare(id.clone()), Some(now + PAUSE));
        };
        let mut meal = meal.clone();
        if let Some(welfare) = &mut meal.welfare {
            welfare.incident = Some(incident.clone());
        }
        meal.note(now, MealHappening::WelfareRaised { incident });
        self.agenda.set(&Due::Welfare(id.clone()), None);
        self.commit(MealEvent::Meal(meal), now);
    }
}
