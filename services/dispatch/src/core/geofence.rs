//! The phone reached the door: the platform says "arrived" for the caregiver who set off. Whoever is at the door
//! already when they set off has arrived as well.

use domain::{
    command::{OrderAction, OrderCommand},
    id::{CaregiverId, CommandId, OrderId},
    order::Actor,
    time::Timestamp,
};
use schemas::position::{Crossing, GeofenceCrossed};

use super::Core;

impl Core {
    pub(super) fn geofence(&mut self, crossed: GeofenceCrossed, now: Timestamp) {
        let Some(order) = crossed.order.clone().filter(|id| self.orders.contains_key(id)) else { return };
        let caregiver = crossed.caregiver.clone();
        let there = self.at_door.entry(order.clone()).or_default();
        there.retain(|before| before.caregiver != caregiver);
        if crossed.crossing == Crossing::Exit {
            return;
        }
        there.push(crossed);
        self.arrive_if_there(&order, &caregiver, now);
    }

    /// Says "arrived" for a caregiver who has set off and is at the door.
    pub(super) fn arrive_if_there(&mut self, order: &OrderId, caregiver: &CaregiverId, now: Timestamp) {
        let there = self.at_door.get(order).into_iter().flatten().find(|c| c.caregiver == *caregiver);
        let (Some(crossed), Some(order)) = (there, self.orders.get(order)) else { return };
        let Some(visit) = order.stage.visit() else { return };
        let member = visit.team.iter().find(|m| m.caregiver == *caregiver && m.arrived_at.is_none());
        let Some((member, departed)) = member.and_then(|m| Some((m, m.departed_at?))) else { return };
        // Named after the offer: whoever is sent in somebody's place arrives anew.
        let Ok(id) = CommandId::new(format!("arrive-{}", member.offer)) else { return };
        let command = OrderCommand {
            id,
            order: order.id.clone(),
            occurred_at: Some(crossed.at.max(departed).min(now)),
            if_revision: None,
            action: OrderAction::Arrive { place: Some(crossed.place), exception: None },
        };
        // A refusal means the order moved on meanwhile; the fence has nothing to add then.
        let _ = self.command(None, &Actor::SYSTEM, Some(caregiver), &command, now);
    }
}
