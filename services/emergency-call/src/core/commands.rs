//! Commands of people: to incidents, alarms they raise, devices they register.

use domain::{
    alarm::Signal,
    device::Device,
    id::{CaregiverId, DeviceId, StreetId},
    incident::{Answer, Call, Incident, IncidentAction, IncidentCommand, Refusal, Subject, apply::Utterer},
    order::{Actor, Role},
    time::Timestamp,
};
use schemas::{
    emergency::{CardQuery, EmergencyCommand, EmergencyRequest, SealedCard},
    problem::Problem,
};

use super::{Core, Effect, Ticket, escalate::call_out};

impl Core {
    pub(super) fn request(
        &mut self,
        ticket: Ticket,
        request: EmergencyRequest,
        card: Option<SealedCard>,
        now: Timestamp,
    ) {
        let EmergencyRequest { actor, caregiver, request } = request;
        let done = match request {
            EmergencyCommand::Incident { command }
                if command.action == IncidentAction::CallBack && !self.outreach =>
            {
                Err(Problem::new(409, "no_channel", "this district has no telephone; call by hand"))
            }
            EmergencyCommand::Incident { command } => self
                .command(ticket, &actor, caregiver.as_ref(), &command, now)
                .map_err(|refusal| Problem::new(refusal.status(), refusal.code(), refusal.to_string())),
            EmergencyCommand::Raise { signal, about, street } => {
                let may = matches!(
                    actor.role,
                    Role::Caregiver
                        | Role::Operator
                        | Role::Supervisor
                        | Role::FrontDesk
                        | Role::Elder
                        // A neighbour: meal-delivery, where nobody opens to the courier.
                        | Role::System
                );
                match (may, signal.alarm()) {
                    (true, Some(_)) => {
                        let device = stand_in(&signal, about, street);
                        self.supervision.heard(&signal, now, &mut self.effects);
                        self.alarm_of(Some(ticket), &signal, (device, None), now);
                        Ok(())
                    }
                    (true, None) => Err(Problem::new(422, "no_alarm", "only an alarm can be raised by hand")
                        .at("/signal/says")),
                    (false, _) => Err(not_allowed(actor.role, "raise an alarm")),
                }
            }
            EmergencyCommand::Register { device, .. } => {
                if desk(&actor) {
                    self.supervision.register(device, card, ticket, now, &mut self.effects);
                    Ok(())
                } else {
                    Err(not_allowed(actor.role, "register a device"))
                }
            }
            EmergencyCommand::Substitute { device, by, .. } => {
                if desk(&actor) {
                    self.supervision.substitute(&device, &by, ticket, &mut self.effects)
                } else {
                    Err(not_allowed(actor.role, "substitute a device"))
                }
            }
        };
        if let Err(problem) = done {
            self.effects.push(Effect::Refuse { ticket, problem });
        }
    }

    /// The sealed card for whoever asks, with its device, and whether the way in may be shown: to the responder who
    /// accepted, while it lasts.
    ///
    /// # Errors
    /// Who asks may not see it, or there is none.
    pub fn card(&self, query: &CardQuery) -> Result<(DeviceId, SealedCard, bool), Problem> {
        let incident = self.incidents.get(&query.incident).ok_or_else(|| {
            let refusal = Refusal::UnknownIncident(query.incident.clone());
            Problem::new(refusal.status(), refusal.code(), refusal.to_string())
        })?;
        let goes = !incident.stage.is_closed()
            && query.caregiver.as_ref().is_some_and(|caregiver| {
                incident.stage.responders().iter().any(|responder| responder.caregiver == *caregiver)
            });
        if !goes && !matches!(query.actor.role, Role::Operator | Role::Supervisor) {
            let detail = "the card is shown to the desk, and to the caregiver who accepted while it lasts";
            return Err(Problem::new(403, "not_accepted", detail));
        }
        let (device, card) = self.sealed_card(incident).ok_or_else(|| {
            Problem::new(
                404,
                "no_card",
                "the device has no emergency card; look for the elder in the registry",
            )
        })?;
        Ok((device, card, goes))
    }

    /// The card of the first of the incident's devices that has one.
    pub fn sealed_card(&self, incident: &Incident) -> Option<(DeviceId, SealedCard)> {
        let pressed = incident.presses.iter().map(|press| &press.device);
        let mut devices = std::iter::once(&incident.device).chain(pressed);
        devices.find_map(|id| Some((id.clone(), self.supervision.event(id)?.card?)))
    }

    fn command(
        &mut self,
        ticket: Ticket,
        actor: &Actor,
        caregiver: Option<&CaregiverId>,
        command: &IncidentCommand,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let unknown = || Refusal::UnknownIncident(command.incident.clone());
        let before = self.incidents.get(&command.incident).ok_or_else(unknown)?;
        if before.has_applied(&command.id) {
            let before = before.clone();
            self.taken(Some(ticket), Some(&before));
            return Ok(());
        }
        let before = before.clone();
        self.enact(before, ticket, Utterer { actor, caregiver }, command, now)
    }

    /// Applies a command that was not applied before, and tells whoever is no longer wanted.
    pub(super) fn enact(
        &mut self,
        before: Incident,
        ticket: Ticket,
        by: Utterer<'_>,
        command: &IncidentCommand,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let waiting: Vec<Call> = waiting(&before).cloned().collect();
        let mut incident = before.apply(command, by, now)?;
        self.settle(&mut incident, now);
        let id = incident.id.clone();
        self.climb_and_commit(incident, Some(ticket), now);
        let Some(incident) = self.incidents.get(&id) else { return Ok(()) };
        // Whoever is no longer wanted must hear it.
        let released: Vec<_> = waiting
            .into_iter()
            .filter(|call| {
                incident
                    .calls
                    .iter()
                    .any(|c| c.callee == call.callee && c.at == call.at && c.answer == Answer::StoodDown)
            })
            .map(|call| Effect::Call(Box::new(call_out(incident, call.callee, Answer::StoodDown))))
            .collect();
        self.effects.extend(released);
        Ok(())
    }
}

/// A device for a call that came without one.
fn stand_in(signal: &Signal, about: Option<Subject>, street: Option<StreetId>) -> Device {
    let mut device = Device { street, ..Device::unknown(signal.device.clone(), signal.via) };
    match about {
        Some(Subject::Elder(elder)) => device.elder = Some(elder),
        Some(Subject::Caregiver(caregiver)) => device.caregiver = Some(caregiver),
        Some(Subject::Device(_)) | None => {}
    }
    device
}

fn waiting(incident: &Incident) -> impl Iterator<Item = &Call> {
    incident.calls.iter().filter(|call| call.answer == Answer::Waiting)
}

const fn desk(actor: &Actor) -> bool {
    matches!(actor.role, Role::Operator | Role::Supervisor | Role::System)
}

fn not_allowed(role: Role, what: &str) -> Problem {
    Problem::new(403, "not_allowed", format!("the role {role:?} may not {what}"))
}
