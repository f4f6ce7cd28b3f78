//! A day's demand: a peak in the morning, a smaller one in the late afternoon; visits for now and appointments.

use domain::{
    command::PlaceOrder,
    elder::Ability,
    id::OrderId,
    order::PayWith,
    priority::Urgency,
    service::ServiceKind,
    time::{Timestamp, Window},
    unit::{Fen, Seconds},
};
use rand::{Rng, RngExt};
use schemas::day::{DayElder, DayOrder};

use super::{
    calendar::Calendar,
    random::{Dice, bell, chance, weighted},
    truth,
};

/// How many orders come in the half hours from seven o'clock on, by weight.
const HALF_HOURS: [u32; 22] = [3, 6, 11, 16, 19, 19, 16, 13, 9, 6, 4, 4, 5, 7, 9, 11, 14, 15, 13, 9, 5, 3];

/// The first half hour begins so many minutes after midnight.
const FIRST_MINUTE: i64 = 7 * 60;

/// No appointment begins later than so many minutes after midnight.
const LAST_APPOINTMENT: i64 = 17 * 60 + 30;

/// What is ordered, by weight.
const SERVICES: [(u32, ServiceKind); 13] = [
    (21, ServiceKind::PersonalCare),
    (18, ServiceKind::Cleaning),
    (13, ServiceKind::MealHelp),
    (12, ServiceKind::ComfortVisit),
    (8, ServiceKind::Bathing),
    (8, ServiceKind::MedicalHelp),
    (7, ServiceKind::Errands),
    (5, ServiceKind::Nursing),
    (3, ServiceKind::Walking),
    (2, ServiceKind::Rehabilitation),
    (1, ServiceKind::Repair),
    (1, ServiceKind::Assessment),
    (1, ServiceKind::UrgentHelp),
];

/// The day's orders, sorted by release.
pub fn orders(
    count: usize,
    elders: &[DayElder],
    calendar: &Calendar,
    dice: &Dice,
) -> anyhow::Result<Vec<DayOrder>> {
    let mut rng = dice.of("orders");
    let mut outcomes = dice.of("truth");
    let callers: Vec<(u32, &DayElder)> = elders.iter().map(|e| (calls(e.profile.ability), e)).collect();
    let mut releases: Vec<Timestamp> = (0..count).map(|_| release(calendar, &mut rng)).collect();
    releases.sort_unstable();
    let callers = Callers::of(&callers);
    releases
        .into_iter()
        .enumerate()
        .map(|(index, release_at)| {
            let Some(elder) = callers.draw(&mut rng) else { anyhow::bail!("there is no elder to order for") };
            let place = place(elder, release_at, calendar, &mut rng)?;
            let truth = truth::of(&place, release_at, &mut outcomes);
            Ok(DayOrder { id: OrderId::new(format!("o{:06}", index + 1))?, release_at, place, truth })
        })
        .collect()
}

/// Elders to draw from in proportion to how often they order; drawing takes a binary search.
struct Callers<'a> {
    sums: Vec<(u32, &'a DayElder)>,
    total: u32,
}

impl<'a> Callers<'a> {
    fn of(elders: &[(u32, &'a DayElder)]) -> Self {
        let mut total = 0;
        let sums = elders.iter().map(|(weight, elder)| {
            total += weight;
            (total, *elder)
        });
        let sums = sums.collect();
        Self { sums, total }
    }

    fn draw(&self, rng: &mut impl Rng) -> Option<&'a DayElder> {
        let draw = rng.random_range(0..self.total.max(1));
        self.sums.get(self.sums.partition_point(|(sum, _)| *sum <= draw)).map(|(_, elder)| *elder)
    }
}

/// How often an elder of that ability orders, against one who needs no help.
const fn calls(ability: Ability) -> u32 {
    match ability {
        Ability::Intact => 2,
        Ability::Mild => 4,
        Ability::Moderate => 7,
        Ability::Severe => 9,
        Ability::Complete => 10,
    }
}

fn release(calendar: &Calendar, rng: &mut impl Rng) -> Timestamp {
    let halves: Vec<(u32, i64)> = HALF_HOURS.into_iter().zip(0..).collect();
    let half = weighted(rng, &halves).copied().unwrap_or_default();
    calendar.at(FIRST_MINUTE + half * 30).plus_millis(rng.random_range(0..30 * 60 * 1000))
}

/// Enough for the dearest visit.
const SELF_PAY: Fen = Fen(50_000);

fn place(
    elder: &DayElder,
    release_at: Timestamp,
    calendar: &Calendar,
    rng: &mut impl Rng,
) -> anyhow::Result<PlaceOrder> {
    let service = weighted(rng, &SERVICES).copied().unwrap_or(ServiceKind::PersonalCare);
    let urgency = match service {
        ServiceKind::UrgentHelp => Urgency::Emergency,
        _ if chance(rng, 20) => Urgency::Urgent,
        _ => Urgency::Normal,
    };
    let window = if urgency == Urgency::Normal && chance(rng, appointments(service)) {
        appointment(release_at, calendar, rng)?
    } else {
        None
    };
    let minutes =
        if urgency == Urgency::Normal && chance(rng, 150) { Some(minutes(service, rng)) } else { None };
    Ok(PlaceOrder {
        elder: elder.profile.id.clone(),
        service,
        window,
        minutes,
        urgency,
        family_present: chance(rng, if service == ServiceKind::Bathing { 350 } else { 120 }),
        pay_with: PayWith::Allowance,
        // Most agree beforehand to pay what no allowance covers; the others are asked by the desk.
        self_pay_up_to: if chance(rng, 900) { SELF_PAY } else { Fen::ZERO },
    })
}

/// Of a thousand orders of the service so many are for a later hour of the day.
const fn appointments(service: ServiceKind) -> u32 {
    match service {
        ServiceKind::Bathing | ServiceKind::Rehabilitation | ServiceKind::Assessment => 800,
        ServiceKind::Cleaning | ServiceKind::Nursing | ServiceKind::Repair => 500,
        _ => 250,
    }
}

/// One to six hours ahead, on a quarter of an hour, with an hour to begin in; `None` when it is too late in the day.
fn appointment(
    release_at: Timestamp,
    calendar: &Calendar,
    rng: &mut impl Rng,
) -> anyhow::Result<Option<Window>> {
    let ahead = release_at.since(calendar.at(0)).get() / 60 + bell(rng, 60, 360);
    let begin = (ahead + 14) / 15 * 15;
    if begin > LAST_APPOINTMENT {
        return Ok(None);
    }
    let earliest = calendar.at(begin);
    Ok(Some(Window::new(earliest, earliest + Seconds::hours(1))?))
}

/// Another time than the standard, in steps of a quarter of an hour.
fn minutes(service: ServiceKind, rng: &mut impl Rng) -> u16 {
    let standard = service.standard(false).duration.get() / 60;
    let steps = bell(rng, -1, 3);
    u16::try_from((standard + steps * 15).clamp(15, 180)).unwrap_or(60)
}
