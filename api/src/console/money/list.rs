//! Every fund and campaign.

use axum::Form as Sent;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::actor::Role;
use domain::fund::{FundCharter, FundSource, Restriction};
use domain::numbers::{grouped, yuan};
use domain::program::Program;
use projections::donation_totals::queries::{CampaignTotal, campaign_totals};
use projections::funds::{FundRow, funds};
use projections::runner::Until;

use crate::access::Capability;
use crate::console::Console;
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Cell, Choice, Field, Form, Input, Row, Sheet, Table};
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::campaign::{NewCampaign, open_named};
use crate::processes::{self, Office, ProcessError};

pub(super) async fn show(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    page(&console, &visitor, &Typed::default(), None).await
}

async fn page(
    console: &Console,
    visitor: &Visitor,
    typed: &Typed,
    refused: Option<Refusal>,
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let failed = |error| Stop::failed(error, lang);
    let (known, campaigns) = read(&console.office).await.map_err(failed)?;
    let fund_rows = known.iter().map(fund_row).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let rows = campaigns.iter().map(campaign_row).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let mut sheet = Sheet::new(visitor, "/money", ("资金与捐赠", "Funds and gifts"))
        .with(Block::Table(fund_table(lang).rows(fund_rows)))
        .with(Block::Links(
            lang.pick("账册", "Books").to_owned(),
            vec![("/books".to_owned(), lang.pick("试算平衡表", "Trial balance").to_owned())],
        ))
        .with(Block::Table(campaign_table(lang).rows(rows)));
    if visitor.role == Role::Finance {
        sheet = sheet.with(Block::Form(fund_form(lang, typed)));
    }
    if visitor.role == Role::Clerk {
        sheet = sheet.with(Block::Form(campaign_form(lang, typed, &known)));
    }
    Ok(sheet.answer(refused))
}

async fn read(office: &Office) -> Result<(Vec<FundRow>, Vec<CampaignTotal>), ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    Ok((funds(&office.pool).await?, campaign_totals(&office.pool).await?))
}

fn fund_table(lang: Lang) -> Table {
    let empty = lang
        .pick("尚未设立资金：由财务岗在下方设立。", "No fund was opened yet: finance opens the first below.");
    Table::new(lang.pick("资金（元）", "Funds (yuan)"), empty)
        .head(lang.pick("资金", "Fund"))
        .number(lang.pick("收入", "Came in"))
        .number(lang.pick("支出", "Spent"))
        .number(lang.pick("占用", "Promised"))
        .number(lang.pick("未占用", "Not committed"))
}

fn fund_row(fund: &FundRow) -> Result<Row, ProcessError> {
    let came = fund.appropriated.plus(fund.donated)?.plus(fund.recovered)?;
    let gone = fund.spent.plus(fund.remitted)?;
    Ok(Row::of(vec![
        Cell::link(format!("/funds/{}", fund.fund_id), fund.name.clone()),
        Cell::number(yuan(came)),
        Cell::number(yuan(gone)),
        Cell::number(yuan(fund.committed)),
        Cell::number(yuan(fund.free()?)),
    ]))
}

fn campaign_table(lang: Lang) -> Table {
    let empty = lang.pick(
        "尚未发起募捐活动：由经办岗在下方登记。",
        "No campaign was opened yet: a clerk opens the first below.",
    );
    Table::new(lang.pick("募捐活动（元）", "Campaigns (yuan)"), empty)
        .head(lang.pick("活动", "Campaign"))
        .head(lang.pick("备案编号", "Filing number"))
        .head(lang.pick("期间", "Period"))
        .number(lang.pick("笔数", "Gifts"))
        .number(lang.pick("捐赠人", "Donors"))
        .number(lang.pick("收到", "Received"))
        .number(lang.pick("退还", "Refunded"))
        .number(lang.pick("合计", "Total"))
}

fn campaign_row(total: &CampaignTotal) -> Result<Row, ProcessError> {
    let campaign = &total.campaign;
    Ok(Row::of(vec![
        Cell::link(format!("/campaigns/{}", campaign.campaign_id), campaign.name.clone()),
        Cell::text(campaign.filing_number.clone().unwrap_or_default()),
        Cell::text(format!("{} — {}", campaign.opens_on, campaign.closes_on)),
        Cell::number(grouped(campaign.donation_count.cast_signed())),
        Cell::number(grouped(total.donors.cast_signed())),
        Cell::number(yuan(campaign.received)),
        Cell::number(yuan(campaign.refunded)),
        Cell::number(yuan(campaign.received.minus(campaign.refunded)?)),
    ]))
}

fn fund_form(lang: Lang, typed: &Typed) -> Form {
    let choice = |code: &'static str, (zh, en), chosen| Choice::new(code, lang.pick(zh, en), chosen);
    let of_source = |source: FundSource| (source.zh(), source.en());
    let sources = vec![
        choice("budget", of_source(FundSource::Budget), true),
        choice("donations", of_source(FundSource::Donations), typed.text("source") == "donations"),
    ];
    let of_kind = |kind: Restriction| (kind.zh(), kind.en());
    let kinds = vec![
        choice("restricted", of_kind(Restriction::Restricted), true),
        choice(
            "unrestricted",
            of_kind(Restriction::Unrestricted),
            typed.text("restriction") == "unrestricted",
        ),
    ];
    let mut form = Form::new("/money/funds", lang.pick("设立", "Open"))
        .title(lang.pick("设立资金", "Open a fund"))
        .note(lang.pick("不勾选项目即不限项目。", "Without a tick it may pay every program."))
        .field(Field::new("name", lang.pick("名称", "Name"), Input::Text).value(typed.text("name")).needed())
        .field(Field::new("source", lang.pick("来源", "Source"), Input::Choice(sources)))
        .field(Field::new("restriction", lang.pick("限定性", "Restriction"), Input::Choice(kinds)));
    for program in Program::ALL {
        form = form.field(Field::new(program.code(), lang.pick(program.zh(), program.en()), Input::Tick));
    }
    form
}

fn campaign_form(lang: Lang, typed: &Typed, known: &[FundRow]) -> Form {
    let field = |name: &'static str, zh: &str, en: &str, input| {
        Field::new(name, lang.pick(zh, en), input).value(typed.text(name)).needed()
    };
    let takes = known.iter().filter(|fund| fund.source == FundSource::Donations);
    let choices = takes.map(|fund| {
        let id = fund.fund_id.to_string();
        let chosen = typed.text("fund") == id;
        Choice::new(id, fund.name.clone(), chosen)
    });
    let choices = choices.collect();
    let filing = Field::new("filing_number", lang.pick("备案编号", "Filing number"), Input::Text);
    Form::new("/money/campaigns", lang.pick("登记", "Open"))
        .title(lang.pick("登记募捐活动", "Open a campaign"))
        .field(field("campaign_name", "名称", "Name", Input::Text))
        .field(field("organiser", "主办方", "Organiser", Input::Text))
        .field(filing.value(typed.text("filing_number")))
        .field(field("purpose", "募捐用途", "Purpose", Input::Text))
        .field(field("fund", "资金", "Fund", Input::Choice(choices)))
        .field(field("opens_on", "开始日期", "First day", Input::Date))
        .field(field("closes_on", "结束日期", "Last day", Input::Date))
}

pub(super) async fn open_fund(
    State(console): State<Console>,
    visitor: Visitor,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let (office, desk) = (&console.office, visitor.desk());
    let name = typed.text("name").to_owned();
    let donations = typed.text("source") == "donations";
    let free = typed.text("restriction") == "unrestricted";
    let charter = FundCharter {
        fund_id: office.fund_id(&name),
        name,
        source: if donations { FundSource::Donations } else { FundSource::Budget },
        restriction: if free { Restriction::Unrestricted } else { Restriction::Restricted },
        opened_on: desk.today(),
        programs: Program::ALL.iter().filter(|program| typed.ticked(program.code())).copied().collect(),
    };
    match processes::open_fund(office, &desk, charter).await {
        Ok(fund) => Ok(Redirect::to(&format!("/funds/{fund}")).into_response()),
        Err(error) => page(&console, &visitor, &typed, Some(Refusal::of(&error, visitor.lang))).await,
    }
}

pub(super) async fn open_campaign(
    State(console): State<Console>,
    visitor: Visitor,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let (lang, desk) = (visitor.lang, visitor.desk());
    let opened = async {
        let filing = typed.text("filing_number");
        let new = NewCampaign {
            name: typed.text("campaign_name").to_owned(),
            organiser: typed.text("organiser").to_owned(),
            filing_number: (!filing.is_empty()).then(|| filing.to_owned()),
            purpose: typed.text("purpose").to_owned(),
            fund_id: typed.read(lang, "fund")?,
            period: (typed.read(lang, "opens_on")?, typed.read(lang, "closes_on")?),
        };
        let done = open_named(&console.office, &desk, new).await;
        done.map_err(|error| Refusal::of(&error, lang))
    };
    match opened.await {
        Ok(campaign) => Ok(Redirect::to(&format!("/campaigns/{campaign}")).into_response()),
        Err(refusal) => page(&console, &visitor, &typed, Some(refusal)).await,
    }
}
