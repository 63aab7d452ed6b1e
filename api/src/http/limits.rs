//! Bounds on what one caller and all together may ask: a bucket of requests for each token, and places for requests at work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// Bounds of the doors.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Requests of one token in a minute.
    pub per_minute: u32,
    /// Requests at work at once; more are asked to come again.
    pub at_work: usize,
    /// How long one may take.
    pub request_time: Duration,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { per_minute: 1_200, at_work: 256, request_time: Duration::from_secs(60) }
    }
}

/// Counts requests. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Limits {
    bounds: Bounds,
    buckets: Arc<Mutex<HashMap<Uuid, Bucket>>>,
    places: Arc<Semaphore>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Thousandths of requests that are left.
    left: u64,
    filled_at: Instant,
}

/// What is left of a bucket, for the headers of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The most requests in a minute.
    pub limit: u32,
    /// What is left.
    pub remaining: u32,
    /// Seconds until there is one more.
    pub reset: u64,
    /// Whether this one is taken.
    pub granted: bool,
}

/// Buckets that are kept; full ones say nothing and are forgotten first.
const BUCKETS_MAX: usize = 10_000;
const MILLI: u64 = 1_000;

impl Limits {
    /// Nobody has asked yet.
    pub fn new(bounds: Bounds) -> Limits {
        let places = Arc::new(Semaphore::new(bounds.at_work));
        Limits { bounds, buckets: Arc::default(), places }
    }

    /// The bounds.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// A place for a request at work, if there is one.
    pub fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Takes one request from a token's bucket.
    pub fn take(&self, token: Uuid, now: Instant) -> Allowance {
        let most = u64::from(self.bounds.per_minute) * MILLI;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, bucket| now.duration_since(bucket.filled_at) < Duration::from_secs(60));
        }
        let bucket = buckets.entry(token).or_insert(Bucket { left: most, filled_at: now });
        let passed = u64::try_from(now.duration_since(bucket.filled_at).as_millis()).unwrap_or(u64::MAX);
        let gained = passed.saturating_mul(u64::from(self.bounds.per_minute)) / 60;
        // what is too little to count stays for the next time
        if gained > 0 {
            *bucket = Bucket { left: most.min(bucket.left.saturating_add(gained)), filled_at: now };
        }
        let granted = bucket.left >= MILLI;
        bucket.left -= if granted { MILLI } else { 0 };
        let remaining = u32::try_from(bucket.left / MILLI).unwrap_or(u32::MAX);
        let wanting = MILLI.saturating_sub(bucket.left % MILLI);
        let reset = (wanting * 60).div_ceil(u64::from(self.bounds.per_minute.max(1)) * MILLI);
        Allowance { limit: self.bounds.per_minute, remaining, reset, granted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again_with_time() {
        let limits = Limits::new(Bounds { per_minute: 3, ..Bounds::default() });
        let (token, start) = (Uuid::from_u128(1), Instant::now());
        let granted: Vec<bool> = (0..5).map(|_| limits.take(token, start).granted).collect();
        assert_eq!(granted, [true, true, true, false, false]);
        assert!(limits.take(Uuid::from_u128(2), start).granted, "each token has a bucket of its own");
        let refused = limits.take(token, start + Duration::from_secs(10));
        assert_eq!((refused.granted, refused.remaining), (false, 0));
        assert!(refused.reset >= 1 && refused.reset <= 20, "{refused:?}");
        assert!(limits.take(token, start + Duration::from_secs(21)).granted);
        let later = limits.take(token, start + Duration::from_secs(600));
        assert_eq!((later.granted, later.remaining), (true, 2), "a bucket never holds more than a minute's");
    }

    #[test]
    fn asking_very_often_does_not_keep_a_bucket_empty() {
        let limits = Limits::new(Bounds { per_minute: 60, ..Bounds::default() });
        let (token, start) = (Uuid::from_u128(1), Instant::now());
        let taken = (0..20_000_u64)
            .filter(|step| limits.take(token, start + Duration::from_millis(*step)).granted)
            .count();
        assert!((75..=80).contains(&taken), "{taken} of 20 seconds at one a second, and a full bucket");
    }
}
