//! What can be asked of a donation campaign.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::event::Donation;
use crate::ids::{CampaignId, DonationId, FundId};
use crate::money::Money;

/// Commands to a campaign (募捐活动). Days are days of the office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CampaignCommand {
    /// 活动开始, by a clerk.
    OpenCampaign {
        /// What the campaign is.
        terms: CampaignTerms,
    },
    /// 收到捐赠, by a clerk, finance or the program itself (a file of gifts).
    ReceiveDonation {
        /// The gift; its day lies within the campaign's period.
        donation: Donation,
    },
    /// 退还捐赠, by finance; until the results are published.
    RefundDonation {
        /// Which.
        donation_id: DonationId,
        /// How much, in fen: at most what was not refunded before.
        amount: Money,
        /// The day.
        refunded_on: NaiveDate,
    },
    /// 开具票据, by finance or the program itself. The campaign gives the number.
    IssueReceipt {
        /// For which gift.
        donation_id: DonationId,
        /// The day.
        issued_on: NaiveDate,
    },
    /// 活动结束, by a clerk or the program itself.
    CloseCampaign {
        /// The day; not before the last gift.
        closed_on: NaiveDate,
    },
    /// 结果公开, by a clerk.
    PublishResults {
        /// What the publication says was received less refunded, in fen.
        total: Money,
        /// Number of gifts.
        donation_count: u64,
        /// The day.
        published_on: NaiveDate,
    },
}

/// What a campaign is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignTerms {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// 名称; 1 to 100 characters.
    pub name: String,
    /// 主办方; 1 to 100 characters.
    pub organiser: String,
    /// 募捐用途; 1 to 500 characters.
    pub purpose: String,
    /// The fund its gifts go to.
    pub fund_id: FundId,
    /// First day.
    pub opens_on: NaiveDate,
    /// Last day.
    pub closes_on: NaiveDate,
}

impl CampaignCommand {
    /// The command's name, for refusals and the trail.
    pub const fn name(&self) -> &'static str {
        match self {
            CampaignCommand::OpenCampaign { .. } => "OpenCampaign",
            CampaignCommand::ReceiveDonation { .. } => "ReceiveDonation",
            CampaignCommand::RefundDonation { .. } => "RefundDonation",
            CampaignCommand::IssueReceipt { .. } => "IssueReceipt",
            CampaignCommand::CloseCampaign { .. } => "CloseCampaign",
            CampaignCommand::PublishResults { .. } => "PublishResults",
        }
    }
}
