//! 捐赠登记表: gifts of money to a campaign.

use std::fmt;

use chrono::NaiveDate;
use domain::campaign::{DonationMethod, Publicity};
use domain::money::Money;
use domain::personal::DonorName;

use super::codes::Named;
use super::fields::Fields;
use super::template::{Column, Format};
use super::{Problem, ProblemCode, RawRow, RegisterKind, RegisterRow, Template};

/// The form of the register.
pub const TEMPLATE: Template =
    Template { kind: RegisterKind::Donations, sheet: "捐赠登记表", version: 1, columns: COLUMNS };

const COLUMNS: &[Column] = &[
    Column::always("number", "登记号", Format::Text(32), "J2023-0001", "街道自编，不得重复"),
    Column::always("campaign", "募捐活动", Format::Text(60), "首善有我", "活动名称"),
    Column::sometimes("donor", "捐赠人", Format::Text(80), "李娜", "个人或单位；未留名时为空"),
    Column::always("publicity", "是否公开", Format::Choice(Publicity::WORDS), "公开", "未留名时填匿名"),
    Column::always("amount", "金额", Format::Money, "50.00", "元，大于零"),
    Column::always("method", "捐赠方式", Format::Choice(DonationMethod::WORDS), "扫码", ""),
    Column::always("received_on", "收款日期", Format::Date, "2023-05-08", ""),
    Column::sometimes("receipt", "开具票据", Format::Flag, "是", "空为否"),
];

/// One gift.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// 登记号, the office's own.
    pub number: String,
    /// Name of the campaign.
    pub campaign: String,
    /// Who gave; `None` where nobody left a name.
    pub donor: Option<DonorName>,
    /// Whether the name may be published.
    pub publicity: Publicity,
    /// How much; more than nothing.
    pub amount: Money,
    /// How it came.
    pub method: DonationMethod,
    /// The day.
    pub received_on: NaiveDate,
    /// Whether a receipt is to be issued.
    pub receipt: Receipt,
}

/// Whether a receipt is to be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// 是.
    Wanted,
    /// 否.
    NotWanted,
}

/// Shows the number only.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "donations::Row({})", self.number)
    }
}

impl RegisterRow for Row {
    const KIND: RegisterKind = RegisterKind::Donations;

    fn read(raw: &RawRow) -> Result<Row, Vec<Problem>> {
        let mut fields = Fields::new(&TEMPLATE, raw);
        let row = read_row(&mut fields);
        fields.finish(row)
    }

    fn write(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            self.campaign.clone(),
            self.donor.as_ref().map(|donor| donor.0.clone()).unwrap_or_default(),
            self.publicity.word().to_owned(),
            self.amount.to_string(),
            self.method.word().to_owned(),
            self.received_on.to_string(),
            super::lists::write_flag(self.receipt == Receipt::Wanted),
        ]
    }
}

fn read_row(fields: &mut Fields<'_>) -> Option<Row> {
    let number = fields.text("number", 32);
    let campaign = fields.text("campaign", 60);
    let donor = fields.text("donor", 80);
    let publicity = fields.choice("publicity");
    let amount = fields.money("amount");
    let method = fields.choice("method");
    let received_on = fields.date("received_on");
    let receipt = fields.flag("receipt").unwrap_or(false);
    if amount.is_some_and(Money::is_zero) {
        fields.problem("amount", ProblemCode::AmountZero);
    }
    if donor.is_none() && publicity == Some(Publicity::Named) {
        fields.need::<String>("donor", None);
    }
    Some(Row {
        number: number?,
        campaign: campaign?,
        donor: donor.map(DonorName),
        publicity: publicity?,
        amount: amount?,
        method: method?,
        received_on: received_on?,
        receipt: if receipt { Receipt::Wanted } else { Receipt::NotWanted },
    })
}
