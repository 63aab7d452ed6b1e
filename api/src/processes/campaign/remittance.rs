//! 善款转交: proposed by one, approved by another; then the fund is debited in the same moment.

use domain::aggregate::Decider;
use domain::campaign::{Campaign, CampaignCommand, CampaignError, GiftBook, RemittanceStep};
use domain::fund::FundCommand;
use domain::ids::{CampaignId, RemittanceId};
use domain::money::Money;

use super::{book_of, campaign, one_step};
use crate::processes::{Desk, Office, ProcessError, Step, fund_account};

/// Proposes to remit money of a campaign and says the proposal's id. The same recipient and amount on the same day by the
/// same person is the same proposal, until somebody decides it: then it is another one.
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown, the fund has not the money free, or the domain refuses.
pub async fn propose_remittance(
    office: &Office,
    desk: &Desk,
    campaign_id: CampaignId,
    recipient: &str,
    amount: Money,
) -> Result<RemittanceId, ProcessError> {
    let campaign = campaign(office, campaign_id).await?;
    let parts = format!("{campaign_id}|{recipient}|{amount}|{}|{}", desk.today(), desk.actor.id);
    let remittance_id = named(office, book_of(&campaign)?, parts);
    let (recipient, proposed_on) = (recipient.to_owned(), desk.today());
    let command = CampaignCommand::ProposeRemittance { remittance_id, recipient, amount, proposed_on };
    let decided = campaign.decide(command.clone(), &desk.context());
    // what the campaign itself says to it comes first; the approval asks the fund again
    if decided.is_ok_and(|events| !events.is_empty()) {
        fund_account(office, book_of(&campaign)?.terms.fund_id)
            .await?
            .covers(amount)
            .map_err(|short| ProcessError::refused(&short))?;
    }
    one_step(office, desk, ("propose_remittance", campaign_id), command).await?;
    Ok(remittance_id)
}

/// The first id of these parts that nobody decided yet.
fn named(office: &Office, book: &GiftBook, mut parts: String) -> RemittanceId {
    loop {
        let id = RemittanceId::new(office.derived("remittance", &parts));
        match book.remittances.get(&id).map(|known| &known.step) {
            None | Some(RemittanceStep::Proposed) => return id,
            Some(_) => parts.push_str("|again"),
        }
    }
}

/// Approves a remittance that somebody else proposed, with the number of the bank's voucher.
///
/// # Errors
/// [`ProcessError`]: the campaign or remittance is unknown, the fund has not the money free, or the domain refuses.
pub async fn approve_remittance(
    office: &Office,
    desk: &Desk,
    (campaign_id, remittance_id): (CampaignId, RemittanceId),
    reference: &str,
) -> Result<Money, ProcessError> {
    let loaded = office.repository.load_newest::<Campaign>(&campaign_id.to_string()).await?;
    let book = book_of(&loaded.state)?;
    let remittance = book
        .remittances
        .get(&remittance_id)
        .ok_or_else(|| ProcessError::refused(&CampaignError::RemittanceUnknown))?;
    let (amount, remitted_on) = (remittance.amount, desk.today());
    if matches!(&remittance.step, RemittanceStep::Remitted { reference: known, .. } if known == reference) {
        return Ok(amount);
    }
    let reference = reference.to_owned();
    let key = office.derived(
        "approve_remittance",
        &format!("{remittance_id}|{}|{reference}|{}", loaded.version, desk.actor.id),
    );
    let fund_id = book.terms.fund_id.to_string();
    let steps = [
        Step::Campaign(
            campaign_id.to_string(),
            CampaignCommand::Remit { remittance_id, reference, remitted_on },
        ),
        Step::Fund(fund_id, FundCommand::Remit { campaign_id, remittance_id, amount, remitted_on }),
    ];
    office.together(desk, key, steps).await?;
    Ok(amount)
}

/// Sends a proposal back.
///
/// # Errors
/// [`ProcessError`] when the campaign or remittance is unknown or the domain refuses.
pub async fn reject_remittance(
    office: &Office,
    desk: &Desk,
    (campaign_id, remittance_id): (CampaignId, RemittanceId),
    reason: &str,
) -> Result<(), ProcessError> {
    let (reason, rejected_on) = (reason.to_owned(), desk.today());
    let command = CampaignCommand::RejectRemittance { remittance_id, reason, rejected_on };
    one_step(office, desk, ("reject_remittance", campaign_id), command).await
}
