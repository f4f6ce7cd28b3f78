//! Meals (助餐) from menu to doorstep, as Jiayuguan Art. 5(5) and 16(5) rule: what is cooked, who eats it, how it is
//! ordered, carried and handed over.
//!
//! | what | module |
//! | --- | --- |
//! | words of food | [`food`] |
//! | kitchens and their hours | [`kitchen`] |
//! | dishes and menus | [`menu`] |
//! | who eats, and what clashes | [`diner`] |
//! | one meal of one day in one kitchen | [`sitting`] |
//! | one ordered meal, as a state machine | [`order`] |
//! | standing orders | [`standing`] |
//! | couriers and their rounds | [`courier`], [`round`] |

pub mod courier;
pub mod diner;
pub mod food;
pub mod kitchen;
pub mod menu;
pub mod order;
pub mod round;
pub mod sitting;
pub mod standing;

pub use self::{
    courier::{Courier, Trouble},
    diner::{Clash, Diner},
    food::{Allergen, Diet, Serving, Size, Slot, Texture},
    kitchen::{ClockTime, Hours, Kitchen},
    menu::Dish,
    order::{Meal, MealAction, MealRefusal, MealStage},
    round::{At, Round, RoundStage, Stop},
    sitting::{Pot, Sitting, SittingKey},
    standing::Standing,
};
