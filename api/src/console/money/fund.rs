//! The page of a fund: what came in, what it pays, its runs, and its years from closing to carry-over.

use std::collections::BTreeSet;

use axum::Form as Sent;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{Datelike, NaiveDate};
use domain::actor::Role;
use domain::fund::{ClosedYear, FundAccount, GovernmentLevel, Purpose, result_of};
use domain::ids::FundId;
use domain::money::Money;
use domain::numbers::yuan;
use domain::program::Program;

use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Cell, Choice, Field, Figure, Form, Input, Row, Sheet, Table};
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::{self, Appropriated, Desk, Office, ProcessError, fund_account};

/// The levels of government, as they are chosen.
const LEVELS: [GovernmentLevel; 4] = [
    GovernmentLevel::Central,
    GovernmentLevel::Municipal,
    GovernmentLevel::District,
    GovernmentLevel::Street,
];

pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(fund): Path<FundId>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    page(&console.office, &visitor, fund, &Typed::default(), None).await
}

async fn page(
    office: &Office,
    visitor: &Visitor,
    fund: FundId,
    typed: &Typed,
    refused: Option<Refusal>,
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let failed = |error| Stop::failed(error, lang);
    let account = fund_account(office, fund).await.map_err(failed)?;
    let name = account.charter.name.clone();
    // without what is for a year that has not begun
    let usable = account.free_on(visitor.desk().today()).map_err(|error| failed(error.into()))?;
    let years = years(visitor, fund, &account).map_err(failed)?;
    let mut sheet = Sheet::new(visitor, "/money", (&name, &name))
        .below("/money", lang.pick("资金与捐赠", "Funds and gifts"))
        .lead(charter(lang, &account))
        .with(Block::Figures(vec![
            Figure::new(lang.pick("余额（元）", "Holds (yuan)"), yuan(account.balance)),
            Figure::new(lang.pick("占用", "Committed"), yuan(account.committed)),
            Figure::new(lang.pick("未占用", "Not committed"), yuan(account.free())),
            Figure::new(lang.pick("本年可用", "Usable this year"), yuan(usable)),
        ]))
        .with(Block::Links(String::new(), links(lang, fund)))
        .with(Block::Table(appropriations(lang, &account)))
        .and(programs(lang, &account))
        .with(Block::Table(runs(lang, &account)))
        .with(Block::Table(years));
    if visitor.role == Role::Finance {
        sheet = sheet.with(Block::Form(appropriate_form(lang, fund, typed)));
        let open = open_years(&account, visitor.desk().today());
        if !open.is_empty() {
            sheet = sheet.with(Block::Form(close_form(lang, fund, typed, &open)));
            sheet = sheet.with(Block::Links(
                String::new(),
                open.iter().map(|year| of_year(lang, fund, *year)).collect(),
            ));
        }
    }
    Ok(sheet.answer(refused))
}

/// The years that are over and not closed, the first one first.
fn open_years(account: &FundAccount, today: NaiveDate) -> Vec<i32> {
    let years = account.charter.opened_on.year()..today.year();
    years.filter(|year| !account.years.contains_key(year)).collect()
}

/// The trial balance of a year: what its closing fixes.
fn of_year(lang: Lang, fund: FundId, year: i32) -> (String, String) {
    let path = format!("/books?fund={fund}&from={year}-01-01&on={year}-12-31");
    (path, lang.pick(format!("{year} 年试算平衡表"), format!("Trial balance of {year}")))
}

fn close_form(lang: Lang, fund: FundId, typed: &Typed, open: &[i32]) -> Form {
    let choice = |year: &i32| {
        let year = year.to_string();
        let chosen = typed.text("year") == year;
        Choice::new(year.clone(), year, chosen)
    };
    let years = Input::Choice(open.iter().map(choice).collect());
    Form::new(format!("/funds/{fund}/close-year"), lang.pick("结账", "Close"))
        .title(lang.pick("年终结账", "Close a year"))
        .note(lang.pick(
            "结账前请核对该年试算平衡表。结账后该年不再记账；由审批岗另一人结转，结转前可撤销。",
            "Look at the year's trial balance first. Nothing more is booked into it; another person, an approver, carries it \
             over, and until then it can be reopened.",
        ))
        .field(Field::new("year", lang.pick("年度", "Year"), years).needed())
}

fn charter(lang: Lang, account: &FundAccount) -> String {
    let charter = &account.charter;
    let programs: Vec<&str> =
        charter.programs.iter().map(|program| lang.pick(program.zh(), program.en())).collect();
    let programs = if programs.is_empty() {
        lang.pick("不限项目", "every program").to_owned()
    } else {
        programs.join(lang.pick("、", ", "))
    };
    let source = lang.pick(charter.source.zh(), charter.source.en());
    let restriction = lang.pick(charter.restriction.zh(), charter.restriction.en());
    format!("{source} · {restriction} · {} · {programs}", charter.opened_on)
}

fn links(lang: Lang, fund: FundId) -> Vec<(String, String)> {
    vec![
        (format!("/books?fund={fund}"), lang.pick("试算平衡表", "Trial balance").to_owned()),
        (
            format!("/funds/{fund}/history"),
            lang.pick("逐笔来龙去脉（截至任一天）", "How it came about, as of any day").to_owned(),
        ),
    ]
}

fn appropriations(lang: Lang, account: &FundAccount) -> Table {
    let none = || "–".to_owned();
    let row = |each: &domain::fund::Appropriation| {
        let purpose = each.purpose;
        Row::of(vec![
            Cell::text(each.document.clone()),
            Cell::text(each.credit.on.to_string()),
            Cell::text(
                purpose.level.map_or_else(none, |level| lang.pick(level.zh(), level.code()).to_owned()),
            ),
            Cell::text(purpose.budget_year.map_or_else(none, |year| year.to_string())),
            Cell::text(purpose.program.map_or_else(none, |each| lang.pick(each.zh(), each.en()).to_owned())),
            Cell::number(yuan(each.credit.amount)),
        ])
    };
    let empty =
        lang.pick("尚无拨款：到账后由财务岗登记。", "No appropriation yet: finance records what comes in.");
    Table::new(lang.pick("拨款", "Appropriations"), empty)
        .head(lang.pick("文号", "Document"))
        .head(lang.pick("到账日期", "Day"))
        .head(lang.pick("层级", "Level"))
        .head(lang.pick("预算年度", "Budget year"))
        .head(lang.pick("用于", "For"))
        .number(lang.pick("金额（元）", "Yuan"))
        .rows(account.appropriations.iter().map(row))
}

/// What came in for one program alone, and what each program uses.
fn programs(lang: Lang, account: &FundAccount) -> Option<Block> {
    let earmarks = &account.earmarks;
    let programs: BTreeSet<Program> = earmarks.reserved.keys().chain(earmarks.used.keys()).copied().collect();
    if programs.is_empty() {
        return None;
    }
    let of = |sums: &std::collections::BTreeMap<Program, Money>, program: &Program| {
        yuan(sums.get(program).copied().unwrap_or_default())
    };
    let row = |program: &Program| {
        Row::of(vec![
            Cell::text(lang.pick(program.zh(), program.en())),
            Cell::number(of(&earmarks.reserved, program)),
            Cell::number(of(&earmarks.used, program)),
        ])
    };
    let table = Table::new(lang.pick("专款", "Earmarks"), "")
        .head(lang.pick("救助项目", "Program"))
        .number(lang.pick("专项拨款（元）", "For it alone (yuan)"))
        .number(lang.pick("已用与占用", "Used or committed"))
        .rows(programs.iter().map(row));
    Some(Block::Table(table))
}

fn runs(lang: Lang, account: &FundAccount) -> Table {
    let row = |(run, each): (&domain::ids::RunId, &domain::fund::Commitment)| {
        Row::of(vec![
            Cell::link(format!("/runs/{run}"), run.to_string()),
            Cell::number(yuan(each.committed)),
            Cell::number(yuan(each.spent)),
            Cell::number(yuan(each.released)),
            Cell::number(yuan(each.remainder())),
        ])
    };
    let empty = lang.pick("没有批次占用此资金。", "No run holds money of this fund.");
    Table::new(lang.pick("发放批次", "Payment runs"), empty)
        .head(lang.pick("批次", "Run"))
        .number(lang.pick("占用（元）", "Committed (yuan)"))
        .number(lang.pick("支出", "Spent"))
        .number(lang.pick("解除", "Released"))
        .number(lang.pick("尚占用", "Remaining"))
        .rows(account.runs.iter().map(row))
}

fn years(visitor: &Visitor, fund: FundId, account: &FundAccount) -> Result<Table, ProcessError> {
    let lang = visitor.lang;
    let mut rows = Vec::new();
    for (year, closed) in &account.years {
        let carried = closed.carried.as_ref().map_or_else(
            || lang.pick("待结转", "not yet").to_owned(),
            |each| format!("{} {} {}", each.carried_on, each.carried_by, each.document),
        );
        rows.push(Row::of(vec![
            Cell::link(of_year(lang, fund, *year).0, year.to_string()),
            Cell::number(yuan(result_of(&closed.facts.lines)?)),
            Cell::number(yuan(closed.facts.unspent)),
            Cell::number(yuan(closed.facts.committed)),
            Cell::number(yuan(closed.facts.in_transit)),
            Cell::text(format!("{} {}", closed.closed_on, closed.closed_by)),
            Cell::text(carried),
            Cell::Acts(year_acts(visitor, fund, *year, closed)),
        ]));
    }
    let empty = lang.pick("尚无已结账年度。", "No year is closed yet.");
    Ok(Table::new(lang.pick("年度", "Years"), empty)
        .head(lang.pick("年度", "Year"))
        .number(lang.pick("收支差额（元）", "Result (yuan)"))
        .number(lang.pick("年末余额", "Left at the end"))
        .number(lang.pick("其中占用", "of it committed"))
        .number(lang.pick("其中在途", "of it in transit"))
        .head(lang.pick("结账", "Closed"))
        .head(lang.pick("结转", "Carried over"))
        .head(lang.pick("办理", "Act"))
        .rows(rows))
}

fn year_acts(visitor: &Visitor, fund: FundId, year: i32, closed: &ClosedYear) -> Vec<Form> {
    let lang = visitor.lang;
    if closed.carried.is_some() {
        return Vec::new();
    }
    let act = |step: &str, button: &str, name: &'static str, label: &str| {
        let field = Field::new(name, label, Input::Text).id(format!("{name}-{year}")).needed();
        Form::new(format!("/funds/{fund}/{step}"), button).hidden("year", year.to_string()).field(field)
    };
    let reopen = act("reopen-year", lang.pick("撤销结账", "Reopen"), "reason", lang.pick("原因", "Why"));
    match visitor.role {
        Role::Approver => {
            let document = lang.pick("结转文号", "Document");
            vec![act("carry-over", lang.pick("结转", "Carry over"), "document", document), reopen]
        }
        Role::Finance => vec![reopen],
        _ => Vec::new(),
    }
}

fn appropriate_form(lang: Lang, fund: FundId, typed: &Typed) -> Form {
    let text = |name: &'static str, zh: &str, en: &str, input| {
        Field::new(name, lang.pick(zh, en), input).value(typed.text(name))
    };
    let none = || Choice::new("", lang.pick("未指明", "not said"), true);
    let programs = Program::ALL.iter().map(|program| {
        Choice::new(
            program.code(),
            lang.pick(program.zh(), program.en()),
            typed.text("program") == program.code(),
        )
    });
    let levels = LEVELS.iter().map(|level| {
        Choice::new(level.code(), lang.pick(level.zh(), level.code()), typed.text("level") == level.code())
    });
    let programs = std::iter::once(none()).chain(programs).collect();
    let levels = std::iter::once(none()).chain(levels).collect();
    Form::new(format!("/funds/{fund}/appropriate"), lang.pick("登记到账", "Record"))
        .title(lang.pick("登记拨款到账", "Record an appropriation"))
        .field(text("amount", "金额（元）", "Yuan", Input::Number).needed())
        .field(text("document", "文号", "Document", Input::Text).needed())
        .field(text("program", "用于项目", "For the program", Input::Choice(programs)))
        .field(text("level", "资金层级", "Level", Input::Choice(levels)))
        .field(text("budget_year", "预算年度", "Budget year", Input::Number))
        .field(text("on", "到账日期", "Day", Input::Date).hint(lang.pick("空为今天", "empty is today")))
}

/// Takes a step with a fund; what is refused is shown on its page.
pub(super) async fn step(
    State(console): State<Console>,
    visitor: Visitor,
    Path((fund, step)): Path<(FundId, String)>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let (office, desk) = (&console.office, visitor.desk());
    let taken = match step.as_str() {
        "appropriate" => appropriate(office, &desk, visitor.lang, fund, &typed).await,
        "close-year" | "reopen-year" | "carry-over" => {
            turn_year(office, &desk, visitor.lang, (fund, &step), &typed).await
        }
        _ => return Err(Stop::Missing(visitor.lang)),
    };
    match taken {
        Ok(()) => Ok(Redirect::to(&format!("/funds/{fund}")).into_response()),
        Err(refusal) => page(office, &visitor, fund, &typed, Some(refusal)).await,
    }
}

async fn appropriate(
    office: &Office,
    desk: &Desk,
    lang: Lang,
    fund: FundId,
    typed: &Typed,
) -> Result<(), Refusal> {
    let purpose = Purpose {
        program: typed.read_if(lang, "program")?,
        level: LEVELS.into_iter().find(|level| level.code() == typed.text("level")),
        budget_year: typed.read_if(lang, "budget_year")?,
    };
    let appropriated = Appropriated {
        amount: typed.money(lang, "amount")?,
        document: typed.text("document").to_owned(),
        on: typed.day(lang, "on", desk.today())?,
        purpose,
    };
    let done = processes::appropriate_for(office, desk, fund, appropriated).await;
    done.map_err(|error| Refusal::of(&error, lang))
}

async fn turn_year(
    office: &Office,
    desk: &Desk,
    lang: Lang,
    (fund, step): (FundId, &str),
    typed: &Typed,
) -> Result<(), Refusal> {
    let year = typed.read(lang, "year")?;
    let done = match step {
        "close-year" => processes::close_year(office, desk, fund, year).await,
        "reopen-year" => processes::reopen_year(office, desk, fund, year, typed.text("reason")).await,
        _ => processes::carry_over(office, desk, fund, year, typed.text("document")).await,
    };
    done.map(drop).map_err(|error| Refusal::of(&error, lang))
}
