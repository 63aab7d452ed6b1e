//! 退汇 and 回盘异常 on a run's page: what came back is paid again by a later run or given up, and what the bank's file
//! said unclearly is settled by a person.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::bank_return::{BankReturn, LineOutcome, LineResolution, Matching};
use domain::calendar::BenefitMonth;
use domain::ids::{BankReturnId, PaymentId, RunId};
use domain::numbers::{grouped, yuan};
use domain::program::Program;
use projections::bank_returns::BankLineRow;
use projections::bank_returns::queries::open_lines;
use projections::listings;
use projections::payment_registers::queries::{payments, runs};
use projections::payment_registers::{self, PaymentRunRow};

use super::lines::Wanted;
use super::one;
use crate::access::{Capability, may};
use crate::bank::codes::to_pay_again;
use crate::cli::bank::advice as bank_advice;
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::forms::{Field, Kind, Sheet, StepForm, Typed};
use crate::console::scope::{narrowed, seen_cases};
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::payment_run::{Finding, cancel_payment, dismiss_file, resolve_line};
use crate::processes::{Office, ProcessError};

/// Returned payments that are shown.
const SHOWN_MAX: u32 = 100;
/// Lines of the bank that are shown, each with its form.
const LINES_SHOWN: usize = 20;

/// A payment that came back.
pub(super) struct Returned {
    pub case: String,
    pub month: String,
    pub amount: String,
    pub on: String,
    /// As the bank writes it, and in plain words.
    pub reason: String,
    /// What is to be done before the month is paid again.
    pub then: &'static str,
    pub form: Option<StepForm>,
}

/// A line of a bank's file that nobody could match.
pub(super) struct Unmatched {
    pub row: String,
    pub outcome: &'static str,
    pub amount: String,
    pub words: &'static str,
    pub form: Option<StepForm>,
}

/// The lines of a run's files that nobody resolved.
#[derive(Default)]
pub(super) struct Unresolved {
    /// The first of them.
    pub lines: Vec<Unmatched>,
    /// How many more there are.
    pub more: usize,
    /// One for each file of several lines: dismisses them together.
    pub files: Vec<StepForm>,
}

/// What a later run needs to pay returned payments again.
pub(super) struct Again {
    pub month: String,
    pub program: &'static str,
    pub fund: String,
    pub number: u32,
}

/// The returned payments of a run, of people whom the visitor sees.
pub(super) async fn returned(
    office: &Office,
    visitor: &Visitor,
    run: &PaymentRunRow,
) -> Result<Vec<Returned>, ProcessError> {
    let mut seen = narrowed(office, visitor, &[&payment_registers::ABOUT]).await?;
    let rows = listings::payments(seen.connection(), run.run_id, Some("returned"), None, SHOWN_MAX).await?;
    drop(seen);
    let cases = seen_cases(office, visitor, &rows.iter().map(|row| row.case_id).collect::<Vec<_>>()).await?;
    let may_cancel = may(visitor.role, Capability::ReleaseRuns);
    let (lang, faults) = (visitor.lang, office.bank_layouts.faults());
    let one = |row: &listings::PaymentEntry| {
        let code = row.returned_reason.as_deref().unwrap_or_default();
        let ((zh, en), (then_zh, then_en)) =
            (office.bank_layouts.explained(code), to_pay_again(faults.at_fault(code)));
        Returned {
            case: row.case_id.to_string(),
            month: row.month.to_string(),
            amount: yuan(row.amount_fen),
            on: row.returned_on.map(|day| day.to_string()).unwrap_or_default(),
            reason: format!("{code} {}", lang.pick(zh, en)),
            then: lang.pick(then_zh, then_en),
            form: may_cancel.then(|| give_up(lang, run.run_id, row.payment_id)),
        }
    };
    Ok(rows.iter().filter(|row| cases.contains(&row.case_id)).map(one).collect())
}

fn give_up(lang: Lang, run: RunId, payment: PaymentId) -> StepForm {
    let reason = Field::new("reason", lang.pick("原因", "Reason"), Kind::Line);
    let does = lang.pick(
        "不再发放这一笔；作废后不能恢复，应发的月份仍按核定处理。",
        "This payment is given up for good; what the month is due is determined as before.",
    );
    let path = format!("/runs/{run}/payments/{payment}/cancel");
    let mut form =
        StepForm::new(path, &format!("cancel-{payment}"), lang.pick("作废", "Give up"), does, vec![reason]);
    form.confirm = Some(lang.pick("我已核实，确认作废", "I have checked it: give it up").to_owned());
    form
}

/// The run that would pay what came back: the same month, program and fund, with the next number.
pub(super) async fn again(office: &Office, run: &PaymentRunRow) -> Result<Option<Again>, ProcessError> {
    let [program] = run.programs.as_slice() else { return Ok(None) };
    let same = |other: &&PaymentRunRow| {
        (other.month, &other.programs, other.fund_id) == (run.month, &run.programs, run.fund_id)
    };
    let before = runs(&office.pool).await?.iter().filter(same).count();
    Ok(Some(again_of(run.month, *program, run, before)))
}

fn again_of(month: BenefitMonth, program: Program, run: &PaymentRunRow, before: usize) -> Again {
    let number = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
    Again { month: month.to_string(), program: program.code(), fund: run.fund_id.to_string(), number }
}

/// The lines of the run's files from the bank that nobody resolved.
pub(super) async fn unmatched(
    office: &Office,
    visitor: &Visitor,
    run: RunId,
) -> Result<Unresolved, ProcessError> {
    let lang = visitor.lang;
    let may_resolve = may(visitor.role, Capability::ReleaseRuns);
    let one = |line: &BankLineRow| {
        let outcome = match line.outcome {
            Some(LineOutcome::Settled) => lang.pick("到账", "settled"),
            Some(LineOutcome::Returned) => lang.pick("退汇", "returned"),
            None => lang.pick("不明", "unclear"),
        };
        let (zh, en) = bank_advice(line.reason);
        Unmatched {
            row: line.row.to_string(),
            outcome,
            amount: line.amount.map(yuan).unwrap_or_default(),
            words: lang.pick(zh, en),
            form: may_resolve.then(|| resolution(lang, run, line)),
        }
    };
    let open = open_lines(&office.pool, Some(run)).await?;
    let mut files: BTreeMap<BankReturnId, usize> = BTreeMap::new();
    for line in &open {
        *files.entry(line.return_id).or_default() += 1;
    }
    let several = files.into_iter().filter(|(_, count)| may_resolve && *count > 1);
    Ok(Unresolved {
        lines: open.iter().take(LINES_SHOWN).map(one).collect(),
        more: open.len().saturating_sub(LINES_SHOWN),
        files: several.map(|(file, count)| dismissal(lang, run, file, count)).collect(),
    })
}

/// What came of a file of the run that was just sent.
pub(super) async fn taken_words(
    office: &Office,
    lang: Lang,
    run: RunId,
    (file, known): (BankReturnId, bool),
) -> Result<Option<String>, ProcessError> {
    let state = office.repository.load_newest::<BankReturn>(file).await?.state;
    let BankReturn::Matched(matched) = &*state else { return Ok(None) };
    if matched.received.file.run_id != run {
        return Ok(None);
    }
    let count = |count: u64| grouped(count.cast_signed());
    let Matching { settled_count, returned_count, repeated_count, waiting_count, unmatched_count, .. } =
        matched.matching;
    let (settled, returned, repeated) = (count(settled_count), count(returned_count), count(repeated_count));
    let (waiting, unmatched) = (count(waiting_count), count(unmatched_count));
    let before = match known {
        true => {
            lang.pick("该文件此前已读入，没有变化。", "The file had been taken in before: nothing changed. ")
        }
        false => lang.pick("文件已读入。", "The file was taken in. "),
    };
    Ok(Some(lang.pick(
        format!("{before}到账 {settled} 笔，退汇 {returned} 笔，已知 {repeated} 笔，在途 {waiting} 笔，异常 {unmatched} 行。"),
        format!("{before}{settled} settled, {returned} returned, {repeated} known before, {waiting} waiting, {unmatched} exceptions."),
    )))
}

fn dismissal(lang: Lang, run: RunId, file: BankReturnId, count: usize) -> StepForm {
    let note = Field::new("note", lang.pick("说明（不写个人信息）", "Why (nothing personal)"), Kind::Line);
    let does = lang.pick(
        format!("文件读错了批次或单位时，把其中 {count} 行异常一并登记为无须处理；不改动任何发放明细。"),
        format!("Where the file belongs to another run or office, its {count} open rows are dismissed together; no payment changes."),
    );
    let (path, code) = (format!("/runs/{run}/unmatched/{file}"), format!("dismiss-{file}"));
    let title = lang.pick("整份文件无须处理", "Dismiss the whole file");
    let mut form = StepForm::new(path, &code, title, &does, vec![note]);
    form.confirm = Some(lang.pick("我已核对，确认整份无须处理", "I have checked it: dismiss it").to_owned());
    form
}

fn resolution(lang: Lang, run: RunId, line: &BankLineRow) -> StepForm {
    let ways = [
        ("settled", "确认到账", "it was settled"),
        ("returned", "确认退汇", "it came back"),
        ("recovered", "到账后退回，已收回", "settled, and the money came back"),
        ("dismissed", "无须处理", "nothing to do"),
    ];
    let ways = ways.map(|(code, zh, en)| (code.to_owned(), lang.pick(zh, en).to_owned()));
    let payment = line.payment_id.map(|payment| payment.to_string()).unwrap_or_default();
    let fields = vec![
        Field::new("resolution", lang.pick("核实结果", "What it is"), Kind::Choice(ways.to_vec())),
        Field::new("payment", lang.pick("发放明细编号", "Payment"), Kind::Line)
            .holding(&payment)
            .optional()
            .helped(lang.pick("“无须处理”时留空", "Empty where there is nothing to do")),
        Field::new("note", lang.pick("说明（不写个人信息）", "Why (nothing personal)"), Kind::Line),
    ];
    let does = lang.pick(
        "登记核实结果，并对该笔发放作相应处理。",
        "Keeps what it is, and does to the payment what that means.",
    );
    let path = format!("/runs/{run}/unmatched/{}/{}", line.return_id, line.row);
    let code = format!("resolve-{}-{}", line.return_id, line.row);
    StepForm::new(path, &code, lang.pick("登记结果", "Resolve"), does, fields)
}

/// Goes to the run of a payment.
pub(in crate::console) async fn run_of(
    State(console): State<Console>,
    visitor: Visitor,
    Path(payment): Path<PaymentId>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadPayments)?;
    let known = payments(&console.office.pool, &[payment]).await;
    let known = known.map_err(|error| Stop::failed(error.into(), visitor.lang))?;
    let known = known.first().ok_or(Stop::Missing(visitor.lang))?;
    Ok(Redirect::to(&format!("/runs/{}", known.run_id)).into_response())
}

/// Gives a returned payment up.
pub(in crate::console) async fn cancel(
    State(console): State<Console>,
    visitor: Visitor,
    Path((run, payment)): Path<(RunId, PaymentId)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReleaseRuns)?;
    let done = async {
        let lang = visitor.lang;
        let sheet = Sheet::new(&typed, lang);
        sheet.confirmed()?;
        let reason = sheet.filled("reason")?;
        let refused = |error: ProcessError| Refusal::of(&error, lang);
        let known =
            payments(&console.office.pool, &[payment]).await.map_err(|error| refused(error.into()))?;
        if known.first().is_none_or(|known| known.run_id != run) {
            return Err(refused(ProcessError::Unknown { what: "payment of this run" }));
        }
        cancel_payment(&console.office, &visitor.desk(), payment, reason).await.map_err(refused)
    };
    answered(&console, &visitor, run, done.await).await
}

/// Says what an unmatched line is.
pub(in crate::console) async fn resolve(
    State(console): State<Console>,
    visitor: Visitor,
    Path((run, return_id, row)): Path<(RunId, BankReturnId, u64)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReleaseRuns)?;
    let done = async {
        let lang = visitor.lang;
        let sheet = Sheet::new(&typed, lang);
        let resolution = match sheet.text("resolution") {
            "dismissed" => LineResolution::Dismissed,
            way => {
                let payment_id = sheet.choice("payment", |id| id.parse().ok())?;
                match way {
                    "settled" => LineResolution::Settled { payment_id },
                    "returned" => LineResolution::Returned { payment_id },
                    _ => LineResolution::Recovered { payment_id },
                }
            }
        };
        let finding = Finding { return_id, row, resolution, note: sheet.filled("note")?.to_owned() };
        let resolved = resolve_line(&console.office, &visitor.desk(), finding).await;
        resolved.map_err(|error| Refusal::of(&error, lang))
    };
    answered(&console, &visitor, run, done.await).await
}

/// Dismisses what is open of a file.
pub(in crate::console) async fn dismiss(
    State(console): State<Console>,
    visitor: Visitor,
    Path((run, return_id)): Path<(RunId, BankReturnId)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReleaseRuns)?;
    let done = async {
        let lang = visitor.lang;
        let sheet = Sheet::new(&typed, lang);
        sheet.confirmed()?;
        let note = sheet.filled("note")?;
        let dismissed = dismiss_file(&console.office, &visitor.desk(), return_id, note).await;
        dismissed.map(drop).map_err(|error| Refusal::of(&error, lang))
    };
    answered(&console, &visitor, run, done.await).await
}

async fn answered(
    console: &Console,
    visitor: &Visitor,
    run: RunId,
    done: Result<(), Refusal>,
) -> Result<Response, Stop> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/runs/{run}")).into_response()),
        Err(refusal) => one::page(console, visitor, run, &Wanted::default(), Some(refusal)).await,
    }
}
