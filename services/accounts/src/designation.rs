//! Where silver points may be spent (Kangbashi § 4(2)), as the registry's organisations say: designated, under contract,
//! and not stopped, each on the day of the service. Accounts keeps no list of its own: a designation that is withdrawn, a
//! contract that ends and a suspension count from their day on, and what was served before is still paid.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use domain::{calendar::Day, id::OrganisationId};
use schemas::registry::organisation::{Contract, Organisation};

/// When one organisation is designated, under contract and not stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Designated {
    spans: Vec<Span>,
}

/// From a day on, and until before another one where it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: Day,
    before: Option<Day>,
}

impl Span {
    fn contains(self, day: Day) -> bool {
        self.from <= day && self.before.is_none_or(|before| day < before)
    }

    /// What is left of it if it is over on that day at the latest.
    fn cut(self, before: Day) -> Option<Self> {
        let before = self.before.map_or(before, |own| own.min(before));
        (self.from < before).then_some(Self { before: Some(before), ..self })
    }
}

impl Designated {
    /// As the organisation stands, and stood by its record.
    pub fn of(it: &Organisation) -> Self {
        let (term, ended) = match &it.contract {
            Contract::Signed { term, .. } | Contract::Proposed { running: Some(term), .. } => (*term, None),
            Contract::Ended { term, on } => (*term, Some(*on)),
            Contract::Unregistered | Contract::Registered | Contract::Proposed { running: None, .. } => {
                return Self::default();
            }
        };
        let mut over = term.until.next();
        for end in [ended, it.stopped.as_ref().map(|stopped| Day::of(stopped.since))].into_iter().flatten() {
            over = over.min(end);
        }
        let within = |span: Span| Span { from: span.from.max(term.from), ..span }.cut(over);
        Self { spans: told(it).into_iter().filter_map(within).collect() }
    }

    /// Whether points may be spent there for a service of that day.
    pub fn on(&self, day: Day) -> bool {
        self.spans.iter().any(|span| span.contains(day))
    }
}

/// The spans between being designated and no longer being so. The record forgets its oldest steps, so what stands now is
/// taken from the organisation itself.
fn told(it: &Organisation) -> Vec<Span> {
    let (mut spans, mut since) = (Vec::new(), None);
    for record in &it.record {
        match record.step.as_str() {
            "designate" => since = since.or(Some(record.on)),
            "undesignate" | "end_contract" => {
                spans.extend(since.take().map(|from: Day| Span { from, before: Some(record.on) }));
            }
            _ => {}
        }
    }
    spans.extend(it.designated.map(|now| Span { from: now.since, before: None }));
    spans
}

/// What is known of all organisations. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Designations(Arc<RwLock<Known>>);

#[derive(Debug, Default)]
struct Known {
    by_organisation: BTreeMap<OrganisationId, Designated>,
    /// All that the registry had published was heard.
    complete: bool,
}

impl Designations {
    /// Whether points may be spent there for a service of that day; none while the registry has not been heard in full.
    pub fn on(&self, organisation: &OrganisationId, day: Day) -> Option<bool> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match known.by_organisation.get(organisation) {
            Some(designated) => Some(designated.on(day)),
            None => known.complete.then_some(false),
        }
    }

    /// An organisation, as it is from now on.
    pub fn learn(&self, organisation: &Organisation) {
        let designated = Designated::of(organisation);
        self.change(|known| drop(known.by_organisation.insert(organisation.id.clone(), designated)));
    }

    /// Everything published is known.
    pub fn complete(&self) {
        self.change(|known| known.complete = true);
    }

    /// Everything comes again from the beginning.
    pub fn forget(&self) {
        self.change(|known| *known = Known::default());
    }

    /// Each change is one assignment: a lock that was held over a panic guards nothing half done.
    fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests;
