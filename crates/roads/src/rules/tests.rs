//! The rules as a table: tags on the left, what each profile may do on the right.

use super::{Permit, Tags, barrier::blocked, permits};
use crate::profile::Profile;

fn tags(line: &str) -> Tags {
    line.split(' ').filter_map(|pair| pair.split_once('=')).collect()
}

/// `2` both ways, `>` forward, `<` backward, `-` not at all; in the order walk, e-bike, car.
fn shape(line: &str) -> String {
    let all = permits(&tags(line)).map_or([Permit::NONE; 3], |(_, permits)| permits);
    all.iter()
        .map(|p| match (p.forward.is_some(), p.backward.is_some()) {
            (true, true) => '2',
            (true, false) => '>',
            (false, true) => '<',
            (false, false) => '-',
        })
        .collect()
}

#[test]
fn who_may_go_which_way() {
    let table = [
        // classes
        ("highway=motorway", "-->"),
        ("highway=motorway_link", "--2"),
        ("highway=motorway oneway=no", "--2"),
        ("highway=trunk", "--2"),
        ("highway=trunk sidewalk=both cycleway=lane", "222"),
        ("highway=trunk motorroad=yes sidewalk=both cycleway:right=lane", "--2"),
        ("highway=trunk bicycle=yes foot=yes", "222"),
        ("highway=primary", "222"),
        ("highway=primary motorroad=yes", "--2"),
        ("highway=secondary_link", "222"),
        ("highway=residential", "222"),
        ("highway=living_street", "222"),
        ("highway=service", "222"),
        ("highway=track", "22-"),
        ("highway=cycleway", "22-"),
        ("highway=footway", "22-"),
        ("highway=pedestrian", "22-"),
        ("highway=path", "22-"),
        ("highway=steps", "2--"),
        ("highway=steps bicycle=yes", "22-"),
        ("highway=steps motor_vehicle=yes", "2--"),
        // no street at all
        ("highway=construction construction=primary", "---"),
        ("highway=proposed", "---"),
        ("highway=raceway", "---"),
        ("highway=platform", "---"),
        ("route=ferry", "---"),
        ("route=ferry highway=service", "---"),
        ("railway=rail", "---"),
        ("highway=track smoothness=impassable", "---"),
        // access, general to specific
        ("highway=residential access=no", "---"),
        ("highway=service access=private", "---"),
        ("highway=service access=private foot=yes", "2--"),
        ("highway=service access=no bicycle=designated", "-2-"),
        ("highway=service access=destination", "222"),
        ("highway=service access=customers", "222"),
        ("highway=residential vehicle=no", "2--"),
        ("highway=residential motor_vehicle=no", "22-"),
        ("highway=residential motor_vehicle=no motorcar=yes", "222"),
        ("highway=residential foot=no", "-22"),
        ("highway=residential bicycle=no", "2-2"),
        ("highway=residential bicycle=use_sidepath", "2-2"),
        ("highway=residential electric_bicycle=no", "2-2"),
        ("highway=footway access=yes", "22-"),
        ("highway=footway bicycle=no", "2--"),
        ("highway=footway foot=no", "---"),
        ("highway=cycleway foot=no", "-2-"),
        ("highway=pedestrian motor_vehicle=delivery", "222"),
        ("highway=track motor_vehicle=yes", "222"),
        ("highway=service access=emergency", "---"),
        ("highway=service access=military", "---"),
        // one-way
        ("highway=residential oneway=yes", "2>>"),
        ("highway=residential oneway=true", "2>>"),
        ("highway=residential oneway=1", "2>>"),
        ("highway=residential oneway=-1", "2<<"),
        ("highway=residential oneway=reverse", "2<<"),
        ("highway=residential oneway=no", "222"),
        ("highway=residential oneway=reversible", "2--"),
        ("highway=residential oneway=yes oneway:bicycle=no", "22>"),
        ("highway=residential oneway=no oneway:bicycle=yes", "2>2"),
        ("highway=residential oneway=-1 oneway:bicycle=no", "22<"),
        ("highway=residential oneway=yes cycleway=opposite", "22>"),
        ("highway=residential oneway=yes cycleway=opposite_lane", "22>"),
        ("highway=residential oneway=yes cycleway:left=opposite_track", "22>"),
        ("highway=residential oneway=yes cycleway:left=lane cycleway:left:oneway=-1", "22>"),
        ("highway=residential oneway=yes cycleway:right=lane", "2>>"),
        ("highway=residential oneway=yes bicycle:backward=yes", "22>"),
        ("highway=residential oneway=yes oneway:foot=yes", ">>>"),
        ("highway=footway oneway=yes", "2>-"),
        ("highway=steps conveying=forward", ">--"),
        ("highway=steps conveying=backward", "<--"),
        ("highway=tertiary junction=roundabout", "2>>"),
        ("highway=tertiary junction=circular", "2>>"),
        ("highway=tertiary junction=roundabout oneway=no", "222"),
        ("highway=tertiary junction=roundabout oneway:bicycle=no", "22>"),
    ];
    for (line, want) in table {
        assert_eq!(shape(line), want, "{line}");
    }
}

#[test]
fn how_fast() {
    let kmh = |line: &str, profile: Profile| {
        let (_, permits) = permits(&tags(line)).unwrap();
        profile.of(&permits).forward.map(super::Speed::as_kmh)
    };
    assert_eq!(kmh("highway=primary", Profile::Walk), Some(4.5));
    assert_eq!(kmh("highway=steps", Profile::Walk), Some(2.0));
    assert_eq!(kmh("highway=primary", Profile::EBike), Some(20.0));
    assert_eq!(kmh("highway=primary maxspeed=15", Profile::EBike), Some(15.0));
    assert_eq!(kmh("highway=footway", Profile::EBike), Some(4.0));
    assert_eq!(kmh("highway=footway bicycle=yes", Profile::EBike), Some(8.0));
    assert_eq!(kmh("highway=residential bicycle=dismount", Profile::EBike), Some(4.0));
    assert_eq!(kmh("highway=primary", Profile::Car), Some(35.0));
    assert_eq!(kmh("highway=primary_link", Profile::Car), Some(26.2));
    assert_eq!(kmh("highway=primary maxspeed=30", Profile::Car), Some(30.0));
    assert_eq!(kmh("highway=motorway maxspeed=30\u{a0}mph", Profile::Car), Some(48.2));
    assert_eq!(kmh("highway=primary maxspeed=CN:urban", Profile::Car), Some(35.0));
    assert_eq!(kmh("highway=track motor_vehicle=yes", Profile::Car), Some(8.0));
}

#[test]
fn no_e_bike_is_faster_than_the_law_allows() {
    for class in ["primary", "cycleway", "residential", "service", "path", "trunk", "motorway"] {
        let (_, permits) = permits(&tags(&format!("highway={class} bicycle=yes maxspeed=120"))).unwrap();
        assert!(Profile::EBike.of(&permits).forward.unwrap().as_kmh() <= 25.0, "{class}");
    }
}

#[test]
fn barriers_stop_whom_they_are_made_for() {
    let stopped = |line: &str| -> String {
        let set = blocked(&tags(line));
        Profile::ALL.iter().map(|p| if set.contains(*p) { 'x' } else { '.' }).collect()
    };
    let table = [
        ("highway=crossing", "..."),
        ("barrier=gate", "..."),
        ("barrier=gate access=private", "xxx"),
        ("barrier=gate access=no foot=yes", ".xx"),
        ("barrier=lift_gate motor_vehicle=private", "..x"),
        ("barrier=bollard", "..x"),
        ("barrier=bollard motor_vehicle=yes", "..."),
        ("barrier=stile", ".xx"),
        ("barrier=wall", "xxx"),
        ("barrier=something_new", "..."),
    ];
    for (line, want) in table {
        assert_eq!(stopped(line), want, "{line}");
    }
}
