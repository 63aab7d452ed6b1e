//! `ledger recovery withdraw`: what was asked back of months that are due after all.

use domain::ids::CaseId;

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, yuan};
use crate::cli::session::Session;
use crate::processes::{WithdrawnPayment, withdraw_recovery};

/// Withdraws and shows what was withdrawn, payment by payment.
///
/// # Errors
/// [`Failure`]: who acts is not said, nothing of the case can be withdrawn, or the domain refuses.
pub(super) async fn run(session: &Session, case: CaseId) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let done = session.act(async |app| Ok(withdraw_recovery(app.office(), &desk, case).await?)).await?;
    let total = yuan(done.total);
    screen.say(
        format!("个案 {case} 已撤回追缴 {total} 元：所列月份仍应发放，已付的不再退回。"),
        format!("{total} yuan of case {case} are no longer asked back: these months are due after all."),
    )?;
    let heads = [
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("发放明细", "Payment"), Align::Left),
        (screen.pick("撤回", "Withdrawn"), Align::Right),
        (screen.pick("待追回（元）", "Open (yuan)"), Align::Right),
    ];
    let row = |payment: &WithdrawnPayment| {
        vec![
            payment.month.to_string(),
            payment.payment_id.to_string(),
            yuan(payment.amount),
            yuan(payment.left),
        ]
    };
    screen.table(&heads, &done.payments.iter().map(row).collect::<Vec<_>>())?;
    screen.say(
        "已经退回的部分随下一次核算补发；已核算的批次请重新核算（ledger run recalculate）。",
        "What had come back is paid by the next calculation; a run that was calculated before is calculated anew \
         (ledger run recalculate).",
    )?;
    screen.answer(&done)?;
    Ok(Done::Well)
}
