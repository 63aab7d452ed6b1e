//! `ledger donation import`: gifts and refunds from the statement of a payment platform.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::campaign::named;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, plain, yuan};
use crate::cli::session::{Session, waiting};
use crate::lang::{Lang, io_trouble};
use crate::processes::campaign::{self, ImportedStatement, StatementOutcome};
use crate::registers::statements::{
    FILE_BYTES_MAX, Layout, LineProblem, Statement, StatementLayouts, What, read_statement,
};
use domain::money::Money;

/// What is to be taken, and how.
pub(super) struct Wanted {
    pub file: PathBuf,
    pub campaign: String,
    pub layout: Option<PathBuf>,
    pub layouts: Option<PathBuf>,
    pub keep_good: bool,
    pub check: bool,
}

/// Takes a statement. Exit code 1 when a line was not taken.
///
/// # Errors
/// [`Failure`]: the file cannot be read, there is no such campaign, or who acts is not said.
pub(super) async fn run(session: &Session, wanted: Wanted) -> Result<Done, Failure> {
    let screen = session.screen;
    let layouts = layouts(wanted.layout.as_deref(), wanted.layouts.as_deref())?;
    let bytes = read(&wanted.file)?;
    let statement = read_statement(&bytes, &layouts).map_err(|problem| Failure::Refused {
        code: problem.code,
        zh: problem.zh,
        en: problem.en,
    })?;
    show_read(&screen, &statement)?;
    show_problems(&screen, &statement)?;
    let stopped = !statement.problems.is_empty() && !wanted.keep_good;
    if wanted.check {
        return check(session, &wanted.campaign, &statement).await;
    }
    if stopped {
        screen.say(
            "有错误行，未导入任何一行；更正后重来，或用 --keep-good 导入其余各行。",
            "There are bad lines, so nothing was taken: mend them, or take the others with --keep-good.",
        )?;
        screen.answer(&checked(&statement, None))?;
        return Ok(Done::Found);
    }
    let desk = session.desk()?;
    let bar = screen.progress(statement.entries.len() as u64, "导入账单", "importing");
    let imported = session
        .with_ledger(async |app| {
            let campaign_id = named(app.office(), &wanted.campaign);
            let progress = || bar.inc(1);
            Ok(campaign::import_statement(app.office(), &desk, campaign_id, &statement, progress).await?)
        })
        .await;
    bar.finish_and_clear();
    let imported = imported?;
    show_imported(&screen, &imported, ("新登记捐赠", "new gifts"), ("新登记退款", "new refunds"))?;
    screen.answer(&json!({
        "layout": statement.layout,
        "passed_over": statement.passed_over,
        "problems": statement.problems,
        "imported": imported,
        "done": "imported",
    }))?;
    let well = statement.problems.is_empty() && imported.refused().next().is_none();
    Ok(if well { Done::Well } else { Done::Found })
}

/// Says what would come of a statement, where it is said who would take it; nothing is recorded.
async fn check(session: &Session, campaign: &str, statement: &Statement) -> Result<Done, Failure> {
    let screen = session.screen;
    let Ok(desk) = session.desk() else {
        screen.say(
            "只核对了文件本身；加上 --as 可试算各行会登记还是已登记过。",
            "Only the file itself was checked; with --as it is said which lines are new and which were taken before.",
        )?;
        screen.answer(&checked(statement, None))?;
        return Ok(if statement.problems.is_empty() { Done::Well } else { Done::Found });
    };
    let outlook = session
        .look_at_ledger(async |app| {
            let campaign_id = named(app.office(), campaign);
            Ok(campaign::rehearse_statement(app.office(), &desk, campaign_id, statement).await?)
        })
        .await?;
    show_imported(
        &screen,
        &outlook,
        ("将登记捐赠", "gifts to be taken"),
        ("将登记退款", "refunds to be taken"),
    )?;
    screen.answer(&checked(statement, Some(&outlook)))?;
    let well = statement.problems.is_empty() && outlook.refused().next().is_none();
    Ok(if well { Done::Well } else { Done::Found })
}

/// What was found in the file, and what would come of it.
fn checked(statement: &Statement, outlook: Option<&ImportedStatement>) -> Value {
    let gifts = statement.entries.iter().filter(|entry| matches!(entry.what, What::Gift { .. })).count();
    json!({
        "layout": statement.layout,
        "gifts": gifts,
        "refunds": statement.entries.len() - gifts,
        "passed_over": statement.passed_over,
        "problems": statement.problems,
        "outlook": outlook,
        "done": "checked",
    })
}

/// The one that is named; else those of the office's folder and those of the program.
fn layouts(own: Option<&Path>, folder: Option<&Path>) -> Result<Vec<Layout>, Failure> {
    let Some(path) = own else {
        let known = folder.map(|folder| waiting(|| StatementLayouts::with_folder(folder))).transpose();
        let known = known.map_err(|fault| Failure::Process(fault.into()))?;
        return Ok(known.unwrap_or_default().all().to_vec());
    };
    let text = waiting(|| fs::read_to_string(path)).map_err(|error| Failure::Refused {
        code: "layout_invalid",
        zh: format!("版式文件无法读取：{}", io_trouble(&error)),
        en: format!("the layout cannot be read: {error}"),
    })?;
    Ok(vec![Layout::read(&text).map_err(|fault| Failure::Process(fault.into()))?])
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |zh: String, en: String| Failure::Refused { code: "file_unreadable", zh, en };
    let file = path.display();
    waiting(|| {
        let size = fs::metadata(path).map(|metadata| metadata.len())?;
        // one byte more is refused with the reason by whoever reads it
        let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
        if size > limit { Ok(vec![0; FILE_BYTES_MAX + 1]) } else { fs::read(path) }
    })
    .map_err(|error: std::io::Error| {
        unreadable(
            format!("文件 {file} 无法读取：{}", io_trouble(&error)),
            format!("{file} cannot be read: {error}"),
        )
    })
}

fn show_read(screen: &Screen, statement: &Statement) -> Result<(), Failure> {
    let gifts = statement.entries.iter().filter(|entry| matches!(entry.what, What::Gift { .. }));
    let sum = Money::sum(gifts.clone().map(|entry| entry.amount)).unwrap_or_default();
    let (gifts, layout, passed) = (gifts.count(), &statement.layout, statement.passed_over);
    let (refunds, sum) = (statement.entries.len() - gifts, yuan(sum));
    Ok(screen.say(
        format!("{layout}：收款 {gifts} 笔 {sum} 元，退款 {refunds} 笔，无关 {passed} 行。"),
        format!("{layout}: {gifts} gifts of {sum} yuan, {refunds} refunds, {passed} lines of other kinds."),
    )?)
}

fn show_problems(screen: &Screen, statement: &Statement) -> Result<(), Failure> {
    if statement.problems.is_empty() {
        return Ok(());
    }
    let heads = [
        (screen.pick("行", "Line"), Align::Right),
        (screen.pick("列", "Column"), Align::Left),
        (screen.pick("内容", "Content"), Align::Left),
        (screen.pick("错误原因", "What is wrong"), Align::Left),
        (screen.pick("代码", "Code"), Align::Left),
    ];
    let row = |problem: &LineProblem| {
        let text = screen.pick(&problem.zh, &problem.en).clone();
        let value = plain(statement.value_of(problem));
        vec![problem.line.to_string(), problem.column.clone(), value, text, problem.code.to_owned()]
    };
    Ok(screen.table(&heads, &statement.problems.iter().map(row).collect::<Vec<_>>())?)
}

fn show_imported(
    screen: &Screen,
    imported: &ImportedStatement,
    gifts: (&'static str, &'static str),
    refunds: (&'static str, &'static str),
) -> Result<(), Failure> {
    let count = |number: u64| grouped(number.cast_signed());
    let heads = [("", Align::Left), ("", Align::Right), (screen.pick("元", "Yuan"), Align::Right)];
    let rows = [
        (screen.pick(gifts.0, gifts.1), count(imported.gifts), yuan(imported.received)),
        (screen.pick(refunds.0, refunds.1), count(imported.refunds), yuan(imported.refunded)),
        (screen.pick("此前已登记", "there before"), count(imported.known), String::new()),
        (screen.pick("未登记", "not taken"), imported.refused().count().to_string(), String::new()),
        (
            screen.pick("平台手续费（不扣减捐赠）", "fees, not taken off gifts"),
            String::new(),
            yuan(imported.fees),
        ),
    ];
    let rows = rows.map(|(what, number, sum)| vec![what.to_owned(), number, sum]);
    screen.table(&heads, &rows)?;
    for line in imported.refused() {
        if let StatementOutcome::Refused { code, zh, en } = &line.outcome {
            let reason = match screen.lang {
                Lang::Zh => zh,
                Lang::En => en,
            };
            let (line, code) = (line.line, code);
            screen
                .say(format!("第 {line} 行：{reason} [{code}]"), format!("line {line}: {reason} [{code}]"))?;
        }
    }
    Ok(())
}
