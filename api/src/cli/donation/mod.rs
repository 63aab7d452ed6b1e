//! `ledger donation`: gifts, refunds and receipts. A donor's name comes on standard input, which no shell keeps.

mod import;
mod list;
mod receipt;
mod record;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Subcommand;
use domain::campaign::Publicity;
use domain::ids::{CampaignId, DonationId};
use domain::money::Money;
use serde_json::json;

use super::campaign::parse_yuan;
use super::failure::{Done, Failure};
use super::screen::yuan;
use super::session::Session;
use crate::processes::Office;
use crate::processes::campaign::{self, DonationReceipt};
use crate::registers::Named;

/// Gifts.
#[derive(Debug, Subcommand)]
pub enum DonationCommand {
    /// 登记捐赠 · record a gift of money; the donor's name is the line on standard input, empty where nobody left one
    Record(record::RecordArgs),
    /// 登记实物 · record a gift of goods; the donor's name is the line on standard input
    RecordGoods(record::GoodsArgs),
    /// 导入平台账单 · take gifts and refunds from a statement of WeChat Pay or Alipay (.csv)
    Import {
        /// 账单文件 · the statement
        file: PathBuf,
        /// 募捐活动 · the campaign, by name or identifier
        #[arg(long)]
        campaign: String,
        /// 版式文件 · layout of another export (.toml)
        #[arg(long)]
        layout: Option<PathBuf>,
        /// 本单位版式目录 · folder of the office's own layouts (*.toml)
        #[arg(long, value_name = "DIR", env = "LEDGER_STATEMENT_LAYOUTS")]
        layouts: Option<PathBuf>,
        /// 有错也导入正确行 · take the good lines although there are bad ones
        #[arg(long)]
        keep_good: bool,
        /// 试导入 · say what stands in the file; changes nothing
        #[arg(long)]
        check: bool,
    },
    /// 退还捐赠 · give money back
    Refund {
        /// 募捐活动 · the campaign, by name or identifier
        #[arg(long)]
        campaign: String,
        /// 捐赠 · the gift, by the office's number (登记号) or identifier
        donation: String,
        /// 金额 · yuan with two places
        #[arg(long, value_parser = parse_yuan)]
        amount: Money,
        /// 退还日期 · the day; today when absent
        #[arg(long)]
        refunded_on: Option<NaiveDate>,
        /// 退款单号 · number of the refund, where there is one
        #[arg(long)]
        number: Option<String>,
    },
    /// 变更公开意愿 · record how a donor wants to be named from now on
    Publicity {
        /// 募捐活动 · the campaign, by name or identifier
        #[arg(long)]
        campaign: String,
        /// 捐赠 · the gift, by the office's number (登记号) or identifier
        donation: String,
        /// 公开、部分公开、匿名 · named, masked or anonymous
        #[arg(value_parser = parse_publicity)]
        publicity: Publicity,
    },
    /// 捐赠一览 · list the gifts of a campaign, without names
    List {
        /// 募捐活动 · the campaign, by name or identifier
        #[arg(long)]
        campaign: String,
    },
    /// 票据 · receipts: issue, show, void, list
    #[command(subcommand)]
    Receipt(receipt::ReceiptCommand),
    /// 善款流向 · where the money of one gift went, without the people who were helped
    Trace {
        /// 捐赠 · the gift
        donation: DonationId,
    },
}

/// Does one step with a gift, or shows gifts.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: DonationCommand) -> Result<Done, Failure> {
    match command {
        DonationCommand::Record(arguments) => record::money(session, arguments).await,
        DonationCommand::RecordGoods(arguments) => record::goods(session, arguments).await,
        DonationCommand::Import { file, campaign, layout, layouts, keep_good, check } => {
            let wanted = import::Wanted { file, campaign, layout, layouts, keep_good, check };
            import::run(session, wanted).await
        }
        DonationCommand::Refund { campaign, donation, amount, refunded_on, number } => {
            refund(session, &campaign, &donation, (amount, refunded_on, number)).await
        }
        DonationCommand::Publicity { campaign, donation, publicity } => {
            change_publicity(session, &campaign, &donation, publicity).await
        }
        DonationCommand::List { campaign } => list::run(session, &campaign).await,
        DonationCommand::Receipt(command) => receipt::run(session, command).await,
        DonationCommand::Trace { donation } => list::trace(session, donation).await,
    }
}

async fn refund(
    session: &Session,
    name: &str,
    donation: &str,
    (amount, refunded_on, number): (Money, Option<NaiveDate>, Option<String>),
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let refunded_on = refunded_on.unwrap_or_else(|| desk.today());
    let hint = match number {
        None => (
            "确属另一笔退款的，请用 --number 写明退款单号。",
            " Another refund has a number of its own: --number.",
        ),
        Some(_) => ("", ""),
    };
    let (donation_id, receipt) = session
        .act_or_hint(hint, async |app| {
            let (office, campaign_id) = (app.office(), super::campaign::named(app.office(), name));
            let donation_id = gift_named(office, campaign_id, donation);
            let of = (campaign_id, donation_id);
            campaign::refund_donation(office, &desk, of, amount, refunded_on, number).await?;
            let receipts = campaign::receipts(office, campaign_id).await?;
            let of_gift =
                |receipt: &DonationReceipt| receipt.donation_id == donation_id && receipt.voided.is_none();
            Ok((donation_id, receipts.into_iter().find(of_gift)))
        })
        .await?;
    let sum = yuan(amount);
    session.screen.say(
        format!("捐赠 {donation_id} 已退还 {sum} 元。"),
        format!("{sum} yuan of gift {donation_id} were refunded."),
    )?;
    if let Some(receipt) = receipt {
        let (serial, state) = (&receipt.serial, receipt.state(session.screen.lang));
        session.screen.say(format!("票据 {serial}：{state}。"), format!("Receipt {serial}: {state}."))?;
    }
    session.screen.answer(&json!({ "donation_id": donation_id, "amount": amount, "done": "refunded" }))?;
    Ok(Done::Well)
}

async fn change_publicity(
    session: &Session,
    name: &str,
    donation: &str,
    publicity: Publicity,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let donation_id = session
        .act(async |app| {
            let campaign_id = super::campaign::named(app.office(), name);
            let donation_id = gift_named(app.office(), campaign_id, donation);
            campaign::change_publicity(app.office(), &desk, (campaign_id, donation_id), publicity).await?;
            Ok(donation_id)
        })
        .await?;
    session.screen.say(
        format!("捐赠 {donation_id} 今后按“{}”公开。", publicity.word()),
        format!("Gift {donation_id} is published as {} from now on.", publicity_en(publicity)),
    )?;
    session
        .screen
        .answer(&json!({ "donation_id": donation_id, "publicity": publicity, "done": "changed" }))?;
    Ok(Done::Well)
}

/// The gift of an identifier or of the office's own number.
fn gift_named(office: &Office, campaign_id: CampaignId, text: &str) -> DonationId {
    text.parse().unwrap_or_else(|_| office.donation_id(campaign_id, text))
}

/// Reads how a donor wants to be named.
pub(super) fn parse_publicity(text: &str) -> Result<Publicity, String> {
    Publicity::from_word(text)
        .ok_or_else(|| "应为公开、部分公开或匿名 · named, masked or anonymous".to_owned())
}

/// How a donor wants to be named, in English.
const fn publicity_en(publicity: Publicity) -> &'static str {
    match publicity {
        Publicity::Named => "named",
        Publicity::Masked => "masked",
        Publicity::Anonymous => "anonymous",
    }
}
