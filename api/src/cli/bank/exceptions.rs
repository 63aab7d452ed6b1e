//! `ledger bank files`, `exceptions`, `resolve` and `dismiss`.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::bank_return::{LineOutcome, LineResolution, UnmatchedReason};
use domain::ids::{BankReturnId, CaseId, RunId};
use domain::money::Money;
use domain::payment::Payment;
use projections::Until;
use projections::bank_returns::queries::{files as received, open_lines};
use projections::bank_returns::{BankLineRow, BankReturnRow};
use serde_json::json;

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, yuan};
use crate::cli::session::Session;
use crate::processes::payment_run::{Finding, dismiss_file, resolve_line};
use crate::processes::{Office, ProcessError, net_case};

/// Lists the files that were taken in.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn files(session: &Session, run: Option<RunId>) -> Result<Done, Failure> {
    let screen = session.screen;
    let files = session
        .with_ledger(async |app| {
            app.office().runner.catch_up(Until::Head).await?;
            Ok(received(&app.office().pool, run).await?)
        })
        .await?;
    let heads = [
        (screen.pick("回盘文件", "File"), Align::Left),
        (screen.pick("批次", "Run"), Align::Left),
        (screen.pick("格式", "Layout"), Align::Left),
        (screen.pick("收到日期", "Taken in"), Align::Left),
        (screen.pick("笔数", "Lines"), Align::Right),
        (screen.pick("到账", "Settled"), Align::Right),
        (screen.pick("退汇", "Returned"), Align::Right),
        (screen.pick("异常（已处理）", "Exceptions (resolved)"), Align::Right),
    ];
    screen.table(&heads, &files.iter().map(file_row).collect::<Vec<_>>())?;
    screen.answer(&files)?;
    Ok(Done::Well)
}

fn file_row(file: &BankReturnRow) -> Vec<String> {
    let count = |count: u64| grouped(count.cast_signed());
    vec![
        file.return_id.to_string(),
        file.run_id.to_string(),
        file.layout.clone(),
        file.received_on.to_string(),
        count(file.line_count),
        count(file.settled_count),
        count(file.returned_count),
        format!("{}（{}）", count(file.unmatched_count), count(file.resolved_count)),
    ]
}

/// Lists the lines that somebody has to look at. Something to do is exit code 1, so that a script notices.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn list(session: &Session, run: Option<RunId>) -> Result<Done, Failure> {
    let screen = session.screen;
    let lines = session
        .with_ledger(async |app| {
            app.office().runner.catch_up(Until::Head).await?;
            Ok(open_lines(&app.office().pool, run).await?)
        })
        .await?;
    if lines.is_empty() {
        screen.say("没有待处理的回盘异常。", "There are no exceptions.")?;
    } else {
        show(&screen, &lines)?;
    }
    screen.answer(&lines)?;
    Ok(if lines.is_empty() { Done::Well } else { Done::Found })
}

fn show(screen: &Screen, lines: &[BankLineRow]) -> Result<(), Failure> {
    let heads = [
        (screen.pick("回盘文件", "File"), Align::Left),
        (screen.pick("行", "Row"), Align::Right),
        (screen.pick("银行结果", "Result"), Align::Left),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
        (screen.pick("发放明细", "Payment"), Align::Left),
        (screen.pick("原因与处理", "Reason and what to do"), Align::Left),
    ];
    let row = |line: &BankLineRow| {
        let outcome = match line.outcome {
            Some(LineOutcome::Settled) => screen.pick("到账", "settled"),
            Some(LineOutcome::Returned) => screen.pick("退汇", "returned"),
            None => screen.pick("不明", "unclear"),
        };
        let (zh, en) = advice(line.reason);
        vec![
            line.return_id.to_string(),
            line.row.to_string(),
            outcome.to_owned(),
            line.amount.map(yuan).unwrap_or_default(),
            line.payment_id.map(|id| id.to_string()).unwrap_or_default(),
            format!("{} [{}]", screen.pick(zh, en), line.reason.code()),
        ]
    };
    Ok(screen.table(&heads, &lines.iter().map(row).collect::<Vec<_>>())?)
}

/// Why a line could not be matched, and the way out.
pub(crate) const fn advice(reason: UnmatchedReason) -> (&'static str, &'static str) {
    use UnmatchedReason as Reason;
    match reason {
        Reason::LineMalformed => (
            "行格式有误：请银行补发该行，或核对后登记结果",
            "the line is malformed: ask the bank for it again, or say what it is",
        ),
        Reason::AmountMalformed => (
            "金额有误（负数、三位小数或缺失）：请向银行核实后登记结果",
            "no right amount: ask the bank, then say what it is",
        ),
        Reason::AccountMalformed => {
            ("账号有误：请向银行核实后登记结果", "no right account: ask the bank, then say what it is")
        }
        Reason::ResultUnknown => (
            "结果代码未知：请向银行核实，并补入格式文件",
            "the result is unknown: ask the bank, and add it to the layout",
        ),
        Reason::ReferenceUnknown => (
            "本批次无此明细：核实后登记结果，或注明非本单位",
            "no payment of the run: say which it is, or dismiss it",
        ),
        Reason::OtherRun => (
            "属于其他批次：请为该批次再读入此文件，结果一致的本行随之办结",
            "a payment of another run: take the file in for that run too, which closes the line where it says the same",
        ),
        Reason::Ambiguous => (
            "同账号同金额有多笔：请指明是哪一笔",
            "several payments have this account and amount: say which it is",
        ),
        Reason::AmountDiffers => (
            "金额与下达不符：请向银行核实，更正后登记结果",
            "the amount is not the one ordered: ask the bank, then say what it is",
        ),
        Reason::AccountDiffers => (
            "账号与下达不符，可能付错账户：请立即向银行核实",
            "the account is not the one ordered: ask the bank at once",
        ),
        Reason::SettledTwice => (
            "银行称同一笔又到账一次，可能重复付款：请向银行核实并追回",
            "settled under another reference too, so perhaps paid twice: ask the bank",
        ),
        Reason::SettledAfterReturn => (
            "此前已退汇，现称到账：请向银行核实；确已到账的，登记为确认到账（settled），当月即不再重发；同一笔已确认到账的，其余行注明无须处理（dismissed）",
            "came back before, now said to be settled: ask the bank; where it did arrive, resolve as settled, and the month is not \
             paid again; further lines of a payment that was so resolved are dismissed",
        ),
        Reason::ReturnedAfterSettlement => (
            "此前已到账，现称退汇：款项确已退回的，登记为已收回（recovered），当月即可重新发放",
            "settled before, now said to be back: once the money is there, resolve as recovered; the month can be paid again",
        ),
        Reason::ReturnDiffers => (
            "退汇原因前后不一：核实后注明无须处理",
            "returned for another reason before: check, then dismiss it",
        ),
        Reason::TooEarly => {
            ("日期有误：请向银行核实后登记结果", "the day cannot be: ask the bank, then say what it is")
        }
    }
}

/// Resolves a line.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the file or the payment refuses.
pub(super) async fn resolve(
    session: &Session,
    (return_id, row): (BankReturnId, u64),
    resolution: LineResolution,
    note: String,
) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let finding = Finding { return_id, row, resolution, note };
    let outcome = session
        .act(async |app| {
            let before = payment_of(app.office(), resolution).await?;
            resolve_line(app.office(), &desk, finding).await?;
            Ok(Outcome::of(app.office(), desk.today(), resolution, &before).await?)
        })
        .await?;
    screen.say(format!("第 {row} 行已处理。"), format!("Row {row} is resolved."))?;
    let Outcome { amount, overpaid, surplus } = outcome;
    if let Some((case, overpaid)) = overpaid {
        let overpaid = yuan(overpaid);
        screen.say(
            format!("该个案现已多发 {overpaid} 元；请办理追缴：ledger recovery propose --case {case}"),
            format!(
                "The case is now overpaid by {overpaid} yuan: ask it back (ledger recovery propose --case {case})."
            ),
        )?;
    }
    if surplus.is_positive() {
        let surplus = yuan(surplus);
        screen.say(
            format!(
                "其中 {surplus} 元此前已由本人退回或抵扣，现款项又由银行退回：请将 {surplus} 元退还本人。"
            ),
            format!("{surplus} yuan of it had been repaid or withheld before: give them back to the person."),
        )?;
    }
    if let (Some(amount), LineResolution::Settled { .. }) = (amount.map(yuan), resolution) {
        screen.say(
            format!("登记的是该笔下达的金额 {amount} 元；银行实付不同的，须另行追缴或由银行更正。"),
            format!("What is recorded is the ordered amount, {amount} yuan: what the bank paid besides is asked back, or corrected by the bank."),
        )?;
    }
    screen.answer(&json!({ "return_id": return_id, "row": row, "resolution": resolution }))?;
    Ok(Done::Well)
}

/// What somebody should know of a line that was resolved.
#[derive(Default)]
struct Outcome {
    /// What was ordered of the payment.
    amount: Option<Money>,
    /// Its case, and what that is overpaid by now and nobody asked back, where it is.
    overpaid: Option<(CaseId, Money)>,
    /// What came back and had been repaid before.
    surplus: Money,
}

impl Outcome {
    async fn of(
        office: &Office,
        today: NaiveDate,
        resolution: LineResolution,
        before: &Payment,
    ) -> Result<Outcome, ProcessError> {
        let after = payment_of(office, resolution).await?;
        let Some(order) = after.order() else { return Ok(Outcome::default()) };
        let received = after.whereabouts().recovery_received.minus(before.whereabouts().recovery_received)?;
        let recovered = matches!(resolution, LineResolution::Recovered { .. });
        let surplus =
            if recovered && received.is_positive() { order.amount.minus(received)? } else { Money::ZERO };
        let settled = matches!(resolution, LineResolution::Settled { .. });
        // a case whose facts are gone gives no answer, and is paid nothing more
        let netted = if settled { net_case(office, today, order.case_id).await.ok() } else { None };
        let overpaid = netted.map(|netted| (order.case_id, netted.netting.overpaid));
        let overpaid = overpaid.filter(|(_, overpaid)| overpaid.is_positive());
        Ok(Outcome { amount: Some(order.amount), overpaid, surplus })
    }
}

/// The payment that a resolution names; an unordered one where it names none.
async fn payment_of(office: &Office, resolution: LineResolution) -> Result<Arc<Payment>, ProcessError> {
    let Some(payment) = resolution.payment_id() else { return Ok(Arc::default()) };
    Ok(office.repository.load_newest::<Payment>(payment).await?.state)
}

/// Dismisses what is open of a file as a whole.
///
/// # Errors
/// [`Failure`]: there is no such file, or the step is refused.
pub(super) async fn dismiss(session: &Session, return_id: BankReturnId, note: &str) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let count =
        session.act(async |app| Ok(dismiss_file(app.office(), &desk, return_id, note).await?)).await?;
    screen.say(
        format!("回盘文件 {return_id}：{count} 行登记为无须处理。"),
        format!("File {return_id}: {count} rows are dismissed."),
    )?;
    screen.answer(&json!({ "return_id": return_id, "dismissed": count }))?;
    Ok(Done::Well)
}
