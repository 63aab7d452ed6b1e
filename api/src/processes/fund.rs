//! 资金: opened, appropriated to, its year closed by one person and carried over by another.

use chrono::{Datelike, NaiveDate};
use domain::fund::{Fund, FundAccount, FundCharter, FundCommand, FundError, Purpose, YearFacts};
use domain::ids::FundId;
use domain::money::Money;

use super::{Desk, Office, ProcessError, Step};
use crate::books::book_at;

impl Office {
    /// The fund of a name; blanks around it make no other fund.
    pub fn fund_id(&self, name: &str) -> FundId {
        FundId::new(self.derived("fund", name.trim()))
    }
}

/// Opens a fund.
///
/// # Errors
/// [`ProcessError`] when the domain refuses: `fund_exists` where the name is another fund's.
pub async fn open_fund(office: &Office, desk: &Desk, charter: FundCharter) -> Result<FundId, ProcessError> {
    let fund_id = charter.fund_id;
    let key = office.derived("open_fund", &format!("{charter:?}"));
    let (id, open) = (fund_id.to_string(), FundCommand::OpenFund { charter });
    office.together(desk, key, [Step::Fund(id, open)]).await?;
    Ok(fund_id)
}

/// Records that money was appropriated to a fund today, for whatever the fund may pay.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn appropriate(
    office: &Office,
    desk: &Desk,
    fund_id: FundId,
    amount: Money,
    document: &str,
) -> Result<(), ProcessError> {
    let key = office.derived("appropriate", &format!("{fund_id}|{document}"));
    let (document, purpose) = (document.to_owned(), Purpose::default());
    let command = FundCommand::Appropriate { amount, document, appropriated_on: desk.today(), purpose };
    office.together(desk, key, [Step::Fund(fund_id.to_string(), command)]).await?;
    Ok(())
}

/// An appropriation (拨款) as its document says it.
#[derive(Clone, Debug)]
pub struct Appropriated {
    /// How much.
    pub amount: Money,
    /// 文号.
    pub document: String,
    /// The day.
    pub on: NaiveDate,
    /// What it is for.
    pub purpose: Purpose,
}

/// Records that money was appropriated to a fund (拨款到账), with its program, level and budget year. One document may
/// appropriate for several purposes: each is an appropriation of its own.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn appropriate_for(
    office: &Office,
    desk: &Desk,
    fund_id: FundId,
    appropriated: Appropriated,
) -> Result<(), ProcessError> {
    let key = office.derived("appropriate_for", &format!("{fund_id}|{appropriated:?}|{}", desk.actor.id));
    let Appropriated { amount, document, on: appropriated_on, purpose } = appropriated;
    let command = FundCommand::Appropriate { amount, document, appropriated_on, purpose };
    office.together(desk, key, [Step::Fund(fund_id.to_string(), command)]).await?;
    Ok(())
}

/// Closes a year on a fund (年终结账): adds the fund's books up to the end of the year and has them fixed.
///
/// # Errors
/// [`ProcessError`] when the log cannot be read or the domain refuses.
pub async fn close_year(
    office: &Office,
    desk: &Desk,
    fund_id: FundId,
    year: i32,
) -> Result<FundAccount, ProcessError> {
    if let Some(closed) = fund_account(office, fund_id).await?.years.get(&year) {
        // the books as they were then: what was booked since does not make a repeat a new closing
        let facts = closed.facts.clone();
        return turn(office, desk, fund_id, FundCommand::CloseYear { year, facts, closed_on: desk.today() })
            .await;
    }
    let position = office.repository.log().length().await?;
    let book = book_at(office.repository.log(), position).await?;
    let facts = book.year_facts(fund_id, year, position)?;
    // a year that is passed over could never be closed again, and its result would be the next one's
    let first = book.first_year(fund_id, fund_account(office, fund_id).await?.closed_through());
    let is_over = year < desk.today().year();
    if let Some(open) = first.filter(|first| is_over && *first < year) {
        return Err(ProcessError::refused(&FundError::EarlierYearOpen { year: open }));
    }
    turn(office, desk, fund_id, FundCommand::CloseYear { year, facts, closed_on: desk.today() }).await
}

/// Sends the closing of a year back (撤销结账), before it was carried over.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn reopen_year(
    office: &Office,
    desk: &Desk,
    fund_id: FundId,
    year: i32,
    reason: &str,
) -> Result<FundAccount, ProcessError> {
    let reason = reason.to_owned();
    turn(office, desk, fund_id, FundCommand::ReopenYear { year, reason, reopened_on: desk.today() }).await
}

/// Carries a closed year over (年终结转), by another person: the year is added up anew from the log as it stands now,
/// without the closing itself.
///
/// # Errors
/// [`ProcessError`] when the log cannot be read or the domain refuses: four eyes, or the closing differs.
pub async fn carry_over(
    office: &Office,
    desk: &Desk,
    fund_id: FundId,
    year: i32,
    document: &str,
) -> Result<FundAccount, ProcessError> {
    let account = fund_account(office, fund_id).await?;
    let mut found = YearFacts::default();
    if let Some(closed) = account.years.get(&year) {
        let position = office.repository.log().length().await?;
        let book = book_at(office.repository.log(), position).await?;
        found = book.year_facts(fund_id, year, position)?.before_closing(&closed.facts.lines)?;
    }
    let (document, carried_on) = (document.to_owned(), desk.today());
    turn(office, desk, fund_id, FundCommand::CarryOver { year, document, found, carried_on }).await
}

/// The fund's money as the log has it now.
///
/// # Errors
/// [`ProcessError::Unknown`] for a fund that nobody opened.
pub async fn fund_account(office: &Office, fund_id: FundId) -> Result<FundAccount, ProcessError> {
    let fund = office.repository.load_newest::<Fund>(fund_id).await?.state;
    fund.account().cloned().ok_or(ProcessError::Unknown { what: "fund" })
}

async fn turn(
    office: &Office,
    desk: &Desk,
    fund_id: FundId,
    command: FundCommand,
) -> Result<FundAccount, ProcessError> {
    // each attempt is a command of its own: the fund itself knows what is a repeat
    let key = office.derived("turn_year", &format!("{fund_id}|{command:?}|{}|{}", desk.actor.id, desk.now));
    office.together(desk, key, [Step::Fund(fund_id.to_string(), command)]).await?;
    fund_account(office, fund_id).await
}
