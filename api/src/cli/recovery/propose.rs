//! `ledger recovery propose`: the arithmetic of a case, month by month, and what can be done about it.

use chrono::Utc;
use domain::ids::CaseId;
use domain::money::Money;
use domain::recovery_plan::{NettedMonth, Netting};
use serde_json::{Value, json};

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, yuan};
use crate::cli::session::Session;
use crate::processes::{MonthCause, NettedCase, net_case, office_day};

/// Shows the arithmetic and changes nothing.
///
/// # Errors
/// [`Failure`]: the case was never on the roll, or the ledger cannot be read.
pub(super) async fn run(session: &Session, case: CaseId) -> Result<Done, Failure> {
    let (screen, today) = (session.screen, office_day(Utc::now()));
    let netted = session.with_ledger(async |app| Ok(net_case(app.office(), today, case).await?)).await?;
    show(&screen, &netted)?;
    screen.answer(&answer(&netted)?)?;
    Ok(Done::Well)
}

fn show(screen: &Screen, netted: &NettedCase) -> Result<(), Failure> {
    let case = &netted.payable.case;
    let program = screen.pick(case.program.zh(), case.program.en());
    screen.say(
        format!("个案 {}（{program}）逐月试算，单位：元", case.case_id),
        format!("Case {} ({program}), month by month, in yuan", case.case_id),
    )?;
    let heads = [
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("原应发", "Due then"), Align::Right),
        (screen.pick("现应发", "Due now"), Align::Right),
        (screen.pick("下达", "Ordered"), Align::Right),
        (screen.pick("到账", "Settled"), Align::Right),
        (screen.pick("退汇", "Returned"), Align::Right),
        (screen.pick("抵扣", "Withheld"), Align::Right),
        (screen.pick("立项", "Opened"), Align::Right),
        (screen.pick("追回", "Received"), Align::Right),
        (screen.pick("核销", "Waived"), Align::Right),
        (screen.pick("差额", "Difference"), Align::Right),
    ];
    screen.table(&heads, &netted.netting.months.iter().map(row).collect::<Vec<_>>())?;
    for cause in &netted.causes {
        let (zh, en) = why(cause);
        screen.say(zh, en)?;
    }
    conclude(screen, netted, case.case_id)
}

fn row(month: &NettedMonth) -> Vec<String> {
    let paid = &month.paid;
    let shown = |amount: Money| if amount.is_zero() { "·".to_owned() } else { yuan(amount) };
    let mut row = vec![paid.month.to_string()];
    row.extend([paid.due_before, month.due_now, paid.ordered, paid.settled, paid.returned].map(shown));
    row.extend(
        [paid.withheld, paid.recovery_opened, paid.recovery_received, paid.recovery_waived].map(shown),
    );
    let sign = if month.difference.is_positive() { "+" } else { "" };
    row.push(if month.difference.is_zero() {
        "·".to_owned()
    } else {
        format!("{sign}{}", yuan(month.difference))
    });
    row
}

fn why(cause: &MonthCause) -> (String, String) {
    match cause {
        MonthCause::Event { event, position, recorded_on, months } => {
            let months = span(months);
            (
                format!("原因：{months} 因 {recorded_on} 记入的事件 {event}（位置 {position}）而变"),
                format!(
                    "Why: {months} changed with {event}, recorded on {recorded_on} at position {position}"
                ),
            )
        }
        MonthCause::Rate { zh, en, announced_on, months, .. } => {
            let months = span(months);
            (
                format!("原因：{months} 因 {announced_on} 公布的“{zh}”而变"),
                format!("Why: {months} changed with “{en}”, announced on {announced_on}"),
            )
        }
    }
}

fn span(months: &[domain::calendar::BenefitMonth]) -> String {
    match (months.first(), months.last()) {
        (Some(first), Some(last)) if first != last => format!("{first}…{last}"),
        (Some(first), _) => first.to_string(),
        _ => String::new(),
    }
}

fn conclude(screen: &Screen, netted: &NettedCase, case: CaseId) -> Result<(), Failure> {
    let netting = &netted.netting;
    let net = netting.net().unwrap_or_default();
    let (arrears, overpaid, open) = (yuan(netting.arrears), yuan(netting.overpaid), yuan(netting.open));
    screen.say(
        format!("应补发 {arrears}，应立项 {overpaid}，已立项待追回 {open}；轧差 {}", yuan(net)),
        format!("To pay {arrears}, to ask back {overpaid}, asked back and open {open}; net {}", yuan(net)),
    )?;
    if netting.arrears.is_positive() {
        screen.say("补发随下一批次发放，无需方案。", "Arrears come with the next run; no plan is needed.")?;
    }
    if !netted.waiting.is_empty() {
        screen.say(
            format!("其中有月份仍在追缴，不能发放；请由审批人撤回：ledger recovery withdraw --case {case} --as approver:…"),
            format!(
                "Months of these are still asked back and are not paid: an approver withdraws the claim with ledger \
                 recovery withdraw --case {case} --as approver:…"
            ),
        )?;
    }
    if netting.to_recover().is_ok_and(Money::is_positive) {
        screen.say(
            format!("追回：ledger recovery plan --case {case} --way … --as finance:…"),
            format!("To recover: ledger recovery plan --case {case} --way … --as finance:…"),
        )?;
    }
    Ok(())
}

fn answer(netted: &NettedCase) -> Result<Value, Failure> {
    let Netting { months, arrears, overpaid, open } = &netted.netting;
    let month = |month: &NettedMonth| {
        let paid = &month.paid;
        json!({
            "month": paid.month, "due_before_fen": paid.due_before, "due_now_fen": month.due_now,
            "ordered_fen": paid.ordered, "settled_fen": paid.settled, "returned_fen": paid.returned,
            "withheld_fen": paid.withheld, "recovery_opened_fen": paid.recovery_opened,
            "recovery_received_fen": paid.recovery_received, "recovery_waived_fen": paid.recovery_waived,
            "difference_fen": month.difference,
        })
    };
    Ok(json!({
        "case_id": netted.payable.case.case_id,
        "program": netted.payable.case.program,
        "months": months.iter().map(month).collect::<Vec<_>>(),
        "causes": netted.causes,
        "arrears_fen": arrears, "overpaid_fen": overpaid, "open_fen": open,
        "net_fen": netted.netting.net().unwrap_or_default(),
    }))
}
