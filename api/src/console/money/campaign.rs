//! The page of a campaign: how far its money went, what is published when, what was remitted, and where each yuan is.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::actor::Role;
use domain::campaign::{Campaign, CampaignStage, DuePublication, GiftBook, RemittanceStep, due_publications};
use domain::ids::{CampaignId, RemittanceId};
use domain::numbers::{grouped, yuan};

use super::statements;
use super::thermometer::thermometer;
use crate::access::{Capability, may};
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Cell, Field, Figure, Form, Input, Row, Sheet, Table};
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::campaign;
use crate::processes::campaign::{
    CampaignTrace, SMALLEST_CROWD, TracedUse, UsedSum, publication_list, trace,
};

pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<CampaignId>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    page(&console, &visitor, id, &Typed::default(), None).await
}

/// The page, with what was refused on it.
pub(super) async fn page(
    console: &Console,
    visitor: &Visitor,
    id: CampaignId,
    typed: &Typed,
    refused: Option<Refusal>,
) -> Result<Response, Stop> {
    let (office, lang) = (&console.office, visitor.lang);
    let failed = |error| Stop::failed(error, lang);
    let known = campaign::campaign(office, id).await.map_err(failed)?;
    let book = known.book().ok_or(Stop::Missing(lang))?;
    let traced = trace(office, id).await.map_err(failed)?;
    let stage = known.stage();
    let terms = &book.terms;
    let mut sheet = Sheet::new(visitor, "/money", (&terms.name, &terms.name))
        .below("/money", lang.pick("资金与捐赠", "Funds and gifts"))
        .lead(format!(
            "{} · {} · {} · {} — {} · {}",
            lang.pick(stage.zh(), stage.en()),
            terms.organiser,
            terms.filing_number.as_deref().unwrap_or("—"),
            terms.opens_on,
            terms.closes_on,
            terms.purpose
        ))
        .with(Block::Figures(figures(lang, book)))
        .with(thermometer(lang, &traced).map_err(failed)?)
        .with(Block::Links(String::new(), links(lang, id)))
        .with(Block::Table(uses(lang, &traced)))
        .with(Block::Table(deadlines(visitor, id, &known)))
        .with(Block::Table(remittances(visitor, id, book)));
    for form in forms(visitor, id, stage, typed) {
        sheet = sheet.with(Block::Form(form));
    }
    Ok(sheet.answer(refused))
}

fn figures(lang: Lang, book: &GiftBook) -> Vec<Figure> {
    let voided = book.receipts.values().filter(|entry| entry.voided.is_some()).count();
    let count = |count: usize| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    vec![
        Figure::new(lang.pick("合计（元）", "Total (yuan)"), yuan(book.total())).besides(format!(
            "{} {} − {} {}",
            lang.pick("收到", "received"),
            yuan(book.received),
            lang.pick("退还", "refunded"),
            yuan(book.refunded)
        )),
        Figure::new(lang.pick("笔数", "Gifts"), grouped(book.donation_count().cast_signed())),
        Figure::new(lang.pick("实物（另计，元）", "Goods, apart (yuan)"), yuan(book.in_kind_value))
            .besides(format!("{} {}", count(book.in_kind.len()), lang.pick("件", "gifts"))),
        Figure::new(lang.pick("票据", "Receipts"), book.last_receipt.to_string()).besides(format!(
            "{} {}",
            lang.pick("作废", "voided"),
            count(voided)
        )),
    ]
}

fn links(lang: Lang, id: CampaignId) -> Vec<(String, String)> {
    let link =
        |path: &str, zh: &str, en: &str| (format!("/campaigns/{id}/{path}"), lang.pick(zh, en).to_owned());
    vec![
        link("gifts", "捐赠与票据", "Gifts and receipts"),
        link(
            "list.csv",
            "下载公示清单（按捐赠人意愿署名）",
            "Get the publication list, donors as they wish to be named",
        ),
        link("history", "逐笔来龙去脉（截至任一天）", "How it came about, as of any day"),
    ]
}

fn uses(lang: Lang, traced: &CampaignTrace) -> Table {
    let row = |(used, amount): &UsedSum| {
        let (day, words) = use_told(lang, used);
        Row::of(vec![Cell::Text(day), Cell::Text(words), Cell::number(yuan(*amount))])
    };
    let hidden =
        |(used, _): &UsedSum| matches!(used, TracedUse::Aid { community: None, program: Some(_), .. });
    let mut table = Table::new(
        lang.pick("每一元去了哪里", "Where each yuan went"),
        lang.pick("善款尚未使用。", "Nothing was used yet."),
    );
    if traced.uses.iter().any(hidden) {
        table = table.note(lang.pick(
            format!("受助人不足 {SMALLEST_CROWD} 人的社区合并，不列名称。"),
            format!("Communities with fewer than {SMALLEST_CROWD} people helped are put together without their names."),
        ));
    }
    table
        .head(lang.pick("日期", "Day"))
        .head(lang.pick("用途", "Use"))
        .number(lang.pick("金额（元）", "Yuan"))
        .rows(traced.uses.iter().map(row))
}

fn use_told(lang: Lang, used: &TracedUse) -> (String, String) {
    match used {
        TracedUse::Aid { program, month, community, spent_on } => {
            let unknown = lang.pick("救助（明细未知）", "aid, details unknown");
            let program = program.map_or(unknown, |program| lang.pick(program.zh(), program.en()));
            let month = month.map(|month| format!(" {month}")).unwrap_or_default();
            let community = community.as_deref().unwrap_or(lang.pick("其他社区", "other communities"));
            (spent_on.to_string(), format!("{program}{month} · {community}"))
        }
        TracedUse::Remittance { recipient, reference, remitted_on } => {
            let words = lang.pick("转交", "remitted to");
            (remitted_on.to_string(), format!("{words} {recipient}（{reference}）"))
        }
    }
}

fn deadlines(visitor: &Visitor, id: CampaignId, campaign: &Campaign) -> Table {
    let (lang, today) = (visitor.lang, visitor.desk().today());
    let row = |due: &DuePublication| {
        let (mark, state) = match (due.is_late(today), due.published_on) {
            (true, None) => ("bad", lang.pick("逾期未公开", "overdue")),
            (true, Some(_)) => ("bad", lang.pick("逾期公开", "late")),
            (false, None) => ("", lang.pick("未到期", "not due yet")),
            (false, Some(_)) => ("settled", lang.pick("按期", "in time")),
        };
        Row::of(vec![
            Cell::text(lang.pick(due.kind.zh(), due.kind.en())),
            Cell::text(due.due_on.to_string()),
            Cell::text(due.published_on.map(|on| on.to_string()).unwrap_or_default()),
            Cell::Tag(mark, state.to_owned()),
            Cell::text(due.source()),
        ])
    };
    let empty = lang.pick("没有须公开的内容。", "Nothing is to be published.");
    let mut table = Table::new(lang.pick("公开期限", "What is published when"), empty)
        .head(lang.pick("公开内容", "What"))
        .head(lang.pick("最迟", "Due by"))
        .head(lang.pick("公开日期", "Published"))
        .head(lang.pick("情况", "State"))
        .head(lang.pick("依据", "Source"))
        .rows(due_publications(campaign, today).iter().map(row));
    if visitor.role == Role::Clerk && campaign.stage() != CampaignStage::Published {
        let publish = Form::new(format!("/campaigns/{id}/publish"), lang.pick("登记公开", "Publish"));
        let cells = ["", "", "", ""].map(Cell::text).into_iter();
        table = table.rows([Row::of(cells.chain([Cell::Acts(vec![publish])]).collect())]);
    }
    table
}

fn remittances(visitor: &Visitor, id: CampaignId, book: &GiftBook) -> Table {
    let lang = visitor.lang;
    let row = |(remittance_id, remittance): (&RemittanceId, &domain::campaign::Remittance)| {
        let (mark, state) = match &remittance.step {
            RemittanceStep::Proposed => ("", lang.pick("待批准", "proposed").to_owned()),
            RemittanceStep::Rejected { reason, rejected_on } => {
                ("bad", format!("{} {rejected_on} {reason}", lang.pick("退回", "sent back")))
            }
            RemittanceStep::Remitted { reference, remitted_on } => {
                ("settled", format!("{} {remitted_on} {reference}", lang.pick("已转交", "remitted")))
            }
        };
        let open = visitor.role == Role::Approver && remittance.step == RemittanceStep::Proposed;
        Row::of(vec![
            Cell::text(remittance.recipient.clone()),
            Cell::number(yuan(remittance.amount)),
            Cell::text(format!("{} {}", remittance.proposed_by, remittance.proposed_on)),
            Cell::Tag(mark, state),
            Cell::Acts(if open { remittance_acts(lang, id, *remittance_id) } else { Vec::new() }),
        ])
    };
    let empty = lang.pick("没有转交。", "Nothing was remitted.");
    Table::new(lang.pick("善款转交", "Remittances"), empty)
        .note(lang.pick("提出人不得批准自己的转交。", "Nobody approves what they proposed."))
        .head(lang.pick("接收单位", "Recipient"))
        .number(lang.pick("金额（元）", "Yuan"))
        .head(lang.pick("提出", "Proposed"))
        .head(lang.pick("情况", "State"))
        .head(lang.pick("办理", "Act"))
        .rows(book.remittances.iter().map(row))
}

fn remittance_acts(lang: Lang, id: CampaignId, remittance: RemittanceId) -> Vec<Form> {
    let act = |step: &str, button: &str, name: &'static str, label: &str| {
        let field = Field::new(name, label, Input::Text).id(format!("{name}-{remittance}")).needed();
        let path = format!("/campaigns/{id}/{step}");
        Form::new(path, button).hidden("remittance", remittance.to_string()).field(field)
    };
    let reference = lang.pick("汇款凭证号", "Voucher");
    vec![
        act("approve-remittance", lang.pick("批准转交", "Approve"), "reference", reference),
        act("reject-remittance", lang.pick("退回", "Send back"), "reason", lang.pick("原因", "Why")),
    ]
}

fn forms(visitor: &Visitor, id: CampaignId, stage: CampaignStage, typed: &Typed) -> Vec<Form> {
    let lang = visitor.lang;
    let mut forms = Vec::new();
    if may(visitor.role, Capability::TakeGifts) && stage != CampaignStage::Published {
        forms.push(statements::form(lang, id));
    }
    if matches!(visitor.role, Role::Clerk | Role::Finance) {
        let recipient = Field::new("recipient", lang.pick("接收单位", "Recipient"), Input::Text);
        let amount = Field::new("amount", lang.pick("金额（元）", "Yuan"), Input::Number);
        forms.push(
            Form::new(format!("/campaigns/{id}/remit"), lang.pick("提出", "Propose"))
                .title(lang.pick("提出善款转交", "Propose a remittance"))
                .note(lang.pick(
                    "由审批岗另一人批准后出账。",
                    "Another person, an approver, approves it; then the fund is debited.",
                ))
                .field(recipient.value(typed.text("recipient")).needed())
                .field(amount.value(typed.text("amount")).needed()),
        );
    }
    if visitor.role == Role::Clerk && stage == CampaignStage::Open {
        let day = Field::new("closed_on", lang.pick("结束日期", "Last day"), Input::Date).needed();
        forms.push(
            Form::new(format!("/campaigns/{id}/close"), lang.pick("结束活动", "End it"))
                .title(lang.pick("结束募捐活动", "End the campaign"))
                .note(lang.pick(
                    "结束后不再接受捐赠，三个月内须全面公开；不能撤销。",
                    "No more gifts are taken then, and the results are due within three months; this cannot be undone.",
                ))
                .field(day.value(typed.text("closed_on"))),
        );
    }
    forms
}

/// The list as it would be published now: a file. Names stand in it as their donors wish.
pub(super) async fn list(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<CampaignId>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let list = publication_list(&console.office, id).await;
    let list = list.map_err(|error| Stop::failed(error, visitor.lang))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"campaign-{id}.csv\"")),
    ];
    // the mark lets spreadsheets read the text as UTF-8
    Ok((headers, ["\u{feff}", &list.csv()].concat()).into_response())
}
