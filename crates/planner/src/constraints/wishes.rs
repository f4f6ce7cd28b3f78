//! Whom the elder does not want, and who has declined, let an offer run out or was taken off this order, is not
//! asked again.

use domain::{decision::Exclusion, id::CaregiverId};

use crate::task::Task;

/// Everyone this task names as not to be asked, with the reason; a person may appear twice, the first counts.
pub fn named(task: &Task) -> impl Iterator<Item = (&CaregiverId, Exclusion)> {
    let ruled_out = task.ruled_out.iter().map(|(who, why)| (who, *why));
    ruled_out.chain(task.blocked.iter().map(|who| (who, Exclusion::Blocked)))
}
