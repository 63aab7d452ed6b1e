//! `ledger fund list` and `ledger fund show`.

use chrono::Utc;
use domain::fund::{ClosedYear, FundAccount, result_of};
use domain::money::{Money, MoneyError};
use projections::Until;
use projections::funds::{FundRow, funds};
use projections::payment_registers::PaymentRunRow;
use projections::payment_registers::queries::runs;
use serde_json::{Value, json};

use super::fund_named;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, yuan};
use crate::cli::session::Session;
use crate::processes::{ProcessError, fund_account, office_day};

/// Lists every fund, the oldest first.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn list(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    let rows = session
        .look_at_ledger(async |app| {
            app.office().runner.catch_up(Until::Head).await?;
            Ok(funds(&app.office().pool).await?)
        })
        .await?;
    let heads = [
        (screen.pick("资金", "Fund"), Align::Left),
        (screen.pick("来源", "Source"), Align::Left),
        (screen.pick("限定性", "Restriction"), Align::Left),
        (screen.pick("余额（元）", "Holds (yuan)"), Align::Right),
        (screen.pick("占用", "Committed"), Align::Right),
        (screen.pick("未占用", "Not committed"), Align::Right),
        (screen.pick("已结账至", "Closed through"), Align::Right),
    ];
    let lines = rows.iter().map(|fund| line(&screen, fund)).collect::<Result<Vec<_>, MoneyError>>();
    screen.table(&heads, &lines.map_err(ProcessError::from)?)?;
    screen.answer(&rows)?;
    Ok(Done::Well)
}

fn line(screen: &Screen, fund: &FundRow) -> Result<Vec<String>, MoneyError> {
    Ok(vec![
        fund.name.clone(),
        screen.pick(fund.source.zh(), fund.source.en()).to_owned(),
        screen.pick(fund.restriction.zh(), fund.restriction.en()).to_owned(),
        yuan(fund.balance),
        yuan(fund.committed),
        yuan(fund.free()?),
        fund.closed_through.map_or_else(|| "–".to_owned(), |year| year.to_string()),
    ])
}

/// Shows one fund as the log has it now.
///
/// # Errors
/// [`Failure`]: there is no such fund, or the ledger cannot be read.
pub(super) async fn one(session: &Session, fund: &str) -> Result<Done, Failure> {
    let screen = session.screen;
    let (account, runs) = session
        .look_at_ledger(async |app| {
            let office = app.office();
            let account = fund_account(office, fund_named(office, fund)).await?;
            office.runner.catch_up(Until::Head).await?;
            Ok((account, runs(&office.pool).await?))
        })
        .await?;
    show_charter(&screen, &account)?;
    show_appropriations(&screen, &account)?;
    show_programs(&screen, &account)?;
    show_runs(&screen, &account, &runs)?;
    show_years(&screen, account.years.iter().map(|(year, closed)| (*year, closed)))?;
    screen.answer(&summary(&account)?)?;
    Ok(Done::Well)
}

/// A fund as an answer: everything but its single gifts.
pub(super) fn summary(account: &FundAccount) -> Result<Value, Failure> {
    let runs: Vec<Value> = account
        .runs
        .iter()
        .map(|(run, each)| json!({ "run_id": run, "commitment": each, "remainder": each.remainder() }))
        .collect();
    Ok(json!({
        "charter": account.charter,
        "balance": account.balance,
        "committed": account.committed,
        "free": account.free(),
        "appropriations": account.appropriations,
        "earmarks": account.earmarks,
        "gifts": account.donations.len(),
        "runs": runs,
        "years": account.years,
    }))
}

fn show_charter(screen: &Screen, account: &FundAccount) -> Result<(), Failure> {
    let charter = &account.charter;
    let usable = account.free_on(office_day(Utc::now())).map_err(ProcessError::from)?;
    let programs: Vec<&str> =
        charter.programs.iter().map(|program| screen.pick(program.zh(), program.en())).collect();
    let programs = if programs.is_empty() {
        screen.pick("不限项目", "every program").to_owned()
    } else {
        programs.join(screen.pick("、", ", "))
    };
    let origin = screen.pick(charter.source.zh(), charter.source.en());
    let kind = screen.pick(charter.restriction.zh(), charter.restriction.en());
    let row = |zh: &str, en: &str, text: String| vec![screen.pick(zh, en).to_owned(), text];
    let name = format!("{} · {}", charter.name, charter.fund_id);
    let rows = vec![
        row("来源", "Source", format!("{origin} · {kind} · {}", charter.opened_on)),
        row("用途", "Pays", programs),
        row("余额（元）", "Holds (yuan)", yuan(account.balance)),
        row("占用", "Committed", yuan(account.committed)),
        row("未占用", "Not committed", yuan(account.free())),
        // without what is for a year that has not begun
        row("本年可用", "Usable this year", yuan(usable)),
    ];
    Ok(screen.table(&[(screen.pick("资金", "Fund"), Align::Left), (&name, Align::Left)], &rows)?)
}

fn show_appropriations(screen: &Screen, account: &FundAccount) -> Result<(), Failure> {
    if account.appropriations.is_empty() {
        return Ok(());
    }
    let heads = [
        (screen.pick("拨款文号", "Document"), Align::Left),
        (screen.pick("到账日期", "Day"), Align::Left),
        (screen.pick("层级", "Level"), Align::Left),
        (screen.pick("预算年度", "Budget year"), Align::Left),
        (screen.pick("用于", "For"), Align::Left),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
    ];
    let none = || "–".to_owned();
    let rows: Vec<Vec<String>> = account
        .appropriations
        .iter()
        .map(|each| {
            let purpose = each.purpose;
            vec![
                each.document.clone(),
                each.credit.on.to_string(),
                purpose.level.map_or_else(none, |level| screen.pick(level.zh(), level.code()).to_owned()),
                purpose.budget_year.map_or_else(none, |year| year.to_string()),
                purpose.program.map_or_else(none, |each| screen.pick(each.zh(), each.en()).to_owned()),
                yuan(each.credit.amount),
            ]
        })
        .collect();
    Ok(screen.table(&heads, &rows)?)
}

/// What came in for one program alone, and what each program uses.
fn show_programs(screen: &Screen, account: &FundAccount) -> Result<(), Failure> {
    let earmarks = &account.earmarks;
    let mut programs: Vec<_> = earmarks.reserved.keys().chain(earmarks.used.keys()).copied().collect();
    programs.sort_unstable();
    programs.dedup();
    if programs.is_empty() {
        return Ok(());
    }
    let heads = [
        (screen.pick("救助项目", "Program"), Align::Left),
        (screen.pick("专项拨款（元）", "For it alone (yuan)"), Align::Right),
        (screen.pick("已用与占用", "Used or committed"), Align::Right),
    ];
    let sum = |sums: &std::collections::BTreeMap<_, Money>, program| {
        sums.get(&program).copied().unwrap_or_default()
    };
    let rows: Vec<Vec<String>> = programs
        .into_iter()
        .map(|program: domain::program::Program| {
            vec![
                screen.pick(program.zh(), program.en()).to_owned(),
                yuan(sum(&earmarks.reserved, program)),
                yuan(sum(&earmarks.used, program)),
            ]
        })
        .collect();
    Ok(screen.table(&heads, &rows)?)
}

/// What the fund holds ready for runs, the earliest month first.
fn show_runs(screen: &Screen, account: &FundAccount, known: &[PaymentRunRow]) -> Result<(), Failure> {
    if account.runs.is_empty() {
        return Ok(());
    }
    let heads = [
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("批次", "Run"), Align::Left),
        (screen.pick("占用（元）", "Committed (yuan)"), Align::Right),
        (screen.pick("支出", "Spent"), Align::Right),
        (screen.pick("解除", "Released"), Align::Right),
        (screen.pick("尚占用", "Remaining"), Align::Right),
    ];
    let mut rows: Vec<Vec<String>> = account
        .runs
        .iter()
        .map(|(run, each)| {
            let month = known.iter().find(|row| row.run_id == *run).map(|row| row.month.to_string());
            let sums = [each.committed, each.spent, each.released, each.remainder()];
            [month.unwrap_or_default(), run.to_string()].into_iter().chain(sums.map(yuan)).collect()
        })
        .collect();
    rows.sort_unstable();
    Ok(screen.table(&heads, &rows)?)
}

/// Closed years with their results and what went on.
pub(super) fn show_years<'y>(
    screen: &Screen,
    years: impl Iterator<Item = (i32, &'y ClosedYear)>,
) -> Result<(), Failure> {
    let heads = [
        (screen.pick("年度", "Year"), Align::Left),
        (screen.pick("本年收支差额（元）", "Result (yuan)"), Align::Right),
        (screen.pick("年末余额", "Left at the end"), Align::Right),
        (screen.pick("其中占用", "of it committed"), Align::Right),
        (screen.pick("其中在途", "of it in transit"), Align::Right),
        (screen.pick("结账", "Closed"), Align::Left),
        (screen.pick("结转", "Carried over"), Align::Left),
    ];
    let mut rows = Vec::new();
    for (year, closed) in years {
        let result = result_of(&closed.facts.lines).map_err(ProcessError::from)?;
        let carried = closed.carried.as_ref().map_or_else(
            || screen.pick("待结转", "not yet").to_owned(),
            |each| format!("{} {} {}", each.carried_on, each.carried_by, each.document),
        );
        rows.push(vec![
            year.to_string(),
            yuan(result),
            yuan(closed.facts.unspent),
            yuan(closed.facts.committed),
            yuan(closed.facts.in_transit),
            format!("{} {}", closed.closed_on, closed.closed_by),
            carried,
        ]);
    }
    if rows.is_empty() { Ok(()) } else { Ok(screen.table(&heads, &rows)?) }
}
