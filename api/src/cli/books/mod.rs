//! `ledger books`: the chart of accounts, trial balances at any position and day, and what stands behind a sum.

mod entries;
mod trial_balance;

use chrono::NaiveDate;
use clap::Subcommand;
use domain::books::Account;
use domain::ids::FundId;
use domain::program::Program;

use super::failure::{Done, Failure};
use super::fund::fund_named;
use super::screen::{Align, Screen};
use super::session::Session;
use crate::processes::{Office, fund_account};

/// The books.
#[derive(Debug, Subcommand)]
pub enum BooksCommand {
    /// 会计科目表 · the chart of accounts
    Accounts,
    /// 试算平衡表 · the trial balance of a period, as known at a position
    TrialBalance {
        /// 截至位置 · as known when this position was the newest; the newest of all when absent
        #[arg(long, value_name = "POSITION")]
        at: Option<u64>,
        /// 期初 · first day of the period; the first posting's when absent
        #[arg(long, value_name = "DAY")]
        from: Option<NaiveDate>,
        /// 期末 · last day of the period; the last posting's when absent
        #[arg(long, value_name = "DAY")]
        on: Option<NaiveDate>,
        /// 资金 · of one fund, by its name or identifier
        #[arg(long)]
        fund: Option<String>,
        /// 明细科目 · each subaccount in a line of its own
        #[arg(long)]
        detail: bool,
    },
    /// 明细账 · the postings of an account with the events that made them
    Entries {
        /// 科目 · the account, by code
        #[arg(long)]
        account: Account,
        /// 资金 · of one fund, by its name or identifier
        #[arg(long)]
        fund: Option<String>,
        /// 救助项目 · of one program
        #[arg(long)]
        program: Option<Program>,
        /// 自 · first day
        #[arg(long, value_name = "DAY")]
        from: Option<NaiveDate>,
        /// 至 · last day
        #[arg(long, value_name = "DAY")]
        to: Option<NaiveDate>,
        /// 截至位置 · as known when this position was the newest
        #[arg(long, value_name = "POSITION")]
        at: Option<u64>,
    },
}

/// Shows what is asked of the books.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read, or the log is not as long as asked.
pub(super) async fn run(session: &Session, command: BooksCommand) -> Result<Done, Failure> {
    match command {
        BooksCommand::Accounts => accounts(&session.screen),
        BooksCommand::TrialBalance { at, from, on, fund, detail } => {
            let grouping =
                if detail { domain::books::Grouping::Subaccounts } else { domain::books::Grouping::Accounts };
            let question = domain::books::TrialQuestion { from, on, fund: None, grouping };
            if question.is_backwards() {
                return Err(backwards("--on"));
            }
            trial_balance::run(session, at, fund, question).await
        }
        BooksCommand::Entries { account, fund, program, from, to, at } => {
            entries::run(session, entries::Wanted { account, fund, program, from, to, at }).await
        }
    }
}

fn backwards(last: &str) -> Failure {
    Failure::Usage {
        code: "period_backwards",
        zh: format!("--from 晚于 {last}：起始日期不能在截止日期之后"),
        en: format!("--from is after {last}: the period's first day is after its last"),
    }
}

/// The fund that is asked about.
///
/// # Errors
/// [`Failure::Refused`] where nobody opened one of this name.
async fn fund_asked(office: &Office, fund: Option<&str>) -> Result<Option<FundId>, Failure> {
    let Some(text) = fund else { return Ok(None) };
    let fund = fund_named(office, text);
    fund_account(office, fund).await?;
    Ok(Some(fund))
}

/// How many events are asked for; the whole log's where no position is named.
fn length_asked(at: Option<u64>, length: u64) -> Result<u64, Failure> {
    match at {
        None => Ok(length),
        Some(position) if position < length => Ok(position + 1),
        Some(position) => Err(Failure::Refused {
            code: "position_unknown",
            zh: format!("日志只有 {length} 条事件，没有位置 {position}"),
            en: format!("the log has {length} events: there is no position {position}"),
        }),
    }
}

fn accounts(screen: &Screen) -> Result<Done, Failure> {
    let heads = [
        (screen.pick("编码", "Code"), Align::Left),
        (screen.pick("科目", "Account"), Align::Left),
        (screen.pick("类别", "Kind"), Align::Left),
        (screen.pick("政府会计制度", "Government Accounting System"), Align::Left),
    ];
    let rows: Vec<Vec<String>> = Account::all()
        .map(|account| {
            let kind = account.kind();
            vec![
                account.code().to_owned(),
                screen.pick(account.zh(), account.en()).to_owned(),
                screen.pick(kind.zh(), kind.en()).to_owned(),
                account.statement_account().to_owned(),
            ]
        })
        .collect();
    screen.table(&heads, &rows)?;
    let answer: Vec<serde_json::Value> = Account::all()
        .map(|account| {
            serde_json::json!({
                "account": account,
                "zh": account.zh(),
                "en": account.en(),
                "kind": account.kind().en(),
                "statement_account": account.statement_account(),
            })
        })
        .collect();
    screen.answer(&answer)?;
    Ok(Done::Well)
}
