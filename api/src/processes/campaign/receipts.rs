//! 公益事业捐赠票据: issued, voided, and told as plain values for whoever prints them.

use chrono::NaiveDate;
use domain::campaign::{Campaign, CampaignCommand, GiftBook, Publicity, ReceiptEntry, Voided};
use domain::capitals::in_capitals;
use domain::disclosure::OpenedFields;
use domain::ids::{CampaignId, DonationId, PersonId};
use domain::money::Money;
use domain::numbers::receipt_serial;
use domain::personal::{DonorName, PersonalField};
use projections::Until;
use projections::donation_totals::queries;
use serde::Serialize;

use super::names::{DonorShown, Names, SealedDonor};
use super::{book_of, campaign, one_step};
use crate::lang::Lang;
use crate::processes::{Desk, Office, ProcessError, record_disclosure};

/// A receipt, with everything that stands on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DonationReceipt {
    /// 票据编号, eight digits, without gaps within the campaign.
    pub serial: String,
    /// The same as a number, from 1.
    pub number: u32,
    /// 募捐活动.
    pub campaign: String,
    /// 主办方, who issues it.
    pub organiser: String,
    /// 备案编号.
    pub filing_number: Option<String>,
    /// 捐赠用途.
    pub purpose: String,
    /// 捐赠人.
    pub donor: DonorShown,
    /// 捐赠项目: money, or what the goods are.
    pub item: String,
    /// 金额 in yuan with two places; the fair value of goods.
    pub amount: Money,
    /// 金额（大写）.
    pub amount_in_capitals: String,
    /// 捐赠日期.
    pub received_on: NaiveDate,
    /// 开票日期.
    pub issued_on: NaiveDate,
    /// 作废: why and when; none while it stands.
    pub voided: Option<Voided>,
    /// What of the money was refunded since, in yuan; more than nothing means that it is to be voided.
    pub refunded_since: Money,
    /// The gift.
    pub donation_id: DonationId,
}

/// What a gift of money is called on its receipt.
const MONEY: &str = "货币资金";

impl DonationReceipt {
    /// What was given: money in the language, goods as they were recorded.
    pub fn given(&self, lang: Lang) -> &str {
        if self.item == MONEY { lang.pick(MONEY, "money") } else { &self.item }
    }

    /// 情况: whether it stands, was voided, or has to be.
    pub fn state(&self, lang: Lang) -> String {
        match &self.voided {
            Some(voided) => format!("{} {}", lang.pick("作废", "voided"), voided.voided_on),
            None => to_be_voided(lang, self.refunded_since, self.amount)
                .unwrap_or(lang.pick("有效", "stands"))
                .to_owned(),
        }
    }
}

/// Why a receipt has to be voided, where money went back since: one of which nothing is left is not issued anew.
pub(crate) fn to_be_voided(lang: Lang, refunded: Money, amount: Money) -> Option<&'static str> {
    match refunded.is_positive() {
        true if refunded >= amount => {
            Some(lang.pick("待作废（已全额退还）", "to be voided (all of it was refunded)"))
        }
        true => Some(lang.pick("待作废重开", "to be voided and issued anew")),
        false => None,
    }
}

/// Issues the receipt of a gift and says its number; a gift that has one keeps it.
///
/// # Errors
/// [`ProcessError`] when the campaign or gift is unknown or the domain refuses.
pub async fn issue_receipt(
    office: &Office,
    desk: &Desk,
    (campaign_id, donation_id): (CampaignId, DonationId),
) -> Result<u32, ProcessError> {
    let command = CampaignCommand::IssueReceipt { donation_id, issued_on: desk.today() };
    one_step(office, desk, ("receipt", campaign_id), command).await?;
    let campaign = campaign(office, campaign_id).await?;
    let standing = book_of(&campaign)?.receipts.iter().rev();
    let mut standing =
        standing.filter(|(_, entry)| entry.donation_id == donation_id && entry.voided.is_none());
    standing.next().map(|(number, _)| *number).ok_or(ProcessError::Unknown { what: "receipt" })
}

/// Voids a receipt; its number stays taken.
///
/// # Errors
/// [`ProcessError`] when the campaign or receipt is unknown or the domain refuses.
pub async fn void_receipt(
    office: &Office,
    desk: &Desk,
    campaign_id: CampaignId,
    receipt_number: u32,
    reason: &str,
) -> Result<(), ProcessError> {
    let (reason, voided_on) = (reason.to_owned(), desk.today());
    let command = CampaignCommand::VoidReceipt { receipt_number, reason, voided_on };
    one_step(office, desk, ("void_receipt", campaign_id), command).await
}

/// One receipt with the donor's name, by someone who may open names; that it was opened is recorded first. As on paper, the
/// name is whole or, of who wishes none, not opened (慈善法 art. 38).
///
/// # Errors
/// [`ProcessError`]: the campaign or receipt is unknown, or the role may not open names.
pub async fn receipt(
    office: &Office,
    desk: &Desk,
    campaign_id: CampaignId,
    number: u32,
) -> Result<DonationReceipt, ProcessError> {
    let campaign = campaign(office, campaign_id).await?;
    let book = book_of(&campaign)?;
    let entry = book.receipts.get(&number).ok_or(ProcessError::Unknown { what: "receipt" })?;
    let found = donor_of(book, entry.donation_id);
    let (donor, publicity) = found.ok_or(ProcessError::Unknown { what: "donation" })?;
    let mut sealed = sealed_donor(office, campaign_id, entry.donation_id, donor).await?;
    sealed.sealed = sealed.sealed.filter(|_| publicity != Publicity::Anonymous);
    if sealed.sealed.is_some() && !book.is_erased(donor) {
        let opened = vec![OpenedFields { person_id: donor, labels: vec![DonorName::LABEL.to_owned()] }];
        let purpose = format!("公益事业捐赠票据 {} 号", receipt_serial(number));
        record_disclosure(office, desk, desk.actor.id.as_str(), &purpose, opened).await?;
    }
    let names = Names::open(office, [sealed]).await?;
    Ok(told(book, number, entry, names.whole(entry.donation_id)))
}

/// Every receipt of a campaign in the order of its numbers, voided ones too; without names.
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown.
pub async fn receipts(
    office: &Office,
    campaign_id: CampaignId,
) -> Result<Vec<DonationReceipt>, ProcessError> {
    let campaign: std::sync::Arc<Campaign> = campaign(office, campaign_id).await?;
    let book = book_of(&campaign)?;
    let each = |(number, entry): (&u32, &ReceiptEntry)| told(book, *number, entry, DonorShown::Anonymous);
    Ok(book.receipts.iter().map(each).collect())
}

/// Whose key seals the name that was left with a gift, and how they wish to be named.
fn donor_of(book: &GiftBook, gift: DonationId) -> Option<(PersonId, Publicity)> {
    let goods = book.in_kind.get(&gift).map(|gift| (gift.donor, gift.publicity));
    book.gifts.get(&gift).map(|gift| (gift.donor, gift.publicity)).or(goods)
}

/// A gift's donor with the sealed name, as the read tables hold it now.
pub(super) async fn sealed_donor(
    office: &Office,
    campaign_id: CampaignId,
    donation_id: DonationId,
    donor: PersonId,
) -> Result<SealedDonor, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let money = queries::donations_of(&office.pool, &[donation_id]).await?;
    let mut sealed = money.into_iter().next().and_then(|row| row.donor_name_sealed);
    if sealed.is_none() {
        let goods = queries::in_kind_gifts(&office.pool, campaign_id).await?;
        let of_gift = goods.into_iter().find(|row| row.donation_id == donation_id);
        sealed = of_gift.and_then(|row| row.donor_name_sealed);
    }
    Ok(SealedDonor { donation_id, donor, sealed })
}

fn told(book: &GiftBook, number: u32, entry: &ReceiptEntry, donor: DonorShown) -> DonationReceipt {
    let goods = book.in_kind.get(&entry.donation_id);
    let item = goods.map_or_else(
        || MONEY.to_owned(),
        |gift| format!("{} {} {}", gift.goods.description, gift.goods.quantity, gift.goods.unit),
    );
    let now = book.certified(entry.donation_id);
    let received_on = now.map_or(entry.issued_on, |certified| certified.received_on);
    let still = now.map_or(Money::ZERO, |certified| certified.amount);
    DonationReceipt {
        serial: receipt_serial(number),
        number,
        campaign: book.terms.name.clone(),
        organiser: book.terms.organiser.clone(),
        filing_number: book.terms.filing_number.clone(),
        purpose: book.terms.purpose.clone(),
        donor,
        item,
        amount: entry.amount,
        amount_in_capitals: in_capitals(entry.amount),
        received_on,
        issued_on: entry.issued_on,
        voided: entry.voided.clone(),
        refunded_since: entry.amount.minus(still).unwrap_or_default(),
        donation_id: entry.donation_id,
    }
}
