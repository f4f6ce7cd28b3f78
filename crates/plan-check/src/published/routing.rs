//! Vehicle routing with time windows (Solomon; Gehring and Homberger) and with pickups and deliveries (Li and Lim):
//! Euclidean distances in double precision, travel time = distance, nothing rounded; solutions in VRPLIB's `.sol`.

use super::{Unreadable, Verdict};

/// How an instance is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Deliveries from the depot.
    Solomon,
    /// Pairs.
    LiLim,
}

#[derive(Debug, Clone)]
struct Customer {
    x: f64,
    y: f64,
    demand: f64,
    ready: f64,
    due: f64,
    service: f64,
    /// Li and Lim: where what is brought here comes from, where what is fetched here goes.
    from: usize,
    to: usize,
}

struct Instance {
    vehicles: usize,
    capacity: f64,
    customers: Vec<Customer>,
}

/// Checks a solution; times may be off by `tolerance`.
pub fn check(form: Form, instance: &str, solution: &str, tolerance: f64) -> Result<Verdict, Unreadable> {
    let instance = read(form, instance)?;
    let mut verdict = Verdict::default();
    let mut visited = vec![0_usize; instance.customers.len()];
    for (number, route) in routes(solution)?.iter().enumerate().filter(|(_, r)| !r.is_empty()) {
        verdict.vehicles += 1;
        for customer in route {
            match visited.get_mut(*customer) {
                Some(count) if *customer > 0 => *count += 1,
                _ => return Err(Unreadable::solution(format!("there is no customer {customer}"))),
            }
        }
        verdict.cost += instance.drive(form, number + 1, route, tolerance, &mut verdict.violations);
    }
    for (customer, count) in visited.iter().enumerate().skip(1).filter(|(_, count)| **count != 1) {
        verdict.violations.push(format!("customer {customer} is visited {count} times"));
    }
    if verdict.vehicles > instance.vehicles {
        verdict.violations.push(format!("{} vehicles, there are {}", verdict.vehicles, instance.vehicles));
    }
    Ok(verdict)
}

impl Instance {
    fn drive(
        &self,
        form: Form,
        number: usize,
        route: &[usize],
        tolerance: f64,
        violations: &mut Vec<String>,
    ) -> f64 {
        let Some(depot) = self.customers.first() else { return 0.0 };
        let (mut at, mut free, mut length) = (depot, depot.ready, 0.0);
        let total: f64 = route.iter().filter_map(|c| self.customers.get(*c)).map(|c| c.demand).sum();
        let mut load = if form == Form::Solomon { total } else { 0.0 };
        let mut peak = load;
        for (position, customer) in route.iter().enumerate() {
            let Some(c) = self.customers.get(*customer) else { continue };
            let way = (c.x - at.x).hypot(c.y - at.y);
            let start = (free + way).max(c.ready);
            if start > c.due + tolerance {
                violations.push(format!("route {number}: customer {customer} from {start}, due {}", c.due));
            }
            if form == Form::LiLim {
                load += c.demand;
                let before = route.iter().take(position);
                if c.from > 0 && !before.clone().any(|b| *b == c.from) {
                    violations.push(format!("route {number}: {customer} comes before its pickup {}", c.from));
                }
                if c.to > 0 && !route.iter().skip(position + 1).any(|b| *b == c.to) {
                    violations.push(format!("route {number}: {customer} without its delivery {}", c.to));
                }
            }
            peak = peak.max(load);
            length += way;
            (at, free) = (c, start + c.service);
        }
        let home = (depot.x - at.x).hypot(depot.y - at.y);
        if free + home > depot.due + tolerance {
            violations.push(format!("route {number}: back at {}, due {}", free + home, depot.due));
        }
        if peak > self.capacity + 1e-9 {
            violations.push(format!("route {number}: carries {peak}, can {}", self.capacity));
        }
        length + home
    }
}

/// Lines of numbers alone: the fleet, then the depot and the customers.
fn read(form: Form, text: &str) -> Result<Instance, Unreadable> {
    let numbers = |line: &str| {
        let fields: Result<Vec<f64>, _> = line.split_whitespace().map(str::parse).collect();
        fields.ok().filter(|f| !f.is_empty())
    };
    let mut lines = text.lines().filter_map(numbers);
    let fleet = lines.next().ok_or_else(|| Unreadable::instance("no number of vehicles"))?;
    let (Some(vehicles), Some(capacity)) = (fleet.first(), fleet.get(1)) else {
        return Err(Unreadable::instance("no capacity beside the number of vehicles"));
    };
    let mut customers = Vec::new();
    for (row, line) in lines.enumerate() {
        let field = |i: usize| {
            line.get(i).copied().ok_or_else(|| Unreadable::instance(format!("row {row} is short")))
        };
        let link = |i: usize| field(i).map(|n| n as usize);
        let pairs = form == Form::LiLim;
        customers.push(Customer {
            x: field(1)?,
            y: field(2)?,
            demand: field(3)?,
            ready: field(4)?,
            due: field(5)?,
            service: field(6)?,
            from: if pairs { link(7)? } else { 0 },
            to: if pairs { link(8)? } else { 0 },
        });
    }
    Ok(Instance { vehicles: *vehicles as usize, capacity: *capacity, customers })
}

/// `Route #1: 5 3 …` a line.
fn routes(text: &str) -> Result<Vec<Vec<usize>>, Unreadable> {
    let lines = text.lines().filter(|l| l.trim_start().to_ascii_lowercase().starts_with("route"));
    lines
        .map(|line| {
            let (_, stops) =
                line.split_once(':').ok_or_else(|| Unreadable::solution(format!("no colon: {line}")))?;
            stops.split_whitespace().map(|s| s.parse().map_err(Unreadable::solution)).collect()
        })
        .collect()
}
