//! What can be asked of a donation campaign.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event::{Donation, InKindGift, Publicity, PublishedList};
use crate::ids::{CampaignId, DonationId, FundId, PersonId, RemittanceId};
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
    /// 收到实物捐赠, by a clerk or finance.
    ReceiveInKind {
        /// The goods; the day lies within the campaign's period.
        gift: InKindGift,
    },
    /// 退还捐赠, by finance or the program itself (a statement); until the results are published.
    RefundDonation {
        /// Which.
        donation_id: DonationId,
        /// How much, in fen: at most what was not refunded before.
        amount: Money,
        /// The day.
        refunded_on: NaiveDate,
        /// 退款单号, by which the same refund is known again; none where it was given back by hand.
        refund_number: Option<String>,
    },
    /// 变更公开意愿, by a clerk; what was published stays published. A gift without a name stays anonymous.
    ChangePublicity {
        /// Of which gift.
        donation_id: DonationId,
        /// Whether the name may be published from now on.
        publicity: Publicity,
        /// The day.
        changed_on: NaiveDate,
    },
    /// 开具票据, by finance or the program itself. The campaign gives the number.
    IssueReceipt {
        /// For which gift, of money or goods.
        donation_id: DonationId,
        /// The day.
        issued_on: NaiveDate,
    },
    /// 票据作废, by finance. The number stays taken, and the gift may get a new receipt.
    VoidReceipt {
        /// The receipt's number.
        receipt_number: u32,
        /// Why; 1 to 200 characters.
        reason: String,
        /// The day.
        voided_on: NaiveDate,
    },
    /// 定期公开, by a clerk; until the results are published.
    PublishProgress {
        /// What the publication says.
        publication: Publication,
        /// The day.
        published_on: NaiveDate,
    },
    /// 活动结束, by a clerk or the program itself.
    CloseCampaign {
        /// The day; not before the last gift.
        closed_on: NaiveDate,
    },
    /// 结果公开, by a clerk.
    PublishResults {
        /// What the publication says.
        publication: Publication,
        /// The day.
        published_on: NaiveDate,
    },
    /// 拟转交, by a clerk or finance.
    ProposeRemittance {
        /// The remittance.
        remittance_id: RemittanceId,
        /// 接收单位; 1 to 100 characters.
        recipient: String,
        /// How much, in fen: at most what the campaign has neither refunded nor remitted.
        amount: Money,
        /// The day.
        proposed_on: NaiveDate,
    },
    /// 转交退回, by an approver.
    RejectRemittance {
        /// Which.
        remittance_id: RemittanceId,
        /// Why; 1 to 200 characters.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
    },
    /// 善款转交, by an approver who did not propose it; with the fund's debit.
    Remit {
        /// Which.
        remittance_id: RemittanceId,
        /// 汇款凭证号; 1 to 100 characters, of no other remittance of the campaign.
        reference: String,
        /// The day.
        remitted_on: NaiveDate,
    },
    /// 申请删除捐赠人信息, by a clerk or reviewer.
    RequestDonorErasure {
        /// Whose.
        donor: PersonId,
        /// Legal basis; 1 to 200 characters.
        basis: String,
        /// When the log took the last event on the donor's gifts, as a day of the office.
        recorded_on: NaiveDate,
        /// The day.
        requested_on: NaiveDate,
    },
    /// 删除申请退回, by an approver.
    RejectDonorErasure {
        /// Whose.
        donor: PersonId,
        /// Why; 1 to 200 characters.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
    },
    /// 捐赠人信息删除, by an approver who did not ask for it.
    EraseDonor {
        /// Whose.
        donor: PersonId,
        /// When the log took the last event on the donor's gifts, as a day of the office.
        recorded_on: NaiveDate,
        /// The day.
        erased_on: NaiveDate,
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
    /// 备案编号; 1 to 60 characters where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing_number: Option<String>,
    /// 募捐用途; 1 to 500 characters.
    pub purpose: String,
    /// The fund its gifts go to.
    pub fund_id: FundId,
    /// First day.
    pub opens_on: NaiveDate,
    /// Last day.
    pub closes_on: NaiveDate,
}

/// What a publication says. It must be what the log says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Publication {
    /// Received less refunded, in fen.
    pub total: Money,
    /// Number of gifts of money, refunded ones too.
    pub donation_count: u64,
    /// What else it says; none where only the total is published, which results may.
    pub list: Option<PublishedList>,
}

impl CampaignCommand {
    /// The command's name, for refusals and the trail.
    pub const fn name(&self) -> &'static str {
        match self {
            CampaignCommand::OpenCampaign { .. } => "OpenCampaign",
            CampaignCommand::ReceiveDonation { .. } => "ReceiveDonation",
            CampaignCommand::ReceiveInKind { .. } => "ReceiveInKind",
            CampaignCommand::RefundDonation { .. } => "RefundDonation",
            CampaignCommand::ChangePublicity { .. } => "ChangePublicity",
            CampaignCommand::IssueReceipt { .. } => "IssueReceipt",
            CampaignCommand::VoidReceipt { .. } => "VoidReceipt",
            CampaignCommand::PublishProgress { .. } => "PublishProgress",
            CampaignCommand::CloseCampaign { .. } => "CloseCampaign",
            CampaignCommand::PublishResults { .. } => "PublishResults",
            CampaignCommand::ProposeRemittance { .. } => "ProposeRemittance",
            CampaignCommand::RejectRemittance { .. } => "RejectRemittance",
            CampaignCommand::Remit { .. } => "Remit",
            CampaignCommand::RequestDonorErasure { .. } => "RequestDonorErasure",
            CampaignCommand::RejectDonorErasure { .. } => "RejectDonorErasure",
            CampaignCommand::EraseDonor { .. } => "EraseDonor",
        }
    }
}
