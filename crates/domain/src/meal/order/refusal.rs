//! Why something about meals is refused: each with a stable code, and a sentence that says what to do.

use crate::{
    id::{CaregiverId, DishId, ElderId, KitchenId, MealId, RoundId, StandingId},
    meal::{
        diner::Clash, food::Size, kitchen::ClockTime, menu::MenuFault, sitting::SittingKey,
        standing::StandingFault,
    },
    order::Role,
    time::Timestamp,
    unit::Fen,
};

/// Nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MealRefusal {
    /// There is no such meal.
    #[error("there is no meal {0} in this district; check the number")]
    UnknownMeal(MealId),
    /// There is no such kitchen.
    #[error("there is no kitchen {0} in this district; register it first")]
    UnknownKitchen(KitchenId),
    /// There is no such elder.
    #[error("there is no elder {0} in this district; register the elder first")]
    UnknownElder(ElderId),
    /// The elder's file is closed.
    #[error("the file of elder {0} is closed; no new meals")]
    ElderClosed(ElderId),
    /// Nobody has said what they may eat.
    #[error(
        "nothing is known of what elder {0} may eat; set their needs first, if only to say that there are none"
    )]
    UnknownDiner(ElderId),
    /// There is no menu.
    #[error("there is no menu for {}; publish it first", .0.token())]
    NoMenu(SittingKey),
    /// There is no such round.
    #[error("there is no round {0}; reload the rounds")]
    UnknownRound(RoundId),
    /// There is no such courier.
    #[error("there is no courier {0}; register them first")]
    UnknownCourier(CaregiverId),
    /// There is no such standing order.
    #[error("there is no standing order {0}")]
    UnknownStanding(StandingId),
    /// It is not on the menu.
    #[error("the dish {0} is not on this menu, or no longer; choose another")]
    NoSuchDish(DishId),
    /// It cannot be had in that size.
    #[error("the dish {0} cannot be had as {1}; choose another size")]
    NoSuchSize(DishId, Size),
    /// The role may not.
    #[error("the role {role:?} may not {action}")]
    NotAllowed {
        /// The role.
        role: Role,
        /// What.
        action: &'static str,
    },
    /// Somebody else's.
    #[error("this is somebody else's; {0}")]
    NotYours(&'static str),
    /// Ordering has ended.
    #[error(
        "ordering ended at {0}; what was not ordered by then is given up for that day (Jiayuguan Art. 16(5))"
    )]
    AfterCutOff(Timestamp),
    /// The kitchen is closed, or does not cook then.
    #[error("kitchen {0} does not cook that; choose another kitchen or meal")]
    KitchenClosed(KitchenId),
    /// One meal of a kind a day.
    #[error("elder {0} has ordered this meal of this day already; change that order")]
    AlreadyOrdered(ElderId),
    /// It would make them ill, or does not suit.
    #[error("this dish is not right for them ({}); {}", list(.clashes), advice(*.forbidden))]
    Clashes {
        /// Why.
        clashes: Vec<Clash>,
        /// Nobody can agree to it.
        forbidden: bool,
    },
    /// All portions are taken.
    #[error("all {capacity} portions of {dish} are taken; choose another dish")]
    DishFull {
        /// Which.
        dish: DishId,
        /// How many there are.
        capacity: u32,
    },
    /// The kitchen has no room left.
    #[error("the kitchen cooks {0} meals at most and all are taken")]
    KitchenFull(u32),
    /// The door is off the map.
    #[error("the door of elder {0} is off the district's map; correct the address, or let it be fetched")]
    OffTheMap(ElderId),
    /// It is in another stage.
    #[error("{action} is not possible while the meal is {stage}; reload it")]
    WrongStage {
        /// What.
        action: &'static str,
        /// The stage.
        stage: &'static str,
    },
    /// The round is in another stage.
    #[error("{action} is not possible while the round is {stage}; reload it")]
    WrongTurn {
        /// What.
        action: &'static str,
        /// The stage.
        stage: &'static str,
    },
    /// Nothing there is cooked yet.
    #[error("{0} portions of this round are not cooked yet; wait for the kitchen")]
    NotCooked(usize),
    /// The proof does not fit.
    #[error("this is not the code or label of this meal; look at the box again")]
    WrongProof,
    /// A verifier's result without its receipt.
    #[error("this means of identification needs the verifier's receipt")]
    ReceiptMissing,
    /// It would be too old at the door.
    #[error("meal {meal} would be {minutes} minutes old at the door, which is more than allowed")]
    TooOld {
        /// Which.
        meal: MealId,
        /// How old, in minutes.
        minutes: i64,
    },
    /// Too much to carry.
    #[error("courier {courier} carries {boxes} boxes at most, this would be {wanted}")]
    TooMuch {
        /// Who.
        courier: CaregiverId,
        /// What they carry.
        boxes: u16,
        /// What it would be.
        wanted: usize,
    },
    /// A meal named for a round is not on it.
    #[error("the sequence names other meals than the round has; reload it")]
    OtherMeals,
    /// A text is empty or too long, or holds control characters.
    #[error("a text of 1 to {limit} characters in one line is needed")]
    Text {
        /// The limit.
        limit: usize,
    },
    /// The time lies ahead.
    #[error("it cannot have happened at {0}, which lies ahead; check the clock")]
    FromTheFuture(Timestamp),
    /// No amount.
    #[error("self-pay of {0} is no amount; give 0 to 10000000 fen")]
    SelfPay(Fen),
    /// Nobody keeps accounts here.
    #[error("meals of this district are not paid for here; there is nothing to agree to")]
    NotPaidHere,
    /// The command's id was used before, for something else.
    #[error(
        "this idempotency key was used before for another request; make a new one for each thing you ask"
    )]
    KeyReused,
    /// The meal's id is too long.
    #[error("a meal's id has at most 40 characters")]
    IdTooLong,
    /// Too much happened to it.
    #[error("this meal has too many entries; end it")]
    TooManyEntries,
    /// Hours that do not follow each other.
    #[error("the hours of {0} do not follow each other: cut-off, cooked, from, until")]
    Hours(crate::meal::food::Slot),
    /// The menu has faults.
    #[error("row {}: {}", .0 + 1, .1)]
    Menu(usize, MenuFault),
    /// The standing order has a fault.
    #[error(transparent)]
    Standing(#[from] StandingFault),
    /// A courier who cannot carry.
    #[error("a courier carries 1 to 200 boxes and has at most 60 shifts")]
    Courier,
    /// Door times that are none.
    #[error("{0:?} to {1:?} is no time at home, or the time at the door is over 20 minutes")]
    AtHome(ClockTime, ClockTime),
    /// Too many dislikes.
    #[error("at most 40 dislikes of 1 to 60 characters each")]
    Dislikes,
    /// A menu with orders cannot lose a dish.
    #[error("{0} is ordered already; replace it instead of taking it off the menu")]
    DishOrdered(DishId),
    /// It lies too far ahead.
    #[error("menus and meals are taken up to {0} days ahead")]
    TooFar(i64),
}

fn list(clashes: &[Clash]) -> String {
    let word = |clash: &Clash| match clash {
        Clash::Allergy { allergen } => format!("allergy: {allergen}"),
        Clash::Diet { diet } => format!("diet: {diet}"),
        Clash::Texture { texture } => format!("texture: {texture}"),
        Clash::Dislike { ingredient } => format!("dislike: {ingredient}"),
    };
    clashes.iter().map(word).collect::<Vec<_>>().join(", ")
}

const fn advice(forbidden: bool) -> &'static str {
    if forbidden { "choose another" } else { "let them agree, or choose another" }
}

impl MealRefusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownMeal(_) => "unknown_meal",
            Self::UnknownKitchen(_) => "unknown_kitchen",
            Self::UnknownElder(_) => "unknown_elder",
            Self::ElderClosed(_) => "elder_closed",
            Self::UnknownDiner(_) => "unknown_diner",
            Self::NoMenu(_) => "no_menu",
            Self::UnknownRound(_) => "unknown_round",
            Self::UnknownCourier(_) => "unknown_courier",
            Self::UnknownStanding(_) => "unknown_standing",
            Self::NoSuchDish(_) => "no_such_dish",
            Self::NoSuchSize(..) => "no_such_size",
            Self::NotAllowed { .. } => "not_allowed",
            Self::NotYours(_) => "not_yours",
            Self::AfterCutOff(_) => "after_cut_off",
            Self::KitchenClosed(_) => "kitchen_closed",
            Self::AlreadyOrdered(_) => "already_ordered",
            Self::Clashes { .. } => "clashes",
            Self::DishFull { .. } => "dish_full",
            Self::KitchenFull(_) => "kitchen_full",
            Self::OffTheMap(_) => "off_the_map",
            Self::WrongStage { .. } => "wrong_stage",
            Self::WrongTurn { .. } => "wrong_round_stage",
            Self::NotCooked(_) => "not_cooked",
            Self::WrongProof => "wrong_proof",
            Self::ReceiptMissing => "receipt_missing",
            Self::TooOld { .. } => "too_old",
            Self::TooMuch { .. } => "too_much_to_carry",
            Self::OtherMeals => "other_meals",
            Self::Text { .. } => "text_length",
            Self::FromTheFuture(_) => "from_the_future",
            Self::SelfPay(_) => "self_pay_out_of_range",
            Self::NotPaidHere => "not_paid_here",
            Self::KeyReused => "idempotency_key_reused",
            Self::IdTooLong => "meal_id_too_long",
            Self::TooManyEntries => "too_many_entries",
            Self::Hours(_) => "hours_out_of_order",
            Self::Menu(..) => "menu_fault",
            Self::Standing(_) => "standing_fault",
            Self::Courier => "courier_fault",
            Self::AtHome(..) => "door_times",
            Self::Dislikes => "dislikes",
            Self::DishOrdered(_) => "dish_ordered",
            Self::TooFar(_) => "too_far_ahead",
        }
    }

    /// The HTTP status that tells it best.
    pub const fn status(&self) -> u16 {
        match self {
            Self::UnknownMeal(_) | Self::UnknownRound(_) | Self::UnknownStanding(_) => 404,
            Self::NotAllowed { .. } | Self::NotYours(_) => 403,
            Self::WrongStage { .. }
            | Self::WrongTurn { .. }
            | Self::AfterCutOff(_)
            | Self::AlreadyOrdered(_)
            | Self::DishFull { .. }
            | Self::KitchenFull(_)
            | Self::NotCooked(_)
            | Self::OtherMeals
            | Self::DishOrdered(_)
            | Self::TooManyEntries => 409,
            _ => 422,
        }
    }
}
