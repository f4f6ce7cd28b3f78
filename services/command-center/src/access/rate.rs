//! How often someone may: a bucket of tokens per key, filled evenly. Time is a parameter.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use schemas::problem::Problem;

use super::address::Address;

/// Keys remembered at most; full buckets are forgotten first, they say nothing.
const KEYS: usize = 20_000;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

/// Buckets by key.
#[derive(Debug)]
pub struct Rate<K> {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Hash + Eq + Clone> Rate<K> {
    /// So many a second on average, and so many at once.
    pub fn new(per_second: f64, burst: f64) -> Self {
        Self { per_second: per_second.max(0.001), burst: burst.max(1.0), buckets: Mutex::default() }
    }

    /// Takes one. Otherwise says how long to wait for the next.
    ///
    /// # Errors
    /// The wait.
    pub fn take(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEYS && !buckets.contains_key(key) {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < self.burst);
            // Many who are new must not keep one out who is newer still: whoever was not heard of longest goes.
            if buckets.len() >= KEYS
                && let Some(oldest) = buckets.iter().min_by_key(|(_, b)| b.at).map(|(key, _)| key.clone())
            {
                buckets.remove(&oldest);
            }
        }
        let full = Bucket { tokens: self.burst, at: now };
        let bucket = buckets.entry(key.clone()).or_insert(full);
        let tokens = self.filled(*bucket, now);
        *bucket = Bucket { tokens, at: now };
        if tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - tokens) / self.per_second));
        }
        bucket.tokens = tokens - 1.0;
        Ok(())
    }

    /// Gives one back that was taken and not used up.
    pub fn give_back(&self, key: &K) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(key) {
            bucket.tokens = (bucket.tokens + 1.0).min(self.burst);
        }
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.at).as_secs_f64();
        self.per_second.mul_add(since, bucket.tokens).min(self.burst)
    }
}

/// How often strangers may knock: attempts under way and failed ones, by the address they come from. Whoever comes in
/// gets theirs back, so a house full of people behind one address is no trouble.
#[derive(Debug)]
pub struct Knocks(Rate<Address>);

impl Knocks {
    /// So many at once, and one more every half minute.
    pub fn new(burst: u32) -> Self {
        Self(Rate::new(1.0 / 30.0, f64::from(burst)))
    }

    /// Takes one.
    ///
    /// # Errors
    /// `too_many_attempts` with the wait.
    pub fn take(&self, address: &Address) -> Result<(), Problem> {
        self.0.take(address, Instant::now()).map_err(|wait| {
            let seconds = u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX);
            let detail = format!("too many failed attempts from where you are; try again in {seconds} s");
            Problem { retry_after: Some(seconds), ..Problem::new(429, "too_many_attempts", detail) }
        })
    }

    /// Gives it back unless it was a guess: to somebody of the house, and to whoever could not be answered just now.
    pub fn settle<T>(&self, address: &Address, outcome: Result<T, Problem>) -> Result<T, Problem> {
        let guessed = outcome.as_ref().is_err_and(|problem| matches!(problem.status, 401 | 423));
        if !guessed {
            self.0.give_back(address);
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_average() {
        let rate = Rate::new(2.0, 3.0);
        let start = Instant::now();
        for _ in 0..3 {
            assert!(rate.take(&"c1", start).is_ok());
        }
        assert_eq!(rate.take(&"c1", start), Err(Duration::from_millis(500)));
        assert!(rate.take(&"c2", start).is_ok(), "others are not affected");
        assert!(rate.take(&"c1", start + Duration::from_millis(500)).is_ok());
        assert!(rate.take(&"c1", start + Duration::from_millis(600)).is_err());
        rate.give_back(&"c1");
        assert!(rate.take(&"c1", start + Duration::from_millis(600)).is_ok());
    }
}
