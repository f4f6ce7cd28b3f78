//! How far someone may see: a district, one of its streets, or one community of a street.

use domain::id::{CommunityId, StreetId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of the district; both `None` is all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Scope {
    /// Only this street.
    pub street: Option<StreetId>,
    /// Only this community of the street.
    pub community: Option<CommunityId>,
}

impl Scope {
    /// Whether it is the whole district.
    pub const fn is_whole(&self) -> bool {
        self.street.is_none() && self.community.is_none()
    }

    /// Whether a place in that street and community lies within.
    pub fn covers(&self, street: &StreetId, community: &CommunityId) -> bool {
        self.street.as_ref().is_none_or(|s| s == street)
            && self.community.as_ref().is_none_or(|c| c == community)
    }

    /// Whether someone who works from that street lies within. Staff belong to a street, not to a community;
    /// without a known street they are seen by the whole district's desk alone.
    pub fn covers_street(&self, street: Option<&StreetId>) -> bool {
        match (&self.street, street) {
            (None, _) => self.community.is_none(),
            (Some(mine), Some(theirs)) => mine == theirs,
            (Some(_), None) => false,
        }
    }

    /// Whether everything in `other` lies within.
    pub fn contains(&self, other: &Self) -> bool {
        let street = self.street.is_none() || self.street == other.street;
        let community = self.community.is_none() || self.community == other.community;
        street && community
    }

    /// A community without its street says nothing of the staff around it.
    pub const fn is_sound(&self) -> bool {
        self.community.is_none() || self.street.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(street: Option<&str>, community: Option<&str>) -> Scope {
        Scope {
            street: street.map(|s| StreetId::new(s).unwrap()),
            community: community.map(|c| CommunityId::new(c).unwrap()),
        }
    }

    #[test]
    fn a_scope_sees_its_own_and_nothing_beside_it() {
        let (s1, c1, c2) =
            (StreetId::new("s1").unwrap(), CommunityId::new("c1").unwrap(), CommunityId::new("c2").unwrap());
        assert!(scope(None, None).covers(&s1, &c1));
        assert!(scope(Some("s1"), None).covers(&s1, &c2));
        assert!(!scope(Some("s2"), None).covers(&s1, &c1));
        assert!(!scope(Some("s1"), Some("c1")).covers(&s1, &c2));
        assert!(scope(Some("s1"), Some("c1")).covers_street(Some(&s1)));
        assert!(!scope(Some("s1"), None).covers_street(None));
    }

    #[test]
    fn a_wider_scope_contains_a_narrower_one_only() {
        let (all, street, community) =
            (scope(None, None), scope(Some("s1"), None), scope(Some("s1"), Some("c1")));
        assert!(all.contains(&street) && street.contains(&community) && all.contains(&community));
        assert!(!street.contains(&all) && !community.contains(&street));
        assert!(!street.contains(&scope(Some("s2"), Some("c1"))));
    }
}
