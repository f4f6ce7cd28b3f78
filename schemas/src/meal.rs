//! The MEALS and DINERS streams, the commands to `meal-delivery` and the questions it answers.

use std::collections::BTreeMap;

use domain::{
    calendar::Day,
    geo::Wgs84,
    id::{CaregiverId, CommandId, DishId, DistrictId, ElderId, MealId, RoundId},
    meal::{
        Clash, Courier, Diner, Dish, Kitchen, Meal, MealAction, Round, Serving, Sitting, SittingKey, Size,
        Slot, Standing, Texture,
    },
    order::{Actor, PayWith},
    time::Timestamp,
    unit::{Fen, Seconds},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    envelope::EventData,
    subject::{self, StreamKind},
};

/// One decision of `meal-delivery`: the whole of what it is about, after it (streams `MEALS_<district>` and
/// `DINERS_<district>`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "most are meals, and each is encoded or decoded once")]
pub enum MealEvent {
    /// A meal.
    Meal(Meal),
    /// A round.
    Round(Round),
    /// A menu with its pots.
    Sitting(Sitting),
    /// A kitchen.
    Kitchen(Kitchen),
    /// Somebody's needs.
    Diner(Diner),
    /// A courier.
    Courier(Courier),
    /// A standing order.
    Standing(Standing),
}

impl EventData for MealEvent {
    fn event_type(&self) -> String {
        let what = match self {
            Self::Meal(meal) => {
                let what = meal.timeline.last().map_or("changed", |entry| entry.what.name());
                return format!("care.meal.{what}.v1");
            }
            Self::Round(round) => return format!("care.meal_round.{}.v1", round.stage.name()),
            Self::Sitting(_) => "sitting",
            Self::Kitchen(_) => "kitchen",
            Self::Diner(_) => "diner",
            Self::Courier(_) => "courier",
            Self::Standing(_) => "standing",
        };
        format!("care.meal_{what}.changed.v1")
    }

    fn aggregate(&self) -> &str {
        match self {
            Self::Meal(meal) => meal.id.as_str(),
            Self::Round(round) => round.id.as_str(),
            Self::Sitting(sitting) => sitting.key.kitchen.as_str(),
            Self::Kitchen(kitchen) => kitchen.id.as_str(),
            Self::Diner(diner) => diner.elder.as_str(),
            Self::Courier(courier) => courier.id.as_str(),
            Self::Standing(standing) => standing.id.as_str(),
        }
    }
}

/// A request to `meal-delivery` (subject `care.v1.<district>.cmd.meal-delivery`), stamped by the edge with who asks.
/// Answered by [`crate::problem::Reply`] of [`MealDone`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MealRequest {
    /// The command's id; repeating it is harmless.
    pub id: CommandId,
    /// Who.
    pub actor: Actor,
    /// The courier that account is, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caregiver: Option<CaregiverId>,
    /// What.
    #[serde(flatten)]
    pub request: MealCommand,
}

/// What `meal-delivery` can be asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum MealCommand {
    /// A kitchen, as it is from now on.
    PutKitchen {
        /// The kitchen.
        kitchen: Kitchen,
    },
    /// Somebody's needs, as they are from now on.
    PutDiner {
        /// The needs.
        diner: Diner,
    },
    /// A courier, as they are from now on.
    PutCourier {
        /// The courier.
        courier: Courier,
    },
    /// A menu, as it is from now on. Dishes that were ordered can only be replaced.
    PutMenu {
        /// For which meal of which day in which kitchen.
        sitting: SittingKey,
        /// What is offered.
        dishes: Vec<Dish>,
    },
    /// A standing order, as it is from now on.
    PutStanding {
        /// The standing order.
        standing: Standing,
    },
    /// A meal.
    Order {
        /// The meal's id, chosen by the edge from the command's id, so that a repetition names the same meal.
        meal: MealId,
        /// The meal.
        order: PlaceMeal,
    },
    /// A command to a meal.
    Meal {
        /// Which.
        meal: MealId,
        /// What.
        #[serde(flatten)]
        action: MealAction,
        /// When it happened, where that is earlier (a phone without signal).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        occurred_at: Option<Timestamp>,
    },
    /// A pot goes on the fire, or is done.
    Cook {
        /// In which sitting.
        sitting: SittingKey,
        /// Which dish.
        dish: DishId,
        /// It is done.
        done: bool,
    },
    /// The kitchen is late.
    Delay {
        /// With which sitting.
        sitting: SittingKey,
        /// Nothing that is not cooked yet will be before then.
        until: Timestamp,
    },
    /// A dish will not be cooked; the first of the others that is right for whoever ordered it comes instead.
    Substitute {
        /// In which sitting.
        sitting: SittingKey,
        /// Which dish.
        dish: DishId,
        /// What stands in, the best first.
        by: Vec<DishId>,
    },
    /// Rounds are planned anew now.
    Plan {
        /// On which day.
        day: Day,
        /// Of which meal.
        slot: Slot,
    },
    /// A courier sets off, everything loaded.
    Depart {
        /// On which round.
        round: RoundId,
    },
    /// Something happened to a courier, or is over.
    Trouble {
        /// To whom.
        courier: CaregiverId,
        /// What.
        #[serde(flatten)]
        what: CourierTrouble,
    },
    /// A door goes to another place of this or another round that has not departed, checked at once.
    Move {
        /// Whose door.
        elder: ElderId,
        /// From which round.
        from: RoundId,
        /// To which.
        to: RoundId,
        /// Before which of its doors, from 0; behind the last where it is beyond.
        before: u16,
    },
    /// A round goes in this order, by a coordinator's word; planning then leaves it alone.
    Pin {
        /// Which.
        round: RoundId,
        /// Doors in order; the same as now to pin it as it is.
        doors: Vec<ElderId>,
        /// Pinned, or free again.
        pinned: bool,
    },
}

/// What happened to a courier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum CourierTrouble {
    /// They go on later.
    Late {
        /// By so much from now.
        by: Seconds,
    },
    /// They cannot go on.
    Out {
        /// Where they stand, if anything is on board.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Wgs84>,
    },
    /// All is well again.
    Over,
}

/// What somebody wants to eat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceMeal {
    /// Who.
    pub elder: ElderId,
    /// When and from where.
    #[serde(flatten)]
    pub sitting: SittingKey,
    /// What.
    pub dish: DishId,
    /// How much; as their needs say where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// How soft; as their needs say where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texture: Option<Texture>,
    /// How it reaches them.
    pub serving: Serving,
    /// What is not right about it, short of an allergy, is agreed to.
    #[serde(default)]
    pub despite: bool,
    /// What pays.
    #[serde(default, skip_serializing_if = "PayWith::is_usual")]
    pub pay_with: PayWith,
    /// What the elder agrees to pay, at most; delivery is in it.
    #[serde(default)]
    pub self_pay_up_to: Fen,
}

/// The answer to a command: durable, or it was before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MealDone {
    /// What it was about, after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Box<MealEvent>>,
    /// How many things changed.
    pub changed: u32,
    /// It had been done before; nothing was done now.
    pub repeated: bool,
}

/// A question (`ask.meal-delivery.quote`): what would this meal cost, and who would pay? Asked before confirming.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MealQuoteQuery {
    /// Who asks.
    pub actor: Actor,
    /// The meal.
    pub order: PlaceMeal,
}

/// What it would cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MealQuote {
    /// The menu's price.
    pub price: Fen,
    /// Who pays what; `None` where nobody keeps accounts, or they do not answer just now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<Shares>,
    /// Why nothing pays, by a stable code of `accounts`; `unavailable` where it did not answer in time: the meal can be
    /// ordered all the same, and the answer follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpaid: Option<String>,
    /// What is not right about it for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clashes: Vec<Clash>,
    /// How many portions are left.
    pub left: u32,
}

/// Who pays what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shares {
    /// From the allowance in fen, or in points.
    pub allowance: i64,
    /// The elder, delivery included.
    pub self_pay: Fen,
    /// Of that for delivery.
    pub delivery_fee: Fen,
}

/// A question (`ask.meal-delivery.count`): what is to be cooked?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountQuery {
    /// Who asks.
    pub actor: Actor,
    /// For which sitting.
    pub sitting: SittingKey,
}

/// What is to be cooked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KitchenCount {
    /// For which sitting.
    pub sitting: SittingKey,
    /// Until when this may still change; ordering has ended where it lies behind.
    pub cut_off_at: Timestamp,
    /// By dish.
    pub dishes: Vec<DishCount>,
    /// By way of serving.
    pub servings: BTreeMap<Serving, u32>,
    /// Who has given this meal up.
    pub given_up: u32,
    /// Standing orders that nothing on the menu suits.
    pub unmet: u32,
}

/// How many of one dish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DishCount {
    /// Which.
    pub dish: DishId,
    /// As the menu has it.
    pub name: String,
    /// All portions.
    pub portions: u32,
    /// By size and texture.
    pub kinds: Vec<KindCount>,
    /// Portions of people for whom something has to be left out or watched, by what.
    pub clashes: Vec<ClashCount>,
}

/// How many of one size and texture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct KindCount {
    /// How much.
    pub size: Size,
    /// How soft.
    pub texture: Texture,
    /// How many.
    pub portions: u32,
}

/// How many with one clash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ClashCount {
    /// Which.
    #[serde(flatten)]
    pub clash: Clash,
    /// How many.
    pub portions: u32,
}

/// A question (`ask.meal-delivery.code`): what proves that a meal is the elder's? Told to the elder and the desk; the
/// label is the kitchen's to print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CodeQuery {
    /// Who asks.
    pub actor: Actor,
    /// About which meal.
    pub meal: MealId,
}

/// What proves that a meal is the elder's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MealCode {
    /// What the elder tells the courier.
    pub code: String,
    /// What the label of the box says.
    pub label: String,
}

/// A question (`ask.meal-delivery.labels`): what do the labels of a sitting's boxes say?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LabelsQuery {
    /// Who asks.
    pub actor: Actor,
    /// Of which sitting.
    pub sitting: SittingKey,
}

/// What the labels of a sitting's boxes say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Labels {
    /// By meal.
    pub labels: BTreeMap<MealId, BoxLabel>,
}

/// What stands on a box beside names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BoxLabel {
    /// What is scanned at the door.
    pub code: String,
    /// What has to be watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watch: Vec<Clash>,
}

impl MealEvent {
    /// The stream that keeps it: a day's meals go with time, who eats stays.
    pub const fn stream(&self) -> StreamKind {
        match self {
            Self::Meal(_) | Self::Round(_) | Self::Sitting(_) => StreamKind::Meals,
            Self::Kitchen(_) | Self::Diner(_) | Self::Courier(_) | Self::Standing(_) => StreamKind::Diners,
        }
    }

    /// Where it is written.
    pub fn subject(&self, d: &DistrictId) -> String {
        match self {
            Self::Meal(meal) => subject::meal(d, "order", meal.id.as_str()),
            Self::Round(round) => subject::meal(d, "round", round.id.as_str()),
            Self::Sitting(sitting) => subject::meal(d, "sitting", &sitting.key.token()),
            Self::Kitchen(kitchen) => subject::diner(d, "kitchen", kitchen.id.as_str()),
            Self::Diner(diner) => subject::diner(d, "needs", diner.elder.as_str()),
            Self::Courier(courier) => subject::diner(d, "courier", courier.id.as_str()),
            Self::Standing(standing) => subject::diner(d, "standing", standing.id.as_str()),
        }
    }
}
