//! An outside word on an assignment: scipy's `linear_sum_assignment` on the same table.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// Who could serve which visit, at what cost, and what waiting costs.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Table<'a> {
    /// By visit: column and cost.
    pub pairs: &'a [Vec<(u32, i64)>],
    /// By visit.
    pub waiting: &'a [i64],
    /// How many people there are.
    pub columns: usize,
}

/// How good an assignment is: first the more served, then the less cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Value {
    /// Visits served.
    pub served: usize,
    /// Of the pairs, and of waiting for the others.
    pub cost: i64,
}

impl Table<'_> {
    /// What an assignment is worth; a pair that is not in the table counts as none.
    pub fn value(&self, chosen: &[Option<u32>]) -> Value {
        let mut value = Value { served: 0, cost: 0 };
        for ((pairs, waiting), column) in self.pairs.iter().zip(self.waiting).zip(chosen) {
            match column.and_then(|column| pairs.iter().find(|pair| pair.0 == column)) {
                Some((_, cost)) => {
                    value.served += 1;
                    value.cost += cost;
                }
                None => value.cost += waiting,
            }
        }
        value
    }
}

/// Every visit may also stay alone, in a column of its own, at a price above everything else together; sums stay below
/// 2^53, where the solver's numbers are exact.
const JUDGE: &str = r#"
import json, sys
import numpy
from scipy.optimize import linear_sum_assignment
table = json.load(open(sys.argv[1]))
pairs, waiting, columns = table["pairs"], table["waiting"], table["columns"]
rows = len(pairs)
largest = max([abs(c) for row in pairs for _, c in row] + [abs(c) for c in waiting] + [1])
alone = (2 * largest + 1) * (rows + 1)
never = alone * 4
assert never * rows < 2**62, "the costs are too large to be judged"
dense = numpy.full((rows, columns + rows), never, dtype=float)
for i, row in enumerate(pairs):
    for column, cost in row:
        dense[i, column] = cost
    dense[i, columns + i] = alone + waiting[i]
served = cost = 0
for i, j in zip(*linear_sum_assignment(dense)):
    if j < columns:
        served += 1
        cost += dict(map(tuple, pairs[i]))[int(j)]
    else:
        cost += waiting[i]
print(json.dumps({"served": served, "cost": cost}))
"#;

/// What the best assignment is worth.
///
/// # Errors
/// Without Python, or if scipy can neither be found nor fetched.
pub fn best(table: &Table<'_>, tools: &Path) -> Result<Value> {
    let python = python(tools)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("table.json");
    fs::write(&file, serde_json::to_vec(table)?)?;
    let out = Command::new(&python).arg("-c").arg(JUDGE).arg(&file).output()?;
    ensure!(out.status.success(), "scipy failed: {}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).context("scipy's answer cannot be read")
}

/// A Python that has scipy: the system's, or one of our own in the folder of tools.
fn python(tools: &Path) -> Result<PathBuf> {
    let has_scipy = |python: &Path| {
        Command::new(python).args(["-c", "import scipy.optimize"]).output().is_ok_and(|o| o.status.success())
    };
    let system = PathBuf::from("python3");
    if has_scipy(&system) {
        return Ok(system);
    }
    let folder = tools.join("scipy");
    let own = folder.join("bin/python3");
    if !has_scipy(&own) {
        let run = |command: &mut Command| -> Result<()> {
            let out = command.output().context("install Python 3 with venv to have matches judged")?;
            ensure!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
            Ok(())
        };
        fs::create_dir_all(tools)?;
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        run(Command::new(&own).args(["-m", "pip", "install", "--quiet", "scipy>=1.11,<2"]))?;
    }
    Ok(own)
}
