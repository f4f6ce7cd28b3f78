//! Whether the index is right: everyone's neighbourhood as the service tells it, against all distances computed.

use std::collections::BTreeMap;

use anyhow::Result;
use bus::Bus;
use domain::{geo::Wgs84, id::CaregiverId, unit::Metres};
use futures::{StreamExt, TryStreamExt, stream};
use schemas::position::{Near, Nearest, NearestQuery};

use super::crowd::{Crowd, PATIENCE, question};

/// Neighbours are looked for so far.
const WITHIN_M: f64 = 1000.0;
/// Questions at a time.
const AT_A_TIME: usize = 64;
/// Nobody in a district is nearer than this along the meridian than this many degrees of latitude tell.
const DEGREES: f64 = WITHIN_M / 110_000.0;
/// Two ways of computing a distance differ by less.
const SAME_M: f64 = 0.01;

/// How many people's ten nearest differ from the reference, in who they are, where, or as of when.
///
/// # Errors
/// If the service does not answer.
pub async fn mismatches(bus: &Bus, crowd: &Crowd) -> Result<usize> {
    let places: BTreeMap<&CaregiverId, Wgs84> =
        crowd.people.iter().filter_map(|person| Some((&person.id, crowd.place(person)?))).collect();
    let questions = places.values().map(|place| async {
        let query = NearestQuery { within: Metres(WITHIN_M as i64), ..question(*place, false) };
        let answer: Nearest = bus.request(crowd.ask.clone(), &query, PATIENCE).await?;
        anyhow::Ok((query, answer))
    });
    let answers: Vec<_> = stream::iter(questions).buffered(AT_A_TIME).try_collect().await?;
    let missing = crowd.people.len() - places.len();
    let wrong = answers.iter().filter(|(query, answer)| !is_right(query, &answer.found, crowd, &places));
    Ok(missing + wrong.count())
}

fn is_right(
    query: &NearestQuery,
    found: &[Near],
    crowd: &Crowd,
    places: &BTreeMap<&CaregiverId, Wgs84>,
) -> bool {
    let mut near: Vec<f64> = places
        .values()
        .filter(|place| (place.lat() - query.place.lat()).abs() < DEGREES)
        .map(|place| place.distance_m(query.place))
        .filter(|distance| *distance <= WITHIN_M)
        .collect();
    near.sort_by(f64::total_cmp);
    near.truncate(usize::from(query.k));
    // Of two equally far either is right, so distances are compared, each with the person's own reference place.
    let as_reported = |one: &Near| {
        let known = places.get(&one.caregiver).is_some_and(|place| *place == one.place);
        known && one.at == crowd.last_at()
    };
    found.len() == near.len()
        && found.iter().zip(&near).all(|(one, distance)| {
            as_reported(one) && (one.place.distance_m(query.place) - distance).abs() < SAME_M
        })
}
