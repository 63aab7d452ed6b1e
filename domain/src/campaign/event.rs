//! What can happen to a donation campaign.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::ActorId;
use crate::ids::{CampaignId, DonationId, FundId, PersonId, RemittanceId};
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
        /// 备案编号 of the fundraising plan (慈善法 art. 24 in the version of 2016); none where nobody stated it. Since 1.1.0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filing_number: Option<String>,
    },
    /// 收到捐赠.
    DonationReceived {
        /// The gift.
        donation: Donation,
    },
    /// 收到实物捐赠: goods, apart from every sum of money.
    InKindReceived {
        /// The goods.
        gift: InKindGift,
    },
    /// 退还捐赠.
    DonationRefunded {
        /// Which.
        donation_id: DonationId,
        /// How much, in fen.
        amount: Money,
        /// The day.
        refunded_on: NaiveDate,
        /// 退款单号 of the statement it came from; none where it was given back otherwise. Since 1.1.0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund_number: Option<String>,
    },
    /// 变更公开意愿: a donor wants to be named otherwise, or not at all.
    PublicityChanged {
        /// Of which gift.
        donation_id: DonationId,
        /// Whether the name may be published from now on.
        publicity: Publicity,
        /// The day.
        changed_on: NaiveDate,
    },
    /// 开具票据; numbers have no gaps within the campaign.
    ReceiptIssued {
        /// For which gift.
        donation_id: DonationId,
        /// From 1.
        receipt_number: u32,
        /// The day.
        issued_on: NaiveDate,
        /// What it certifies, in fen: the money that was not refunded, or the goods' fair value. Since 1.1.0; before, the
        /// gift less what was refunded by then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
    },
    /// 票据作废; the number stays taken.
    ReceiptVoided {
        /// Of which gift.
        donation_id: DonationId,
        /// Which number.
        receipt_number: u32,
        /// Why.
        reason: String,
        /// The day.
        voided_on: NaiveDate,
    },
    /// 定期公开, while the campaign lasts (慈善法 art. 73 in the version of 2016, every three months beyond six).
    ProgressPublished {
        /// Received less refunded so far, in fen.
        total: Money,
        /// Number of gifts of money so far.
        donation_count: u64,
        /// What else it says.
        list: PublishedList,
        /// The day.
        published_on: NaiveDate,
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
        /// What else it says; none where only the total was published. Since 1.1.0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<PublishedList>,
    },
    /// 拟转交: money of the campaign is to go to the organisation that carries the purpose out.
    RemittanceProposed {
        /// The remittance.
        remittance_id: RemittanceId,
        /// 接收单位; an organisation, never a person.
        recipient: String,
        /// How much, in fen.
        amount: Money,
        /// Who proposed it.
        by: ActorId,
        /// The day.
        proposed_on: NaiveDate,
    },
    /// 转交退回: the proposal was sent back.
    RemittanceRejected {
        /// Which.
        remittance_id: RemittanceId,
        /// Why.
        reason: String,
        /// Who decided.
        by: ActorId,
        /// The day.
        rejected_on: NaiveDate,
    },
    /// 善款转交, approved by somebody else and debited to the fund in the same moment.
    DonationRemitted {
        /// Which.
        remittance_id: RemittanceId,
        /// How much, in fen.
        amount: Money,
        /// 汇款凭证号.
        reference: String,
        /// Who approved it.
        by: ActorId,
        /// The day.
        remitted_on: NaiveDate,
    },
    /// 申请删除捐赠人信息.
    DonorErasureRequested {
        /// Whose.
        donor: PersonId,
        /// Legal basis.
        basis: String,
        /// Who asked.
        by: ActorId,
        /// The day.
        requested_on: NaiveDate,
    },
    /// 删除申请退回.
    DonorErasureRejected {
        /// Whose.
        donor: PersonId,
        /// Why.
        reason: String,
        /// Who decided.
        by: ActorId,
        /// The day.
        rejected_on: NaiveDate,
    },
    /// 捐赠人信息删除: the key of the name is destroyed; gift, receipt and totals stay.
    DonorErased {
        /// Whose.
        donor: PersonId,
        /// Legal basis.
        basis: String,
        /// Who decided.
        by: ActorId,
        /// The day.
        erased_on: NaiveDate,
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
    /// The line of the statement it was read from; none where somebody recorded it. Since 1.1.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementLine>,
}

/// A line of a payment platform's statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementLine {
    /// Whose statement.
    pub channel: PaymentChannel,
    /// 交易单号, by which the same gift is known again.
    pub transaction_number: String,
    /// 手续费 that the platform kept, in fen. The gift counts whole; the office bears the fee.
    pub fee: Money,
}

/// A payment platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentChannel {
    /// 微信支付.
    Wechat,
    /// 支付宝.
    Alipay,
}

/// A gift of goods (实物捐赠).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InKindGift {
    /// The gift.
    pub donation_id: DonationId,
    /// Whose key seals the name.
    pub donor: PersonId,
    /// 捐赠人; `None` where nobody gave a name.
    pub donor_name: Option<Sealed<DonorName>>,
    /// Whether the name may be published.
    pub publicity: Publicity,
    /// What it is.
    pub goods: Goods,
    /// The day.
    pub received_on: NaiveDate,
}

/// Goods and what they are worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goods {
    /// 物品名称, such as 棉被.
    pub description: String,
    /// 数量.
    pub quantity: u32,
    /// 计量单位, such as 床.
    pub unit: String,
    /// 公允价值 of all of it, in fen.
    pub fair_value: Money,
    /// What the value rests on.
    pub valuation: Valuation,
}

/// What the fair value of goods rests on (计价依据): the donor's papers first, an appraisal where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Valuation {
    /// 发票等凭据.
    Invoice,
    /// 市场价格.
    MarketPrice,
    /// 评估报告.
    Appraisal,
}

/// What a publication says besides the sum of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedList {
    /// Gifts of goods.
    pub in_kind_count: u64,
    /// Their fair value, in fen; never added to the total.
    pub in_kind_value: Money,
    /// Remitted so far, in fen.
    pub remitted: Money,
    /// SHA-256 of the list's text, in hexadecimal digits.
    pub sha256: String,
}

/// Whether a donor's name may be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Publicity {
    /// 可公开.
    Named,
    /// 匿名.
    Anonymous,
    /// 部分公开: the name with its middle hidden. Since 1.1.0 of the events.
    Masked,
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
            | Event::PublicityChanged { changed_on: day, .. }
            | Event::ReceiptIssued { issued_on: day, .. }
            | Event::ReceiptVoided { voided_on: day, .. }
            | Event::ProgressPublished { published_on: day, .. }
            | Event::CampaignClosed { closed_on: day }
            | Event::ResultsPublished { published_on: day, .. }
            | Event::RemittanceProposed { proposed_on: day, .. }
            | Event::RemittanceRejected { rejected_on: day, .. }
            | Event::DonationRemitted { remitted_on: day, .. }
            | Event::DonorErasureRequested { requested_on: day, .. }
            | Event::DonorErasureRejected { rejected_on: day, .. }
            | Event::DonorErased { erased_on: day, .. } => Some(*day),
            Event::DonationReceived { donation } => Some(donation.received_on),
            Event::InKindReceived { gift } => Some(gift.received_on),
        }
    }
}

ledger_events!(CampaignEvent {
    CampaignOpened = "1.1.0",
    DonationReceived = "1.1.0",
    InKindReceived = "1.0.0",
    DonationRefunded = "1.1.0",
    PublicityChanged = "1.0.0",
    ReceiptIssued = "1.1.0",
    ReceiptVoided = "1.0.0",
    ProgressPublished = "1.0.0",
    CampaignClosed = "1.0.0",
    ResultsPublished = "1.1.0",
    RemittanceProposed = "1.0.0",
    RemittanceRejected = "1.0.0",
    DonationRemitted = "1.0.0",
    DonorErasureRequested = "1.0.0",
    DonorErasureRejected = "1.0.0",
    DonorErased = "1.0.0",
});
