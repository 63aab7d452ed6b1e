//! Donation totals (捐赠统计): every campaign with its gifts, by method and month.

pub mod queries;
mod row;

use domain::aggregate::Decider;
use domain::campaign::{Campaign, CampaignEvent, CampaignStage};
use domain::ids::CampaignId;
use domain::money::Money;
use futures::future::BoxFuture;
use sqlx::PgConnection;
use uuid::Uuid;

pub use row::{CampaignRow, DonationRow};

use crate::error::ApplyError;
use crate::projection::{About, At, Batch, Projection};
use crate::rows::Rows;
use crate::tables::Tables;

/// The projection; it owns `read_campaigns` and `read_donations`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DonationTotals;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "donation_totals",
    version: 1,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_campaigns", "read_donations"],
    needs: &[],
};

impl Projection for DonationTotals {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn apply<'a>(
        &'a self,
        batch: Batch<'a>,
        connection: &'a mut PgConnection,
        tables: Tables,
    ) -> BoxFuture<'a, Result<(), ApplyError>> {
        Box::pin(apply(batch, connection, tables))
    }
}

async fn apply(batch: Batch<'_>, connection: &mut PgConnection, tables: Tables) -> Result<(), ApplyError> {
    let events: Vec<(At<'_>, CampaignEvent)> = batch.of(Campaign::TYPE).collect::<Result<_, _>>()?;
    let begun = batch.begun_earlier(Campaign::TYPE)?;
    let mut campaigns: Rows<CampaignRow> = Rows::load(connection, tables, &begun).await?;
    let mut donations: Rows<DonationRow> = Rows::load(connection, tables, &named_donations(&events)).await?;
    for (at, event) in events {
        evolve(&mut campaigns, &mut donations, at, event)?;
    }
    campaigns.store(connection, tables).await?;
    donations.store(connection, tables).await
}

/// Gifts that events speak of and may have come before this batch.
fn named_donations(events: &[(At<'_>, CampaignEvent)]) -> Vec<Uuid> {
    let named = events.iter().filter_map(|(_, event)| match event {
        CampaignEvent::DonationRefunded { donation_id, .. }
        | CampaignEvent::ReceiptIssued { donation_id, .. } => Some(donation_id.uuid()),
        _ => None,
    });
    named.collect()
}

fn evolve(
    campaigns: &mut Rows<CampaignRow>,
    donations: &mut Rows<DonationRow>,
    at: At<'_>,
    event: CampaignEvent,
) -> Result<(), ApplyError> {
    use CampaignEvent as Event;
    if let Event::CampaignOpened { .. } = event {
        opened(event, at.0.position).into_iter().for_each(|campaign| campaigns.put(campaign));
        return Ok(());
    }
    let campaign = campaigns.get_mut(at.id()?).ok_or_else(|| at.unknown("campaign"))?;
    match event {
        Event::CampaignOpened { .. } => {}
        Event::DonationReceived { donation } => {
            campaign.donation_count += 1;
            campaign.received = at.sum(campaign.received.plus(donation.amount))?;
            donations.put(DonationRow::of(donation, CampaignId::new(at.id()?), at.0.position));
        }
        Event::DonationRefunded { donation_id, amount, .. } => {
            campaign.refund_count += 1;
            campaign.refunded = at.sum(campaign.refunded.plus(amount))?;
            let donation = donations.get_mut(donation_id.uuid()).ok_or_else(|| at.unknown("donation"))?;
            donation.refunded = at.sum(donation.refunded.plus(amount))?;
        }
        Event::ReceiptIssued { donation_id, receipt_number, issued_on } => {
            campaign.receipt_count += 1;
            let donation = donations.get_mut(donation_id.uuid()).ok_or_else(|| at.unknown("donation"))?;
            (donation.receipt_number, donation.receipt_on) = (Some(receipt_number), Some(issued_on));
        }
        Event::CampaignClosed { closed_on } => {
            (campaign.stage, campaign.closed_on) = (CampaignStage::Closed, Some(closed_on));
        }
        Event::ResultsPublished { total, published_on, .. } => {
            (campaign.stage, campaign.published_on) = (CampaignStage::Published, Some(published_on));
            campaign.published = Some(total);
        }
    }
    Ok(())
}

fn opened(event: CampaignEvent, opened_position: u64) -> Option<CampaignRow> {
    let CampaignEvent::CampaignOpened { campaign_id, name, organiser, purpose, fund_id, opens_on, closes_on } =
        event
    else {
        return None;
    };
    Some(CampaignRow {
        campaign_id,
        name,
        organiser,
        purpose,
        fund_id,
        opens_on,
        closes_on,
        stage: CampaignStage::Open,
        closed_on: None,
        published_on: None,
        published: None,
        received: Money::ZERO,
        refunded: Money::ZERO,
        donation_count: 0,
        refund_count: 0,
        receipt_count: 0,
        opened_position,
    })
}
