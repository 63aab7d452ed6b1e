//! `ledger run release`, `settle` and `returns`: the files to the bank, the files from it, and what came back.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use domain::ids::RunId;
use projections::Until;
use projections::payment_registers::PaymentRow;
use projections::payment_registers::queries::returned_payments;
use serde_json::{Value, json};

use super::notes;
use super::prepare::program_name;
use crate::bank::catalogue::Catalogue;
use crate::bank::codes::{ReasonFaults, to_pay_again};
use crate::bank::layout::{AtFault, Layout};
use crate::cli::bank::{LayoutArgs, advice, catalogue};
use crate::cli::draft::Draft;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, yuan};
use crate::cli::session::{Session, waiting};
use crate::lang::io_trouble;
use crate::processes::payment_run::{self, BankFiles, Release, Released, TakenIn};

/// Orders every line and writes the files to the bank, which only their owner can read. Nothing is left of them when
/// the release is refused.
///
/// # Errors
/// [`Failure`]: the run is not approved, who acts may not release it, a text cannot be written in the layout, or a file
/// cannot be written.
pub(super) async fn release(
    session: &Session,
    run: RunId,
    execution_on: Option<NaiveDate>,
    layout: &LayoutArgs,
    out: &Path,
) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let layout = layout.chosen(None)?;
    let mut drafts = Drafts { place: out.to_owned(), drafts: Vec::new() };
    let outcome = session
        .with_ledger(async |app| {
            let known = payment_run::layout_of_release(app.office(), run).await?;
            let progress = screen.spinner("发放", "Releasing");
            let release = Release { run_id: run, execution_on, layout: &layout };
            let released = payment_run::release_in(app.office(), &desk, &release, &mut drafts).await;
            progress.finish_and_clear();
            Ok((released?, known.is_some()))
        })
        .await;
    let (released, again) = notes::told(&screen, outcome)?;
    let paths = drafts.keep()?;
    show_release(&screen, &released, &layout, (again, &paths))?;
    let mut answer = serde_json::to_value(&released).map_err(anyhow::Error::from)?;
    answer["paths"] = json!(paths);
    screen.answer(&answer)?;
    Ok(Done::Well)
}

fn show_release(
    screen: &Screen,
    released: &Released,
    layout: &Layout,
    (again, paths): (bool, &[PathBuf]),
) -> Result<(), Failure> {
    let (run, count) = (released.run_id, grouped(released.line_count.cast_signed()));
    let (sum, layout) = (yuan(released.control_sum), screen.pick(&layout.zh, &layout.en));
    let (zh, en) = match again {
        true => (
            format!(
                "批次 {run} 此前已发放，没有再次下达；银行文件已重新生成，与发放时一致（{count} 笔、{sum} 元，格式：{layout}）。"
            ),
            format!(
                "Run {run} was released before and nothing was ordered again; its files were written anew, with the same bytes ({count} payments, {sum} yuan, layout: {layout})."
            ),
        ),
        false => (
            format!("批次 {run} 已发放 {count} 笔、{sum} 元，格式：{layout}。"),
            format!("Run {run}: {count} payments over {sum} yuan ordered, layout: {layout}."),
        ),
    };
    screen.say(zh, en)?;
    let heads = [
        (screen.pick("银行文件", "Bank file"), Align::Left),
        (screen.pick("笔数", "Payments"), Align::Right),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
        ("SHA-256", Align::Left),
    ];
    let row = |(path, file): (&PathBuf, &domain::payment_run::BankFile)| {
        let count = grouped(file.line_count.cast_signed());
        vec![path.display().to_string(), count, yuan(file.control_sum), file.sha256.clone()]
    };
    Ok(screen.table(&heads, &paths.iter().zip(&released.delivery.files).map(row).collect::<Vec<_>>())?)
}

/// The files to the bank in the making: all of them stand at their places, or none.
struct Drafts {
    place: PathBuf,
    drafts: Vec<(PathBuf, Draft)>,
}

impl Drafts {
    fn keep(self) -> Result<Vec<PathBuf>, Failure> {
        let mut paths = Vec::new();
        for (path, draft) in self.drafts {
            draft.keep()?;
            paths.push(path);
        }
        Ok(paths)
    }
}

impl BankFiles for Drafts {
    fn begin(&mut self, number: u32, of: u32) -> io::Result<()> {
        let path = if of == 1 { self.place.clone() } else { numbered(&self.place, number) };
        let draft = Draft::begin(&path).map_err(|failure| io::Error::other(failure.to_string()))?;
        self.drafts.push((path, draft));
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.drafts.last_mut() {
            Some((_, draft)) => draft.file.write_all(bytes),
            None => Err(io::Error::other("no file was begun")),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `bank.txt` as the third of several: `bank-03.txt`.
fn numbered(place: &Path, number: u32) -> PathBuf {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, extension) = (text(place.file_stem()), text(place.extension()));
    let dot = if extension.is_empty() { "" } else { "." };
    place.with_file_name(format!("{stem}-{number:02}{dot}{extension}"))
}

/// Takes a file from the bank in. Exceptions are exit code 1.
///
/// # Errors
/// [`Failure`]: the run is not released, or the file is damaged, not ours, or does not add up.
pub(super) async fn settle(
    session: &Session,
    run: RunId,
    path: &Path,
    layout: &LayoutArgs,
) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    waiting(|| std::fs::metadata(path)).map_err(|error| Failure::Refused {
        code: "cannot_open",
        zh: format!("文件 {} 无法读取：{}", path.display(), io_trouble(&error)),
        en: format!("{} cannot be read: {error}", path.display()),
    })?;
    let (taken, went_on) = session
        .with_ledger(async |app| {
            let office = app.office();
            let layout = layout.chosen(payment_run::layout_of_release(office, run).await?.as_deref())?;
            let before = office.repository.written();
            let progress = screen.spinner("回盘", "Settling");
            let taken = payment_run::take_in(office, &desk, run, path, &layout).await;
            progress.finish_and_clear();
            Ok((taken?, office.repository.written() > before))
        })
        .await?;
    show(&screen, &taken, went_on)?;
    screen.answer(&taken)?;
    Ok(if taken.unmatched.is_empty() { Done::Well } else { Done::Found })
}

fn show(screen: &Screen, taken: &TakenIn, went_on: bool) -> Result<(), Failure> {
    let (results, matching) = (taken.results, taken.matching);
    match (taken.known_before, went_on) {
        (true, false) => {
            screen
                .say("这个文件以前读入过，没有变化。", "This file was taken in before; nothing changed.")?;
        }
        (true, true) => screen.say(
            "这个文件以前读入过，当时中断；现已接着办完。",
            "This file was taken in before and interrupted; now it is finished.",
        )?,
        (false, _) => {}
    }
    let count = |count: u64| grouped(count.cast_signed());
    screen.say(
        format!(
            "本文件：到账 {} 笔，退汇 {} 笔，已知 {} 笔，在途 {} 笔，异常 {} 笔。",
            count(matching.settled_count),
            count(matching.returned_count),
            count(matching.repeated_count),
            count(matching.waiting_count),
            count(matching.unmatched_count)
        ),
        format!(
            "This file: {} settled, {} returned, {} known before, {} waiting, {} exceptions.",
            count(matching.settled_count),
            count(matching.returned_count),
            count(matching.repeated_count),
            count(matching.waiting_count),
            count(matching.unmatched_count)
        ),
    )?;
    let heads = [
        (screen.pick("批次至今", "The run so far"), Align::Left),
        (screen.pick("笔数", "Payments"), Align::Right),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
    ];
    let row = |name: &str, lines: u64, sum| vec![name.to_owned(), count(lines), yuan(sum)];
    let rows = [
        row(screen.pick("已到账", "settled"), results.settled_count, results.settled_sum),
        row(screen.pick("已退汇", "returned"), results.returned_count, results.returned_sum),
        row(screen.pick("在途", "pending"), taken.pending_count, taken.pending_sum),
    ];
    screen.table(&heads, &rows)?;
    for line in taken.unmatched.iter().take(20) {
        let ((zh, en), code, row) = (advice(line.reason), line.reason.code(), line.row);
        screen.say(format!("第 {row} 行：{zh} [{code}]"), format!("row {row}: {en} [{code}]"))?;
    }
    if !taken.unmatched.is_empty() {
        screen.say(
            "处理：ledger bank exceptions，ledger bank resolve",
            "See `ledger bank exceptions`, then `ledger bank resolve`",
        )?;
    }
    Ok(())
}

/// Lists what came back and was neither reissued nor given up, with what to do. Something to do is exit code 1.
///
/// # Errors
/// [`Failure`]: the ledger cannot be read, or a layout of the folder is wrong.
pub(super) async fn returns(
    session: &Session,
    run: Option<RunId>,
    folder: Option<&Path>,
) -> Result<Done, Failure> {
    let screen = session.screen;
    let catalogue = catalogue(folder)?;
    let mut returned = session
        .with_ledger(async |app| {
            app.office().runner.catch_up(Until::Head).await?;
            Ok(returned_payments(&app.office().pool).await?)
        })
        .await?;
    returned.retain(|payment| run.is_none_or(|run| payment.run_id == run));
    let heads = [
        (screen.pick("发放明细", "Payment"), Align::Left),
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
        (screen.pick("退汇日期", "Returned on"), Align::Left),
        (screen.pick("银行原因与处理", "Bank's reason and what to do"), Align::Left),
    ];
    let faults = catalogue.faults();
    let told: Vec<_> = returned.iter().map(|payment| Told::of(payment, &catalogue, &faults)).collect();
    let rows: Vec<_> = told.iter().map(|told| told.row(&screen)).collect();
    if returned.is_empty() {
        screen.say("没有待处理的退汇。", "Nothing came back that waits for somebody.")?;
    } else {
        screen.table(&heads, &rows)?;
        screen.say(
            "下一批次按核定重发应发的月份（链接原明细）；不再发放的，用 ledger payment cancel 作废并写明原因。",
            "The next run pays again what the month is due, linked to the first attempt; give up what is not (`ledger payment cancel`).",
        )?;
    }
    screen.answer(&told.iter().map(Told::answer).collect::<Vec<_>>())?;
    Ok(if returned.is_empty() { Done::Well } else { Done::Found })
}

/// A payment that came back, with what the bank says in plain words and what is to be done.
struct Told<'a> {
    payment: &'a PaymentRow,
    code: &'a str,
    reason: (&'a str, &'a str),
    at_fault: Option<AtFault>,
}

impl<'a> Told<'a> {
    fn of(payment: &'a PaymentRow, catalogue: &'a Catalogue, faults: &ReasonFaults) -> Told<'a> {
        let code = payment.returned_reason.as_deref().unwrap_or_default();
        Told { payment, code, reason: catalogue.explained(code), at_fault: faults.at_fault(code) }
    }

    fn row(&self, screen: &Screen) -> Vec<String> {
        let (payment, (zh, en), (next_zh, next_en)) =
            (self.payment, self.reason, to_pay_again(self.at_fault));
        let (zh, en) = (format!("{zh}；{next_zh}"), format!("{en}; {next_en}"));
        vec![
            payment.payment_id.to_string(),
            program_name(screen.lang, payment.program).to_owned(),
            payment.month.to_string(),
            yuan(payment.amount),
            payment.returned_on.map(|day| day.to_string()).unwrap_or_default(),
            format!("{} {}", self.code, screen.pick(zh, en)),
        ]
    }

    fn answer(&self) -> Value {
        let (payment, (zh, en)) = (self.payment, self.reason);
        json!({
            "payment_id": payment.payment_id, "run_id": payment.run_id, "case_id": payment.case_id,
            "program": payment.program, "month": payment.month, "attempt": payment.attempt,
            "amount": payment.amount.to_string(), "returned_on": payment.returned_on,
            "reason": self.code, "reason_zh": zh, "reason_en": en, "at_fault": self.at_fault,
        })
    }
}
