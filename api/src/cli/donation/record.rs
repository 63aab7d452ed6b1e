//! `ledger donation record` and `record-goods`.

use std::io::{self, BufRead, IsTerminal, Read};

use chrono::NaiveDate;
use domain::campaign::{DonationMethod, Goods, Publicity, Valuation};
use domain::ids::DonationId;
use domain::money::Money;
use domain::personal::DonorName;
use serde_json::json;

use super::parse_publicity;
use crate::cli::campaign::{named, parse_yuan};
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::yuan;
use crate::cli::session::{Session, waiting};
use crate::processes::campaign::{self, GoodsEntry};
use crate::processes::{self, ProcessError};
use crate::registers::Named;
use crate::registers::donations::{Receipt, Row};

/// The longest line that is read.
const LINE_BYTES_MAX: u64 = 1_024;

/// The most characters of a donor's name, as in the register.
const NAME_MAX: usize = 80;

/// A gift of money.
#[derive(Debug, clap::Args)]
pub struct RecordArgs {
    /// 募捐活动 · the campaign, by name or identifier
    #[arg(long)]
    campaign: String,
    /// 登记号 · the office's own number; the same number is the same gift
    #[arg(long)]
    number: String,
    /// 金额 · yuan with two places
    #[arg(long, value_parser = parse_yuan)]
    amount: Money,
    /// 捐赠方式 · 现金 cash, 转账 transfer or 扫码 mobile_payment
    #[arg(long, value_parser = parse_method)]
    method: DonationMethod,
    /// 是否公开 · 公开 named, 部分公开 masked or 匿名 anonymous
    #[arg(long, default_value = "anonymous", value_parser = parse_publicity)]
    publicity: Publicity,
    /// 收款日期 · the day
    #[arg(long)]
    received_on: NaiveDate,
    /// 开具票据 · issue the receipt too, as finance
    #[arg(long)]
    receipt: bool,
}

/// A gift of goods.
#[derive(Debug, clap::Args)]
pub struct GoodsArgs {
    /// 募捐活动 · the campaign, by name or identifier
    #[arg(long)]
    campaign: String,
    /// 登记号 · the office's own number; the same number is the same gift
    #[arg(long)]
    number: String,
    /// 物品名称 · what it is
    #[arg(long)]
    description: String,
    /// 数量 · how many
    #[arg(long)]
    quantity: u32,
    /// 计量单位 · of what unit
    #[arg(long)]
    unit: String,
    /// 公允价值 · what all of it is worth, yuan with two places
    #[arg(long, value_parser = parse_yuan)]
    fair_value: Money,
    /// 计价依据 · invoice 发票, market_price 市场价格 or appraisal 评估报告
    #[arg(long, value_parser = parse_valuation)]
    valuation: Valuation,
    /// 是否公开 · 公开 named, 部分公开 masked or 匿名 anonymous
    #[arg(long, default_value = "anonymous", value_parser = parse_publicity)]
    publicity: Publicity,
    /// 收到日期 · the day
    #[arg(long)]
    received_on: NaiveDate,
}

/// Records a gift of money.
///
/// # Errors
/// [`Failure`]: there is no such campaign, or the gift is refused.
pub(super) async fn money(session: &Session, arguments: RecordArgs) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let RecordArgs { campaign, number, amount, method, publicity, received_on, receipt } = arguments;
    let donor = donor(session, publicity)?;
    let receipt = if receipt { Receipt::Wanted } else { Receipt::NotWanted };
    let donation_id = session
        .act(async |app| {
            let campaign = name_of(app.office(), &campaign).await?;
            let row = Row { number, campaign, donor, publicity, amount, method, received_on, receipt };
            Ok(processes::receive_donation(app.office(), &desk, &row).await?)
        })
        .await?;
    said(session, donation_id, amount)
}

/// Records a gift of goods.
///
/// # Errors
/// [`Failure`]: there is no such campaign, or the gift is refused.
pub(super) async fn goods(session: &Session, arguments: GoodsArgs) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let donor = donor(session, arguments.publicity)?;
    let GoodsArgs { campaign, number, description, quantity, unit, fair_value, valuation, .. } = arguments;
    let goods = Goods { description, quantity, unit, fair_value, valuation };
    let (publicity, received_on) = (arguments.publicity, arguments.received_on);
    let entry = GoodsEntry { number, donor, publicity, goods, received_on };
    let donation_id = session
        .act(async |app| {
            let campaign_id = named(app.office(), &campaign);
            Ok(campaign::record_goods(app.office(), &desk, campaign_id, entry).await?)
        })
        .await?;
    said(session, donation_id, fair_value)
}

fn said(session: &Session, donation_id: DonationId, amount: Money) -> Result<Done, Failure> {
    let sum = yuan(amount);
    session.screen.say(
        format!("捐赠 {donation_id} 已登记，{sum} 元。"),
        format!("Gift {donation_id} is recorded, {sum} yuan."),
    )?;
    session.screen.answer(&json!({ "donation_id": donation_id, "amount": amount, "done": "recorded" }))?;
    Ok(Done::Well)
}

/// The name of a campaign that may be given by its identifier.
async fn name_of(office: &processes::Office, campaign: &str) -> Result<String, Failure> {
    let found = campaign::campaign(office, named(office, campaign)).await?;
    Ok(found.book().map(|book| book.terms.name.clone()).unwrap_or_default())
}

/// The donor's name from standard input; none where the line is empty.
fn donor(session: &Session, publicity: Publicity) -> Result<Option<DonorName>, Failure> {
    if io::stdin().is_terminal() {
        let prompt = "捐赠人（个人或单位，未留名直接回车）：";
        eprintln!("{}", session.screen.pick(prompt, "The donor's name, or nothing, then return:"));
    }
    let line = waiting(|| {
        let mut line = String::new();
        io::stdin().lock().take(LINE_BYTES_MAX).read_line(&mut line).map(|_| line)
    })?;
    let name = line.trim();
    if name.chars().count() > NAME_MAX {
        return Err(refused(
            "donor_too_long",
            "捐赠人名称不超过 80 字",
            "a donor's name has at most 80 characters",
        ));
    }
    if name.is_empty() && publicity != Publicity::Anonymous {
        return Err(refused(
            "donor_missing",
            "公开捐赠人须填写名称；未留名的请选匿名",
            "who is to be named needs a name; else the gift is anonymous",
        ));
    }
    Ok((!name.is_empty()).then(|| DonorName(name.to_owned())))
}

fn refused(code: &'static str, zh: &str, en: &str) -> Failure {
    let (zh, en) = (zh.to_owned(), en.to_owned());
    Failure::Process(ProcessError::Refused { code, field: "donor", zh, en })
}

fn parse_method(text: &str) -> Result<DonationMethod, String> {
    DonationMethod::from_word(text)
        .ok_or_else(|| "应为现金、转账或扫码 · cash, transfer or mobile_payment".to_owned())
}

fn parse_valuation(text: &str) -> Result<Valuation, String> {
    Ok(match text {
        "invoice" | "发票" => Valuation::Invoice,
        "market_price" | "市场价格" => Valuation::MarketPrice,
        "appraisal" | "评估报告" => Valuation::Appraisal,
        _ => {
            return Err("应为发票、市场价格或评估报告 · invoice, market_price or appraisal".to_owned());
        }
    })
}
