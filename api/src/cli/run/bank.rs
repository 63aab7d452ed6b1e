//! `ledger run release` and `ledger run settle`: the file to the bank, and the bank's results.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use chrono::NaiveDate;
use domain::ids::RunId;

use crate::cli::draft::Draft;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, grouped, yuan};
use crate::cli::session::Session;
use crate::processes::payment_run::{self, Settlement, read_results};

/// Orders every line and writes the bank file, which only its owner can read. Nothing is left of it when the release
/// is refused.
///
/// # Errors
/// [`Failure`]: the run is not approved, who acts may not release it, or the file cannot be written.
pub(super) async fn release(
    session: &Session,
    run: RunId,
    execution_on: Option<NaiveDate>,
    out: &Path,
) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let execution_on = execution_on.unwrap_or(desk.today());
    let draft = Draft::begin(out)?;
    let released = session
        .with_ledger(async |app| {
            let progress = screen.spinner("发放", "Releasing");
            let mut file = BufWriter::new(&draft.file);
            let released = payment_run::release(app.office(), &desk, run, execution_on, &mut file).await;
            progress.finish_and_clear();
            Ok(released?)
        })
        .await?;
    draft.keep()?;
    let (count, path) = (grouped(released.line_count.cast_signed()), out.display());
    screen.say(
        format!("批次 {run} 已发放 {count} 笔，银行文件：{path}（SHA-256 {}）", released.file_sha256),
        format!("Run {run}: {count} payments ordered, bank file {path} (SHA-256 {})", released.file_sha256),
    )?;
    screen.answer(&released)?;
    Ok(Done::Well)
}

/// Takes the bank's results in.
///
/// # Errors
/// [`Failure`]: the file cannot be read, the run is not released, a result contradicts an earlier one.
pub(super) async fn settle(session: &Session, run: RunId, path: &Path) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let file = File::open(path).map_err(|error| Failure::Refused {
        code: "cannot_open",
        zh: format!("无法打开 {}：{error}", path.display()),
        en: format!("{} cannot be opened: {error}", path.display()),
    })?;
    let results = read_results(file).map_err(|error| Failure::Refused {
        code: "results_unreadable",
        zh: format!("回盘文件第 {} 行有误：{}", error.line, error.reason),
        en: format!("the bank's results: {error}"),
    })?;
    let settlement = session
        .with_ledger(async |app| {
            let progress = screen.spinner("回盘", "Settling");
            let settlement = payment_run::settle(app.office(), &desk, run, results).await;
            progress.finish_and_clear();
            Ok(settlement?)
        })
        .await?;
    show(session, &settlement)?;
    screen.answer(&settlement)?;
    Ok(if settlement.unknown.is_empty() { Done::Well } else { Done::Found })
}

fn show(session: &Session, settlement: &Settlement) -> Result<(), Failure> {
    let (screen, results) = (session.screen, settlement.results);
    let heads = [
        (screen.pick("结果", "Result"), Align::Left),
        (screen.pick("笔数", "Payments"), Align::Right),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
    ];
    let count = |count: u64| grouped(count.cast_signed());
    let settled = screen.pick("已到账", "settled").to_owned();
    let returned = screen.pick("已退汇", "returned").to_owned();
    let pending = screen.pick("在途", "pending").to_owned();
    let rows = [
        vec![settled, count(results.settled_count), yuan(results.settled_sum)],
        vec![returned, count(results.returned_count), yuan(results.returned_sum)],
        vec![pending, count(settlement.pending_count), String::new()],
    ];
    screen.table(&heads, &rows)?;
    for payment in &settlement.unknown {
        screen.say(
            format!("不属于本批次的回盘：{payment}"),
            format!("a result for a payment that is not of this run: {payment}"),
        )?;
    }
    Ok(())
}
