//! What a year had come to when it was counted last. A server counts the newest year before anybody asks.

use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDate, Utc};
use projections::donation_totals::queries::{CampaignTotal, campaign_totals};
use projections::runner::Until;
use projections::statistics::{Service, YearReport, service, year_report};

use super::ages::{Ages, ages};
use super::newest_year;
use crate::console::kept::{Found, Kept};
use crate::processes::{Office, ProcessError, office_day};

/// How long after a look at the log the next one is taken.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// What a year's page says.
pub(super) struct Year {
    pub report: YearReport,
    pub service: Service,
    pub campaigns: Vec<CampaignTotal>,
    pub ages: Ages,
}

/// The years as this process counted them last.
#[derive(Clone, Default)]
pub struct CountedYears(Kept<i32, Year>);

impl CountedYears {
    /// A year's figures.
    pub(super) async fn of(
        &self,
        office: &Office,
        year: i32,
        today: NaiveDate,
    ) -> Result<Arc<Found<Year>>, ProcessError> {
        self.0.of(office, year, async || count(office, year, today).await).await
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
        self.0.newest(office, year, async || count(office, year, today).await).await.map(drop)
    }
}

async fn count(office: &Office, year: i32, today: NaiveDate) -> Result<Year, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let report = year_report(&office.pool, year).await?;
    let service = service(&office.pool, year).await?;
    let campaigns = campaign_totals(&office.pool).await?;
    let ages = ages(office, today).await?;
    Ok(Year { report, service, campaigns, ages })
}
