//! Home health care routing and scheduling (Mankowska, Meisel, Bierwirth 2014; file format and cost of Ceschia, Di
//! Gaspero, Rosati, Schaerf): cost = (travel + total tardiness + largest tardiness) / 3.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Unreadable, Verdict};

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
struct Synchronization {
    #[serde(rename = "type")]
    kind: String,
    distance: Option<(f64, f64)>,
}

#[derive(Deserialize)]
struct Service {
    id: String,
    default_duration: Option<f64>,
}

#[derive(Deserialize)]
struct Caregiver {
    id: String,
    abilities: Vec<String>,
    working_shift: Option<(f64, f64)>,
}

#[derive(Deserialize)]
struct Solution {
    routes: Vec<Route>,
    #[serde(default)]
    global_ordering: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Route {
    caregiver_id: String,
    locations: Vec<Location>,
}

#[derive(Deserialize)]
struct Location {
    patient_id: String,
    service_id: String,
    arrival_time: f64,
    departure_time: f64,
}

/// Checks a solution; times may be off by `tolerance`.
pub fn check(instance: &str, solution: &str, tolerance: f64) -> Result<Verdict, Unreadable> {
    let instance: Instance = serde_json::from_str(instance).map_err(Unreadable::instance)?;
    let solution: Solution = serde_json::from_str(solution).map_err(Unreadable::solution)?;
    let mut check = Check {
        tolerance,
        offices: instance.central_offices.len(),
        verdict: Verdict::default(),
        done: BTreeMap::new(),
    };
    let mut travel = 0.0;
    let mut people = BTreeSet::new();
    for route in &solution.routes {
        if !people.insert(&route.caregiver_id) {
            check.broken(format!("{} has two routes", route.caregiver_id));
        }
        travel += check.route(&instance, route);
    }
    let (total, largest) = check.patients(&instance);
    if let Some(order) = &solution.global_ordering {
        check.order(order, &solution.routes);
    }
    check.verdict.cost = (travel + total + largest) / 3.0;
    Ok(check.verdict)
}

struct Check {
    tolerance: f64,
    offices: usize,
    verdict: Verdict,
    /// By patient: who did which service from when on.
    done: BTreeMap<String, Vec<(String, String, f64)>>,
}

impl Check {
    fn broken(&mut self, what: String) {
        self.verdict.violations.push(what);
    }

    fn route(&mut self, instance: &Instance, route: &Route) -> f64 {
        let who = &route.caregiver_id;
        let Some(caregiver) = instance.caregivers.iter().find(|c| c.id == *who) else {
            self.broken(format!("{who} is no caregiver"));
            return 0.0;
        };
        if route.locations.is_empty() {
            return 0.0;
        }
        self.verdict.vehicles += 1;
        let shift = caregiver.working_shift.unwrap_or((0.0, f64::INFINITY));
        let (mut at, mut free, mut travel) = (0, shift.0, 0.0);
        for stop in &route.locations {
            let (patient, service) = (&stop.patient_id, &stop.service_id);
            let Some(index) = instance.patients.iter().position(|p| p.id == *patient) else {
                self.broken(format!("{patient} is no patient"));
                continue;
            };
            let way = self.way(instance, at, index + self.offices);
            let asked = instance.patients.get(index);
            let duration = asked
                .and_then(|p| p.required_caregivers.iter().find(|r| r.service == *service))
                .and_then(|r| r.duration)
                .or_else(|| {
                    instance.services.iter().find(|s| s.id == *service).and_then(|s| s.default_duration)
                })
                .unwrap_or(0.0);
            if stop.arrival_time < free + way - self.tolerance {
                self.broken(format!("{who} starts at {patient} before being there"));
            }
            if (stop.departure_time - stop.arrival_time - duration).abs() > self.tolerance {
                self.broken(format!("{service} of {patient} takes {duration}"));
            }
            if !caregiver.abilities.contains(service) {
                self.broken(format!("{who} cannot do {service} of {patient}"));
            }
            if asked.is_some_and(|p| stop.arrival_time < p.time_window.0 - self.tolerance) {
                self.broken(format!("{who} starts at {patient} before the window"));
            }
            let done = (who.clone(), service.clone(), stop.arrival_time);
            self.done.entry(patient.clone()).or_default().push(done);
            (at, free) = (index + self.offices, stop.arrival_time + duration);
            travel += way;
        }
        let home = self.way(instance, at, 0);
        if free + home > shift.1 + self.tolerance {
            self.broken(format!("{who} is back after the end of the shift"));
        }
        travel + home
    }

    fn way(&mut self, instance: &Instance, from: usize, to: usize) -> f64 {
        let way = instance.distances.get(from).and_then(|row| row.get(to)).copied();
        way.unwrap_or_else(|| {
            self.broken(format!("no distance from {from} to {to}"));
            0.0
        })
    }

    /// Whether everybody gets what they need; total and largest tardiness.
    fn patients(&mut self, instance: &Instance) -> (f64, f64) {
        let (mut total, mut largest) = (0.0, 0.0_f64);
        for patient in &instance.patients {
            let id = &patient.id;
            let mut visits = self.done.get(id).cloned().unwrap_or_default();
            for (_, _, start) in &visits {
                let late = (start - patient.time_window.1).max(0.0);
                total += late;
                largest = largest.max(late);
            }
            let mut starts = Vec::new();
            let mut people = BTreeSet::new();
            for required in &patient.required_caregivers {
                let done = visits.iter().position(|v| v.1 == required.service);
                if let Some(done) = done {
                    let (who, _, start) = visits.swap_remove(done);
                    starts.push(start);
                    if !people.insert(who.clone()) {
                        self.broken(format!("{who} serves {id} twice"));
                    }
                } else {
                    self.broken(format!("{} of {id} is not done", required.service));
                }
            }
            if !visits.is_empty() {
                self.broken(format!("{id} is served more often than asked for"));
            }
            self.synchronised(patient, &starts);
        }
        (total, largest)
    }

    fn synchronised(&mut self, patient: &Patient, starts: &[f64]) {
        let (Some(how), [first, second]) = (&patient.synchronization, starts) else { return };
        let apart = second - first;
        let (min, max) = match (how.kind.as_str(), how.distance) {
            ("simultaneous", _) => (0.0, 0.0),
            (_, Some(distance)) => distance,
            (kind, None) => {
                self.broken(format!("{}: {kind} without a distance", patient.id));
                return;
            }
        };
        // where both services are the same, either may be the first
        let same = matches!(patient.required_caregivers.as_slice(), [a, b] if a.service == b.service);
        let fits = |apart: f64| apart >= min - self.tolerance && apart <= max + self.tolerance;
        if !(fits(apart) || (same && fits(-apart))) {
            self.broken(format!("{}: {apart} apart, asked for {min} to {max}", patient.id));
        }
    }

    /// The order names every served patient once, and every route follows it.
    fn order(&mut self, order: &[String], routes: &[Route]) {
        let rank: BTreeMap<&String, usize> = order.iter().enumerate().map(|(i, p)| (p, i)).collect();
        if rank.len() != order.len() {
            self.broken("the global ordering names a patient twice".to_owned());
        }
        for route in routes {
            let mut last = None;
            for stop in &route.locations {
                let this = rank.get(&stop.patient_id).copied();
                if this.is_none() || this <= last {
                    self.broken(format!("{} does not follow the global ordering", route.caregiver_id));
                    break;
                }
                last = this;
            }
        }
    }
}
