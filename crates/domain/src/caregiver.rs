//! What dispatch knows of a caregiver: what they may do, when, how they travel. Names and phones stay in the vault.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    id::{CaregiverId, OrganisationId, StreetId},
    service::Qualification,
    time::{Timestamp, Window},
    unit::Metres,
};

/// How a caregiver gets from door to door.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TravelMode {
    /// On foot.
    Walk,
    /// Electric bicycle (电动自行车), the usual way.
    #[default]
    EBike,
    /// Car.
    Car,
}

/// A qualification with the span it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Certificate {
    /// For what.
    pub qualification: Qualification,
    /// From when to when, ends included.
    pub valid: Window,
}

/// A caregiver as dispatch sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaregiverProfile {
    /// Who.
    pub id: CaregiverId,
    /// Employer.
    pub organisation: OrganisationId,
    /// Home street, for scoping.
    pub street: StreetId,
    /// How they travel.
    #[serde(default)]
    pub mode: TravelMode,
    /// Qualifications held, each with validity.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    /// Span of the health certificate (健康证); without one nobody is matched (Changsha Art. 25).
    #[serde(default)]
    pub health_certificate: Option<Window>,
    /// Trained before starting (Changsha Art. 25).
    #[serde(default)]
    pub trained: bool,
    /// Rostered shifts.
    #[serde(default)]
    pub shifts: Vec<Window>,
    /// Rostered breaks inside the shifts.
    #[serde(default)]
    pub breaks: Vec<Window>,
    /// Time away, whatever the shifts say: leave, shifts given away. Without a roster it limits all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<Window>,
    /// How far from where they are work may lie, as the crow flies.
    #[serde(default = "default_radius")]
    pub max_radius: Metres,
    /// Satisfaction, hundredths of a star, 0–500; `None` while unrated.
    #[serde(default)]
    pub rating: Option<u16>,
    /// Not to be given work.
    #[serde(default)]
    pub suspended: bool,
}

fn default_radius() -> Metres {
    Metres(8000)
}

/// Why someone may not serve (Changsha Art. 25 and the order's own needs).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unfit {
    /// Suspended.
    Suspended,
    /// Not trained yet.
    Untrained,
    /// No health certificate, or not valid at the time of service.
    NoHealthCertificate,
    /// A required qualification is missing or not valid at the time of service.
    Unqualified,
    /// On leave, the shift given away, or not covered by the employer's contract at the time of service.
    Unavailable,
}

impl CaregiverProfile {
    /// Whether they may serve at that instant what takes those qualifications.
    ///
    /// # Errors
    /// The first rule that forbids it.
    pub fn may_serve(&self, needed: &BTreeSet<Qualification>, at: Timestamp) -> Result<(), Unfit> {
        if self.suspended {
            return Err(Unfit::Suspended);
        }
        if self.off.iter().any(|away| away.earliest <= at && at < away.latest) {
            return Err(Unfit::Unavailable);
        }
        if !self.trained {
            return Err(Unfit::Untrained);
        }
        if !self.health_certificate.is_some_and(|valid| valid.contains(at)) {
            return Err(Unfit::NoHealthCertificate);
        }
        let holds = |q: &Qualification| {
            self.certificates.iter().any(|c| c.qualification == *q && c.valid.contains(at))
        };
        if needed.iter().all(holds) { Ok(()) } else { Err(Unfit::Unqualified) }
    }

    /// Whether the whole span lies in one rostered shift.
    pub fn rostered(&self, span: &Window) -> bool {
        self.shifts.iter().any(|s| s.contains(span.earliest) && s.contains(span.latest))
    }
}

/// Whether a caregiver works right now, by their own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Not working; no positions are kept.
    #[default]
    Off,
    /// On shift.
    On,
    /// On shift, having a break.
    Break,
}

/// How fresh the last position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// No position since the shift began.
    #[default]
    None,
    /// Reported lately.
    Fresh,
    /// Old enough to be doubted; still matched, and shown as stale.
    Stale,
    /// So old that nobody should rely on it; not matched.
    Lost,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: i64, to: i64) -> Window {
        Window::new(Timestamp::from_millis(from), Timestamp::from_millis(to)).unwrap()
    }

    fn nurse() -> CaregiverProfile {
        CaregiverProfile {
            id: CaregiverId::new("c1").unwrap(),
            organisation: OrganisationId::new("org").unwrap(),
            street: StreetId::new("s").unwrap(),
            mode: TravelMode::EBike,
            certificates: vec![Certificate { qualification: Qualification::Nurse, valid: window(0, 100) }],
            health_certificate: Some(window(0, 200)),
            trained: true,
            shifts: vec![window(0, 50)],
            breaks: vec![],
            off: vec![],
            max_radius: Metres(8000),
            rating: None,
            suspended: false,
        }
    }

    #[test]
    fn a_lapse_takes_effect_at_once() {
        let needed = BTreeSet::from([Qualification::Nurse]);
        let at = Timestamp::from_millis;
        assert_eq!(nurse().may_serve(&needed, at(100)), Ok(()));
        assert_eq!(nurse().may_serve(&needed, at(101)), Err(Unfit::Unqualified));
        assert_eq!(nurse().may_serve(&needed, at(201)), Err(Unfit::NoHealthCertificate));
        assert_eq!(
            CaregiverProfile { trained: false, ..nurse() }.may_serve(&needed, at(1)),
            Err(Unfit::Untrained)
        );
    }
}
