//! A promise stands: no new visit makes a promised one start after its latest instant, nor later than it will
//! anyhow, nor puts it into a break; and nobody collects more promises than the district allows.

use domain::decision::Exclusion;

use crate::worker::Commitment;

/// Whether they have promised as much as they may.
pub const fn forbids_another(commitments: &[Commitment], limit: usize) -> Option<Exclusion> {
    if commitments.len() >= limit { Some(Exclusion::Committed) } else { None }
}
