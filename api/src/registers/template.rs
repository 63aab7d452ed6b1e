//! What a register looks like: its sheet, its columns and what may stand in them.

use serde::{Deserialize, Serialize};

/// Which register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterKind {
    /// 人员家庭登记表.
    Persons,
    /// 申请登记表.
    Applications,
    /// 能力评估登记表.
    CareAssessments,
    /// 变更登记表.
    Changes,
    /// 捐赠登记表.
    Donations,
}

impl RegisterKind {
    /// Every register, in the order in which they are imported.
    pub const ALL: [RegisterKind; 5] = [
        RegisterKind::Persons,
        RegisterKind::Applications,
        RegisterKind::CareAssessments,
        RegisterKind::Changes,
        RegisterKind::Donations,
    ];

    /// The name on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            RegisterKind::Persons => "persons",
            RegisterKind::Applications => "applications",
            RegisterKind::CareAssessments => "care_assessments",
            RegisterKind::Changes => "changes",
            RegisterKind::Donations => "donations",
        }
    }

    /// The register of a name on the command line.
    pub fn from_code(code: &str) -> Option<RegisterKind> {
        RegisterKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What the register looks like.
    pub const fn template(self) -> &'static Template {
        match self {
            RegisterKind::Persons => &super::persons::TEMPLATE,
            RegisterKind::Applications => &super::applications::TEMPLATE,
            RegisterKind::CareAssessments => &super::care_assessments::TEMPLATE,
            RegisterKind::Changes => &super::changes::TEMPLATE,
            RegisterKind::Donations => &super::donations::TEMPLATE,
        }
    }
}

/// A register's form.
pub struct Template {
    /// Which register.
    pub kind: RegisterKind,
    /// The sheet's name.
    pub sheet: &'static str,
    /// Raised whenever a column changes its meaning.
    pub version: u32,
    /// The columns, in order.
    pub columns: &'static [Column],
}

impl Template {
    /// The place of a column, by its code.
    pub fn index(&self, code: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.code == code)
    }

    /// The place of a column, by a head as it stands in a file: the Chinese head or the code.
    pub fn index_of_head(&self, head: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.head == head || column.code == head)
    }
}

/// One column of a register.
pub struct Column {
    /// The English code, below the head.
    pub code: &'static str,
    /// The head.
    pub head: &'static str,
    /// Whether it must be filled in.
    pub need: Need,
    /// What may stand in it.
    pub format: Format,
    /// An example.
    pub example: &'static str,
    /// What it is for, in Chinese.
    pub note: &'static str,
}

impl Column {
    /// A column that must be filled in in every row.
    pub const fn always(
        code: &'static str,
        head: &'static str,
        format: Format,
        example: &'static str,
        note: &'static str,
    ) -> Column {
        Column { code, head, need: Need::Always, format, example, note }
    }

    /// A column that some rows need, as the note says.
    pub const fn sometimes(
        code: &'static str,
        head: &'static str,
        format: Format,
        example: &'static str,
        note: &'static str,
    ) -> Column {
        Column { code, head, need: Need::Sometimes, format, example, note }
    }
}

/// Whether a column must be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// In every row; the column itself must be there.
    Always,
    /// In some rows, as the note says; the column may be left out.
    Sometimes,
}

/// What may stand in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Free text of at most so many characters.
    Text(usize),
    /// A citizen ID number, as text.
    IdNumber,
    /// A bank account, as text.
    Account,
    /// A day: a date cell, `2023-07-01`, `2023/7/1` or `20230701`.
    Date,
    /// Yuan with at most two places.
    Money,
    /// A whole number.
    Count,
    /// 是 or 否.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Several entries with `；` between them, as the note says.
    List,
}

impl Format {
    /// Whether a number typed into the cell would lose digits: Excel keeps fifteen.
    pub const fn must_be_text(self) -> bool {
        matches!(self, Format::IdNumber | Format::Account)
    }

    /// The rule in Chinese, for the template.
    pub fn rule(self) -> String {
        match self {
            Format::Text(longest) => format!("文本，不超过{longest}个字"),
            Format::IdNumber => "文本格式，18位（或旧15位）公民身份号码".to_owned(),
            Format::Account => "文本格式，8至32位数字".to_owned(),
            Format::Date => "日期，如2023-07-01".to_owned(),
            Format::Money => "元，最多两位小数".to_owned(),
            Format::Count => "整数".to_owned(),
            Format::Flag => "是／否".to_owned(),
            Format::Choice(words) => words.join("／"),
            Format::List => "多项以“；”分隔".to_owned(),
        }
    }
}
