//! 募捐: campaigns, gifts and receipts; each gift is credited to the campaign's fund in the same moment.

use chrono::NaiveDate;
use domain::actor::Role;
use domain::campaign::{Campaign, CampaignCommand, CampaignTerms, Donation, Publication};
use domain::fund::FundCommand;
use domain::ids::{CampaignId, DonationId, PersonId};
use domain::personal::{DonorName, Personal, Sealed, seal};

use super::{Desk, Office, ProcessError, Step};
use crate::registers::RegisterRow;
use crate::registers::donations::{Receipt, Row};

impl Office {
    /// The campaign of a name.
    pub fn campaign_id(&self, name: &str) -> CampaignId {
        CampaignId::new(self.derived("campaign", name))
    }

    /// The gift of the office's own number (登记号).
    pub fn donation_id(&self, campaign_id: CampaignId, number: &str) -> DonationId {
        DonationId::new(self.derived("donation", &format!("{campaign_id}|{}", number.trim())))
    }
}

/// Opens a campaign.
///
/// # Errors
/// [`ProcessError`] when the domain refuses: `campaign_exists` where the name is another campaign's.
pub async fn open_campaign(office: &Office, desk: &Desk, terms: CampaignTerms) -> Result<(), ProcessError> {
    let id = terms.campaign_id.to_string();
    let key = office.derived("open_campaign", &format!("{terms:?}"));
    let open = CampaignCommand::OpenCampaign { terms };
    office.together(desk, key, [Step::Campaign(id, open)]).await?;
    Ok(())
}

/// Records a gift, credits it to the campaign's fund, and issues the receipt where one is wanted.
/// Doing it again with the same row changes nothing.
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown, the number is none or that of another donor's gift, or the
/// domain refuses.
pub async fn receive_donation(office: &Office, desk: &Desk, row: &Row) -> Result<DonationId, ProcessError> {
    if row.receipt == Receipt::Wanted && !matches!(desk.actor.role, Role::Finance | Role::System) {
        return Err(ProcessError::Refused {
            code: "role_not_allowed",
            field: "receipt",
            zh: "票据由财务开具：请不要求开具（登记表中填“否”），或由财务登记".to_owned(),
            en: "finance issues receipts: ask for none (否 in the register), or have finance record the gift"
                .to_owned(),
        });
    }
    let campaign_id = office.campaign_id(&row.campaign);
    // the newest: another process may have recorded the number under another name
    let campaign = office.repository.load_newest::<Campaign>(&campaign_id.to_string()).await?;
    let fund_id = campaign
        .state
        .book()
        .map(|book| book.terms.fund_id)
        .ok_or(ProcessError::Unknown { what: "campaign" })?;
    let donation = donation(office, campaign_id, row).await?;
    let (donation_id, day) = (donation.donation_id, donation.received_on);
    let amount = donation.amount;
    let receive = CampaignCommand::ReceiveDonation { donation };
    office.refuse_other_donor(desk, &campaign.state, &receive, row.donor.as_ref()).await?;
    let id = campaign_id.to_string();
    let mut steps = vec![Step::Campaign(id.clone(), receive)];
    if row.receipt == Receipt::Wanted {
        steps.push(Step::Campaign(id, CampaignCommand::IssueReceipt { donation_id, issued_on: day }));
    }
    let credit = FundCommand::CreditDonation {
        campaign_id,
        donation_id,
        amount,
        credited_on: day,
        refund_number: None,
    };
    steps.push(Step::Fund(fund_id.to_string(), credit));
    office.together(desk, office.derived("donation", &row.write().join("\u{1f}")), steps).await?;
    Ok(donation_id)
}

/// The most characters of a gift's number, as in the register.
const NUMBER_MAX: usize = 32;

/// The gift of the office's own number and its donor: blanks around the number make no other gift.
///
/// # Errors
/// [`ProcessError::Refused`] where nothing is left of the number, or it is too long.
pub(in crate::processes) fn gift_of(
    office: &Office,
    campaign_id: CampaignId,
    typed: &str,
) -> Result<(DonationId, PersonId), ProcessError> {
    let number = typed.trim();
    if (1..=NUMBER_MAX).contains(&number.chars().count()) {
        let donor = office.derived("donor", &format!("{campaign_id}|{number}"));
        return Ok((office.donation_id(campaign_id, number), PersonId::new(donor)));
    }
    Err(ProcessError::Refused {
        code: "number_invalid",
        field: "number",
        zh: "登记号应为 1 至 32 个字符".to_owned(),
        en: "the number has 1 to 32 characters".to_owned(),
    })
}

/// The gift of a row; its number is the office's own, so that the same row is the same gift.
async fn donation(office: &Office, campaign_id: CampaignId, row: &Row) -> Result<Donation, ProcessError> {
    let (donation_id, donor) = gift_of(office, campaign_id, &row.number)?;
    Ok(Donation {
        donation_id,
        donor,
        donor_name: sealed_name(office, donor, row.donor.as_ref()).await?,
        publicity: row.publicity,
        amount: row.amount,
        method: row.method,
        received_on: row.received_on,
        statement: None,
    })
}

/// A donor's name under the donor's own key; none where nobody left one.
///
/// # Errors
/// [`ProcessError::Keyring`], or that the donor was erased.
pub(in crate::processes) async fn sealed_name(
    office: &Office,
    donor: PersonId,
    name: Option<&DonorName>,
) -> Result<Option<Sealed<DonorName>>, ProcessError> {
    let Some(name) = name else { return Ok(None) };
    office.keyring.ensure_keys(&[donor]).await?;
    Ok(Some(seal(&*office.keyring, donor, &Personal::new(name.clone()))?))
}

/// Ends a campaign and publishes what came of it (慈善法: within three months of the end).
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown or the domain refuses.
pub async fn close_campaign(
    office: &Office,
    desk: &Desk,
    campaign_id: CampaignId,
    closed_on: NaiveDate,
) -> Result<(), ProcessError> {
    let id = campaign_id.to_string();
    let campaign = office.repository.load::<Campaign>(&id).await?.state;
    let book = campaign.book().ok_or(ProcessError::Unknown { what: "campaign" })?;
    let (total, donation_count) = (book.total(), book.donation_count());
    let publication = Publication { total, donation_count, list: None };
    let publish = CampaignCommand::PublishResults { publication, published_on: desk.today() };
    let close = CampaignCommand::CloseCampaign { closed_on };
    let steps = [Step::Campaign(id.clone(), close), Step::Campaign(id.clone(), publish)];
    office.together(desk, office.derived("close_campaign", &id), steps).await?;
    Ok(())
}
