//! 捐赠票据: what 慈善法 art. 38 asks of a receipt: donor, kind and amount of the gift, who received it, the day.

use chrono::NaiveDate;
use domain::capitals::in_capitals;
use domain::money::Money;
use domain::numbers::receipt_serial;

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
    /// What was given.
    pub given: Given,
    /// What the receipt certifies, in fen: money, or the goods' fair value.
    pub amount: Money,
    /// The day of the gift.
    pub received_on: NaiveDate,
    /// The day of the receipt.
    pub issued_on: NaiveDate,
    /// How much of it was given back since, in fen.
    pub refunded: Money,
    /// 作废; none while it stands.
    pub voided: Option<VoidedOn>,
    /// The voided receipt of the same gift that it takes the place of.
    pub replaces: Option<u32>,
    /// The receipt of the same gift that took its place.
    pub replaced_by: Option<u32>,
}

/// What a gift is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Money.
    Money {
        /// How it came.
        method: String,
    },
    /// Goods, whose value is never added to the money.
    Goods {
        /// What and how many, such as `棉被 20 床`.
        item: String,
        /// 计价依据: what the value rests on.
        valuation: String,
    },
}

/// When and why a receipt was voided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoidedOn {
    /// The day.
    pub day: NaiveDate,
    /// Why.
    pub reason: String,
}

impl Receipt {
    /// The paper's text. A voided receipt says so in its title and first of all: it keeps its number and certifies nothing.
    pub fn sheet(self) -> Sheet {
        let title =
            if self.voided.is_some() { "接受捐赠票据（作废）" } else { "接受捐赠票据" };
        let mut form = vec![Fact::new("票据编号", serial(self.number))];
        if let Some(VoidedOn { day, reason }) = &self.voided {
            form.push(Fact::new("作废", format!("{day}　{reason}")));
        }
        if let Some(number) = self.replaced_by {
            form.push(Fact::new("重开票据", serial(number)));
        }
        if let Some(number) = self.replaces {
            form.push(Fact::new("代替作废票据", serial(number)));
        }
        form.push(Fact::new("捐赠人", self.donor));
        let note = match (&self.voided, &self.given) {
            (Some(_), _) => "本票据已作废，编号保留，不得再作为捐赠凭证。",
            (None, Given::Goods { .. }) => {
                "感谢您的善举。实物捐赠按公允价值计价，另行统计，不计入募捐款合计。本票据编号在本募捐活动内连续，无跳号。"
            }
            (None, Given::Money { .. }) => {
                "感谢您的善举。本票据编号在本募捐活动内连续，无跳号；捐赠去向可凭捐赠编号查询。"
            }
        };
        match self.given {
            Given::Money { method } => {
                form.push(Fact::new("捐赠方式", method));
                form.push(Fact::new("捐赠金额（元）", self.amount));
            }
            Given::Goods { item, valuation } => {
                form.push(Fact::new("捐赠实物", item));
                form.push(Fact::new("公允价值（元）", self.amount));
                form.push(Fact::new("计价依据", valuation));
            }
        }
        form.extend([
            Fact::new("金额大写", in_capitals(self.amount)),
            Fact::new("募捐活动", self.campaign),
            Fact::new("捐赠用途", self.purpose),
            Fact::new("接受捐赠单位", self.organiser),
            Fact::new("捐赠日期", self.received_on),
            Fact::new("开具日期", self.issued_on),
            Fact::new("捐赠编号", self.donation),
        ]);
        if !self.refunded.is_zero() {
            form.push(Fact::new("开具后退还（元）", self.refunded));
        }
        Sheet {
            kind: PaperKind::Receipt,
            office: self.office,
            title: title.to_owned(),
            sections: vec![Section::Form(form), Section::Note(note.to_owned())],
            signatures: vec![Signature::of("经手人"), Signature::of("复核人"), Signature::of("单位（公章）")],
        }
    }
}

/// A receipt's number as it is printed.
fn serial(number: u32) -> String {
    format!("No. {}", receipt_serial(number))
}
