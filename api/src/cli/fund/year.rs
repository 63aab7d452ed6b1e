//! `ledger fund close-year`, `reopen-year` and `carry-over`: the end of a fund's year.

use domain::fund::FundAccount;

use super::{fund_named, show};
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::Screen;
use crate::cli::session::Session;
use crate::processes;

/// Closes a year.
///
/// # Errors
/// [`Failure`]: who acts is not said, the year is not over, or it is closed already.
pub(super) async fn close(session: &Session, fund: &str, year: i32) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let account = session
        .act(async |app| {
            let fund_id = fund_named(app.office(), fund);
            Ok(processes::close_year(app.office(), &desk, fund_id, year).await?)
        })
        .await?;
    let next =
        format!("ledger fund carry-over {} --year {year} --document … --as approver:…", account.charter.name);
    let (zh, en) = (format!("{year} 年已结账。"), format!("{year} is closed."));
    told(&session.screen, &account, year, (format!("{zh}下一步：{next}"), format!("{en} Next: {next}")))
}

/// Sends a closing back.
///
/// # Errors
/// [`Failure`]: who acts is not said, the year is not closed, or it was carried over.
pub(super) async fn reopen(session: &Session, fund: &str, year: i32, reason: &str) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let account = session
        .act(async |app| {
            let fund_id = fund_named(app.office(), fund);
            Ok(processes::reopen_year(app.office(), &desk, fund_id, year, reason).await?)
        })
        .await?;
    let said = (format!("已撤销 {year} 年结账。"), format!("{year} is open again."));
    told(&session.screen, &account, year, said)
}

/// Carries a closed year over.
///
/// # Errors
/// [`Failure`]: who acts is not said or closed the year, or added up anew it is another.
pub(super) async fn carry_over(
    session: &Session,
    fund: &str,
    year: i32,
    document: &str,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let account = session
        .act(async |app| {
            let fund_id = fund_named(app.office(), fund);
            Ok(processes::carry_over(app.office(), &desk, fund_id, year, document).await?)
        })
        .await?;
    let next = year.saturating_add(1);
    let said = (format!("{year} 年结余已结转至 {next} 年。"), format!("{year} is carried over into {next}."));
    told(&session.screen, &account, year, said)
}

fn told(
    screen: &Screen,
    account: &FundAccount,
    year: i32,
    (zh, en): (String, String),
) -> Result<Done, Failure> {
    screen.say(zh, en)?;
    show::show_years(screen, account.years.get(&year).map(|closed| (year, closed)).into_iter())?;
    screen.answer(&show::summary(account)?)?;
    Ok(Done::Well)
}
