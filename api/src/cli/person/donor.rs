//! `ledger person erase`, `approve` and `reject` of a donor, whose name stands in a campaign and not in a household.

use chrono::Utc;
use domain::ids::PersonId;
use domain::personal::RetentionClass;
use serde_json::json;

use crate::cli::PersonCommand;
use crate::cli::failure::{Done, Failure};
use crate::cli::session::Session;
use crate::processes::erasure::donor::{self, DonorFile};
use crate::processes::{Office, ProcessError, office_day};

/// A step that a donor knows too.
pub(super) enum DonorStep {
    Erase { donor: PersonId, class: RetentionClass, basis: String, dry_run: bool },
    Approve { donor: PersonId },
    Reject { donor: PersonId, reason: String },
}

/// The same step for a donor; none where donors know no such step.
pub(super) fn step_of(command: &PersonCommand) -> Option<DonorStep> {
    Some(match command {
        PersonCommand::Erase { person, basis, class, dry_run } => {
            let (donor, class, basis) = (*person, *class, basis.clone());
            DonorStep::Erase { donor, class, basis, dry_run: *dry_run }
        }
        PersonCommand::Approve { person } => DonorStep::Approve { donor: *person },
        PersonCommand::Reject { person, reason } => {
            DonorStep::Reject { donor: *person, reason: reason.clone() }
        }
        _ => return None,
    })
}

/// Does one step of a donor's erasure.
///
/// # Errors
/// [`Failure`]: nobody of this id gave anything, who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, step: DonorStep) -> Result<Done, Failure> {
    match step {
        DonorStep::Erase { donor, class, basis, dry_run } => {
            erase(session, donor, (class, basis), dry_run).await
        }
        DonorStep::Approve { donor } => approve(session, donor).await,
        DonorStep::Reject { donor, reason } => reject(session, donor, &reason).await,
    }
}

async fn file(office: &Office, person: PersonId) -> Result<DonorFile, ProcessError> {
    donor::look_up(office, person).await?.ok_or(ProcessError::Unknown { what: "person" })
}

/// Says what an erasure would do, or asks for it. Exit code 1 when it would be refused.
///
/// # Errors
/// [`Failure`]: the law keeps the vouchers, or who acts is not said.
async fn erase(
    session: &Session,
    person: PersonId,
    (class, basis): (RetentionClass, String),
    dry_run: bool,
) -> Result<Done, Failure> {
    let screen = session.screen;
    if class != RetentionClass::Vouchers {
        return Err(Failure::Refused {
            code: "donor_has_vouchers_only",
            zh: "捐赠人只有会计凭证类信息，请用 --class vouchers".to_owned(),
            en: "a donor has nothing but vouchers: use --class vouchers".to_owned(),
        });
    }
    if dry_run {
        let file = session.with_ledger(async |app| Ok(file(app.office(), person).await?)).await?;
        let from = file.erasable_from;
        let possible = office_day(Utc::now()) >= from && file.erased_on().is_none();
        let (zh, en) = match file.erased_on() {
            Some(on) => (
                format!("捐赠人 {person} 的名称已于 {on} 删除。"),
                format!("Donor {person} was erased on {on}."),
            ),
            None => (
                format!(
                    "捐赠人 {person} 的名称在会计凭证上，自 {from} 起可删除；捐赠、票据号和合计保留。此次未作任何更改。"
                ),
                format!(
                    "The name of donor {person} is on vouchers and may be erased from {from} on; gift, receipt number and totals stay. Nothing was changed."
                ),
            ),
        };
        screen.say(zh, en)?;
        screen.answer(&json!({
            "person_id": person,
            "donor": true,
            "campaign_id": file.campaign_id,
            "record": file.record,
            "possible": possible,
            "erasable_from": from,
        }))?;
        return Ok(if possible { Done::Well } else { Done::Found });
    }
    let desk = session.desk()?;
    session
        .with_ledger(async |app| {
            let file = file(app.office(), person).await?;
            Ok(donor::request(app.office(), &desk, &file, &basis).await?)
        })
        .await?;
    screen.say(
        format!("已申请删除捐赠人 {person} 的名称。下一步由他人批准：ledger person approve {person} --as approver:…"),
        format!("The erasure of donor {person} is requested. Next, by somebody else: ledger person approve {person} --as approver:…"),
    )?;
    screen.answer(&json!({ "person_id": person, "donor": true, "done": "requested" }))?;
    Ok(Done::Well)
}

/// Erases a donor's name, as somebody else asked.
///
/// # Errors
/// [`Failure`]: there is no request, the same person asked, or the law keeps the vouchers.
async fn approve(session: &Session, person: PersonId) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let erased_on = session
        .with_ledger(async |app| {
            let file = file(app.office(), person).await?;
            Ok(donor::erase(app.office(), &desk, &file).await?)
        })
        .await?;
    session.screen.say(
        format!("捐赠人 {person} 的名称已于 {erased_on} 删除。更早的备份仍含密钥，请按 docs/OPERATIONS.md 处理。"),
        format!("Donor {person} was erased on {erased_on}. Older backups still hold the keys: see docs/OPERATIONS.md."),
    )?;
    session
        .screen
        .answer(&json!({ "person_id": person, "donor": true, "done": "erased", "erased_on": erased_on }))?;
    Ok(Done::Well)
}

/// Sends a request back.
///
/// # Errors
/// [`Failure`] when there is no request.
async fn reject(session: &Session, person: PersonId, reason: &str) -> Result<Done, Failure> {
    let desk = session.desk()?;
    session
        .with_ledger(async |app| {
            let file = file(app.office(), person).await?;
            Ok(donor::reject(app.office(), &desk, &file, reason).await?)
        })
        .await?;
    session.screen.say(
        format!("捐赠人 {person} 的删除申请已退回。"),
        format!("The erasure of donor {person} was sent back."),
    )?;
    session.screen.answer(&json!({ "person_id": person, "donor": true, "done": "rejected" }))?;
    Ok(Done::Well)
}
