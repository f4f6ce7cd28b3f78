//! What there is to do to the books: commands, what the stream tells, and midnights; with what each needs laid out and
//! what makes repeating it harmless.

use domain::{
    calendar::Day,
    id::{CommandId, ElderId, MatterId, OrderId, OrganisationId, UserId},
    order::Actor,
    service::ServiceKind,
    unit::Fen,
};
use schemas::account::{
    assessment::Kind,
    funding::{CaptureRequest, HoldRequest},
    matter::Step,
    person::Person,
};

use super::purse::PurseKey;

/// One piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// What decides about an elder, from now on.
    PutPerson(ElderId, Person),
    /// Sets money aside.
    Hold(HoldRequest),
    /// Takes it.
    Capture(CaptureRequest),
    /// Gives it back.
    Release(CommandId, OrderId),
    /// Decides a dispute.
    Correct {
        /// The command's id.
        id: CommandId,
        /// Which order's.
        order: OrderId,
        /// By how much.
        change: i64,
        /// Why.
        reason: String,
        /// By whom.
        by: UserId,
    },
    /// The stream says that an order was served and confirmed. Where no money was set aside, it is now.
    Served(Served),
    /// The stream says that an order will not be served.
    Dropped(OrderId),
    /// The city's midnight of that day has passed.
    Midnight(PurseKey, Day),
    /// Somebody takes a step about a matter.
    Step(Box<Taken>),
    /// The stream says that the elder rated a service.
    Rated(Rated),
    /// The day has come on which something ends.
    Ends(MatterId, Day),
}

/// A step about a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The command's id.
    pub id: CommandId,
    /// Which matter.
    pub matter: MatterId,
    /// By whom.
    pub by: Actor,
    /// On which day.
    pub on: Day,
    /// In words.
    pub note: String,
    /// What.
    pub step: Step,
}

/// A service that was rated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    /// Which.
    pub order: OrderId,
    /// Whose.
    pub elder: ElderId,
    /// What.
    pub service: ServiceKind,
    /// By whom.
    pub organisation: OrganisationId,
    /// On which day it was served.
    pub on: Day,
    /// One to five.
    pub stars: u8,
}

/// An order that was served and confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Which.
    pub order: OrderId,
    /// Whose.
    pub elder: ElderId,
    /// What.
    pub service: ServiceKind,
    /// By whom.
    pub organisation: OrganisationId,
    /// When.
    pub on: Day,
    /// What pays.
    pub pay_with: Kind,
    /// What the elder agreed to pay themselves, at most.
    pub self_pay_up_to: Fen,
    /// A meal was brought to the door.
    pub delivery: bool,
    /// What it costs, where that is not the catalogue's to say.
    pub price: Option<Fen>,
}

impl Work {
    /// Everything that may have happened before and would decide about it, by event id.
    pub fn asks_about(&self) -> Vec<String> {
        let before = match self {
            Self::Hold(ask) => vec![dropped(&ask.order), instead(&ask.id)],
            _ => Vec::new(),
        };
        self.event_id().into_iter().chain(before).collect()
    }

    /// What makes repeating it harmless; none where repeating changes nothing anyway.
    pub fn event_id(&self) -> Option<String> {
        Some(match self {
            Self::PutPerson(..) => return None,
            Self::Hold(HoldRequest { id, .. })
            | Self::Capture(CaptureRequest { id, .. })
            | Self::Release(id, _)
            | Self::Correct { id, .. } => id.to_string(),
            // Command ids have no dots: these are apart from them.
            Self::Served(served) => format!("served.{}", served.order),
            Self::Dropped(order) => dropped(order),
            Self::Step(taken) => taken.id.to_string(),
            Self::Rated(rated) => format!("rated.{}", rated.order),
            Self::Ends(matter, day) => format!("ends.{matter}.{day}"),
            Self::Midnight(key, _) => format!("lapse.{}.{}.{}", key.elder, key.kind.as_str(), key.month),
        })
    }

    /// Whose facts it needs.
    pub fn elder(&self) -> Option<&ElderId> {
        match self {
            Self::PutPerson(elder, _)
            | Self::Hold(HoldRequest { elder, .. })
            | Self::Served(Served { elder, .. }) => Some(elder),
            Self::Step(taken) => match &taken.step {
                Step::Apply { elder, .. } => Some(elder),
                _ => None,
            },
            _ => None,
        }
    }

    /// Which order's money it touches.
    pub fn order(&self) -> Option<&OrderId> {
        match self {
            Self::Hold(HoldRequest { order, .. })
            | Self::Capture(CaptureRequest { order, .. })
            | Self::Release(_, order)
            | Self::Correct { order, .. }
            | Self::Served(Served { order, .. })
            | Self::Dropped(order) => Some(order),
            Self::Step(taken) => match &taken.step {
                Step::ProposeCorrection { order, .. } => Some(order),
                _ => None,
            },
            Self::PutPerson(..) | Self::Midnight(..) | Self::Rated(_) | Self::Ends(..) => None,
        }
    }

    /// Which matter it is about.
    pub fn matter(&self) -> Option<&MatterId> {
        match self {
            Self::Step(taken) => Some(&taken.matter),
            Self::Ends(matter, _) => Some(matter),
            _ => None,
        }
    }

    /// Which organisation's other matters decide about it.
    pub fn organisation(&self) -> Option<&OrganisationId> {
        match self {
            Self::Step(taken) => match &taken.step {
                Step::ProposeGrants { organisation, .. } => Some(organisation),
                _ => None,
            },
            _ => None,
        }
    }

    /// The purse it would draw on, where it says so itself.
    pub fn purse(&self) -> Option<PurseKey> {
        match self {
            Self::Hold(ask) => Some(key_of(ask)),
            Self::Served(served) => Some(PurseKey {
                elder: served.elder.clone(),
                kind: served.pay_with,
                month: served.on.month(),
            }),
            Self::Midnight(key, _) => Some(key.clone()),
            _ => None,
        }
    }
}

pub(super) fn dropped(order: &OrderId) -> String {
    format!("dropped.{order}")
}

pub(super) fn instead(hold: &CommandId) -> String {
    format!("instead.{hold}")
}

pub(super) fn key_of(ask: &HoldRequest) -> PurseKey {
    let month = ask.from_month.unwrap_or_else(|| ask.service_day.month());
    PurseKey { elder: ask.elder.clone(), kind: ask.pay_with, month }
}
