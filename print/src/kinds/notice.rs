//! 公示名单: who is proposed for what, masked. No ID number, no account, no fact of health or income.

use chrono::NaiveDate;

use crate::paper::{Column, Fact, PaperKind, Section, Sheet, Signature, Value};

/// A list that is posted in public.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The office's name; may be empty.
    pub office: String,
    /// The day for which the list holds.
    pub day: NaiveDate,
    /// Where objections are taken: a telephone number, an address; may be empty.
    pub objections_to: String,
    /// Who is on notice that day.
    pub rows: Vec<NoticeRow>,
}

/// A case on public notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// The applicant's name, masked: this goes onto a wall.
    pub masked_name: String,
    /// 社区.
    pub community: String,
    /// The program.
    pub program: String,
    /// How many persons the household has.
    pub persons: u64,
    /// The day of posting.
    pub posted_on: NaiveDate,
    /// The last day of the notice.
    pub until: NaiveDate,
}

impl Notice {
    /// The paper's text.
    pub fn sheet(self) -> Sheet {
        let columns = vec![
            Column::centered("序号", 8),
            Column::words("申请人", 16),
            Column::words("社区", 20),
            Column::words("救助项目", 30),
            Column::centered("家庭人口", 12),
            Column::centered("公示起", 16),
            Column::centered("公示止", 16),
        ];
        let count = u64::try_from(self.rows.len()).unwrap_or(u64::MAX);
        let rows = (1..).zip(self.rows).map(|(number, row)| row.values(number)).collect();
        let mut total = vec![Value::blank(); columns.len()];
        total[1] = Value::Text(format!("共 {count} 户（人）"));
        let objections = if self.objections_to.is_empty() {
            String::new()
        } else {
            format!("（{}）", self.objections_to)
        };
        let note = format!(
            "以上申请经审核拟予批准，现予公示，接受群众监督。公示期内如有异议，请实名向本单位{objections}书面或口头反映；\
             公示期满无异议的，依法作出审批决定。为保护个人信息，本名单不载明证件号码、账号及健康、收入状况。"
        );
        Sheet {
            kind: PaperKind::Notice,
            office: self.office,
            title: "社会救助审核结果公示".to_owned(),
            sections: vec![
                Section::Facts(vec![Fact::new("公示日期", self.day), Fact::new("公示户（人）数", count)]),
                Section::Table { heading: String::new(), columns, rows, total },
                Section::Note(note),
            ],
            signatures: vec![Signature::of("经办人"), Signature::of("单位（公章）")],
        }
    }
}

impl NoticeRow {
    fn values(self, number: u64) -> Vec<Value> {
        vec![
            Value::Count(number),
            self.masked_name.into(),
            self.community.into(),
            self.program.into(),
            Value::Count(self.persons),
            self.posted_on.into(),
            self.until.into(),
        ]
    }
}
