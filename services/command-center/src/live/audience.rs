//! Who sees what of the live stream. Decided once per client when it connects, and once per event when it is
//! published; never again in between.

use domain::{
    id::{CaregiverId, CommunityId, ElderId, StreetId},
    order::Role,
};

use crate::access::{scope::Scope, token::Claims};

/// A class of clients that see the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Staff who look at a part of the district.
    Staff(Desk, Scope),
    /// One caregiver.
    Caregiver(CaregiverId),
    /// One elder and family.
    Elder(ElderId),
    /// Those for whom there is nothing here yet but the state of the services.
    Nobody,
}

/// The kinds of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Desk {
    /// Operators and supervisors: everything.
    Command,
    /// A community's front desk: no dead letters.
    Front,
    /// Auditors: no positions.
    Audit,
    /// The civil-affairs bureau: the figures.
    Bureau,
}

/// Kinds of things to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Orders.
    Orders,
    /// Caregivers and their presence.
    People,
    /// Where they are.
    Positions,
    /// The figures.
    Kpi,
    /// Dead letters.
    DeadLetters,
}

impl Desk {
    /// Whether this kind of staff sees that kind of thing.
    pub const fn sees(self, kind: Kind) -> bool {
        match self {
            Self::Command => true,
            Self::Front => !matches!(kind, Kind::DeadLetters),
            Self::Audit => matches!(kind, Kind::Orders | Kind::People | Kind::Kpi),
            Self::Bureau => matches!(kind, Kind::Kpi),
        }
    }
}

impl Audience {
    /// The class someone belongs to.
    pub fn of(claims: &Claims) -> Self {
        let staff = |desk| Self::Staff(desk, claims.scope.clone());
        match claims.role {
            Role::Operator | Role::Supervisor => staff(Desk::Command),
            Role::FrontDesk => staff(Desk::Front),
            Role::Auditor => staff(Desk::Audit),
            Role::Bureau => staff(Desk::Bureau),
            Role::Caregiver => claims.caregiver.clone().map_or(Self::Nobody, Self::Caregiver),
            Role::Elder => claims.elder.clone().map_or(Self::Nobody, Self::Elder),
            Role::Organisation | Role::Kitchen | Role::Courier | Role::Device | Role::System => Self::Nobody,
        }
    }

    /// Whether the order as a whole may be read, or only as the field sees it; `None` is not at all.
    pub fn of_order(&self, reach: &Reach) -> Option<View> {
        match self {
            Self::Staff(desk, scope) => (desk.sees(Kind::Orders)
                && scope.covers(&reach.street, &reach.community))
            .then_some(View::Whole),
            Self::Caregiver(caregiver) => reach.caregivers.contains(caregiver).then_some(View::Field),
            Self::Elder(elder) => (reach.elder == *elder).then_some(View::Field),
            Self::Nobody => None,
        }
    }

    /// Whether a caregiver's data of that kind may be seen.
    pub fn of_person(&self, kind: Kind, caregiver: &CaregiverId, street: Option<&StreetId>) -> bool {
        match self {
            Self::Staff(desk, scope) => desk.sees(kind) && scope.covers_street(street),
            Self::Caregiver(me) => me == caregiver,
            Self::Elder(_) | Self::Nobody => false,
        }
    }

    /// Whether dead letters may be seen: a letter may hold anything, so only by those who may see all of it.
    pub fn of_dead_letters(&self) -> bool {
        matches!(self, Self::Staff(desk, scope) if desk.sees(Kind::DeadLetters) && scope.is_whole())
    }

    /// The scope whose figures are shown.
    pub fn of_kpi(&self) -> Option<&Scope> {
        match self {
            Self::Staff(desk, scope) if desk.sees(Kind::Kpi) => Some(scope),
            _ => None,
        }
    }
}

/// Which form of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// All of it.
    Whole,
    /// Without what concerns people who are no longer of it.
    Field,
}

/// Whom an order concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The street of its place.
    pub street: StreetId,
    /// The community of its place.
    pub community: CommunityId,
    /// For whom.
    pub elder: ElderId,
    /// Everyone asked, coming or there, and those who were until just now: they must learn that they no longer are.
    pub caregivers: Vec<CaregiverId>,
}
