//! Small maps with known answers: what is read, where it is cut, who may go where, and how long it takes.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use roads::{Network, Place, Profile, Roads, TravelSource, dijkstra::Direction, read_osm};
use support::{Map, at, gz, write};

fn read(map: &Map) -> Network {
    let dir = tempfile::tempdir().unwrap();
    read_osm(map.write_xml(dir.path())).unwrap()
}

fn prepared(map: &Map, profile: Profile) -> Roads {
    Roads::prepare(&read(map), &[profile]).unwrap()
}

/// A square of 400 m with a one-way south side, west to east.
fn square() -> Map {
    Map::default()
        .node(1, 0.0, 0.0)
        .node(2, 400.0, 0.0)
        .node(3, 400.0, 400.0)
        .node(4, 0.0, 400.0)
        .way(&[1, 2], "highway=residential oneway=yes name=南街")
        .way(&[2, 3], "highway=residential name=东街")
        .way(&[3, 4], "highway=residential name=北街")
        .way(&[4, 1], "highway=residential name=西街")
}

fn seconds(roads: &Roads, profile: Profile, from: (f64, f64), to: (f64, f64)) -> i64 {
    let snap = |(east, north)| roads.snap(profile, at(east, north));
    let travel = roads.travel(profile, &snap(from), &snap(to));
    assert_eq!(travel.source, TravelSource::Network);
    travel.seconds().get()
}

#[track_caller]
fn assert_near(found: i64, want: f64) {
    assert!((found as f64 - want).abs() <= 1.5, "{found} s, expected about {want:.1} s");
}

#[test]
fn the_three_formats_hold_the_same_map() {
    let map = square().barrier(5, 200.0, 400.0, "barrier=bollard").way(&[5, 2], "highway=footway");
    let dir = tempfile::tempdir().unwrap();
    let strip = |network: Network| (network.edges().to_vec(), network.junctions().to_vec());
    let xml = strip(read_osm(map.write_xml(dir.path())).unwrap());
    assert_eq!(strip(read_osm(write(dir.path(), "map.osm.gz", &gz(&map.xml()))).unwrap()), xml);
    assert_eq!(strip(read_osm(write(dir.path(), "map.osm.pbf", &map.pbf())).unwrap()), xml);
    assert_eq!(xml.0.len(), 5);
}

#[test]
fn ways_are_cut_at_junctions_and_nowhere_else() {
    // A street of five nodes crossed in the middle by another.
    let network = read(
        &Map::default()
            .node(1, 0.0, 0.0)
            .node(2, 100.0, 20.0)
            .node(3, 200.0, 0.0)
            .node(4, 300.0, -20.0)
            .node(5, 400.0, 0.0)
            .node(6, 200.0, 100.0)
            .node(7, 200.0, -100.0)
            .way(&[1, 2, 3, 4, 5], "highway=residential name=长街")
            .way(&[6, 3, 7], "highway=service")
            .way(&[1, 7], "building=yes"),
    );
    assert_eq!(network.edges().len(), 4);
    assert_eq!(network.junctions().len(), 5);
    let long = &network.edges()[0];
    assert_eq!(network.shape(long).len(), 3);
    assert_eq!(network.name(long), Some("长街"));
    assert!((long.length_m() - 203.96).abs() < 0.2, "{}", long.length_m());
}

#[test]
fn a_street_drawn_there_and_back_is_one_street() {
    let there_and_back = Map::default()
        .node(1, 0.0, 0.0)
        .node(2, 100.0, 10.0)
        .node(3, 200.0, 0.0)
        .way(&[1, 2, 3, 2, 1], "highway=residential oneway=no");
    let network = read(&there_and_back);
    assert_eq!((network.edges().len(), network.junctions().len()), (1, 2));

    let two_oneways = Map::default()
        .node(1, 0.0, 0.0)
        .node(2, 200.0, 0.0)
        .way(&[1, 2], "highway=residential oneway=yes")
        .way(&[2, 1], "highway=residential oneway=yes");
    let network = read(&two_oneways);
    let [edge] = network.edges() else { panic!("{:?}", network.edges()) };
    let car = Profile::Car.of(&edge.permits);
    assert!(car.forward.is_some() && car.backward.is_some());
}

#[test]
fn roads_that_leave_the_extract_end_at_its_border() {
    let map = square().way(&[3, 900, 901, 4], "highway=residential").way(&[2, 902], "highway=residential");
    assert_eq!(read(&map).edges().len(), 4);
}

#[test]
fn times_are_length_over_speed() {
    let walk = prepared(&square(), Profile::Walk);
    // 300 m at 4.5 km/h.
    assert_near(seconds(&walk, Profile::Walk, (0.0, 50.0), (0.0, 350.0)), 240.0);
    let e_bike = prepared(&square(), Profile::EBike);
    // 300 m at 18 km/h.
    assert_near(seconds(&e_bike, Profile::EBike, (0.0, 50.0), (0.0, 350.0)), 60.0);
}

#[test]
fn on_one_edge_forward_is_short_and_back_is_the_way_round() {
    let roads = prepared(&square(), Profile::EBike);
    let speed = 18.0 / 3.6;
    assert_near(seconds(&roads, Profile::EBike, (100.0, 0.0), (300.0, 0.0)), 200.0 / speed);
    assert_near(seconds(&roads, Profile::EBike, (300.0, 0.0), (100.0, 0.0)), 1400.0 / speed);
    // Whoever walks does not mind.
    let walk = prepared(&square(), Profile::Walk);
    assert_near(seconds(&walk, Profile::Walk, (300.0, 0.0), (100.0, 0.0)), 200.0 / 1.25);
}

#[test]
fn a_start_leaves_a_one_way_street_only_forward() {
    let roads = prepared(&square(), Profile::EBike);
    let speed = 18.0 / 3.6;
    // To the junction 100 m behind: 300 m on, then three sides of the square.
    assert_near(seconds(&roads, Profile::EBike, (100.0, 0.0), (0.0, 10.0)), (300.0 + 800.0 + 390.0) / speed);
    // Arriving on it comes from its beginning.
    assert_near(
        seconds(&roads, Profile::EBike, (400.0, 10.0), (300.0, 0.0)),
        (390.0 + 800.0 + 300.0) / speed,
    );
    // At its very beginning one stands at the junction and may leave any way.
    assert_near(seconds(&roads, Profile::EBike, (0.0, -1.0), (0.0, 100.0)), 100.0 / speed);
}

#[test]
fn the_walk_between_door_and_street_counts() {
    let roads = prepared(&square(), Profile::EBike);
    let (speed, walk) = (18.0 / 3.6, 1.25);
    assert_near(
        seconds(&roads, Profile::EBike, (-60.0, 50.0), (-30.0, 350.0)),
        60.0 / walk + 300.0 / speed + 30.0 / walk,
    );
    // Next door is walked to, not by way of the street.
    assert_near(seconds(&roads, Profile::EBike, (-60.0, 50.0), (-60.0, 70.0)), 20.0 / walk);
    assert_near(seconds(&roads, Profile::EBike, (-60.0, 50.0), (-60.0, 50.0)), 0.0);
}

#[test]
fn who_cannot_pass_a_bollard_gets_to_it_and_no_farther() {
    // The north side has a bollard in its middle.
    let map = Map::default()
        .node(1, 0.0, 0.0)
        .node(2, 400.0, 0.0)
        .node(3, 400.0, 400.0)
        .node(4, 0.0, 400.0)
        .barrier(5, 200.0, 400.0, "barrier=bollard")
        .way(&[1, 2], "highway=residential")
        .way(&[2, 3], "highway=residential")
        .way(&[3, 5, 4], "highway=residential")
        .way(&[4, 1], "highway=residential");
    let speed = 20.0 / 3.6;
    let car = prepared(&map, Profile::Car);
    assert_near(seconds(&car, Profile::Car, (100.0, 400.0), (300.0, 400.0)), 1400.0 / speed);
    let e_bike = prepared(&map, Profile::EBike);
    assert_near(seconds(&e_bike, Profile::EBike, (100.0, 400.0), (300.0, 400.0)), 200.0 / 5.0);
}

#[test]
fn only_the_largest_connected_part_is_kept() {
    let map = square()
        .node(10, 100.0, 200.0)
        .node(11, 150.0, 200.0)
        .node(12, 500.0, 0.0)
        .way(&[10, 11], "highway=residential")
        .way(&[2, 12], "highway=residential oneway=yes");
    let roads = prepared(&map, Profile::Car);
    let graph = roads.engine(Profile::Car).unwrap().graph();
    assert_eq!(graph.nodes(), 4);
    // Beside the lone street one is snapped to the square; past the end of the trap, back to its corner.
    assert!(roads.snap(Profile::Car, at(125.0, 201.0)).on_street().unwrap().distance_m(at(0.0, 201.0)) < 1.0);
    assert!(roads.snap(Profile::Car, at(500.0, 0.0)).on_street().unwrap().distance_m(at(400.0, 0.0)) < 1.0);
    for node in 0..4 {
        assert!(!graph.arcs_of(node, Direction::Forward).is_empty());
        assert!(!graph.arcs_of(node, Direction::Backward).is_empty());
    }
}

#[test]
fn a_point_too_far_from_any_street_is_off_the_map_and_says_so() {
    let roads = prepared(&square(), Profile::EBike);
    let (near, far) =
        (roads.snap(Profile::EBike, at(-450.0, 100.0)), roads.snap(Profile::EBike, at(-550.0, 100.0)));
    assert!(near.is_on_map() && !far.is_on_map());
    for travel in [roads.travel(Profile::EBike, &near, &far), roads.travel(Profile::EBike, &far, &near)] {
        assert!(travel.is_estimate());
        assert_eq!(travel.metres.get(), 130);
    }
    // Prepared for the e-bike only: a car's time is an estimate everywhere.
    let place = roads.snap(Profile::Car, at(0.0, 0.0));
    assert!(!place.is_on_map());
    assert!(roads.travel(Profile::Car, &place, &place).is_estimate());
}

#[test]
fn a_place_of_another_profile_or_map_is_snapped_again() {
    let network = read(&square());
    let roads = Roads::prepare(&network, &Profile::ALL).unwrap();
    let other =
        Roads::prepare(&read(&square().node(9, 200.0, 200.0).way(&[1, 9, 3], "highway=path")), &Profile::ALL);
    let (a, b) = (at(300.0, 3.0), at(100.0, 3.0));
    let right = roads.travel(Profile::EBike, &roads.snap(Profile::EBike, a), &roads.snap(Profile::EBike, b));
    let foreign =
        |roads: &Roads, profile: Profile| -> [Place; 2] { [roads.snap(profile, a), roads.snap(profile, b)] };
    for [a, b] in [foreign(&roads, Profile::Walk), foreign(&other.unwrap(), Profile::EBike)] {
        assert_eq!(roads.travel(Profile::EBike, &a, &b), right);
    }
}

#[test]
fn a_route_follows_the_streets() {
    let roads = prepared(&square(), Profile::Car);
    let (from, to) = (roads.snap(Profile::Car, at(300.0, -5.0)), roads.snap(Profile::Car, at(100.0, -5.0)));
    let route = roads.route(Profile::Car, &from, &to);
    let corners = [
        (300.0, -5.0),
        (300.0, 0.0),
        (400.0, 0.0),
        (400.0, 400.0),
        (0.0, 400.0),
        (0.0, 0.0),
        (100.0, 0.0),
        (100.0, -5.0),
    ];
    assert_eq!(route.points.len(), corners.len(), "{:?}", route.points);
    for (point, (east, north)) in route.points.iter().zip(corners) {
        assert!(point.distance_m(at(east, north)) < 1.0, "{point:?} is not {east}, {north}");
    }
    assert!((route.drawn_length() - route.travel.metres).get().abs() <= 2);
    // Along one edge.
    let route = roads.route(Profile::Car, &to, &from);
    assert_eq!(route.points.len(), 4);
}

#[test]
fn the_base_map_joins_what_belongs_together() {
    let map = square().node(6, 800.0, 400.0).way(&[3, 6], "highway=residential name=北街");
    let base = prepared(&map, Profile::Walk).base_map().unwrap();
    let mut names: Vec<&str> = base.streets.iter().filter_map(|s| s.name.as_deref()).collect();
    names.sort_unstable();
    assert_eq!(names, ["东街", "北街", "南街", "西街"]);
    let north = base.streets.iter().find(|s| s.name.as_deref() == Some("北街")).unwrap();
    assert_eq!(north.points().count(), 3);
    assert!(north.points().any(|p| p.distance_m(at(800.0, 400.0)) < 0.2));
}
