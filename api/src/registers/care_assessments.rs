//! 能力评估登记表: assessed care levels of elderly persons.

use std::fmt;

use chrono::NaiveDate;
use domain::identifiers::CitizenId;
use domain::policy::CareLevel;

use super::codes::Named;
use super::fields::Fields;
use super::template::{Column, Format};
use super::{Problem, RawRow, RegisterKind, RegisterRow, Template};

/// The form of the register.
pub const TEMPLATE: Template =
    Template {
        kind: RegisterKind::CareAssessments, sheet: "能力评估登记表", version: 1, columns: COLUMNS
    };

const COLUMNS: &[Column] = &[
    Column::always(
        "id_number",
        "公民身份号码",
        Format::IdNumber,
        "990114194001010018",
        "须在人员家庭登记表中",
    ),
    Column::always(
        "level",
        "评估等级",
        Format::Choice(CareLevel::WORDS),
        "重度失能",
        "老年人能力综合评估结果",
    ),
    Column::always("assessed_on", "评估日期", Format::Date, "2022-11-20", "自该日起按此等级"),
];

/// One assessment.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Whose.
    pub id_number: CitizenId,
    /// The level.
    pub level: CareLevel,
    /// From which day.
    pub assessed_on: NaiveDate,
}

/// Shows the day only.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "care_assessments::Row({})", self.assessed_on)
    }
}

impl RegisterRow for Row {
    const KIND: RegisterKind = RegisterKind::CareAssessments;

    fn read(raw: &RawRow) -> Result<Row, Vec<Problem>> {
        let mut fields = Fields::new(&TEMPLATE, raw);
        let row = read_row(&mut fields);
        fields.finish(row)
    }

    fn write(&self) -> Vec<String> {
        vec![self.id_number.as_str().to_owned(), self.level.word().to_owned(), self.assessed_on.to_string()]
    }
}

fn read_row(fields: &mut Fields<'_>) -> Option<Row> {
    let id_number = fields.id_number("id_number");
    let level = fields.choice("level");
    let assessed_on = fields.date("assessed_on");
    Some(Row { id_number: id_number?, level: level?, assessed_on: assessed_on? })
}
