//! Home health care routing and scheduling, as `iolab-uniud/hhcrsp` publishes it.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context, Result, bail};
use planner::rounds::{Absence, Bond, FOREVER, Goals, Model, Part, Profile, Rounds, Task, Worker};
use serde::{Deserialize, Serialize};

use super::{Published, scale};

#[derive(Deserialize)]
struct Instance {
    patients: Vec<Patient>,
    #[serde(default)]
    services: Vec<Service>,
    caregivers: Vec<Caregiver>,
    central_offices: Vec<serde_json::Value>,
    distances: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Patient {
    id: String,
    time_window: (f64, f64),
    required_caregivers: Vec<Required>,
    synchronization: Option<Synchronization>,
}

#[derive(Deserialize)]
struct Required {
    service: String,
    duration: Option<f64>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Synchronization {
    Simultaneous {},
    Sequential { distance: (f64, f64) },
}

#[derive(Deserialize)]
struct Service {
    id: String,
    #[serde(default)]
    default_duration: f64,
}

#[derive(Deserialize)]
struct Caregiver {
    id: String,
    abilities: Vec<String>,
    working_shift: Option<(f64, f64)>,
}

#[derive(Serialize)]
struct Solution {
    routes: Vec<Route>,
    global_ordering: Vec<String>,
}

#[derive(Serialize)]
struct Route {
    caregiver_id: String,
    locations: Vec<Location>,
}

#[derive(Serialize)]
struct Location {
    patient_id: String,
    service_id: String,
    arrival_time: f64,
    departure_time: f64,
}

/// An instance and its model.
pub struct HomeCare {
    instance: Instance,
    model: Model,
    scale: f64,
}

impl HomeCare {
    /// Reads an instance.
    pub fn read(text: &str) -> Result<Self> {
        let instance: Instance =
            serde_json::from_str(text).context("this is no instance in the form of hhcrsp")?;
        let offices = instance.central_offices.len();
        let places = offices + instance.patients.len();
        if offices == 0 {
            bail!("the instance has no central office");
        }
        if instance.distances.len() != places || instance.distances.iter().any(|row| row.len() != places) {
            bail!("the distances are not {places} × {places}");
        }
        let scale = Self::scale(&instance);
        let model = Model {
            places,
            profiles: vec![profile(&instance, scale)],
            workers: instance.caregivers.iter().map(|c| worker(&instance, c, scale)).collect(),
            tasks: instance
                .patients
                .iter()
                .enumerate()
                .map(|(i, p)| task(&instance, p, offices + i, scale))
                .collect::<Result<_>>()?,
            goals: Goals { worst_lateness: 1, fewest_workers: false },
        };
        Ok(Self { instance, model, scale })
    }

    fn scale(instance: &Instance) -> f64 {
        let windows = instance.patients.iter().flat_map(|p| [p.time_window.0, p.time_window.1]);
        let latest = windows.clone().fold(0.0, f64::max);
        let ways = instance.distances.iter().flatten().copied();
        let longest = ways.clone().fold(0.0, f64::max);
        let durations = instance
            .patients
            .iter()
            .flat_map(|p| p.required_caregivers.iter().filter_map(|r| r.duration))
            .chain(instance.services.iter().map(|s| s.default_duration));
        scale::of(&windows.chain(ways).chain(durations), 10.0 * (latest + longest).max(1.0))
    }
}

fn profile(instance: &Instance, scale: f64) -> Profile {
    let time: Arc<[i32]> = instance.distances.iter().flatten().map(|d| scale::up(*d, scale)).collect();
    Profile { cost: Arc::clone(&time), time }
}

/// Services are skills, numbered as they first come up.
fn skills(instance: &Instance) -> BTreeMap<&str, u32> {
    let asked =
        instance.patients.iter().flat_map(|p| p.required_caregivers.iter().map(|r| r.service.as_str()));
    let mut numbers = BTreeMap::new();
    for service in asked {
        let next = numbers.len() as u32;
        numbers.entry(service).or_insert(next);
    }
    numbers
}

fn worker(instance: &Instance, caregiver: &Caregiver, scale: f64) -> Worker {
    let numbers = skills(instance);
    let shift =
        caregiver.working_shift.map_or((0, FOREVER), |(a, b)| (scale::up(a, scale), scale::down(b, scale)));
    Worker {
        profile: 0,
        start: Some(0),
        end: Some(0),
        shift,
        skills: caregiver.abilities.iter().filter_map(|a| numbers.get(a.as_str()).copied()).collect(),
        ..Worker::default()
    }
}

fn duration(instance: &Instance, required: &Required) -> f64 {
    let usual = || instance.services.iter().find(|s| s.id == required.service).map(|s| s.default_duration);
    required.duration.or_else(usual).unwrap_or(0.0)
}

fn task(instance: &Instance, patient: &Patient, place: usize, scale: f64) -> Result<Task> {
    let numbers = skills(instance);
    let part = |required: &Required| Part {
        place,
        duration: scale::up(duration(instance, required), scale),
        earliest: scale::up(patient.time_window.0, scale),
        due: scale::down(patient.time_window.1, scale),
        lateness: 1,
        skills: numbers.get(required.service.as_str()).copied().into_iter().collect(),
        ..Part::default()
    };
    let parts: Vec<Part> = patient.required_caregivers.iter().map(part).collect();
    let bond = match &patient.synchronization {
        Some(Synchronization::Sequential { distance: (min, max) }) => {
            Bond::Apart { min: scale::up(*min, scale), max: scale::down(*max, scale) }
        }
        Some(Synchronization::Simultaneous {}) => Bond::Together,
        None if parts.len() < 2 => Bond::Together,
        None => bail!("{} takes {} caregivers and no synchronization", patient.id, parts.len()),
    };
    Ok(Task { parts, bond, absence: Absence::Grave(1), pinned: false })
}

impl Published for HomeCare {
    fn model(&self) -> &Model {
        &self.model
    }

    fn solution(&self, rounds: &Rounds) -> String {
        let time = |t: i32| f64::from(t) / self.scale;
        let mut routes = Vec::new();
        for (caregiver, round) in self.instance.caregivers.iter().zip(&rounds.rounds) {
            let mut locations = Vec::new();
            for planned in round {
                let patient = self.instance.patients.get(planned.stop.task);
                let Some(patient) = patient else { continue };
                let Some(required) = patient.required_caregivers.get(planned.stop.part) else { continue };
                locations.push(Location {
                    patient_id: patient.id.clone(),
                    service_id: required.service.clone(),
                    arrival_time: time(planned.start),
                    departure_time: time(planned.start) + duration(&self.instance, required),
                });
            }
            routes.push(Route { caregiver_id: caregiver.id.clone(), locations });
        }
        let global_ordering = order(&routes);
        serde_json::to_string_pretty(&Solution { routes, global_ordering }).unwrap_or_default() + "\n"
    }
}

/// Patients in an order that every route follows: whoever is at the front of all routes they are on comes next.
fn order(routes: &[Route]) -> Vec<String> {
    let mut missing: BTreeMap<&str, usize> = BTreeMap::new();
    for location in routes.iter().flat_map(|r| &r.locations) {
        *missing.entry(&location.patient_id).or_default() += 1;
    }
    let mut fronts: Vec<_> = routes.iter().map(|r| r.locations.iter().peekable()).collect();
    let mut order = Vec::new();
    let mut ready: BTreeMap<&str, usize> = BTreeMap::new();
    let mut open: Vec<usize> = (0..fronts.len()).collect();
    while let Some(route) = open.pop() {
        let Some(location) = fronts.get_mut(route).and_then(|f| f.peek().copied()) else { continue };
        let patient = location.patient_id.as_str();
        let seen = ready.entry(patient).or_default();
        *seen += 1;
        if Some(&*seen) == missing.get(patient) {
            order.push(patient.to_owned());
            for (index, front) in fronts.iter_mut().enumerate() {
                if front.next_if(|l| l.patient_id == patient).is_some() {
                    open.push(index);
                }
            }
        }
    }
    order
}
