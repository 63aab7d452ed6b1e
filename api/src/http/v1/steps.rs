//! The steps of a case, each by the process that the command line and the registers call too.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use domain::actor::ActorId;
use domain::benefit_case::{BenefitCaseCommand, ClosureReason, Outcome};
use domain::ids::CaseId;
use domain::policy::SuspensionReason;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Done;
use super::case_life::sayable;
use super::people::{invalid, rows_of};
use crate::http::Api;
use crate::http::input::{AtDesk, Named, SeenVersion, Sent};
use crate::http::problem::Problem;
use crate::processes::{self as office, Desk, OpenedCase, Seen};
use crate::registers::applications;

type Answer = Result<Json<Done>, Problem>;

/// An application.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// By the codes of the columns of 救助申请登记表 (the applicant's ID number, household_number, program in Chinese, the
    /// days and, for assistance, what is asked for), as texts.
    application: BTreeMap<String, String>,
}

pub(super) async fn apply(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Sent(sent): Sent<NewCase>,
) -> Answer {
    let rows: Vec<applications::Row> = rows_of(&[sent.application], "application")?;
    let Some(row) = rows.first() else {
        return Err(invalid("application", "申请为空。", "the application is empty"));
    };
    let (_, household) = api.office().find(&row.applicant).await?;
    api.household_seen_by(&caller, household).await?;
    if row.steps.consulted_on.is_some() {
        office::hold_consultation(api.office(), &desk, row).await?;
    }
    let case = office::receive_application(api.office(), &desk, row).await?;
    Done::with(&api, case.subject.case_id).await
}

/// A case that the caller sees, and the desk that holds to the version they saw.
pub(super) struct AtCase {
    pub case: OpenedCase,
    pub desk: Desk,
}

pub(super) async fn at_case(api: &Api, at: AtDesk, id: CaseId, seen: SeenVersion) -> Result<AtCase, Problem> {
    let subject = api.case_seen_by(&at.caller, id).await?;
    let desk = at.desk.having_seen(seen.0.map(|version| Seen::Case(id, version)));
    Ok(AtCase { case: OpenedCase { subject }, desk })
}

pub(super) async fn means_check(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
) -> Answer {
    let AtCase { case, desk } = at_case(&api, at, id, seen).await?;
    office::check_means(api.office(), &desk, case).await?;
    Done::with(&api, id).await
}

/// 入户调查.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HomeVisit {
    /// Who visited: two accounts at least.
    visitors: Vec<ActorId>,
    /// What they saw; kept sealed.
    saw: String,
}

pub(super) async fn home_visit(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(sent): Sent<HomeVisit>,
) -> Answer {
    let AtCase { case, desk } = at_case(&api, at, id, seen).await?;
    sayable(&sent.saw, "saw")?;
    office::visit_home(api.office(), &desk, case, sent.visitors, &sent.saw).await?;
    Done::with(&api, id).await
}

/// 审核 or 审批.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// approved or refused.
    outcome: Outcome,
}

pub(super) async fn review(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(sent): Sent<Decided>,
) -> Answer {
    let AtCase { case, desk } = at_case(&api, at, id, seen).await?;
    office::recommend(api.office(), &desk, case, sent.outcome).await?;
    Done::with(&api, id).await
}

pub(super) async fn notice(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
) -> Answer {
    let AtCase { case, desk } = at_case(&api, at, id, seen).await?;
    office::post_notice(api.office(), &desk, case).await?;
    Done::with(&api, id).await
}

pub(super) async fn decision(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(sent): Sent<Decided>,
) -> Answer {
    let AtCase { case, desk } = at_case(&api, at, id, seen).await?;
    office::decide(api.office(), &desk, case, sent.outcome).await?;
    if sent.outcome == Outcome::Approved {
        // the decision has moved the case on from what was seen
        office::determine_entitlement(api.office(), &desk.having_seen(None), case).await?;
    }
    Done::with(&api, id).await
}

/// 停发.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspended {
    /// Why.
    #[schemars(with = "String")]
    reason: SuspensionReason,
    /// Since when.
    since: NaiveDate,
}

pub(super) async fn suspend(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(sent): Sent<Suspended>,
) -> Answer {
    let AtCase { desk, .. } = at_case(&api, at, id, seen).await?;
    let command = BenefitCaseCommand::Suspend { reason: sent.reason, since: sent.since };
    office::change_case(api.office(), &desk, id, command).await?;
    Done::with(&api, id).await
}

/// 恢复发放.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resumed {
    /// The day on which it was confirmed that the ground of the suspension is gone.
    confirmed_on: NaiveDate,
}

pub(super) async fn resume(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(sent): Sent<Resumed>,
) -> Answer {
    let AtCase { desk, .. } = at_case(&api, at, id, seen).await?;
    let command = BenefitCaseCommand::Resume { confirmed_on: sent.confirmed_on };
    office::change_case(api.office(), &desk, id, command).await?;
    Done::with(&api, id).await
}

/// 终止.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// Why.
    reason: ClosureReason,
    /// The last day on which the case stands.
    closed_on: NaiveDate,
}

pub(super) async fn close(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(sent): Sent<Closed>,
) -> Answer {
    let AtCase { desk, .. } = at_case(&api, at, id, seen).await?;
    let command = BenefitCaseCommand::Close { reason: sent.reason, closed_on: sent.closed_on };
    office::change_case(api.office(), &desk, id, command).await?;
    Done::with(&api, id).await
}
