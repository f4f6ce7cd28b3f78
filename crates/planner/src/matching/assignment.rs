//! The exact assignment of rows to columns of least total cost, over the pairs that exist.
//!
//! Shortest augmenting paths with column potentials (Jonker & Volgenant, *A shortest augmenting path algorithm for
//! dense and sparse linear assignment problems*, Computing 38, 1987), in integers: no rounding, no tolerance. Each
//! row may also stay alone at a price above everything else together, so as many rows as possible are served first.

use std::{cmp::Reverse, collections::BinaryHeap};

/// A pair that may be made: the column and its cost.
pub type Edge = (u32, i64);

/// For each row its column, or `None` where it stays alone. As many rows as possible get a column; among those ways
/// the sum of the costs of the pairs and of `waiting` of the rows alone is least. Costs may be negative; columns are
/// numbered below `columns`; each row lists its pairs cheapest first, each column once. The same input gives the same
/// answer.
pub(crate) fn assign(rows: &[Vec<Edge>], waiting: &[i64], columns: usize) -> Vec<Option<u32>> {
    Solver::new(rows, waiting, columns).solve()
}

/// The rows that decide whether another row could be served: those alone, and all that hold a column one of them
/// could use. More pairs for any other row cannot serve more rows.
pub(crate) fn contended(rows: &[Vec<Edge>], pairs: &[Option<u32>], columns: usize) -> Vec<bool> {
    let mut holder = vec![None; columns];
    for (row, column) in pairs.iter().enumerate() {
        if let Some(column) = column {
            set(&mut holder, *column, Some(row));
        }
    }
    let mut contended: Vec<bool> = pairs.iter().map(Option::is_none).collect();
    let mut open: Vec<usize> = (0..pairs.len()).filter(|row| get(&contended, *row as u32)).collect();
    while let Some(row) = open.pop() {
        for (column, _) in rows.get(row).into_iter().flatten() {
            // Each column has one holder, who is opened once.
            if let Some(row) = holder.get_mut(*column as usize).and_then(Option::take)
                && !get(&contended, row as u32)
            {
                set(&mut contended, row as u32, true);
                open.push(row);
            }
        }
    }
    contended
}

struct Solver<'a> {
    rows: &'a [Vec<Edge>],
    columns: usize,
    /// Each row's price of staying alone.
    alone: Vec<i64>,
    /// Each row's cheapest pair, subtracted from its costs.
    floor: Vec<i64>,
    potential: Vec<i64>,
    row_of: Vec<Option<u32>>,
    column_of: Vec<Option<u32>>,
    /// What each row's own pair costs.
    paid: Vec<i64>,
    // of the search under way
    distance: Vec<i64>,
    from: Vec<u32>,
    /// What the pair by which each column was reached costs.
    price: Vec<i64>,
    /// The nearest free column so far, and how far it is: nothing beyond is of interest.
    end: u32,
    bound: i64,
    done: Vec<bool>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(i64, u32)>>,
}

const FAR: i64 = i64::MAX;
/// Passes of the row reduction; more find little.
const REDUCTIONS: usize = 2;
/// So many times a row may outbid another in one pass, on average; price wars are settled by the search of paths.
const BIDS: usize = 8;

impl<'a> Solver<'a> {
    fn new(rows: &'a [Vec<Edge>], waiting: &[i64], columns: usize) -> Self {
        let floor: Vec<i64> = rows.iter().map(|row| row.iter().map(|e| e.1).min().unwrap_or(0)).collect();
        let costs = rows.iter().flatten().map(|e| e.1).chain(waiting.iter().copied());
        let largest = costs.map(i64::saturating_abs).max().unwrap_or(0);
        // One row more alone outweighs the dearest choice everywhere else.
        let above_all = largest.saturating_mul(2).saturating_add(1).saturating_mul(rows.len() as i64 + 1);
        let alone = waiting.iter().map(|price| above_all.saturating_add(*price)).collect();
        let all = columns + rows.len();
        Self {
            rows,
            columns,
            alone,
            floor,
            potential: vec![0; all],
            row_of: vec![None; all],
            column_of: vec![None; rows.len()],
            paid: vec![0; rows.len()],
            distance: vec![FAR; all],
            from: vec![0; all],
            price: vec![0; all],
            end: 0,
            bound: FAR,
            done: vec![false; all],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    fn solve(mut self) -> Vec<Option<u32>> {
        let mut open: Vec<u32> = (0..self.rows.len() as u32).collect();
        for _ in 0..REDUCTIONS {
            open = self.reduce(&open);
        }
        for row in open {
            self.shortest_path(row);
            self.raise_potentials();
            self.augment(row);
        }
        let columns = self.columns as u32;
        self.column_of.iter().map(|column| column.filter(|c| *c < columns)).collect()
    }

    /// Augmenting row reduction: each open row takes its cheapest column and bids the column's potential down to where
    /// the second cheapest is as good; whoever held the column bids on. Leaves only the rows that are open still for
    /// the search of paths, which is dearer. Every pair made is the cheapest of its row, as the search demands, and a
    /// column once taken stays taken, so potentials fall only where they may.
    fn reduce(&mut self, open: &[u32]) -> Vec<u32> {
        let mut left = Vec::new();
        let mut bids = open.len().saturating_mul(BIDS);
        for start in open {
            let mut bidder = Some(*start);
            while let Some(row) = bidder {
                let (least, second) = self.two_cheapest(row);
                let mut take = least;
                if least.0 == second.0 && get(&self.row_of, least.1).is_some() {
                    take = second;
                }
                let column = take.1;
                let fall = second.0.saturating_sub(least.0);
                let lower = get(&self.potential, column).saturating_sub(fall);
                set(&mut self.potential, column, lower);
                let outbid = get(&self.row_of, column);
                set(&mut self.row_of, column, Some(row));
                set(&mut self.column_of, row, Some(column));
                set(&mut self.paid, row, take.2);
                bidder = None;
                if let Some(other) = outbid {
                    set(&mut self.column_of, other, None);
                    bids = bids.saturating_sub(1);
                    if fall > 0 && bids > 0 {
                        bidder = outbid;
                    } else {
                        left.push(other);
                    }
                }
            }
        }
        left
    }

    /// The two cheapest columns of a row by reduced cost, each with its reduced cost, number and cost; staying alone
    /// is one of them.
    fn two_cheapest(&self, row: u32) -> ((i64, u32, i64), (i64, u32, i64)) {
        let alone = get(&self.alone, row);
        let own = self.columns as u32 + row;
        let mut least = (alone.saturating_sub(get(&self.potential, own)), own, alone);
        let mut second = (FAR, own, alone);
        for (column, cost) in self.rows.get(row as usize).into_iter().flatten() {
            // Potentials are never positive, and costs only rise from here.
            if *cost >= second.0 {
                break;
            }
            let reduced = cost.saturating_sub(get(&self.potential, *column));
            if reduced < least.0 {
                second = least;
                least = (reduced, *column, *cost);
            } else if reduced < second.0 {
                second = (reduced, *column, *cost);
            }
        }
        if second.0 == FAR {
            // Nothing to choose from: no price needs to fall.
            second = least;
        }
        (least, second)
    }

    /// The shortest alternating path from a free row to a free column, by Dijkstra on reduced costs. There always is
    /// one: every row may stay alone.
    fn shortest_path(&mut self, start: u32) {
        for column in self.touched.drain(..) {
            set(&mut self.distance, column, FAR);
            set(&mut self.done, column, false);
        }
        self.heap.clear();
        self.bound = FAR;
        self.relax(start, 0);
        while let Some(Reverse((length, column))) = self.heap.pop() {
            if length >= self.bound {
                return;
            }
            if !get(&self.done, column)
                && let Some(row) = get(&self.row_of, column)
            {
                set(&mut self.done, column, true);
                let own = get(&self.paid, row) - get(&self.floor, row) - get(&self.potential, column);
                self.relax(row, length.saturating_sub(own));
            }
        }
    }

    /// Tries the pairs of a row that is `length` away.
    fn relax(&mut self, row: u32, length: i64) {
        let rows = self.rows;
        let base = length.saturating_sub(get(&self.floor, row));
        self.reach(row, self.columns as u32 + row, get(&self.alone, row), base);
        for (column, cost) in rows.get(row as usize).into_iter().flatten() {
            // Potentials are never positive, and costs only rise from here.
            if base.saturating_add(*cost) >= self.bound {
                break;
            }
            self.reach(row, *column, *cost, base);
        }
    }

    fn reach(&mut self, row: u32, column: u32, cost: i64, base: i64) {
        let there = base.saturating_add(cost).saturating_sub(get(&self.potential, column));
        let known = get(&self.distance, column);
        if there >= known || there >= self.bound {
            return;
        }
        if known == FAR {
            self.touched.push(column);
        }
        set(&mut self.distance, column, there);
        set(&mut self.from, column, row);
        set(&mut self.price, column, cost);
        if get(&self.row_of, column).is_none() {
            (self.end, self.bound) = (column, there);
        } else {
            self.heap.push(Reverse((there, column)));
        }
    }

    /// Keeps every made pair the cheapest of its row.
    fn raise_potentials(&mut self) {
        for column in &self.touched {
            if get(&self.done, *column) {
                let by = get(&self.distance, *column).saturating_sub(self.bound);
                let new = get(&self.potential, *column).saturating_add(by);
                set(&mut self.potential, *column, new);
            }
        }
    }

    /// Flips the pairs along the path found.
    fn augment(&mut self, start: u32) {
        let mut column = self.end;
        loop {
            let row = get(&self.from, column);
            let before = get(&self.column_of, row);
            set(&mut self.row_of, column, Some(row));
            set(&mut self.column_of, row, Some(column));
            set(&mut self.paid, row, get(&self.price, column));
            match before {
                Some(next) if row != start => column = next,
                _ => return,
            }
        }
    }
}

fn get<V: Copy + Default>(values: &[V], at: u32) -> V {
    values.get(at as usize).copied().unwrap_or_default()
}

fn set<V>(values: &mut [V], at: u32, value: V) {
    if let Some(place) = values.get_mut(at as usize) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use lapjv::{Matrix, lapjv};
    use proptest::prelude::*;

    use super::*;

    /// Rows served and the sum of costs, of an assignment that is one.
    fn value(rows: &[Vec<Edge>], waiting: &[i64], pairs: &[Option<u32>]) -> (usize, i64) {
        let mut used: Vec<u32> = pairs.iter().flatten().copied().collect();
        used.sort_unstable();
        assert!(used.windows(2).all(|w| w[0] != w[1]), "a column was given twice");
        let cost = |(i, pair): (usize, &Option<u32>)| match pair {
            Some(column) => rows[i].iter().find(|e| e.0 == *column).expect("an existing pair").1,
            None => waiting[i],
        };
        (used.len(), pairs.iter().enumerate().map(cost).sum())
    }

    /// The same by an outside solver on the dense, padded matrix.
    fn outside(rows: &[Vec<Edge>], waiting: &[i64], columns: usize) -> (usize, i64) {
        const NEVER: f64 = 1e12;
        let n = rows.len() + columns;
        let mut dense = Matrix::from_elem((n, n), NEVER);
        for (i, row) in rows.iter().enumerate() {
            for (column, cost) in row {
                dense[(i, *column as usize)] = *cost as f64;
            }
            dense[(i, columns + i)] = 1e8 + waiting[i] as f64;
        }
        for i in rows.len()..n {
            for j in 0..n {
                dense[(i, j)] = 0.0;
            }
        }
        let (of_row, _) = lapjv(&dense).unwrap();
        let pairs: Vec<_> =
            of_row.iter().take(rows.len()).map(|j| (*j < columns).then_some(*j as u32)).collect();
        value(rows, waiting, &pairs)
    }

    #[test]
    fn nobody_takes_what_another_needs() {
        // The first row's best is the second's only.
        let rows = vec![vec![(0, 1), (1, 50)], vec![(0, 40)], vec![]];
        assert_eq!(assign(&rows, &[0, 0, 0], 2), vec![Some(1), Some(0), None]);
        assert_eq!(assign(&[], &[], 3), Vec::<Option<u32>>::new());
    }

    #[test]
    fn contention_spreads_along_the_columns_held() {
        let rows = vec![vec![(0, 1)], vec![(0, 0), (1, 0)], vec![(1, 0)], vec![(2, 0), (3, 0)]];
        let pairs = vec![None, Some(0), Some(1), Some(2)];
        assert_eq!(contended(&rows, &pairs, 4), vec![true, true, true, false]);
    }

    #[test]
    fn who_waits_is_who_can() {
        let rows = vec![vec![(0, 10)], vec![(0, 20)]];
        assert_eq!(assign(&rows, &[0, 0], 1), vec![Some(0), None]);
        assert_eq!(assign(&rows, &[0, 30], 1), vec![None, Some(0)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn an_outside_solver_finds_nothing_better(
            columns in 1_usize..20,
            rows in prop::collection::vec(
                (prop::collection::btree_map(0_u32..20, -1000_i64..1000, 0..12), -500_i64..500), 0..16),
        ) {
            let (rows, waiting): (Vec<_>, Vec<_>) = rows
                .into_iter()
                .map(|(row, wait)| {
                    let mut row: Vec<Edge> = row.into_iter().filter(|e| (e.0 as usize) < columns).collect();
                    row.sort_by_key(|e| e.1);
                    (row, wait)
                })
                .unzip();
            let ours = value(&rows, &waiting, &assign(&rows, &waiting, columns));
            prop_assert_eq!(ours, outside(&rows, &waiting, columns));
        }
    }
}
