//! What a year had come to when it was counted last. In a large office counting takes seconds, so that figures that took long
//! are shown for a while; the page says from how many events they come, and when. A server counts before anybody asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use projections::donation_totals::queries::{CampaignTotal, campaign_totals};
use projections::runner::Until;
use projections::statistics::{Service, YearReport, service, year_report};

use super::ages::{Ages, ages};
use super::newest_year;
use crate::processes::{Office, ProcessError, office_day};

/// How long counting may take to be done at each look.
const SHORT: Duration = Duration::from_millis(30);

/// For how long figures are shown that took longer.
const SHOWN_FOR: Duration = Duration::from_secs(10 * 60);

/// How long after a look at the log the next one is taken.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// What a year's page says.
pub(super) struct Year {
    pub report: YearReport,
    pub service: Service,
    pub campaigns: Vec<CampaignTotal>,
    pub ages: Ages,
    pub counted: Counted,
}

/// When something was counted, and how long it took.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    pub at: DateTime<Utc>,
    /// The day of which the ages are.
    today: NaiveDate,
    took: Duration,
    /// How many events it comes from.
    position: u64,
}

impl Counted {
    /// Whether it can be shown on a day, at a moment, when the log has so many events.
    fn holds(&self, today: NaiveDate, now: DateTime<Utc>, length: u64) -> bool {
        let age = (now - self.at).to_std().unwrap_or_default();
        self.today == today && (self.position == length || (self.took > SHORT && age < SHOWN_FOR))
    }
}

/// The years as this process counted them last. Cheap to clone; the clones share them.
#[derive(Clone, Default)]
pub struct CountedYears(Arc<Kept>);

#[derive(Default)]
struct Kept {
    /// Held while somebody counts: who needs the same waits for it.
    counting: tokio::sync::Mutex<()>,
    /// The years that were asked for, of those that can be.
    years: Mutex<BTreeMap<i32, Arc<Year>>>,
}

impl CountedYears {
    /// A year's figures: those that were counted last where they still hold, else new ones.
    pub(super) async fn of(
        &self,
        office: &Office,
        year: i32,
        today: NaiveDate,
    ) -> Result<Arc<Year>, ProcessError> {
        let holds = async || {
            let length = office.repository.log().length().await?;
            let kept = self.years().get(&year).cloned();
            Ok::<_, ProcessError>(kept.filter(|kept| kept.counted.holds(today, Utc::now(), length)))
        };
        if let Some(kept) = holds().await? {
            return Ok(kept);
        }
        let _counting = self.0.counting.lock().await;
        match holds().await? {
            Some(kept) => Ok(kept),
            None => self.count(office, year, today).await,
        }
    }

    /// Counts the newest year whenever the log has grown, until it is dropped.
    pub(in crate::console) async fn keep_up(self, office: Office) {
        loop {
            if let Err(error) = self.renew(&office).await {
                tracing::warn!(%error, "the year's figures could not be counted");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn renew(&self, office: &Office) -> Result<(), ProcessError> {
        let today = office_day(Utc::now());
        let year = newest_year(office, today).await?;
        let length = office.repository.log().length().await?;
        let _counting = self.0.counting.lock().await;
        let known = self.years().get(&year).map(|kept| kept.counted);
        if known.is_none_or(|known| known.today != today || known.position != length) {
            self.count(office, year, today).await?;
        }
        Ok(())
    }

    async fn count(&self, office: &Office, year: i32, today: NaiveDate) -> Result<Arc<Year>, ProcessError> {
        let (at, began) = (Utc::now(), Instant::now());
        office.runner.catch_up(Until::Head).await?;
        let report = year_report(&office.pool, year).await?;
        let service = service(&office.pool, year).await?;
        let campaigns = campaign_totals(&office.pool).await?;
        let ages = ages(office, today).await?;
        let counted = Counted { at, today, took: began.elapsed(), position: report.position };
        let found = Arc::new(Year { report, service, campaigns, ages, counted });
        self.years().insert(year, Arc::clone(&found));
        Ok(found)
    }

    fn years(&self) -> std::sync::MutexGuard<'_, BTreeMap<i32, Arc<Year>>> {
        self.0.years.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_hold_while_nothing_happens_and_those_that_take_long_for_a_while_longer() {
        let day = |day: &str| day.parse::<NaiveDate>().unwrap();
        let at: DateTime<Utc> = "2024-03-05T02:00:00Z".parse().unwrap();
        // how long it took, of which day, how long ago, events since, whether it can be shown
        for (took, of, minutes, since, holds) in [
            (5, "2024-03-05", 0, 0, true),
            (5, "2024-03-05", 600, 0, true),
            (5, "2024-03-05", 0, 1, false),
            (5, "2024-03-04", 0, 0, false),
            (900, "2024-03-05", 9, 1, true),
            (900, "2024-03-05", 10, 1, false),
            (900, "2024-03-05", 600, 0, true),
            (900, "2024-03-04", 1, 1, false),
        ] {
            let counted = Counted { at, today: day(of), took: Duration::from_millis(took), position: 100 };
            let now = at + chrono::TimeDelta::minutes(minutes);
            let case = format!("{took} ms, of {of}, {minutes} minutes ago, {since} events since");
            assert_eq!(counted.holds(day("2024-03-05"), now, 100 + since), holds, "{case}");
        }
    }
}
