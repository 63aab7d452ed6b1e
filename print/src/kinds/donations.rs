//! 票据登记簿 and 捐赠公示清单: the receipts and the gifts of a campaign. Goods are valued apart, and never added to the money.

use chrono::NaiveDate;
use domain::money::Money;
use domain::numbers::{grouped, receipt_serial};

use crate::error::PrintError;
use crate::paper::{Column, Fact, PaperKind, Section, Sheet, Signature, Value};

/// Every receipt of a campaign, voided ones too; nobody's name.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceiptRegister {
    /// The office's name; may be empty.
    pub office: String,
    /// The campaign.
    pub campaign: String,
    /// 主办方.
    pub organiser: String,
    /// In the order of their numbers.
    pub rows: Vec<ReceiptRow>,
    /// The last number that was given: there must be as many rows.
    pub last: u32,
}

/// A receipt in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptRow {
    /// Its number, from 1.
    pub number: u32,
    /// The day of the receipt.
    pub issued_on: NaiveDate,
    /// Money, or what the goods are.
    pub item: String,
    /// Money that it certifies, in fen; nothing for goods.
    pub money: Money,
    /// The fair value of goods that it certifies, in fen; nothing for money.
    pub goods: Money,
    /// 有效, 作废 with day and reason, 待作废重开.
    pub state: String,
    /// Whether it stands, and is counted in the sums.
    pub standing: Standing,
    /// Which voided one it takes the place of, or which took its place; may be empty.
    pub linked: String,
}

/// Whether a receipt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It certifies a gift.
    Stands,
    /// Money went back since it was issued: it certifies too much, and has to be voided.
    ToBeVoided,
    /// It was voided and certifies nothing; its number stays taken.
    Voided,
}

impl ReceiptRegister {
    /// The paper's text.
    ///
    /// # Errors
    /// [`PrintError::SumsDiffer`] when a number is missing or twice.
    pub fn sheet(self) -> Result<Sheet, PrintError> {
        if !self.rows.iter().map(|row| row.number).eq(1..=self.last) {
            return Err(PrintError::SumsDiffer);
        }
        let standing = || self.rows.iter().filter(|row| row.standing == Standing::Stands);
        let of = |standing| self.rows.iter().filter(|row| row.standing == standing).count();
        let (voided, due) = (of(Standing::Voided), of(Standing::ToBeVoided));
        let (money, goods) = (sum(standing().map(|row| row.money))?, sum(standing().map(|row| row.goods))?);
        let columns = vec![
            Column::centered("票据编号", 20),
            Column::centered("开具日期", 19),
            Column::words("捐赠项目", 34),
            Column::numbers("金额（元）", 20),
            Column::numbers("实物价值（元）", 20),
            Column::words("情况", 41),
            Column::words("重开", 24),
        ];
        let mut total = vec![Value::blank(); columns.len()];
        (total[0], total[2]) = ("有效合计".into(), format!("{} 张", standing().count()).into());
        (total[3], total[4]) = (money.into(), goods.into());
        let facts = vec![
            Fact::new("募捐活动", self.campaign),
            Fact::new("主办方", self.organiser),
            Fact::new(
                "票据编号",
                if self.last == 0 { "无".to_owned() } else { format!("1 – {}，无跳号", self.last) },
            ),
            Fact::new("作废", format!("{voided} 张")),
            Fact::new("待作废（开票后退款）", format!("{due} 张")),
        ];
        let rows = self.rows.into_iter().map(ReceiptRow::values).collect();
        Ok(Sheet {
            kind: PaperKind::ReceiptRegister,
            office: self.office,
            title: "捐赠票据登记簿".to_owned(),
            sections: vec![
                Section::Facts(facts),
                Section::Table { heading: String::new(), columns, rows, total },
                Section::Note(
                    "作废和待作废的票据保留编号，不计入有效合计。实物捐赠按公允价值计价，另行统计，不计入募捐款合计。"
                        .to_owned(),
                ),
            ],
            signatures: vec![Signature::of("制表人"), Signature::of("复核人"), Signature::of("单位（公章）")],
        })
    }
}

impl ReceiptRow {
    fn values(self) -> Vec<Value> {
        let blank = |amount: Money| if amount.is_zero() { Value::blank() } else { Value::Money(amount) };
        vec![
            receipt_serial(self.number).into(),
            self.issued_on.into(),
            self.item.into(),
            blank(self.money),
            blank(self.goods),
            self.state.into(),
            self.linked.into(),
        ]
    }
}

/// The gifts of a campaign as they are published, with donors as they want to be named.
#[derive(Clone, Debug, PartialEq)]
pub struct DonationList {
    /// The office's name; may be empty.
    pub office: String,
    /// The campaign.
    pub campaign: String,
    /// 主办方.
    pub organiser: String,
    /// 备案编号; may be empty.
    pub filing_number: String,
    /// Gifts of money, in the order of the log.
    pub money: Vec<MoneyGift>,
    /// Gifts of goods, in the order of the log.
    pub goods: Vec<GoodsGift>,
    /// Received less refunded as the campaign has it, in fen: the gifts must add up to it.
    pub total: Money,
    /// Fair value of the goods as the campaign has it, in fen: the goods must add up to it.
    pub goods_value: Money,
    /// Remitted to other organisations, in fen.
    pub remitted: Money,
}

/// A gift of money on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyGift {
    /// The donor as they want to be named.
    pub donor: String,
    /// The day.
    pub received_on: NaiveDate,
    /// How it came.
    pub method: String,
    /// How much, in fen.
    pub amount: Money,
    /// What of it went back, in fen.
    pub refunded: Money,
}

/// A gift of goods on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoodsGift {
    /// The donor as they want to be named.
    pub donor: String,
    /// The day.
    pub received_on: NaiveDate,
    /// What and how many.
    pub item: String,
    /// 计价依据.
    pub valuation: String,
    /// The fair value, in fen.
    pub value: Money,
}

impl DonationList {
    /// The paper's text: money and goods in tables of their own.
    ///
    /// # Errors
    /// [`PrintError::SumsDiffer`] when the gifts do not add up to what the campaign says.
    pub fn sheet(self) -> Result<Sheet, PrintError> {
        let received = sum(self.money.iter().map(|gift| gift.amount))?;
        let refunded = sum(self.money.iter().map(|gift| gift.refunded))?;
        let total = received.minus(refunded).map_err(|_| PrintError::SumsDiffer)?;
        if total != self.total || sum(self.goods.iter().map(|gift| gift.value))? != self.goods_value {
            return Err(PrintError::SumsDiffer);
        }
        let count = |count: usize| grouped(i64::try_from(count).unwrap_or(i64::MAX));
        let mut facts = vec![Fact::new("募捐活动", self.campaign), Fact::new("主办方", self.organiser)];
        if !self.filing_number.is_empty() {
            facts.push(Fact::new("备案编号", self.filing_number));
        }
        facts.extend([
            Fact::new("捐赠合计（元）", total),
            Fact::new("捐赠笔数", count(self.money.len())),
            Fact::new("实物捐赠（另计，元）", self.goods_value),
            Fact::new("实物笔数", count(self.goods.len())),
            Fact::new("已转交（元）", self.remitted),
        ]);
        let mut sections = vec![Section::Facts(facts), money_table(self.money, received, refunded)];
        if !self.goods.is_empty() {
            sections.push(goods_table(self.goods, self.goods_value));
        }
        sections.push(Section::Note(
            "捐赠人姓名按本人意愿公开、部分公开或匿名。实物捐赠按公允价值计价，另行统计，不计入捐赠合计。"
                .to_owned(),
        ));
        Ok(Sheet {
            kind: PaperKind::DonationList,
            office: self.office,
            title: "募捐情况公示清单".to_owned(),
            sections,
            signatures: vec![
                Signature::of("制表人"),
                Signature::of("复核人"),
                Signature::of("主办方（公章）"),
            ],
        })
    }
}

fn money_table(gifts: Vec<MoneyGift>, received: Money, refunded: Money) -> Section {
    let columns = vec![
        Column::centered("序号", 10),
        Column::words("捐赠人", 40),
        Column::centered("日期", 18),
        Column::words("方式", 16),
        Column::numbers("金额（元）", 22),
        Column::numbers("已退还（元）", 22),
    ];
    let mut total = vec![Value::blank(); columns.len()];
    (total[0], total[4], total[5]) = ("合计".into(), received.into(), refunded.into());
    let row = |(number, gift): (u64, MoneyGift)| -> Vec<Value> {
        let MoneyGift { donor, received_on, method, amount, refunded } = gift;
        vec![number.into(), donor.into(), received_on.into(), method.into(), amount.into(), refunded.into()]
    };
    let rows = (1..).zip(gifts).map(row).collect();
    Section::Table { heading: "货币资金".to_owned(), columns, rows, total }
}

fn goods_table(gifts: Vec<GoodsGift>, value: Money) -> Section {
    let columns = vec![
        Column::centered("序号", 10),
        Column::words("捐赠人", 40),
        Column::centered("日期", 18),
        Column::words("物品", 30),
        Column::words("计价依据", 18),
        Column::numbers("公允价值（元）", 24),
    ];
    let mut total = vec![Value::blank(); columns.len()];
    (total[0], total[5]) = ("合计".into(), value.into());
    let row = |(number, gift): (u64, GoodsGift)| -> Vec<Value> {
        let GoodsGift { donor, received_on, item, valuation, value } = gift;
        vec![number.into(), donor.into(), received_on.into(), item.into(), valuation.into(), value.into()]
    };
    let rows = (1..).zip(gifts).map(row).collect();
    Section::Table { heading: "实物捐赠（另计）".to_owned(), columns, rows, total }
}

fn sum(amounts: impl Iterator<Item = Money>) -> Result<Money, PrintError> {
    Money::sum(amounts).map_err(|_| PrintError::SumsDiffer)
}
