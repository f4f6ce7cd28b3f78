//! Vehicle routing with time windows, as Solomon wrote it down, and with pairs, as Li and Lim did. Solutions in VRPLIB's
//! `.sol`.

use std::{fmt::Write as _, sync::Arc};

use anyhow::{Context, Result, bail};
use planner::rounds::{Absence, Bond, Goals, Model, Part, Profile, Rounds, Task, Worker};

use super::{Objective, Published, scale};

struct Row {
    number: usize,
    x: f64,
    y: f64,
    demand: f64,
    ready: f64,
    due: f64,
    service: f64,
    /// Li and Lim: where what is fetched here goes.
    to: usize,
}

/// An instance and its model.
pub struct Routing {
    model: Model,
    /// The customer of each part of each task.
    customers: Vec<Vec<usize>>,
    positions: Vec<(f64, f64)>,
}

impl Routing {
    /// Reads an instance.
    pub fn read(text: &str, pairs: bool, objective: Objective) -> Result<Self> {
        let (vehicles, capacity, rows) = rows(text, pairs)?;
        let Some(depot) = rows.first() else { bail!("the instance has no depot") };
        let longest = rows.iter().map(|r| (r.x - depot.x).hypot(r.y - depot.y)).fold(1.0, f64::max);
        let distance = |a: &Row, b: &Row| (a.x - b.x).hypot(a.y - b.y);
        let ways = rows.iter().flat_map(|a| rows.iter().map(move |b| distance(a, b)));
        let scale = scale::of(&ways, depot.due.max(1.0) + 4.0 * longest);
        let time: Arc<[i32]> = ways.map(|d| scale::up(d, scale)).collect();
        let worker = Worker {
            start: Some(0),
            end: Some(0),
            shift: (scale::up(depot.ready, scale), scale::down(depot.due, scale)),
            capacity,
            ..Worker::default()
        };
        let part = |i: usize, row: &Row| Part {
            place: i,
            duration: scale::up(row.service, scale),
            earliest: scale::up(row.ready, scale),
            due: scale::down(row.due, scale),
            latest: scale::down(row.due, scale),
            load: row.demand as i32,
            ..Part::default()
        };
        let (mut tasks, mut customers) = (Vec::new(), Vec::new());
        for (i, row) in rows.iter().enumerate().skip(1) {
            let mut parts = vec![part(i, row)];
            let mut stops = vec![row.number];
            if pairs {
                if row.to == 0 {
                    continue;
                }
                let other = rows.iter().enumerate().find(|(_, r)| r.number == row.to);
                let (j, other) = other
                    .with_context(|| format!("{} goes to {}, which is not there", row.number, row.to))?;
                parts.push(part(j, other));
                stops.push(other.number);
            }
            let bond = if pairs { Bond::Transfer } else { Bond::Together };
            tasks.push(Task { parts, bond, absence: Absence::Grave(1), pinned: false });
            customers.push(stops);
        }
        let model = Model {
            places: rows.len(),
            profiles: vec![Profile { cost: Arc::clone(&time), time }],
            workers: vec![worker; vehicles],
            tasks,
            goals: Goals { worst_lateness: 0, fewest_workers: objective == Objective::VehiclesFirst },
        };
        let positions = rows.iter().map(|r| (r.x, r.y)).collect();
        Ok(Self { model, customers, positions })
    }
}

/// Lines of numbers alone: number and capacity of the vehicles, then the depot and the customers.
fn rows(text: &str, pairs: bool) -> Result<(usize, i32, Vec<Row>)> {
    let numbers = |line: &str| {
        let fields: Result<Vec<f64>, _> = line.split_whitespace().map(str::parse).collect();
        fields.ok().filter(|f| !f.is_empty())
    };
    let mut lines = text.lines().filter_map(numbers);
    let fleet = lines.next().context("the instance does not tell how many vehicles there are")?;
    let [vehicles, capacity, ..] = fleet.as_slice() else {
        bail!("the instance does not tell what a vehicle carries")
    };
    let read = |line: Vec<f64>| match line.as_slice() {
        [number, x, y, demand, ready, due, service, rest @ ..] => {
            let to = if pairs { *rest.get(1).context("a row lacks its pickup and delivery")? } else { 0.0 };
            Ok(Row {
                number: *number as usize,
                x: *x,
                y: *y,
                demand: *demand,
                ready: *ready,
                due: *due,
                service: *service,
                to: to as usize,
            })
        }
        _ => bail!("a row has {} numbers, at least seven were expected", line.len()),
    };
    Ok((*vehicles as usize, *capacity as i32, lines.map(read).collect::<Result<_>>()?))
}

impl Published for Routing {
    fn model(&self) -> &Model {
        &self.model
    }

    fn solution(&self, rounds: &Rounds) -> String {
        let mut text = String::new();
        let mut cost = 0.0;
        for (number, round) in rounds.rounds.iter().filter(|r| !r.is_empty()).enumerate() {
            let _ = write!(text, "Route #{}:", number + 1);
            let mut at = 0;
            for planned in round {
                let customer = self.customers.get(planned.stop.task).and_then(|c| c.get(planned.stop.part));
                let place =
                    self.model.tasks.get(planned.stop.task).and_then(|t| t.parts.get(planned.stop.part));
                let (Some(customer), Some(part)) = (customer, place) else { continue };
                let _ = write!(text, " {customer}");
                cost += self.distance(at, part.place);
                at = part.place;
            }
            cost += self.distance(at, 0);
            text.push('\n');
        }
        let _ = writeln!(text, "Cost {cost:.6}");
        text
    }
}

impl Routing {
    fn distance(&self, from: usize, to: usize) -> f64 {
        let at = |i: usize| self.positions.get(i).copied().unwrap_or_default();
        (at(from).0 - at(to).0).hypot(at(from).1 - at(to).1)
    }
}
