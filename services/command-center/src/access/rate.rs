//! How often someone may: a bucket of tokens per key, filled evenly. Time is a parameter.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

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
            if buckets.len() >= KEYS {
                return Err(Duration::from_secs(1));
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

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.at).as_secs_f64();
        self.per_second.mul_add(since, bucket.tokens).min(self.burst)
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
    }
}
