//! Why a command is refused: each with a stable code, and a sentence that says what to do.

use crate::{
    decision::Exclusion,
    id::{CaregiverId, ElderId, OrderId},
    order::timeline::Role,
    time::Timestamp,
};

/// A command that was not applied; the order is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such order in this district.
    #[error("there is no order {0} in this district; check the number")]
    UnknownOrder(OrderId),
    /// The role may not do that.
    #[error("the role {role:?} may not {action}; staff apply for a change, the desk or the elder decides")]
    NotAllowed {
        /// The role.
        role: Role,
        /// The action's name.
        action: &'static str,
    },
    /// The order is in another stage.
    #[error("{action} is not possible while the order is {stage}; reload it")]
    WrongStage {
        /// The action's name.
        action: &'static str,
        /// The stage's name.
        stage: &'static str,
    },
    /// The offer was withdrawn, ran out, or is somebody else's.
    #[error("this offer is no longer open: it ran out or was withdrawn")]
    OfferGone,
    /// The caregiver is not of this order's team.
    #[error("caregiver {0} is not on this order")]
    NotOnTeam(CaregiverId),
    /// The account is tied to no caregiver.
    #[error("this account is tied to no caregiver; sign in as one")]
    NoCaregiver,
    /// There is no such open application.
    #[error("there is no open application of that number; it may have been answered already")]
    NoSuchApplication,
    /// Stars are one to five.
    #[error("a rating has one to five stars, not {0}")]
    Stars(u8),
    /// The duration would leave the sensible range.
    #[error("a visit takes 5 to 480 minutes, not {0}")]
    Minutes(i64),
    /// The window lies in the past.
    #[error("the window ended at {0}, in the past; choose a later one")]
    WindowPast(Timestamp),
    /// A time is given that has not come yet.
    #[error("it cannot have happened at {0}, which lies ahead; check the phone's clock")]
    FromTheFuture(Timestamp),
    /// A step is said to have happened before the one it follows.
    #[error(
        "it cannot have happened at {at}, before the step it follows ({previous}); check the phone's clock"
    )]
    BeforePreviousStep {
        /// When it is said to have happened.
        at: Timestamp,
        /// When the step before happened.
        previous: Timestamp,
    },
    /// It is said to have happened too long ago.
    #[error("{at} is more than {hours} hours ago; ask the desk to enter what happened then")]
    TooLongAgo {
        /// When it is said to have happened.
        at: Timestamp,
        /// The limit.
        hours: i64,
    },
    /// A text is too long.
    #[error("this text may have at most {limit} characters; shorten it")]
    TextTooLong {
        /// The limit.
        limit: usize,
    },
    /// A text holds characters that are no writing.
    #[error("the text holds a control character, such as a line break; write it in one line")]
    ControlCharacter,
    /// A verifier's result without its receipt is no proof.
    #[error(
        "this means of identification needs the verifier's receipt; give it, or choose telephone or by hand"
    )]
    ReceiptMissing,
    /// A caregiver confirms in the elder's place.
    #[error("a caregiver confirms only with the elder's own new proof; let the elder or the desk confirm")]
    EldersProof,
    /// Staff applied too often.
    #[error("staff have applied {limit} times for this order, which is all it takes; call the desk")]
    TooManyApplications {
        /// The limit.
        limit: usize,
    },
    /// The order would become too large to be stored.
    #[error("with this the order would be too large to be stored; it is at the desk now, call there")]
    TooLarge,
    /// The order has taken all the commands it can.
    #[error("this order has taken too many commands; cancel it and place a new one")]
    TooManyCommands,
    /// The order changed since the utterer saw it.
    #[error(
        "the order changed meanwhile (revision {actual}, you saw {expected}); look again and decide anew"
    )]
    Stale {
        /// Seen.
        expected: u32,
        /// As it is.
        actual: u32,
    },
    /// The id of a command was used before, by somebody else or for something else.
    #[error(
        "this idempotency key was used before for another request; make a new one for each thing you ask"
    )]
    KeyReused,
    /// The visit would last into the caregiver's next one.
    #[error(
        "caregiver {caregiver} is promised elsewhere at {at}; give that visit to somebody else or move it first"
    )]
    NextVisit {
        /// Who.
        caregiver: CaregiverId,
        /// When the next visit starts.
        at: Timestamp,
    },
    /// Someone named cannot serve this order.
    #[error("caregiver {caregiver} cannot be given this order ({reason:?}); choose somebody else")]
    CannotServe {
        /// Who.
        caregiver: CaregiverId,
        /// Why.
        reason: Exclusion,
    },
    /// There is no such caregiver.
    #[error("there is no caregiver {0} in this district")]
    UnknownCaregiver(CaregiverId),
    /// There is no such elder.
    #[error("there is no elder {0} in this district; register the elder first")]
    UnknownElder(ElderId),
    /// The elder's file is closed.
    #[error("the file of elder {0} is closed; no new orders")]
    ElderClosed(ElderId),
    /// The window lies too far ahead.
    #[error("the window begins at {0}, too far ahead; orders are taken up to {1} days before")]
    WindowTooFar(Timestamp, i64),
    /// An amount that nobody pays.
    #[error("self-pay of {0} fen is no amount; give 0 to 10000000 fen")]
    SelfPay(i64),
    /// Nobody keeps accounts here.
    #[error("orders of this district are not paid for here; there is nothing to agree to")]
    NotPaidHere,
    /// The order id is too long to name offers after it.
    #[error("an order's id has at most 40 characters")]
    OrderIdTooLong,
    /// The team has another size.
    #[error("this order takes {needed} caregivers, {given} were named")]
    TeamSize {
        /// Needed.
        needed: u8,
        /// Given.
        given: usize,
    },
}

impl Refusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownOrder(_) => "unknown_order",
            Self::NotAllowed { .. } => "not_allowed",
            Self::WrongStage { .. } => "wrong_stage",
            Self::OfferGone => "offer_gone",
            Self::NotOnTeam(_) => "not_on_team",
            Self::NoCaregiver => "no_caregiver",
            Self::NoSuchApplication => "no_such_application",
            Self::Stars(_) => "stars_out_of_range",
            Self::Minutes(_) => "minutes_out_of_range",
            Self::WindowPast(_) => "window_past",
            Self::FromTheFuture(_) => "from_the_future",
            Self::BeforePreviousStep { .. } => "before_previous_step",
            Self::TooLongAgo { .. } => "too_long_ago",
            Self::TextTooLong { .. } => "text_too_long",
            Self::TooManyCommands => "too_many_commands",
            Self::ReceiptMissing => "receipt_missing",
            Self::EldersProof => "elders_proof_needed",
            Self::ControlCharacter => "control_character",
            Self::TooManyApplications { .. } => "too_many_applications",
            Self::TooLarge => "order_too_large",
            Self::Stale { .. } => "stale_revision",
            Self::KeyReused => "idempotency_key_reused",
            Self::NextVisit { .. } => "next_visit_too_late",
            Self::CannotServe { .. } => "cannot_serve",
            Self::UnknownCaregiver(_) => "unknown_caregiver",
            Self::UnknownElder(_) => "unknown_elder",
            Self::ElderClosed(_) => "elder_closed",
            Self::WindowTooFar(..) => "window_too_far",
            Self::OrderIdTooLong => "order_id_too_long",
            Self::SelfPay(_) => "self_pay_out_of_range",
            Self::NotPaidHere => "not_paid_here",
            Self::TeamSize { .. } => "team_size",
        }
    }

    /// The HTTP status that tells it best.
    pub const fn status(&self) -> u16 {
        match self {
            Self::UnknownOrder(_) | Self::NoSuchApplication => 404,
            Self::NotAllowed { .. } | Self::NotOnTeam(_) | Self::NoCaregiver | Self::EldersProof => 403,
            Self::WrongStage { .. }
            | Self::OfferGone
            | Self::Stale { .. }
            | Self::TooManyCommands
            | Self::TooManyApplications { .. }
            | Self::NextVisit { .. } => 409,
            _ => 422,
        }
    }
}
