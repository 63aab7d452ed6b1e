//! `ledger donation list` and `trace`.

use domain::ids::DonationId;
use domain::numbers::receipt_serial;
use serde_json::json;

use super::publicity_en;
use crate::cli::campaign::{named, show_uses};
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, yuan};
use crate::cli::session::Session;
use crate::processes::campaign::{self, GiftsOf};
use crate::registers::Named;

/// Lists the gifts of a campaign, money first, without the donors' names.
///
/// # Errors
/// [`Failure`]: there is no such campaign, or the ledger cannot be read.
pub(super) async fn run(session: &Session, name: &str) -> Result<Done, Failure> {
    let screen = session.screen;
    let gifts = session
        .with_ledger(async |app| Ok(campaign::gifts(app.office(), named(app.office(), name)).await?))
        .await?;
    let heads = [
        (screen.pick("捐赠", "Gift"), Align::Left),
        (screen.pick("日期", "Day"), Align::Left),
        (screen.pick("方式或物品", "Method or goods"), Align::Left),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
        (screen.pick("已退还（元）", "Refunded"), Align::Right),
        (screen.pick("实物价值（元）", "Goods"), Align::Right),
        (screen.pick("公开", "Publicity"), Align::Left),
        (screen.pick("票据", "Receipt"), Align::Right),
    ];
    let GiftsOf { money, goods } = &gifts;
    let receipt = |number: Option<u32>| number.map(receipt_serial).unwrap_or_default();
    let money = money.iter().map(|row| {
        vec![
            row.donation_id.to_string(),
            row.received_on.to_string(),
            row.method.word().to_owned(),
            yuan(row.amount),
            yuan(row.refunded),
            String::new(),
            screen.pick(row.publicity.word(), publicity_en(row.publicity)).to_owned(),
            receipt(row.receipt_number),
        ]
    });
    let goods = goods.iter().map(|row| {
        vec![
            row.donation_id.to_string(),
            row.received_on.to_string(),
            format!("{} {} {}", row.description, row.quantity, row.unit),
            String::new(),
            String::new(),
            yuan(row.fair_value),
            screen.pick(row.publicity.word(), publicity_en(row.publicity)).to_owned(),
            receipt(row.receipt_number),
        ]
    });
    screen.table(&heads, &money.chain(goods).collect::<Vec<_>>())?;
    screen.answer(&gifts)?;
    Ok(Done::Well)
}

/// Follows the money of one gift.
///
/// # Errors
/// [`Failure`]: there is no such gift of money, or the log does not tie.
pub(super) async fn trace(session: &Session, donation_id: DonationId) -> Result<Done, Failure> {
    let screen = session.screen;
    let (trace, gift) =
        session.with_ledger(async |app| Ok(campaign::trace_gift(app.office(), donation_id).await?)).await?;
    let (received, refunded, left) = (yuan(gift.received), yuan(gift.refunded), yuan(gift.left));
    screen.say(
        format!("捐赠 {donation_id}：{received} 元，已退还 {refunded}，结余 {left}。"),
        format!("Gift {donation_id}: {received} yuan, {refunded} refunded, {left} left."),
    )?;
    show_uses(&screen, &gift.uses)?;
    screen.answer(&json!({ "campaign_id": trace.campaign_id, "log_size": trace.log_size, "gift": gift }))?;
    Ok(Done::Well)
}
