//! `ledger campaign remit`, `approve-remittance` and `reject-remittance`.

use domain::ids::RemittanceId;
use domain::money::Money;
use serde_json::json;

use super::named;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::yuan;
use crate::cli::session::Session;
use crate::processes::campaign;

/// Proposes a remittance.
///
/// # Errors
/// [`Failure`]: there is no such campaign, or the step is refused.
pub(super) async fn propose(
    session: &Session,
    name: &str,
    recipient: &str,
    amount: Money,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let remittance_id = session
        .act(async |app| {
            let campaign_id = named(app.office(), name);
            Ok(campaign::propose_remittance(app.office(), &desk, campaign_id, recipient, amount).await?)
        })
        .await?;
    let sum = yuan(amount);
    session.screen.say(
        format!("已提出向{recipient}转交 {sum} 元（{remittance_id}）。下一步由他人批准：ledger campaign approve-remittance {name} {remittance_id} --reference … --as approver:…"),
        format!("{sum} yuan are proposed for {recipient} ({remittance_id}). Next, by somebody else: ledger campaign approve-remittance {name} {remittance_id} --reference … --as approver:…"),
    )?;
    session.screen.answer(&json!({ "remittance_id": remittance_id, "done": "proposed" }))?;
    Ok(Done::Well)
}

/// Approves a remittance.
///
/// # Errors
/// [`Failure`]: there is no such remittance, the same person proposed it, or the fund has not the money.
pub(super) async fn approve(
    session: &Session,
    name: &str,
    remittance_id: RemittanceId,
    reference: &str,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let amount = session
        .act(async |app| {
            let of = (named(app.office(), name), remittance_id);
            Ok(campaign::approve_remittance(app.office(), &desk, of, reference).await?)
        })
        .await?;
    let sum = yuan(amount);
    session.screen.say(
        format!("已转交 {sum} 元（凭证 {reference}）。"),
        format!("{sum} yuan were remitted (voucher {reference})."),
    )?;
    session
        .screen
        .answer(&json!({ "remittance_id": remittance_id, "amount": amount, "done": "remitted" }))?;
    Ok(Done::Well)
}

/// Sends a proposal back.
///
/// # Errors
/// [`Failure`]: there is no such remittance, or it was decided.
pub(super) async fn reject(
    session: &Session,
    name: &str,
    remittance_id: RemittanceId,
    reason: &str,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    session
        .act(async |app| {
            let of = (named(app.office(), name), remittance_id);
            Ok(campaign::reject_remittance(app.office(), &desk, of, reason).await?)
        })
        .await?;
    session.screen.say(
        format!("转交 {remittance_id} 已退回。"),
        format!("Remittance {remittance_id} was sent back."),
    )?;
    session.screen.answer(&json!({ "remittance_id": remittance_id, "done": "rejected" }))?;
    Ok(Done::Well)
}
