//! People who are called are also reached away from the screens, by `outreach`: which calls it carries out, what it
//! tells of them, and what a key press does. What has to survive stands in the call itself.

use domain::{
    id::{CaregiverId, CommandId, IncidentId},
    incident::{
        Answer, Callee, Happening, Incident, IncidentAction, IncidentCommand, MAX_TOLD, Means, apply::Utterer,
    },
    order::{Actor, Role},
    reach::{Came, Medium, Reach, Reason},
    time::Timestamp,
};

use super::{Core, Effect, Ticket};

/// A call of an incident: its place among them.
pub type CallKey = (IncidentId, u16);

/// How far outreach is with a call. It goes on once this is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which call.
    pub call: CallKey,
    /// How far.
    pub reach: Reach,
    /// What happened since it told last.
    pub news: Vec<News>,
}

/// What outreach tells of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// A try begins.
    Asked(Medium),
    /// A try came to something.
    Reached(Medium, Came),
    /// A try reached nobody.
    Unreached(Medium, Reason),
}

impl News {
    fn of(self, callee: Callee) -> Happening {
        match self {
            Self::Asked(medium) => Happening::Asked { callee, medium },
            Self::Reached(medium, came) => Happening::Reached { callee, medium, came },
            Self::Unreached(medium, reason) => Happening::Unreached { callee, medium, reason },
        }
    }
}

/// The desk has its own bell, and nobody but a human calls 120.
const fn has_a_phone(callee: &Callee) -> bool {
    matches!(
        callee,
        Callee::Caregiver { .. } | Callee::Doctor | Callee::Family { .. } | Callee::Supervisor | Callee::Home
    )
}

impl Core {
    /// Outreach begins what calls want and lets go what nobody needs any more. One person has one phone: a second call
    /// to them begins when the first is over.
    pub(super) fn reach_out(&mut self, incident: &Incident) {
        // A drill leaves the house by no telephone.
        if !self.outreach || incident.drill {
            return;
        }
        let wanted = self.still_climbs(incident);
        let mut busy: Vec<&Callee> = Vec::new();
        for (call, place) in incident.calls.iter().zip(0_u16..) {
            let key = (incident.id.clone(), place);
            let over = call.reach.as_ref().is_some_and(|reach| reach.over);
            // Who is called back by hand is not the ladder's.
            let wanted = wanted || (call.callee == Callee::Home && !incident.stage.is_closed());
            if call.answer != Answer::Waiting || over || !wanted || !has_a_phone(&call.callee) {
                if self.reaching.remove(&key) {
                    self.effects.push(Effect::LetGo(key));
                }
            } else if !busy.contains(&&call.callee) {
                busy.push(&call.callee);
                if self.reaching.insert(key.clone()) {
                    let (callee, kept) = (call.callee.clone(), call.reach.clone());
                    self.effects.push(Effect::Reach { call: key, callee, kept });
                }
            }
        }
    }

    /// Takes up the calls that the process before this one carried out.
    pub(super) fn reach_out_again(&mut self) {
        let open: Vec<Incident> =
            self.open.values().filter_map(|id| self.incidents.get(id)).cloned().collect();
        for incident in open {
            self.reach_out(&incident);
        }
    }

    /// Outreach tells how far it is with a call.
    pub(super) fn told(&mut self, ticket: Ticket, told: Told, now: Timestamp) {
        let Told { call: (id, place), reach, news } = told;
        let Some(mut incident) = self.incidents.get(&id).cloned() else {
            return self.taken(Some(ticket), None);
        };
        let waits = |incident: &Incident| {
            incident.calls.get(usize::from(place)).is_some_and(|call| call.answer == Answer::Waiting)
        };
        if incident.stage.is_closed() || !waits(&incident) {
            // Somebody was quicker, and it has been let go.
            return self.taken(Some(ticket), Some(&incident));
        }
        let Some(call) = incident.calls.get_mut(usize::from(place)) else { return };
        call.reach = Some(reach);
        let callee = call.callee.clone();
        let answer = news.iter().find_map(|news| match news {
            News::Reached(_, came @ (Came::Accepted | Came::Declined)) => Some(*came == Came::Accepted),
            _ => None,
        });
        for news in news {
            if incident.timeline.len() < MAX_TOLD {
                incident.note(now, news.of(callee.clone()));
            }
        }
        let Some(yes) = answer else { return self.climb_and_commit(incident, Some(ticket), now) };
        self.key_pressed(incident, place, &callee, yes, ticket, now);
    }

    /// A key is the same command as a tap in the app. Of family and doctor it says that they know: the ladder goes on
    /// until somebody of the staff is on the way.
    fn key_pressed(
        &mut self,
        mut incident: Incident,
        place: u16,
        callee: &Callee,
        yes: bool,
        ticket: Ticket,
        now: Timestamp,
    ) {
        let own: Option<&CaregiverId> = match callee {
            Callee::Caregiver { caregiver } => Some(caregiver),
            _ => None,
        };
        if own.is_none()
            && let Some(call) = incident.calls.get_mut(usize::from(place))
        {
            call.answer = if yes { Answer::Accepted } else { Answer::Declined };
        }
        let (role, action) = match (callee, yes) {
            (Callee::Caregiver { .. }, true) => (Role::Caregiver, IncidentAction::Accept { caregiver: None }),
            (Callee::Caregiver { .. }, false) => (Role::Caregiver, IncidentAction::Decline),
            (Callee::Supervisor, true) => (Role::Supervisor, IncidentAction::Acknowledge),
            _ => return self.climb_and_commit(incident, Some(ticket), now),
        };
        let command = IncidentCommand {
            id: CommandId::derived(incident.id.as_str(), u64::from(place)),
            incident: incident.id.clone(),
            action,
            means: Means::Phone,
            occurred_at: None,
        };
        let actor = Actor { role, user: None };
        let unanswered = incident.clone();
        let by = Utterer { actor: &actor, caregiver: own };
        if let Err(refusal) = self.enact(incident, ticket, by, &command, now) {
            // Somebody was quicker by a breath, or acknowledged it before: what was pressed stands in the timeline.
            tracing::info!(incident = %unanswered.id, %refusal, "a key press came too late");
            self.climb_and_commit(unanswered, Some(ticket), now);
        }
    }
}
