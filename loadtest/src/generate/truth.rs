//! How each order turns out: all chance is drawn here, once, so that the day plays the same for any dispatcher.

use domain::{
    command::{CancelReason, DeclineReason, PlaceOrder, Problem},
    time::Timestamp,
    unit::Seconds,
};
use rand::{Rng, RngExt};
use schemas::day::{Breakdown, Cancellation, OrderTruth, Reaction};

use super::random::{bell, chance, weighted};

const DECLINES: [(u32, DeclineReason); 5] = [
    (30, DeclineReason::TooFar),
    (40, DeclineReason::Busy),
    (8, DeclineReason::NotAble),
    (5, DeclineReason::Unwell),
    (17, DeclineReason::Other),
];

const CANCELS: [(u32, CancelReason); 4] = [
    (70, CancelReason::ElderWish),
    (10, CancelReason::Hospital),
    (12, CancelReason::Duplicate),
    (8, CancelReason::Mistake),
];

const STARS: [(u32, u8); 5] = [(72, 5), (20, 4), (5, 3), (2, 2), (1, 1)];

/// Draws an order's outcome.
pub fn of(place: &PlaceOrder, release_at: Timestamp, rng: &mut impl Rng) -> OrderTruth {
    let standard = place.service.standard(place.family_present).duration;
    let ordered = place.minutes.map_or(standard, |minutes| Seconds::minutes(i64::from(minutes)));
    OrderTruth {
        answers: answers(rng),
        personal: Vec::new(),
        answer_after: Seconds(bell(rng, 4, 50)),
        depart_after: Seconds(bell(rng, 10, 150)),
        travel_percent: u16::try_from(bell(rng, 85, 135)).unwrap_or(100),
        identify_after: Seconds(bell(rng, 20, 150)),
        duration: Some(Seconds(ordered.get() * bell(rng, 75, 135) / 100)),
        confirm_after: if chance(rng, 930) { Some(Seconds(bell(rng, 20, 240))) } else { None },
        stars: if chance(rng, 450) { weighted(rng, &STARS).copied() } else { None },
        cancelled: if chance(rng, 25) { Some(cancellation(place, release_at, rng)) } else { None },
        no_show: chance(rng, 10),
        breakdown: if chance(rng, 5) {
            Some(Breakdown { after: Seconds(bell(rng, 60, 600)), problem: Problem::Breakdown })
        } else {
            None
        },
    }
}

/// As long as people refuse: of a thousand asked, seventy decline and thirty do not answer.
fn answers(rng: &mut impl Rng) -> Vec<Reaction> {
    let mut answers = Vec::new();
    while answers.len() < 4 {
        match rng.random_range(0..1000) {
            0..70 => {
                let reason = weighted(rng, &DECLINES).copied().unwrap_or(DeclineReason::Other);
                answers.push(Reaction::Decline { after: Seconds(bell(rng, 3, 45)), reason });
            }
            70..100 => answers.push(Reaction::Ignore),
            _ => break,
        }
    }
    answers
}

/// Between a minute after the order and the end of its window, or an hour for a visit now.
fn cancellation(place: &PlaceOrder, release_at: Timestamp, rng: &mut impl Rng) -> Cancellation {
    let span = place.window.map_or(3600, |window| window.latest.since(release_at).get()).max(61);
    let reason = weighted(rng, &CANCELS).copied().unwrap_or(CancelReason::ElderWish);
    Cancellation { at: release_at + Seconds(bell(rng, 60, span)), reason }
}
