//! A district as the planner sees it: people with their rounds, and visits that need somebody.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::{Context, Result};
use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, Signal, TravelMode},
    decision::Leg,
    geo::Wgs84,
    id::{CaregiverId, OrderId, OrganisationId, StreetId},
    priority::Priority,
    service::{Qualification, Requirement},
    time::{Timestamp, Window},
    unit::{Metres, Seconds},
};
use planner::{Board, Commitment, PlaceIx, Placement, Progress, Task, Travel, Whereabouts, Worker};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use roads::{Place, Profile, Roads};

use crate::measure::place::somewhere;

/// When everything is planned.
pub const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// Places on the streets, and the ways between them by e-bike.
pub struct Streets<'a> {
    roads: &'a Roads,
    places: Vec<Place>,
    at: Vec<Wgs84>,
}

impl<'a> Streets<'a> {
    /// So many places, drawn anew for each seed.
    pub fn on(roads: &'a Roads, seed: u64, count: usize) -> Result<Self> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let at: Vec<Wgs84> = (0..count).map(|_| somewhere(roads, &mut rng)).collect::<Result<_>>()?;
        let places = at.iter().map(|at| roads.snap(Profile::EBike, *at)).collect();
        Ok(Self { roads, places, at })
    }

    fn place(&self, ix: PlaceIx) -> Option<&Place> {
        self.places.get(ix.0 as usize)
    }
}

impl Travel for Streets<'_> {
    fn leg(&self, _: TravelMode, from: PlaceIx, to: PlaceIx) -> Leg {
        match (self.place(from), self.place(to)) {
            (Some(from), Some(to)) => self.roads.travel(Profile::EBike, from, to).into(),
            _ => unreachable_leg(),
        }
    }

    fn legs_to(&self, mode: TravelMode, from: &[PlaceIx], to: PlaceIx, out: &mut Vec<Leg>) {
        let sources: Vec<Place> = from.iter().filter_map(|ix| self.place(*ix).copied()).collect();
        match self.place(to) {
            Some(to) if sources.len() == from.len() => {
                out.extend(self.roads.many_to_one(Profile::EBike, &sources, to).into_iter().map(Leg::from));
            }
            _ => out.extend(from.iter().map(|from| self.leg(mode, *from, to))),
        }
    }
}

/// Places are numbered by the district itself, so that this is never asked for.
fn unreachable_leg() -> Leg {
    let source = domain::decision::TravelSource::GreatCircle;
    Leg { seconds: Seconds(i64::from(u32::MAX)), metres: Metres::ZERO, source }
}

/// People with their rounds, and the dice that drew them.
pub struct District<'a> {
    rng: ChaCha8Rng,
    streets: &'a Streets<'a>,
    /// Everyone.
    pub board: Board,
}

fn at(minutes: i64) -> Timestamp {
    NOW + Seconds::minutes(minutes)
}

impl<'a> District<'a> {
    /// So many people with so many stops each, of whom `held` percent consider an offer.
    pub fn new(seed: u64, streets: &'a Streets<'a>, staff: usize, stops: usize, held: u32) -> Result<Self> {
        let rng = ChaCha8Rng::seed_from_u64(seed.wrapping_add(staff as u64));
        let mut district = Self { rng, streets, board: Board::new() };
        for number in 0..staff {
            let worker = district.worker(number, stops, held)?;
            district.board.upsert(worker, streets);
        }
        Ok(district)
    }

    fn percent(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    fn place(&mut self) -> Result<(PlaceIx, Wgs84)> {
        let ix = self.rng.random_range(0..self.streets.at.len().max(1));
        let at = *self.streets.at.get(ix).context("there are no places")?;
        Ok((PlaceIx(u32::try_from(ix)?), at))
    }

    fn worker(&mut self, number: usize, stops: usize, held: u32) -> Result<Worker> {
        let always = Window::new(at(-100_000), at(100_000))?;
        let mut certificates = Vec::new();
        for (qualification, percent) in [(Qualification::ElderCare, 85), (Qualification::Nurse, 15)] {
            if self.percent(percent) {
                certificates.push(Certificate { qualification, valid: always });
            }
        }
        let (place, coordinates) = self.place()?;
        let profile = CaregiverProfile {
            id: CaregiverId::new(format!("c{number:05}"))?,
            organisation: OrganisationId::new("org")?,
            street: StreetId::new("street")?,
            mode: TravelMode::EBike,
            certificates,
            health_certificate: Some(always),
            trained: true,
            shifts: vec![Window::new(at(-120), at(600))?],
            breaks: vec![Window::new(at(200), at(260))?],
            off: Vec::new(),
            max_radius: Metres(8000),
            rating: Some(self.rng.random_range(400..500)),
            suspended: false,
        };
        Ok(Worker {
            profile: Arc::new(profile),
            duty: Duty::On,
            signal: Signal::Fresh,
            whereabouts: Some(Whereabouts { place, coordinates }),
            holds_offer: self.percent(held),
            worked_minutes: self.rng.random_range(0..300),
            commitments: (0..stops).map(|stop| self.stop(number, stop)).collect::<Result<_>>()?,
        })
    }

    fn stop(&mut self, worker: usize, stop: usize) -> Result<Commitment> {
        let earliest = at(stop as i64 * 55 + self.rng.random_range(0..20));
        Ok(Commitment {
            order: OrderId::new(format!("p{worker}-{stop}"))?,
            place: self.place()?.0,
            earliest,
            due: earliest + Seconds::minutes(20),
            latest: earliest + Seconds::minutes(40),
            duration: Seconds::minutes(20),
            progress: Progress::Planned,
        })
    }

    /// A visit whose window begins within so many minutes; one in ten takes a nurse.
    pub fn task(&mut self, number: usize, team_size: u8, spread: i64) -> Result<Task> {
        let (place, coordinates) = self.place()?;
        let earliest = at(self.rng.random_range(0..=spread));
        let needed = if self.percent(10) { Qualification::Nurse } else { Qualification::ElderCare };
        Ok(Task {
            order: OrderId::new(format!("o{number}"))?,
            place,
            coordinates,
            window: Window::new(earliest, earliest + Seconds::minutes(60))?,
            latest: None,
            requirement: Requirement {
                duration: Seconds::minutes(30),
                team_size,
                qualifications: BTreeSet::from([needed]),
            },
            priority: Priority::Ordinary,
            kept: Vec::new(),
            ruled_out: Vec::new(),
            blocked: BTreeSet::new(),
            preferred: BTreeSet::new(),
            told: None,
        })
    }
}

/// The visit becomes part of the round it was put into.
pub fn promise(board: &mut Board, placed: &Placement, task: &Task, streets: &Streets<'_>) -> Result<()> {
    let worker = board.worker(&placed.caregiver).context("the one who was chosen is on the board")?;
    let mut round = worker.commitments.clone();
    let commitment = Commitment {
        order: task.order.clone(),
        place: task.place,
        earliest: task.window.earliest,
        due: task.window.latest,
        latest: task.window.latest.max(placed.start),
        duration: task.requirement.duration,
        progress: Progress::Planned,
    };
    round.insert(placed.position.min(round.len()), commitment);
    board.set_commitments(&placed.caregiver, round, streets)?;
    Ok(())
}
