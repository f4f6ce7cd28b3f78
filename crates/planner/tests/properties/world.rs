//! A random little district, as the planner sees it and as the checker does.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, Signal, TravelMode},
    decision::{Decision, Exclusion, Leg, TermKind, TravelSource},
    geo::Wgs84,
    id::{CaregiverId, DecisionId, OrderId, OrganisationId, StreetId},
    priority::Priority,
    service::{Qualification, Requirement},
    time::{Timestamp, Window},
    unit::{Metres, Seconds},
};
use plan_check::{Facts, Need, Person, Placed, Promise, Stage};
use planner::{
    Board, Commitment, Goals, KeptSeat, PlaceIx, Placement, Progress, Report, Task, Travel, Whereabouts,
    Worker,
};

const MODES: [TravelMode; 3] = [TravelMode::Walk, TravelMode::EBike, TravelMode::Car];

/// The instant everything is planned at.
pub const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// SplitMix64: small, seeded, the same everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }

    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.roll((to - from + 1) as u64) as i64
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

/// A full table of travel times; asymmetric, and the triangle inequality does not hold.
pub struct Table(pub BTreeMap<TravelMode, Vec<Vec<i64>>>);

impl Travel for Table {
    fn leg(&self, mode: TravelMode, from: PlaceIx, to: PlaceIx) -> Leg {
        let seconds = Seconds(self.0[&mode][from.0 as usize][to.0 as usize]);
        Leg { seconds, metres: Metres(seconds.get() * 4), source: TravelSource::Network }
    }
}

pub struct World {
    pub board: Board,
    pub workers: Vec<Worker>,
    pub tasks: Vec<Task>,
    pub table: Table,
    pub goals: Goals,
}

/// How big, and whether all times are whole minutes.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub workers: usize,
    pub tasks: usize,
    pub largest_team: u8,
    pub grain: i64,
}

pub fn caregiver(i: usize) -> CaregiverId {
    CaregiverId::new(format!("c{i:04}")).unwrap()
}

pub fn order(i: usize) -> OrderId {
    OrderId::new(format!("o{i:04}")).unwrap()
}

pub fn decision_of(order: &OrderId) -> DecisionId {
    DecisionId::new(format!("d-{order}")).unwrap()
}

pub fn minutes(n: i64) -> Timestamp {
    NOW + Seconds::minutes(n)
}

fn window(from: Timestamp, to: Timestamp) -> Window {
    Window::new(from, to.max(from)).unwrap()
}

struct Builder {
    dice: Dice,
    grain: i64,
    places: Vec<Wgs84>,
}

impl Builder {
    /// An instant so many minutes from now, on the grain.
    fn at(&mut self, from: i64, to: i64) -> Timestamp {
        NOW + self.span(from, to)
    }

    fn span(&mut self, from: i64, to: i64) -> Seconds {
        let steps = |minutes: i64| minutes * 60 / self.grain;
        Seconds(self.dice.between(steps(from), steps(to)) * self.grain)
    }

    fn place(&mut self) -> usize {
        self.dice.roll(self.places.len() as u64) as usize
    }

    fn validity(&mut self) -> Window {
        let from = if self.dice.chance(4) { self.at(-30, 120) } else { minutes(-100_000) };
        let to = if self.dice.chance(8) { self.at(-60, 240) } else { minutes(100_000) };
        window(from, to)
    }

    fn profile(&mut self, i: usize) -> CaregiverProfile {
        let mut certificates = Vec::new();
        for (qualification, chance) in [(Qualification::ElderCare, 85), (Qualification::Nurse, 50)] {
            if self.dice.chance(chance) {
                certificates.push(Certificate { qualification, valid: self.validity() });
            }
        }
        let mut shifts = Vec::new();
        if !self.dice.chance(20) {
            let end = self.at(20, 360);
            shifts.push(window(minutes(-240), end));
            if self.dice.chance(40) {
                shifts.push(window(end + self.span(0, 60), end + Seconds::hours(4)));
            }
        }
        let mut breaks = Vec::new();
        for _ in 0..self.dice.roll(3) {
            let from = self.at(-30, 180);
            breaks.push(window(from, from + self.span(1, 45)));
        }
        CaregiverProfile {
            id: caregiver(i),
            organisation: OrganisationId::new("org").unwrap(),
            street: StreetId::new("street").unwrap(),
            mode: MODES[self.dice.roll(3) as usize],
            certificates,
            health_certificate: (!self.dice.chance(4)).then(|| self.validity()),
            trained: !self.dice.chance(4),
            shifts,
            breaks,
            off: Vec::new(),
            max_radius: Metres(self.dice.between(2000, 16_000)),
            rating: (!self.dice.chance(30)).then(|| self.dice.roll(501) as u16),
            suspended: self.dice.chance(4),
        }
    }

    fn worker(&mut self, i: usize) -> Worker {
        let place = self.place();
        let here = Whereabouts { place: PlaceIx(place as u32), coordinates: self.places[place] };
        Worker {
            profile: Arc::new(self.profile(i)),
            duty: [Duty::Off, Duty::Break].get(self.dice.roll(16) as usize).copied().unwrap_or(Duty::On),
            signal: [Signal::Lost, Signal::None, Signal::Stale, Signal::Stale]
                .get(self.dice.roll(20) as usize)
                .copied()
                .unwrap_or(Signal::Fresh),
            whereabouts: (!self.dice.chance(3)).then_some(here),
            holds_offer: self.dice.chance(8),
            worked_minutes: self.dice.between(0, 400),
            commitments: self.round(i),
        }
    }

    fn round(&mut self, worker: usize) -> Vec<Commitment> {
        let mut clock = 0;
        let mut round = Vec::new();
        let first = self.dice.roll(6);
        for n in 0..self.dice.roll(4) {
            let progress = match (n, first) {
                (0, 0) => Progress::InService { since: self.at(-40, 0) },
                (0, 1) => Progress::UnderWay,
                _ => Progress::Planned,
            };
            clock += self.dice.between(0, 60);
            let earliest = self.at(clock - 10, clock + 10);
            let due = earliest + self.span(0, 40);
            let name = OrderId::new(format!("p{worker:04}-{n}")).unwrap();
            let place = PlaceIx(self.place() as u32);
            let duration = self.span(5, 60);
            round.push(if self.dice.chance(15) && progress == Progress::Planned {
                Commitment::appointed(name, place, earliest, duration)
            } else {
                let latest = due + self.span(0, 40);
                Commitment { order: name, place, earliest, due, latest, duration, progress }
            });
        }
        round
    }

    fn task(&mut self, i: usize, workers: usize, largest_team: u8) -> Task {
        let place = self.place();
        let earliest = self.at(-20, 90);
        let needed = match self.dice.roll(4) {
            0 => vec![],
            1 => vec![Qualification::Nurse],
            2 => vec![Qualification::ElderCare],
            _ => vec![Qualification::ElderCare, Qualification::Nurse],
        };
        let some = |dice: &mut Dice, percent| -> Vec<CaregiverId> {
            (0..workers).filter(|_| dice.chance(percent)).map(caregiver).collect()
        };
        let reasons = [Exclusion::Declined, Exclusion::TimedOut, Exclusion::Removed];
        Task {
            order: order(i),
            place: PlaceIx(place as u32),
            coordinates: self.places[place],
            window: window(earliest, earliest + self.span(0, 60)),
            latest: self.dice.chance(50).then(|| self.at(0, 150)),
            requirement: Requirement {
                duration: self.span(5, 60),
                team_size: 1 + self.dice.roll(u64::from(largest_team)) as u8,
                qualifications: needed.into_iter().collect(),
            },
            priority: [Priority::Emergency, Priority::Urgent, Priority::Guaranteed, Priority::Ordinary]
                [self.dice.roll(4) as usize],
            kept: Vec::new(),
            ruled_out: some(&mut self.dice, 5)
                .into_iter()
                .map(|who| (who, reasons[self.dice.roll(3) as usize]))
                .collect(),
            blocked: some(&mut self.dice, 3).into_iter().collect(),
            preferred: some(&mut self.dice, 10).into_iter().collect(),
            told: None,
        }
    }
}

impl World {
    pub fn random(seed: u64, size: Size) -> Self {
        let mut dice = Dice(seed);
        let centre = Wgs84::new(98.29, 39.77).unwrap();
        let places: Vec<Wgs84> = (0..24)
            .map(|_| centre.offset_m(dice.between(-6000, 6000) as f64, dice.between(-6000, 6000) as f64))
            .collect();
        let mut b = Builder { dice, grain: size.grain, places };
        let row = |b: &mut Builder| (0..24).map(|_| b.span(0, 25).get()).collect::<Vec<_>>();
        let table = MODES.map(|mode| (mode, (0..24).map(|_| row(&mut b)).collect::<Vec<_>>()));
        let table = Table(table.into_iter().collect());
        let workers: Vec<Worker> = (0..size.workers).map(|i| b.worker(i)).collect();
        let tasks = (0..size.tasks).map(|i| b.task(i, size.workers, size.largest_team)).collect();
        let mut board = Board::new();
        for worker in &workers {
            board.upsert(worker.clone(), &table);
        }
        Self { board, workers, tasks, table, goals: Goals::default() }
    }

    pub fn insert(&self, task: &Task) -> Report {
        planner::insert(&self.board, task, &self.goals, &self.table, NOW, decision_of(&task.order))
    }

    pub fn match_many(&self, tasks: &[Task]) -> Vec<Report> {
        planner::match_many(&self.board, tasks, &self.goals, &self.table, NOW, decision_of)
    }

    /// The same world in the checker's words.
    pub fn facts(&self, tasks: &[Task]) -> Facts {
        let seconds = |rows: &Vec<Vec<i64>>| -> Vec<Vec<Seconds>> {
            rows.iter().map(|row| row.iter().copied().map(Seconds).collect()).collect()
        };
        Facts {
            now: NOW,
            people: self.board.workers().map(person).collect(),
            needs: tasks.iter().map(|t| self.need(t)).collect(),
            ways: self.table.0.iter().map(|(mode, rows)| (*mode, seconds(rows))).collect(),
            most_promises: self.goals.max_commitments,
            unrated: self.goals.unrated,
        }
    }

    pub fn need(&self, task: &Task) -> Need {
        let ruled_out = task.ruled_out.iter().map(|(who, _)| who);
        let w = if task.priority == Priority::Emergency { self.goals.emergency } else { self.goals.usual };
        Need {
            order: task.order.clone(),
            place: task.place.0 as usize,
            coordinates: task.coordinates,
            window: task.window,
            latest: task.latest.unwrap_or(task.window.latest + self.goals.lateness_limit),
            requirement: task.requirement.clone(),
            kept: task.kept.iter().map(|k| (k.caregiver.clone(), k.start)).collect(),
            unwanted: ruled_out.chain(&task.blocked).cloned().collect::<BTreeSet<_>>(),
            preferred: task.preferred.clone(),
            weights: BTreeMap::from([
                (TermKind::Response, w.response),
                (TermKind::Tardiness, w.tardiness),
                (TermKind::Detour, w.detour),
                (TermKind::Displacement, w.displacement),
                (TermKind::Idle, w.idle),
                (TermKind::Workload, w.workload),
                (TermKind::Continuity, w.continuity),
                (TermKind::Rating, w.rating),
                (TermKind::Staleness, w.staleness),
            ]),
        }
    }

    /// Checks reports as a whole: no violation, the same terms, scores and moved promises, and clean books.
    pub fn check(&self, tasks: &[Task], reports: &[Report]) {
        let placed: Vec<Placed> = reports.iter().flat_map(|r| &r.placements).map(placed).collect();
        let findings = plan_check::check(&self.facts(tasks), &placed);
        assert!(findings.violations.is_empty(), "{:#?}\n{reports:#?}", findings.violations);
        let mut moved = BTreeMap::new();
        for report in reports {
            let decision = &report.decision;
            decision.verify().unwrap();
            let chosen = report.placements.iter().map(|p| &p.caregiver);
            assert!(chosen.eq(&decision.chosen));
            for p in &report.placements {
                moved.extend(p.moved.iter().map(|m| ((p.caregiver.clone(), m.order.clone()), m.start)));
            }
            let task = tasks.iter().find(|t| t.order == decision.order).unwrap();
            self.check_books(task, decision);
            let Some(pick) = decision.ranked.iter().find(|r| r.team == decision.chosen) else {
                assert!(decision.chosen.is_empty());
                assert_eq!(decision.shortage.is_none(), task.missing() == 0);
                continue;
            };
            assert_eq!(decision.shortage, None);
            assert_eq!(findings.scores[&decision.order], pick.score, "{:#?}", findings.amounts);
            for term in &pick.terms {
                let amount = findings.amounts[&decision.order].get(&term.kind).copied().unwrap_or(0);
                assert_eq!(amount, term.value, "{:?} of {}", term.kind, decision.order);
            }
        }
        if tasks.iter().all(|t| t.kept.is_empty()) {
            assert_eq!(moved, findings.moved);
        }
    }

    /// Everyone is counted once, and named at most so often.
    fn check_books(&self, task: &Task, decision: &Decision) {
        assert_eq!(decision.considered as usize, self.board.len());
        let excluded: usize = decision.excluded.iter().map(|e| e.count as usize).sum();
        let kept = task.kept.iter().filter(|k| self.board.worker(&k.caregiver).is_some()).count();
        assert!(excluded + kept <= self.board.len(), "{decision:#?}");
        for e in &decision.excluded {
            assert!(e.caregivers.len() <= domain::decision::NAMED_PER_REASON.min(e.count as usize));
            for who in &e.caregivers {
                assert!(!decision.ranked.iter().any(|r| r.team.contains(who)), "{who} is both");
            }
        }
        for r in &decision.ranked {
            assert_eq!((r.team.len(), r.legs.len()), (task.missing(), task.missing()));
        }
    }
}

pub fn placed(p: &Placement) -> Placed {
    Placed { order: p.order.clone(), caregiver: p.caregiver.clone(), position: p.position, start: p.start }
}

fn person(w: &Worker) -> Person {
    Person {
        profile: (*w.profile).clone(),
        duty: w.duty,
        signal: w.signal,
        at: w.whereabouts.map(|h| (h.place.0 as usize, h.coordinates)),
        holds_offer: w.holds_offer,
        worked_minutes: w.worked_minutes,
        round: w.commitments.iter().map(promise).collect(),
    }
}

fn promise(c: &Commitment) -> Promise {
    Promise {
        order: c.order.clone(),
        place: c.place.0 as usize,
        earliest: c.earliest,
        due: c.due,
        latest: c.latest,
        duration: c.duration,
        stage: match c.progress {
            Progress::Planned => Stage::Ahead,
            Progress::UnderWay => Stage::Begun,
            Progress::InService { since } => Stage::Served(since),
        },
    }
}

/// Takes a seat of the task for someone who has promised it as the last stop of their round.
pub fn keep(world: &mut World, task: &mut Task, who: usize) {
    let id = caregiver(who);
    let Some(mut worker) = world.board.worker(&id).cloned() else { return };
    let start = task.window.earliest.max(minutes(100));
    worker.commitments.retain(|c| c.earliest + c.duration < start);
    let duration = task.requirement.duration;
    worker.commitments.push(Commitment::appointed(task.order.clone(), task.place, start, duration));
    world.board.set_commitments(&id, worker.commitments, &world.table).unwrap();
    task.kept.push(KeptSeat { caregiver: id, start });
}
