//! Every subject and stream name of the house, in one place: `care.v1.<district>.<aggregate>…`.
//!
//! | subject | carried by | written by |
//! | --- | --- | --- |
//! | `care.v1.<d>.order.<order>` | stream `ORDERS_<d>` | dispatch, under its lease |
//! | `care.v1.<d>.profile.elder.<id>`, `care.v1.<d>.profile.caregiver.<id>` | stream `PROFILES_<d>` | registry |
//! | `care.v1.<d>.profile.organisation.<id>` | stream `PROFILES_<d>` | registry |
//! | `care.v1.<d>.presence.<caregiver>` | stream `PRESENCE_<d>` | caregiver-location |
//! | `care.v1.<d>.geofence.<caregiver>` | stream `GEOFENCE_<d>` | caregiver-location |
//! | `care.v1.<d>.position.latest.<caregiver>` | stream `POSITIONS_<d>` (memory, last value) | caregiver-location |
//! | `care.v1.<d>.position.report.<caregiver>` | core | the edge |
//! | `care.v1.<d>.position.moved` | core, coalesced batches | caregiver-location |
//! | `care.v1.<d>.funding.<order>` | stream `FUNDING_<d>` | accounts, under its lease |
//! | `care.v1.<d>.funding.standing.<organisation>` | stream `FUNDING_<d>` | accounts, under its lease |
//! | `care.v1.<d>.funding.rating.<organisation>.<year>` | stream `FUNDING_<d>` | accounts, under its lease |
//! | `care.v1.<d>.incident.<incident>` | stream `ALARMS_<d>` | emergency-call, under its lease |
//! | `care.v1.<d>.device.state.<device>`, `….outage.<street>`, `….heard.<share>` | stream `DEVICES_<d>` | emergency-call, under its lease |
//! | `care.v1.<d>.call.<callee>` | core | emergency-call |
//! | `care.v1.<d>.meal.<kind>.<id>` | stream `MEALS_<d>` | meal-delivery, under its lease |
//! | `care.v1.<d>.diner.<kind>.<id>` | stream `DINERS_<d>` | meal-delivery, under its lease |
//! | `care.v1.<d>.dead.<service>` | stream `DEAD_<d>` | whoever could not handle a message |
//! | `care.v1.<d>.again.<service>.<stream>` | core request | the edge; answered by who follows that stream |
//! | `care.v1.<d>.cmd.<service>` | core request | the edge; answered by the active owner |
//! | `care.v1.<d>.ask.<service>.<question>` | core request | anyone; answered by any replica |

use domain::{
    id::{CaregiverId, DeviceId, DistrictId, ElderId, IncidentId, OrderId, OrganisationId, StreetId},
    incident::Callee,
};

/// Whom a command or question is for, and who signs events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Work orders, offers, assignments.
    Dispatch,
    /// Positions, presence, geofences.
    CaregiverLocation,
    /// Elders, caregivers and their data.
    Registry,
    /// Eligibility, money and points.
    Accounts,
    /// The edge.
    CommandCenter,
    /// Alarms, escalation, supervision of devices.
    EmergencyCall,
    /// Menus, meals, kitchens, delivery rounds.
    MealDelivery,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Dispatch,
        Self::CaregiverLocation,
        Self::Registry,
        Self::Accounts,
        Self::CommandCenter,
        Self::EmergencyCall,
        Self::MealDelivery,
    ];

    /// The service of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.as_str() == name)
    }

    /// The name as a subject token and as the crate is called.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dispatch => "dispatch",
            Self::CaregiverLocation => "caregiver-location",
            Self::Registry => "registry",
            Self::Accounts => "accounts",
            Self::CommandCenter => "command-center",
            Self::EmergencyCall => "emergency-call",
            Self::MealDelivery => "meal-delivery",
        }
    }

    /// The CloudEvents `source`.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Dispatch => "/dispatch",
            Self::CaregiverLocation => "/caregiver-location",
            Self::Registry => "/registry",
            Self::Accounts => "/accounts",
            Self::CommandCenter => "/command-center",
            Self::EmergencyCall => "/emergency-call",
            Self::MealDelivery => "/meal-delivery",
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

/// An organisation, for dispatch and the desks.
pub fn organisation_profile(d: &DistrictId, organisation: &OrganisationId) -> String {
    format!("care.v1.{d}.profile.organisation.{organisation}")
}

/// All organisations' profiles of a district.
pub fn organisation_profiles(d: &DistrictId) -> String {
    format!("care.v1.{d}.profile.organisation.*")
}

/// All profiles of a district.
pub fn profiles(d: &DistrictId) -> String {
    format!("care.v1.{d}.profile.>")
}

/// How an order is paid.
pub fn funding(d: &DistrictId, order: &OrderId) -> String {
    format!("care.v1.{d}.funding.{order}")
}

/// How all orders of a district are paid.
pub fn fundings(d: &DistrictId) -> String {
    format!("care.v1.{d}.funding.>")
}

/// Whether work orders may go to an organisation: kept beside the money, by the same owner.
pub fn standing(d: &DistrictId, organisation: &OrganisationId) -> String {
    format!("care.v1.{d}.funding.standing.{organisation}")
}

/// The standing of all organisations of a district.
pub fn standings(d: &DistrictId) -> String {
    format!("care.v1.{d}.funding.standing.*")
}

/// The rating of an organisation for a year, by the same owner.
pub fn rating(d: &DistrictId, organisation: &OrganisationId, year: i16) -> String {
    format!("care.v1.{d}.funding.rating.{organisation}.{year}")
}

/// The yearly ratings of all organisations of a district.
pub fn ratings(d: &DistrictId) -> String {
    format!("care.v1.{d}.funding.rating.>")
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

/// An incident's own subject.
pub fn incident(d: &DistrictId, incident: &IncidentId) -> String {
    format!("care.v1.{d}.incident.{incident}")
}

/// All incidents of a district.
pub fn incidents(d: &DistrictId) -> String {
    format!("care.v1.{d}.incident.>")
}

/// The mark an active `emergency-call` leaves in the ALARMS stream when it takes over.
pub fn alarms_takeover(d: &DistrictId) -> String {
    format!("care.v1.{d}.incident.~takeover")
}

/// A device and how it is.
pub fn device(d: &DistrictId, device: &DeviceId) -> String {
    format!("care.v1.{d}.device.state.{device}")
}

/// The outage of a street; `~none` for devices without a street.
pub fn outage(d: &DistrictId, street: Option<&StreetId>) -> String {
    format!("care.v1.{d}.device.outage.{}", street.map_or("~none", StreetId::as_str))
}

/// When a share of the devices was last heard.
pub fn heard(d: &DistrictId, share: u16) -> String {
    format!("care.v1.{d}.device.heard.{share}")
}

/// Everything about a district's devices.
pub fn devices(d: &DistrictId) -> String {
    format!("care.v1.{d}.device.>")
}

/// The mark an active `emergency-call` leaves in the DEVICES stream when it takes over.
pub fn devices_takeover(d: &DistrictId) -> String {
    format!("care.v1.{d}.device.~takeover")
}

/// A call to somebody: `desk`, `caregiver.<id>`, `doctor`, `family`, `supervisor`, `ambulance`, `home`.
pub fn call(d: &DistrictId, callee: &Callee) -> String {
    match callee {
        Callee::Desk => format!("care.v1.{d}.call.desk"),
        Callee::Caregiver { caregiver } => format!("care.v1.{d}.call.caregiver.{caregiver}"),
        Callee::Doctor => format!("care.v1.{d}.call.doctor"),
        Callee::Family { .. } => format!("care.v1.{d}.call.family"),
        Callee::Supervisor => format!("care.v1.{d}.call.supervisor"),
        Callee::Ambulance => format!("care.v1.{d}.call.ambulance"),
        Callee::Home => format!("care.v1.{d}.call.home"),
    }
}

/// All calls of a district.
pub fn calls(d: &DistrictId) -> String {
    format!("care.v1.{d}.call.>")
}

/// Something of a day's meals: `order`, `round`, `sitting`.
pub fn meal(d: &DistrictId, kind: &str, token: &str) -> String {
    format!("care.v1.{d}.meal.{kind}.{token}")
}

/// Everything about a district's meals.
pub fn meals(d: &DistrictId) -> String {
    format!("care.v1.{d}.meal.>")
}

/// The mark an active `meal-delivery` leaves in the MEALS stream when it takes over.
pub fn meals_takeover(d: &DistrictId) -> String {
    format!("care.v1.{d}.meal.~takeover")
}

/// Who cooks, eats and carries: `kitchen`, `needs`, `courier`, `standing`.
pub fn diner(d: &DistrictId, kind: &str, token: &str) -> String {
    format!("care.v1.{d}.diner.{kind}.{token}")
}

/// Everyone who cooks, eats and carries.
pub fn diners(d: &DistrictId) -> String {
    format!("care.v1.{d}.diner.>")
}

/// The mark an active `meal-delivery` leaves in the DINERS stream when it takes over.
pub fn diners_takeover(d: &DistrictId) -> String {
    format!("care.v1.{d}.diner.~takeover")
}

/// Messages a service could not handle.
pub fn dead_letter(d: &DistrictId, service: Service) -> String {
    format!("care.v1.{d}.dead.{}", service.as_str())
}

/// All dead letters of a district.
pub fn dead_letters(d: &DistrictId) -> String {
    format!("care.v1.{d}.dead.>")
}

/// A message of that stream is to be handled once more by the service that gave it up.
pub fn again(d: &DistrictId, service: Service, stream: &str) -> String {
    format!("care.v1.{d}.again.{}.{stream}", service.as_str())
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
    /// How orders are paid.
    Funding,
    /// What could not be handled.
    Dead,
    /// Emergencies: every durable decision.
    Alarms,
    /// Devices: registration, condition, when last heard.
    Devices,
    /// Menus, meals, rounds: every durable decision.
    Meals,
    /// Who cooks, eats and carries, and standing orders: as they are from now on.
    Diners,
}

impl StreamKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Orders,
        Self::Profiles,
        Self::Presence,
        Self::Geofence,
        Self::Positions,
        Self::Funding,
        Self::Dead,
        Self::Alarms,
        Self::Devices,
        Self::Meals,
        Self::Diners,
    ];

    /// The stream's name in a district, e.g. `ORDERS_jiayuguan`.
    pub fn name(self, d: &DistrictId) -> String {
        let kind = match self {
            Self::Orders => "ORDERS",
            Self::Profiles => "PROFILES",
            Self::Presence => "PRESENCE",
            Self::Geofence => "GEOFENCE",
            Self::Positions => "POSITIONS",
            Self::Funding => "FUNDING",
            Self::Dead => "DEAD",
            Self::Alarms => "ALARMS",
            Self::Devices => "DEVICES",
            Self::Meals => "MEALS",
            Self::Diners => "DINERS",
        };
        format!("{kind}_{d}")
    }

    /// The kind of stream that keeps this subject; `None` for a core subject.
    pub fn keeping(d: &DistrictId, subject: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| {
            let all = kind.subjects(d);
            all.strip_suffix('>').is_some_and(|prefix| subject.starts_with(prefix))
        })
    }

    /// The subjects the stream keeps.
    pub fn subjects(self, d: &DistrictId) -> String {
        match self {
            Self::Orders => orders(d),
            Self::Profiles => profiles(d),
            Self::Presence => presences(d),
            Self::Geofence => geofences(d),
            Self::Positions => latest_positions(d),
            Self::Funding => fundings(d),
            Self::Dead => dead_letters(d),
            Self::Alarms => incidents(d),
            Self::Devices => devices(d),
            Self::Meals => meals(d),
            Self::Diners => diners(d),
        }
    }
}
