//! `ledger report`: the report of a year or a month, every number of it out of projections of raw events.

use std::io;

use chrono::{Datelike, Utc};
use domain::calendar::BenefitMonth;
use domain::money::Money;
use projections::Until;
use projections::donation_totals::queries::{campaign_totals, in_kind_gifts};
use projections::payment_registers::PaymentRunRow;
use projections::payment_registers::queries::runs;
use projections::statistics::{
    CampaignYear, MonthReport, Payments, ProgramMonth, ProgramYear, YearReport, month_report, year_report,
};

use super::failure::{Done, Failure};
use super::screen::{Align, Screen, grouped, yuan};
use super::session::Session;
use crate::processes::{Office, ProcessError, office_day};

/// Shows the report of a year: the given one, or the newest with a payment run.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn run(session: &Session, year: Option<i32>) -> Result<Done, Failure> {
    let screen = session.screen;
    let report = session
        .look_at_ledger(async |app| {
            let office = app.office();
            office.runner.catch_up(Until::Head).await?;
            let year = match year {
                Some(year) => year,
                None => newest_year(office).await?,
            };
            Ok(year_report(&office.pool, year).await?)
        })
        .await?;
    show_report(&screen, &report)?;
    screen.answer(&report)?;
    Ok(Done::Well)
}

/// Shows the report of a benefit month.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn run_month(session: &Session, month: BenefitMonth) -> Result<Done, Failure> {
    let screen = session.screen;
    let (report, gifts) = session
        .look_at_ledger(async |app| {
            let office = app.office();
            office.runner.catch_up(Until::Head).await?;
            Ok((month_report(&office.pool, month).await?, MonthGifts::read(office, month).await?))
        })
        .await?;
    let position = grouped(report.position.cast_signed());
    screen.say(
        format!("{month} 月报（截至第 {position} 条事件）"),
        format!("The month {month} (from {position} events)"),
    )?;
    show_month_programs(&screen, &report)?;
    show_month_runs(&screen, &report)?;
    let (zh, en) = gifts.told();
    screen.say(zh, en)?;
    screen.answer(&report)?;
    Ok(Done::Well)
}

fn show_month_programs(screen: &Screen, report: &MonthReport) -> io::Result<()> {
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("户", "Households"), Align::Right),
        (screen.pick("人", "Persons"), Align::Right),
        (screen.pick("到账笔数", "Payments"), Align::Right),
        (screen.pick("到账金额（元）", "Yuan"), Align::Right),
    ];
    let count = |count: u64| grouped(count.cast_signed());
    let row = |month: &ProgramMonth| {
        vec![
            screen.pick(month.program.zh(), month.program.en()).to_owned(),
            count(month.reached.households),
            count(month.reached.persons),
            count(month.paid.payments),
            yuan(month.paid.settled),
        ]
    };
    let mut rows: Vec<Vec<String>> = report.programs.iter().map(row).collect();
    let payments = report.programs.iter().map(|month| month.paid.payments).sum();
    let total = screen.pick("合计", "Total").to_owned();
    rows.push(vec![total, String::new(), String::new(), count(payments), yuan(report.settled)]);
    screen.table(&heads, &rows)
}

fn show_month_runs(screen: &Screen, report: &MonthReport) -> io::Result<()> {
    let heads = [
        (screen.pick("批次", "Run"), Align::Left),
        (screen.pick("状态", "Stage"), Align::Left),
        (screen.pick("笔数", "Lines"), Align::Right),
        (screen.pick("下达（元）", "Ordered"), Align::Right),
        (screen.pick("到账（元）", "Settled"), Align::Right),
        (screen.pick("退汇（元）", "Returned"), Align::Right),
    ];
    let row = |run: &PaymentRunRow| {
        vec![
            run.run_id.to_string(),
            screen.pick(run.stage.zh(), run.stage.en()).to_owned(),
            grouped(run.ordered_count.cast_signed()),
            yuan(run.ordered),
            yuan(run.settled),
            yuan(run.returned),
        ]
    };
    screen.table(&heads, &report.runs.iter().map(row).collect::<Vec<_>>())
}

/// What all campaigns were given in a month.
struct MonthGifts {
    /// Gifts of money.
    count: u64,
    /// Their sum, with what was given back since.
    received: Money,
    /// Gifts of goods.
    goods: usize,
}

impl MonthGifts {
    async fn read(office: &Office, month: BenefitMonth) -> Result<MonthGifts, ProcessError> {
        let campaigns = campaign_totals(&office.pool).await?;
        let mut goods = 0;
        for of in campaigns.iter().filter(|each| each.campaign.in_kind_count > 0) {
            let gifts = in_kind_gifts(&office.pool, of.campaign.campaign_id).await?;
            goods += gifts.iter().filter(|gift| month.contains(gift.received_on)).count();
        }
        let months = campaigns.iter().flat_map(|each| &each.by_month);
        let money: Vec<_> = months.filter(|each| each.month == month).collect();
        let received = Money::sum(money.iter().map(|each| each.received))?;
        Ok(MonthGifts { count: money.iter().map(|each| each.count).sum(), received, goods })
    }

    /// In a sentence, Chinese and English: also that there were none.
    fn told(&self) -> (String, String) {
        if self.count == 0 && self.goods == 0 {
            return ("本月无捐赠。".to_owned(), "No gifts in the month.".to_owned());
        }
        let (count, received, goods) = (grouped(self.count.cast_signed()), yuan(self.received), self.goods);
        (
            format!("本月收到捐赠 {count} 笔，{received} 元；实物捐赠 {goods} 件。"),
            format!("Gifts of money in the month: {count}, {received} yuan; gifts of goods: {goods}."),
        )
    }
}

async fn newest_year(office: &Office) -> Result<i32, ProcessError> {
    let runs = runs(&office.pool).await?;
    let newest = runs.iter().map(|run| run.month.year()).max();
    Ok(newest.unwrap_or_else(|| office_day(Utc::now()).year()))
}

/// Prints the report of a year for people.
///
/// # Errors
/// When standard output is closed.
pub fn show_report(screen: &Screen, report: &YearReport) -> io::Result<()> {
    let (year, position) = (report.year, grouped(report.position.cast_signed()));
    screen.say(
        format!("{year} 年统计年报（截至第 {position} 条事件）"),
        format!("The year {year} (from {position} events)"),
    )?;
    show_groups(screen, report)?;
    show_programs(screen, report)?;
    show_exceptions(screen, &report.programs)?;
    show_campaigns(screen, report)?;
    screen.say(format!("公布口径：{}", headline(report)), format!("As published: {}", headline(report)))
}

/// The published figures in their order: the groups' counts, then the donated yuan.
pub fn headline(report: &YearReport) -> String {
    let counts = report.groups.iter().map(|group| grouped(group.count().cast_signed()));
    counts.chain([yuan(report.donated)]).collect::<Vec<_>>().join(" / ")
}

fn show_groups(screen: &Screen, report: &YearReport) -> io::Result<()> {
    let heads = [
        (screen.pick("公布类别", "Published group"), Align::Left),
        (screen.pick("数量", "Count"), Align::Right),
    ];
    let mut rows: Vec<Vec<String>> = report
        .groups
        .iter()
        .map(|group| {
            let name = screen.pick(group.group.zh(), group.group.en());
            vec![name.to_owned(), grouped(group.count().cast_signed())]
        })
        .collect();
    rows.push(vec![screen.pick("募捐（元）", "Donated (yuan)").to_owned(), yuan(report.donated)]);
    screen.table(&heads, &rows)
}

fn show_programs(screen: &Screen, report: &YearReport) -> io::Result<()> {
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("户", "Households"), Align::Right),
        (screen.pick("人", "Persons"), Align::Right),
        (screen.pick("月数", "Months"), Align::Right),
        (screen.pick("到账笔数", "Payments"), Align::Right),
        (screen.pick("到账金额（元）", "Yuan"), Align::Right),
    ];
    let mut rows: Vec<Vec<String>> =
        report.programs.iter().map(|program| program_row(screen, program)).collect();
    let payments: u64 = report.programs.iter().map(|program| program.total.payments).sum();
    let total = screen.pick("合计", "Total").to_owned();
    let (none, count) = (String::new, grouped(payments.cast_signed()));
    rows.push(vec![total, none(), none(), none(), count, yuan(report.settled)]);
    screen.table(&heads, &rows)
}

fn program_row(screen: &Screen, year: &ProgramYear) -> Vec<String> {
    let name = screen.pick(year.program.zh(), year.program.en());
    let months = year.months.iter().filter(|month| month.paid.payments > 0).count();
    vec![
        name.to_owned(),
        grouped(year.reached.households.cast_signed()),
        grouped(year.reached.persons.cast_signed()),
        months.to_string(),
        grouped(year.total.payments.cast_signed()),
        yuan(year.total.settled),
    ]
}

/// Arrears, returns and recoveries, for the programs that had any.
fn show_exceptions(screen: &Screen, programs: &[ProgramYear]) -> io::Result<()> {
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("补发笔数", "Arrears"), Align::Right),
        (screen.pick("补发（元）", "Yuan"), Align::Right),
        (screen.pick("退汇笔数", "Returns"), Align::Right),
        (screen.pick("退汇（元）", "Yuan"), Align::Right),
        (screen.pick("立项追缴（元）", "To recover"), Align::Right),
        (screen.pick("已追回（元）", "Recovered"), Align::Right),
    ];
    let rows: Vec<Vec<String>> = programs
        .iter()
        .filter(|year| has_exceptions(&year.total))
        .map(|year| exception_row(screen, year))
        .collect();
    if rows.is_empty() { Ok(()) } else { screen.table(&heads, &rows) }
}

fn has_exceptions(paid: &Payments) -> bool {
    paid.arrears_count > 0 || paid.returned_count > 0 || paid.recovery_opened != Money::ZERO
}

fn exception_row(screen: &Screen, year: &ProgramYear) -> Vec<String> {
    let paid = &year.total;
    vec![
        screen.pick(year.program.zh(), year.program.en()).to_owned(),
        grouped(paid.arrears_count.cast_signed()),
        yuan(paid.arrears),
        grouped(paid.returned_count.cast_signed()),
        yuan(paid.returned),
        yuan(paid.recovery_opened),
        yuan(paid.recovery_received),
    ]
}

fn show_campaigns(screen: &Screen, report: &YearReport) -> io::Result<()> {
    let heads = [
        (screen.pick("募捐活动", "Campaign"), Align::Left),
        (screen.pick("捐赠笔数", "Donations"), Align::Right),
        (screen.pick("捐赠人", "Donors"), Align::Right),
        (screen.pick("收到（元）", "Received"), Align::Right),
        (screen.pick("退回（元）", "Refunded"), Align::Right),
        (screen.pick("合计（元）", "Total"), Align::Right),
    ];
    let row = |campaign: &CampaignYear| {
        vec![
            campaign.name.clone(),
            grouped(campaign.donations.cast_signed()),
            grouped(campaign.donors.cast_signed()),
            yuan(campaign.received),
            yuan(campaign.refunded),
            yuan(campaign.total),
        ]
    };
    if report.campaigns.is_empty() {
        return Ok(());
    }
    screen.table(&heads, &report.campaigns.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_without_gifts_says_so_and_one_with_goods_alone_has_gifts() {
        let none = MonthGifts { count: 0, received: Money::ZERO, goods: 0 };
        assert_eq!(none.told(), ("本月无捐赠。".to_owned(), "No gifts in the month.".to_owned()));
        let (zh, en) = MonthGifts { goods: 2, ..none }.told();
        assert!(zh.contains("0 笔") && zh.contains("实物捐赠 2 件"), "{zh}");
        assert!(en.contains("gifts of goods: 2"), "{en}");
        let (zh, _) = MonthGifts { count: 3, received: Money::from_fen(23_000), goods: 0 }.told();
        assert!(zh.contains("3 笔，230.00 元"), "{zh}");
    }
}
