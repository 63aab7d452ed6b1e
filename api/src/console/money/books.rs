//! 账册: the trial balance at a day or a log position, and from a sum to the postings and events behind it.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::books::{
    Account, Counted, Grouping, PostingQuestion, Subaccount, TrialBalance, TrialLine, TrialQuestion,
    TrialSums,
};
use domain::ids::FundId;
use domain::money::Money;
use domain::numbers::{grouped, yuan};
use domain::payment::Payment;
use eventlog::event::StoredEvent;
use eventlog::read::Log;
use projections::ProjectionError;
use projections::books::postings::{AccountPostings, FoundPosting, book_at};
use projections::funds::funds;
use projections::runner::Until;

use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Query;
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Cell, Choice, Field, Form, Input, Row, Sheet, Table};
use crate::console::told::stream_name;
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::{Office, ProcessError};
use crate::replay::event_name;

/// Postings of one page.
const PAGE_ROWS: u64 = 100;

type Names = BTreeMap<FundId, String>;

/// What is asked of the books.
#[derive(Clone, Copy, Default)]
struct Asked {
    fund: Option<FundId>,
    from: Option<NaiveDate>,
    on: Option<NaiveDate>,
    /// The number of events that are read; all where nothing is said.
    at: Option<u64>,
    subaccounts: bool,
}

impl Asked {
    fn read(lang: Lang, typed: &Typed) -> Result<Asked, Refusal> {
        let asked = Asked {
            fund: typed.read_if(lang, "fund")?,
            from: typed.read_if(lang, "from")?,
            on: typed.read_if(lang, "on")?,
            at: typed.read_if(lang, "at")?,
            subaccounts: typed.ticked("subaccounts"),
        };
        if asked.question().is_backwards() {
            let (zh, en) = ("起始日期晚于截止日期。", "The period's first day is after its last.");
            return Err(Refusal::typed("period_backwards", lang, zh, en));
        }
        Ok(asked)
    }

    fn question(&self) -> TrialQuestion {
        let grouping = if self.subaccounts { Grouping::Subaccounts } else { Grouping::Accounts };
        TrialQuestion { from: self.from, on: self.on, fund: self.fund, grouping }
    }

    /// The same question about one account.
    fn path(&self, account: Account, fund: Option<FundId>) -> String {
        let mut path = format!("/books/entries?account={}", account.code());
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={value}"));
            }
        };
        add("fund", fund.or(self.fund).map(|fund| fund.to_string()));
        add("from", self.from.map(|day| day.to_string()));
        add("on", self.on.map(|day| day.to_string()));
        add("at", self.at.map(|at| at.to_string()));
        path
    }
}

pub(super) async fn trial_balance(
    State(console): State<Console>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let lang = visitor.lang;
    let failed = |error| Stop::failed(error, lang);
    let (asked, refused) = match Asked::read(lang, &typed) {
        Ok(asked) => (asked, None),
        Err(refusal) => (Asked::default(), Some(refusal)),
    };
    let names = names(&console.office).await.map_err(failed)?;
    let (balance, events) = balance(&console.office, asked).await.map_err(failed)?;
    let words = if balance.difference.is_zero() {
        lang.pick("借贷平衡。", "Debit equals credit.").to_owned()
    } else {
        let sum = yuan(balance.difference);
        lang.pick(
            format!("借贷相差 {sum} 元，请报告审计。"),
            format!("Debit and credit differ by {sum} yuan: tell an auditor."),
        )
    };
    let note = lang.pick(
        format!("截至第 {} 条事件。{words} 点科目看每一笔分录。", grouped(events.cast_signed())),
        format!("From {} events. {words} An account leads to its postings.", grouped(events.cast_signed())),
    );
    Ok(Sheet::new(&visitor, "/money", ("试算平衡表", "Trial balance"))
        .below("/money", lang.pick("资金与捐赠", "Funds and gifts"))
        .with(Block::Form(question(lang, &typed, &names)))
        .with(Block::Table(table(lang, asked, &balance, &names).note(note)))
        .answer(refused))
}

async fn names(office: &Office) -> Result<Names, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    Ok(funds(&office.pool).await?.into_iter().map(|fund| (fund.fund_id, fund.name)).collect())
}

async fn balance(office: &Office, asked: Asked) -> Result<(TrialBalance, u64), ProcessError> {
    let (question, length) = (asked.question(), office.repository.log().length().await?);
    match asked.at {
        Some(at) => {
            let book = book_at(office.repository.log(), asked.fund, at.min(length)).await?;
            Ok((book.trial_balance(question)?, at.min(length)))
        }
        None => Ok((projections::books::trial_balance(&office.pool, question).await?, length)),
    }
}

fn question(lang: Lang, typed: &Typed, names: &Names) -> Form {
    let all = Choice::new("", lang.pick("全部资金", "every fund"), true);
    let choices = names.iter().map(|(fund, name)| {
        let id = fund.to_string();
        let chosen = typed.text("fund") == id;
        Choice::new(id, name.clone(), chosen)
    });
    let choices = std::iter::once(all).chain(choices).collect();
    let field = |name: &'static str, zh: &str, en: &str, input| {
        Field::new(name, lang.pick(zh, en), input).value(typed.text(name))
    };
    let ticked = if typed.ticked("subaccounts") { "yes" } else { "" };
    Form::asking("/books", lang.pick("查询", "Ask"))
        .field(field("fund", "资金", "Fund", Input::Choice(choices)))
        .field(field("from", "自", "From", Input::Date))
        .field(field("on", "至", "To", Input::Date))
        .field(field("at", "截至事件数", "Events", Input::Number).hint(lang.pick("空为全部", "empty is all")))
        .field(Field::new("subaccounts", lang.pick("按明细科目", "By subaccount"), Input::Tick).value(ticked))
}

fn table(lang: Lang, asked: Asked, balance: &TrialBalance, names: &Names) -> Table {
    let line = |line: &TrialLine| {
        let place = line.subaccount;
        let path = asked.path(place.account, place.fund);
        row(Cell::link(path, name_of(lang, place, names)), &line.sums)
    };
    let total = row(Cell::text(lang.pick("合计", "Total")), &balance.total);
    let lines: Vec<Row> = balance.lines.iter().map(line).collect();
    let total = (!lines.is_empty()).then_some(total);
    let empty = lang.pick("还没有记账。", "Nothing was booked yet.");
    Table::new(lang.pick("试算平衡（元）", "Trial balance (yuan)"), empty)
        .head(lang.pick("科目", "Account"))
        .number(lang.pick("期初借方", "Opening Dr"))
        .number(lang.pick("期初贷方", "Opening Cr"))
        .number(lang.pick("本期借方", "Debit"))
        .number(lang.pick("本期贷方", "Credit"))
        .number(lang.pick("期末借方", "Closing Dr"))
        .number(lang.pick("期末贷方", "Closing Cr"))
        .rows(lines.into_iter().chain(total))
}

fn row(name: Cell, sums: &TrialSums) -> Row {
    let TrialSums { opening_debit, opening_credit, debit, credit, closing_debit, closing_credit } = *sums;
    let columns = [opening_debit, opening_credit, debit, credit, closing_debit, closing_credit];
    Row::of(std::iter::once(name).chain(columns.map(|amount| Cell::Number(shown(amount)))).collect())
}

/// An amount; nothing where it is nothing.
fn shown(amount: Money) -> String {
    if amount.is_zero() { String::new() } else { yuan(amount) }
}

/// A subaccount in words: its account, fund, program, level, budget year.
fn name_of(lang: Lang, subaccount: Subaccount, names: &Names) -> String {
    let Subaccount { account, fund, program, level, budget_year } = subaccount;
    let parts = [
        fund.map(|fund| names.get(&fund).cloned().unwrap_or_else(|| fund.to_string())),
        program.map(|program| lang.pick(program.zh(), program.en()).to_owned()),
        level.map(|level| lang.pick(level.zh(), level.code()).to_owned()),
        budget_year.map(|year| year.to_string()),
    ];
    let name = lang.pick(account.zh(), account.en()).to_owned();
    std::iter::once(name).chain(parts.into_iter().flatten()).collect::<Vec<_>>().join(" · ")
}

/// The postings of an account, the newest first, with the balance after each; a page of them.
pub(super) async fn entries(
    State(console): State<Console>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let lang = visitor.lang;
    let failed = |error: ProcessError| Stop::failed(error, lang);
    let account: Account = typed.read(lang, "account").map_err(|_| Stop::Missing(lang))?;
    let asked = Asked::read(lang, &typed).map_err(Stop::Failed)?;
    let page = typed.read_if(lang, "page").map_err(Stop::Failed)?.unwrap_or(1_u64);
    let names = names(&console.office).await.map_err(failed)?;
    let log = console.office.repository.log();
    let Asked { fund, from, on, at, .. } = asked;
    let question = PostingQuestion { account, fund, program: None, from, on };
    let found = AccountPostings::find(log, question, at.unwrap_or(u64::MAX)).await;
    let found = found.map_err(|error| failed(error.into()))?;
    let pages = found.count().div_ceil(PAGE_ROWS).max(1);
    let page = page.clamp(1, pages);
    let end = found.count().saturating_sub((page - 1) * PAGE_ROWS);
    let numbers = end.saturating_sub(PAGE_ROWS)..end;
    let rows = rows(log, &found, numbers, (&visitor, &names)).await.map_err(|error| failed(error.into()))?;
    let path = |page: u64| format!("{}&page={page}", asked.path(account, None));
    let empty = lang.pick("此期间没有分录。", "Nothing was posted in the period.");
    let note = lang.pick(
        format!("共 {} 笔，新的在前。", grouped(found.count().cast_signed())),
        format!("{} postings, the newest first.", grouped(found.count().cast_signed())),
    );
    let mut table = Table::new(lang.pick("分录（元）", "Postings (yuan)"), empty)
        .number(lang.pick("位置", "Position"))
        .head(lang.pick("记账日", "Day"))
        .head(lang.pick("明细科目", "Subaccount"))
        .number(lang.pick("借方", "Debit"))
        .number(lang.pick("贷方", "Credit"))
        .number(lang.pick("余额", "Balance"))
        .head(lang.pick("事件", "Event"))
        .rows(rows)
        .note(note);
    let before = (page > 1).then(|| path(page - 1));
    table.pages = Some((before, format!("{page} / {pages}"), (page < pages).then(|| path(page + 1))));
    Ok(Sheet::new(&visitor, "/money", (account.zh(), account.en()))
        .below("/money", lang.pick("资金与捐赠", "Funds and gifts"))
        .below("/books", lang.pick("试算平衡表", "Trial balance"))
        .with(Block::Table(table))
        .answer(None))
}

/// The postings with these numbers, the newest first.
async fn rows(
    log: &Log,
    found: &AccountPostings,
    numbers: Range<u64>,
    (visitor, names): (&Visitor, &Names),
) -> Result<Vec<Row>, ProjectionError> {
    let lang = visitor.lang;
    let mut rows = Vec::new();
    let each = |found: FoundPosting<'_>| {
        let FoundPosting { event, counted: Counted { day, posting, .. }, balance } = found;
        rows.push(Row::of(vec![
            Cell::number(grouped(event.position.cast_signed())),
            Cell::text(day.to_string()),
            Cell::text(name_of(lang, posting.subaccount, names)),
            Cell::Number(shown(posting.amount.max(Money::ZERO))),
            Cell::Number(shown(posting.amount.negated().max(Money::ZERO))),
            Cell::number(yuan(balance)),
            Cell::link(place(&event.stream.kind, &event.stream.id), of_event(visitor, event)),
        ]));
        ControlFlow::Continue(())
    };
    found.tell(log, numbers, each).await?;
    rows.reverse();
    Ok(rows)
}

/// What happened, to what. Who sees some communities alone is not told which payment it is; its amount counts all the same.
fn of_event(visitor: &Visitor, event: &StoredEvent) -> String {
    let (lang, name, kind) = (visitor.lang, event_name(&event.event_type), &event.stream.kind);
    let what = format!("{} · {}", lang.pick(name.zh, name.en), stream_name(lang, kind));
    let told = kind != Payment::TYPE || visitor.sees_everyone();
    if told { format!("{what} {}", event.stream.id) } else { what }
}

/// The page that tells a stream's events.
fn place(kind: &str, id: &str) -> String {
    match kind {
        "Fund" => format!("/funds/{id}/history"),
        "Campaign" => format!("/campaigns/{id}/history"),
        "PaymentRun" => format!("/runs/{id}"),
        _ => String::new(),
    }
}
