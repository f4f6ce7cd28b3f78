//! Who serves: their qualifications and certificates, how they travel, the day's roster.

use domain::{
    caregiver::{CaregiverProfile, Certificate, TravelMode},
    geo::Wgs84,
    id::{CaregiverId, OrganisationId},
    service::Qualification,
    time::Window,
    unit::{Metres, Seconds},
};
use rand::{Rng, RngExt};
use schemas::day::{CaregiverTruth, DayCaregiver};

use super::{
    calendar::Calendar,
    names,
    quarters::Quarters,
    random::{Dice, bell, chance, one_of, shuffle, weighted},
};

/// Of a thousand caregivers so many hold it. Everyone who goes to homes is an elder-care worker first; the rest is on
/// top of that.
const QUALIFIED: [(usize, Qualification); 7] = [
    (900, Qualification::ElderCare),
    (120, Qualification::Nurse),
    (60, Qualification::Rehabilitation),
    (50, Qualification::Repair),
    (40, Qualification::Assessor),
    (60, Qualification::SocialWork),
    (25, Qualification::Psychology),
];

/// Begin and end of a shift and of its break, in minutes after midnight.
struct Shift {
    from: i64,
    to: i64,
    rest: (i64, i64),
}

/// Early, day and late, by how many work it.
const SHIFTS: [(u32, Shift); 3] = [
    (35, Shift { from: 7 * 60, to: 15 * 60 + 30, rest: (11 * 60, 11 * 60 + 45) }),
    (40, Shift { from: 8 * 60 + 30, to: 17 * 60 + 30, rest: (12 * 60, 13 * 60) }),
    (25, Shift { from: 11 * 60, to: 19 * 60 + 30, rest: (14 * 60 + 30, 15 * 60 + 15) }),
];

/// How people travel, and how far from where they are work may lie.
const TRAVEL: [(u32, (TravelMode, i64)); 3] =
    [(78, (TravelMode::EBike, 6000)), (17, (TravelMode::Walk, 2000)), (5, (TravelMode::Car, 15_000))];

/// Employs so many caregivers.
pub fn employ(
    count: usize,
    doors: &[Wgs84],
    quarters: &Quarters,
    calendar: &Calendar,
    dice: &Dice,
) -> anyhow::Result<Vec<DayCaregiver>> {
    let mut rng = dice.of("caregivers");
    let held = qualifications(count, &mut rng);
    let organisations = (count / 40).clamp(1, 12);
    held.into_iter()
        .enumerate()
        .map(|(index, held)| {
            let door = rng.random_range(0..doors.len().max(1));
            let home = doors.get(door).zip(quarters.of_door(door));
            let Some((start, (street, _))) = home else { anyhow::bail!("there is no door to start from") };
            let (mode, radius) = weighted(&mut rng, &TRAVEL).copied().unwrap_or_default();
            let certificates =
                held.into_iter().map(|q| certificate(q, calendar, &mut rng)).collect::<Result<_, _>>()?;
            let (shift, rest) = roster(calendar, &mut rng)?;
            let profile = CaregiverProfile {
                id: CaregiverId::new(format!("c{:04}", index + 1))?,
                organisation: OrganisationId::new(format!("org{}", rng.random_range(1..=organisations)))?,
                street: street.clone(),
                mode,
                certificates,
                health_certificate: if chance(&mut rng, 985) {
                    Some(valid(calendar, 1, &mut rng)?)
                } else {
                    None
                },
                trained: chance(&mut rng, 990),
                shifts: vec![shift],
                breaks: vec![rest],
                off: Vec::new(),
                max_radius: Metres(radius),
                rating: if chance(&mut rng, 900) {
                    u16::try_from(bell(&mut rng, 400, 500)).ok()
                } else {
                    None
                },
                suspended: chance(&mut rng, 5),
            };
            let truth = CaregiverTruth {
                absent: chance(&mut rng, 10),
                late_by: if chance(&mut rng, 40) {
                    Seconds::minutes(bell(&mut rng, 3, 40))
                } else {
                    Seconds::ZERO
                },
                offline: Vec::new(),
            };
            Ok(DayCaregiver { profile, name: Some(names::caregiver(&mut rng)), start: *start, truth })
        })
        .collect()
}

/// Dealt out by quota, at least two of each where there are enough people: a small district has its nurse too.
fn qualifications(count: usize, rng: &mut impl Rng) -> Vec<Vec<Qualification>> {
    let mut held = vec![Vec::new(); count];
    for (per_mille, qualification) in QUALIFIED {
        let quota = (count * per_mille / 1000).max(2).min(count);
        let mut people: Vec<usize> = (0..count).collect();
        shuffle(rng, &mut people);
        for person in people.into_iter().take(quota) {
            if let Some(held) = held.get_mut(person) {
                held.push(qualification);
            }
        }
    }
    held
}

/// Valid for years around today; one in fifty ran out lately.
fn certificate(q: Qualification, calendar: &Calendar, rng: &mut impl Rng) -> anyhow::Result<Certificate> {
    Ok(Certificate { qualification: q, valid: valid(calendar, 3, rng)? })
}

fn valid(calendar: &Calendar, years: i64, rng: &mut impl Rng) -> anyhow::Result<Window> {
    let ends_in = if chance(rng, 20) { rng.random_range(-30..0) } else { rng.random_range(1..365 * years) };
    Ok(Window::new(calendar.midnight_in(ends_in - 365 * years), calendar.midnight_in(ends_in))?)
}

fn roster(calendar: &Calendar, rng: &mut impl Rng) -> anyhow::Result<(Window, Window)> {
    let Some(shift) = weighted(rng, &SHIFTS) else { anyhow::bail!("there is no shift") };
    // Breaks are staggered, so that the district does not stand still at noon.
    let stagger = one_of(rng, &[-30, 0, 30]).copied().unwrap_or_default();
    let (from, to) = shift.rest;
    Ok((calendar.window(shift.from, shift.to)?, calendar.window(from + stagger, to + stagger)?))
}
