//! `ledger run prepare`: opens a run and calculates its lines; shows what cannot be paid and what to do about it.

use domain::calendar::BenefitMonth;
use domain::program::Program;

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, yuan};
use crate::cli::session::Session;
use crate::lang::Lang;
use crate::processes::payment_run::{self, Overpayment, Prepared, RunNote, RunPlan};

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
    let prepared = session
        .with_ledger(async |app| {
            let office = app.office();
            let plan = RunPlan { month, programs, fund_id: office.fund_id(&fund), number };
            let progress = screen.spinner("核算", "Calculating");
            let run_id = payment_run::open(office, &desk, &plan).await?;
            let prepared = payment_run::calculate(office, &desk, run_id).await;
            progress.finish_and_clear();
            Ok(prepared?)
        })
        .await?;
    show(&screen, month, &prepared)?;
    screen.answer(&prepared)?;
    Ok(Done::Well)
}

fn show(screen: &Screen, month: BenefitMonth, prepared: &Prepared) -> Result<(), Failure> {
    let run = prepared.run_id;
    screen.say(format!("批次 {run}（{month}）已核算："), format!("Run {run} ({month}) is calculated:"))?;
    show_totals(screen, prepared)?;
    show_notes(screen, &prepared.notes)?;
    screen.say(
        format!("下一步：ledger run submit {run} --as clerk:…"),
        format!("Next: ledger run submit {run} --as clerk:…"),
    )?;
    Ok(())
}

fn show_totals(screen: &Screen, prepared: &Prepared) -> Result<(), Failure> {
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("笔数", "Lines"), Align::Right),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
    ];
    let calculation = &prepared.calculation;
    let line = |name: &str, count: u64, sum| vec![name.to_owned(), grouped(count.cast_signed()), yuan(sum)];
    let mut rows: Vec<Vec<String>> = calculation
        .by_program
        .iter()
        .map(|total| line(program_name(screen.lang, total.program), total.line_count, total.sum))
        .collect();
    rows.push(line(screen.pick("合计", "Total"), calculation.line_count, calculation.control_sum));
    Ok(screen.table(&heads, &rows)?)
}

/// Prints what could not be paid and what was paid too much, with the reason and what to do.
pub(super) fn show_notes(screen: &Screen, notes: &[RunNote]) -> Result<(), Failure> {
    let exceptions: Vec<Vec<String>> = notes.iter().filter_map(|note| exception(screen.lang, note)).collect();
    if !exceptions.is_empty() {
        screen.say("不能发放（月份仍然应发）：", "Cannot be paid now (the month stays due):")?;
        let heads = [
            (screen.pick("项目", "Program"), Align::Left),
            (screen.pick("月份", "Month"), Align::Left),
            (screen.pick("个案", "Case"), Align::Left),
            (screen.pick("原因与处理", "Reason and what to do"), Align::Left),
            ("code", Align::Left),
        ];
        screen.table(&heads, &exceptions)?;
    }
    let overpaid: Vec<Vec<String>> = notes.iter().filter_map(|note| overpayment(screen.lang, note)).collect();
    if !overpaid.is_empty() {
        screen.say("多发（须追缴）：", "Paid too much (to be recovered):")?;
        let heads = [
            (screen.pick("项目", "Program"), Align::Left),
            (screen.pick("月份", "Month"), Align::Left),
            (screen.pick("个案", "Case"), Align::Left),
            (screen.pick("金额（元）", "Yuan"), Align::Right),
            (screen.pick("原因与处理", "Reason and what to do"), Align::Left),
        ];
        screen.table(&heads, &overpaid)?;
    }
    Ok(())
}

fn exception(lang: Lang, note: &RunNote) -> Option<Vec<String>> {
    let RunNote::Exception { case_id, program, month, exception, .. } = note else { return None };
    Some(vec![
        program_name(lang, *program).to_owned(),
        month.map(|month| month.to_string()).unwrap_or_default(),
        case_id.to_string(),
        lang.pick(exception.zh(), exception.en()).to_owned(),
        exception.code().to_owned(),
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
    let reason = super::show::recovery_reason(lang, *reason);
    Some(vec![
        program_name(lang, *program).to_owned(),
        month.to_string(),
        case_id.to_string(),
        yuan(*amount),
        format!("{reason}；{what}"),
    ])
}

/// The program's name in the language.
pub(super) fn program_name(lang: Lang, program: Program) -> &'static str {
    lang.pick(program.zh(), program.en())
}
