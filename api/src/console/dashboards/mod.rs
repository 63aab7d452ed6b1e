//! 统计: what the office pays, to whom, how fast and whether in full; and what it was given. Each chart has its table.

mod ages;
mod chart;
mod counted;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use chrono::{Datelike, NaiveDate};
use domain::money::Money;
use domain::numbers::{grouped, yuan};
use projections::donation_totals::queries::CampaignTotal;
use projections::runner::Until;
use projections::statistics::{Community, FullPayment, ProcessingDays, YearReport};

use super::Console;
use super::answers::{Refusal, Stop};
use super::kept::Found;
use super::sheet::{Block, Cell, Field, Figure, Form, Input, Row, Sheet, Table};
use super::told::beijing;
use super::typed::Typed;
use super::visitor::Visitor;
use crate::access::{Capability, may};
use crate::console::address::Query;
use crate::lang::Lang;
use crate::processes::campaign::SMALLEST_CROWD;
use crate::processes::{Office, ProcessError};
use ages::{Ages, BANDS};
use chart::{Bar, bars};
pub(super) use counted::CountedYears;
use counted::Year;

/// Programs that have a part of their own in the chart; the others are put together.
const PARTS: usize = 5;

/// The years that can be asked for.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2099;

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/dashboards", get(show))
}

async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadPayments)?;
    let (lang, today) = (visitor.lang, visitor.desk().today());
    let failed = |error| Stop::failed(error, lang);
    let (asked, refused) = match typed.read_if::<i32>(lang, "year") {
        Ok(asked) => (asked.filter(|year| YEARS.contains(year)), None),
        Err(refusal) => (None, Some(refusal)),
    };
    let year = match asked {
        Some(year) => year,
        None => newest_year(&console.office, today).await.map_err(failed)?,
    };
    let found = console.counted.of(&console.office, year, today).await.map_err(failed)?;
    page(&visitor, year, &found, refused).map_err(failed)
}

/// The newest year with a payment run; else this one.
async fn newest_year(office: &Office, today: NaiveDate) -> Result<i32, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let runs = projections::payment_registers::queries::runs(&office.pool).await?;
    Ok(runs.iter().map(|run| run.month.year()).max().unwrap_or_else(|| today.year()))
}

fn page(
    visitor: &Visitor,
    year: i32,
    found: &Found<Year>,
    refused: Option<Refusal>,
) -> Result<Response, ProcessError> {
    let (lang, read) = (visitor.lang, &found.what);
    let position = grouped(read.report.position.cast_signed());
    let at = beijing(found.moment.at).format("%Y-%m-%d %H:%M");
    let (due, full) = read
        .service
        .full_payment
        .iter()
        .fold((0, 0), |(due, full), month| (due + month.due_count, full + month.full_count));
    let figures = vec![
        Figure::new(lang.pick("全年到账（元）", "Arrived in the year (yuan)"), yuan(read.report.settled)),
        Figure::new(lang.pick("足额发放率", "Paid in full"), rate(full, due)),
        Figure::new(lang.pick("全年捐赠（元）", "Given in the year (yuan)"), yuan(read.report.donated)),
    ];
    let field = Field::new("year", lang.pick("年度", "Year"), Input::Number).value(year.to_string());
    let mut sheet = Sheet::new(visitor, "/dashboards", ("统计", "Dashboards"))
        .lead(lang.pick(
            format!("{year} 年，截至第 {position} 条事件（{at} 统计）；月份为所属月份，钱到账才计数。"),
            format!(
                "{year}, from {position} events, counted {at}; months are benefit months, and what arrived counts."
            ),
        ))
        .with(Block::Form(Form::asking("/dashboards", lang.pick("查看", "Look")).field(field)))
        .with(Block::Figures(figures))
        .with(spending(lang, &read.report)?)
        .with(full_payment(lang, &read.service.full_payment))
        .with(age_chart(lang, &read.ages));
    let communities = read.service.communities.iter().filter(|each| visitor.sees(&each.community));
    sheet = sheet.with(community_chart(lang, communities.collect()));
    sheet = sheet.with(processing(lang, &read.service.processing));
    if may(visitor.role, Capability::ReadMoney) {
        sheet = sheet.with(donations(lang, year, &read.campaigns)?);
    }
    Ok(sheet.answer(refused))
}

/// A share in per cent with one place, rounded down: what is not whole is never a hundred.
fn rate(part: u64, whole: u64) -> String {
    let thousandths = (u128::from(part) * 1000).checked_div(u128::from(whole));
    thousandths.map_or_else(|| "—".to_owned(), |share| format!("{}.{}%", share / 10, share % 10))
}

/// A count of people; few are not told, for who knows the neighbours would know them.
fn crowd(lang: Lang, count: u64) -> String {
    if count > 0 && count < SMALLEST_CROWD.unsigned_abs() {
        lang.pick(format!("少于 {SMALLEST_CROWD}"), format!("fewer than {SMALLEST_CROWD}"))
    } else {
        grouped(count.cast_signed())
    }
}

/// How tall a bar of people is: few look the same, whatever their number.
fn crowd_height(count: u64) -> u64 {
    if count == 0 { 0 } else { count.max(SMALLEST_CROWD.unsigned_abs()) }
}

fn fen(amount: Money) -> u64 {
    u64::try_from(amount.fen()).unwrap_or_default()
}

/// Whole yuan above a bar.
fn short(amount: Money) -> String {
    grouped(amount.fen() / 100)
}

fn spending(lang: Lang, report: &YearReport) -> Result<Block, ProcessError> {
    let mut programs: Vec<_> = report.programs.iter().collect();
    programs.sort_by_key(|program| std::cmp::Reverse(program.total.settled));
    let mut table = Table::new(
        lang.pick("逐月到账（元）", "Arrived by month (yuan)"),
        lang.pick("本年没有到账的发放。", "Nothing arrived in the year."),
    )
    .head(lang.pick("月份", "Month"));
    for program in &programs {
        table = table.number(lang.pick(program.program.zh(), program.program.en()));
    }
    table = table.number(lang.pick("合计", "Total"));
    let mut months: Vec<_> =
        programs.iter().flat_map(|program| &program.months).map(|month| month.month).collect();
    months.sort_unstable();
    months.dedup();
    let mut drawn = Vec::new();
    for month in months {
        let of = |program: &&projections::statistics::ProgramYear| {
            let found = program.months.iter().find(|each| each.month == month);
            found.map_or(Money::ZERO, |each| each.paid.settled)
        };
        let sums: Vec<Money> = programs.iter().map(of).collect();
        let total = Money::sum(sums.iter().copied())?;
        let (own, others) = sums.split_at(sums.len().min(PARTS));
        let mut parts: Vec<u64> = own.iter().map(|sum| fen(*sum)).collect();
        parts.push(others.iter().map(|sum| fen(*sum)).sum());
        drawn.push(Bar { name: month.to_string(), parts, label: short(total) });
        let cells = sums.iter().chain([&total]).map(|sum| Cell::number(yuan(*sum)));
        table = table.rows([Row::of(std::iter::once(Cell::text(month.to_string())).chain(cells).collect())]);
    }
    let mut legend: Vec<String> = programs
        .iter()
        .take(PARTS)
        .map(|program| lang.pick(program.program.zh(), program.program.en()).to_owned())
        .collect();
    if programs.len() > PARTS {
        legend.push(lang.pick("其他项目", "other programs").to_owned());
    }
    let title = lang.pick("各项目逐月支出（元）", "Spending by program and month (yuan)").to_owned();
    Ok(Block::Chart { svg: bars(&title, &drawn, &legend), title, table })
}

fn full_payment(lang: Lang, months: &[FullPayment]) -> Block {
    let bar = |month: &FullPayment| Bar {
        name: month.month.to_string(),
        parts: vec![month.full_count, month.due_count - month.full_count],
        label: rate(month.full_count, month.due_count),
    };
    let row = |month: &FullPayment| {
        Row::of(vec![
            Cell::text(month.month.to_string()),
            Cell::number(grouped(month.due_count.cast_signed())),
            Cell::number(grouped(month.full_count.cast_signed())),
            Cell::number(rate(month.full_count, month.due_count)),
            Cell::number(yuan(month.due)),
            Cell::number(yuan(month.arrived)),
        ])
    };
    let empty = lang.pick("本年没有应发月份。", "No month of the year was due.");
    let table = Table::new(lang.pick("足额发放", "Paid in full"), empty)
        .head(lang.pick("月份", "Month"))
        .number(lang.pick("应发个案", "Cases due"))
        .number(lang.pick("足额个案", "Paid in full"))
        .number(lang.pick("足额发放率", "Rate"))
        .number(lang.pick("应发（元）", "Due (yuan)"))
        .number(lang.pick("到账与抵扣（元）", "Arrived or withheld (yuan)"))
        .rows(months.iter().map(row));
    let title = lang.pick("足额发放率", "Full-payment rate").to_owned();
    let drawn: Vec<Bar> = months.iter().map(bar).collect();
    let legend = [lang.pick("足额", "in full"), lang.pick("未足额", "not in full")].map(str::to_owned);
    Block::Chart { svg: bars(&title, &drawn, &legend), title, table }
}

fn age_chart(lang: Lang, ages: &Ages) -> Block {
    let count = |first: &i32| ages.by_band.get(first).copied().unwrap_or_default();
    let bar = |(first, name): &(i32, &str)| Bar {
        name: (*name).to_owned(),
        parts: vec![crowd_height(count(first))],
        label: crowd(lang, count(first)),
    };
    let row = |(first, name): &(i32, &str)| {
        Row::of(vec![Cell::text(*name), Cell::number(crowd(lang, count(first)))])
    };
    let mut rows: Vec<Row> = BANDS.iter().map(row).collect();
    if ages.unknown > 0 {
        let name = lang.pick("信息已删除", "erased");
        rows.push(Row::of(vec![Cell::text(name), Cell::number(crowd(lang, ages.unknown))]));
    }
    let table = Table::new(lang.pick("在册人员年龄", "Ages on the roll"), "")
        .head(lang.pick("周岁", "Years"))
        .number(lang.pick("人数", "Persons"))
        .rows(rows);
    let title = lang.pick("在册人员按年龄", "On the roll by age").to_owned();
    let drawn: Vec<Bar> = BANDS.iter().map(bar).collect();
    Block::Chart { svg: bars(&title, &drawn, &[]), title, table }
}

fn community_chart(lang: Lang, communities: Vec<&Community>) -> Block {
    let bar = |each: &&Community| Bar {
        name: each.community.clone(),
        parts: vec![crowd_height(each.persons)],
        label: crowd(lang, each.persons),
    };
    let row = |each: &&Community| {
        Row::of(vec![
            Cell::text(each.community.clone()),
            Cell::number(crowd(lang, each.persons)),
            Cell::number(crowd(lang, each.households)),
        ])
    };
    let empty = lang.pick("没有在册人员。", "Nobody is on the roll.");
    let table = Table::new(lang.pick("在册人员分布", "Where they live"), empty)
        .head(lang.pick("社区", "Community"))
        .number(lang.pick("人数", "Persons"))
        .number(lang.pick("户数", "Households"))
        .rows(communities.iter().map(row));
    let title = lang.pick("在册人员按社区", "On the roll by community").to_owned();
    let drawn: Vec<Bar> = communities.iter().map(bar).collect();
    Block::Chart { svg: bars(&title, &drawn, &[]), title, table }
}

fn processing(lang: Lang, programs: &[ProcessingDays]) -> Block {
    let bar = |each: &ProcessingDays| Bar {
        name: lang.pick(each.program.zh(), each.program.en()).to_owned(),
        parts: vec![each.median.into()],
        label: each.median.to_string(),
    };
    let row = |each: &ProcessingDays| {
        Row::of(vec![
            Cell::text(lang.pick(each.program.zh(), each.program.en())),
            Cell::number(grouped(each.decided.cast_signed())),
            Cell::number(each.median.to_string()),
            Cell::number(each.ninety.to_string()),
            Cell::number(each.longest.to_string()),
        ])
    };
    let empty = lang.pick("本年没有审批决定。", "Nothing was decided in the year.");
    let table = Table::new(
        lang.pick("从申请到决定（自然日）", "From application to decision (calendar days)"),
        empty,
    )
    .head(lang.pick("项目", "Program"))
    .number(lang.pick("决定数", "Decisions"))
    .number(lang.pick("中位数", "Median"))
    .number(lang.pick("九成不超过", "Nine of ten within"))
    .number(lang.pick("最长", "Longest"))
    .rows(programs.iter().map(row));
    let title = lang.pick("办理时长中位数（天）", "Median days to a decision").to_owned();
    let drawn: Vec<Bar> = programs.iter().map(bar).collect();
    Block::Chart { svg: bars(&title, &drawn, &[]), title, table }
}

fn donations(lang: Lang, year: i32, campaigns: &[CampaignTotal]) -> Result<Block, ProcessError> {
    let mut months = std::collections::BTreeMap::<_, (u64, Money, Money)>::new();
    let of_year =
        campaigns.iter().flat_map(|campaign| &campaign.by_month).filter(|each| each.month.year() == year);
    for each in of_year {
        let (count, received, refunded) = months.entry(each.month).or_default();
        *count += each.count;
        *received = received.plus(each.received)?;
        *refunded = refunded.plus(each.refunded)?;
    }
    let empty = lang.pick("本年没有捐赠。", "Nothing was given in the year.");
    let mut table = Table::new(lang.pick("逐月捐赠（元）", "Gifts by month (yuan)"), empty)
        .head(lang.pick("月份", "Month"))
        .number(lang.pick("笔数", "Gifts"))
        .number(lang.pick("收到", "Received"))
        .number(lang.pick("退还", "Refunded"))
        .number(lang.pick("合计", "Total"));
    let mut drawn = Vec::new();
    for (month, (count, received, refunded)) in months {
        let total = received.minus(refunded)?;
        drawn.push(Bar { name: month.to_string(), parts: vec![fen(total)], label: short(total) });
        table = table.rows([Row::of(vec![
            Cell::text(month.to_string()),
            Cell::number(grouped(count.cast_signed())),
            Cell::number(yuan(received)),
            Cell::number(yuan(refunded)),
            Cell::number(yuan(total)),
        ])]);
    }
    let title = lang.pick("逐月捐赠（元）", "Gifts by month (yuan)").to_owned();
    Ok(Block::Chart { svg: bars(&title, &drawn, &[]), title, table })
}
