//! Who sees what of the live stream. Decided once per client when it connects, and once per event when it is
//! published; never again in between.

use std::collections::BTreeSet;

use domain::{
    id::{CaregiverId, CommunityId, ElderId, OrganisationId, StreetId},
    order::Role,
};

use crate::access::{scope::Scope, token::Claims};

/// A class of clients that see the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Staff who look at a part of the district.
    Staff(Desk, Scope),
    /// A service organisation: its own staff and the orders they are on, within the scope.
    Organisation(OrganisationId, Scope),
    /// One caregiver.
    Caregiver(CaregiverId),
    /// One elder and family.
    Elder(ElderId),
    /// Kitchens, and accounts of roles that have no room here, made before that was refused: the state of the services,
    /// and that something of a meal changed.
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
    /// Emergencies and devices.
    Incidents,
    /// Meals and their rounds.
    Meals,
}

impl Desk {
    /// Whether this kind of staff sees that kind of thing.
    pub const fn sees(self, kind: Kind) -> bool {
        match self {
            Self::Command => true,
            Self::Front => !matches!(kind, Kind::DeadLetters),
            Self::Audit => matches!(kind, Kind::Orders | Kind::People | Kind::Kpi | Kind::Incidents),
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
            Role::Caregiver | Role::Courier => claims.caregiver.clone().map_or(Self::Nobody, Self::Caregiver),
            Role::Elder => claims.elder.clone().map_or(Self::Nobody, Self::Elder),
            Role::Organisation => {
                let own = |o| Self::Organisation(o, claims.scope.clone());
                claims.organisation.clone().map_or(Self::Nobody, own)
            }
            Role::Kitchen | Role::Device | Role::System => Self::Nobody,
        }
    }

    /// Whether the order as a whole may be read, or only as the field sees it; `None` is not at all.
    pub fn of_order(&self, reach: &Reach) -> Option<View> {
        match self {
            Self::Staff(desk, scope) => (desk.sees(Kind::Orders)
                && scope.covers(&reach.street, &reach.community))
            .then_some(View::Whole),
            Self::Organisation(organisation, scope) => (reach.organisations.contains(organisation)
                && scope.covers(&reach.street, &reach.community))
            .then_some(View::Field),
            Self::Caregiver(caregiver) => reach.caregivers.contains(caregiver).then_some(View::Field),
            Self::Elder(elder) => (reach.elder == *elder).then_some(View::Field),
            Self::Nobody => None,
        }
    }

    /// Whether the incident as a whole may be read, or only as the field sees it; `None` is not at all. One whose street
    /// nobody knows is the whole district's desk's.
    pub fn of_incident(&self, reach: &IncidentReach) -> Option<View> {
        match self {
            Self::Staff(desk, scope) => {
                let community = scope.community.as_ref();
                let covered = scope.covers_street(reach.street.as_ref())
                    && (community.is_none() || community == reach.community.as_ref());
                (desk.sees(Kind::Incidents) && covered).then_some(View::Whole)
            }
            Self::Caregiver(me) => reach.caregivers.contains(me).then_some(View::Field),
            Self::Elder(me) => (reach.elder.as_ref() == Some(me)).then_some(View::Field),
            Self::Organisation(..) | Self::Nobody => None,
        }
    }

    /// Whether a device in that street may be seen.
    pub fn of_device(&self, street: Option<&StreetId>) -> bool {
        matches!(self, Self::Staff(desk, scope) if desk.sees(Kind::Incidents) && scope.covers_street(street))
    }

    /// Whether a caregiver's data of that kind may be seen.
    pub fn of_person(&self, kind: Kind, caregiver: &CaregiverId, belongs: &Belongs) -> bool {
        match self {
            Self::Staff(desk, scope) => desk.sees(kind) && scope.covers_street(belongs.street.as_ref()),
            Self::Organisation(organisation, scope) => {
                matches!(kind, Kind::People | Kind::Positions)
                    && belongs.organisation.as_ref() == Some(organisation)
                    && scope.covers_street(belongs.street.as_ref())
            }
            Self::Caregiver(me) => me == caregiver,
            Self::Elder(_) | Self::Nobody => false,
        }
    }

    /// Whether dead letters may be seen: a letter may hold anything, so only by those who may see all of it.
    pub fn of_dead_letters(&self) -> bool {
        matches!(self, Self::Staff(desk, scope) if desk.sees(Kind::DeadLetters) && scope.is_whole())
    }

    /// Whether a call is for this desk: from one of these homes, or from somebody who is not known.
    pub fn of_call(&self, homes: &[(StreetId, CommunityId)]) -> bool {
        match self {
            Self::Staff(Desk::Command | Desk::Front, scope) => {
                homes.is_empty()
                    || scope.is_whole()
                    || homes.iter().any(|(street, community)| scope.covers(street, community))
            }
            _ => false,
        }
    }

    /// Whether it is told that something of a meal changed: staff with a room for it, kitchens, the couriers whose rounds
    /// it was. It says no more than that.
    pub fn of_meals(&self, couriers: &BTreeSet<CaregiverId>) -> bool {
        match self {
            Self::Staff(desk, _) => desk.sees(Kind::Meals),
            Self::Caregiver(me) => couriers.contains(me),
            Self::Nobody => true,
            Self::Organisation(..) | Self::Elder(_) => false,
        }
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

/// Where a caregiver belongs; nothing while their profile is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belongs {
    /// The street they work from.
    pub street: Option<StreetId>,
    /// Their employer.
    pub organisation: Option<OrganisationId>,
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
    /// Their employers.
    pub organisations: Vec<OrganisationId>,
}

/// Whom an incident concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentReach {
    /// The street of the home, where it is known.
    pub street: Option<StreetId>,
    /// The community of the elder.
    pub community: Option<CommunityId>,
    /// The elder it is about.
    pub elder: Option<ElderId>,
    /// Everyone asked, going or there, and those who were until just now: they must learn that they no longer are.
    pub caregivers: Vec<CaregiverId>,
}
