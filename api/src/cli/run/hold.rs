//! `ledger run hold` and `ledger run unhold`: payments of one case that wait, with a reason.

use domain::benefit_case::{HeldMonths, HoldReason};
use domain::calendar::BenefitMonth;
use domain::ids::CaseId;
use serde_json::json;

use crate::cli::failure::{Done, Failure};
use crate::cli::session::Session;
use crate::processes::payment_run;

/// The month, or every month.
pub(super) fn months(month: Option<BenefitMonth>) -> HeldMonths {
    month.map_or(HeldMonths::All, HeldMonths::Month)
}

/// Holds payments of a case.
///
/// # Errors
/// [`Failure`]: who acts is not said, there is no such case, the domain refuses.
pub(super) async fn hold(
    session: &Session,
    case: CaseId,
    months: HeldMonths,
    (reason, note): (HoldReason, Option<String>),
) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    session
        .act(async |app| {
            Ok(payment_run::hold(app.office(), &desk, case, months, (reason, note.as_deref())).await?)
        })
        .await?;
    let (zh, en) = named(months);
    screen.say(
        format!("个案 {case} 已暂缓发放{zh}（{}）；月份仍然应发。", reason.zh()),
        format!("Case {case}: {en} is held ({}); it stays due.", reason.en()),
    )?;
    screen.say(
        format!("解除须由他人办理：ledger run unhold {case}{} --as reviewer:…", option(months)),
        format!("Somebody else lifts it: ledger run unhold {case}{} --as reviewer:…", option(months)),
    )?;
    screen.answer(&json!({ "case_id": case, "months": months, "reason": reason, "done": "held" }))?;
    Ok(Done::Well)
}

/// Lifts a hold.
///
/// # Errors
/// [`Failure`]: who acts is not said, there is no such case or hold, the domain refuses.
pub(super) async fn lift(session: &Session, case: CaseId, months: HeldMonths) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    session.act(async |app| Ok(payment_run::lift_hold(app.office(), &desk, case, months).await?)).await?;
    let (zh, en) = named(months);
    screen.say(
        format!("个案 {case} 已解除暂缓{zh}；下一次核算即予发放。"),
        format!("Case {case}: {en} is held no more; the next calculation pays it."),
    )?;
    screen.answer(&json!({ "case_id": case, "months": months, "done": "lifted" }))?;
    Ok(Done::Well)
}

fn named(months: HeldMonths) -> (String, String) {
    match months {
        HeldMonths::All => ("全部月份".to_owned(), "every month".to_owned()),
        HeldMonths::Month(month) => (format!(" {month} "), month.to_string()),
    }
}

fn option(months: HeldMonths) -> String {
    match months {
        HeldMonths::All => String::new(),
        HeldMonths::Month(month) => format!(" --month {month}"),
    }
}
