//! Every subject and stream name of the house, in one place: `care.v1.<district>.<aggregate>…`.
//!
//! | subject | carried by | written by |
//! | --- | --- | --- |
//! | `care.v1.<d>.order.<order>` | stream `ORDERS_<d>` | dispatch, under its lease |
//! | `care.v1.<d>.profile.elder.<id>`, `care.v1.<d>.profile.caregiver.<id>` | stream `PROFILES_<d>` | registry |
//! | `care.v1.<d>.presence.<caregiver>` | stream `PRESENCE_<d>` | caregiver-location |
//! | `care.v1.<d>.geofence.<caregiver>` | stream `GEOFENCE_<d>` | caregiver-location |
//! | `care.v1.<d>.position.latest.<caregiver>` | stream `POSITIONS_<d>` (memory, last value) | caregiver-location |
//! | `care.v1.<d>.position.report.<caregiver>` | core | the edge |
//! | `care.v1.<d>.position.moved` | core, coalesced batches | caregiver-location |
//! | `care.v1.<d>.dead.<service>` | stream `DEAD_<d>` | whoever could not handle a message |
//! | `care.v1.<d>.cmd.<service>` | core request | the edge; answered by the active owner |
//! | `care.v1.<d>.ask.<service>.<question>` | core request | anyone; answered by any replica |

use domain::id::{CaregiverId, DistrictId, ElderId, OrderId};

/// Whom a command or question is for, and who signs events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Work orders, offers, assignments.
    Dispatch,
    /// Positions, presence, geofences.
    CaregiverLocation,
    /// Elders, caregivers and their data.
    Registry,
    /// The edge.
    CommandCenter,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Dispatch, Self::CaregiverLocation, Self::Registry, Self::CommandCenter];

    /// The name as a subject token and as the crate is called.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dispatch => "dispatch",
            Self::CaregiverLocation => "caregiver-location",
            Self::Registry => "registry",
            Self::CommandCenter => "command-center",
        }
    }

    /// The CloudEvents `source`.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Dispatch => "/dispatch",
            Self::CaregiverLocation => "/caregiver-location",
            Self::Registry => "/registry",
            Self::CommandCenter => "/command-center",
        }
    }
}

/// The order's own subject.
pub fn order(d: &DistrictId, order: &OrderId) -> String {
    format!("care.v1.{d}.order.{order}")
}

/// All orders of a district.
pub fn orders(d: &DistrictId) -> String {
    format!("care.v1.{d}.order.>")
}

/// The mark an active `dispatch` leaves when it takes over: a token no order id can be (`~` is not in the alphabet).
pub fn takeover(d: &DistrictId) -> String {
    format!("care.v1.{d}.order.~takeover")
}

/// An elder's dispatch profile.
pub fn elder_profile(d: &DistrictId, elder: &ElderId) -> String {
    format!("care.v1.{d}.profile.elder.{elder}")
}

/// A caregiver's dispatch profile.
pub fn caregiver_profile(d: &DistrictId, caregiver: &CaregiverId) -> String {
    format!("care.v1.{d}.profile.caregiver.{caregiver}")
}

/// All profiles of a district.
pub fn profiles(d: &DistrictId) -> String {
    format!("care.v1.{d}.profile.>")
}

/// A caregiver's presence.
pub fn presence(d: &DistrictId, caregiver: &CaregiverId) -> String {
    format!("care.v1.{d}.presence.{caregiver}")
}

/// All presence events of a district.
pub fn presences(d: &DistrictId) -> String {
    format!("care.v1.{d}.presence.>")
}

/// Geofence crossings of one caregiver.
pub fn geofence(d: &DistrictId, caregiver: &CaregiverId) -> String {
    format!("care.v1.{d}.geofence.{caregiver}")
}

/// All geofence crossings of a district.
pub fn geofences(d: &DistrictId) -> String {
    format!("care.v1.{d}.geofence.>")
}

/// The last known position of a caregiver.
pub fn latest_position(d: &DistrictId, caregiver: &CaregiverId) -> String {
    format!("care.v1.{d}.position.latest.{caregiver}")
}

/// All last known positions of a district.
pub fn latest_positions(d: &DistrictId) -> String {
    format!("care.v1.{d}.position.latest.>")
}

/// A position as a phone reports it.
pub fn position_report(d: &DistrictId, caregiver: &CaregiverId) -> String {
    format!("care.v1.{d}.position.report.{caregiver}")
}

/// All reports of a district.
pub fn position_reports(d: &DistrictId) -> String {
    format!("care.v1.{d}.position.report.*")
}

/// Coalesced batches of accepted positions.
pub fn positions_moved(d: &DistrictId) -> String {
    format!("care.v1.{d}.position.moved")
}

/// Messages a service could not handle.
pub fn dead_letter(d: &DistrictId, service: Service) -> String {
    format!("care.v1.{d}.dead.{}", service.as_str())
}

/// All dead letters of a district.
pub fn dead_letters(d: &DistrictId) -> String {
    format!("care.v1.{d}.dead.>")
}

/// Commands to the owner of a kind of data.
pub fn command(d: &DistrictId, service: Service) -> String {
    format!("care.v1.{d}.cmd.{}", service.as_str())
}

/// A question any replica may answer, e.g. `nearest`.
pub fn ask(d: &DistrictId, service: Service, question: &str) -> String {
    format!("care.v1.{d}.ask.{}.{question}", service.as_str())
}

/// The kinds of streams; one each per district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StreamKind {
    /// Work orders: every durable decision.
    Orders,
    /// Elders' and caregivers' profiles.
    Profiles,
    /// Who is on shift, stale, lost.
    Presence,
    /// Who entered or left which geofence.
    Geofence,
    /// Last known positions, in memory.
    Positions,
    /// What could not be handled.
    Dead,
}

impl StreamKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Orders, Self::Profiles, Self::Presence, Self::Geofence, Self::Positions, Self::Dead];

    /// The stream's name in a district, e.g. `ORDERS_jiayuguan`.
    pub fn name(self, d: &DistrictId) -> String {
        let kind = match self {
            Self::Orders => "ORDERS",
            Self::Profiles => "PROFILES",
            Self::Presence => "PRESENCE",
            Self::Geofence => "GEOFENCE",
            Self::Positions => "POSITIONS",
            Self::Dead => "DEAD",
        };
        format!("{kind}_{d}")
    }

    /// The subjects the stream keeps.
    pub fn subjects(self, d: &DistrictId) -> String {
        match self {
            Self::Orders => orders(d),
            Self::Profiles => profiles(d),
            Self::Presence => presences(d),
            Self::Geofence => geofences(d),
            Self::Positions => latest_positions(d),
            Self::Dead => dead_letters(d),
        }
    }
}
