//! Donation totals (捐赠统计): every campaign with its gifts, by method and month.

pub mod queries;
mod row;

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::campaign::{Campaign, CampaignEvent, CampaignStage, Publicity};
use domain::ids::CampaignId;
use domain::money::Money;
use futures::future::BoxFuture;
use sqlx::PgConnection;
use uuid::Uuid;

pub use row::{CampaignRow, DonationRow, InKindRow};

use crate::error::ApplyError;
use crate::projection::{About, At, Batch, Projection};
use crate::rows::Rows;
use crate::tables::Tables;

/// The projection; it owns `read_campaigns`, `read_donations` and `read_in_kind_gifts`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DonationTotals;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "donation_totals",
    version: 2,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_campaigns", "read_donations", "read_in_kind_gifts"],
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
    let named = named_donations(&events);
    let mut gifts = Gifts {
        money: Rows::load(connection, tables, &named).await?,
        goods: Rows::load(connection, tables, &named).await?,
    };
    for (at, event) in events {
        evolve(&mut campaigns, &mut gifts, at, event)?;
    }
    campaigns.store(connection, tables).await?;
    gifts.money.store(connection, tables).await?;
    gifts.goods.store(connection, tables).await
}

/// The gifts that a batch touches.
struct Gifts {
    money: Rows<DonationRow>,
    goods: Rows<InKindRow>,
}

impl Gifts {
    /// Sets the receipt that stands, or none.
    fn receipt(&mut self, id: Uuid, number: Option<u32>, on: Option<NaiveDate>) -> Option<()> {
        if let Some(gift) = self.money.get_mut(id) {
            (gift.receipt_number, gift.receipt_on) = (number, on);
        } else {
            let gift = self.goods.get_mut(id)?;
            (gift.receipt_number, gift.receipt_on) = (number, on);
        }
        Some(())
    }

    fn publicity(&mut self, id: Uuid, publicity: Publicity) -> Option<()> {
        if let Some(gift) = self.money.get_mut(id) {
            gift.publicity = publicity;
        } else {
            self.goods.get_mut(id)?.publicity = publicity;
        }
        Some(())
    }
}

/// Gifts that events speak of and may have come before this batch.
fn named_donations(events: &[(At<'_>, CampaignEvent)]) -> Vec<Uuid> {
    let named = events.iter().filter_map(|(_, event)| match event {
        CampaignEvent::DonationRefunded { donation_id, .. }
        | CampaignEvent::PublicityChanged { donation_id, .. }
        | CampaignEvent::ReceiptIssued { donation_id, .. }
        | CampaignEvent::ReceiptVoided { donation_id, .. } => Some(donation_id.uuid()),
        _ => None,
    });
    named.collect()
}

fn evolve(
    campaigns: &mut Rows<CampaignRow>,
    gifts: &mut Gifts,
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
            gifts.money.put(DonationRow::of(donation, CampaignId::new(at.id()?), at.0.position));
        }
        Event::InKindReceived { gift } => {
            campaign.in_kind_count += 1;
            campaign.in_kind_value = at.sum(campaign.in_kind_value.plus(gift.goods.fair_value))?;
            gifts.goods.put(InKindRow::of(gift, CampaignId::new(at.id()?), at.0.position));
        }
        Event::DonationRefunded { donation_id, amount, .. } => {
            campaign.refund_count += 1;
            campaign.refunded = at.sum(campaign.refunded.plus(amount))?;
            let donation = gifts.money.get_mut(donation_id.uuid()).ok_or_else(|| at.unknown("donation"))?;
            donation.refunded = at.sum(donation.refunded.plus(amount))?;
        }
        Event::PublicityChanged { donation_id, publicity, .. } => {
            gifts.publicity(donation_id.uuid(), publicity).ok_or_else(|| at.unknown("donation"))?;
        }
        Event::ReceiptIssued { donation_id, receipt_number, issued_on, .. } => {
            campaign.receipt_count += 1;
            let (number, on) = (Some(receipt_number), Some(issued_on));
            gifts.receipt(donation_id.uuid(), number, on).ok_or_else(|| at.unknown("donation"))?;
        }
        Event::ReceiptVoided { donation_id, .. } => {
            gifts.receipt(donation_id.uuid(), None, None).ok_or_else(|| at.unknown("donation"))?;
        }
        Event::ProgressPublished { published_on, .. } => campaign.progress_on = Some(published_on),
        Event::DonationRemitted { amount, .. } => {
            campaign.remitted = at.sum(campaign.remitted.plus(amount))?;
        }
        // a proposal moves nothing yet, and an erased name is a key that is gone
        Event::RemittanceProposed { .. }
        | Event::RemittanceRejected { .. }
        | Event::DonorErasureRequested { .. }
        | Event::DonorErasureRejected { .. }
        | Event::DonorErased { .. } => {}
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
    let CampaignEvent::CampaignOpened {
        campaign_id,
        name,
        organiser,
        purpose,
        fund_id,
        opens_on,
        closes_on,
        filing_number,
    } = event
    else {
        return None;
    };
    Some(CampaignRow {
        campaign_id,
        name,
        organiser,
        filing_number,
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
        in_kind_count: 0,
        in_kind_value: Money::ZERO,
        remitted: Money::ZERO,
        progress_on: None,
        opened_position,
    })
}
