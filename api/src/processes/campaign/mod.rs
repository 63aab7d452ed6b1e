//! 募捐活动: what people do with a campaign besides taking its gifts from a register.
//!
//! | Job | What it does |
//! |---|---|
//! | [`open_named`], [`end_campaign`] | the campaign's first and last day |
//! | [`record_goods`], [`refund_donation`], [`change_publicity`] | gifts one by one |
//! | [`issue_receipt`], [`void_receipt`], [`receipt`] | 公益事业捐赠票据 |
//! | [`publication_list`], [`publish`] | what is published, and that it was |
//! | [`propose_remittance`], [`approve_remittance`], [`reject_remittance`] | 善款转交, by two people |
//! | [`trace`] | where each yuan went |
//! | [`import_statement`], [`rehearse_statement`] | gifts and refunds from the statement of a payment platform |

mod goods;
mod names;
mod publication;
mod receipts;
mod remittance;
mod statement;
mod trace;

use std::sync::Arc;

use chrono::NaiveDate;
use domain::campaign::{Campaign, CampaignCommand, CampaignTerms, GiftBook};
use domain::explain::Explain;
use domain::fund::{Fund, FundError, FundSource};
use domain::ids::{CampaignId, FundId};

use super::{Desk, Office, ProcessError, Step, open_campaign};

pub use goods::{GoodsEntry, change_publicity, record_goods, refund_donation};
pub use names::{DonorShown, masked};
pub use publication::{GiftsOf, ListedGift, PublicationList, Published, gifts, publication_list, publish};
pub(crate) use receipts::to_be_voided;
pub use receipts::{DonationReceipt, issue_receipt, receipt, receipts, void_receipt};
pub use remittance::{approve_remittance, propose_remittance, reject_remittance};
pub use statement::{ImportedStatement, LineOutcome, StatementOutcome, import_statement, rehearse_statement};
pub use trace::{CampaignTrace, GiftTrace, SMALLEST_CROWD, TracedUse, UsedSum, trace, trace_gift};

/// A campaign as people name it when they open it.
#[derive(Clone, Debug)]
pub struct NewCampaign {
    /// 名称.
    pub name: String,
    /// 主办方.
    pub organiser: String,
    /// 备案编号.
    pub filing_number: Option<String>,
    /// 募捐用途.
    pub purpose: String,
    /// The fund its gifts go to.
    pub fund_id: FundId,
    /// First and last day.
    pub period: (NaiveDate, NaiveDate),
}

/// Opens a campaign whose gifts go to a fund of donations.
///
/// # Errors
/// [`ProcessError`]: there is no such fund, it takes no gifts, or the domain refuses.
pub async fn open_named(office: &Office, desk: &Desk, new: NewCampaign) -> Result<CampaignId, ProcessError> {
    let fund = office.repository.load_newest::<Fund>(&new.fund_id.to_string()).await?.state;
    let charter = &fund.account().ok_or(ProcessError::Unknown { what: "fund" })?.charter;
    if charter.source != FundSource::Donations {
        return Err(ProcessError::refused(&FundError::WrongSource { source_of_fund: charter.source }));
    }
    let (opens_on, earliest) = (new.period.0, charter.opened_on);
    if opens_on < earliest {
        // a gift of these days could not be credited to the fund
        let refusal = FundError::DayTooEarly { day: opens_on, earliest };
        let (code, zh, en) = (refusal.code(), refusal.zh(), refusal.to_string());
        return Err(ProcessError::Refused { code, field: "opens_on", zh, en });
    }
    let campaign_id = office.campaign_id(&new.name);
    let NewCampaign { name, organiser, filing_number, purpose, fund_id, period: (opens_on, closes_on) } = new;
    let terms =
        CampaignTerms { campaign_id, name, organiser, filing_number, purpose, fund_id, opens_on, closes_on };
    open_campaign(office, desk, terms).await?;
    Ok(campaign_id)
}

/// Ends a campaign; its results are published by [`publish`].
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown or the domain refuses.
pub async fn end_campaign(
    office: &Office,
    desk: &Desk,
    campaign_id: CampaignId,
    closed_on: NaiveDate,
) -> Result<(), ProcessError> {
    let command = CampaignCommand::CloseCampaign { closed_on };
    one_step(office, desk, ("end_campaign", campaign_id), command).await
}

/// The campaign as the log has it now.
///
/// # Errors
/// [`ProcessError::Unknown`] when nobody opened it.
pub async fn campaign(office: &Office, campaign_id: CampaignId) -> Result<Arc<Campaign>, ProcessError> {
    let campaign = office.repository.load_newest::<Campaign>(&campaign_id.to_string()).await?.state;
    campaign.book().ok_or(ProcessError::Unknown { what: "campaign" })?;
    Ok(campaign)
}

/// The gifts of a campaign that [`campaign`] found.
fn book_of(campaign: &Campaign) -> Result<&GiftBook, ProcessError> {
    campaign.book().ok_or(ProcessError::Unknown { what: "campaign" })
}

/// Asks one thing of a campaign, under a key that follows from who asks what on which state of it: the same asked again
/// after something else happened is asked anew.
async fn one_step(
    office: &Office,
    desk: &Desk,
    (label, campaign_id): (&str, CampaignId),
    command: CampaignCommand,
) -> Result<(), ProcessError> {
    let id = campaign_id.to_string();
    let key = office.act_key::<Campaign>(desk, &id, (label, &format!("{id}|{command:?}"))).await?;
    office.together(desk, key, [Step::Campaign(id, command)]).await?;
    Ok(())
}
