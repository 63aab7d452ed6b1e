//! `ledger recovery balance`: what a person still owes back, as of two clocks.

use chrono::{NaiveDate, Utc};
use domain::ids::PersonId;

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, yuan};
use crate::cli::session::Session;
use crate::processes::{AsOf, ProgramBalance, balance_of, office_day};

/// Shows the balance.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn run(
    session: &Session,
    person: PersonId,
    effective: Option<NaiveDate>,
    known: Option<NaiveDate>,
) -> Result<Done, Failure> {
    let (screen, today) = (session.screen, office_day(Utc::now()));
    let as_of = AsOf { effective: effective.unwrap_or(today), known: known.unwrap_or(today) };
    let balance = session.with_ledger(async |app| Ok(balance_of(app.office(), person, as_of).await?)).await?;
    screen.say(
        format!(
            "人员 {person} 待追回余额：{} 元（发生截至 {}，知悉截至 {}）",
            yuan(balance.open),
            as_of.effective,
            as_of.known
        ),
        format!(
            "Person {person} owes back {} yuan (what had happened by {}, as known on {})",
            yuan(balance.open),
            as_of.effective,
            as_of.known
        ),
    )?;
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("立项", "Opened"), Align::Right),
        (screen.pick("追回", "Received"), Align::Right),
        (screen.pick("其中抵扣", "of it withheld"), Align::Right),
        (screen.pick("核销", "Waived"), Align::Right),
        (screen.pick("待追回（元）", "Open (yuan)"), Align::Right),
    ];
    let row = |program: &ProgramBalance| {
        let mut row = vec![screen.pick(program.program.zh(), program.program.en()).to_owned()];
        row.extend(
            [program.opened, program.received, program.withheld, program.waived, program.open].map(yuan),
        );
        row
    };
    if !balance.programs.is_empty() {
        screen.table(&heads, &balance.programs.iter().map(row).collect::<Vec<_>>())?;
    }
    screen.answer(&balance)?;
    Ok(Done::Well)
}
