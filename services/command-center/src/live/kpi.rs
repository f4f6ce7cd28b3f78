//! The figures of the wall, kept up to date order by order; nothing is ever counted anew but at midnight.

use std::collections::{BTreeMap, HashMap};

use domain::{
    caregiver::{Duty, Signal},
    id::{CaregiverId, OrderId, StreetId},
    order::{Happening, Order, Stage},
    time::Timestamp,
};
use schemas::{live::Kpi, position::Presence};

use crate::access::scope::Scope;

/// Days are counted by the district's own midnight.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    /// Minutes ahead of UTC.
    pub utc_offset_minutes: i32,
}

impl Calendar {
    fn day(self, at: Timestamp) -> i64 {
        (at.as_millis() + i64::from(self.utc_offset_minutes) * 60_000).div_euclid(86_400_000)
    }
}

/// Where an order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Waiting,
    Offered,
    Underway,
    Done,
    AtDesk,
}

/// What one order adds to the figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Share {
    scopes: Vec<Scope>,
    column: Option<Column>,
    offer_ms: Option<u32>,
    accept_ms: Option<u32>,
    on_time: Option<bool>,
    stars: Option<u8>,
}

/// A multiset of milliseconds. Above a second three digits are kept, so it stays small.
#[derive(Debug, Clone, Default)]
struct Times {
    counts: BTreeMap<u32, u32>,
    total: u32,
}

impl Times {
    fn rounded(ms: u32) -> u32 {
        let unit = 10_u32.pow(ms.checked_ilog10().unwrap_or(0).saturating_sub(2));
        if ms < 1000 { ms } else { ms / unit * unit }
    }

    fn add(&mut self, ms: u32) {
        *self.counts.entry(Self::rounded(ms)).or_default() += 1;
        self.total += 1;
    }

    fn remove(&mut self, ms: u32) {
        let ms = Self::rounded(ms);
        if let Some(count) = self.counts.get_mut(&ms) {
            *count -= 1;
            self.total -= 1;
            if *count == 0 {
                self.counts.remove(&ms);
            }
        }
    }

    /// The nearest-rank percentile.
    fn percentile(&self, percent: u32) -> Option<u32> {
        let rank = (u64::from(self.total) * u64::from(percent)).div_ceil(100).max(1);
        let mut seen = 0_u64;
        self.counts.iter().find_map(|(ms, count)| {
            seen += u64::from(*count);
            (seen >= rank).then_some(*ms)
        })
    }
}

#[derive(Debug, Clone, Default)]
struct Book {
    columns: [u32; 5],
    offer: Times,
    accept: Times,
    on_time: u32,
    late: u32,
    stars: u64,
    ratings: u32,
}

impl Book {
    fn book(&mut self, share: &Share, add: bool) {
        let count = |n: &mut u32| *n = if add { *n + 1 } else { n.saturating_sub(1) };
        if let Some(n) = share.column.and_then(|column| self.columns.get_mut(column as usize)) {
            count(n);
        }
        for (times, ms) in [(&mut self.offer, share.offer_ms), (&mut self.accept, share.accept_ms)] {
            match ms {
                Some(ms) if add => times.add(ms),
                Some(ms) => times.remove(ms),
                None => {}
            }
        }
        match share.on_time {
            Some(true) => count(&mut self.on_time),
            Some(false) => count(&mut self.late),
            None => {}
        }
        if let Some(stars) = share.stars.map(u64::from) {
            count(&mut self.ratings);
            self.stars = if add { self.stars + stars } else { self.stars.saturating_sub(stars) };
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Person {
    street: Option<StreetId>,
    on_shift: bool,
    stale: bool,
}

/// All figures, by scope.
#[derive(Debug)]
pub struct Figures {
    calendar: Calendar,
    day: i64,
    books: HashMap<Scope, Book>,
    shares: HashMap<OrderId, Share>,
    people: HashMap<CaregiverId, Person>,
}

impl Figures {
    /// Nothing yet.
    pub fn new(calendar: Calendar, now: Timestamp) -> Self {
        let day = calendar.day(now);
        Self { calendar, day, books: HashMap::new(), shares: HashMap::new(), people: HashMap::new() }
    }

    /// An order as it is now.
    pub fn order(&mut self, order: &Order) {
        let share = self.share(order);
        let before = self.shares.insert(order.id.clone(), share.clone());
        if before.as_ref() == Some(&share) {
            return;
        }
        if let Some(before) = before {
            self.book(&before, false);
        }
        self.book(&share, true);
    }

    /// An order is no longer kept in memory; what it added today stays.
    pub fn forget(&mut self, order: &OrderId) {
        self.shares.remove(order);
    }

    /// A caregiver's presence, and the street they work from.
    pub fn presence(&mut self, presence: &Presence, street: Option<StreetId>) {
        let on_shift = presence.duty != Duty::Off;
        let stale = on_shift && matches!(presence.signal, Signal::Stale | Signal::Lost);
        self.people.insert(presence.caregiver.clone(), Person { street, on_shift, stale });
    }

    /// A caregiver works from another street.
    pub fn moved_street(&mut self, caregiver: &CaregiverId, street: &StreetId) {
        if let Some(person) = self.people.get_mut(caregiver) {
            person.street = Some(street.clone());
        }
    }

    /// At midnight: true if a new day began; then every order kept is to be given again.
    pub fn new_day(&mut self, now: Timestamp) -> bool {
        let day = self.calendar.day(now);
        if day == self.day {
            return false;
        }
        self.day = day;
        self.clear();
        true
    }

    /// Forgets all orders.
    pub fn clear(&mut self) {
        self.books.clear();
        self.shares.clear();
    }

    /// The figures of a scope.
    pub fn of(&self, scope: &Scope) -> Kpi {
        let nothing = Book::default();
        let book = self.books.get(scope).unwrap_or(&nothing);
        let [waiting, offered, underway, done, at_desk] = book.columns;
        let people = self.people.values().filter(|p| p.on_shift && scope.covers_street(p.street.as_ref()));
        let (on_shift, stale) = people.fold((0, 0), |(on, stale), p| (on + 1, stale + u32::from(p.stale)));
        let share = |part: f64, whole: u32| (whole > 0).then(|| (part / f64::from(whole)) as f32);
        Kpi {
            waiting,
            offered,
            underway,
            done,
            at_desk,
            offer_p50_ms: book.offer.percentile(50),
            offer_p95_ms: book.offer.percentile(95),
            accept_p50_ms: book.accept.percentile(50),
            accept_p95_ms: book.accept.percentile(95),
            on_time: share(f64::from(book.on_time), book.on_time + book.late),
            on_shift,
            stale,
            stars: share(book.stars as f64, book.ratings),
        }
    }

    fn book(&mut self, share: &Share, add: bool) {
        for scope in &share.scopes {
            self.books.entry(scope.clone()).or_default().book(share, add);
        }
    }

    fn share(&self, order: &Order) -> Share {
        let today = |at: Timestamp| self.calendar.day(at) == self.day;
        let column = match &order.stage {
            Stage::Waiting(_) => Some(Column::Waiting),
            Stage::Offered(_) => Some(Column::Offered),
            Stage::Accepted(_) | Stage::EnRoute(_) | Stage::Arrived(_) | Stage::InService(_) => {
                Some(Column::Underway)
            }
            Stage::Done(done) => today(done.finished_at).then_some(Column::Done),
            Stage::Confirmed(confirmed) => today(confirmed.done.finished_at).then_some(Column::Done),
            Stage::AtDesk(_) => Some(Column::AtDesk),
            Stage::Cancelled(_) | Stage::NoShow(_) => None,
        };
        let (offer_ms, accept_ms) = if today(order.created_at) { response(order) } else { (None, None) };
        let began = match &order.stage {
            Stage::InService(service) => Some(service.started_at),
            Stage::Done(done) => Some(done.service.started_at),
            Stage::Confirmed(confirmed) => Some(confirmed.done.service.started_at),
            _ => None,
        };
        let stars = match &order.stage {
            Stage::Confirmed(confirmed) if today(confirmed.confirmed_at) => confirmed.stars,
            _ => None,
        };
        Share {
            scopes: scopes(order),
            column,
            offer_ms,
            accept_ms,
            on_time: began.filter(|at| today(*at)).map(|at| at <= order.window.latest),
            stars,
        }
    }
}

/// The district, the street, the community.
fn scopes(order: &Order) -> Vec<Scope> {
    let street = Some(order.street.clone());
    let community = Some(order.community.clone());
    vec![Scope::default(), Scope { street: street.clone(), community: None }, Scope { street, community }]
}

/// Placed → first offer, first offer → whole team accepted. An appointment waits for its time, which says nothing
/// about the dispatch; nor does an order assigned by hand.
fn response(order: &Order) -> (Option<u32>, Option<u32>) {
    let span =
        |from: Timestamp, to: Timestamp| u32::try_from(to.millis_since(from).max(0)).unwrap_or(u32::MAX);
    let first = order
        .timeline
        .iter()
        .find(|e| matches!(e.what, Happening::Offered { .. } | Happening::Scheduled { .. }));
    let Some(first) = first else { return (None, None) };
    let scheduled = matches!(first.what, Happening::Scheduled { .. });
    let offered = order.timeline.iter().find(|e| matches!(e.what, Happening::Offered { .. })).map(|e| e.at);
    let accepted = order.stage.visit().and_then(|visit| visit.team.iter().map(|m| m.accepted_at).max());
    let offer = offered.filter(|_| !scheduled).map(|at| span(order.created_at, at));
    (offer, offered.zip(accepted).map(|(from, to)| span(from, to)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn percentiles_are_those_of_the_sorted_list(mut all in proptest::collection::vec(0u32..900, 1..200), drop in 0usize..100) {
            let mut times = Times::default();
            for ms in &all {
                times.add(*ms);
            }
            let dropped: Vec<u32> = all.drain(..drop.min(all.len() - 1)).collect();
            for ms in dropped {
                times.remove(ms);
            }
            all.sort_unstable();
            for percent in [1, 50, 95, 100] {
                let rank = (all.len() * percent).div_ceil(100).max(1);
                prop_assert_eq!(times.percentile(percent as u32), Some(all[rank - 1]));
            }
        }
    }

    #[test]
    fn long_times_keep_three_digits() {
        assert_eq!([7, 999, 1_234, 123_456].map(Times::rounded), [7, 999, 1_230, 123_000]);
    }

    #[test]
    fn midnight_is_the_districts_own() {
        let calendar = Calendar { utc_offset_minutes: 480 };
        let at = |text: &str| calendar.day(text.parse().unwrap());
        assert_eq!(at("2026-11-21T16:00:00Z"), at("2026-11-22T15:59:59Z"));
        assert_ne!(at("2026-11-21T15:59:59Z"), at("2026-11-21T16:00:00Z"));
    }
}
