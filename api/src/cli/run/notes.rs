//! What a calculation could not pay, what must be seen of it, and what was paid too much: with the reason and what to do.

use domain::ids::{CaseId, RunId};
use domain::payment::RecoveryReason;

use serde_json::Value;

use super::prepare::program_name;
use crate::cli::failure::Failure;
use crate::cli::screen::{Align, Screen, yuan};
use crate::lang::Lang;
use crate::processes::payment_run::{ChangedCase, ChangedMonth, Overpayment, RunNote};

/// Rows of one list on the screen; the whole is in the JSON answer, and `--case` shows one case.
const LONGEST: usize = 200;

/// Prints the notes, of one case only where it is given.
pub(super) fn show(
    screen: &Screen,
    run: RunId,
    notes: &[RunNote],
    case: Option<CaseId>,
) -> Result<(), Failure> {
    let wanted = || notes.iter().filter(|note| case.is_none_or(|case| note.case_id() == case));
    let (lang, amount) = (screen.lang, screen.pick("金额（元）", "Yuan"));
    let exceptions: Vec<_> = wanted().filter_map(|note| exception(lang, run, note)).collect();
    let title = ("不能发放（月份仍然应发）：", "Cannot be paid now (the month stays due):");
    list(screen, title, &[], &exceptions)?;
    let warnings: Vec<_> = wanted().filter_map(|note| warning(lang, run, note)).collect();
    let title = ("提示事项（提交时须确认已查看）：", "To be seen, which the submission confirms:");
    list(screen, title, &[screen.pick("上月→本月", "Last → this month")], &warnings)?;
    let overpaid: Vec<_> = wanted().filter_map(|note| overpayment(lang, note)).collect();
    let title = ("多发（须追缴）：", "Paid too much (to be recovered):");
    list(screen, title, &[amount], &overpaid)
}

/// Notes for programs: each with its reason in both languages, and the command that is the way out.
pub(super) fn json<'a>(notes: impl IntoIterator<Item = &'a RunNote>) -> Value {
    notes.into_iter().map(|note| serde_json::json!(note.told())).collect()
}

/// A titled table of program, month, case, what the list has besides, and the reason; nothing for an empty list.
fn list(
    screen: &Screen,
    (zh, en): (&str, &str),
    besides: &[&str],
    rows: &[Vec<String>],
) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    screen.say(zh, en)?;
    let mut heads = vec![
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("个案", "Case"), Align::Left),
    ];
    heads.extend(besides.iter().map(|head| (*head, Align::Right)));
    heads.push((screen.pick("原因与处理", "Reason and what to do"), Align::Left));
    heads.push((screen.pick("代码", "Code"), Align::Left));
    screen.table(&heads, &rows[..rows.len().min(LONGEST)])?;
    if rows.len() > LONGEST {
        let left = rows.len() - LONGEST;
        screen.say(
            format!("另有 {left} 条未列出；用 --case 查看单个个案，或用 --json 取全部。"),
            format!("{left} more are not listed; --case shows one case, --json all of them."),
        )?;
    }
    Ok(())
}

fn exception(lang: Lang, run: RunId, note: &RunNote) -> Option<Vec<String>> {
    let RunNote::Exception { case_id, program, month, exception, .. } = note else { return None };
    Some(vec![
        program_name(lang, *program).to_owned(),
        month.map(|month| month.to_string()).unwrap_or_default(),
        case_id.to_string(),
        way_out(lang.pick(exception.zh(), exception.en()), exception.command(), (run, *case_id)),
        exception.code().to_owned(),
    ])
}

/// What to do, and with which command.
fn way_out(text: &str, command: &str, (run, case): (RunId, CaseId)) -> String {
    format!("{text}\n{}", command.replace("CASE", &case.to_string()).replace("RUN", &run.to_string()))
}

fn warning(lang: Lang, run: RunId, note: &RunNote) -> Option<Vec<String>> {
    let RunNote::Warning { case_id, program, month, warning, last_month, amount, .. } = note else {
        return None;
    };
    let amounts = match (last_month, amount) {
        (Some(last), Some(now)) => format!("{} → {}", yuan(*last), yuan(*now)),
        (Some(last), None) => format!("{} → 0.00", yuan(*last)),
        (None, _) => String::new(),
    };
    Some(vec![
        program_name(lang, *program).to_owned(),
        month.to_string(),
        case_id.to_string(),
        amounts,
        way_out(lang.pick(warning.zh(), warning.en()), warning.command(), (run, *case_id)),
        warning.code().to_owned(),
    ])
}

fn overpayment(lang: Lang, note: &RunNote) -> Option<Vec<String>> {
    let RunNote::Overpayment(Overpayment { case_id, program, month, amount, reason, payment_id, .. }) = note
    else {
        return None;
    };
    let what = match payment_id {
        Some(_) => lang.pick("请立项追缴", "open a recovery"),
        None => lang.pick("尚未到账，到账后再追缴", "not settled yet: recover it when it is"),
    };
    Some(vec![
        program_name(lang, *program).to_owned(),
        month.to_string(),
        case_id.to_string(),
        yuan(*amount),
        format!("{}{}{what}", recovery_reason(lang, *reason), lang.pick("；", ": ")),
        "overpaid".to_owned(),
    ])
}

/// Why money is asked back, in the language.
fn recovery_reason(lang: Lang, reason: RecoveryReason) -> &'static str {
    match reason {
        RecoveryReason::Deceased => lang.pick("去世后仍发放", "paid after the death"),
        RecoveryReason::MovedOut => lang.pick("迁出后仍发放", "paid after the move out"),
        RecoveryReason::FactsCorrected => lang.pick("情况更正", "the facts were corrected"),
    }
}

/// The outcome of a step; where that is refused because cases changed, they are printed first.
pub(super) fn told<T>(screen: &Screen, outcome: Result<T, Failure>) -> Result<T, Failure> {
    if let Err(Failure::Process(refused)) = &outcome {
        show_changed(screen, refused.changed())?;
    }
    outcome
}

/// Prints the cases whose lines would be others now: the months, the amounts, and what the log recorded since.
pub(super) fn show_changed(screen: &Screen, changed: &[ChangedCase]) -> Result<(), Failure> {
    if changed.is_empty() {
        return Ok(());
    }
    screen.say(
        "核算后有变化（须重新核算这些个案）：",
        "Changed since the calculation (to be calculated anew):",
    )?;
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("个案", "Case"), Align::Left),
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("核算→现在", "Calculated → now"), Align::Right),
        (screen.pick("此后的事件", "Events since"), Align::Left),
    ];
    let mut rows = Vec::new();
    for case in changed.iter().take(LONGEST) {
        let events: Vec<String> =
            case.events.iter().map(|event| format!("{} {}", event.position, event.event)).collect();
        for month in &case.months {
            rows.push(vec![
                program_name(screen.lang, case.program).to_owned(),
                case.case_id.to_string(),
                month.month.to_string(),
                then_and_now(screen.lang, month),
                events.join("\n"),
            ]);
        }
    }
    Ok(screen.table(&heads, &rows)?)
}

/// What a month's line was and would be now. An amount that is the same did not change: it goes elsewhere.
fn then_and_now(lang: Lang, month: &ChangedMonth) -> String {
    let none = || "—".to_owned();
    let (then, now) = (month.calculated.map_or_else(none, yuan), month.now.map_or_else(none, yuan));
    let why = month.exception.map(|exception| format!(" ({})", exception.code())).unwrap_or_default();
    if month.now.is_some() && month.now == month.calculated {
        return lang.pick(
            format!("{now}（金额不变，账户或收款人有变）{why}"),
            format!("{now} (the same, to another account or payee){why}"),
        );
    }
    format!("{then} → {now}{why}")
}

#[cfg(test)]
mod tests {
    use domain::money::Money;

    use super::*;

    #[test]
    fn an_amount_that_is_the_same_is_not_told_as_a_change() {
        let month = ChangedMonth {
            month: "2023-11".parse().unwrap(),
            calculated: Some(Money::from_fen(130_000)),
            now: Some(Money::from_fen(130_000)),
            exception: None,
            is_stopped: true,
        };
        assert_eq!(then_and_now(Lang::Zh, &month), "1,300.00（金额不变，账户或收款人有变）");
        assert_eq!(then_and_now(Lang::En, &month), "1,300.00 (the same, to another account or payee)");
        let less = ChangedMonth { now: Some(Money::from_fen(30_000)), ..month };
        assert_eq!(then_and_now(Lang::Zh, &less), "1,300.00 → 300.00");
        assert_eq!(then_and_now(Lang::Zh, &ChangedMonth { now: None, ..month }), "1,300.00 → —");
    }
}
