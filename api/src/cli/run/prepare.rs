//! `ledger run prepare` and `ledger run recalculate`: calculates the lines of a run; shows them in sum beside last
//! month, whether the fund covers them, what cannot be paid, what must be seen, and what to do about it.

use domain::calendar::BenefitMonth;
use domain::ids::RunId;
use domain::money::Money;
use domain::payment_run::ProgramTotal;
use domain::program::Program;
use serde_json::{Value, json};

use super::notes;

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, yuan};
use crate::cli::session::Session;
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::processes::payment_run::{self, Outlook, Prepared, RunPlan};

/// What the command line asks to be prepared.
pub(super) struct Wanted {
    /// The newest month.
    pub month: BenefitMonth,
    /// Which programs.
    pub programs: Vec<Program>,
    /// Name of the fund that pays.
    pub fund: String,
    /// 1 for the regular run, from 2 on a supplementary one.
    pub number: u32,
}

/// Opens the run of the month, programs and fund, or takes the open one, and calculates it anew.
///
/// # Errors
/// [`Failure`]: the run was submitted already, there is no such fund, the rules refuse.
pub(super) async fn run(session: &Session, wanted: Wanted) -> Result<Done, Failure> {
    let Wanted { month, programs, fund, number } = wanted;
    let (desk, screen) = (session.desk()?, session.screen);
    let (prepared, outlook) = session
        .with_ledger(async |app| {
            let office = app.office();
            let plan = RunPlan { month, programs, fund_id: office.fund_id(&fund), number };
            let progress = screen.spinner("核算", "Calculating");
            let run_id = payment_run::open(office, &desk, &plan).await?;
            let prepared = payment_run::calculate(office, &desk, run_id).await;
            progress.finish_and_clear();
            Ok((prepared?, payment_run::outlook(office, desk.today(), run_id).await?))
        })
        .await?;
    let run = prepared.run_id;
    screen.say(format!("批次 {run}（{month}）已核算："), format!("Run {run} ({month}) is calculated:"))?;
    show(&screen, &prepared, &outlook)?;
    answer(&screen, json!(prepared), &prepared, &outlook)
}

/// Calculates anew the cases of a run that something touched since, and shows the whole.
///
/// # Errors
/// [`Failure`]: the run is at another step, or something cannot be read.
pub(super) async fn again(session: &Session, run: RunId) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let (done, outlook) = session
        .with_ledger(async |app| {
            let office = app.office();
            let done = payment_run::recalculate(office, &desk, run).await?;
            Ok((done, payment_run::outlook(office, desk.today(), run).await?))
        })
        .await?;
    let count = done.recalculated.len();
    screen.say(
        format!("批次 {run} 已重新核算 {count} 个有变动的个案，其余各行不变："),
        format!(
            "Run {run}: calculated anew where something changed (cases: {count}), every other line as it was:"
        ),
    )?;
    show(&screen, &done.prepared, &outlook)?;
    answer(&screen, json!(done), &done.prepared, &outlook)
}

fn answer(
    screen: &Screen,
    mut answer: Value,
    prepared: &Prepared,
    outlook: &Outlook,
) -> Result<Done, Failure> {
    answer["notes"] = notes::json(&prepared.notes);
    answer["outlook"] = json!(outlook);
    screen.answer(&answer)?;
    Ok(Done::Well)
}

fn show(screen: &Screen, prepared: &Prepared, outlook: &Outlook) -> Result<(), Failure> {
    show_totals(screen, prepared, outlook)?;
    show_outlook(screen, outlook)?;
    notes::show(screen, prepared.run_id, &prepared.notes, None)?;
    let run = prepared.run_id;
    let seen = match prepared.calculation.warning_count {
        0 => String::new(),
        count => format!(" --warnings-seen {count}"),
    };
    screen.say(
        format!(
            "逐行查看：ledger run show {run} --lines；下一步：ledger run submit {run}{seen} --as clerk:…"
        ),
        format!("Its lines: ledger run show {run} --lines. Next: ledger run submit {run}{seen} --as clerk:…"),
    )?;
    Ok(())
}

/// Lines and sums by program, beside those of last month's runs.
fn show_totals(screen: &Screen, prepared: &Prepared, outlook: &Outlook) -> Result<(), Failure> {
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("笔数", "Lines"), Align::Right),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
        (screen.pick("上月笔数", "Last month"), Align::Right),
        (screen.pick("上月金额", "Yuan"), Align::Right),
        (screen.pick("增减（元）", "Difference"), Align::Right),
    ];
    let calculation = &prepared.calculation;
    let mut programs: Vec<Program> =
        calculation.by_program.iter().chain(&outlook.last_month).map(|total| total.program).collect();
    programs.sort_unstable();
    programs.dedup();
    let (mut rows, mut before) = (Vec::new(), (0, Money::ZERO));
    for program in programs {
        let (now, last) = (of(&calculation.by_program, program), of(&outlook.last_month, program));
        before = (before.0 + last.0, before.1.plus(last.1).map_err(ProcessError::from)?);
        rows.push(total(program_name(screen.lang, program), now, last)?);
    }
    let now = (calculation.line_count, calculation.control_sum);
    rows.push(total(screen.pick("合计", "Total"), now, before)?);
    Ok(screen.table(&heads, &rows)?)
}

/// Number and sum of the lines of a program.
fn of(totals: &[ProgramTotal], program: Program) -> (u64, Money) {
    let found = totals.iter().find(|total| total.program == program);
    found.map_or((0, Money::ZERO), |total| (total.line_count, total.sum))
}

fn total(name: &str, now: (u64, Money), last: (u64, Money)) -> Result<Vec<String>, Failure> {
    let difference = now.1.minus(last.1).map_err(ProcessError::from)?;
    Ok(vec![
        name.to_owned(),
        grouped(now.0.cast_signed()),
        yuan(now.1),
        grouped(last.0.cast_signed()),
        yuan(last.1),
        yuan(difference),
    ])
}

/// Whether the fund covers the run, and how many people approve it.
pub(super) fn show_outlook(screen: &Screen, outlook: &Outlook) -> Result<(), Failure> {
    let Some(fund) = &outlook.fund else {
        let fund = outlook.fund_id;
        screen.say(
            format!("资金 {fund} 尚未建立：建立并拨款之前不能审批；请核对资金名称。"),
            format!("Nobody opened the fund {fund}: no approval until it has the money; check its name."),
        )?;
        return Ok(());
    };
    let free = yuan(outlook.free);
    if let Some(committed) = outlook.committed {
        let committed = yuan(committed);
        screen.say(
            format!("资金“{fund}”已为本批占用 {committed} 元。"),
            format!("{fund} holds {committed} yuan ready for the run."),
        )?;
    } else if outlook.short.is_positive() {
        let short = yuan(outlook.short);
        screen.say(
            format!("资金“{fund}”可用于本批 {free} 元，不足 {short} 元：补足之前不能审批。"),
            format!(
                "The run may use {free} yuan of {fund} and lacks {short}: no approval until they are there."
            ),
        )?;
    } else {
        screen.say(
            format!("资金“{fund}”可用于本批 {free} 元，足以发放。"),
            format!("The run may use {free} yuan of {fund}, which is enough."),
        )?;
    }
    if outlook.approved_elsewhere > 0 {
        let count = grouped(outlook.approved_elsewhere.cast_signed());
        screen.say(
            format!("其中 {count} 笔已在另一个待发放的批次中审批：先发放该批次，再重新核算本批次。"),
            format!("{count} of its lines are approved in another run: release that one first, then calculate this one anew."),
        )?;
    }
    if let (true, Some(above)) = (outlook.needs_second_approval, outlook.second_approval_above) {
        let above = yuan(above);
        screen.say(
            format!("合计超过 {above} 元：先初审（ledger run endorse），再由另一名审批人审批。"),
            format!("The sum is above {above} yuan: one approver endorses it, another approves it."),
        )?;
    }
    Ok(())
}

/// The program's name in the language.
pub(in crate::cli) fn program_name(lang: Lang, program: Program) -> &'static str {
    lang.pick(program.zh(), program.en())
}
