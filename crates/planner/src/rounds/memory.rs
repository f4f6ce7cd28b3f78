//! What a chain remembers of rounds that did not change: the best spots of each stop in each round. Most rounds stay as
//! they are from step to step, so that most of an insertion is looked up instead of computed; the version of a round
//! (`State::version`) tells whether what is remembered still holds.

use super::{dense::Dense, team::Candidate};

/// The cheapest harmless spots of a stop, or of a pair, in one round, apart from what its worker costs in any case.
/// Three of them, so that an overlooked one leaves others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    version: u64,
    pub spots: [Known; 3],
    /// What spots that are not remembered cost at least: those that make anybody late; of a pair, those that cost too much.
    pub rest: i32,
}

/// A spot; without one the cost is the greatest there is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub cost: i32,
    pub prev: u32,
    /// Behind which the second of a pair goes.
    pub second: u32,
}

impl Cell {
    pub(super) const fn new(version: u64) -> Self {
        Self { version, spots: [Known { cost: i32::MAX, prev: 0, second: 0 }; 3], rest: i32::MAX }
    }

    /// What is kept has to cost less than this.
    pub(super) const fn limit(&self) -> i32 {
        self.spots[2].cost
    }

    pub(super) const fn offer(&mut self, known: Known) {
        let [first, second, third] = &mut self.spots;
        if known.cost < first.cost {
            (*third, *second, *first) = (*second, *first, known);
        } else if known.cost < second.cost {
            (*third, *second) = (*second, known);
        } else if known.cost < third.cost {
            *third = known;
        }
    }
}

/// All spots of one part of a linked task in one round, cheapest first.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    version: Option<u64>,
    pub spots: Vec<Candidate>,
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    cells: Vec<Cell>,
    lists: Vec<List>,
    workers: usize,
    /// Rounds of later versions were changed in this step, and will mostly be changed back: not worth remembering.
    base: Option<u64>,
}

/// More spots than this are not remembered: it would take too much memory.
const MOST_CELLS: usize = 1 << 19;
const MOST_LISTS: usize = 1 << 16;

impl Memory {
    /// A step begins with rounds up to this version.
    pub(super) fn begin(&mut self, dense: &Dense, stamp: u64) {
        if self.base.is_none() {
            self.workers = dense.hands.len();
            let size = dense.real.saturating_mul(self.workers);
            if size <= MOST_CELLS {
                self.cells = vec![Cell::new(u64::MAX); size];
            }
            if dense.any_linked && size <= MOST_LISTS {
                self.lists = vec![List::default(); size];
            }
        }
        self.base = Some(stamp);
    }

    /// Whether spots in a round of this version are worth remembering.
    pub(super) fn keeps(&self, version: u64) -> bool {
        !self.cells.is_empty() && self.base.is_some_and(|b| version <= b)
    }

    pub(super) fn keeps_lists(&self, version: u64) -> bool {
        !self.lists.is_empty() && self.base.is_some_and(|b| version <= b)
    }

    /// What is known of a stop in a round; found out where nothing is.
    pub(super) fn cell(
        &mut self,
        stop: u32,
        worker: usize,
        version: u64,
        find: impl FnOnce() -> Cell,
    ) -> Cell {
        let cell = &mut self.cells[stop as usize * self.workers + worker];
        if cell.version != version {
            *cell = find();
        }
        *cell
    }

    /// What is known of a stop in a round from now on.
    pub(super) fn renew(&mut self, stop: u32, worker: usize, cell: Cell) {
        self.cells[stop as usize * self.workers + worker] = cell;
    }

    /// Where what is known of a part in a round is; found out where nothing is.
    pub(super) fn list(
        &mut self,
        stop: u32,
        worker: usize,
        version: u64,
        find: impl FnOnce(&mut Vec<Candidate>),
    ) -> usize {
        let at = stop as usize * self.workers + worker;
        let list = &mut self.lists[at];
        if list.version != Some(version) {
            list.version = Some(version);
            list.spots.clear();
            find(&mut list.spots);
        }
        at
    }

    pub(super) fn spots(&self, at: usize) -> &[Candidate] {
        &self.lists[at].spots
    }
}
