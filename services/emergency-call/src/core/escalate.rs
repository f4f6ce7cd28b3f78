//! Climbing: rungs when they are due, the nearest when they are found, an end when somebody answers.

use domain::{
    escalation::{Party, Plan, Search, Until},
    id::{CaregiverId, IncidentId},
    incident::{Answer, Call, Callee, Found, Happening, Incident, Stage, Subject},
    time::Timestamp,
};
use schemas::emergency::CallOut;

use super::{Core, Effect, Ticket};

impl Core {
    fn plan(&self, incident: &Incident) -> Plan {
        self.settings.plan_named(&incident.escalation.plan, incident.class, incident.cause)
    }

    /// Takes every rung that is due, commits, and calls whom the rungs call.
    pub(super) fn climb_and_commit(
        &mut self,
        mut incident: Incident,
        answer: Option<Ticket>,
        now: Timestamp,
    ) {
        let before = incident.calls.len();
        let searched = incident.escalation.searching.clone();
        self.climb(&mut incident, now);
        let called: Vec<Call> = incident.calls.iter().skip(before).cloned().collect();
        let search = incident.escalation.searching.clone().filter(|search| searched.as_ref() != Some(search));
        // The search may run while the decision is made durable; whoever is found is called after that.
        if let Some(search) = search {
            let (incident, place) = (incident.id.clone(), incident.place);
            self.effects.push(Effect::Search { incident, search, place });
        }
        let incident = self.commit(incident, answer, now);
        for call in called {
            self.effects.push(Effect::Call(Box::new(call_out(&incident, call.callee, Answer::Waiting))));
        }
    }

    fn climb(&self, incident: &mut Incident, now: Timestamp) {
        let plan = self.plan(incident);
        if reached(plan.until, &incident.stage) {
            incident.escalation.due = None;
            return;
        }
        while incident.escalation.due.is_some_and(|due| due <= now) {
            let Some(due) = plan.next(incident.escalation.taken, incident.escalation.round) else {
                incident.escalation.due = None;
                incident.escalation.exhausted = true;
                incident.note(now, Happening::Exhausted);
                return;
            };
            let step =
                plan.steps.get(usize::from(due.step)).map(|step| step.call.clone()).unwrap_or_default();
            let mut called = Vec::new();
            for party in step {
                match callee(party, due.step, due.round) {
                    Ok(callee) => called.push(callee),
                    Err(search) => incident.escalation.searching = Some(search),
                }
            }
            incident
                .calls
                .extend(called.iter().map(|callee| Call::new(callee.clone(), now, due.step, due.round)));
            incident.note(now, Happening::Escalated { step: due.step, round: due.round, called });
            incident.escalation.taken = due.step.saturating_add(1);
            incident.escalation.round = due.round;
            // After the last rung of the last round one more pause, then it is said that nobody answered.
            let next = plan.next(incident.escalation.taken, due.round).map_or(plan.round_after, |n| n.after);
            incident.escalation.due = Some(now + next);
        }
    }

    /// The nearest were found for a rung. A late answer to a search that no longer stands is nothing.
    pub(super) fn found(
        &mut self,
        id: &IncidentId,
        (step, round): (u16, u16),
        mut caregivers: Vec<CaregiverId>,
        found: Found,
        now: Timestamp,
    ) {
        let Some(mut incident) = self.incidents.get(id).cloned() else { return };
        let stands =
            incident.escalation.searching.as_ref().is_some_and(|s| (s.step, s.round) == (step, round));
        if !stands {
            return;
        }
        incident.escalation.searching = None;
        caregivers.retain(|caregiver| self.may_be_asked(&incident, caregiver));
        let found = if caregivers.is_empty() { Found::Nobody } else { found };
        if found == Found::Nobody {
            // Nobody to wait for: the next rung at once.
            incident.escalation.due = incident.escalation.due.map(|due| due.min(now));
        }
        for caregiver in &caregivers {
            let callee = Callee::Caregiver { caregiver: caregiver.clone() };
            // They ring as soon as what led to them is durable; this commit only writes down whom.
            let mut out = call_out(&incident, callee.clone(), Answer::Waiting);
            out.revision = out.revision.saturating_add(1);
            self.effects.push(Effect::Call(Box::new(out)));
            incident.calls.push(Call::new(callee, now, step, round));
        }
        incident.note(now, Happening::Called { caregivers, found });
        self.climb_and_commit(incident, None, now);
    }

    /// Not who called for help themselves, and nobody who goes to another emergency or is there.
    fn may_be_asked(&self, incident: &Incident, caregiver: &CaregiverId) -> bool {
        let theirs = self.going.get(caregiver).into_iter().flatten().filter(|id| **id != incident.id);
        let mut elsewhere = theirs.filter_map(|id| self.incidents.get(id));
        incident.subject != Subject::Caregiver(caregiver.clone())
            && !elsewhere.any(|other| !other.drill || incident.drill)
    }

    /// What a human's deed does to the climbing.
    pub(super) fn settle(&self, incident: &mut Incident, now: Timestamp) {
        let plan = self.plan(incident);
        if reached(plan.until, &incident.stage) {
            incident.escalation.due = None;
            incident.escalation.searching = None;
            return;
        }
        if matches!(incident.stage, Stage::Acknowledged(_)) && !incident.escalation.extended {
            incident.escalation.extended = true;
            incident.escalation.due = incident.escalation.due.map(|due| due + plan.acknowledged_adds);
        }
        let is_caregiver = |call: &&Call| matches!(call.callee, Callee::Caregiver { .. });
        let mut asked = incident.calls.iter().filter(is_caregiver).peekable();
        let everybody_declined = asked.peek().is_some() && asked.all(|call| call.answer == Answer::Declined);
        let nobody_goes = incident.stage.responders().is_empty() && incident.escalation.searching.is_none();
        if everybody_declined && nobody_goes {
            incident.escalation.due = incident.escalation.due.map(|due| due.min(now));
        }
    }

    /// Something is due for an incident: its claim turns amber, a rung is taken.
    pub(super) fn overdue(&mut self, id: &IncidentId, now: Timestamp) {
        let Some(mut incident) = self.incidents.get(id).cloned() else { return };
        if incident.claim_stale_at().is_some_and(|at| at <= now) {
            if let Some(claim) = &mut incident.claim {
                claim.stale = true;
            }
            incident.note(now, Happening::ClaimStale);
        }
        self.climb_and_commit(incident, None, now);
    }

    /// Whether the ladder may still call somebody.
    pub(super) fn still_climbs(&self, incident: &Incident) -> bool {
        !reached(self.plan(incident).until, &incident.stage)
    }

    /// Takes up the searches and calls whose answers died with the process before this one.
    pub(super) fn take_up(&mut self) {
        if std::mem::replace(&mut self.taken_up, true) {
            return;
        }
        self.reach_out_again();
        for id in std::mem::take(&mut self.unfinished) {
            let Some(incident) = self.incidents.get(&id) else { continue };
            let Some(search) = incident.escalation.searching.clone() else { continue };
            self.effects.push(Effect::Search { incident: id, search, place: incident.place });
        }
    }
}

/// A party as somebody to call, or as a search.
fn callee(party: Party, step: u16, round: u16) -> Result<Callee, Search> {
    Ok(match party {
        Party::Desk => Callee::Desk,
        Party::Doctor => Callee::Doctor,
        Party::Family { order } => Callee::Family { order },
        Party::Supervisor => Callee::Supervisor,
        Party::Ambulance => Callee::Ambulance,
        Party::Nearest { k, within, qualifications } => {
            return Err(Search { step, round, k, within, qualifications });
        }
    })
}

fn reached(until: Until, stage: &Stage) -> bool {
    match (until, stage) {
        (_, Stage::Closed(_) | Stage::OnScene(_))
        | (Until::Acknowledged | Until::Responding, Stage::Responding(_))
        | (Until::Acknowledged, Stage::Acknowledged(_)) => true,
        (_, Stage::Open)
        | (Until::Responding | Until::OnScene, Stage::Acknowledged(_))
        | (Until::OnScene, Stage::Responding(_)) => false,
    }
}

pub(super) fn call_out(incident: &Incident, callee: Callee, answer: Answer) -> CallOut {
    CallOut {
        incident: incident.id.clone(),
        revision: incident.revision,
        callee,
        answer,
        cause: incident.cause,
        place: incident.place,
        drill: incident.drill,
        opened_at: incident.opened_at,
    }
}
