//! 捐赠票据: what 慈善法 art. 38 asks of a receipt: donor, kind and amount of the gift, who received it, the day.

use chrono::NaiveDate;
use domain::capitals::in_capitals;
use domain::money::Money;

use crate::paper::{Fact, PaperKind, Section, Sheet, Signature};

/// A donation receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The office's name; may be empty.
    pub office: String,
    /// 主办方.
    pub organiser: String,
    /// The campaign.
    pub campaign: String,
    /// 募捐用途.
    pub purpose: String,
    /// The serial number, without gaps within the campaign.
    pub number: u32,
    /// The gift.
    pub donation: String,
    /// The donor; `匿名` for whoever wishes no name.
    pub donor: String,
    /// How it came.
    pub method: String,
    /// How much, in fen.
    pub amount: Money,
    /// The day of the gift.
    pub received_on: NaiveDate,
    /// The day of the receipt.
    pub issued_on: NaiveDate,
    /// How much of it was given back since, in fen.
    pub refunded: Money,
}

impl Receipt {
    /// The paper's text.
    pub fn sheet(self) -> Sheet {
        let mut form = vec![
            Fact::new("票据编号", format!("No. {:08}", self.number)),
            Fact::new("捐赠人", self.donor),
            Fact::new("捐赠方式", self.method),
            Fact::new("捐赠金额（元）", self.amount),
            Fact::new("金额大写", in_capitals(self.amount)),
            Fact::new("募捐活动", self.campaign),
            Fact::new("捐赠用途", self.purpose),
            Fact::new("接受捐赠单位", self.organiser),
            Fact::new("捐赠日期", self.received_on),
            Fact::new("开具日期", self.issued_on),
            Fact::new("捐赠编号", self.donation),
        ];
        if !self.refunded.is_zero() {
            form.push(Fact::new("已退还（元）", self.refunded));
        }
        Sheet {
            kind: PaperKind::Receipt,
            office: self.office,
            title: "接受捐赠票据".to_owned(),
            sections: vec![
                Section::Form(form),
                Section::Note(
                    "感谢您的善举。本票据编号在本募捐活动内连续，无跳号；捐赠去向可凭捐赠编号查询。"
                        .to_owned(),
                ),
            ],
            signatures: vec![Signature::of("经手人"), Signature::of("复核人"), Signature::of("单位（公章）")],
        }
    }
}
