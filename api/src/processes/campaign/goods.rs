//! Gifts one by one: goods, refunds, and the donor's wish to be named.

use chrono::NaiveDate;
use domain::campaign::{CampaignCommand, CampaignError, Goods, InKindGift, Publicity};
use domain::fund::FundCommand;
use domain::ids::{CampaignId, DonationId};
use domain::money::Money;
use domain::personal::DonorName;

use super::{book_of, campaign, one_step};
use crate::processes::donation::{gift_of, sealed_name};
use crate::processes::{Desk, Office, ProcessError, Step, Taken};

/// Goods as a clerk records them.
#[derive(Clone, PartialEq, Eq)]
pub struct GoodsEntry {
    /// 登记号, the office's own.
    pub number: String,
    /// Who gave; `None` where nobody left a name.
    pub donor: Option<DonorName>,
    /// Whether the name may be published.
    pub publicity: Publicity,
    /// What was given.
    pub goods: Goods,
    /// The day.
    pub received_on: NaiveDate,
}

/// Records goods. Doing it again with the same entry changes nothing.
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown, the number is none or that of another donor's gift, or the
/// domain refuses.
pub async fn record_goods(
    office: &Office,
    desk: &Desk,
    campaign_id: CampaignId,
    entry: GoodsEntry,
) -> Result<DonationId, ProcessError> {
    let campaign = campaign(office, campaign_id).await?;
    // named as gifts of a register are: one number is one gift, of money or of goods
    let (donation_id, donor) = gift_of(office, campaign_id, &entry.number)?;
    let donor_name = sealed_name(office, donor, entry.donor.as_ref()).await?;
    let GoodsEntry { donor: given, publicity, goods, received_on, .. } = entry;
    let gift = InKindGift { donation_id, donor, donor_name, publicity, goods, received_on };
    let receive = CampaignCommand::ReceiveInKind { gift };
    office.refuse_other_donor(desk, &campaign, &receive, given.as_ref()).await?;
    one_step(office, desk, ("goods", campaign_id), receive).await?;
    Ok(donation_id)
}

/// Gives money back, out of the campaign and its fund in the same moment. The same amount on the same day under the same
/// number is a repeat.
///
/// # Errors
/// [`ProcessError`]: the campaign or gift is unknown, the fund has spent the money, or the domain refuses.
pub async fn refund_donation(
    office: &Office,
    desk: &Desk,
    (campaign_id, donation_id): (CampaignId, DonationId),
    amount: Money,
    refunded_on: NaiveDate,
    refund_number: Option<String>,
) -> Result<(), ProcessError> {
    take_refund(office, desk, (campaign_id, donation_id), (amount, refunded_on, refund_number))
        .await
        .map(drop)
}

/// The same, and says whether it is new.
pub(super) async fn take_refund(
    office: &Office,
    desk: &Desk,
    (campaign_id, donation_id): (CampaignId, DonationId),
    (amount, refunded_on, refund_number): (Money, NaiveDate, Option<String>),
) -> Result<Taken, ProcessError> {
    let campaign = campaign(office, campaign_id).await?;
    let book = book_of(&campaign)?;
    if book.in_kind.contains_key(&donation_id) {
        return Err(ProcessError::Refused {
            code: "donation_in_kind",
            field: "donation_id",
            zh: "这是实物捐赠，没有可退还的款项".to_owned(),
            en: "the gift is of goods: there is no money to refund".to_owned(),
        });
    }
    if !book.gifts.contains_key(&donation_id) {
        return Err(ProcessError::refused(&CampaignError::DonationUnknown));
    }
    let (id, fund_id) = (campaign_id.to_string(), book.terms.fund_id.to_string());
    let of = (campaign_id, donation_id);
    let (refund, credit) = refund_commands(of, amount, refunded_on, refund_number.clone());
    let parts = format!("{donation_id}|{amount}|{refunded_on}|{refund_number:?}");
    let steps = [Step::Campaign(id, refund), Step::Fund(fund_id, credit)];
    let done = office.together(desk, office.derived("refund", &parts), steps).await?;
    Ok(Taken::of(done.as_ref()))
}

/// A refund as campaign and fund are asked for it.
pub(super) fn refund_commands(
    (campaign_id, donation_id): (CampaignId, DonationId),
    amount: Money,
    refunded_on: NaiveDate,
    refund_number: Option<String>,
) -> (CampaignCommand, FundCommand) {
    let refund = CampaignCommand::RefundDonation {
        donation_id,
        amount,
        refunded_on,
        refund_number: refund_number.clone(),
    };
    let credit = FundCommand::CreditDonation {
        campaign_id,
        donation_id,
        amount: amount.negated(),
        credited_on: refunded_on,
        refund_number,
    };
    (refund, credit)
}

/// Records how a donor wants to be named from now on.
///
/// # Errors
/// [`ProcessError`] when the campaign or gift is unknown or the domain refuses.
pub async fn change_publicity(
    office: &Office,
    desk: &Desk,
    (campaign_id, donation_id): (CampaignId, DonationId),
    publicity: Publicity,
) -> Result<(), ProcessError> {
    let command = CampaignCommand::ChangePublicity { donation_id, publicity, changed_on: desk.today() };
    one_step(office, desk, ("publicity", campaign_id), command).await
}
