//! 发放花名册: every payment of a run, with whom it is for and where it goes.

use domain::capitals::in_capitals;
use domain::money::Money;
use domain::numbers::grouped;

use crate::error::PrintError;
use crate::paper::{Column, Fact, PaperKind, Section, Sheet, Signature, Value};

/// A payment run, line by line.
#[derive(Clone, Debug, PartialEq)]
pub struct Roster {
    /// The office's name; may be empty.
    pub office: String,
    /// The run.
    pub run: String,
    /// The newest benefit month it pays, such as `2023-07`.
    pub month: String,
    /// What it pays.
    pub programs: Vec<String>,
    /// The fund that pays.
    pub fund: String,
    /// Where the run stands.
    pub stage: String,
    /// Its lines.
    pub rows: Vec<RosterRow>,
    /// 笔数 as the run has it: the rows must be as many.
    pub count: u64,
    /// 合计金额 as the run has it, in fen: the rows must add up to it.
    pub sum: Money,
    /// Who prepared it.
    pub prepared_by: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Who released it.
    pub released_by: Option<String>,
}

/// A line of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterRow {
    /// For whom.
    pub name: String,
    /// The person's ID number, whole or masked.
    pub id_number: String,
    /// 社区.
    pub community: String,
    /// The program.
    pub program: String,
    /// The benefit month.
    pub month: String,
    /// Ordinary, arrears or reissue.
    pub kind: String,
    /// How much, in fen.
    pub amount: Money,
    /// Who holds the account.
    pub payee: String,
    /// The account, whole or masked.
    pub account: String,
    /// Where the payment stands.
    pub status: String,
}

impl Roster {
    /// The paper's text.
    ///
    /// # Errors
    /// [`PrintError::SumsDiffer`] when the rows are not what the run says.
    pub fn sheet(self) -> Result<Sheet, PrintError> {
        let added = Money::sum(self.rows.iter().map(|row| row.amount));
        if added != Ok(self.sum) || u64::try_from(self.rows.len()) != Ok(self.count) {
            return Err(PrintError::SumsDiffer);
        }
        let title = format!("{}发放花名册", self.fund);
        let facts = vec![
            Fact::new("所属月份", self.month),
            Fact::new("批次状态", self.stage),
            Fact::new("救助项目", self.programs.join("、")),
            Fact::new("资金", self.fund),
            Fact::new("批次编号", self.run),
            Fact::new("笔数", self.count),
            Fact::new("合计金额（元）", self.sum),
            Fact::new("合计大写", in_capitals(self.sum)),
        ];
        let mut total = vec![Value::blank(); columns().len()];
        total[1] = Value::from("合计");
        total[2] = Value::Text(format!("{} 笔", grouped(self.count.cast_signed())));
        total[7] = Value::Money(self.sum);
        let rows = (1..).zip(self.rows).map(|(number, row)| row.values(number)).collect();
        Ok(Sheet {
            kind: PaperKind::Roster,
            office: self.office,
            title,
            sections: vec![
                Section::Facts(facts),
                Section::Table { heading: String::new(), columns: columns(), rows, total },
            ],
            signatures: vec![
                Signature::by("制表人", self.prepared_by.as_deref()),
                Signature::by("审批人", self.approved_by.as_deref()),
                Signature::by("发放人", self.released_by.as_deref()),
                Signature::of("单位负责人（公章）"),
            ],
        })
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::centered("序号", 9),
        Column::words("姓名", 17),
        Column::centered("公民身份号码", 29),
        Column::words("社区", 18),
        Column::words("救助项目", 26),
        Column::centered("所属月份", 15),
        Column::centered("性质", 10),
        Column::numbers("金额（元）", 24),
        Column::words("收款人", 17),
        Column::centered("收款账号", 32),
        Column::centered("状态", 12),
    ]
}

impl RosterRow {
    fn values(self, number: u64) -> Vec<Value> {
        vec![
            Value::Count(number),
            self.name.into(),
            self.id_number.into(),
            self.community.into(),
            self.program.into(),
            self.month.into(),
            self.kind.into(),
            self.amount.into(),
            self.payee.into(),
            self.account.into(),
            self.status.into(),
        ]
    }
}
