//! Questions to the recovery plans.

use domain::ids::{CaseId, FundId, PaymentId, PersonId, RecoveryPlanId};
use domain::money::Money;
use domain::program::Program;
use serde::{Deserialize, Serialize};
use sqlx::{Executor, Postgres};
use uuid::Uuid;

use super::PlanRow;
use crate::error::ProjectionError;
use crate::rows::{fetch_all, fetch_one};

const TABLE: &str = "read_recovery_plans";

/// An approved plan that withholds from a case, with what is open of its payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanClaim {
    /// The plan.
    pub plan_id: RecoveryPlanId,
    /// From which case it withholds.
    pub from_case: CaseId,
    /// The instalment, in fen for each benefit month.
    pub per_month: Money,
    /// The largest share of a month's due, in percent.
    pub share: u8,
    /// Its payments, the oldest month first.
    pub items: Vec<ClaimItem>,
}

/// A payment that a plan asks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimItem {
    /// The payment.
    pub payment_id: PaymentId,
    /// The fund that had paid it.
    pub fund_id: FundId,
    /// What is to come back of it and no payment in transit withholds, in fen.
    pub open: Money,
}

/// What a person owes back, by program; in fen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// The run that ordered it.
    pub run_id: domain::ids::RunId,
    /// The fund that had paid it.
    pub fund_id: FundId,
    /// The case.
    pub case_id: CaseId,
    /// For whom it was.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// 所属月份.
    pub month: domain::calendar::BenefitMonth,
    /// Asked back, less what was withdrawn.
    pub opened: Money,
    /// Come back of that.
    pub received: Money,
    /// Given up of that.
    pub waived: Money,
}

/// Every plan, the oldest first.
///
/// # Errors
/// Those of the database.
pub async fn plans<'e>(
    executor: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<PlanRow>, ProjectionError> {
    fetch_all(TABLE, executor, sqlx::query(include_str!("sql/plans.sql"))).await
}

/// One plan, if there is such.
///
/// # Errors
/// Those of the database.
pub async fn plan<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    plan: RecoveryPlanId,
) -> Result<Option<PlanRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/load_plans.sql")).bind(vec![plan.uuid()]);
    fetch_one(TABLE, executor, query).await
}

/// The plans of a case, by number.
///
/// # Errors
/// Those of the database.
pub async fn plans_of_case<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    case: CaseId,
) -> Result<Vec<PlanRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/plans_of_case.sql")).bind(case.uuid());
    fetch_all(TABLE, executor, query).await
}

/// The approved plans that withhold from cases, in the order of their proposal.
///
/// # Errors
/// Those of the database.
pub async fn claims_on<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    cases: &[Uuid],
) -> Result<Vec<PlanClaim>, ProjectionError> {
    fetch_all(TABLE, executor, sqlx::query(include_str!("sql/claims_on.sql")).bind(cases)).await
}

/// The payments of which something is or was asked back, of these cases; of every case where the list is empty. By
/// person, month and payment.
///
/// # Errors
/// Those of the database.
pub async fn recoveries<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    cases: &[CaseId],
) -> Result<Vec<OpenPayment>, ProjectionError> {
    let cases: Vec<Uuid> = cases.iter().map(|case| case.uuid()).collect();
    let query = sqlx::query(include_str!("sql/recoveries.sql")).bind(cases);
    fetch_all("read_payments", executor, query).await
}

/// The payments of a person of which something is or was asked back, with their programs.
///
/// # Errors
/// Those of the database.
pub async fn asked_back_of<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    person: PersonId,
) -> Result<Vec<(PaymentId, Program)>, ProjectionError> {
    let query = sqlx::query_as(include_str!("sql/asked_back_of.sql")).bind(person.uuid());
    let rows: Vec<(Uuid, String)> = query.fetch_all(executor).await?;
    let read = |(payment, program): (Uuid, String)| {
        let program = program.parse().map_err(|_| ProjectionError::Row { table: "read_payments" })?;
        Ok((PaymentId::new(payment), program))
    };
    rows.into_iter().map(read).collect()
}
