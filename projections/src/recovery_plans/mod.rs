//! Recovery plans (追回方案): what each says and where it stands.
//!
//! What of a plan is still open is the payments' to say: the questions join `read_payments`.

pub mod queries;

use chrono::NaiveDate;
use domain::actor::ActorId;
use domain::aggregate::Decider;
use domain::ids::{CaseId, PersonId, RecoveryPlanId};
use domain::money::Money;
use domain::program::Program;
use domain::recovery_plan::{PlanItem, PlanStage, PlanTerms, RecoveryPlan, RecoveryPlanEvent, RecoveryWay};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::ApplyError;
use crate::projection::{About, At, Batch, Projection};
use crate::rows::{KeyedRow, Rows};
use crate::tables::Tables;

/// The projection; it owns `read_recovery_plans`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecoveryPlans;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "recovery_plans",
    version: 1,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_recovery_plans"],
    needs: &[],
};

/// One plan: a row of `read_recovery_plans`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    /// The plan.
    pub plan_id: RecoveryPlanId,
    /// Counts the plans of the case, from 1.
    pub number: u32,
    /// The case whose payments are asked back.
    pub case_id: CaseId,
    /// For whom they were.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// Which payments.
    pub items: Vec<PlanItem>,
    /// What they come to.
    #[serde(rename = "total_fen")]
    pub total: Money,
    /// How the money comes back.
    pub way: RecoveryWay,
    /// The case that withholds; none for the other ways.
    pub from_case: Option<CaseId>,
    /// The largest share of a month's due that may be withheld, in percent.
    pub withholding_share: u8,
    /// Where it stands.
    pub stage: PlanStage,
    /// Who proposed it.
    pub proposed_by: ActorId,
    /// When.
    pub proposed_on: NaiveDate,
    /// Who approved it.
    pub approved_by: Option<ActorId>,
    /// When.
    pub approved_on: Option<NaiveDate>,
    /// When it was rejected, completed or ended.
    pub closed_on: Option<NaiveDate>,
    /// Why it was rejected or ended.
    pub closed_reason: Option<String>,
    /// The log position of the proposal.
    pub proposed_position: u64,
}

impl KeyedRow for PlanRow {
    const LOAD: &'static str = include_str!("sql/load_plans.sql");
    const STORE: &'static str = include_str!("sql/store_plans.sql");

    fn key(&self) -> Uuid {
        self.plan_id.uuid()
    }
}

impl Projection for RecoveryPlans {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn apply<'a>(
        &'a self,
        batch: Batch<'a>,
        connection: &'a mut PgConnection,
        tables: Tables,
    ) -> BoxFuture<'a, Result<(), ApplyError>> {
        Box::pin(apply(batch, connection, tables))
    }
}

async fn apply(batch: Batch<'_>, connection: &mut PgConnection, tables: Tables) -> Result<(), ApplyError> {
    let begun = batch.begun_earlier(RecoveryPlan::TYPE)?;
    let mut plans: Rows<PlanRow> = Rows::load(connection, tables, &begun).await?;
    for happened in batch.of::<RecoveryPlanEvent>(RecoveryPlan::TYPE) {
        let (at, event) = happened?;
        evolve(&mut plans, at, event)?;
    }
    plans.store(connection, tables).await
}

fn evolve(plans: &mut Rows<PlanRow>, at: At<'_>, event: RecoveryPlanEvent) -> Result<(), ApplyError> {
    use RecoveryPlanEvent as Event;
    if let Event::RecoveryPlanProposed { terms, proposed_by, proposed_on } = event {
        let total = at.sum(terms.total())?;
        plans.put(PlanRow::of(*terms, total, (proposed_by, proposed_on), at.0.position));
        return Ok(());
    }
    let plan = plans.get_mut(at.id()?).ok_or_else(|| at.unknown("recovery plan"))?;
    match event {
        Event::RecoveryPlanProposed { .. } => {}
        Event::RecoveryPlanApproved { approved_by, approved_on } => {
            plan.stage = PlanStage::Approved;
            (plan.approved_by, plan.approved_on) = (Some(approved_by), Some(approved_on));
        }
        Event::RecoveryPlanRejected { reason, rejected_on, .. } => {
            plan.close(PlanStage::Rejected, rejected_on, Some(reason));
        }
        Event::RecoveryPlanCompleted { completed_on } => plan.close(PlanStage::Completed, completed_on, None),
        Event::RecoveryPlanEnded { reason, ended_on, .. } => {
            plan.close(PlanStage::Ended, ended_on, Some(reason));
        }
    }
    Ok(())
}

impl PlanRow {
    fn of(
        terms: PlanTerms,
        total: Money,
        (proposed_by, proposed_on): (ActorId, NaiveDate),
        proposed_position: u64,
    ) -> PlanRow {
        let PlanTerms { plan_id, number, case_id, beneficiary, program, items, way, limits } = terms;
        let from_case = match &way {
            RecoveryWay::Withholding { from_case, .. } => Some(*from_case),
            RecoveryWay::Repayment { .. } | RecoveryWay::Waiver { .. } => None,
        };
        PlanRow {
            plan_id,
            number,
            case_id,
            beneficiary,
            program,
            items,
            total,
            way,
            from_case,
            withholding_share: limits.withholding_share,
            stage: PlanStage::Proposed,
            proposed_by,
            proposed_on,
            approved_by: None,
            approved_on: None,
            closed_on: None,
            closed_reason: None,
            proposed_position,
        }
    }

    fn close(&mut self, stage: PlanStage, on: NaiveDate, reason: Option<String>) {
        self.stage = stage;
        self.closed_on = Some(on);
        self.closed_reason = reason;
    }
}
