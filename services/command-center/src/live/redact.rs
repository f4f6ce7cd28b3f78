//! An order as the field sees it: without those who declined, were passed over or taken off. That is between them and
//! the desk.

use std::borrow::Cow;

use domain::{
    id::CaregiverId,
    order::{Happening, Order},
};

/// The order for caregivers, elders and families.
pub fn for_the_field(order: &Order) -> Cow<'_, Order> {
    let people: Vec<CaregiverId> = order.people().cloned().collect();
    let hidden = |c: &CaregiverId| !people.contains(c);
    let nothing = order.ruled_out.is_empty()
        && order.applications.is_empty()
        && order.timeline.iter().all(|e| concerned(&e.what).iter().all(|c| !hidden(c)));
    if nothing {
        return Cow::Borrowed(order);
    }
    let mut order = order.clone();
    order.ruled_out.clear();
    order.applications.retain(|a| people.contains(&a.caregiver));
    order.timeline.retain_mut(|entry| {
        if let Happening::Offered { to, .. } | Happening::Assigned { to, .. } = &mut entry.what {
            to.retain(|c| people.contains(c));
            return !to.is_empty();
        }
        concerned(&entry.what).iter().all(|c| people.contains(c))
    });
    Cow::Owned(order)
}

fn concerned(what: &Happening) -> &[CaregiverId] {
    match what {
        Happening::Offered { to, .. } | Happening::Assigned { to, .. } => to,
        Happening::Accepted { caregiver }
        | Happening::Declined { caregiver, .. }
        | Happening::TimedOut { caregiver }
        | Happening::Released { caregiver }
        | Happening::CalledAway { caregiver, .. }
        | Happening::EnRoute { caregiver }
        | Happening::Arrived { caregiver, .. }
        | Happening::NoShow { caregiver }
        | Happening::ProblemReported { caregiver, .. } => std::slice::from_ref(caregiver),
        _ => &[],
    }
}
