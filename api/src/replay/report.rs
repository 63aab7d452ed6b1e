//! What a replay says, item by item: one JSON object a line, so that an evidence bundle can keep it as `report.jsonl`
//! and a verifier can make it again.

use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Role;
use domain::calendar::BenefitMonth;
use domain::ids::{CampaignId, CaseId, FundId, PaymentId, PersonId, RunId};
use domain::money::Money;
use domain::policy::Step;
use schemars::JsonSchema;
use serde::Serialize;

use super::Words;
use super::facts::{Change, Fact};
use super::verdict::{Difference, ProofStatus, Verdict};

/// What is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
#[schemars(rename = "ReplaySubject")]
pub enum Subject {
    /// 个案.
    Case(CaseId),
    /// 发放批次.
    Run(RunId),
    /// 个人.
    Person(PersonId),
    /// 资金.
    Fund(FundId),
    /// 募捐活动.
    Campaign(CampaignId),
}

/// The two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Clocks {
    /// What held on this day …
    pub effective: NaiveDate,
    /// … as the log knew it at the end of this day in Beijing.
    pub known: NaiveDate,
}

/// One item of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "item", rename_all = "snake_case")]
pub enum ReportItem {
    /// What is replayed; the first item.
    Head(Head),
    /// One event, in the order of the log.
    Step(Box<ReportStep>),
    /// What held on the effective day.
    OnTheDay(OnTheDay),
    /// One line of a run.
    Line(LineReport),
    /// The lines of a run, in sum; the last item of a run's report.
    RunTotals(RunTotals),
}

/// What is replayed, as of which clocks, by which rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ReportHead")]
pub struct Head {
    /// What.
    pub subject: Subject,
    /// As of when.
    pub clocks: Clocks,
    /// Version of the rule book that determined everything anew.
    pub rule_version: String,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReportStep {
    /// Its place in the log.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The day from which it holds, where it is another.
    pub effective_on: Option<NaiveDate>,
    /// Whose account.
    pub actor: String,
    /// In which role.
    pub role: Option<Role>,
    /// The stream's type.
    pub stream: String,
    /// The stream's identifier.
    pub stream_id: String,
    /// The event's type.
    pub event: String,
    /// What happened, in words.
    pub words: Words,
    /// What it changed.
    pub changes: Vec<Change>,
    /// The law and the parameters with their dates, step by step.
    pub basis: Vec<Step>,
    /// How far it is proven.
    pub proof: ProofStatus,
    /// What came of determining it anew, where it decided or paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// What held on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct OnTheDay {
    /// The stream's type.
    pub stream: String,
    /// The stream's identifier.
    pub stream_id: String,
    /// The facts.
    pub facts: Vec<Fact>,
    /// What the day's month was due, for a case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<DueOnTheDay>,
}

/// What a month was due, as known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum DueOnTheDay {
    /// Determined.
    Determined {
        /// The month.
        month: BenefitMonth,
        /// How much, in fen.
        amount: Money,
        /// Codes of the reasons where it is nothing.
        reasons: Vec<&'static str>,
        /// The steps of the determination.
        steps: Vec<Step>,
    },
    /// It cannot be determined.
    Unknown {
        /// Why, by code.
        code: &'static str,
        /// Why, in words.
        words: Words,
    },
}

/// One line of a run and what came of determining it anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LineReport {
    /// Where its order stands in the log.
    pub position: u64,
    /// The payment.
    pub payment_id: PaymentId,
    /// The case; none where the order cannot be read.
    pub case_id: Option<CaseId>,
    /// 所属月份.
    pub month: Option<BenefitMonth>,
    /// How much was ordered, in fen.
    pub amount: Option<Money>,
    /// How far the order is proven.
    pub proof: ProofStatus,
    /// Same, or what differs.
    pub verdict: Verdict,
}

/// The lines of a run, in sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RunTotals {
    /// The run.
    pub run_id: RunId,
    /// The log position whose facts its calculation took.
    pub calculated_at: u64,
    /// How many lines were ordered.
    pub lines: u64,
    /// Of them, determined anew and the same.
    pub same: u64,
    /// Of them, with facts that were erased.
    pub erased: u64,
    /// Of them, to be looked at.
    pub faults: u64,
    /// What differs between the lines as a whole and the run's calculation.
    pub differences: Vec<Difference>,
}

impl ReportItem {
    /// The event that it tells of, if it is about one.
    pub fn position(&self) -> Option<u64> {
        match self {
            ReportItem::Step(step) => Some(step.position),
            ReportItem::Line(line) => Some(line.position),
            ReportItem::Head(_) | ReportItem::OnTheDay(_) | ReportItem::RunTotals(_) => None,
        }
    }

    /// Says how far its event is proven.
    pub fn set_proof(&mut self, proof: impl FnOnce(u64) -> ProofStatus) {
        match self {
            ReportItem::Step(step) => step.proof = proof(step.position),
            ReportItem::Line(line) => line.proof = proof(line.position),
            ReportItem::Head(_) | ReportItem::OnTheDay(_) | ReportItem::RunTotals(_) => {}
        }
    }

    /// Whether people must look at it.
    pub fn is_fault(&self) -> bool {
        match self {
            ReportItem::Head(_) | ReportItem::OnTheDay(_) => false,
            ReportItem::Step(step) => {
                step.proof == ProofStatus::Broken || step.verdict.as_ref().is_some_and(Verdict::is_fault)
            }
            ReportItem::Line(line) => line.proof == ProofStatus::Broken || line.verdict.is_fault(),
            ReportItem::RunTotals(totals) => totals.is_fault(),
        }
    }

    /// Writes the item as one line of JSON.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, into: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *into, self)?;
        into.write_all(b"\n")
    }
}

impl RunTotals {
    /// Whether a line or the whole must be looked at.
    pub fn is_fault(&self) -> bool {
        self.faults > 0 || !self.differences.is_empty()
    }
}
