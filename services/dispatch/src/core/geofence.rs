//! The phone reached the door: the platform says "arrived" for the caregiver who set off.

use domain::{
    command::{OrderAction, OrderCommand},
    id::CommandId,
    order::Actor,
    time::Timestamp,
};
use schemas::position::{Crossing, GeofenceCrossed};

use super::Core;

impl Core {
    pub(super) fn geofence(&mut self, crossed: &GeofenceCrossed, now: Timestamp) {
        if crossed.crossing == Crossing::Exit {
            return;
        }
        let Some(order) = crossed.order.as_ref().and_then(|id| self.orders.get(id)) else { return };
        let Some(visit) = order.stage.visit() else { return };
        let member = visit.team.iter().position(|m| {
            m.caregiver == crossed.caregiver && m.departed_at.is_some() && m.arrived_at.is_none()
        });
        let Some(seat) = member else { return };
        let Ok(id) = CommandId::new(format!("geofence-{}-{seat}", order.id)) else { return };
        let command = OrderCommand {
            id,
            order: order.id.clone(),
            occurred_at: Some(crossed.at.min(now)),
            if_revision: None,
            action: OrderAction::Arrive { place: Some(crossed.place), exception: None },
        };
        // A refusal means the order moved on meanwhile; the fence has nothing to add then.
        let _ = self.command(None, &Actor::SYSTEM, Some(&crossed.caregiver), &command, now);
    }
}
