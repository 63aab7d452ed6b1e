//! 捐赠票据: one receipt of a campaign, by its number.

use std::collections::BTreeSet;

use domain::campaign::Publicity;
use domain::personal::{DonorName, Sealed};
use print::{Paper, Receipt};
use projections::donation_totals::DonationRow;
use projections::donation_totals::queries::{campaign_totals, donation_of_receipt};
use projections::snapshot::Snapshot;
use projections::{Until, donation_totals};

use super::Press;
use super::people::{OpenPeople, People, ToShow};
use crate::processes::ProcessError;
use crate::registers::Named;

/// What stands for a donor who gave no name, or wishes that none is shown (慈善法 art. 38).
const ANONYMOUS: &str = "匿名";

/// The receipt with a number of a campaign.
///
/// # Errors
/// [`ProcessError`]: there is no such campaign or receipt, or whoever prints may not open the donor's name.
pub async fn receipt(press: &Press<'_>, campaign: &str, number: u32) -> Result<Paper, ProcessError> {
    let office = press.office;
    office.runner.catch_up(Until::Head).await?;
    let mut snapshot = Snapshot::take(&office.pool, &[&donation_totals::ABOUT]).await?;
    let position = snapshot.position();
    let connection = snapshot.connection();
    let campaign_id = office.campaign_id(campaign);
    let campaigns = campaign_totals(&mut *connection).await?;
    let found = campaigns.into_iter().map(|total| total.campaign).find(|row| row.campaign_id == campaign_id);
    let campaign = found.ok_or(ProcessError::Unknown { what: "campaign" })?;
    let gift = donation_of_receipt(&mut *connection, campaign_id, number).await?;
    let gift = gift.ok_or(ProcessError::Unknown { what: "receipt" })?;
    let people = People::find(connection, &BTreeSet::new()).await?;
    drop(snapshot);
    let receipt = Receipt {
        office: press.name.to_owned(),
        organiser: campaign.organiser,
        campaign: campaign.name,
        purpose: campaign.purpose,
        number,
        donation: gift.donation_id.to_string(),
        donor: donor(press, &people, &gift, number).await?,
        method: gift.method.word().to_owned(),
        amount: gift.amount,
        received_on: gift.received_on,
        issued_on: gift.receipt_on.unwrap_or(gift.received_on),
        refunded: gift.refunded,
    };
    press.paper(receipt.sheet(), position).await
}

async fn donor(
    press: &Press<'_>,
    people: &People,
    gift: &DonationRow,
    number: u32,
) -> Result<String, ProcessError> {
    let sealed = match (&gift.donor_name_sealed, gift.publicity) {
        // a list may mask the name, the receipt is the donor's own
        (Some(sealed), Publicity::Named | Publicity::Masked) => {
            Sealed::<DonorName>::from_ciphertext(sealed.as_str())
        }
        (None, _) | (_, Publicity::Anonymous) => return Ok(ANONYMOUS.to_owned()),
    };
    let mut shown = ToShow::default();
    shown.add::<DonorName>(gift.donor);
    let open = OpenPeople::disclose(press, people, &shown, &format!("打印捐赠票据 {number}")).await?;
    Ok(open.value(&sealed, gift.donor, |name| name.0.clone()))
}
