//! The books: the chart of accounts, the trial balance at a day or an earlier position, and from a sum to the postings and the
//! events behind it.

use std::ops::ControlFlow;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::NaiveDate;
use domain::books::{
    Account, Counted, Grouping, PostingQuestion, Subaccount, TrialBalance, TrialLine, TrialQuestion,
    TrialSums,
};
use domain::fund::GovernmentLevel;
use domain::ids::{CaseId, FundId, PaymentId};
use domain::money::Money;
use domain::program::Program;
use domain::user::DataScope;
use projections::Until;
use projections::books::postings::{AccountPostings, FoundPosting, book_at};
use projections::books::trial_balance as balance_now;
use projections::payment_registers::queries::payments;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Caller, Capability as Can};
use crate::http::Api;
use crate::http::endpoint::{Endpoint, get};
use crate::http::input::{Asked, AtDesk, Named};
use crate::http::list::{Page, limit, place};
use crate::http::problem::Problem;
use crate::processes::ProcessError;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let behind = (
        "科目的分录，逐笔到事件；金额为分",
        "the postings behind an account, each with its event; amounts in fen",
    );
    vec![
        get("/accounts", Can::ReadMoney, ("会计科目表", "the chart of accounts"), chart)
            .lists::<AccountEntry>(),
        get("/accounts/{code}/postings", Can::ReadMoney, behind, postings_of)
            .query::<PostingsAsked>()
            .lists::<PostingView>(),
        get("/trial-balance", Can::ReadMoney, ("试算平衡", "the trial balance"), trial_balance)
            .query::<BalanceAsked>()
            .answers::<BalanceView>(),
    ]
}

/// An account of the chart.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct AccountEntry {
    /// The stable code.
    account: &'static str,
    zh: &'static str,
    en: &'static str,
    /// asset, net assets, income, expense or memorandum.
    kind: &'static str,
    /// 类别.
    kind_zh: &'static str,
    /// The account of the Government Accounting System (财会〔2017〕25号); none where it has none.
    statement_account: Option<&'static str>,
}

impl From<Account> for AccountEntry {
    fn from(account: Account) -> AccountEntry {
        let statement = account.statement_account();
        AccountEntry {
            account: account.code(),
            zh: account.zh(),
            en: account.en(),
            kind: account.kind().en(),
            kind_zh: account.kind().zh(),
            statement_account: (!statement.is_empty()).then_some(statement),
        }
    }
}

async fn chart(State(api): State<Api>, headers: HeaderMap) -> Result<Response, Problem> {
    let position = length_asked(&api, None).await?;
    Page::of(Account::all().map(AccountEntry::from).collect(), u32::MAX, position, |_| 0).answer(&headers)
}

/// Of which fund, days and position.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BalanceAsked {
    /// Of one fund.
    fund: Option<FundId>,
    /// The period's first day; the first posting when absent.
    from: Option<NaiveDate>,
    /// The period's last day; the last posting when absent.
    on: Option<NaiveDate>,
    /// From so many events of the log: the `position` of an earlier answer; all of them when absent.
    at: Option<u64>,
    /// Whether each subaccount is told instead of each account: by fund, program, level and budget year.
    subaccounts: Option<bool>,
}

/// 试算平衡. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BalanceView {
    /// In the order of the chart.
    accounts: Vec<AccountView>,
    /// The sums of all accounts.
    total: SumsView,
    /// Debits less credits of all; anything but nothing is damage.
    difference_fen: Money,
    /// How many events it comes from.
    position: u64,
}

/// An account, or one of its subaccounts.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AccountView {
    /// Its code; `/accounts/{code}/postings` has the postings behind it.
    account: String,
    zh: &'static str,
    en: &'static str,
    /// asset, net assets, income, expense or memorandum.
    kind: &'static str,
    /// 资金, of a subaccount.
    fund_id: Option<FundId>,
    /// 救助项目, of a subaccount that keeps them apart.
    program: Option<Program>,
    /// 资金层级, of a subaccount of appropriations whose document names it.
    level: Option<GovernmentLevel>,
    /// 预算年度, as the level.
    budget_year: Option<i32>,
    #[serde(flatten)]
    sums: SumsView,
}

/// The six columns. An opening or closing balance stands on one side.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct SumsView {
    opening_debit_fen: Money,
    opening_credit_fen: Money,
    debit_fen: Money,
    credit_fen: Money,
    closing_debit_fen: Money,
    closing_credit_fen: Money,
}

impl From<TrialSums> for SumsView {
    fn from(sums: TrialSums) -> SumsView {
        SumsView {
            opening_debit_fen: sums.opening_debit,
            opening_credit_fen: sums.opening_credit,
            debit_fen: sums.debit,
            credit_fen: sums.credit,
            closing_debit_fen: sums.closing_debit,
            closing_credit_fen: sums.closing_credit,
        }
    }
}

impl From<TrialLine> for AccountView {
    fn from(line: TrialLine) -> AccountView {
        let Subaccount { account, fund, program, level, budget_year } = line.subaccount;
        AccountView {
            account: account.code().to_owned(),
            zh: account.zh(),
            en: account.en(),
            kind: account.kind().en(),
            fund_id: fund,
            program,
            level,
            budget_year,
            sums: line.sums.into(),
        }
    }
}

async fn trial_balance(
    State(api): State<Api>,
    Asked(asked): Asked<BalanceAsked>,
) -> Result<Json<BalanceView>, Problem> {
    let BalanceAsked { fund, from, on, at, subaccounts } = asked;
    let subaccounts = subaccounts.unwrap_or_default();
    let grouping = if subaccounts { Grouping::Subaccounts } else { Grouping::Accounts };
    let question = TrialQuestion { from, on, fund, grouping };
    if question.is_backwards() {
        return Err(backwards());
    }
    let position = length_asked(&api, at).await?;
    let (balance, position) = match at {
        Some(_) => (balance_at(&api, position, question).await?, position),
        None => {
            let position = api.office().runner.catch_up(Until::Head).await?;
            (balance_now(&api.office().pool, question).await?, position)
        }
    };
    Ok(Json(BalanceView {
        accounts: balance.lines.into_iter().map(AccountView::from).collect(),
        total: balance.total.into(),
        difference_fen: balance.difference,
        position,
    }))
}

fn backwards() -> Problem {
    let (zh, en) = ("起始日期晚于截止日期。", "the period's first day is after its last");
    Problem::new(StatusCode::BAD_REQUEST, "parameter_invalid", zh, en).at("from")
}

async fn balance_at(api: &Api, length: u64, question: TrialQuestion) -> Result<TrialBalance, ProcessError> {
    api.office().runner.catch_up(Until::Head).await?;
    let book = book_at(api.office().repository.log(), question.fund, length).await?;
    Ok(book.trial_balance(question)?)
}

/// From how many events is read.
async fn length_asked(api: &Api, at: Option<u64>) -> Result<u64, Problem> {
    let length = api.office().repository.log().length().await.map_err(ProcessError::from)?;
    match at {
        Some(at) if at > length => {
            let (zh, en) = ("日志还没有这么多事件。", "the log does not hold so many events yet");
            Err(Problem::new(StatusCode::BAD_REQUEST, "parameter_invalid", zh, en).at("at"))
        }
        at => Ok(at.unwrap_or(length)),
    }
}

/// Which postings.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostingsAsked {
    /// Of one fund.
    fund: Option<FundId>,
    /// Of one program, by its code.
    program: Option<Program>,
    /// First day; what lies before it counts for the balance.
    from: Option<NaiveDate>,
    /// Last day.
    on: Option<NaiveDate>,
    /// Among so many events of the log: the `position` of an earlier answer; all of them when absent.
    at: Option<u64>,
    /// How many, at most 500.
    limit: Option<u32>,
    /// From the page before.
    cursor: Option<String>,
}

/// A posting with the event behind it. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PostingView {
    /// Where the event stands in the log.
    position: u64,
    /// Its place among the event's postings, from 0.
    number: u32,
    /// 记账日.
    day: NaiveDate,
    /// The event's type.
    event: String,
    /// The stream's type.
    stream: String,
    /// The stream; none where it is a payment to somebody whom the caller does not see. Its amount counts all the same.
    stream_id: Option<String>,
    /// 资金; none only where the log does not name it, which is damage.
    fund_id: Option<FundId>,
    program: Option<Program>,
    level: Option<GovernmentLevel>,
    budget_year: Option<i32>,
    debit_fen: Money,
    credit_fen: Money,
    /// Debits less credits of everything that was asked for, up to and with this.
    balance_fen: Money,
}

impl PostingView {
    fn of(found: FoundPosting<'_>) -> PostingView {
        let FoundPosting { event, counted: Counted { number, day, posting, .. }, balance } = found;
        let Subaccount { fund, program, level, budget_year, .. } = posting.subaccount;
        PostingView {
            position: event.position,
            number,
            day,
            event: event.event_type.clone(),
            stream: event.stream.kind.to_string(),
            stream_id: Some(event.stream.id.clone()),
            fund_id: fund,
            program,
            level,
            budget_year,
            debit_fen: posting.amount.max(Money::ZERO),
            credit_fen: posting.amount.negated().max(Money::ZERO),
            balance_fen: balance,
        }
    }

    /// Which payment it tells of.
    fn payment(&self) -> Option<PaymentId> {
        let id = self.stream_id.as_ref().filter(|_| self.stream == "Payment")?;
        id.parse().ok()
    }
}

async fn postings_of(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named(account): Named<Account>,
    Asked(asked): Asked<PostingsAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, place::<(u64, u32)>(asked.cursor.as_deref())?);
    let PostingsAsked { fund, program, from, on, at, .. } = asked;
    let question = PostingQuestion { account, fund, program, from, on };
    if question.is_backwards() {
        return Err(backwards());
    }
    let length = length_asked(&api, at).await?;
    api.office().runner.catch_up(Until::Head).await?;
    let log = api.office().repository.log();
    let found = AccountPostings::find(log, question, length).await?;
    let near = after.map_or(0..0, |(position, _)| found.numbers_at(position));
    let mut rows: Vec<PostingView> = Vec::new();
    let take = |found: FoundPosting<'_>| {
        if after.is_none_or(|after| (found.event.position, found.counted.number) > after) {
            rows.push(PostingView::of(found));
        }
        // one more than the page has says that there is another
        if rows.len() > limit as usize { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    found.tell(log, near.start..near.end + u64::from(limit) + 1, take).await?;
    withhold(&api, &caller, &mut rows).await?;
    Page::of(rows, limit, length, |last| (last.position, last.number)).answer(&headers)
}

/// Leaves out which payments to people of other communities they are. The postings stay, so that they add up.
async fn withhold(api: &Api, caller: &Caller, rows: &mut [PostingView]) -> Result<(), Problem> {
    if caller.data_scope == DataScope::Everywhere {
        return Ok(());
    }
    api.office().runner.catch_up(Until::Head).await?;
    let told: Vec<PaymentId> = rows.iter().filter_map(PostingView::payment).collect();
    let known = payments(&api.office().pool, &told).await?;
    let cases: Vec<CaseId> = known.iter().map(|row| row.case_id).collect();
    let seen = api.cases_seen_by(caller, &cases).await?;
    let own =
        |payment: PaymentId| known.iter().any(|row| row.payment_id == payment && seen.contains(&row.case_id));
    for row in rows {
        if row.payment().is_some_and(|payment| !own(payment)) {
            row.stream_id = None;
        }
    }
    Ok(())
}
