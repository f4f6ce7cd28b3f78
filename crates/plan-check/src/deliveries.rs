//! Rounds that bring boxes from kitchens to doors, replayed turn by turn: what is broken, and what it is worth. Times are
//! whole seconds since any instant.
//!
//! Everybody is as early as they can be. Only a kitchen is left as late as the next stop allows: whoever would wait at a
//! door waits in the kitchen, where the food is hot, and that is when the way from the kitchen's door begins.

/// A day's loads and who can carry them.
#[derive(Debug, Clone, Default)]
pub struct Deliveries {
    /// Travel times by mode: row from, column to.
    pub ways: Vec<Vec<Vec<i64>>>,
    /// Who carries.
    pub carriers: Vec<Carrier>,
    /// What is carried.
    pub loads: Vec<Load>,
    /// A meal should not be longer on the way than this, from the kitchen's door to its own.
    pub on_the_way: i64,
}

/// Somebody who carries.
#[derive(Debug, Clone, Copy)]
pub struct Carrier {
    /// Index into [`Deliveries::ways`].
    pub mode: usize,
    /// Where they begin.
    pub start: usize,
    /// From when.
    pub from: i64,
    /// Until when.
    pub until: i64,
    /// How many boxes at once.
    pub boxes: i64,
}

/// Boxes from one place to one door.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Where they are.
    pub from: usize,
    /// From when.
    pub ready: i64,
    /// Loading takes so long.
    pub loading: i64,
    /// How many.
    pub boxes: i64,
    /// Where they go.
    pub door: usize,
    /// When somebody opens.
    pub opens: i64,
    /// Later is late.
    pub closes: i64,
    /// Later they are too old.
    pub expires: i64,
    /// How long the carrier is at the door.
    pub at_door: i64,
    /// On board of this carrier already, and staying there.
    pub on_board: Option<usize>,
}

/// A load is taken, or handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Index into [`Deliveries::loads`].
    pub load: usize,
    /// Handed over.
    pub at_door: bool,
}

/// What a plan is worth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worth {
    /// Seconds on the road, everybody together.
    pub travel: i64,
    /// Loads handed over too late.
    pub late: usize,
    /// Seconds of it.
    pub late_by: i64,
    /// Loads longer on the way than they should be.
    pub long: usize,
    /// Seconds of it.
    pub long_by: i64,
    /// Loads that are too old at the door. Each is a broken rule, too.
    pub over_age: usize,
    /// Loads nobody brings.
    pub left_out: usize,
    /// Every broken rule, in words.
    pub violations: Vec<String>,
}

/// Replays one route for each carrier.
pub fn check(day: &Deliveries, routes: &[Vec<Turn>]) -> Worth {
    let mut worth = Worth::default();
    let mut brought = vec![0_usize; day.loads.len()];
    if routes.len() > day.carriers.len() {
        worth.violations.push(format!("{} routes for {} carriers", routes.len(), day.carriers.len()));
    }
    for (number, (carrier, route)) in day.carriers.iter().zip(routes).enumerate() {
        Replay { day, number, carrier, worth: &mut worth, brought: &mut brought }.run(route);
    }
    for (load, times) in brought.iter().enumerate().filter(|(_, times)| **times > 1) {
        worth.violations.push(format!("load {load} is handed over {times} times"));
    }
    worth.left_out = brought.iter().filter(|times| **times == 0).count();
    worth
}

/// What is on board, and when it left the place where it was loaded, once that is known.
struct OnBoard {
    load: usize,
    left: Option<i64>,
}

struct Replay<'a> {
    day: &'a Deliveries,
    number: usize,
    carrier: &'a Carrier,
    worth: &'a mut Worth,
    brought: &'a mut Vec<usize>,
}

impl Replay<'_> {
    fn run(&mut self, route: &[Turn]) {
        let (mut place, mut free) = (self.carrier.start, self.carrier.from);
        let mut board: Vec<OnBoard> = Vec::new();
        for turn in route {
            let Some(load) = self.day.loads.get(turn.load).copied() else {
                self.broken(&format!("there is no load {}", turn.load));
                continue;
            };
            let to = if turn.at_door { load.door } else { load.from };
            let Some(way) = self.way(place, to) else {
                self.broken(&format!("no way from {place} to {to}"));
                continue;
            };
            self.worth.travel += way;
            let start = (free + way).max(if turn.at_door { load.opens } else { load.ready });
            if to != place || turn.at_door {
                for item in &mut board {
                    item.left = item.left.or(Some(start - way));
                }
            }
            if turn.at_door {
                self.hand_over(turn.load, &load, start, &mut board);
            } else {
                self.take(turn.load, &load, &mut board);
            }
            free = start + if turn.at_door { load.at_door } else { load.loading };
            place = to;
        }
        if free > self.carrier.until && !route.is_empty() {
            self.broken(&format!("done at {free}, works until {}", self.carrier.until));
        }
        for item in board {
            self.broken(&format!("load {} stays on board", item.load));
        }
    }

    fn take(&mut self, number: usize, load: &Load, board: &mut Vec<OnBoard>) {
        if load.on_board.is_some_and(|who| who != self.number) {
            self.broken(&format!("load {number} is with somebody else"));
        }
        board.push(OnBoard { load: number, left: None });
        let boxes = |item: &OnBoard| self.day.loads.get(item.load).map_or(0, |load| load.boxes);
        let carried: i64 = board.iter().map(boxes).sum();
        if carried > self.carrier.boxes {
            self.broken(&format!("carries {carried} boxes, can {}", self.carrier.boxes));
        }
    }

    fn hand_over(&mut self, number: usize, load: &Load, start: i64, board: &mut Vec<OnBoard>) {
        let Some(at) = board.iter().position(|item| item.load == number) else {
            return self.broken(&format!("load {number} is not on board"));
        };
        let left = board.remove(at).left.unwrap_or(start);
        if let Some(times) = self.brought.get_mut(number) {
            *times += 1;
        }
        let (late, long) = ((start - load.closes).max(0), (start - left - self.day.on_the_way).max(0));
        self.worth.late += usize::from(late > 0);
        self.worth.late_by += late;
        self.worth.long += usize::from(long > 0);
        self.worth.long_by += long;
        if start > load.expires {
            self.worth.over_age += 1;
            self.broken(&format!("load {number} at {start}, too old from {}", load.expires));
        }
    }

    fn way(&self, from: usize, to: usize) -> Option<i64> {
        if from == to {
            return Some(0);
        }
        self.day.ways.get(self.carrier.mode)?.get(from)?.get(to).copied()
    }

    fn broken(&mut self, what: &str) {
        self.worth.violations.push(format!("carrier {}: {what}", self.number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Deliveries {
        let load = Load {
            from: 0,
            ready: 100,
            loading: 5,
            boxes: 1,
            door: 1,
            opens: 1000,
            closes: 1200,
            expires: 2000,
            at_door: 60,
            on_board: None,
        };
        let ways = vec![vec![vec![0, 300, 400], vec![300, 0, 200], vec![400, 200, 0]]];
        let carrier = Carrier { mode: 0, start: 0, from: 0, until: 5000, boxes: 2 };
        Deliveries {
            ways,
            carriers: vec![carrier],
            loads: vec![load, Load { door: 2, ..load }],
            on_the_way: 500,
        }
    }

    fn turns(all: &[(usize, bool)]) -> Vec<Vec<Turn>> {
        vec![all.iter().map(|(load, at_door)| Turn { load: *load, at_door: *at_door }).collect()]
    }

    #[test]
    fn a_round_is_replayed_from_the_kitchens_door() {
        let worth = check(&day(), &turns(&[(0, false), (1, false), (0, true), (1, true)]));
        // loaded at 110, on the road at 700 to be there when the door opens at 1000, then 1260
        assert_eq!((worth.travel, worth.late, worth.late_by), (500, 1, 60));
        assert_eq!((worth.long, worth.long_by), (1, 60));
        assert_eq!((worth.violations.as_slice(), worth.left_out), ([].as_slice(), 0));
    }

    #[test]
    fn every_broken_rule_is_named() {
        let mut day = day();
        day.carriers[0].boxes = 1;
        day.loads[1].expires = 1200;
        let worth = check(&day, &turns(&[(0, false), (1, false), (0, true), (1, true), (1, true)]));
        assert_eq!(worth.over_age, 1);
        let said = worth.violations.join("\n");
        for what in ["carries 2 boxes, can 1", "too old from 1200", "load 1 is not on board"] {
            assert!(said.contains(what), "{what} in {said}");
        }
        assert_eq!(check(&day, &[]).left_out, 2);
    }
}
