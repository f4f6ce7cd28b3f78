//! What colleagues ask of a caregiver: whoever is to take a shift has to see it, and nothing else of another's roster.

use domain::id::CaregiverId;
use schemas::{
    registry::{
        KeptQuery, Rosters,
        roster::{Answer as Reply, Roster, Swap},
    },
    subject::Service,
};

use super::problem::Answer;
use crate::edge::EdgeState;

/// So many rosters are asked for at a time.
const PAGE: u16 = 500;

/// The rosters of those who ask the caregiver to take a shift, with nothing in them but what is asked.
///
/// # Errors
/// If the registry does not answer.
pub(super) async fn asked_of(edge: &EdgeState, caregiver: &CaregiverId) -> Answer<Vec<Roster>> {
    let mut asking = Vec::new();
    let mut query = KeptQuery { open: true, limit: PAGE, ..KeptQuery::default() };
    loop {
        let page: Rosters = edge.neighbours.ask(Service::Registry, "rosters", &query).await?;
        let more = page.items.len() >= usize::from(PAGE);
        query.after = page.items.last().map(|roster| roster.caregiver.to_string());
        asking.extend(page.items.into_iter().filter_map(|roster| only_asked(roster, caregiver)));
        if !more {
            return Ok(asking);
        }
    }
}

fn only_asked(roster: Roster, caregiver: &CaregiverId) -> Option<Roster> {
    let waits = |swap: &Swap| swap.to == *caregiver && matches!(swap.stage, Reply::Asked | Reply::Agreed);
    let swaps: Vec<Swap> = roster.swaps.into_iter().filter(waits).collect();
    (!swaps.is_empty()).then(|| Roster {
        swaps,
        shifts: Vec::new(),
        breaks: Vec::new(),
        leaves: Vec::new(),
        taken: Vec::new(),
        record: Vec::new(),
        ..roster
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_colleague_sees_what_is_asked_of_them_and_nothing_else() {
        let shift = json!({"earliest": "2026-03-10T00:00:00Z", "latest": "2026-03-10T08:00:00Z"});
        let swap =
            |id: &str, to: &str, stage: &str| json!({"id": id, "shift": shift, "to": to, "stage": stage});
        let roster: Roster = serde_json::from_value(json!({
            "caregiver": "c-1",
            "organisation": "org-1",
            "revision": 3,
            "shifts": [shift],
            "leaves": [{"id": "l-1", "span": shift, "kind": "sick", "stage": "asked"}],
            "swaps": [swap("s-1", "c-2", "asked"), swap("s-2", "c-3", "asked"), swap("s-3", "c-2", "granted")],
            "open": true
        }))
        .unwrap();
        let seen = only_asked(roster.clone(), &"c-2".parse().unwrap()).unwrap();
        assert_eq!(seen.swaps.iter().map(|swap| swap.id.as_str()).collect::<Vec<_>>(), ["s-1"]);
        assert!(seen.shifts.is_empty() && seen.leaves.is_empty(), "{seen:?}");
        assert_eq!(only_asked(roster, &"c-4".parse().unwrap()), None);
    }
}
