//! The cut-off: from here on the kitchen knows what to cook. Who eats from it and has not ordered has given the meal up
//! (Jiayuguan Art. 16(5)); what nothing pays for, and nobody agreed to, is not cooked and not billed. Where `accounts` is
//! silent the meal is cooked: kitchens do not stop when billing does.

use domain::{
    id::ElderId,
    meal::{
        Meal, SittingKey,
        order::stage::CalledOff,
        sitting::{CutOff, MAX_GIVEN_UP},
    },
    order::FundingState,
    time::Timestamp,
};
use schemas::meal::MealEvent;

use super::Core;

impl Core {
    pub(super) fn close(&mut self, key: &SittingKey, now: Timestamp) {
        let Some(sitting) = self.sittings.get(key).filter(|sitting| sitting.cut_off.is_none()) else {
            return;
        };
        let mut sitting = sitting.clone();
        let unfunded: Vec<Meal> = self.open_meals(key).filter(|meal| is_unfunded(meal)).cloned().collect();
        let (day, slot) = (key.day, key.slot);
        let fasts = |elder: &ElderId| !self.eats.contains_key(&(elder.clone(), (day, slot)));
        let eat_here =
            self.diners.values().filter(|diner| diner.kitchen == key.kitchen).map(|diner| &diner.elder);
        let mut given_up: Vec<ElderId> = eat_here.filter(|elder| fasts(elder)).cloned().collect();
        given_up.sort_unstable();
        let more = given_up.len().saturating_sub(MAX_GIVEN_UP);
        given_up.truncate(MAX_GIVEN_UP);
        sitting.cut_off = Some(CutOff { at: now, given_up, more: u32::try_from(more).unwrap_or(u32::MAX) });
        self.commit(MealEvent::Sitting(sitting), now);
        for meal in unfunded {
            self.call_off(meal, CalledOff::Unfunded, now);
        }
        self.plan_soon((day, slot), now);
    }
}

pub(super) fn is_unfunded(meal: &Meal) -> bool {
    meal.funding.as_ref().is_some_and(|funding| matches!(funding.state, FundingState::Refused { .. }))
}
