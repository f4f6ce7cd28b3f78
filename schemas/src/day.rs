//! The day file: one JSON document with everything about a district's day: its streets, its people, its orders with
//! their release times, and how things turned out (the *truth*: who declined, how long a visit really took).
//!
//! The generator writes it, a recorded day exports to it, published instances convert to it, the simulator and the
//! load driver play it, the registry imports its people. It is input like a configuration, so unknown members are
//! refused: a reader that does not know a member would play another day than the one written.
//!
//! [`Day::parse`] reads and checks; every [`DayProblem`] says where (a JSON pointer), what, and what to do.

mod check;
mod network;
mod problem;
mod truth;

use domain::{
    caregiver::{CaregiverProfile, TravelMode},
    command::PlaceOrder,
    elder::ElderProfile,
    geo::Wgs84,
    id::{CommunityId, DeviceId, DistrictId, ElderId, OrderId, OrganisationId, StreetId, UserId},
    time::{Timestamp, Window},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    network::{GeneratedNetwork, GreatCircle, Network, TravelMatrix},
    problem::{DayProblem, DayProblems},
    truth::{Breakdown, Cancellation, CaregiverTruth, OrderTruth, PersonalAnswer, Reaction},
};

/// The version of the format. A reader refuses versions it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DayFormat {
    /// The first.
    #[serde(rename = "care-day/1")]
    V1,
}

/// A district's day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Day {
    /// Always `care-day/1`.
    pub format: DayFormat,
    /// Which district.
    pub district: DayDistrict,
    /// When the day begins: nothing is released earlier. A simulation's clock starts here.
    pub starts_at: Timestamp,
    /// When the day ends: nothing is released later. What is under way is finished.
    pub ends_at: Timestamp,
    /// What travel times are found on.
    pub network: Network,
    /// The streets (街道) with their communities (社区); every elder and caregiver names one.
    pub streets: Vec<DayStreet>,
    /// The elders.
    pub elders: Vec<DayElder>,
    /// The caregivers.
    pub caregivers: Vec<DayCaregiver>,
    /// The kitchens (助餐点).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kitchens: Vec<DayKitchen>,
    /// The couriers (送餐员).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub couriers: Vec<DayCourier>,
    /// The devices at home (呼叫器).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DayDevice>,
    /// The orders, in order of release.
    pub orders: Vec<DayOrder>,
}

/// The district of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayDistrict {
    /// Its id, a token of every subject.
    pub id: DistrictId,
    /// Its name, e.g. 嘉峪关市.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
}

/// A street (街道): the administrative unit, not the road.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayStreet {
    /// Its id.
    pub id: StreetId,
    /// Its name.
    pub name: String,
    /// Its communities.
    pub communities: Vec<DayCommunity>,
}

/// A community (社区).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayCommunity {
    /// Its id.
    pub id: CommunityId,
    /// Its name.
    pub name: String,
}

/// An elder of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayElder {
    /// What dispatch may know.
    pub profile: ElderProfile,
    /// The name to show; goes to the registry's vault and nowhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A caregiver of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayCaregiver {
    /// What dispatch may know.
    pub profile: CaregiverProfile,
    /// The name to show; goes to the registry's vault and nowhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where they are when their shift begins.
    pub start: Wgs84,
    /// How their day turns out.
    #[serde(default, skip_serializing_if = "CaregiverTruth::is_as_planned")]
    pub truth: CaregiverTruth,
}

/// A kitchen (助餐点), known by the organisation that runs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayKitchen {
    /// Who runs it.
    pub organisation: OrganisationId,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where.
    pub place: Wgs84,
}

/// A courier (送餐员), known by the account they sign in with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayCourier {
    /// Their account.
    pub user: UserId,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The kitchen they carry for.
    pub kitchen: OrganisationId,
    /// How they travel.
    #[serde(default)]
    pub mode: TravelMode,
    /// Where they are when their shift begins.
    pub start: Wgs84,
    /// Rostered shifts.
    #[serde(default)]
    pub shifts: Vec<Window>,
}

/// A device in an elder's home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayDevice {
    /// Its id.
    pub id: DeviceId,
    /// Whose home.
    pub elder: ElderId,
    /// What it is.
    pub kind: DeviceKind,
}

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A call button on the wall or by the bed (呼叫按钮).
    CallButton,
    /// A call button worn on the body (随身呼叫器).
    Pendant,
}

/// An order of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayOrder {
    /// Its id in this day.
    pub id: OrderId,
    /// When it is placed.
    pub release_at: Timestamp,
    /// What is asked for.
    pub place: PlaceOrder,
    /// How it turns out.
    #[serde(default)]
    pub truth: OrderTruth,
}

impl Day {
    /// Reads and checks a day file.
    ///
    /// # Errors
    /// [`DayProblems`] with everything that is wrong, each with where, what and what to do.
    pub fn parse(text: &str) -> Result<Self, DayProblems> {
        let mut decoder = serde_json::Deserializer::from_str(text);
        let day: Self = serde_path_to_error::deserialize(&mut decoder).map_err(problem::undecodable)?;
        decoder.end().map_err(|error| problem::not_json(&error))?;
        day.check()?;
        Ok(day)
    }

    /// Checks everything that the types alone cannot say.
    ///
    /// # Errors
    /// [`DayProblems`] with everything that is wrong.
    pub fn check(&self) -> Result<(), DayProblems> {
        check::check(self)
    }

    /// The document, one member per line.
    ///
    /// # Errors
    /// [`serde_json::Error`] if a number has no form in JSON, which checked days never hold.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

#[cfg(test)]
mod tests;
