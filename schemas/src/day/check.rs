//! What the types of a day alone cannot say: ids are unique and known, times lie within the day, numbers in range.

use std::{collections::BTreeSet, fmt::Display};

use domain::{
    geo::Wgs84,
    id::{CaregiverId, CommunityId, ElderId, OrganisationId, StreetId},
    time::{Timestamp, Window},
    unit::Seconds,
};

use super::{
    Day, DayCaregiver, DayElder, DayOrder, Network, OrderTruth,
    problem::{DayProblems, Findings},
};

/// The longest a day may be.
const LONGEST_DAY: Seconds = Seconds::hours(48);
/// The longest a single step of a visit may take.
const LONGEST_STEP: Seconds = Seconds::hours(12);
/// Places of a day and of its travel matrix are the same within so many metres.
const SAME_PLACE_METRES: f64 = 1.0;

pub(super) fn check(day: &Day) -> Result<(), DayProblems> {
    let mut checker = Checker {
        day,
        caregivers: day.caregivers.iter().map(|c| &c.profile.id).collect(),
        elders: day.elders.iter().map(|e| e.profile.id.as_str()).collect(),
        communities: day.streets.iter().flat_map(|s| s.communities.iter().map(|c| (&s.id, &c.id))).collect(),
        streets: day.streets.iter().map(|s| &s.id).collect(),
        kitchens: day.kitchens.iter().map(|k| &k.organisation).collect(),
        found: Findings::default(),
    };
    checker.span();
    checker.network();
    checker.unique();
    for (index, elder) in day.elders.iter().enumerate() {
        checker.elder(index, elder);
    }
    for (index, caregiver) in day.caregivers.iter().enumerate() {
        checker.caregiver(index, caregiver);
    }
    checker.others();
    for (index, order) in day.orders.iter().enumerate() {
        checker.order(index, order);
    }
    checker.found.into_result()
}

struct Checker<'a> {
    day: &'a Day,
    caregivers: BTreeSet<&'a CaregiverId>,
    elders: BTreeSet<&'a str>,
    streets: BTreeSet<&'a StreetId>,
    communities: BTreeSet<(&'a StreetId, &'a CommunityId)>,
    kitchens: BTreeSet<&'a OrganisationId>,
    found: Findings,
}

impl Checker<'_> {
    fn span(&mut self) {
        let Day { starts_at, ends_at, .. } = *self.day;
        if ends_at <= starts_at || ends_at.since(starts_at) > LONGEST_DAY {
            self.found.add(
                || "/ends_at".to_owned(),
                format!("the day ends at {ends_at}, it begins at {starts_at}"),
                "let it end later than it begins, at most 48 hours",
            );
        }
    }

    fn network(&mut self) {
        match &self.day.network {
            Network::Generated(params) => {
                if !(1.0..=40.0).contains(&params.side_km) {
                    self.found.add(
                        || "/network/generated/side_km".to_owned(),
                        format!("a side of {} km", params.side_km),
                        "choose 1 to 40",
                    );
                }
            }
            Network::Osm(path) => {
                if path.trim().is_empty() {
                    self.found.add(
                        || "/network/osm".to_owned(),
                        "no path",
                        "name a .osm.pbf, .osm or .osm.gz file relative to the day file",
                    );
                }
            }
            Network::GreatCircle(model) => {
                let fields = [
                    ("detour_factor", model.detour_factor, 1.0..=5.0),
                    ("walk_kmh", model.walk_kmh, 0.5..=10.0),
                    ("e_bike_kmh", model.e_bike_kmh, 1.0..=50.0),
                    ("car_kmh", model.car_kmh, 1.0..=200.0),
                ];
                for (name, value, range) in fields {
                    if !range.contains(&value) {
                        self.found.add(
                            || format!("/network/great_circle/{name}"),
                            format!("{value} lies outside {} to {}", range.start(), range.end()),
                            "choose a sensible value",
                        );
                    }
                }
            }
            Network::Matrix(matrix) => {
                let size = matrix.places.len();
                if matrix.seconds.len() != size {
                    self.found.add(
                        || "/network/matrix/seconds".to_owned(),
                        format!("{} rows for {size} places", matrix.seconds.len()),
                        "give one row per place",
                    );
                }
                for (index, row) in matrix.seconds.iter().enumerate() {
                    if row.len() != size || row.iter().any(|s| *s < Seconds::ZERO) {
                        self.found.add(
                            || format!("/network/matrix/seconds/{index}"),
                            format!("a row of {} cells for {size} places, or a negative cell", row.len()),
                            "give one cell of zero or more seconds per place",
                        );
                    }
                }
            }
        }
    }

    /// With a travel matrix every place must be one of its own.
    fn place(&mut self, pointer: impl Fn() -> String, place: Wgs84) {
        if let Network::Matrix(matrix) = &self.day.network
            && !matrix.places.iter().any(|known| known.distance_m(place) <= SAME_PLACE_METRES)
        {
            self.found.add(
                pointer,
                format!("longitude {}, latitude {} has no row in the matrix", place.lon(), place.lat()),
                "add it to /network/matrix/places, or use another kind of network",
            );
        }
    }

    fn unique(&mut self) {
        let day = self.day;
        self.distinct("/streets", "/id", day.streets.iter().map(|s| &s.id));
        self.distinct("/elders", "/profile/id", day.elders.iter().map(|e| &e.profile.id));
        self.distinct("/caregivers", "/profile/id", day.caregivers.iter().map(|c| &c.profile.id));
        self.distinct("/kitchens", "/organisation", day.kitchens.iter().map(|k| &k.organisation));
        self.distinct("/couriers", "/user", day.couriers.iter().map(|c| &c.user));
        self.distinct("/devices", "/id", day.devices.iter().map(|d| &d.id));
        self.distinct("/orders", "/id", day.orders.iter().map(|o| &o.id));
        let mut seen = BTreeSet::new();
        for (s, street) in day.streets.iter().enumerate() {
            for (c, community) in street.communities.iter().enumerate() {
                if !seen.insert(&community.id) {
                    let pointer = || format!("/streets/{s}/communities/{c}/id");
                    self.found.add(pointer, format!("{} stands here twice", community.id), UNIQUE);
                }
            }
        }
        // An id must name one person wherever names are looked up.
        for (index, caregiver) in day.caregivers.iter().enumerate() {
            if self.elders.contains(caregiver.profile.id.as_str()) {
                let pointer = || format!("/caregivers/{index}/profile/id");
                self.found.add(pointer, format!("{} is an elder's id too", caregiver.profile.id), UNIQUE);
            }
        }
    }

    fn distinct<'i, I: Ord + Display + 'i>(
        &mut self,
        list: &str,
        member: &str,
        ids: impl Iterator<Item = &'i I>,
    ) {
        let mut seen = BTreeSet::new();
        for (index, id) in ids.enumerate() {
            if !seen.insert(id) {
                let pointer = || format!("{list}/{index}{member}");
                self.found.add(pointer, format!("{id} stands here twice"), UNIQUE);
            }
        }
    }

    fn elder(&mut self, index: usize, elder: &DayElder) {
        let at = |member: &str| format!("/elders/{index}/profile/{member}");
        let profile = &elder.profile;
        self.place(|| at("place"), profile.place);
        if !self.communities.contains(&(&profile.street, &profile.community)) {
            let what = format!("street {} has no community {}", profile.street, profile.community);
            self.found.add(|| at("community"), what, "list both under /streets");
        }
        for (member, people) in [("blocked", &profile.blocked), ("preferred", &profile.preferred)] {
            for caregiver in people {
                self.known_caregiver(|| at(member), caregiver);
            }
        }
        self.range(|| at("arrival_radius"), profile.arrival_radius.get(), 10, 2000, "metres");
    }

    fn caregiver(&mut self, index: usize, caregiver: &DayCaregiver) {
        let at = |member: &str| format!("/caregivers/{index}/{member}");
        let profile = &caregiver.profile;
        self.place(|| at("start"), caregiver.start);
        if !self.streets.contains(&profile.street) {
            let what = format!("there is no street {}", profile.street);
            self.found.add(|| at("profile/street"), what, "list it under /streets");
        }
        self.apart(|| at("profile/shifts"), &profile.shifts);
        self.apart(|| at("profile/breaks"), &profile.breaks);
        for (b, rest) in profile.breaks.iter().enumerate() {
            if !profile.rostered(rest) {
                let what = "a break outside every shift";
                self.found.add(
                    || at(&format!("profile/breaks/{b}")),
                    what,
                    "put it inside one shift, or drop it",
                );
            }
        }
        self.range(|| at("profile/max_radius"), profile.max_radius.get(), 100, 200_000, "metres");
        if let Some(rating) = profile.rating {
            self.range(|| at("profile/rating"), i64::from(rating), 0, 500, "hundredths of a star");
        }
        self.step(|| at("truth/late_by"), caregiver.truth.late_by);
        self.apart(|| at("truth/offline"), &caregiver.truth.offline);
    }

    fn others(&mut self) {
        let day = self.day;
        for (index, kitchen) in day.kitchens.iter().enumerate() {
            self.place(|| format!("/kitchens/{index}/place"), kitchen.place);
        }
        for (index, courier) in day.couriers.iter().enumerate() {
            self.place(|| format!("/couriers/{index}/start"), courier.start);
            self.apart(|| format!("/couriers/{index}/shifts"), &courier.shifts);
            if !self.kitchens.contains(&courier.kitchen) {
                let pointer = || format!("/couriers/{index}/kitchen");
                self.found.add(
                    pointer,
                    format!("there is no kitchen {}", courier.kitchen),
                    "list it under /kitchens",
                );
            }
        }
        for (index, device) in day.devices.iter().enumerate() {
            self.known_elder(|| format!("/devices/{index}/elder"), &device.elder);
        }
    }

    fn order(&mut self, index: usize, order: &DayOrder) {
        let at = |member: &str| format!("/orders/{index}/{member}");
        let Day { starts_at, ends_at, .. } = *self.day;
        if order.release_at < starts_at || order.release_at > ends_at {
            let what = format!("{} lies outside the day, {starts_at} to {ends_at}", order.release_at);
            self.found.add(|| at("release_at"), what, "release it within the day");
        }
        if index
            .checked_sub(1)
            .and_then(|i| self.day.orders.get(i))
            .is_some_and(|o| o.release_at > order.release_at)
        {
            let what = format!("{} is earlier than the order before it", order.release_at);
            self.found.add(|| at("release_at"), what, "sort the orders by their release");
        }
        self.known_elder(|| at("place/elder"), &order.place.elder);
        if let Some(window) = order.place.window
            && window.latest < order.release_at
        {
            let what = format!("the window ends at {}, before the order is released", window.latest);
            self.found.add(|| at("place/window"), what, "let it end later, or release the order earlier");
        }
        if let Some(minutes) = order.place.minutes {
            self.range(|| at("place/minutes"), i64::from(minutes), 5, 480, "minutes");
        }
        self.truth(index, order.release_at, &order.truth);
    }

    fn truth(&mut self, index: usize, release_at: Timestamp, truth: &OrderTruth) {
        let at = |member: &str| format!("/orders/{index}/truth/{member}");
        for (a, reaction) in truth.answers.iter().enumerate() {
            self.step(|| at(&format!("answers/{a}/after")), reaction.after().unwrap_or_default());
        }
        for (p, personal) in truth.personal.iter().enumerate() {
            self.known_caregiver(|| at(&format!("personal/{p}/caregiver")), &personal.caregiver);
            let after = personal.reaction.after().unwrap_or_default();
            self.step(|| at(&format!("personal/{p}/reaction/after")), after);
        }
        self.step(|| at("answer_after"), truth.answer_after);
        self.step(|| at("depart_after"), truth.depart_after);
        self.step(|| at("identify_after"), truth.identify_after);
        self.step(|| at("duration"), truth.duration.unwrap_or_default());
        self.step(|| at("confirm_after"), truth.confirm_after.unwrap_or_default());
        self.step(|| at("breakdown/after"), truth.breakdown.map(|b| b.after).unwrap_or_default());
        self.range(|| at("travel_percent"), i64::from(truth.travel_percent), 10, 1000, "percent");
        if let Some(stars) = truth.stars {
            self.range(|| at("stars"), i64::from(stars), 1, 5, "stars");
        }
        if let Some(cancelled) = truth.cancelled
            && cancelled.at < release_at
        {
            let what = format!("called off at {}, before it is released at {release_at}", cancelled.at);
            self.found.add(|| at("cancelled/at"), what, "call it off later");
        }
    }

    fn known_elder(&mut self, pointer: impl FnOnce() -> String, elder: &ElderId) {
        if !self.elders.contains(elder.as_str()) {
            self.found.add(
                pointer,
                format!("there is no elder {elder}"),
                "add them to /elders, or correct the id",
            );
        }
    }

    fn known_caregiver(&mut self, pointer: impl FnOnce() -> String, caregiver: &CaregiverId) {
        if !self.caregivers.contains(caregiver) {
            let what = format!("there is no caregiver {caregiver}");
            self.found.add(pointer, what, "add them to /caregivers, or correct the id");
        }
    }

    fn apart(&mut self, pointer: impl Fn() -> String, windows: &[Window]) {
        let following = windows.iter().zip(windows.iter().skip(1));
        for (index, (before, after)) in (1_usize..).zip(following) {
            if after.earliest < before.latest {
                let what = "it begins before the one before it ends";
                self.found.add(|| format!("{}/{index}", pointer()), what, "sort them and keep them apart");
            }
        }
    }

    fn step(&mut self, pointer: impl FnOnce() -> String, step: Seconds) {
        self.range(pointer, step.get(), 0, LONGEST_STEP.get(), "seconds");
    }

    fn range(&mut self, pointer: impl FnOnce() -> String, value: i64, least: i64, most: i64, unit: &str) {
        if !(least..=most).contains(&value) {
            self.found.add(pointer, format!("{value} {unit}"), &format!("choose {least} to {most}"));
        }
    }
}

const UNIQUE: &str = "every id names one thing; give one of the two another";
