//! `ledger campaign list` and `show`.

use domain::campaign::{GiftBook, RemittanceStep};
use projections::Until;
use projections::donation_totals::queries::{self, CampaignTotal};
use serde_json::json;

use super::named;
use super::waiting::{show_waiting, waiting_of};
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, yuan};
use crate::cli::session::Session;
use crate::processes::ProcessError;
use crate::processes::campaign;

/// Lists every campaign, the oldest first.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn list(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    let totals = session
        .with_ledger(async |app| {
            app.office().runner.catch_up(Until::Head).await?;
            Ok(queries::campaign_totals(&app.office().pool).await?)
        })
        .await?;
    let heads = [
        (screen.pick("募捐活动", "Campaign"), Align::Left),
        (screen.pick("期间", "Period"), Align::Left),
        (screen.pick("状态", "Stage"), Align::Left),
        (screen.pick("笔数", "Gifts"), Align::Right),
        (screen.pick("合计（元）", "Total, yuan"), Align::Right),
        (screen.pick("实物价值（元）", "Goods, yuan"), Align::Right),
        (screen.pick("已转交（元）", "Remitted, yuan"), Align::Right),
    ];
    let mut rows = Vec::new();
    for CampaignTotal { campaign, .. } in &totals {
        rows.push(vec![
            campaign.name.clone(),
            format!("{} – {}", campaign.opens_on, campaign.closes_on),
            screen.pick(campaign.stage.zh(), campaign.stage.en()).to_owned(),
            grouped(campaign.donation_count.cast_signed()),
            yuan(campaign.total().map_err(ProcessError::from)?),
            yuan(campaign.in_kind_value),
            yuan(campaign.remitted),
        ]);
    }
    screen.table(&heads, &rows)?;
    screen.answer(&totals)?;
    Ok(Done::Well)
}

/// Shows one campaign as the log has it.
///
/// # Errors
/// [`Failure`]: there is no such campaign, or the ledger cannot be read.
pub(super) async fn one(session: &Session, name: &str) -> Result<Done, Failure> {
    let screen = session.screen;
    let campaign = session
        .with_ledger(async |app| Ok(campaign::campaign(app.office(), named(app.office(), name)).await?))
        .await?;
    let book = campaign.book().ok_or(ProcessError::Unknown { what: "campaign" })?;
    let stage = campaign.stage();
    show_sums(&screen, book, screen.pick(stage.zh(), stage.en()))?;
    show_remittances(&screen, book)?;
    let waiting = waiting_of(book);
    show_waiting(&screen, &waiting)?;
    let voided = book.receipts.values().filter(|entry| entry.voided.is_some()).count();
    screen.answer(&json!({
        "terms": book.terms,
        "stage": stage,
        "received": book.received,
        "refunded": book.refunded,
        "total": book.total(),
        "donation_count": book.donation_count(),
        "in_kind_count": book.in_kind.len(),
        "in_kind_value": book.in_kind_value,
        "remitted": book.remitted,
        "last_receipt": book.last_receipt,
        "voided_receipts": voided,
        "progress": book.progress,
        "remittances": book.remittances,
        "waiting": waiting,
    }))?;
    Ok(Done::Well)
}

fn show_sums(screen: &Screen, book: &GiftBook, stage: &str) -> Result<(), Failure> {
    let heads = [("", Align::Left), ("", Align::Left)];
    let terms = &book.terms;
    let voided = book.receipts.values().filter(|entry| entry.voided.is_some()).count();
    let published = book.progress.iter().map(|progress| progress.published_on.to_string());
    let line =
        |zh: &'static str, en: &'static str, value: String| vec![screen.pick(zh, en).to_owned(), value];
    let rows = [
        line("活动", "Campaign", format!("{} · {stage}", terms.name)),
        line("主办方", "Organiser", terms.organiser.clone()),
        line("备案编号", "Filing number", terms.filing_number.clone().unwrap_or_else(|| "-".to_owned())),
        line("期间", "Period", format!("{} – {}", terms.opens_on, terms.closes_on)),
        line("用途", "Purpose", terms.purpose.clone()),
        line("收到（元）", "Received, yuan", yuan(book.received)),
        line("退还（元）", "Refunded, yuan", yuan(book.refunded)),
        line("合计（元）", "Total, yuan", yuan(book.total())),
        line("笔数", "Gifts", grouped(book.donation_count().cast_signed())),
        line(
            "实物捐赠（另计）",
            "Goods, apart",
            format!("{} · {}", book.in_kind.len(), yuan(book.in_kind_value)),
        ),
        line("已转交（元）", "Remitted, yuan", yuan(book.remitted)),
        line(
            "票据",
            "Receipts",
            screen.pick(
                format!("{} 张，作废 {voided} 张", book.last_receipt),
                format!("{}, {voided} voided", book.last_receipt),
            ),
        ),
        line("定期公开", "Progress published", published.collect::<Vec<_>>().join(screen.pick("、", ", "))),
    ];
    Ok(screen.table(&heads, &rows)?)
}

fn show_remittances(screen: &Screen, book: &GiftBook) -> Result<(), Failure> {
    if book.remittances.is_empty() {
        return Ok(());
    }
    let heads = [
        (screen.pick("转交", "Remittance"), Align::Left),
        (screen.pick("接收单位", "Recipient"), Align::Left),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
        (screen.pick("提出", "Proposed"), Align::Left),
        (screen.pick("情况", "State"), Align::Left),
    ];
    let mut remittances: Vec<_> = book.remittances.iter().collect();
    remittances.sort_by_key(|(id, remittance)| (remittance.proposed_on, **id));
    let rows = remittances.into_iter().map(|(id, remittance)| {
        let state = match &remittance.step {
            RemittanceStep::Proposed => screen.pick("待批准", "proposed").to_owned(),
            RemittanceStep::Rejected { reason, rejected_on } => {
                format!("{} {rejected_on}：{reason}", screen.pick("退回", "sent back"))
            }
            RemittanceStep::Remitted { reference, remitted_on } => {
                format!("{} {remitted_on} {reference}", screen.pick("已转交", "remitted"))
            }
        };
        let proposed = format!("{} {}", remittance.proposed_on, remittance.proposed_by);
        vec![id.to_string(), remittance.recipient.clone(), yuan(remittance.amount), proposed, state]
    });
    Ok(screen.table(&heads, &rows.collect::<Vec<_>>())?)
}
