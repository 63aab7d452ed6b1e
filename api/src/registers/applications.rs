//! 申请登记表: applications, with the days of the steps as the office wrote them.
//!
//! An empty day means that the step has not been taken yet.

use std::fmt;

use chrono::NaiveDate;
use domain::benefit_case::Outcome;
use domain::identifiers::CitizenId;
use domain::policy::{AssistanceMode, AssistanceRequest, ChosenSet};
use domain::program::Program;

use super::codes::Named;
use super::fields::Fields;
use super::lists;
use super::template::{Column, Format};
use super::{Problem, ProblemCode, RawRow, RegisterKind, RegisterRow, Template};

/// The form of the register.
pub const TEMPLATE: Template =
    Template { kind: RegisterKind::Applications, sheet: "申请登记表", version: 1, columns: COLUMNS };

const ONLY_ASSISTANCE: &str = "只在临时救助时填写";

const COLUMNS: &[Column] = &[
    Column::always(
        "applicant",
        "申请人身份号码",
        Format::IdNumber,
        "990114194001010018",
        "须在人员家庭登记表中",
    ),
    Column::always("household_number", "户号", Format::Text(32), "HLG-0001", "申请人所在户"),
    Column::always("program", "救助项目", Format::Choice(Program::WORDS), "高龄老年人津贴", "中文名称或代码"),
    Column::sometimes("consulted_on", "咨询日期", Format::Date, "2023-01-03", ""),
    Column::always("applied_on", "申请日期", Format::Date, "2023-01-03", "受理之日"),
    Column::sometimes("means_checked_on", "核对日期", Format::Date, "2023-01-04", ""),
    Column::sometimes("visited_on", "入户日期", Format::Date, "2023-01-05", ""),
    Column::sometimes("reviewed_on", "审核日期", Format::Date, "2023-01-09", ""),
    Column::sometimes("notice_posted_on", "公示日期", Format::Date, "2023-01-10", "张榜之日，不计入公示期"),
    Column::sometimes("decided_on", "审批日期", Format::Date, "2023-01-18", ""),
    Column::sometimes("outcome", "审批结果", Format::Choice(Outcome::WORDS), "同意", "有审批日期时填写"),
    Column::sometimes(
        "assistance_mode",
        "临时救助方式",
        Format::Choice(AssistanceMode::WORDS),
        "",
        ONLY_ASSISTANCE,
    ),
    Column::sometimes("assistance_on", "临时救助日期", Format::Date, "", ONLY_ASSISTANCE),
    Column::sometimes("assistance_persons", "救助人数", Format::Count, "", "按标准时填写，1至20"),
    Column::sometimes("assistance_tier", "救助月数", Format::Count, "", "按标准时填写，1至3"),
    Column::sometimes("assistance_amount", "申请金额", Format::Money, "", "小额快救时填写"),
    Column::sometimes(
        "chosen_set",
        "选择的补贴",
        Format::Choice(ChosenSet::WORDS),
        "",
        "老年与残疾补贴二选一时填写",
    ),
];

const OF_ASSISTANCE: &[&str] =
    &["assistance_mode", "assistance_on", "assistance_persons", "assistance_tier", "assistance_amount"];

/// One application.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// ID number of the applicant.
    pub applicant: CitizenId,
    /// 户号.
    pub household_number: String,
    /// Which program.
    pub program: Program,
    /// The days of the steps.
    pub steps: Steps,
    /// What was asked for once (临时救助).
    pub request: Option<AssistanceRequest>,
    /// The set of subsidies that was chosen.
    pub chosen_set: Option<ChosenSet>,
}

/// The days of the steps; each is on or after the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// 咨询.
    pub consulted_on: Option<NaiveDate>,
    /// 申请.
    pub applied_on: NaiveDate,
    /// 核对.
    pub means_checked_on: Option<NaiveDate>,
    /// 入户.
    pub visited_on: Option<NaiveDate>,
    /// 审核.
    pub reviewed_on: Option<NaiveDate>,
    /// 公示: the day of posting.
    pub notice_posted_on: Option<NaiveDate>,
    /// 审批.
    pub decision: Option<Decision>,
}

/// 审批.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The day.
    pub decided_on: NaiveDate,
    /// What the office decided.
    pub outcome: Outcome,
}

/// Shows the program only.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "applications::Row({}, {:?})", self.program, self.steps.applied_on)
    }
}

impl RegisterRow for Row {
    const KIND: RegisterKind = RegisterKind::Applications;

    fn read(raw: &RawRow) -> Result<Row, Vec<Problem>> {
        let mut fields = Fields::new(&TEMPLATE, raw);
        let row = read_row(&mut fields);
        fields.finish(row)
    }

    fn write(&self) -> Vec<String> {
        let Steps { decision, .. } = self.steps;
        let request = self.request.as_ref();
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let word = |word: Option<&'static str>| word.unwrap_or_default().to_owned();
        let amount = request.and_then(|request| request.amount);
        vec![
            self.applicant.as_str().to_owned(),
            self.household_number.clone(),
            self.program.word().to_owned(),
            lists::write_day(self.steps.consulted_on),
            self.steps.applied_on.to_string(),
            lists::write_day(self.steps.means_checked_on),
            lists::write_day(self.steps.visited_on),
            lists::write_day(self.steps.reviewed_on),
            lists::write_day(self.steps.notice_posted_on),
            lists::write_day(decision.map(|decision| decision.decided_on)),
            word(decision.map(|decision| decision.outcome.word())),
            word(request.map(|request| request.mode.word())),
            lists::write_day(request.map(|request| request.on)),
            number(request.and_then(|request| request.persons)),
            number(request.and_then(|request| request.tier)),
            amount.map(|amount| amount.to_string()).unwrap_or_default(),
            word(self.chosen_set.map(Named::word)),
        ]
    }
}

fn read_row(fields: &mut Fields<'_>) -> Option<Row> {
    let applicant = fields.id_number("applicant");
    let household_number = fields.text("household_number", 32);
    let program = fields.choice::<Program>("program");
    let steps = read_steps(fields);
    let chosen_set = fields.choice("chosen_set");
    let request = match program {
        Some(Program::TemporaryAssistance) => Some(read_request(fields)?),
        _ => {
            fields.nothing_in(OF_ASSISTANCE);
            None
        }
    };
    Some(Row {
        applicant: applicant?,
        household_number: household_number?,
        program: program?,
        steps: steps?,
        request,
        chosen_set,
    })
}

fn read_steps(fields: &mut Fields<'_>) -> Option<Steps> {
    let consulted_on = fields.date("consulted_on");
    let applied_on = fields.date("applied_on");
    let means_checked_on = fields.date("means_checked_on");
    let visited_on = fields.date("visited_on");
    let reviewed_on = fields.date("reviewed_on");
    let notice_posted_on = fields.date("notice_posted_on");
    let decided_on = fields.date("decided_on");
    let decision = read_decision(fields, decided_on);
    let order = [
        ("consulted_on", consulted_on),
        ("applied_on", applied_on),
        ("means_checked_on", means_checked_on),
        ("visited_on", visited_on),
        ("reviewed_on", reviewed_on),
        ("notice_posted_on", notice_posted_on),
        ("decided_on", decided_on),
    ];
    let taken: Vec<_> = order.into_iter().filter_map(|(code, day)| day.map(|day| (code, day))).collect();
    for pair in taken.windows(2) {
        if let [(_, earlier), (code, later)] = *pair
            && later < earlier
        {
            fields.problem(code, ProblemCode::DatesOutOfOrder);
        }
    }
    let applied_on = applied_on?;
    Some(Steps {
        consulted_on,
        applied_on,
        means_checked_on,
        visited_on,
        reviewed_on,
        notice_posted_on,
        decision,
    })
}

fn read_decision(fields: &mut Fields<'_>, decided_on: Option<NaiveDate>) -> Option<Decision> {
    let Some(decided_on) = decided_on else {
        fields.nothing_in(&["outcome"]);
        return None;
    };
    let outcome = fields.choice("outcome");
    let outcome = fields.need("outcome", outcome)?;
    Some(Decision { decided_on, outcome })
}

fn read_request(fields: &mut Fields<'_>) -> Option<AssistanceRequest> {
    let mode = fields.choice::<AssistanceMode>("assistance_mode");
    let mode = fields.need("assistance_mode", mode);
    let on = fields.date("assistance_on");
    let on = fields.need("assistance_on", on);
    let persons = fields.count("assistance_persons", 1, 20);
    let tier = fields.count("assistance_tier", 1, 3);
    let amount = fields.money("assistance_amount");
    let mode = mode?;
    if mode == AssistanceMode::Tier {
        fields.need("assistance_persons", persons);
        fields.need("assistance_tier", tier);
        fields.nothing_in(&["assistance_amount"]);
    } else {
        fields.need("assistance_amount", amount);
        fields.nothing_in(&["assistance_persons", "assistance_tier"]);
    }
    Some(AssistanceRequest { mode, on: on?, persons, tier, amount })
}
