//! Who lives in the district: abilities, the classes served first, wishes about who comes.

use std::collections::BTreeSet;

use domain::{
    elder::{Ability, DEFAULT_ARRIVAL_RADIUS, ElderProfile},
    geo::Wgs84,
    id::{CaregiverId, ElderId, StreetId},
    priority::PriorityClass,
};
use rand::{Rng, RngExt};
use schemas::day::{DayCaregiver, DayElder};

use super::{
    names,
    quarters::Quarters,
    random::{Dice, chance, one_of, weighted},
};

/// Assessed ability of those on the district's list, by share.
const ABILITIES: [(u32, Ability); 5] = [
    (58, Ability::Intact),
    (21, Ability::Mild),
    (11, Ability::Moderate),
    (6, Ability::Severe),
    (4, Ability::Complete),
];

/// Of a thousand elders so many are of the class; loss of ability follows from the assessment.
const CLASSES: [(u32, PriorityClass); 5] = [
    (50, PriorityClass::Alone),
    (35, PriorityClass::SeverelyHandicapped),
    (180, PriorityClass::AdvancedAge),
    (12, PriorityClass::SpecialFamilyPlanning),
    (25, PriorityClass::KeySpecialCare),
];

/// Settles so many elders behind the doors.
pub fn settle(
    count: usize,
    doors: &[Wgs84],
    quarters: &Quarters,
    caregivers: &[DayCaregiver],
    dice: &Dice,
) -> anyhow::Result<Vec<DayElder>> {
    let mut rng = dice.of("elders");
    (0..count)
        .map(|index| {
            let door = rng.random_range(0..doors.len().max(1));
            let home = doors.get(door).zip(quarters.of_door(door));
            let Some((place, (street, community))) = home else {
                anyhow::bail!("there is no door to live behind")
            };
            let ability = weighted(&mut rng, &ABILITIES).copied().unwrap_or_default();
            let (preferred, blocked) = wishes(street, caregivers, &mut rng);
            let profile = ElderProfile {
                id: ElderId::new(format!("e{:05}", index + 1))?,
                place: *place,
                street: street.clone(),
                community: community.clone(),
                ability,
                priority_classes: classes(ability, &mut rng),
                blocked,
                preferred,
                arrival_radius: DEFAULT_ARRIVAL_RADIUS,
                closed: false,
            };
            Ok(DayElder { profile, name: Some(names::elder(&mut rng)) })
        })
        .collect()
}

fn classes(ability: Ability, rng: &mut impl Rng) -> BTreeSet<PriorityClass> {
    let assessed = (ability >= Ability::Moderate).then_some(PriorityClass::Disabled);
    let drawn = CLASSES.into_iter().filter_map(|(per_mille, class)| chance(rng, per_mille).then_some(class));
    assessed.into_iter().chain(drawn.collect::<Vec<_>>()).collect()
}

/// One in five asks for a caregiver of the neighbourhood, one in fifty does not want a certain one.
fn wishes(
    street: &StreetId,
    caregivers: &[DayCaregiver],
    rng: &mut impl Rng,
) -> (BTreeSet<CaregiverId>, BTreeSet<CaregiverId>) {
    let near: Vec<&CaregiverId> =
        caregivers.iter().filter(|c| c.profile.street == *street).map(|c| &c.profile.id).collect();
    let mut pick = |per_mille| chance(rng, per_mille).then(|| one_of(rng, &near).copied().cloned()).flatten();
    let preferred: BTreeSet<CaregiverId> = pick(200).into_iter().collect();
    let blocked = pick(20).into_iter().filter(|c| !preferred.contains(c)).collect();
    (preferred, blocked)
}
