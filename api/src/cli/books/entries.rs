//! `ledger books entries`: from a sum to the events behind it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use chrono::NaiveDate;
use domain::books::{Account, Counted, PostingQuestion, Subaccount};
use domain::ids::FundId;
use domain::money::Money;
use domain::program::Program;
use projections::Until;
use projections::books::postings::FoundPosting;
use projections::funds::funds;
use serde::Serialize;
use serde_json::json;

use super::trial_balance::name_of;
use super::{backwards, fund_asked, length_asked};
use crate::books::postings;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, yuan};
use crate::cli::session::Session;
use crate::processes::Office;
use crate::replay::event_name;

/// What the command line asks for.
pub(super) struct Wanted {
    /// Which account.
    pub account: Account,
    /// Of which fund.
    pub fund: Option<String>,
    /// Of which program.
    pub program: Option<Program>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// As known when this position was the newest.
    pub at: Option<u64>,
}

/// One posting with its event.
#[derive(Serialize)]
struct Shown {
    position: u64,
    day: NaiveDate,
    event_type: String,
    stream: String,
    subaccount: Subaccount,
    debit: Money,
    credit: Money,
    balance: Money,
}

/// Shows the postings of an account in the order of the log, with the balance after each.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read, or the log is not as long as asked.
pub(super) async fn run(session: &Session, wanted: Wanted) -> Result<Done, Failure> {
    let screen = session.screen;
    let (shown, names) = session
        .look_at_ledger(async |app| {
            let office = app.office();
            let shown = find(office, &wanted).await?;
            office.runner.catch_up(Until::Head).await?;
            let funds = funds(&office.pool).await?;
            let names: BTreeMap<FundId, String> =
                funds.into_iter().map(|fund| (fund.fund_id, fund.name)).collect();
            Ok((shown, names))
        })
        .await?;
    show(&screen, &shown, &names)?;
    screen.answer(&json!({ "account": wanted.account, "entries": shown }))?;
    Ok(Done::Well)
}

async fn find(office: &Office, wanted: &Wanted) -> Result<Vec<Shown>, Failure> {
    let log = office.repository.log();
    let length = length_asked(wanted.at, log.length().await?)?;
    let fund = fund_asked(office, wanted.fund.as_deref()).await?;
    let question = PostingQuestion {
        account: wanted.account,
        fund,
        program: wanted.program,
        from: wanted.from,
        on: wanted.to,
    };
    if question.is_backwards() {
        return Err(backwards("--to"));
    }
    let mut shown = Vec::new();
    postings(log, length, question, |found| {
        let FoundPosting { event, counted: Counted { day, posting, .. }, balance } = found;
        shown.push(Shown {
            position: event.position,
            day,
            event_type: event.event_type.clone(),
            stream: format!("{}-{}", event.stream.kind, event.stream.id),
            subaccount: posting.subaccount,
            debit: posting.amount.max(Money::ZERO),
            credit: posting.amount.negated().max(Money::ZERO),
            balance,
        });
        ControlFlow::Continue(())
    })
    .await?;
    Ok(shown)
}

fn show(screen: &Screen, shown: &[Shown], names: &BTreeMap<FundId, String>) -> Result<(), Failure> {
    let heads = [
        (screen.pick("位置", "Position"), Align::Right),
        (screen.pick("记账日", "Day"), Align::Left),
        (screen.pick("事件", "Event"), Align::Left),
        (screen.pick("明细科目", "Subaccount"), Align::Left),
        (screen.pick("借方（元）", "Debit (yuan)"), Align::Right),
        (screen.pick("贷方", "Credit"), Align::Right),
        (screen.pick("余额", "Balance"), Align::Right),
    ];
    let amount = |amount: Money| if amount.is_zero() { String::new() } else { yuan(amount) };
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|each| {
            vec![
                grouped(each.position.cast_signed()),
                each.day.to_string(),
                screen.pick(event_name(&each.event_type).zh, event_name(&each.event_type).en),
                name_of(screen, each.subaccount, names),
                amount(each.debit),
                amount(each.credit),
                yuan(each.balance),
            ]
        })
        .collect();
    screen.table(&heads, &rows)?;
    let count = shown.len();
    Ok(screen.say(format!("共 {count} 笔。"), format!("{count} postings."))?)
}
