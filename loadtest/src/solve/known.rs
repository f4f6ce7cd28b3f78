//! `best-known.csv`: what others reached.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};

use super::Objective;

/// The best known of one instance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// In the units of the benchmark.
    pub cost: f64,
    /// Where the benchmark tells.
    pub vehicles: Option<usize>,
}

/// By the stem of the instance's file, in lower case. Nothing where there is no such file.
pub fn read(dir: &Path, objective: Objective) -> Result<BTreeMap<String, Known>> {
    let places = [Some(dir), dir.parent()];
    let found = places.into_iter().flatten().map(|d| d.join("best-known.csv")).find(|f| f.is_file());
    let Some(path) = found else { return Ok(BTreeMap::new()) };
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text, objective).with_context(|| format!("cannot make sense of {}", path.display()))
}

fn parse(text: &str, objective: Objective) -> Result<BTreeMap<String, Known>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').map(str::trim).collect();
    let column = |name: &str| header.iter().position(|h| *h == name);
    let instance = column("instance").context("no column `instance`")?;
    let cost = column("cost").or_else(|| column("total_cost")).context("no column `cost` or `total_cost`")?;
    let mut known = BTreeMap::new();
    for line in lines.filter(|l| !l.trim().is_empty()) {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let field = |i: usize| fields.get(i).copied().unwrap_or_default();
        if column("objective").is_some_and(|o| field(o) != objective.name()) {
            continue;
        }
        let cost = field(cost).parse().with_context(|| format!("no cost in {line:?}"))?;
        let vehicles = column("vehicles").and_then(|v| field(v).parse().ok());
        known.insert(stem(field(instance)), Known { cost, vehicles });
    }
    Ok(known)
}

/// The name of an instance without folder and extension, in lower case.
pub fn stem(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let known = [".json", ".txt", ".vrptw"].iter().find_map(|e| file.strip_suffix(e));
    known.unwrap_or(file).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_table_are_read() {
        let routing =
            "instance,objective,cost,vehicles\nR101,distance,1642.88,20\nR101,vehicles-first,1650.8,19\n";
        let known = parse(routing, Objective::VehiclesFirst).unwrap();
        assert_eq!(known["r101"], Known { cost: 1650.8, vehicles: Some(19) });
        let care = "set,instance,total_cost\nitalian,a-p1-seq0.5.json,20.5\n";
        let known = parse(care, Objective::Distance).unwrap();
        assert_eq!(known["a-p1-seq0.5"], Known { cost: 20.5, vehicles: None });
    }
}
