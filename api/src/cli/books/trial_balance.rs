//! `ledger books trial-balance`.

use std::collections::BTreeMap;

use domain::books::{Subaccount, TrialBalance, TrialLine, TrialQuestion, TrialSums};
use domain::ids::FundId;
use domain::money::Money;
use projections::Until;
use projections::funds::funds;
use serde_json::json;

use super::{fund_asked, length_asked};
use crate::books::book_at;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, yuan};
use crate::cli::session::Session;
use crate::processes::ProcessError;

/// Shows the trial balance: from the log where a position is named, else from the read tables.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read, or the log is not as long as asked. Exit code 1 where it does not balance.
pub(super) async fn run(
    session: &Session,
    at: Option<u64>,
    fund: Option<String>,
    question: TrialQuestion,
) -> Result<Done, Failure> {
    let screen = session.screen;
    let (balance, events, of, names) = session
        .look_at_ledger(async |app| {
            let office = app.office();
            let fund = fund_asked(office, fund.as_deref()).await?;
            let question = TrialQuestion { fund, ..question };
            let length = office.repository.log().length().await?;
            let events = length_asked(at, length)?;
            office.runner.catch_up(Until::Head).await?;
            let balance = match at {
                Some(_) => {
                    let book = book_at(office.repository.log(), events).await?;
                    book.trial_balance(question).map_err(ProcessError::from)?
                }
                None => projections::books::trial_balance(&office.pool, question).await?,
            };
            let funds = funds(&office.pool).await?;
            let names = funds.into_iter().map(|fund| (fund.fund_id, fund.name)).collect();
            Ok((balance, events, question.fund, names))
        })
        .await?;
    show(&screen, &balance, (events, of), &names)?;
    screen.answer(&json!({ "events": events, "trial_balance": balance }))?;
    Ok(if balance.difference.is_zero() { Done::Well } else { Done::Found })
}

fn show(
    screen: &Screen,
    balance: &TrialBalance,
    (events, of): (u64, Option<FundId>),
    names: &BTreeMap<FundId, String>,
) -> Result<(), Failure> {
    let day = |day: Option<chrono::NaiveDate>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
    let (from, on) = (day(balance.from), day(balance.on));
    // `--at` names positions, which begin at 0
    let last = events.checked_sub(1).map_or_else(|| "—".to_owned(), |last| grouped(last.cast_signed()));
    let events = grouped(events.cast_signed());
    let fund = of.map(|fund| names.get(&fund).cloned().unwrap_or_else(|| fund.to_string()));
    let (zh, en) = fund.map_or_else(Default::default, |fund| (format!("“{fund}”"), format!(" of {fund}")));
    screen.say(
        format!("{zh}试算平衡表 {from} 至 {on}（元；截至位置 {last}，共 {events} 条事件）"),
        format!("Trial balance{en} {from} to {on} (yuan; up to position {last}, {events} events)"),
    )?;
    let heads = [
        (screen.pick("科目", "Account"), Align::Left),
        (screen.pick("期初借方", "Opening Dr"), Align::Right),
        (screen.pick("期初贷方", "Opening Cr"), Align::Right),
        (screen.pick("本期借方", "Debit"), Align::Right),
        (screen.pick("本期贷方", "Credit"), Align::Right),
        (screen.pick("期末借方", "Closing Dr"), Align::Right),
        (screen.pick("期末贷方", "Closing Cr"), Align::Right),
    ];
    // one fund is named above its accounts
    let place = |place: Subaccount| Subaccount { fund: place.fund.filter(|_| of.is_none()), ..place };
    let line = |line: &TrialLine| row(name_of(screen, place(line.subaccount), names), &line.sums);
    let mut rows: Vec<Vec<String>> = balance.lines.iter().map(line).collect();
    rows.push(row(screen.pick("合计", "Total").to_owned(), &balance.total));
    screen.table(&heads, &rows)?;
    let difference = yuan(balance.difference);
    if balance.difference.is_zero() {
        screen.say("借贷平衡。", "Debit equals credit.")?;
    } else {
        screen.say(
            format!("借贷相差 {difference} 元，请运行 ledger check。"),
            format!("Debit and credit differ by {difference} yuan: run ledger check."),
        )?;
    }
    Ok(())
}

fn row(name: String, sums: &TrialSums) -> Vec<String> {
    let TrialSums { opening_debit, opening_credit, debit, credit, closing_debit, closing_credit } = *sums;
    let columns = [opening_debit, opening_credit, debit, credit, closing_debit, closing_credit];
    let shown = |amount: Money| if amount.is_zero() { String::new() } else { yuan(amount) };
    std::iter::once(name).chain(columns.map(shown)).collect()
}

/// A subaccount in words: its account, fund, program, level, budget year.
pub(super) fn name_of(screen: &Screen, subaccount: Subaccount, names: &BTreeMap<FundId, String>) -> String {
    let Subaccount { account, fund, program, level, budget_year } = subaccount;
    let fund = fund.map(|fund| names.get(&fund).cloned().unwrap_or_else(|| fund.to_string()));
    let parts = [
        fund,
        program.map(|program| screen.pick(program.zh(), program.en()).to_owned()),
        level.map(|level| screen.pick(level.zh(), level.code()).to_owned()),
        budget_year.map(|year| year.to_string()),
    ];
    let name = screen.pick(account.zh(), account.en()).to_owned();
    std::iter::once(name).chain(parts.into_iter().flatten()).collect::<Vec<_>>().join(" · ")
}
