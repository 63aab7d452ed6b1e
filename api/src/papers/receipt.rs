//! 捐赠票据: one receipt of a campaign, by its number, voided ones too.

use std::collections::BTreeSet;

use domain::campaign::{GiftBook, Publicity};
use domain::ids::DonationId;
use domain::personal::DonorName;
use print::Receipt;

use super::gifts::{ANONYMOUS, CampaignThen, given, neighbors, refunded_since, voided};
use super::people::{OpenPeople, People, ToShow};
use super::{Press, Told};
use crate::processes::ProcessError;

/// The receipt with a number of a campaign.
///
/// # Errors
/// [`ProcessError`]: there is no such campaign or receipt, or whoever prints may not open the donor's name.
pub(super) async fn receipt(press: &Press<'_>, campaign: &str, number: u32) -> Result<Told, ProcessError> {
    let then = CampaignThen::read(press, campaign).await?;
    let book = then.book()?;
    let unknown = || ProcessError::Unknown { what: "receipt" };
    let entry = book.receipts.get(&number).ok_or_else(unknown)?;
    let certified = book.certified(entry.donation_id).ok_or_else(unknown)?;
    let (replaces, replaced_by) = neighbors(book, number, entry.donation_id);
    let receipt = Receipt {
        office: press.name.to_owned(),
        organiser: book.terms.organiser.clone(),
        campaign: book.terms.name.clone(),
        purpose: book.terms.purpose.clone(),
        number,
        donation: entry.donation_id.to_string(),
        donor: donor(press, &then, entry.donation_id, number).await?,
        given: given(book, entry.donation_id).ok_or_else(unknown)?,
        amount: entry.amount,
        received_on: certified.received_on,
        issued_on: entry.issued_on,
        refunded: refunded_since(book, entry),
        voided: voided(entry),
        replaces,
        replaced_by,
    };
    Ok((receipt.sheet(), then.position))
}

/// A list may mask the name, the receipt is the donor's own: whole, or none for who wishes none.
async fn donor(
    press: &Press<'_>,
    then: &CampaignThen,
    gift: DonationId,
    number: u32,
) -> Result<String, ProcessError> {
    let sealed = then.gifts.get(&gift).and_then(|sealed| Some((sealed.donor, sealed.name.as_ref()?)));
    let Some((donor, name)) = sealed.filter(|_| is_shown(then.book().ok(), gift)) else {
        return Ok(ANONYMOUS.to_owned());
    };
    let mut shown = ToShow::default();
    shown.add::<DonorName>(donor);
    let people = People::find(&mut *press.office.pool.acquire().await?, &BTreeSet::new()).await?;
    let open = OpenPeople::disclose(press, &people, &shown, &format!("捐赠票据 {number}")).await?;
    Ok(open.value(name, donor, |name| name.0.clone()))
}

fn is_shown(book: Option<&GiftBook>, gift: DonationId) -> bool {
    let money = book.and_then(|book| book.gifts.get(&gift)).map(|gift| gift.publicity);
    let goods = book.and_then(|book| book.in_kind.get(&gift)).map(|gift| gift.publicity);
    money.or(goods).is_some_and(|publicity| publicity != Publicity::Anonymous)
}
