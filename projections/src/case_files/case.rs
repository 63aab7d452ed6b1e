//! Benefit cases.

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::benefit_case::{
    Application, BenefitCase, BenefitCaseEvent, CaseSubject, Closing, Decision, Recertification, Step,
};
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::program::Program;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::ApplyError;
use crate::projection::{At, Batch};
use crate::rows::{KeyedRow, Rows};
use crate::tables::Tables;

/// One benefit case (救助个案), folded: a row of `read_cases`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRow {
    /// The case.
    pub case_id: CaseId,
    /// The household.
    pub household_id: HouseholdId,
    /// The applicant, who is the beneficiary.
    pub applicant: PersonId,
    /// The program.
    pub program: Program,
    /// Where it stands.
    pub stage: CaseStage,
    /// Whether it is or was on the roll, so that months may be owed.
    pub enrolled: bool,
    /// The day of the application.
    pub applied_on: Option<NaiveDate>,
    /// The day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// The last day on which it stood.
    pub closed_on: Option<NaiveDate>,
    /// When its next review is due, while it is on the roll.
    pub review_due_on: Option<NaiveDate>,
    /// How many events of its stream are folded.
    pub sequence: u64,
    /// The log position of its first event.
    pub opened_position: u64,
    /// The folded aggregate.
    pub state: BenefitCase,
}

/// Where a case stands, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStage {
    /// 咨询.
    Consulted,
    /// 核对, 入户, 补正.
    Gathering,
    /// 已审核.
    Recommended,
    /// 公示.
    OnNotice,
    /// 不予批准.
    Refused,
    /// 享受中.
    Enrolled,
    /// 停发(暂停).
    Suspended,
    /// 终止.
    Closed,
    /// Ended before any decision.
    Discontinued,
}

impl CaseStage {
    /// Every stage, in the order of a case's life.
    pub const ALL: &'static [CaseStage] = &[
        CaseStage::Consulted,
        CaseStage::Gathering,
        CaseStage::Recommended,
        CaseStage::OnNotice,
        CaseStage::Refused,
        CaseStage::Enrolled,
        CaseStage::Suspended,
        CaseStage::Closed,
        CaseStage::Discontinued,
    ];

    /// The stored name.
    pub const fn code(self) -> &'static str {
        match self {
            CaseStage::Consulted => "consulted",
            CaseStage::Gathering => "gathering",
            CaseStage::Recommended => "recommended",
            CaseStage::OnNotice => "on_notice",
            CaseStage::Refused => "refused",
            CaseStage::Enrolled => "enrolled",
            CaseStage::Suspended => "suspended",
            CaseStage::Closed => "closed",
            CaseStage::Discontinued => "discontinued",
        }
    }
}

impl KeyedRow for CaseRow {
    const LOAD: &'static str = include_str!("sql/load_cases.sql");
    const STORE: &'static str = include_str!("sql/store_cases.sql");

    fn key(&self) -> Uuid {
        self.case_id.uuid()
    }
}

pub(super) async fn apply(
    batch: Batch<'_>,
    connection: &mut PgConnection,
    tables: Tables,
) -> Result<(), ApplyError> {
    let begun = batch.begun_earlier(BenefitCase::TYPE)?;
    let mut cases: Rows<CaseRow> = Rows::load(connection, tables, &begun).await?;
    for happened in batch.of::<BenefitCaseEvent>(BenefitCase::TYPE) {
        let (at, event) = happened?;
        evolve(&mut cases, at, &event)?;
    }
    cases.iter_mut().for_each(CaseRow::summarize);
    cases.store(connection, tables).await
}

fn evolve(cases: &mut Rows<CaseRow>, at: At<'_>, event: &BenefitCaseEvent) -> Result<(), ApplyError> {
    use BenefitCaseEvent as Event;
    if let Event::ConsultationHeld { subject, .. } | Event::ApplicationReceived { subject, .. } = event {
        cases.get_or_insert_with(at.id()?, || CaseRow::opened(subject, at.0.position));
    }
    let case = cases.get_mut(at.id()?).ok_or_else(|| at.unknown("benefit case"))?;
    case.sequence = at.0.sequence;
    at.possible(case.state.try_evolve(event))
}

impl CaseRow {
    fn opened(subject: &CaseSubject, opened_position: u64) -> CaseRow {
        CaseRow {
            case_id: subject.case_id,
            household_id: subject.household_id,
            applicant: subject.applicant,
            program: subject.program,
            stage: CaseStage::Consulted,
            enrolled: false,
            applied_on: None,
            decided_on: None,
            closed_on: None,
            review_due_on: None,
            sequence: 0,
            opened_position,
            state: BenefitCase::default(),
        }
    }

    /// Brings the columns in line with the state.
    fn summarize(&mut self) {
        let summary = Summary::of(&self.state);
        self.stage = summary.stage;
        self.enrolled = self.state.enrollment().is_some();
        self.applied_on = summary.application.map(|application| application.applied_on);
        self.decided_on = summary.decision.map(|decision| decision.decided_on);
        self.closed_on = summary.closing.map(|closing| closing.closed_on);
        self.review_due_on = summary.review.map(|review| match review {
            Recertification::Next { due_on, .. } | Recertification::Due { due_on, .. } => due_on,
        });
    }
}

/// What the columns say of a state.
struct Summary<'a> {
    stage: CaseStage,
    application: Option<&'a Application>,
    decision: Option<&'a Decision>,
    closing: Option<&'a Closing>,
    review: Option<Recertification>,
}

impl Summary<'_> {
    fn of(state: &BenefitCase) -> Summary<'_> {
        let nothing =
            |stage| Summary { stage, application: None, decision: None, closing: None, review: None };
        match state {
            BenefitCase::Unopened | BenefitCase::Consulted(_) => nothing(CaseStage::Consulted),
            BenefitCase::UnderReview(case) => {
                let stage = match case.step {
                    Step::Gathering => CaseStage::Gathering,
                    Step::Recommended { .. } => CaseStage::Recommended,
                    Step::OnNotice { .. } => CaseStage::OnNotice,
                };
                Summary { application: Some(&case.application), ..nothing(stage) }
            }
            BenefitCase::Refused(case) => Summary {
                application: Some(&case.application),
                decision: Some(&case.decision),
                ..nothing(CaseStage::Refused)
            },
            BenefitCase::Enrolled(case) => Summary {
                application: Some(&case.application),
                decision: Some(&case.decision),
                review: Some(case.recertification),
                ..nothing(if case.open_suspension().is_some() {
                    CaseStage::Suspended
                } else {
                    CaseStage::Enrolled
                })
            },
            BenefitCase::Closed(case) => Summary {
                application: Some(&case.enrolled.application),
                decision: Some(&case.enrolled.decision),
                closing: Some(&case.closing),
                ..nothing(CaseStage::Closed)
            },
            BenefitCase::Discontinued(case) => {
                Summary { closing: Some(&case.closing), ..nothing(CaseStage::Discontinued) }
            }
        }
    }
}
