//! What is asked and changes nothing: quotes, counts, codes.

use domain::{
    meal::{Meal, MealRefusal, Serving},
    order::Role,
    service::ServiceKind,
    time::Timestamp,
};
use schemas::{
    account::books::QuoteQuery,
    meal::{
        BoxLabel, CodeQuery, CountQuery, KitchenCount, Labels, LabelsQuery, MealCode, MealQuote,
        MealQuoteQuery,
    },
};

use super::{Core, orders::Choice};

impl Core {
    /// What a meal would cost, and the question to `accounts` who would pay, where accounts are kept.
    ///
    /// # Errors
    /// Why it cannot be had; what could be agreed to is told and no error.
    pub fn quote(
        &self,
        query: &MealQuoteQuery,
        now: Timestamp,
    ) -> Result<(MealQuote, Option<QuoteQuery>), MealRefusal> {
        let order = &query.order;
        let (_, sitting, diner) = self.orderable(order, now)?;
        let size = order.size.unwrap_or(diner.size);
        let texture = order.texture.unwrap_or(diner.texture);
        let choice = Choice { dish: &order.dish, size, texture, despite: true };
        let (price, clashes) = self.choose(sitting, diner, choice, None)?;
        let dish = sitting.dish(&order.dish).ok_or_else(|| MealRefusal::NoSuchDish(order.dish.clone()))?;
        let taken = self.open_meals(&sitting.key).filter(|meal| meal.dish == order.dish).count();
        let left = dish.capacity.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX));
        let ask = QuoteQuery {
            elder: order.elder.clone(),
            service: ServiceKind::MealHelp,
            service_day: sitting.key.day,
            pay_with: order.pay_with.into(),
            delivery: order.serving == Serving::Delivery,
            price: Some(price),
        };
        let quote = MealQuote { price, shares: None, unpaid: None, clashes, left };
        Ok((quote, self.settings.funding.then_some(ask)))
    }

    /// What is to be cooked, for who cooks or oversees.
    ///
    /// # Errors
    /// [`MealRefusal::NotAllowed`], [`MealRefusal::NoMenu`].
    pub fn count_for(&self, query: &CountQuery) -> Result<KitchenCount, MealRefusal> {
        let role = query.actor.role;
        let may = matches!(
            role,
            Role::Kitchen | Role::Operator | Role::Supervisor | Role::Bureau | Role::Organisation
        );
        if !may {
            return Err(MealRefusal::NotAllowed { role, action: "see what is cooked" });
        }
        self.count(&query.sitting)
    }

    /// What the labels of a sitting's boxes say, for who prints them.
    ///
    /// # Errors
    /// [`MealRefusal::NotAllowed`], [`MealRefusal::NoMenu`].
    pub fn labels_for(&self, query: &LabelsQuery) -> Result<Labels, MealRefusal> {
        let role = query.actor.role;
        if !matches!(role, Role::Kitchen | Role::Operator | Role::Supervisor) {
            return Err(MealRefusal::NotAllowed { role, action: "print labels" });
        }
        if !self.sittings.contains_key(&query.sitting) {
            return Err(MealRefusal::NoMenu(query.sitting.clone()));
        }
        let label = |meal: &Meal| {
            let label = BoxLabel { code: self.codes.of(&meal.id).label, watch: self.watch(meal) };
            (meal.id.clone(), label)
        };
        Ok(Labels { labels: self.open_meals(&query.sitting).map(label).collect() })
    }

    /// What proves that a meal is the elder's: the code for the elder, the label for the kitchen, both for the desk. A
    /// courier is told neither.
    ///
    /// # Errors
    /// [`MealRefusal::NotAllowed`], [`MealRefusal::UnknownMeal`].
    pub fn code_for(&self, query: &CodeQuery) -> Result<MealCode, MealRefusal> {
        if !self.meals.contains_key(&query.meal) {
            return Err(MealRefusal::UnknownMeal(query.meal.clone()));
        }
        let both = self.codes.of(&query.meal);
        match query.actor.role {
            Role::Operator | Role::Supervisor => Ok(both),
            Role::Elder | Role::FrontDesk => Ok(MealCode { label: String::new(), ..both }),
            Role::Kitchen => Ok(MealCode { code: String::new(), ..both }),
            role => Err(MealRefusal::NotAllowed { role, action: "see a meal's code" }),
        }
    }
}
