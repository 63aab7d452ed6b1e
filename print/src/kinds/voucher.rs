//! 付款凭证: of a whole run, without a person; or of one payment.

use domain::capitals::in_capitals;
use domain::money::Money;

use crate::error::PrintError;
use crate::paper::{Column, Fact, PaperKind, Section, Sheet, Signature, Value};

/// The voucher of a run: what was ordered, program by program, and what the bank did with it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunVoucher {
    /// The office's name; may be empty.
    pub office: String,
    /// The run.
    pub run: String,
    /// The newest benefit month it pays.
    pub month: String,
    /// The fund that pays.
    pub fund: String,
    /// Where the run stands.
    pub stage: String,
    /// The day on which the bank was to pay; empty before the release.
    pub execution_on: String,
    /// SHA-256 of the bank file; empty before the release.
    pub file_sha256: String,
    /// Lines with the same program, kind and status, in sum.
    pub entries: Vec<VoucherEntry>,
    /// 笔数 as the run has it: the entries must be as many.
    pub count: u64,
    /// 合计金额 as the run has it, in fen: the entries must add up to it.
    pub sum: Money,
    /// Who prepared it.
    pub prepared_by: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Who released it.
    pub released_by: Option<String>,
}

/// Lines of a run, in sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoucherEntry {
    /// The program.
    pub program: String,
    /// Ordinary, arrears or reissue.
    pub kind: String,
    /// Where the payments stand.
    pub status: String,
    /// How many.
    pub count: u64,
    /// Their sum, in fen.
    pub sum: Money,
}

/// The voucher of one payment.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentVoucher {
    /// The office's name; may be empty.
    pub office: String,
    /// The payment.
    pub payment: String,
    /// Its run.
    pub run: String,
    /// For whom.
    pub beneficiary: String,
    /// Who holds the account.
    pub payee: String,
    /// The account, masked.
    pub masked_account: String,
    /// The program.
    pub program: String,
    /// The benefit month.
    pub month: String,
    /// Ordinary, arrears or reissue.
    pub kind: String,
    /// The fund that pays.
    pub fund: String,
    /// How much, in fen.
    pub amount: Money,
    /// Where it stands, with the day and the bank's reference or reason.
    pub status: String,
    /// The day on which the bank was to pay.
    pub execution_on: String,
    /// The version of the rules that determined the amount.
    pub rule_version: String,
    /// Who prepared the run.
    pub prepared_by: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Who released it.
    pub released_by: Option<String>,
}

impl RunVoucher {
    /// The paper's text.
    ///
    /// # Errors
    /// [`PrintError::SumsDiffer`] when the entries are not what the run says.
    pub fn sheet(self) -> Result<Sheet, PrintError> {
        let added = Money::sum(self.entries.iter().map(|entry| entry.sum));
        if added != Ok(self.sum) || self.entries.iter().map(|entry| entry.count).sum::<u64>() != self.count {
            return Err(PrintError::SumsDiffer);
        }
        let columns = vec![
            Column::words("救助项目", 34),
            Column::centered("性质", 14),
            Column::centered("状态", 14),
            Column::numbers("笔数", 14),
            Column::numbers("金额（元）", 24),
        ];
        let total = vec!["合计".into(), Value::blank(), Value::blank(), self.count.into(), self.sum.into()];
        let rows = self.entries.into_iter().map(VoucherEntry::values).collect();
        let title = format!("{}付款凭证（批次）", self.fund);
        let form = vec![
            Fact::new("批次编号", self.run),
            Fact::new("所属月份", self.month),
            Fact::new("付款资金", self.fund),
            Fact::new("批次状态", self.stage),
            Fact::new("要求执行日期", self.execution_on),
            Fact::new("合计金额（元）", self.sum),
            Fact::new("合计大写", in_capitals(self.sum)),
            Fact::new("银行文件摘要", self.file_sha256),
        ];
        Ok(Sheet {
            kind: PaperKind::Voucher,
            office: self.office,
            title,
            sections: vec![
                Section::Form(form),
                Section::Table { heading: "付款明细汇总".to_owned(), columns, rows, total },
            ],
            signatures: signatures(self.prepared_by, self.approved_by, self.released_by),
        })
    }
}

impl VoucherEntry {
    fn values(self) -> Vec<Value> {
        vec![self.program.into(), self.kind.into(), self.status.into(), self.count.into(), self.sum.into()]
    }
}

impl PaymentVoucher {
    /// The paper's text.
    pub fn sheet(self) -> Sheet {
        let title = format!("{}付款凭证", self.fund);
        let form = vec![
            Fact::new("支付编号", self.payment),
            Fact::new("批次编号", self.run),
            Fact::new("受益人", self.beneficiary),
            Fact::new("收款人", self.payee),
            Fact::new("收款账号", self.masked_account),
            Fact::new("救助项目", self.program),
            Fact::new("所属月份", self.month),
            Fact::new("性质", self.kind),
            Fact::new("付款资金", self.fund),
            Fact::new("金额（元）", self.amount),
            Fact::new("金额大写", in_capitals(self.amount)),
            Fact::new("要求执行日期", self.execution_on),
            Fact::new("支付状态", self.status),
            Fact::new("政策规则版本", self.rule_version),
        ];
        Sheet {
            kind: PaperKind::Voucher,
            office: self.office,
            title,
            sections: vec![Section::Form(form)],
            signatures: signatures(self.prepared_by, self.approved_by, self.released_by),
        }
    }
}

fn signatures(
    prepared: Option<String>,
    approved: Option<String>,
    released: Option<String>,
) -> Vec<Signature> {
    vec![
        Signature::by("制单人", prepared.as_deref()),
        Signature::by("审批人", approved.as_deref()),
        Signature::by("出纳（发放人）", released.as_deref()),
        Signature::of("会计主管"),
    ]
}
