//! Who may ask for what, and how it is answered.

use domain::{
    meal::{MealRefusal, order::Utterer},
    order::{Actor, Role},
    time::Timestamp,
};
use schemas::meal::{MealCommand, MealDone, MealEvent, MealRequest};

use super::{Core, Effect, Ticket, tables::Outcome};

impl Core {
    pub(super) fn request(&mut self, ticket: Ticket, request: MealRequest, now: Timestamp) {
        let before = self.effects.len();
        match self.carry_out(request, now) {
            Ok((event, about)) => {
                let changed = self.effects.len() - before;
                let event = about.or(event).map(Box::new);
                let done = Box::new(MealDone { event, changed: changed as u32, repeated: changed == 0 });
                self.effects.push(Effect::Done { ticket, done });
            }
            Err(refusal) => self.refuse(ticket, &refusal),
        }
    }

    /// What changed, or else what it was about.
    fn carry_out(
        &mut self,
        request: MealRequest,
        now: Timestamp,
    ) -> Result<(Option<MealEvent>, Option<MealEvent>), MealRefusal> {
        let MealRequest { id, actor, caregiver: own, request } = request;
        check(&actor, &request)?;
        let by = (actor.role, own.as_ref());
        let mut about = None;
        let outcome: Outcome = match request {
            MealCommand::PutKitchen { kitchen } => self.put_kitchen(kitchen, now),
            MealCommand::PutDiner { diner } => self.put_diner(diner, now),
            MealCommand::PutCourier { courier } => self.put_courier(courier, now),
            MealCommand::PutMenu { sitting, dishes } => self.put_menu(&sitting, dishes, now),
            MealCommand::PutStanding { standing } => self.put_standing(standing, now),
            MealCommand::Order { meal, order } => {
                let placed = self.place((&id, &actor), meal.clone(), &order, now);
                about = self.meals.get(&meal).cloned().map(MealEvent::Meal);
                placed
            }
            MealCommand::Meal { meal, action, occurred_at } => {
                let by = Utterer { actor: &actor, courier: own.as_ref() };
                let done = self.act((&id, by), &meal, &action, occurred_at, now);
                about = self.meals.get(&meal).cloned().map(MealEvent::Meal);
                done
            }
            MealCommand::Cook { sitting, dish, done } => self.cook(&sitting, &dish, done, now),
            MealCommand::Delay { sitting, until } => self.delay(&sitting, until, now),
            MealCommand::Substitute { sitting, dish, by } => self.substitute(&sitting, &dish, by, now),
            MealCommand::Plan { day, slot } => {
                self.plan_soon((day, slot), now);
                Ok(None)
            }
            MealCommand::Depart { round } => self.depart(&round, by, now),
            MealCommand::Trouble { courier, what } => self.trouble(&courier, &what, by, now),
            MealCommand::Move { elder, from, to, before } => {
                self.move_door(&elder, (&from, &to), before, now)
            }
            MealCommand::Pin { round, doors, pinned } => self.pin(&round, &doors, pinned, now),
        };
        Ok((outcome?, about))
    }
}

/// Elders and front desks order, kitchens cook and coordinate, couriers carry, the desk does everything. What may be done
/// to a meal is the meal's to say.
fn check(actor: &Actor, request: &MealCommand) -> Result<(), MealRefusal> {
    let role = actor.role;
    let desk = matches!(role, Role::Operator | Role::Supervisor);
    let (may, action) = match request {
        MealCommand::PutKitchen { .. } => (desk, "set up a kitchen"),
        MealCommand::PutCourier { .. } => (desk || role == Role::Kitchen, "set up a courier"),
        MealCommand::PutDiner { .. } => (desk || role == Role::FrontDesk, "set what somebody may eat"),
        MealCommand::PutMenu { .. } => (desk || role == Role::Kitchen, "publish a menu"),
        MealCommand::PutStanding { .. } => {
            (desk || matches!(role, Role::FrontDesk | Role::Elder), "make a standing order")
        }
        MealCommand::Order { .. } => (desk || matches!(role, Role::FrontDesk | Role::Elder), "order a meal"),
        MealCommand::Meal { .. } => (true, "do that"),
        MealCommand::Cook { .. } | MealCommand::Delay { .. } | MealCommand::Substitute { .. } => {
            (desk || role == Role::Kitchen, "cook")
        }
        MealCommand::Plan { .. } | MealCommand::Move { .. } | MealCommand::Pin { .. } => {
            (desk || role == Role::Kitchen, "plan rounds")
        }
        MealCommand::Depart { .. } => {
            (desk || matches!(role, Role::Kitchen | Role::Courier), "send a courier off")
        }
        MealCommand::Trouble { .. } => {
            (desk || matches!(role, Role::Kitchen | Role::Courier), "report trouble")
        }
    };
    if may { Ok(()) } else { Err(MealRefusal::NotAllowed { role, action }) }
}
