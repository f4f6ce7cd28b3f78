//! An answer: how long, how far, and how we know.

use domain::unit::{Metres, Seconds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cost::Cost;

/// Where a travel time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TravelSource {
    /// The street network: exact on the map.
    Network,
    /// The great circle times a factor, for want of a map or because a point is off it: an estimate.
    GreatCircle,
}

/// How long and how far from one place to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct TravelTime {
    /// The time in milliseconds.
    pub millis: u64,
    /// The length of the way in metres.
    pub metres: Metres,
    /// How we know.
    pub source: TravelSource,
}

impl TravelTime {
    pub(crate) const fn of(cost: Cost, source: TravelSource) -> Self {
        Self { millis: cost.millis(), metres: Metres((cost.decimetres() as i64 + 5) / 10), source }
    }

    /// The time in whole seconds, rounded up: a promise is not to be broken by rounding.
    pub const fn seconds(self) -> Seconds {
        Seconds(self.millis.div_ceil(1000) as i64)
    }

    /// Whether this is an estimate made without the street network.
    pub const fn is_estimate(self) -> bool {
        matches!(self.source, TravelSource::GreatCircle)
    }
}

/// Travel times from every source (row) to every target (column).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Matrix {
    columns: usize,
    cells: Vec<TravelTime>,
}

impl Matrix {
    /// Rows of equal length, one after the other.
    pub(crate) const fn new(columns: usize, cells: Vec<TravelTime>) -> Self {
        Self { columns, cells }
    }

    /// How many sources.
    pub fn rows(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or(0)
    }

    /// How many targets.
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// From source `row` to target `column`; `None` outside the matrix.
    pub fn get(&self, row: usize, column: usize) -> Option<TravelTime> {
        self.row(row).get(column).copied()
    }

    /// From source `row` to all targets; empty outside the matrix.
    pub fn row(&self, row: usize) -> &[TravelTime] {
        let begin = row.saturating_mul(self.columns);
        self.cells.get(begin..begin.saturating_add(self.columns)).unwrap_or(&[])
    }
}
