//! Recoveries: plans by two people, and repaid money.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use domain::ids::{CaseId, PersonId, RecoveryPlanId};
use domain::money::Money;
use domain::program::Program;
use projections::Until;
use projections::recovery_plans::{self, PlanRow, queries};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case_facts::person_seen;
use super::cases::ReplayAsked;
use super::{Done, Reason};
use crate::http::Api;
use crate::http::input::{Asked, AtDesk, Named, Sent};
use crate::http::list::{Order, Page, ShortAsked};
use crate::http::problem::Problem;
use crate::processes::{self as office, AsOf, PersonBalance, Repaid, WantedWay};
use crate::replay::Clocks;

type Answer = Result<Json<Done>, Problem>;

/// A plan. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlanView {
    plan_id: RecoveryPlanId,
    case_id: CaseId,
    beneficiary: PersonId,
    program: Program,
    total_fen: Money,
    /// proposed, approved, rejected, completed or ended.
    stage: String,
    proposed_by: String,
    proposed_on: NaiveDate,
    approved_by: Option<String>,
    closed_on: Option<NaiveDate>,
}

impl PlanView {
    fn of(row: PlanRow) -> PlanView {
        let stage = serde_json::to_value(row.stage).ok();
        PlanView {
            plan_id: row.plan_id,
            case_id: row.case_id,
            beneficiary: row.beneficiary,
            program: row.program,
            total_fen: row.total,
            stage: stage.and_then(|stage| stage.as_str().map(str::to_owned)).unwrap_or_default(),
            proposed_by: row.proposed_by.to_string(),
            proposed_on: row.proposed_on,
            approved_by: row.approved_by.map(|actor| actor.to_string()),
            closed_on: row.closed_on,
        }
    }
}

pub(super) async fn list(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Asked(asked): Asked<ShortAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    const ORDER: Order = Order { id: "plan_id", by: &["proposed_on", "stage", "total_fen"] };
    let mut seen = api.seen_by(&caller, &[&recovery_plans::ABOUT]).await?;
    let plans: Vec<PlanView> =
        queries::plans(seen.connection()).await?.into_iter().map(PlanView::of).collect();
    Page::of_short(plans, &asked, ORDER, seen.position())?.answer(&headers)
}

/// How what was paid too much is to come back. Amounts in fen.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum NewPlan {
    /// The beneficiary repays.
    Repayment {},
    /// The heirs repay, up to the estate's value.
    Heirs {
        /// The value of the estate.
        estate_fen: Money,
    },
    /// Later payments withhold it.
    Withholding {
        /// Of another case than the one that was paid too much.
        from_case: Option<CaseId>,
        /// The instalment.
        per_month_fen: Money,
        /// Where the agreement of the other case's beneficiary is filed.
        agreement: Option<String>,
    },
    /// A small sum is given up.
    SmallSum {
        /// Why.
        reason: String,
    },
    /// What the estate does not bear is given up.
    EstateExhausted {
        /// The value of the estate.
        estate_fen: Money,
        /// Why.
        reason: String,
    },
}

impl From<NewPlan> for WantedWay {
    fn from(plan: NewPlan) -> WantedWay {
        match plan {
            NewPlan::Repayment {} => WantedWay::Repayment,
            NewPlan::Heirs { estate_fen: estate } => WantedWay::Heirs { estate },
            NewPlan::Withholding { from_case, per_month_fen: per_month, agreement } => {
                WantedWay::Withholding { from_case, per_month, agreement }
            }
            NewPlan::SmallSum { reason } => WantedWay::SmallSum { reason },
            NewPlan::EstateExhausted { estate_fen: estate, reason } => {
                WantedWay::EstateExhausted { estate, reason }
            }
        }
    }
}

pub(super) async fn propose(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<CaseId>,
    Sent(sent): Sent<NewPlan>,
) -> Answer {
    api.case_seen_by(&caller, id).await?;
    let plan = office::propose_plan(api.office(), &desk, id, sent.into()).await?;
    Done::with(&api, plan).await
}

async fn plan_seen(api: &Api, at: &AtDesk, id: RecoveryPlanId) -> Result<(), Problem> {
    api.office().runner.catch_up(Until::Head).await?;
    let plan = queries::plan(&api.office().pool, id).await?.ok_or_else(Problem::not_found)?;
    api.case_seen_by(&at.caller, plan.case_id).await.map(drop)
}

pub(super) async fn approve(State(api): State<Api>, at: AtDesk, Named(id): Named<RecoveryPlanId>) -> Answer {
    plan_seen(&api, &at, id).await?;
    office::approve_plan(api.office(), &at.desk, id).await?;
    Done::with(&api, id).await
}

pub(super) async fn reject(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RecoveryPlanId>,
    Sent(sent): Sent<Reason>,
) -> Answer {
    plan_seen(&api, &at, id).await?;
    office::reject_plan(api.office(), &at.desk, id, &sent.reason).await?;
    Done::with(&api, id).await
}

pub(super) async fn end(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RecoveryPlanId>,
    Sent(sent): Sent<Reason>,
) -> Answer {
    plan_seen(&api, &at, id).await?;
    office::end_plan(api.office(), &at.desk, id, &sent.reason).await?;
    Done::with(&api, id).await
}

pub(super) async fn balance(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<PersonId>,
    Asked(asked): Asked<ReplayAsked>,
) -> Result<Json<PersonBalance>, Problem> {
    person_seen(&api, &caller, id).await?;
    let Clocks { effective, known } = asked.clocks(desk.today())?;
    Ok(Json(office::balance_of(api.office(), id, AsOf { effective, known }).await?))
}

/// Repaid money. Amounts in fen.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repayment {
    /// How much.
    amount_fen: Money,
    /// The day it came.
    received_on: NaiveDate,
    /// 流水号 of the bank slip or receipt, 1 to 100 characters: the same repayment sent again is known by it, and two equal
    /// ones of a day are told apart. Without it, equal amounts on one day are one repayment.
    #[serde(default)]
    reference: Option<String>,
}

pub(super) async fn repay(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<CaseId>,
    Sent(sent): Sent<Repayment>,
) -> Answer {
    api.case_seen_by(&caller, id).await?;
    let Repayment { amount_fen: amount, received_on, reference } = sent;
    office::receive_repayment(api.office(), &desk, id, Repaid { amount, received_on, reference }).await?;
    Done::with(&api, id).await
}
