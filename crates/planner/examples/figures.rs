//! Prints what planning costs: `cargo run --release -p planner --example figures`.
//!
//! Travel times are great circles, so the figures are the planner's own, without a road network.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement, not a service"
)]

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, Signal, TravelMode},
    decision::{Leg, TravelSource},
    geo::Wgs84,
    id::{CaregiverId, DecisionId, OrderId, OrganisationId, StreetId},
    priority::Priority,
    service::{Qualification, Requirement},
    time::{Timestamp, Window},
    unit::{Metres, Seconds},
};
use planner::{Board, Commitment, Goals, PlaceIx, Progress, Task, Travel, Whereabouts, Worker};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// Great circle × 1.3 at the usual speeds.
struct Crow(Vec<Wgs84>);

impl Travel for Crow {
    fn leg(&self, mode: TravelMode, from: PlaceIx, to: PlaceIx) -> Leg {
        let metres = self.0[from.0 as usize].distance_m(self.0[to.0 as usize]) * 1.3;
        let speed = match mode {
            TravelMode::Walk => 1.2,
            TravelMode::EBike => 4.5,
            TravelMode::Car => 7.0,
        };
        let seconds = Seconds((metres / speed).ceil() as i64);
        Leg { seconds, metres: Metres(metres as i64), source: TravelSource::GreatCircle }
    }
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }
}

/// A district of twelve by twelve kilometres.
struct District {
    dice: Dice,
    travel: Crow,
    board: Board,
    goals: Goals,
}

fn at(minutes: i64) -> Timestamp {
    NOW + Seconds::minutes(minutes)
}

impl District {
    fn new(workers: usize, stops: usize, held: u64) -> Self {
        let mut dice = Dice(7);
        let centre = Wgs84::new(98.29, 39.77).unwrap();
        let mut metres = || dice.roll(12_000) as f64 - 6000.0;
        let places = (0..5000).map(|_| centre.offset_m(metres(), metres())).collect();
        let mut district = Self { dice, travel: Crow(places), board: Board::new(), goals: Goals::default() };
        for i in 0..workers {
            let worker = district.worker(i, stops, held);
            district.board.upsert(worker, &district.travel);
        }
        district
    }

    fn place(&mut self) -> PlaceIx {
        PlaceIx(self.dice.roll(self.travel.0.len() as u64) as u32)
    }

    fn worker(&mut self, i: usize, stops: usize, held: u64) -> Worker {
        let always = Window::new(at(-100_000), at(100_000)).unwrap();
        let certified = |qualification| Certificate { qualification, valid: always };
        let mut certificates = Vec::new();
        if self.dice.roll(100) < 85 {
            certificates.push(certified(Qualification::ElderCare));
        }
        if self.dice.roll(100) < 15 {
            certificates.push(certified(Qualification::Nurse));
        }
        let place = self.place();
        let profile = CaregiverProfile {
            id: CaregiverId::new(format!("c{i:05}")).unwrap(),
            organisation: OrganisationId::new("org").unwrap(),
            street: StreetId::new("street").unwrap(),
            mode: TravelMode::EBike,
            certificates,
            health_certificate: Some(always),
            trained: true,
            shifts: vec![Window::new(at(-120), at(600)).unwrap()],
            breaks: vec![Window::new(at(200), at(260)).unwrap()],
            max_radius: Metres(8000),
            rating: Some(400 + self.dice.roll(100) as u16),
            suspended: false,
        };
        let commitments = (0..stops).map(|n| self.stop(i, n)).collect();
        Worker {
            profile: Arc::new(profile),
            duty: Duty::On,
            signal: Signal::Fresh,
            whereabouts: Some(Whereabouts { place, coordinates: self.travel.0[place.0 as usize] }),
            holds_offer: self.dice.roll(100) < held,
            worked_minutes: self.dice.roll(300) as i64,
            commitments,
        }
    }

    fn stop(&mut self, worker: usize, n: usize) -> Commitment {
        let earliest = at(n as i64 * 55 + self.dice.roll(20) as i64);
        Commitment {
            order: OrderId::new(format!("p{worker}-{n}")).unwrap(),
            place: self.place(),
            earliest,
            due: earliest + Seconds::minutes(20),
            latest: earliest + Seconds::minutes(40),
            duration: Seconds::minutes(20),
            progress: Progress::Planned,
        }
    }

    /// `spread`: the window begins within so many minutes from now.
    fn task(&mut self, i: usize, team_size: u8, nurse: u64, spread: u64) -> Task {
        let place = self.place();
        let earliest = at(self.dice.roll(spread + 1) as i64);
        let needed =
            if self.dice.roll(100) < nurse { Qualification::Nurse } else { Qualification::ElderCare };
        Task {
            order: OrderId::new(format!("o{i}")).unwrap(),
            place,
            coordinates: self.travel.0[place.0 as usize],
            window: Window::new(earliest, earliest + Seconds::minutes(60)).unwrap(),
            latest: None,
            requirement: Requirement {
                duration: Seconds::minutes(30),
                team_size,
                qualifications: BTreeSet::from([needed]),
            },
            priority: Priority::Ordinary,
            kept: vec![],
            ruled_out: vec![],
            blocked: BTreeSet::new(),
            preferred: BTreeSet::new(),
        }
    }

    /// Times many insertions, each on the unchanged board.
    fn time_inserts(&mut self, name: &str, team_size: u8, nurse: u64, spread: u64) {
        let runs = 2000;
        let tasks: Vec<Task> = (0..runs).map(|i| self.task(i, team_size, nurse, spread)).collect();
        let id = DecisionId::new("d").unwrap();
        let mut placed = 0;
        let mut times = Vec::with_capacity(runs);
        for task in &tasks {
            // The least of three: other work may share the processor.
            let mut least = Duration::MAX;
            for run in 0..3 {
                let id = id.clone();
                let begin = Instant::now();
                let report = planner::insert(&self.board, task, &self.goals, &self.travel, NOW, id);
                least = least.min(begin.elapsed());
                placed += usize::from(run == 0 && !report.placements.is_empty());
            }
            times.push(least);
        }
        print(name, times, &format!("{placed}/{runs} placed"));
    }

    fn time_match(&mut self, orders: usize) {
        let tasks: Vec<Task> = (0..orders).map(|i| self.task(i, 1, 10, 0)).collect();
        let mut times = Vec::new();
        let mut served = 0;
        for _ in 0..5 {
            let begin = on_processor();
            let name = |order: &OrderId| DecisionId::new(order.as_str()).unwrap();
            let reports = planner::match_many(&self.board, &tasks, &self.goals, &self.travel, NOW, name);
            times.push(on_processor().saturating_sub(begin));
            served = reports.iter().filter(|r| !r.placements.is_empty()).count();
        }
        let name = format!("match {orders} x {}", self.board.len());
        print(&name, times, &format!("{served}/{orders} served"));
    }

    fn time_moves(&mut self) {
        let ids: Vec<CaregiverId> = self.board.workers().map(|w| w.profile.id.clone()).collect();
        let begin = Instant::now();
        for id in &ids {
            let place = self.place();
            let here = Whereabouts { place, coordinates: self.travel.0[place.0 as usize] };
            self.board.move_worker(id, here, Signal::Fresh).unwrap();
        }
        let each = begin.elapsed().as_nanos() / ids.len() as u128;
        println!("{:<44} {each:>8} ns each", format!("move {} workers", ids.len()));
    }
}

/// How long this thread has run on a processor, where the system tells: other work may share the machine.
fn on_processor() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or(0))
}

fn print(name: &str, mut times: Vec<Duration>, note: &str) {
    times.sort_unstable();
    let us = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_nanos() as f64 / 1000.0;
    let mean = times.iter().sum::<Duration>().as_nanos() as f64 / times.len() as f64 / 1000.0;
    println!(
        "{name:<44} mean {mean:>8.1}  p50 {:>8.1}  p99 {:>8.1}  max {:>8.1} us   {note}",
        us(0.5),
        us(0.99),
        us(1.0)
    );
}

fn main() {
    let mut busy = District::new(300, 10, 5);
    busy.time_inserts("insert, 300 workers x 3000 stops, now", 1, 10, 0);
    busy.time_inserts("insert, 300 workers x 3000 stops, 8 h ahead", 1, 10, 480);
    busy.time_inserts("team of 2, 300 workers x 3000 stops, now", 2, 0, 0);
    busy.time_inserts("team of 2, 300 x 3000, 8 h ahead", 2, 0, 480);
    busy.time_inserts("team of 4, 300 x 3000, 8 h ahead", 4, 0, 480);
    for workers in [100, 1000, 2000, 10_000] {
        let mut district = District::new(workers, 1, 5);
        district.time_inserts(&format!("insert, {workers} workers, one stop each"), 1, 10, 0);
        let mut district = District::new(workers, 0, 90);
        district.time_inserts(&format!("insert, {workers} workers, 90 % hold an offer"), 1, 10, 0);
        district.time_moves();
    }
    District::new(2000, 10, 0).time_inserts("insert, 2000 x 10 stops, 8 h ahead", 1, 10, 480);
    for (orders, workers) in [(100, 100), (300, 300), (1000, 1000), (300, 2000), (300, 100)] {
        District::new(workers, 1, 0).time_match(orders);
    }
}
