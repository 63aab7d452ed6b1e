//! Questions to the donation totals. All amounts are in fen.

use domain::calendar::BenefitMonth;
use domain::campaign::DonationMethod;
use domain::ids::{CampaignId, DonationId};
use domain::money::Money;
use serde::{Deserialize, Serialize};
use sqlx::{Executor, Postgres};
use uuid::Uuid;

use super::{CampaignRow, DonationRow, InKindRow};
use crate::error::ProjectionError;
use crate::rows::fetch_all;

/// A campaign with its gifts by method and by month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignTotal {
    /// The campaign and its sums.
    pub campaign: CampaignRow,
    /// Distinct donors.
    pub donors: u64,
    /// Its gifts by how they came.
    pub by_method: Vec<MethodTotal>,
    /// Its gifts by the month in which they came.
    pub by_month: Vec<MonthTotal>,
}

/// Gifts that came in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodTotal {
    /// How they came.
    pub method: DonationMethod,
    /// How many.
    pub count: u64,
    /// Received.
    pub received: Money,
    /// Refunded of these gifts, whenever.
    pub refunded: Money,
}

/// Gifts that came in one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthTotal {
    /// The month.
    pub month: BenefitMonth,
    /// How many.
    pub count: u64,
    /// Received.
    pub received: Money,
    /// Refunded of these gifts, whenever.
    pub refunded: Money,
}

/// Every campaign, in the order in which they were opened.
///
/// # Errors
/// Those of the database.
pub async fn campaign_totals<'e>(
    executor: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<CampaignTotal>, ProjectionError> {
    fetch_all("read_campaigns", executor, sqlx::query(include_str!("sql/campaign_totals.sql"))).await
}

/// Up to `limit` gifts of a campaign, from a log position on: for the next page, that of the last gift and one more.
///
/// # Errors
/// Those of the database.
pub async fn donations_page<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    campaign: CampaignId,
    received_position: u64,
    limit: u32,
) -> Result<Vec<DonationRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/donations_page.sql")).bind(campaign.uuid());
    let query = query.bind(received_position.cast_signed()).bind(i64::from(limit));
    fetch_all("read_donations", executor, query).await
}

/// The gifts of money of these ids, of whatever campaign; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub async fn donations_of<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    ids: &[DonationId],
) -> Result<Vec<DonationRow>, ProjectionError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    fetch_all("read_donations", executor, sqlx::query(include_str!("sql/donations_of.sql")).bind(ids)).await
}

/// Every gift of goods of a campaign, in the order of the log.
///
/// # Errors
/// Those of the database.
pub async fn in_kind_gifts<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    campaign: CampaignId,
) -> Result<Vec<InKindRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/in_kind_gifts.sql")).bind(campaign.uuid());
    fetch_all("read_in_kind_gifts", executor, query).await
}
