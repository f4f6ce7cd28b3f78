//! Typed ids, so that an elder's can never be handed in where a caregiver's is asked for.
//!
//! An id is also one token of a NATS subject, which is why its alphabet is narrow: 1–64 characters of
//! `A–Z a–z 0–9 _ -`. Ids are opaque and never carry personal data.

use std::{borrow::Borrow, fmt, sync::Arc};

/// The longest an id may be, in bytes.
pub const MAX_ID_LENGTH: usize = 64;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// The text is empty.
    #[error("an id may not be empty")]
    Empty,
    /// The text is longer than [`MAX_ID_LENGTH`].
    #[error("an id has at most {MAX_ID_LENGTH} characters, this one has {0}")]
    TooLong(usize),
    /// The text holds a character outside the alphabet.
    #[error("an id consists of letters, digits, '_' and '-', found {0:?}")]
    Character(char),
}

fn check(text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    if text.len() > MAX_ID_LENGTH {
        return Err(InvalidId::TooLong(text.len()));
    }
    match text.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))) {
        Some(bad) => Err(InvalidId::Character(bad)),
        None => Ok(()),
    }
}

fn derive_text(base: &str, number: u64) -> String {
    let suffix = format!("-{number}");
    let keep = MAX_ID_LENGTH.saturating_sub(suffix.len());
    let mut text: String =
        base.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).take(keep).collect();
    text.push_str(&suffix);
    text
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the alphabet and length.
            ///
            /// # Errors
            /// [`InvalidId`] says which rule the text breaks.
            pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidId> {
                let text = text.as_ref();
                check(text)?;
                Ok(Self(Arc::from(text)))
            }

            /// An id named after another one and a number: the same two always give the same name. A base too long
            /// to leave room is cut.
            pub fn derived(base: &str, number: u64) -> Self {
                Self(Arc::from(derive_text(base, number)))
            }

            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an id")
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::new(text).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": "^[A-Za-z0-9_-]{1,64}$",
                })
            }
        }
    )+};
}

ids! {
    /// One administrative district (区), the unit of ownership, leases and permissions.
    DistrictId,
    /// A street (街道) inside a district.
    StreetId,
    /// A community (社区) inside a street.
    CommunityId,
    /// An elder (老年人); the person's data lives in the registry's vault, not in the id.
    ElderId,
    /// A caregiver (护理员) who visits homes.
    CaregiverId,
    /// A service organisation (服务组织).
    OrganisationId,
    /// A work order (工单).
    OrderId,
    /// One offer of a work order to one caregiver.
    OfferId,
    /// One decision of the matcher, with its explanation.
    DecisionId,
    /// A command, made by whoever first uttered it; repeating it is harmless.
    CommandId,
    /// Someone who can sign in.
    UserId,
    /// A geofence (电子围栏).
    GeofenceId,
    /// A device such as a call button (呼叫器).
    DeviceId,
    /// One emergency from the first press to its end (警情).
    IncidentId,
    /// A facility (养老服务机构): a centre or a station.
    FacilityId,
    /// A care plan (照护计划): visits that come again.
    PlanId,
    /// A caregiver's leave (请假).
    LeaveId,
    /// A shift that changes hands (换班).
    SwapId,
    /// A matter (事项) people see to: an application, a complaint, a correction.
    MatterId,
    /// A kitchen (助餐点).
    KitchenId,
    /// A dish, or a set meal (套餐), of a kitchen.
    DishId,
    /// One meal ordered for one elder (餐单).
    MealId,
    /// A standing order of meals (长期订餐).
    StandingId,
    /// One round of a courier (配送趟次).
    RoundId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_subject_token() {
        for bad in ["", "a.b", "a b", "*", ">", "张三", &"x".repeat(65)] {
            assert!(OrderId::new(bad).is_err(), "{bad:?} must be refused");
        }
        assert_eq!(OrderId::new("o-1_A").unwrap().as_str(), "o-1_A");
    }

    #[test]
    fn a_derived_name_is_an_id_whatever_the_base() {
        assert_eq!(OfferId::derived("o1", 3).as_str(), "o1-3");
        for base in ["", "张.三 *", &"x".repeat(200)] {
            let name = OfferId::derived(base, u64::MAX);
            assert!(OfferId::new(name.as_str()).is_ok(), "{name}");
        }
    }

    #[test]
    fn decoding_checks_too() {
        assert!(serde_json::from_str::<ElderId>("\"a.b\"").is_err());
        assert_eq!(serde_json::to_string(&ElderId::new("e1").unwrap()).unwrap(), "\"e1\"");
    }
}
