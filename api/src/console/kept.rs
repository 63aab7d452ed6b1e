//! What takes long to find, as this process found it last. What took long is shown for a while, though the log has grown: a page
//! that shows it says from how many events it comes, and when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use tokio::task::JoinSet;

use crate::processes::{Office, ProcessError, office_day};

/// How long finding may take to be done at each look.
const SHORT: Duration = Duration::from_millis(50);

/// What took longer is shown for so many times as long, …
const TIMES_AS_LONG: u32 = 300;

/// … and no longer than this.
const SHOWN_MAX: Duration = Duration::from_secs(10 * 60);

/// How long a page waits for a look that goes on without it.
const PATIENCE: Duration = Duration::from_millis(30);

/// Something that was found, and when.
pub(super) struct Found<T> {
    pub what: T,
    pub moment: Moment,
}

impl<T> Found<T> {
    /// What a look at a log of so many events finds.
    async fn by(
        length: u64,
        look: impl Future<Output = Result<T, ProcessError>>,
    ) -> Result<Found<T>, ProcessError> {
        let (at, began) = (Utc::now(), Instant::now());
        let what = look.await?;
        Ok(Found { what, moment: Moment { at, took: began.elapsed(), length } })
    }
}

/// When something was found, and how long that took.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub at: DateTime<Utc>,
    took: Duration,
    /// How many events the log had.
    length: u64,
}

impl Moment {
    /// Whether what was found then is still what the log says.
    fn is_newest(&self, today: NaiveDate, length: u64) -> bool {
        office_day(self.at) == today && self.length == length
    }

    /// Whether what was found then can be shown at a moment, when the log has so many events.
    fn holds(&self, now: DateTime<Utc>, length: u64) -> bool {
        let age = (now - self.at).to_std().unwrap_or_default();
        let shown_for = self.took.saturating_mul(TIMES_AS_LONG).min(SHOWN_MAX);
        let today = office_day(now);
        self.is_newest(today, length)
            || (office_day(self.at) == today && self.took > SHORT && age < shown_for)
    }
}

/// What there is to show before a look is over.
pub(super) enum Soon<T> {
    /// What holds.
    Found(Arc<Found<T>>),
    /// Nothing that holds; what was found last, if anything was. The look goes on.
    Looking(Option<Arc<Found<T>>>),
}

/// Findings by what was asked. Cheap to clone; the clones share them.
pub(super) struct Kept<K, T>(Arc<Findings<K, T>>);

struct Findings<K, T> {
    /// Held while somebody looks: who asks the same waits for it.
    looking: tokio::sync::Mutex<()>,
    found: Mutex<BTreeMap<K, Arc<Found<T>>>>,
    /// The look that nobody waits for to its end; it is given up with the last clone.
    beside: tokio::sync::Mutex<Beside<T>>,
}

type Beside<T> = JoinSet<Result<Found<T>, ProcessError>>;

impl<K, T> Clone for Kept<K, T> {
    fn clone(&self) -> Kept<K, T> {
        Kept(Arc::clone(&self.0))
    }
}

impl<K, T> Default for Kept<K, T> {
    fn default() -> Kept<K, T> {
        Kept(Arc::new(Findings {
            looking: tokio::sync::Mutex::default(),
            found: Mutex::default(),
            beside: tokio::sync::Mutex::new(JoinSet::new()),
        }))
    }
}

impl<K: Ord + Clone, T> Kept<K, T> {
    /// What was found last where it still holds, else what `look` finds. There are as many findings as keys that are asked for.
    pub(super) async fn of(
        &self,
        office: &Office,
        key: K,
        look: impl AsyncFnOnce() -> Result<T, ProcessError>,
    ) -> Result<Arc<Found<T>>, ProcessError> {
        self.unless(office, key, Moment::holds, look).await
    }

    /// What was found last where nothing happened since, else what `look` finds.
    pub(super) async fn newest(
        &self,
        office: &Office,
        key: K,
        look: impl AsyncFnOnce() -> Result<T, ProcessError>,
    ) -> Result<Arc<Found<T>>, ProcessError> {
        let is_newest = |moment: &Moment, now, length| moment.is_newest(office_day(now), length);
        self.unless(office, key, is_newest, look).await
    }

    async fn unless(
        &self,
        office: &Office,
        key: K,
        good: impl Fn(&Moment, DateTime<Utc>, u64) -> bool,
        look: impl AsyncFnOnce() -> Result<T, ProcessError>,
    ) -> Result<Arc<Found<T>>, ProcessError> {
        let log = office.repository.log();
        let length = log.length().await?;
        let known =
            |length| self.found().get(&key).filter(|found| good(&found.moment, Utc::now(), length)).cloned();
        if let Some(found) = known(length) {
            return Ok(found);
        }
        let _looking = self.0.looking.lock().await;
        let length = log.length().await?;
        if let Some(found) = known(length) {
            return Ok(found);
        }
        let found = Arc::new(Found::by(length, look()).await?);
        self.found().insert(key.clone(), Arc::clone(&found));
        Ok(found)
    }

    fn found(&self) -> MutexGuard<'_, BTreeMap<K, Arc<Found<T>>>> {
        self.0.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + 'static> Kept<(), T> {
    /// What was found last where it still holds, else what `look` finds where it takes no time. Where it takes longer the
    /// look goes on beside, one at a time, and who asks again later is told what it found, or why it failed.
    pub(super) async fn soon<L>(&self, office: &Office, look: impl Fn() -> L) -> Result<Soon<T>, ProcessError>
    where
        L: Future<Output = Result<T, ProcessError>> + Send + 'static,
    {
        self.soon_at(office.repository.log().length().await?, look).await
    }

    /// The same, of a log with so many events.
    async fn soon_at<L>(&self, length: u64, look: impl Fn() -> L) -> Result<Soon<T>, ProcessError>
    where
        L: Future<Output = Result<T, ProcessError>> + Send + 'static,
    {
        let holds = |found: &Found<T>| found.moment.holds(Utc::now(), length);
        let last = || self.found().get(&()).cloned();
        if let Some(found) = last().filter(|found| holds(found)) {
            return Ok(Soon::Found(found));
        }
        let Ok(mut beside) = self.0.beside.try_lock() else { return Ok(Soon::Looking(last())) };
        loop {
            let begun = beside.is_empty();
            if begun {
                beside.spawn(Found::by(length, look()));
            }
            let found = match tokio::time::timeout(PATIENCE, beside.join_next()).await {
                Ok(Some(Ok(found))) => Arc::new(found?),
                Ok(Some(Err(error))) => return Err(ProcessError::Damaged(error.to_string())),
                Ok(None) | Err(_) => return Ok(Soon::Looking(last())),
            };
            self.found().insert((), Arc::clone(&found));
            // nobody asked since it was found, perhaps for long
            if begun || holds(&found) {
                return Ok(Soon::Found(found));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    /// Looks, each of which finds its number when it is let end. The one of the number `fails` finds nothing.
    #[derive(Clone)]
    struct Looks {
        fails: usize,
        begun: Arc<AtomicUsize>,
        ended: Arc<Semaphore>,
    }

    impl Looks {
        fn failing(fails: usize) -> Looks {
            Looks { fails, begun: Arc::default(), ended: Arc::new(Semaphore::new(0)) }
        }

        async fn look(self) -> Result<usize, ProcessError> {
            let number = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
            self.ended.acquire().await.unwrap().forget();
            if number == self.fails { Err(ProcessError::Damaged(String::new())) } else { Ok(number) }
        }
    }

    /// How many events the log has, how many looks may end, what is shown then, and how many looks were begun until then.
    type Step = (u64, usize, (&'static str, Option<usize>), usize);

    async fn play(kept: &Kept<(), usize>, looks: &Looks, steps: &[Step]) {
        for (length, ending, expected, begun) in steps {
            looks.ended.add_permits(*ending);
            let shown = match kept.soon_at(*length, || looks.clone().look()).await {
                Ok(Soon::Found(found)) => ("found", Some(found.what)),
                Ok(Soon::Looking(last)) => ("looking", last.map(|found| found.what)),
                Err(_) => ("failed", None),
            };
            assert_eq!(shown, *expected, "look {begun}, {length} events");
            assert_eq!(looks.begun.load(Ordering::Relaxed), *begun);
        }
    }

    #[tokio::test]
    async fn a_look_that_takes_long_goes_on_beside_alone_and_what_it_found_is_shown_for_a_while() {
        let steps = [
            (7, 0, ("looking", None), 1),
            (7, 0, ("looking", None), 1),
            (7, 1, ("found", Some(1)), 1),
            (8, 0, ("found", Some(1)), 1),
        ];
        play(&Kept::default(), &Looks::failing(0), &steps).await;
    }

    #[tokio::test]
    async fn what_was_found_before_the_log_grew_is_shown_while_the_next_look_goes_on() {
        let kept = Kept::default();
        let moment = Moment { at: Utc::now(), took: Duration::ZERO, length: 7 };
        kept.found().insert((), Arc::new(Found { what: 0, moment }));
        let steps =
            [(7, 0, ("found", Some(0)), 0), (8, 0, ("looking", Some(0)), 1), (8, 1, ("found", Some(1)), 1)];
        play(&kept, &Looks::failing(0), &steps).await;
    }

    #[tokio::test]
    async fn a_look_that_fails_is_told_to_who_asks_next_and_done_again_for_who_asks_then() {
        let steps = [
            (7, 0, ("looking", None), 1),
            (7, 1, ("failed", None), 1),
            (7, 0, ("looking", None), 2),
            (7, 1, ("found", Some(2)), 2),
        ];
        play(&Kept::default(), &Looks::failing(1), &steps).await;
    }

    #[test]
    fn what_was_found_holds_while_nothing_happens_and_what_takes_long_for_a_while_longer() {
        let found_at = |at: &str| at.parse::<DateTime<Utc>>().unwrap();
        let now = found_at("2024-03-05T02:00:00Z");
        // how long it took, when it was found, events since, whether it can be shown
        for (took, at, since, holds) in [
            (5, "2024-03-05T02:00:00Z", 0, true),
            (5, "2024-03-04T16:00:00Z", 0, true),
            (5, "2024-03-05T02:00:00Z", 1, false),
            (5, "2024-03-04T15:59:59Z", 0, false),
            (100, "2024-03-05T01:59:31Z", 1, true),
            (100, "2024-03-05T01:59:30Z", 1, false),
            (9_000, "2024-03-05T01:50:01Z", 1, true),
            (9_000, "2024-03-05T01:50:00Z", 1, false),
            (9_000, "2024-03-05T01:00:00Z", 0, true),
        ] {
            let moment = Moment { at: found_at(at), took: Duration::from_millis(took), length: 100 };
            assert_eq!(moment.holds(now, 100 + since), holds, "{took} ms, at {at}, {since} events since");
        }
        let midnight = found_at("2024-03-04T16:00:01Z");
        let before =
            Moment { at: found_at("2024-03-04T15:59:59Z"), took: Duration::from_secs(9), length: 100 };
        assert!(!before.holds(midnight, 100), "another day");
    }
}
