//! What must hold for any two points of any district.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use domain::geo::Wgs84;
use proptest::prelude::*;
use roads::{FallbackModel, GenerateParams, Place, Profile, Roads, TravelSource, generate};

const SIDE_KM: f64 = 4.0;

fn centre() -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap()
}

fn params(seed: u64) -> GenerateParams {
    GenerateParams { seed, centre: centre(), side_km: SIDE_KM }
}

static ROADS: LazyLock<Roads> =
    LazyLock::new(|| Roads::prepare(&generate(&params(3)).unwrap(), &Profile::ALL).unwrap());

fn profile() -> impl Strategy<Value = Profile> {
    prop::sample::select(Profile::ALL.to_vec())
}

fn point() -> impl Strategy<Value = Wgs84> {
    let reach = SIDE_KM * 500.0;
    (-reach..reach, -reach..reach).prop_map(|(east, north)| centre().offset_m(east, north))
}

/// A place right on a street, so that no walk to the street comes on top.
fn on_street(profile: Profile, at: Wgs84) -> Option<Place> {
    let place = ROADS.snap(profile, ROADS.snap(profile, at).on_street()?);
    place.is_on_map().then_some(place)
}

#[test]
fn roads_are_shared_between_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Roads>();
    let places: Vec<Place> =
        (0..40).map(|i| ROADS.snap(Profile::EBike, centre().offset_m(f64::from(i) * 30.0, 100.0))).collect();
    let want = ROADS.many_to_one(Profile::EBike, &places, &places[0]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                (0..50)
                    .for_each(|_| assert_eq!(ROADS.many_to_one(Profile::EBike, &places, &places[0]), want));
            });
        }
    });
}

#[test]
fn without_a_map_everything_is_a_marked_estimate() {
    let roads = Roads::fallback_only(FallbackModel { detour_factor: 1.5, ..FallbackModel::default() });
    let (a, b) =
        (roads.snap(Profile::Walk, centre()), roads.snap(Profile::Walk, centre().offset_m(0.0, 1000.0)));
    assert!(!a.is_on_map());
    let travel = roads.travel(Profile::Walk, &a, &b);
    assert_eq!((travel.source, travel.metres.get()), (TravelSource::GreatCircle, 1500));
    assert_eq!(roads.route(Profile::Walk, &a, &b).points, [a.at(), b.at()]);
    assert!(roads.matrix(Profile::Walk, &[a, b], &[a, b]).row(1).iter().all(|t| t.is_estimate()));
    assert!(roads.base_map().is_none() && roads.network().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn snapping_finds_the_nearest_street(profile in profile(), at in point()) {
        let place = ROADS.snap(profile, at);
        let Some(found) = place.on_street() else {
            return Ok(());
        };
        let network = ROADS.network().unwrap();
        let graph = ROADS.engine(profile).unwrap().graph();
        // Measured against every edge the profile travels, sampled every few metres.
        let used: HashSet<u32> = (0..graph.nodes())
            .flat_map(|node| graph.arcs_of(node, roads::dijkstra::Direction::Forward))
            .map(|arc| arc.edge)
            .collect();
        let sampled = used.iter().flat_map(|edge| network.shape(&network.edges()[*edge as usize]).windows(2)).flat_map(|pair| {
            let (a, b) = (pair[0], pair[1]);
            (0..=20).map(move |i| {
                let t = f64::from(i) / 20.0;
                Wgs84::new(a.lon() + (b.lon() - a.lon()) * t, a.lat() + (b.lat() - a.lat()) * t).unwrap()
            })
        });
        let nearest = sampled.map(|p| at.distance_m(p)).fold(f64::INFINITY, f64::min);
        prop_assert!(at.distance_m(found) <= nearest + 0.2, "{} > {nearest}", at.distance_m(found));
        prop_assert!(at.distance_m(found) <= 500.5);
    }

    #[test]
    fn a_detour_is_never_shorter(profile in profile(), a in point(), b in point(), c in point()) {
        let places = [a, b, c].map(|at| on_street(profile, at));
        let [Some(a), Some(b), Some(c)] = places else { return Ok(()) };
        let direct = ROADS.travel(profile, &a, &c);
        let (first, second) = (ROADS.travel(profile, &a, &b), ROADS.travel(profile, &b, &c));
        prop_assert!(direct.millis <= first.millis + second.millis);
        prop_assert_eq!(ROADS.travel(profile, &a, &a).millis, 0);
    }

    #[test]
    fn nobody_beats_the_crow(profile in profile(), a in point(), b in point()) {
        let (a, b) = (ROADS.snap(profile, a), ROADS.snap(profile, b));
        let travel = ROADS.travel(profile, &a, &b);
        prop_assert!(travel.metres.as_f64() + 1.5 >= a.at().distance_m(b.at()) * 0.999, "{travel:?}");
        let fastest = match profile { Profile::Walk => 4.5, Profile::EBike => 25.0, Profile::Car => 80.0 };
        prop_assert!(travel.millis as f64 >= (travel.metres.as_f64() - 1.0) * 3600.0 / fastest * 0.99);
    }

    #[test]
    fn a_route_goes_only_where_its_profile_may(profile in profile(), a in point(), b in point()) {
        let (Some(a), Some(b)) = (on_street(profile, a), on_street(profile, b)) else { return Ok(()) };
        let route = ROADS.route(profile, &a, &b);
        prop_assert_eq!(route.points.first(), Some(&a.at()));
        prop_assert_eq!(route.points.last(), Some(&b.at()));
        prop_assert!((route.drawn_length() - route.travel.metres).get().abs() <= 3 + route.travel.metres.get() / 500);

        // Every whole piece of the line is a piece of a street drawn or allowed in that direction.
        let network = ROADS.network().unwrap();
        let key = |at: Wgs84| (at.lon().to_bits(), at.lat().to_bits());
        let mut pieces: HashMap<_, bool> = HashMap::new();
        for edge in network.edges() {
            let permit = profile.of(&edge.permits);
            for pair in network.shape(edge).windows(2) {
                *pieces.entry((key(pair[0]), key(pair[1]))).or_default() |= permit.forward.is_some();
                *pieces.entry((key(pair[1]), key(pair[0]))).or_default() |= permit.backward.is_some();
            }
        }
        let inner = route.points.get(2..route.points.len().saturating_sub(2)).unwrap_or(&[]);
        for pair in inner.windows(2) {
            prop_assert_eq!(pieces.get(&(key(pair[0]), key(pair[1]))), Some(&true));
        }
    }

    #[test]
    fn estimates_are_marked_and_network_times_are_not(profile in profile(), at in point(), far in 5.0..50.0f64) {
        let (here, away) = (ROADS.snap(profile, at), ROADS.snap(profile, centre().offset_m(far * 1000.0, 0.0)));
        prop_assert!(!away.is_on_map());
        prop_assert!(ROADS.travel(profile, &here, &away).is_estimate());
        if here.is_on_map() {
            prop_assert_eq!(ROADS.travel(profile, &here, &here).source, TravelSource::Network);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_generated_district_hangs_together(seed: u64, side_km in 1.0..7.0f64) {
        let network = generate(&GenerateParams { seed, centre: centre(), side_km }).unwrap();
        prop_assert_eq!(&network, &generate(&GenerateParams { seed, centre: centre(), side_km }).unwrap());
        let roads = Roads::prepare(&network, &Profile::ALL).unwrap();
        let nodes = |profile| roads.engine(profile).unwrap().graph().nodes() as usize;
        prop_assert_eq!(nodes(Profile::Walk), network.junctions().len());
        prop_assert!(nodes(Profile::EBike) * 100 >= network.junctions().len() * 97);
        let (south_west, north_east) = network.bounds().unwrap();
        let diagonal = south_west.distance_m(north_east) / 1000.0;
        prop_assert!(diagonal > side_km * 1.0 && diagonal < side_km * 2.0, "{diagonal}");
        for profile in Profile::ALL {
            prop_assert!(roads.snap(profile, centre()).is_on_map());
        }
    }

    #[test]
    fn a_prepared_network_survives_the_disk(seed: u64, points in proptest::collection::vec(point(), 2..12)) {
        let roads = Roads::prepare(&generate(&params(seed)).unwrap(), &[Profile::Walk, Profile::EBike]).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("district.roads");
        roads.save(&path).unwrap();
        let loaded = Roads::load(&path).unwrap();
        prop_assert_eq!(loaded.network(), roads.network());
        for profile in Profile::ALL {
            let snap = |roads: &Roads| points.iter().map(|at| roads.snap(profile, *at)).collect::<Vec<_>>();
            let (before, after) = (snap(&roads), snap(&loaded));
            prop_assert_eq!(&before, &after);
            prop_assert_eq!(roads.matrix(profile, &before, &before), loaded.matrix(profile, &after, &after));
        }
    }
}
