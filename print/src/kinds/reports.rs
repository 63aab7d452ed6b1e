//! 月报 and 年报: the projections' figures, as `ledger report` shows them.

use domain::money::Money;

use crate::error::PrintError;
use crate::paper::{Column, Fact, PaperKind, Section, Sheet, Signature, Value};

/// Payments of a program, in sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramSum {
    /// The program.
    pub program: String,
    /// Households reached.
    pub households: u64,
    /// Persons reached.
    pub persons: u64,
    /// Payments that arrived.
    pub payments: u64,
    /// Their sum, in fen.
    pub settled: Money,
    /// Of them, arrears.
    pub arrears: Money,
    /// Payments that came back, in fen.
    pub returned: Money,
    /// Asked back, in fen.
    pub recovery_opened: Money,
    /// Come back of that, in fen.
    pub recovery_received: Money,
}

/// A payment run, in sum: ordered = settled + returned + pending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSum {
    /// The run.
    pub run: String,
    /// Where it stands.
    pub stage: String,
    /// Payments ordered.
    pub count: u64,
    /// Their sum, in fen.
    pub ordered: Money,
    /// What arrived, in fen.
    pub settled: Money,
    /// What came back, in fen.
    pub returned: Money,
    /// What the bank has not answered, in fen.
    pub pending: Money,
}

/// A published group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCount {
    /// Its name, with what is counted.
    pub group: String,
    /// The number that is published.
    pub count: u64,
}

/// Gifts of a campaign, in sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignSum {
    /// The campaign.
    pub campaign: String,
    /// Gifts.
    pub donations: u64,
    /// Donors.
    pub donors: u64,
    /// Received, in fen.
    pub received: Money,
    /// Refunded, in fen.
    pub refunded: Money,
    /// Received less refunded, in fen.
    pub total: Money,
}

/// The report of a benefit month.
#[derive(Clone, Debug, PartialEq)]
pub struct MonthReport {
    /// The office's name; may be empty.
    pub office: String,
    /// The benefit month, such as `2023-07`.
    pub month: String,
    /// Its programs.
    pub programs: Vec<ProgramSum>,
    /// The runs of the month.
    pub runs: Vec<RunSum>,
}

/// The report of a year.
#[derive(Clone, Debug, PartialEq)]
pub struct YearReport {
    /// The office's name; may be empty.
    pub office: String,
    /// The year.
    pub year: i32,
    /// The published groups.
    pub groups: Vec<GroupCount>,
    /// What was donated, in fen.
    pub donated: Money,
    /// Its programs.
    pub programs: Vec<ProgramSum>,
    /// Its months: the month, payments that arrived and their sum.
    pub months: Vec<(String, u64, Money)>,
    /// Its campaigns.
    pub campaigns: Vec<CampaignSum>,
    /// What arrived, in fen: programs and months must both add up to it.
    pub settled: Money,
}

impl MonthReport {
    /// The paper's text.
    ///
    /// # Errors
    /// [`PrintError::SumsDiffer`] when a sum is out of range, or a run's parts are not what it ordered.
    pub fn sheet(self) -> Result<Sheet, PrintError> {
        let settled = sum(self.programs.iter().map(|program| program.settled))?;
        let payments: u64 = self.programs.iter().map(|program| program.payments).sum();
        let facts = vec![
            Fact::new("所属月份", self.month.clone()),
            Fact::new("到账笔数", payments),
            Fact::new("到账金额（元）", settled),
            Fact::new("发放批次数", u64::try_from(self.runs.len()).unwrap_or(u64::MAX)),
        ];
        let mut sections =
            vec![Section::Facts(facts), programs_table("按救助项目（按所属月份统计）", self.programs)?];
        if !self.runs.is_empty() {
            sections.push(runs_table(self.runs)?);
        }
        Ok(Sheet {
            kind: PaperKind::MonthReport,
            office: self.office,
            title: format!("社会救助资金发放月报（{}）", self.month),
            sections,
            signatures: signatures(),
        })
    }
}

impl YearReport {
    /// The paper's text.
    ///
    /// # Errors
    /// [`PrintError::SumsDiffer`] when programs or months do not add up to what arrived.
    pub fn sheet(self) -> Result<Sheet, PrintError> {
        let by_program = sum(self.programs.iter().map(|program| program.settled))?;
        let by_month = sum(self.months.iter().map(|(_, _, settled)| *settled))?;
        if by_program != self.settled || by_month != self.settled {
            return Err(PrintError::SumsDiffer);
        }
        let mut published: Vec<Fact> =
            self.groups.into_iter().map(|group| Fact::new(&group.group, group.count)).collect();
        published.push(Fact::new("募捐（元）", self.donated));
        published.push(Fact::new("救助资金到账（元）", self.settled));
        let mut sections = vec![
            Section::Facts(published),
            programs_table("按救助项目", self.programs)?,
            months_table(self.months, self.settled),
        ];
        if !self.campaigns.is_empty() {
            sections.push(campaigns_table(self.campaigns, self.donated)?);
        }
        Ok(Sheet {
            kind: PaperKind::YearReport,
            office: self.office,
            title: format!("{} 年社会救助与募捐统计年报", self.year),
            sections,
            signatures: signatures(),
        })
    }
}

fn programs_table(heading: &str, programs: Vec<ProgramSum>) -> Result<Section, PrintError> {
    let columns = vec![
        Column::words("救助项目", 32),
        Column::numbers("户", 10),
        Column::numbers("人", 10),
        Column::numbers("到账笔数", 13),
        Column::numbers("到账（元）", 23),
        Column::numbers("其中补发（元）", 20),
        Column::numbers("退汇（元）", 20),
        Column::numbers("立项追缴（元）", 20),
        Column::numbers("已追回（元）", 20),
    ];
    let of = |pick: fn(&ProgramSum) -> Money| sum(programs.iter().map(pick)).map(Value::Money);
    let total = vec![
        "合计".into(),
        // a household or person with two programs would count twice
        Value::from("—"),
        Value::from("—"),
        Value::Count(programs.iter().map(|program| program.payments).sum()),
        of(|program| program.settled)?,
        of(|program| program.arrears)?,
        of(|program| program.returned)?,
        of(|program| program.recovery_opened)?,
        of(|program| program.recovery_received)?,
    ];
    let rows = programs.into_iter().map(ProgramSum::values).collect();
    Ok(Section::Table { heading: heading.to_owned(), columns, rows, total })
}

impl ProgramSum {
    fn values(self) -> Vec<Value> {
        vec![
            self.program.into(),
            self.households.into(),
            self.persons.into(),
            self.payments.into(),
            self.settled.into(),
            self.arrears.into(),
            self.returned.into(),
            self.recovery_opened.into(),
            self.recovery_received.into(),
        ]
    }
}

fn runs_table(runs: Vec<RunSum>) -> Result<Section, PrintError> {
    let columns = vec![
        Column::words("批次编号", 62),
        Column::centered("状态", 14),
        Column::numbers("笔数", 12),
        Column::numbers("下达（元）", 22),
        Column::numbers("到账（元）", 22),
        Column::numbers("退汇（元）", 20),
        Column::numbers("在途（元）", 20),
    ];
    for run in &runs {
        if sum([run.settled, run.returned, run.pending].into_iter())? != run.ordered {
            return Err(PrintError::SumsDiffer);
        }
    }
    let of = |pick: fn(&RunSum) -> Money| sum(runs.iter().map(pick)).map(Value::Money);
    let total = vec![
        "合计".into(),
        Value::blank(),
        Value::Count(runs.iter().map(|run| run.count).sum()),
        of(|run| run.ordered)?,
        of(|run| run.settled)?,
        of(|run| run.returned)?,
        of(|run| run.pending)?,
    ];
    let values = |run: RunSum| -> Vec<Value> {
        vec![
            run.run.into(),
            run.stage.into(),
            run.count.into(),
            run.ordered.into(),
            run.settled.into(),
            run.returned.into(),
            run.pending.into(),
        ]
    };
    let rows = runs.into_iter().map(values).collect();
    Ok(Section::Table {
        heading: "本月发放批次（下达 = 到账 + 退汇 + 在途）".to_owned(),
        columns,
        rows,
        total,
    })
}

fn months_table(months: Vec<(String, u64, Money)>, settled: Money) -> Section {
    let columns = vec![
        Column::words("所属月份", 30),
        Column::numbers("到账笔数", 20),
        Column::numbers("到账（元）", 30),
    ];
    let count = months.iter().map(|(_, count, _)| count).sum();
    let total = vec!["合计".into(), Value::Count(count), Value::Money(settled)];
    let rows = months
        .into_iter()
        .map(|(month, count, settled)| vec![month.into(), Value::Count(count), Value::Money(settled)])
        .collect();
    Section::Table { heading: "按所属月份".to_owned(), columns, rows, total }
}

fn campaigns_table(campaigns: Vec<CampaignSum>, donated: Money) -> Result<Section, PrintError> {
    let columns = vec![
        Column::words("募捐活动", 40),
        Column::numbers("捐赠笔数", 14),
        Column::numbers("捐赠人", 14),
        Column::numbers("收到（元）", 22),
        Column::numbers("退回（元）", 22),
        Column::numbers("合计（元）", 22),
    ];
    let total = vec![
        "合计".into(),
        Value::Count(campaigns.iter().map(|campaign| campaign.donations).sum()),
        // who gave to two campaigns would count twice
        Value::from("—"),
        Value::Money(sum(campaigns.iter().map(|campaign| campaign.received))?),
        Value::Money(sum(campaigns.iter().map(|campaign| campaign.refunded))?),
        Value::Money(donated),
    ];
    let values = |campaign: CampaignSum| -> Vec<Value> {
        vec![
            campaign.campaign.into(),
            campaign.donations.into(),
            campaign.donors.into(),
            campaign.received.into(),
            campaign.refunded.into(),
            campaign.total.into(),
        ]
    };
    let rows = campaigns.into_iter().map(values).collect();
    Ok(Section::Table { heading: "募捐活动".to_owned(), columns, rows, total })
}

fn sum(amounts: impl Iterator<Item = Money>) -> Result<Money, PrintError> {
    Money::sum(amounts).map_err(|_| PrintError::SumsDiffer)
}

fn signatures() -> Vec<Signature> {
    vec![Signature::of("填报人"), Signature::of("审核人"), Signature::of("单位负责人（公章）")]
}
