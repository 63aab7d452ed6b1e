//! `ledger donation receipt`: 公益事业捐赠票据.

use clap::Subcommand;
use domain::numbers::receipt_serial;
use serde_json::json;

use super::gift_named;
use crate::cli::campaign::named;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, yuan};
use crate::cli::session::Session;
use crate::processes::campaign::{self, DonationReceipt};

/// Receipts.
#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// 开具 · issue the receipt of a gift; the campaign gives the next number
    Issue {
        /// 募捐活动 · the campaign, by name or identifier
        #[arg(long)]
        campaign: String,
        /// 捐赠 · the gift, by the office's number (登记号) or identifier
        donation: String,
    },
    /// 查看 · show a receipt with the donor's name, or 匿名 as the donor wishes; that a name was opened is recorded
    Show {
        /// 募捐活动 · the campaign, by name or identifier
        #[arg(long)]
        campaign: String,
        /// 票据号 · number
        number: u32,
    },
    /// 作废 · void a receipt; its number stays taken
    Void {
        /// 募捐活动 · the campaign, by name or identifier
        #[arg(long)]
        campaign: String,
        /// 票据号 · number
        number: u32,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 一览 · list the receipts of a campaign, voided ones too, without names
    List {
        /// 募捐活动 · the campaign, by name or identifier
        #[arg(long)]
        campaign: String,
    },
}

/// Does one step with a receipt, or shows receipts.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: ReceiptCommand) -> Result<Done, Failure> {
    match command {
        ReceiptCommand::Issue { campaign, donation } => issue(session, &campaign, &donation).await,
        ReceiptCommand::Show { campaign, number } => show(session, &campaign, number).await,
        ReceiptCommand::Void { campaign, number, reason } => void(session, &campaign, number, &reason).await,
        ReceiptCommand::List { campaign } => list(session, &campaign).await,
    }
}

async fn issue(session: &Session, name: &str, donation: &str) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let (donation_id, number, is_to_be_voided) = session
        .act(async |app| {
            let (office, campaign_id) = (app.office(), named(app.office(), name));
            let donation_id = gift_named(office, campaign_id, donation);
            let number = campaign::issue_receipt(office, &desk, (campaign_id, donation_id)).await?;
            // a gift keeps the receipt it has, also one that certifies more than is left of the gift
            let certifies_more =
                |receipt: &DonationReceipt| receipt.number == number && receipt.refunded_since.is_positive();
            let receipts = campaign::receipts(office, campaign_id).await?;
            Ok((donation_id, number, receipts.iter().any(certifies_more)))
        })
        .await?;
    let serial = receipt_serial(number);
    if is_to_be_voided {
        session.screen.say(
            format!("票据 {serial} 仍有效，须先作废（donation receipt void）才能重开。"),
            format!("Receipt {serial} still stands: void it first (donation receipt void)."),
        )?;
        let answer = json!({ "donation_id": donation_id, "number": number, "done": "to_be_voided" });
        session.screen.answer(&answer)?;
        return Ok(Done::Found);
    }
    session.screen.say(format!("已开具 {serial} 号票据。"), format!("Receipt {serial} is issued."))?;
    session.screen.answer(&json!({ "donation_id": donation_id, "number": number, "done": "issued" }))?;
    Ok(Done::Well)
}

async fn void(session: &Session, name: &str, number: u32, reason: &str) -> Result<Done, Failure> {
    let desk = session.desk()?;
    session
        .act(async |app| {
            let campaign_id = named(app.office(), name);
            Ok(campaign::void_receipt(app.office(), &desk, campaign_id, number, reason).await?)
        })
        .await?;
    let serial = receipt_serial(number);
    session.screen.say(
        format!("{serial} 号票据已作废，票据号保留。"),
        format!("Receipt {serial} is voided; its number stays taken."),
    )?;
    session.screen.answer(&json!({ "number": number, "done": "voided" }))?;
    Ok(Done::Well)
}

async fn show(session: &Session, name: &str, number: u32) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let receipt = session
        .with_ledger(async |app| {
            Ok(campaign::receipt(app.office(), &desk, named(app.office(), name), number).await?)
        })
        .await?;
    show_one(&session.screen, &receipt)?;
    session.screen.answer(&receipt)?;
    Ok(Done::Well)
}

fn show_one(screen: &Screen, receipt: &DonationReceipt) -> Result<(), Failure> {
    let heads = [("", Align::Left), ("", Align::Left)];
    let line =
        |zh: &'static str, en: &'static str, value: String| vec![screen.pick(zh, en).to_owned(), value];
    let mut rows = vec![
        line("票据号", "Number", receipt.serial.clone()),
        line("捐赠人", "Donor", screen.pick(receipt.donor.zh(), receipt.donor.en()).to_owned()),
        line("募捐活动", "Campaign", receipt.campaign.clone()),
        line("用途", "Purpose", receipt.purpose.clone()),
        line("捐赠项目", "Given", receipt.given(screen.lang).to_owned()),
        line("金额（小写，元）", "Yuan", yuan(receipt.amount)),
        line("金额（大写）", "In capitals", receipt.amount_in_capitals.clone()),
        line("捐赠日期", "Given on", receipt.received_on.to_string()),
        line("开票日期", "Issued on", receipt.issued_on.to_string()),
        line("接受单位", "Organisation", receipt.organiser.clone()),
    ];
    if let Some(voided) = &receipt.voided {
        rows.push(line("作废", "Voided", format!("{} {}", voided.voided_on, voided.reason)));
    } else if receipt.refunded_since.is_positive() {
        let sum = yuan(receipt.refunded_since);
        let refunded = screen.pick(format!("开票后退还 {sum} 元"), format!("{sum} yuan were refunded since"));
        rows.push(line("情况", "State", format!("{}；{refunded}", receipt.state(screen.lang))));
    }
    Ok(screen.table(&heads, &rows)?)
}

async fn list(session: &Session, name: &str) -> Result<Done, Failure> {
    let screen = session.screen;
    let receipts = session
        .with_ledger(async |app| Ok(campaign::receipts(app.office(), named(app.office(), name)).await?))
        .await?;
    let heads = [
        (screen.pick("票据号", "Number"), Align::Left),
        (screen.pick("开票日期", "Issued on"), Align::Left),
        (screen.pick("捐赠项目", "Given"), Align::Left),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
        (screen.pick("情况", "State"), Align::Left),
    ];
    let row = |receipt: &DonationReceipt| {
        vec![
            receipt.serial.clone(),
            receipt.issued_on.to_string(),
            receipt.given(screen.lang).to_owned(),
            yuan(receipt.amount),
            receipt.state(screen.lang),
        ]
    };
    screen.table(&heads, &receipts.iter().map(row).collect::<Vec<_>>())?;
    screen.answer(&receipts)?;
    Ok(Done::Well)
}
