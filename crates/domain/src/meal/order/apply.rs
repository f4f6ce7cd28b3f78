//! Commands applied to a meal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    MAX_ENTRIES, Meal, MealEntry, MealHappening, MealRefusal, MealStage, Proof, Welfare, WhyNot,
    stage::{CalledOff, NoSuchWay},
};
use crate::{
    geo::Wgs84,
    id::{CaregiverId, CommandId, DishId},
    meal::food::{Serving, Size, Texture},
    order::{Actor, Role},
    time::Timestamp,
    unit::{Fen, Seconds},
};

/// The longest text of a command.
pub const MAX_TEXT: usize = 500;
/// A phone's clock may run ahead by so much.
const CLOCK_SKEW: Seconds = Seconds(120);
/// Where nobody opens it is tried so often, as long as the meal is not too old.
pub const MOST_ATTEMPTS: u8 = 2;
/// The second try comes so much later.
pub const TRY_AGAIN: Seconds = Seconds::minutes(8);

/// What can be done about a meal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum MealAction {
    /// Something else is wanted, before the cut-off.
    Change {
        /// What.
        dish: DishId,
        /// How much.
        size: Size,
        /// How soft.
        texture: Texture,
        /// How it reaches them.
        serving: Serving,
        /// What is not right about it is agreed to.
        #[serde(default)]
        despite: bool,
    },
    /// It is not wanted, before the cut-off.
    CallOff {
        /// Why.
        why: CalledOff,
    },
    /// The elder agrees to pay so much, at most; delivery is in it.
    Agree {
        /// How much.
        up_to: Fen,
    },
    /// It is in the elder's hands.
    Deliver {
        /// How that is known.
        #[serde(flatten)]
        proof: Proof,
    },
    /// Nobody opens: somebody has to look.
    NoAnswer {
        /// What is seen; no personal data.
        seen: String,
        /// The photograph's name in the vault.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        photo: Option<String>,
    },
    /// It will not be handed over.
    Fail {
        /// Why.
        why: WhyNot,
    },
    /// The door is elsewhere.
    Relocate {
        /// Where.
        place: Wgs84,
    },
}

impl MealAction {
    /// The name as it stands on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Change { .. } => "change",
            Self::CallOff { .. } => "call_off",
            Self::Agree { .. } => "agree",
            Self::Deliver { .. } => "deliver",
            Self::NoAnswer { .. } => "no_answer",
            Self::Fail { .. } => "fail",
            Self::Relocate { .. } => "relocate",
        }
    }

    /// Who may: elders and front desks what is ordered, kitchens and couriers what is handed over, the desk everything.
    pub const fn allowed(&self, role: Role) -> bool {
        match role {
            Role::Operator | Role::Supervisor => true,
            Role::FrontDesk | Role::Elder => {
                matches!(self, Self::Change { .. } | Self::CallOff { .. } | Self::Agree { .. })
            }
            Role::Kitchen => matches!(self, Self::Deliver { .. } | Self::Fail { .. }),
            Role::Courier => {
                matches!(self, Self::Deliver { .. } | Self::NoAnswer { .. } | Self::Fail { .. })
            }
            _ => false,
        }
    }
}

/// Who utters a command, and as which courier.
#[derive(Debug, Clone, Copy)]
pub struct Utterer<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// The courier that account is.
    pub courier: Option<&'a CaregiverId>,
}

impl Meal {
    /// Applies what concerns the meal alone; what needs the menu ([`MealAction::Change`]) is worked out by the caller
    /// beforehand and only entered here. `expires` is when it is too old to be handed over.
    ///
    /// # Errors
    /// A [`MealRefusal`]; the caller's copy then stays the truth.
    pub fn apply(
        mut self,
        (command, digest): (&CommandId, String),
        action: &MealAction,
        by: Utterer<'_>,
        (occurred_at, expires, now): (Option<Timestamp>, Timestamp, Timestamp),
    ) -> Result<Self, MealRefusal> {
        let (role, name) = (by.actor.role, action.name());
        if !action.allowed(role) {
            return Err(MealRefusal::NotAllowed { role, action: name });
        }
        if let Some(at) = occurred_at.filter(|at| *at > now + CLOCK_SKEW) {
            return Err(MealRefusal::FromTheFuture(at));
        }
        let ending = matches!(
            action,
            MealAction::CallOff { .. } | MealAction::Deliver { .. } | MealAction::Fail { .. }
        );
        if self.timeline.len() >= MAX_ENTRIES && !ending {
            return Err(MealRefusal::TooManyEntries);
        }
        self.check_courier(by)?;
        let occurred = occurred_at.filter(|at| *at < now).map(|at| at.max(self.created_at));
        let at = occurred.unwrap_or(now);
        let what = self.transit(action, by.actor, at, expires)?;
        self.timeline.push(MealEntry {
            at: now,
            occurred_at: occurred,
            by: by.actor.clone(),
            command: Some(command.clone()),
            digest: Some(digest),
            what,
        });
        Ok(self)
    }

    /// A courier speaks only of what they carry.
    fn check_courier(&self, by: Utterer<'_>) -> Result<(), MealRefusal> {
        if by.actor.role != Role::Courier {
            return Ok(());
        }
        let own = self.stage.trip().is_some_and(|trip| Some(&trip.courier) == by.courier);
        if own { Ok(()) } else { Err(MealRefusal::NotYours("a courier speaks of the meals on board")) }
    }

    fn transit(
        &mut self,
        action: &MealAction,
        by: &Actor,
        at: Timestamp,
        expires: Timestamp,
    ) -> Result<MealHappening, MealRefusal> {
        let name = action.name();
        Ok(match action {
            MealAction::Change { .. } => {
                self.step(
                    name,
                    |stage| if stage == MealStage::Ordered { Ok(stage) } else { Err(NoSuchWay(stage)) },
                )?;
                MealHappening::Changed
            }
            MealAction::CallOff { why } => {
                self.step(name, |stage| stage.call_off(*why, by.clone(), at))?;
                MealHappening::CalledOff { why: *why }
            }
            MealAction::Agree { up_to } => {
                if !(Fen::ZERO..=Fen(10_000_000)).contains(up_to) {
                    return Err(MealRefusal::SelfPay(*up_to));
                }
                if self.stage.is_closed() {
                    return Err(MealRefusal::WrongStage { action: name, stage: self.stage.name() });
                }
                let funding = self.funding.take().ok_or(MealRefusal::NotPaidHere)?;
                self.funding = Some(funding.agreed(*up_to));
                MealHappening::Agreed { up_to: *up_to }
            }
            MealAction::Deliver { proof } => {
                check_receipt(proof)?;
                self.step(name, |stage| stage.hand_over(proof.clone(), by.clone(), at))?;
                MealHappening::Delivered
            }
            MealAction::NoAnswer { seen, photo } => {
                self.no_answer(seen, photo.as_deref(), by, at, expires)?
            }
            MealAction::Fail { why } => {
                self.step(name, |stage| stage.fail(*why, by.clone(), at))?;
                MealHappening::Undelivered { why: *why }
            }
            MealAction::Relocate { place } => {
                if self.stage.is_closed() {
                    return Err(MealRefusal::WrongStage { action: name, stage: self.stage.name() });
                }
                let door = self
                    .door
                    .as_mut()
                    .ok_or(MealRefusal::WrongStage { action: name, stage: "not delivered" })?;
                door.place = *place;
                door.corrected = true;
                MealHappening::Relocated { place: *place }
            }
        })
    }

    /// The first time it is tried again at the end, as long as it stays good; then it is over. A welfare check is asked
    /// for at once: whoever lies on the floor does not wait for the second try.
    fn no_answer(
        &mut self,
        seen: &str,
        photo: Option<&str>,
        by: &Actor,
        at: Timestamp,
        expires: Timestamp,
    ) -> Result<MealHappening, MealRefusal> {
        let one_line = |text: &str| {
            !text.trim().is_empty() && text.chars().count() <= MAX_TEXT && !text.chars().any(char::is_control)
        };
        if !one_line(seen) || !photo.is_none_or(one_line) {
            return Err(MealRefusal::Text { limit: MAX_TEXT });
        }
        let again = at + TRY_AGAIN;
        let MealStage::OnTheWay(trip) = &self.stage else {
            return Err(MealRefusal::WrongStage { action: "no_answer", stage: self.stage.name() });
        };
        if trip.attempts + 1 < MOST_ATTEMPTS && again < expires {
            self.step("no_answer", |stage| stage.try_again(again))?;
        } else {
            self.step("no_answer", |stage| stage.fail(WhyNot::NoAnswer, by.clone(), at))?;
        }
        if self.welfare.is_none() {
            let (seen, photo) = (seen.trim().to_owned(), photo.map(str::to_owned));
            self.welfare = Some(Welfare { since: at, seen, photo, incident: None });
        }
        Ok(MealHappening::NoAnswer)
    }

    /// Replaces the stage by the one that follows from it.
    ///
    /// # Errors
    /// [`MealRefusal::WrongStage`]; the stage is as it was.
    pub fn step(
        &mut self,
        action: &'static str,
        way: impl FnOnce(MealStage) -> Result<MealStage, NoSuchWay>,
    ) -> Result<(), MealRefusal> {
        match way(std::mem::replace(&mut self.stage, MealStage::Ordered)) {
            Ok(next) => {
                self.stage = next;
                Ok(())
            }
            Err(NoSuchWay(stage)) => {
                self.stage = stage;
                Err(MealRefusal::WrongStage { action, stage: self.stage.name() })
            }
        }
    }
}

/// A verifier's result without its receipt is no proof.
fn check_receipt(proof: &Proof) -> Result<(), MealRefusal> {
    match proof {
        Proof::Verified { verification } => {
            let receipt = verification.receipt.as_ref().is_some_and(|receipt| !receipt.trim().is_empty());
            if receipt || verification.method.is_exception() {
                Ok(())
            } else {
                Err(MealRefusal::ReceiptMissing)
            }
        }
        _ => Ok(()),
    }
}
