//! Gifts and receipts of a campaign. Donors are named on no page; a receipt opens its donor's name, which is recorded.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::actor::Role;
use domain::campaign::{CampaignStage, DonationMethod, Publicity};
use domain::ids::{CampaignId, PersonId};
use domain::numbers::{receipt_serial, yuan};
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::store::TreeStore;
use print::Subject;
use projections::donation_totals::queries::donations_page;
use projections::donation_totals::{DonationRow, InKindRow};
use projections::runner::Until;
use serde::Deserialize;

use super::acts::VALUATIONS;
use crate::access::{Capability, may};
use crate::console::Console;
use crate::console::address::{Path, Query};
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Cell, Choice, Field, Form, Input, Row, Sheet, Table};
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::papers::{AsOf, Press};
use crate::processes::campaign::{self, DonationReceipt};
use crate::processes::{Office, ProcessError};
use crate::registers::Named;

/// Gifts of one page.
const PAGE_ROWS: u32 = 50;

/// From which gift on.
#[derive(Clone, Copy, Default, Deserialize)]
pub(super) struct Wanted {
    /// The log position of the first.
    from: Option<u64>,
}

pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<CampaignId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    page(&console, &visitor, id, wanted, (&Typed::default(), None)).await
}

struct Found {
    name: String,
    stage: CampaignStage,
    money: Vec<DonationRow>,
    goods: Vec<InKindRow>,
    receipts: Vec<DonationReceipt>,
}

async fn read(office: &Office, id: CampaignId, wanted: Wanted) -> Result<Found, ProcessError> {
    let known = campaign::campaign(office, id).await?;
    let name = known.book().map(|book| book.terms.name.clone()).unwrap_or_default();
    let stage = known.stage();
    office.runner.catch_up(Until::Head).await?;
    let from = wanted.from.unwrap_or_default();
    let money = donations_page(&office.pool, id, from, PAGE_ROWS + 1).await?;
    let goods = projections::donation_totals::queries::in_kind_gifts(&office.pool, id).await?;
    let receipts = campaign::receipts(office, id).await?;
    Ok(Found { name, stage, money, goods, receipts })
}

/// The page, with what was refused on it.
pub(super) async fn page(
    console: &Console,
    visitor: &Visitor,
    id: CampaignId,
    wanted: Wanted,
    (typed, refused): (&Typed, Option<Refusal>),
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let found = read(&console.office, id, wanted).await.map_err(|error| Stop::failed(error, lang))?;
    let mut sheet = Sheet::new(visitor, "/money", ("捐赠与票据", "Gifts and receipts"))
        .below("/money", lang.pick("资金与捐赠", "Funds and gifts"))
        .below(format!("/campaigns/{id}"), found.name.clone())
        .lead(lang.pick(
            "页面不显示捐赠人姓名；公示按捐赠人意愿署名，票据打开姓名并留痕。",
            "No page shows a donor's name; lists name donors as they wish, and a receipt opens the name and is recorded.",
        ));
    let takes_gifts = may(visitor.role, Capability::TakeGifts) && found.stage == CampaignStage::Open;
    if takes_gifts {
        sheet = sheet.with(Block::Form(gift_form(visitor, id, typed)));
    }
    sheet = sheet.with(Block::Table(money_table(visitor, id, &found)));
    if !found.goods.is_empty() || takes_gifts {
        sheet = sheet.with(Block::Table(goods_table(visitor, id, &found.goods)));
    }
    if takes_gifts {
        sheet = sheet.with(Block::Form(goods_form(lang, id, typed)));
    }
    Ok(sheet.with(Block::Table(receipt_table(visitor, id, &found.receipts))).answer(refused))
}

fn publicity_field(lang: Lang, typed: &Typed, id: &str) -> Field {
    let choices =
        [(Publicity::Anonymous, "anonymous"), (Publicity::Masked, "masked"), (Publicity::Named, "named")];
    let choice = |(each, en): &(Publicity, &str)| {
        let word = each.word();
        Choice::new(word, lang.pick(word, en), typed.text("publicity") == word)
    };
    let choices = choices.iter().map(choice).collect();
    Field::new("publicity", lang.pick("公开意愿", "How to be named"), Input::Choice(choices)).id(id)
}

fn gift_form(visitor: &Visitor, id: CampaignId, typed: &Typed) -> Form {
    let lang = visitor.lang;
    let field = |name: &'static str, zh: &str, en: &str, input| {
        Field::new(name, lang.pick(zh, en), input).value(typed.text(name))
    };
    let method = |each: &(DonationMethod, &'static str, &'static str)| {
        let (_, zh, code) = each;
        Choice::new(*code, lang.pick((*zh).to_owned(), code.replace('_', " ")), typed.text("method") == *code)
    };
    let methods = DonationMethod::NAMES.iter().map(method).collect();
    let number = field("number", "登记号", "Number", Input::Text).needed();
    let form = Form::new(format!("/campaigns/{id}/gift"), lang.pick("登记捐赠", "Record the gift"))
        .title(lang.pick("登记捐赠", "Record a gift of money"))
        .field(number.hint(
            lang.pick("本单位自编；同号即同一笔", "the office's own; the same number is the same gift"),
        ))
        .field(
            field("donor", "捐赠人", "Donor", Input::Text)
                .hint(lang.pick("未留名时留空", "empty where nobody left a name")),
        )
        .field(publicity_field(lang, typed, "publicity"))
        .field(field("amount", "金额（元）", "Yuan", Input::Number).needed())
        .field(field("method", "捐赠方式", "Method", Input::Choice(methods)))
        .field(field("received_on", "收款日期", "Day", Input::Date));
    if visitor.role == Role::Finance {
        let ticked = if typed.ticked("receipt") { "yes" } else { "" };
        return form.field(
            Field::new("receipt", lang.pick("同时开具票据", "Issue the receipt too"), Input::Tick)
                .value(ticked),
        );
    }
    form
}

fn goods_form(lang: Lang, id: CampaignId, typed: &Typed) -> Form {
    let field = |name: &'static str, zh: &str, en: &str, input| {
        Field::new(name, lang.pick(zh, en), input).value(typed.text(name)).id(format!("goods-{name}"))
    };
    let valuations = VALUATIONS
        .iter()
        .map(|(_, code, zh, en)| Choice::new(*code, lang.pick(*zh, *en), typed.text("valuation") == *code));
    let valuations = valuations.collect();
    Form::new(format!("/campaigns/{id}/goods"), lang.pick("登记实物", "Record the goods"))
        .title(lang.pick("登记实物捐赠", "Record a gift of goods"))
        .field(field("number", "登记号", "Number", Input::Text).needed())
        .field(field("donor", "捐赠人", "Donor", Input::Text))
        .field(publicity_field(lang, typed, "goods-publicity"))
        .field(field("description", "物品名称", "What", Input::Text).needed())
        .field(field("quantity", "数量", "How many", Input::Number).needed())
        .field(field("unit", "计量单位", "Unit", Input::Text).needed())
        .field(field("fair_value", "公允价值（元）", "Fair value (yuan)", Input::Number).needed())
        .field(field("valuation", "计价依据", "Valuation", Input::Choice(valuations)))
        .field(field("received_on", "收到日期", "Day", Input::Date))
}

fn serial(number: Option<u32>) -> String {
    number.map(receipt_serial).unwrap_or_default()
}

fn gift_acts(visitor: &Visitor, id: CampaignId, gift: &str, has_receipt: bool) -> Vec<Form> {
    let lang = visitor.lang;
    if visitor.role != Role::Finance || has_receipt {
        return Vec::new();
    }
    let issue = Form::new(format!("/campaigns/{id}/issue-receipt"), lang.pick("开具票据", "Issue a receipt"));
    vec![issue.hidden("gift", gift)]
}

/// The way to the donor's erasure; nobody's name is shown.
fn donor_cell(lang: Lang, donor: PersonId, name: Option<&String>) -> Cell {
    match name {
        Some(_) => Cell::link(format!("/donors/{donor}/erasure"), lang.pick("个人信息删除", "Erasure")),
        None => Cell::text(lang.pick("未留名", "no name")),
    }
}

fn money_table(visitor: &Visitor, id: CampaignId, found: &Found) -> Table {
    let (lang, gifts) = (visitor.lang, &found.money);
    // the results say what was given back: afterwards nothing is
    let may_refund = visitor.role == Role::Finance && found.stage != CampaignStage::Published;
    let row = |gift: &DonationRow| {
        let gift_id = gift.donation_id.to_string();
        let mut acts = gift_acts(visitor, id, &gift_id, gift.receipt_number.is_some());
        if may_refund && gift.refunded < gift.amount {
            let label = lang.pick("退还（元）", "Refund (yuan)");
            let amount = Field::new("amount", label, Input::Number).id(format!("refund-{gift_id}")).needed();
            let refund = Form::new(format!("/campaigns/{id}/refund"), lang.pick("退还", "Refund"));
            acts.push(refund.hidden("gift", gift_id.clone()).field(amount));
        }
        Row::of(vec![
            Cell::text(gift.received_on.to_string()),
            Cell::text(gift.method.said(lang)),
            Cell::number(yuan(gift.amount)),
            Cell::number(yuan(gift.refunded)),
            Cell::text(gift.publicity.said(lang)),
            Cell::text(serial(gift.receipt_number)),
            Cell::Code(gift_id),
            donor_cell(lang, gift.donor, gift.donor_name_sealed.as_ref()),
            Cell::Acts(acts),
        ])
    };
    let shown = gifts.len().min(PAGE_ROWS as usize);
    let next = gifts.get(shown).map(|gift| format!("/campaigns/{id}/gifts?from={}", gift.received_position));
    let empty = match found.stage {
        CampaignStage::Unopened | CampaignStage::Open => lang.pick(
            "还没有捐赠：在上方登记，或导入登记表。",
            "No gifts yet: record one above, or import a register.",
        ),
        CampaignStage::Closed | CampaignStage::Published => lang.pick("没有捐赠。", "No gifts."),
    };
    let mut table = Table::new(lang.pick("捐赠（元）", "Gifts (yuan)"), empty)
        .head(lang.pick("日期", "Day"))
        .head(lang.pick("方式", "Method"))
        .number(lang.pick("金额", "Amount"))
        .number(lang.pick("已退还", "Refunded"))
        .head(lang.pick("公开意愿", "How to be named"))
        .head(lang.pick("票据", "Receipt"))
        .head(lang.pick("编号", "Identifier"))
        .head(lang.pick("捐赠人", "Donor"))
        .head(lang.pick("办理", "Act"))
        .rows(gifts.iter().take(shown).map(row));
    table.pages = next.map(|next| (None, lang.pick("下一页", "Next").to_owned(), Some(next)));
    table
}

fn goods_table(visitor: &Visitor, id: CampaignId, goods: &[InKindRow]) -> Table {
    let lang = visitor.lang;
    let row = |gift: &InKindRow| {
        let acts = gift_acts(visitor, id, &gift.donation_id.to_string(), gift.receipt_number.is_some());
        Row::of(vec![
            Cell::text(gift.received_on.to_string()),
            Cell::text(format!("{} {} {}", gift.description, gift.quantity, gift.unit)),
            Cell::number(yuan(gift.fair_value)),
            Cell::text(gift.publicity.said(lang)),
            Cell::text(serial(gift.receipt_number)),
            donor_cell(lang, gift.donor, gift.donor_name_sealed.as_ref()),
            Cell::Acts(acts),
        ])
    };
    Table::new(
        lang.pick("实物捐赠（另计）", "Goods, apart"),
        lang.pick("没有实物捐赠。", "No gifts of goods."),
    )
    .head(lang.pick("日期", "Day"))
    .head(lang.pick("物品", "What"))
    .number(lang.pick("公允价值（元）", "Fair value (yuan)"))
    .head(lang.pick("公开意愿", "How to be named"))
    .head(lang.pick("票据", "Receipt"))
    .head(lang.pick("捐赠人", "Donor"))
    .head(lang.pick("办理", "Act"))
    .rows(goods.iter().map(row))
}

fn receipt_table(visitor: &Visitor, id: CampaignId, receipts: &[DonationReceipt]) -> Table {
    let lang = visitor.lang;
    let row = |receipt: &DonationReceipt| {
        let stands = receipt.voided.is_none() && !receipt.refunded_since.is_positive();
        Row::of(vec![
            Cell::text(receipt.serial.clone()),
            Cell::text(receipt.issued_on.to_string()),
            Cell::text(receipt.given(lang).to_owned()),
            Cell::number(yuan(receipt.amount)),
            Cell::Tag(if stands { "settled" } else { "bad" }, receipt.state(lang)),
            Cell::Acts(receipt_acts(visitor, id, receipt)),
        ])
    };
    let empty = lang
        .pick("还没有票据：由财务岗在捐赠行开具。", "No receipts yet: finance issues them beside a gift.");
    Table::new(lang.pick("公益事业捐赠票据", "Receipts"), empty)
        .head(lang.pick("票据号", "Number"))
        .head(lang.pick("开票日期", "Issued on"))
        .head(lang.pick("捐赠项目", "Given"))
        .number(lang.pick("金额（元）", "Yuan"))
        .head(lang.pick("情况", "State"))
        .head(lang.pick("办理", "Act"))
        .rows(receipts.iter().map(row))
}

fn receipt_acts(visitor: &Visitor, id: CampaignId, receipt: &DonationReceipt) -> Vec<Form> {
    let (lang, number) = (visitor.lang, receipt.number);
    let mut acts = Vec::new();
    if may(visitor.role, Capability::TakeGifts) {
        let path = format!("/campaigns/{id}/receipts/{number}");
        acts.push(Form::new(path, lang.pick("下载PDF（留痕）", "Get the PDF (recorded)")));
    }
    if visitor.role == Role::Finance && receipt.voided.is_none() {
        let reason = Field::new("reason", lang.pick("作废原因", "Why"), Input::Text);
        let void = Form::new(format!("/campaigns/{id}/void-receipt"), lang.pick("作废", "Void"));
        acts.push(
            void.hidden("number", number.to_string()).field(reason.id(format!("void-{number}")).needed()),
        );
    }
    acts
}

/// A receipt for printing. It shows the donor's name, so it is asked by a form and recorded.
pub(super) async fn receipt(
    State(console): State<Console>,
    visitor: Visitor,
    Path((id, number)): Path<(CampaignId, u32)>,
) -> Result<Response, Stop> {
    visitor.must(Capability::TakeGifts)?;
    match printed(&console.office, &visitor, id, number).await {
        Ok(bytes) => {
            let name = format!("attachment; filename=\"receipt-{number:08}.pdf\"");
            Ok(([(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, name)], bytes)
                .into_response())
        }
        Err(error @ ProcessError::Unknown { .. }) => Err(Stop::failed(error, visitor.lang)),
        Err(error) => {
            let refusal = Refusal::of(&error, visitor.lang);
            page(&console, &visitor, id, Wanted::default(), (&Typed::default(), Some(refusal))).await
        }
    }
}

async fn printed(
    office: &Office,
    visitor: &Visitor,
    id: CampaignId,
    number: u32,
) -> Result<Vec<u8>, ProcessError> {
    let damaged = |error: &dyn std::fmt::Display| ProcessError::Damaged(error.to_string());
    let known = campaign::campaign(office, id).await?;
    let name = known.book().map(|book| book.terms.name.clone()).unwrap_or_default();
    let log = office.repository.log().clone();
    let tree = TreeStore::<Sha256Tree>::open(log).await.map_err(|error| damaged(&error))?;
    let desk = visitor.desk();
    let press = Press { office, tree: &tree, sealing: None, name: "", desk: Some(&desk), as_of: AsOf::Now };
    let paper = press.make(&Subject::Receipt { campaign: name, number }).await?;
    let written = tokio::task::spawn_blocking(move || print::pdf::write(&paper));
    let written = written.await.map_err(|error| damaged(&error))?;
    Ok(written.map_err(|error| ProcessError::refused(&error))?.bytes)
}
