//! The clock as a parameter: the real one in a process, a settable one in a test or a simulation.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use domain::time::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The present instant, in whole milliseconds.
    fn now(&self) -> Timestamp;

    /// How many seconds pass on this clock while one passes on the wall; 1 but in a simulated district.
    fn speed(&self) -> f64 {
        1.0
    }

    /// How long to sleep, in the machine's time, until this clock shows `at`; at most an hour, so that a clock that
    /// was set meanwhile is noticed.
    fn until(&self, at: Timestamp) -> Duration {
        let millis = at.millis_since(self.now()).max(0) as f64 / self.speed();
        Duration::from_secs_f64(millis / 1000.0).min(Duration::from_hours(1))
    }
}

/// A clock that several parts share.
pub type SharedClock = Arc<dyn Clock>;

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn speed(&self) -> f64 {
        (**self).speed()
    }
}

/// The machine's wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        // A machine set before 1970 is told so by every certificate check; here it just counts backwards.
        let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis),
        };
        Timestamp::from_millis(millis)
    }
}

/// A simulated district's clock: it showed `shown` when the wall clock read `wall`, and runs `speed` times as fast.
/// Processes given the same three numbers agree.
#[derive(Debug, Clone, Copy)]
pub struct ScaledClock {
    wall: Timestamp,
    shown: Timestamp,
    speed: f64,
}

impl ScaledClock {
    /// A clock of this pace; a speed outside 0.1 to 1000 is brought into that range.
    pub const fn new(wall: Timestamp, shown: Timestamp, speed: f64) -> Self {
        Self { wall, shown, speed: speed.clamp(0.1, 1000.0) }
    }

    fn shows(&self, wall: Timestamp) -> Timestamp {
        self.shown.plus_millis((wall.millis_since(self.wall) as f64 * self.speed) as i64)
    }
}

impl Clock for ScaledClock {
    fn now(&self) -> Timestamp {
        self.shows(SystemClock.now())
    }

    fn speed(&self) -> f64 {
        self.speed
    }
}

/// A clock that stands still until it is moved. Clones share the same hands.
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock standing at this instant.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_millis())))
    }

    /// Moves the hands to this instant, also backwards: real clocks do that too.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::SeqCst);
    }

    /// Moves the hands forward by so many milliseconds.
    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told_and_clones_share_it() {
        let clock = ManualClock::at(Timestamp::from_millis(1_000));
        let shared: SharedClock = Arc::new(clock.clone());
        clock.advance_millis(500);
        assert_eq!(shared.now(), Timestamp::from_millis(1_500));
        clock.set(Timestamp::from_millis(200));
        assert_eq!(shared.now(), Timestamp::from_millis(200));
    }

    #[test]
    fn a_scaled_clock_runs_from_what_it_showed() {
        let at = Timestamp::from_millis;
        let clock = ScaledClock::new(at(1_000), at(50_000), 60.0);
        assert_eq!(clock.shows(at(1_000)), at(50_000));
        assert_eq!(clock.shows(at(2_000)), at(110_000));
        assert_eq!(ManualClock::at(at(0)).until(at(1_500)), Duration::from_millis(1_500));
        assert_eq!(ManualClock::at(at(2_000)).until(at(1_500)), Duration::ZERO);
    }

    #[test]
    fn the_system_clock_is_in_this_century() {
        let year_2020 = Timestamp::from_millis(1_577_836_800_000);
        assert!(SystemClock.now() > year_2020);
    }
}
