//! What elders do about their orders: call off, confirm, rate.

use domain::{
    command::{OrderAction, OrderCommand, Verification, VerificationMethod},
    id::CommandId,
    order::{Order, Stage},
    time::Timestamp,
};

use super::{Deed, People, Plan};

impl People {
    pub(super) fn elder_sees(&mut self, before: Option<&Order>, order: &Order, now: Timestamp) {
        let truth = self.truth(&order.id);
        if before.is_none()
            && let Some(cancelled) = truth.cancelled
        {
            self.wish(cancelled.at.max(now), order, OrderAction::Cancel { reason: cancelled.reason });
        }
        let was = before.map(|b| b.stage.name());
        match &order.stage {
            Stage::Done(_) if was != Some("done") => {
                if let Some(after) = truth.confirm_after {
                    let verification = Verification {
                        method: VerificationMethod::Face,
                        receipt: Some(format!("confirm-{}", order.id)),
                    };
                    self.wish(now + after, order, OrderAction::Confirm { verification });
                }
            }
            Stage::Confirmed(_) if was == Some("done") => {
                if let Some(stars) = truth.stars {
                    self.wish(now, order, OrderAction::Rate { stars });
                }
            }
            _ => {}
        }
    }

    fn wish(&mut self, at: Timestamp, order: &Order, action: OrderAction) {
        let id = CommandId::derived(&format!("{}-{}", action.name(), order.id), u64::from(order.revision));
        let command =
            OrderCommand { id, order: order.id.clone(), occurred_at: None, if_revision: None, action };
        self.agenda.at(at, Plan::Do(Deed::Wish(order.elder.clone(), command)));
    }
}
