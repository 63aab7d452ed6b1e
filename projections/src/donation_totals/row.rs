//! Campaigns and gifts as rows.

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::campaign::{
    CampaignStage, Donation, DonationMethod, Goods, InKindGift, PaymentChannel, Publicity, Valuation,
};
use domain::ids::{CampaignId, DonationId, FundId, PersonId};
use domain::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::rows::KeyedRow;

/// One campaign (募捐活动) with its gifts in sum: a row of `read_campaigns`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignRow {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its name.
    pub name: String,
    /// Who holds it.
    pub organiser: String,
    /// The number under which its plan was filed.
    pub filing_number: Option<String>,
    /// What for.
    pub purpose: String,
    /// The fund its gifts go to.
    pub fund_id: FundId,
    /// Its first day.
    pub opens_on: NaiveDate,
    /// Its last day, as planned.
    pub closes_on: NaiveDate,
    /// Where it stands.
    pub stage: CampaignStage,
    /// When it ended.
    pub closed_on: Option<NaiveDate>,
    /// When its results were published.
    pub published_on: Option<NaiveDate>,
    /// The total that was published.
    #[serde(rename = "published_fen")]
    pub published: Option<Money>,
    /// Received.
    #[serde(rename = "received_fen")]
    pub received: Money,
    /// Refunded of it.
    #[serde(rename = "refunded_fen")]
    pub refunded: Money,
    /// Gifts.
    pub donation_count: u64,
    /// Refunds.
    pub refund_count: u64,
    /// Receipts issued.
    pub receipt_count: u64,
    /// Gifts of goods.
    pub in_kind_count: u64,
    /// Their fair value, apart from every sum of money.
    #[serde(rename = "in_kind_value_fen")]
    pub in_kind_value: Money,
    /// Remitted to other organisations.
    #[serde(rename = "remitted_fen")]
    pub remitted: Money,
    /// When its progress was last published.
    pub progress_on: Option<NaiveDate>,
    /// The log position of its opening.
    pub opened_position: u64,
}

/// One gift (捐赠): a row of `read_donations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DonationRow {
    /// The gift.
    pub donation_id: DonationId,
    /// Its campaign.
    pub campaign_id: CampaignId,
    /// Whose key seals the name.
    pub donor: PersonId,
    /// The donor's name, sealed.
    pub donor_name_sealed: Option<String>,
    /// Whether the name may be published.
    pub publicity: Publicity,
    /// How it came.
    pub method: DonationMethod,
    /// How much.
    #[serde(rename = "amount_fen")]
    pub amount: Money,
    /// How much of it went back.
    #[serde(rename = "refunded_fen")]
    pub refunded: Money,
    /// The day.
    pub received_on: NaiveDate,
    /// The day's month.
    pub month: BenefitMonth,
    /// The number of its receipt.
    pub receipt_number: Option<u32>,
    /// When the receipt was issued.
    pub receipt_on: Option<NaiveDate>,
    /// Whose statement it was read from.
    pub channel: Option<PaymentChannel>,
    /// The transaction's number in that statement.
    pub transaction_number: Option<String>,
    /// The fee that the platform kept.
    #[serde(rename = "fee_fen")]
    pub fee: Option<Money>,
    /// The log position of the gift.
    pub received_position: u64,
}

/// One gift of goods (实物捐赠): a row of `read_in_kind_gifts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InKindRow {
    /// The gift.
    pub donation_id: DonationId,
    /// Its campaign.
    pub campaign_id: CampaignId,
    /// Whose key seals the name.
    pub donor: PersonId,
    /// The donor's name, sealed.
    pub donor_name_sealed: Option<String>,
    /// Whether the name may be published, as the donor last said.
    pub publicity: Publicity,
    /// What it is.
    pub description: String,
    /// How many.
    pub quantity: u32,
    /// Of what unit.
    pub unit: String,
    /// What all of it is worth.
    #[serde(rename = "fair_value_fen")]
    pub fair_value: Money,
    /// What the value rests on.
    pub valuation: Valuation,
    /// The day.
    pub received_on: NaiveDate,
    /// The number of the receipt that stands.
    pub receipt_number: Option<u32>,
    /// When the receipt was issued.
    pub receipt_on: Option<NaiveDate>,
    /// The log position of the gift.
    pub received_position: u64,
}

impl KeyedRow for CampaignRow {
    const LOAD: &'static str = include_str!("sql/load_campaigns.sql");
    const STORE: &'static str = include_str!("sql/store_campaigns.sql");

    fn key(&self) -> Uuid {
        self.campaign_id.uuid()
    }
}

impl KeyedRow for DonationRow {
    const LOAD: &'static str = include_str!("sql/load_donations.sql");
    const STORE: &'static str = include_str!("sql/store_donations.sql");

    fn key(&self) -> Uuid {
        self.donation_id.uuid()
    }
}

impl KeyedRow for InKindRow {
    const LOAD: &'static str = include_str!("sql/load_in_kind_gifts.sql");
    const STORE: &'static str = include_str!("sql/store_in_kind_gifts.sql");

    fn key(&self) -> Uuid {
        self.donation_id.uuid()
    }
}

impl InKindRow {
    pub(super) fn of(gift: InKindGift, campaign_id: CampaignId, received_position: u64) -> InKindRow {
        let InKindGift { donation_id, donor, donor_name, publicity, goods, received_on } = gift;
        let Goods { description, quantity, unit, fair_value, valuation } = goods;
        InKindRow {
            donation_id,
            campaign_id,
            donor,
            donor_name_sealed: donor_name.map(|name| name.ciphertext().to_owned()),
            publicity,
            description,
            quantity,
            unit,
            fair_value,
            valuation,
            received_on,
            receipt_number: None,
            receipt_on: None,
            received_position,
        }
    }
}

impl CampaignRow {
    /// Received less refunded.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.received.minus(self.refunded)
    }
}

impl DonationRow {
    pub(super) fn of(donation: Donation, campaign_id: CampaignId, received_position: u64) -> DonationRow {
        let line = donation.statement;
        DonationRow {
            donation_id: donation.donation_id,
            campaign_id,
            donor: donation.donor,
            donor_name_sealed: donation.donor_name.map(|name| name.ciphertext().to_owned()),
            publicity: donation.publicity,
            method: donation.method,
            amount: donation.amount,
            refunded: Money::ZERO,
            received_on: donation.received_on,
            month: BenefitMonth::of(donation.received_on),
            receipt_number: None,
            receipt_on: None,
            channel: line.as_ref().map(|line| line.channel),
            fee: line.as_ref().map(|line| line.fee),
            transaction_number: line.map(|line| line.transaction_number),
            received_position,
        }
    }
}
