//! `ledger audit run`: a paid run determined anew, from the log alone. Exit code 1 when a line or the whole differs.

use std::io;
use std::time::Instant;

use domain::ids::RunId;
use serde::Serialize;

use crate::audit::proven::proven;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, yuan};
use crate::cli::session::Session;
use crate::cli::told;
use crate::replay::run_audit::audit_run;
use crate::replay::{LineReport, RunTotals, Verdict, nothing_sealed};

/// What the audit found, for programs.
#[derive(Serialize)]
struct Answer<'a> {
    totals: &'a RunTotals,
    /// The lines that are not the same, in the order of the log.
    lines: &'a [LineReport],
}

/// Determines the run anew and shows every line that is not the same.
///
/// # Errors
/// [`Failure`]: there is no such run, it was not released, or the log cannot be read.
pub(super) async fn run(session: &Session, run_id: RunId) -> Result<Done, Failure> {
    let (screen, mut lines) = (session.screen, Vec::new());
    let progress = screen.spinner("重新核定", "Determining anew");
    let (totals, seconds) = session
        .look_at_ledger(async |app| {
            let started = Instant::now();
            let kept = |line: LineReport| {
                if line.verdict != Verdict::Same {
                    lines.push(line);
                }
            };
            let totals = audit_run(app.office(), run_id, &nothing_sealed, kept).await?;
            let seconds = started.elapsed().as_secs_f64();
            let positions = lines.iter().map(|line| line.position).collect();
            let proven = proven(app.tree(), &positions).await.map_err(anyhow::Error::from)?;
            for line in &mut lines {
                line.proof = proven.get(&line.position).copied().unwrap_or(line.proof);
            }
            Ok((totals, seconds))
        })
        .await?;
    progress.finish_and_clear();
    show_lines(&screen, &lines)?;
    show_totals(&screen, &totals)?;
    screen.say(format!("用时 {seconds:.2} 秒"), format!("{seconds:.2} s"))?;
    screen.answer(&Answer { totals: &totals, lines: &lines })?;
    Ok(if totals.is_fault() { Done::Found } else { Done::Well })
}

/// Prints a row for each line.
///
/// # Errors
/// When standard output is closed.
pub(in crate::cli) fn show_lines(screen: &Screen, lines: &[LineReport]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let heads = [
        ("#", Align::Right),
        (screen.pick("个案", "Case"), Align::Left),
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
        (screen.pick("支付", "Payment"), Align::Left),
        (screen.pick("证明", "Proof"), Align::Left),
        (screen.pick("重新核定", "Determined anew"), Align::Left),
    ];
    let row = |line: &LineReport| {
        vec![
            line.position.to_string(),
            line.case_id.map(|case| case.to_string()).unwrap_or_default(),
            line.month.map(|month| month.to_string()).unwrap_or_default(),
            line.amount.map(yuan).unwrap_or_default(),
            line.payment_id.to_string(),
            told::proof(screen, line.proof),
            told::verdict(screen, &line.verdict),
        ]
    };
    screen.table(&heads, &lines.iter().map(row).collect::<Vec<_>>())
}

/// Prints the lines in sum.
///
/// # Errors
/// When standard output is closed.
pub(in crate::cli) fn show_totals(screen: &Screen, totals: &RunTotals) -> io::Result<()> {
    let count = |number: u64| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    let (lines, same, at) = (count(totals.lines), count(totals.same), totals.calculated_at);
    let (erased, faults) = (count(totals.erased), count(totals.faults));
    screen.say(
        format!("批次 {}（按位置 {at} 核算）：{lines} 笔，同 {same}，已删除 {erased}，有问题 {faults}", totals.run_id),
        format!("Run {} (calculated at position {at}): {lines} lines, {same} the same, {erased} erased, {faults} to be looked at", totals.run_id),
    )?;
    for difference in &totals.differences {
        let text = told::difference(screen, difference);
        screen.say(format!("✗ 整批不符 {text}"), format!("✗ the whole differs: {text}"))?;
    }
    Ok(())
}
