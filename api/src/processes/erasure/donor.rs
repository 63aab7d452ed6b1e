//! A donor's name: donors have no household, so what is asked and decided stands in the campaign that took the gift.
//!
//! The name is on vouchers, which are kept for 30 years (会计档案管理办法); there is nothing of a donor that is kept shorter.
//! Gift, receipt, totals and proofs stay.

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::campaign::{Campaign, CampaignCommand, DonorRecord, GiftBook};
use domain::ids::{CampaignId, PersonId};
use domain::personal::RetentionClass;
use sqlx::Row;

use crate::processes::{Desk, Office, ProcessError, Step, office_day};

/// A donor, as far as an erasure is concerned.
#[derive(Clone, Debug)]
pub struct DonorFile {
    /// Who.
    pub donor: PersonId,
    /// The campaign that took the gift.
    pub campaign_id: CampaignId,
    /// How far a request is.
    pub record: Option<DonorRecord>,
    /// The first day on which the name may be erased.
    pub erasable_from: NaiveDate,
    /// When the log took the last event on the donor's gifts.
    recorded_on: NaiveDate,
    version: u64,
}

impl DonorFile {
    /// When the name was erased.
    pub const fn erased_on(&self) -> Option<NaiveDate> {
        match self.record {
            Some(DonorRecord::Erased { erased_on }) => Some(erased_on),
            _ => None,
        }
    }
}

/// Who a donor is, read from the log alone; none where nobody of this id gave anything.
///
/// # Errors
/// Those of the log.
pub async fn look_up(office: &Office, donor: PersonId) -> Result<Option<DonorFile>, ProcessError> {
    let Some((campaign_id, _)) = named(office, [donor.to_string()]).await? else { return Ok(None) };
    let loaded = office.repository.load_newest::<Campaign>(&campaign_id.to_string()).await?;
    let Some(book) = loaded.state.book() else { return Ok(None) };
    let Some(voucher_on) = book.last_voucher_on(donor) else { return Ok(None) };
    // refunds and receipts name the gift, not the donor; asking for the erasure makes no voucher
    let recorded = named(office, gifts_of(book, donor)).await?;
    let recorded_on = recorded.map_or(voucher_on, |(_, recorded_on)| recorded_on);
    Ok(Some(DonorFile {
        donor,
        campaign_id,
        record: book.donors.get(&donor).cloned(),
        erasable_from: RetentionClass::Vouchers.erasable_from(voucher_on.max(recorded_on)),
        recorded_on,
        version: loaded.version,
    }))
}

fn gifts_of(book: &GiftBook, donor: PersonId) -> Vec<String> {
    let money = book.gifts.iter().filter(|(_, gift)| gift.donor == donor).map(|(id, _)| id.to_string());
    let goods = book.in_kind.iter().filter(|(_, gift)| gift.donor == donor).map(|(id, _)| id.to_string());
    money.chain(goods).collect()
}

/// The campaign in whose events some names stand, and the office day on which the log took the last of these events.
async fn named(
    office: &Office,
    names: impl IntoIterator<Item = String>,
) -> Result<Option<(CampaignId, NaiveDate)>, ProcessError> {
    let patterns: Vec<String> = names.into_iter().map(|name| format!("%{name}%")).collect();
    let query = sqlx::query(include_str!("sql/campaign_that_names.sql")).bind(Campaign::TYPE).bind(patterns);
    let Some(row) = query.fetch_optional(&office.pool).await? else { return Ok(None) };
    let id: String = row.try_get("aggregate_id")?;
    let campaign =
        id.parse().map_err(|_| ProcessError::Damaged(format!("campaign {id} has no identifier")))?;
    Ok(Some((campaign, office_day(row.try_get("recorded_at")?))))
}

/// Asks that a donor's name be erased.
///
/// # Errors
/// [`ProcessError`]: the law keeps the vouchers, with the day from which it does not; or the domain refuses.
pub async fn request(
    office: &Office,
    desk: &Desk,
    file: &DonorFile,
    basis: &str,
) -> Result<(), ProcessError> {
    let (donor, recorded_on) = (file.donor, file.recorded_on);
    let (basis, requested_on) = (basis.to_owned(), desk.today());
    let command = CampaignCommand::RequestDonorErasure { donor, basis, recorded_on, requested_on };
    step(office, desk, file, command).await
}

/// Sends a request back.
///
/// # Errors
/// [`ProcessError`] when there is no request or the domain refuses.
pub async fn reject(
    office: &Office,
    desk: &Desk,
    file: &DonorFile,
    reason: &str,
) -> Result<(), ProcessError> {
    let (reason, rejected_on) = (reason.to_owned(), desk.today());
    let command = CampaignCommand::RejectDonorErasure { donor: file.donor, reason, rejected_on };
    step(office, desk, file, command).await
}

/// Erases a donor's name as somebody else requested: the event first, then the keys. Doing it again finishes what was
/// interrupted.
///
/// # Errors
/// [`ProcessError`]: there is no request, the same person asked, or the law keeps the vouchers.
pub async fn erase(office: &Office, desk: &Desk, file: &DonorFile) -> Result<NaiveDate, ProcessError> {
    let (donor, recorded_on) = (file.donor, file.recorded_on);
    let command = CampaignCommand::EraseDonor { donor, recorded_on, erased_on: desk.today() };
    step(office, desk, file, command).await?;
    let after = look_up(office, donor).await?;
    let erased_on = after.and_then(|file| file.erased_on());
    let erased_on = erased_on.ok_or(ProcessError::Unknown { what: "donor" })?;
    let classes = RetentionClass::Vouchers.through();
    let destroyed = office.keyring.erase(donor, classes, erased_on).await;
    destroyed.map_err(|source| ProcessError::ErasureUnfinished { person: donor, source })?;
    Ok(erased_on)
}

async fn step(
    office: &Office,
    desk: &Desk,
    file: &DonorFile,
    command: CampaignCommand,
) -> Result<(), ProcessError> {
    let id = file.campaign_id.to_string();
    let parts = format!("{}|{}|{command:?}", desk.actor.id, file.version);
    office.together(desk, office.derived("donor_erasure", &parts), [Step::Campaign(id, command)]).await?;
    Ok(())
}
