//! 募捐: campaigns, gifts and receipts; each gift is credited to the campaign's fund in the same moment.

use chrono::NaiveDate;
use domain::actor::Role;
use domain::campaign::{Campaign, CampaignCommand, CampaignTerms, Donation, Publication};
use domain::fund::FundCommand;
use domain::ids::{CampaignId, DonationId, PersonId};
use domain::personal::{Personal, seal};

use super::{Desk, Office, ProcessError, Step};
use crate::registers::RegisterRow;
use crate::registers::donations::{Receipt, Row};

impl Office {
    /// The campaign of a name.
    pub fn campaign_id(&self, name: &str) -> CampaignId {
        CampaignId::new(self.derived("campaign", name))
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
/// [`ProcessError`] when the campaign is unknown or the domain refuses.
pub async fn receive_donation(office: &Office, desk: &Desk, row: &Row) -> Result<DonationId, ProcessError> {
    if row.receipt == Receipt::Wanted && !matches!(desk.actor.role, Role::Finance | Role::System) {
        return Err(ProcessError::Refused {
            code: "role_not_allowed",
            field: "receipt",
            zh: "票据由财务开具：“开具票据”一列请填“否”，或由财务导入本表".to_owned(),
            en:
                "finance issues receipts: say 否 in the column 开具票据, or have finance take the register in"
                    .to_owned(),
        });
    }
    let campaign_id = office.campaign_id(&row.campaign);
    let campaign = office.repository.load::<Campaign>(&campaign_id.to_string()).await?;
    let fund_id = campaign
        .state
        .book()
        .map(|book| book.terms.fund_id)
        .ok_or(ProcessError::Unknown { what: "campaign" })?;
    let donation = donation(office, campaign_id, row).await?;
    let (donation_id, day) = (donation.donation_id, donation.received_on);
    let amount = donation.amount;
    let id = campaign_id.to_string();
    let mut steps = vec![Step::Campaign(id.clone(), CampaignCommand::ReceiveDonation { donation })];
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

/// The gift of a row; its number is the office's own, so that the same row is the same gift.
async fn donation(office: &Office, campaign_id: CampaignId, row: &Row) -> Result<Donation, ProcessError> {
    let name = format!("{campaign_id}|{}", row.number);
    let donor = PersonId::new(office.derived("donor", &name));
    let donor_name = match &row.donor {
        None => None,
        Some(donor_name) => {
            office.keyring.ensure_keys(&[donor]).await?;
            Some(seal(&*office.keyring, donor, &Personal::new(donor_name.clone()))?)
        }
    };
    Ok(Donation {
        donation_id: DonationId::new(office.derived("donation", &name)),
        donor,
        donor_name,
        publicity: row.publicity,
        amount: row.amount,
        method: row.method,
        received_on: row.received_on,
        statement: None,
    })
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
