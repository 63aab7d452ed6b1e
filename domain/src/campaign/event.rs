//! What can happen to a donation campaign.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{CampaignId, DonationId, FundId, PersonId};
use crate::ledger_events;
use crate::money::Money;
use crate::personal::{DonorName, Sealed};

/// Events of the stream `Campaign` (募捐活动).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum CampaignEvent {
    /// 活动开始.
    CampaignOpened {
        /// The campaign.
        campaign_id: CampaignId,
        /// 名称.
        name: String,
        /// 主办方, who holds the certificate of public fundraising (慈善法 art. 22).
        organiser: String,
        /// 募捐用途.
        purpose: String,
        /// The fund its gifts go to.
        fund_id: FundId,
        /// First day.
        opens_on: NaiveDate,
        /// Last day.
        closes_on: NaiveDate,
    },
    /// 收到捐赠.
    DonationReceived {
        /// The gift.
        donation: Donation,
    },
    /// 退还捐赠.
    DonationRefunded {
        /// Which.
        donation_id: DonationId,
        /// How much, in fen.
        amount: Money,
        /// The day.
        refunded_on: NaiveDate,
    },
    /// 开具票据; numbers have no gaps within the campaign.
    ReceiptIssued {
        /// For which gift.
        donation_id: DonationId,
        /// From 1.
        receipt_number: u32,
        /// The day.
        issued_on: NaiveDate,
    },
    /// 活动结束.
    CampaignClosed {
        /// The day.
        closed_on: NaiveDate,
    },
    /// 结果公开, within three months of the end (慈善法 art. 73 in the version of 2016).
    ResultsPublished {
        /// Received less refunded, in fen.
        total: Money,
        /// Number of gifts.
        donation_count: u64,
        /// The day.
        published_on: NaiveDate,
    },
}

/// A gift of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Donation {
    /// The gift.
    pub donation_id: DonationId,
    /// Whose key seals the name.
    pub donor: PersonId,
    /// 捐赠人; `None` where nobody gave a name.
    pub donor_name: Option<Sealed<DonorName>>,
    /// Whether the name may be published.
    pub publicity: Publicity,
    /// How much, in fen; more than nothing.
    pub amount: Money,
    /// How it came.
    pub method: DonationMethod,
    /// The day.
    pub received_on: NaiveDate,
}

/// Whether a donor's name may be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Publicity {
    /// 可公开.
    Named,
    /// 匿名.
    Anonymous,
}

/// How a gift came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DonationMethod {
    /// 现金.
    Cash,
    /// 转账.
    Transfer,
    /// 扫码.
    MobilePayment,
}

impl CampaignEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        use CampaignEvent as Event;
        match self {
            Event::CampaignOpened { opens_on: day, .. }
            | Event::DonationRefunded { refunded_on: day, .. }
            | Event::ReceiptIssued { issued_on: day, .. }
            | Event::CampaignClosed { closed_on: day }
            | Event::ResultsPublished { published_on: day, .. } => Some(*day),
            Event::DonationReceived { donation } => Some(donation.received_on),
        }
    }
}

ledger_events!(CampaignEvent {
    CampaignOpened = "1.0.0",
    DonationReceived = "1.0.0",
    DonationRefunded = "1.0.0",
    ReceiptIssued = "1.0.0",
    CampaignClosed = "1.0.0",
    ResultsPublished = "1.0.0",
});
