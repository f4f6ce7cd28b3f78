use std::collections::BTreeSet;

use clap::Parser;
use domain::{caregiver::TravelMode, service::Qualification, service::ServiceKind};
use roads::{Profile, Roads};

use super::*;

#[derive(Parser)]
#[command(args_override_self = true)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn args(flags: &[&str]) -> Args {
    let sizes = ["generate", "--elders", "400", "--caregivers", "40", "--orders", "300", "--side-km", "3"];
    Line::try_parse_from(sizes.iter().chain(flags)).unwrap().args
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_another_day() {
    let text = |flags: &[&str]| generate(&args(flags)).unwrap().to_json().unwrap();
    assert!(text(&[]) == text(&[]));
    assert!(text(&[]) != text(&["--seed", "2"]));
}

#[test]
fn the_day_reads_back_and_is_sized_as_asked() {
    let day = generate(&args(&[])).unwrap();
    assert_eq!((day.elders.len(), day.caregivers.len(), day.orders.len()), (400, 40, 300));
    assert!(Day::parse(&day.to_json().unwrap()).unwrap() == day, "a day changes by being written and read");
    let kinds: BTreeSet<ServiceKind> = day.orders.iter().map(|o| o.place.service).collect();
    assert!(kinds.len() >= 10, "{kinds:?}");
    assert!(day.orders.iter().any(|o| o.place.window.is_some()));
    for qualification in [Qualification::ElderCare, Qualification::Nurse, Qualification::Assessor] {
        let holders = day
            .caregivers
            .iter()
            .filter(|c| c.profile.certificates.iter().any(|held| held.qualification == qualification));
        assert!(holders.count() >= 2, "{qualification:?}");
    }
}

#[test]
fn more_orders_do_not_move_anyone() {
    let few = generate(&args(&[])).unwrap();
    let many = generate(&args(&["--orders", "500"])).unwrap();
    assert!(few.elders == many.elders && few.caregivers == many.caregivers);
}

#[test]
fn everyone_lives_and_starts_by_a_street_of_the_map() {
    let args = args(&[]);
    let day = generate(&args).unwrap();
    let (network, _) = map(&args).unwrap();
    let roads = Roads::prepare(&network, &[Profile::EBike]).unwrap();
    let elders = day.elders.iter().map(|e| e.profile.place);
    let starts = day.caregivers.iter().filter(|c| c.profile.mode == TravelMode::EBike).map(|c| c.start);
    for place in elders.chain(starts) {
        let street = roads.snap(Profile::EBike, place).on_street().unwrap();
        assert!(street.distance_m(place) < 30.0);
    }
}

#[test]
fn a_real_map_is_named_relative_to_the_day_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("maps")).unwrap();
    fs::create_dir_all(folder.path().join("days")).unwrap();
    fs::write(folder.path().join("maps/town.osm"), "").unwrap();
    let named =
        path_from_day(&folder.path().join("maps/town.osm"), Some(&folder.path().join("days/day.json")));
    assert_eq!(named.unwrap(), "../maps/town.osm");
}
