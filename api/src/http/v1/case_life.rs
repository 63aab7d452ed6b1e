//! What else happens to a case: missing documents, objections, reviews, payments that wait, appeals.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use domain::benefit_case::{BenefitCaseCommand, HeldMonths, HoldReason, ObjectionOutcome, Outcome};
use domain::calendar::BenefitMonth;
use domain::ids::CaseId;
use domain::personal::{Note, Sealed};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Done;
use super::people::invalid;
use super::steps::{AtCase, at_case};
use crate::access::Capability as Can;
use crate::http::Api;
use crate::http::endpoint::{Endpoint, post};
use crate::http::input::{AtDesk, Named, SeenVersion, Sent};
use crate::http::problem::Problem;
use crate::processes::{self as office, payment_run};

type Answer = Result<Json<Done>, Problem>;

pub(super) fn endpoints() -> Vec<Endpoint> {
    [procedure(), held_payments()].concat()
}

fn procedure() -> Vec<Endpoint> {
    let objection = ("登记异议，内容加密保存", "records an objection; what it says is kept sealed");
    let appeal = ("申诉，内容加密保存", "files an appeal; what it asks is kept sealed");
    vec![
        post(
            "/cases/{id}/materials-request",
            Can::PrepareCases,
            ("补正通知", "asks for missing documents"),
            request_materials,
        )
        .takes::<MaterialsAsked>()
        .answers::<Done>(),
        post("/cases/{id}/materials", Can::PrepareCases, ("材料补齐", "what was missing came"), supply)
            .answers::<Done>(),
        post("/cases/{id}/objections", Can::PrepareCases, objection, raise_objection)
            .takes::<Said>()
            .answers::<Done>(),
        post(
            "/cases/{id}/objections/{number}/resolution",
            Can::PrepareCases,
            ("异议处理", "answers an objection"),
            resolve_objection,
        )
        .takes::<Resolved>()
        .answers::<Done>(),
        post("/cases/{id}/recertification", Can::PrepareCases, ("复核", "the review on the roll"), recertify)
            .takes::<Recertified>()
            .answers::<Done>(),
        post("/cases/{id}/appeal", Can::PrepareCases, appeal, file_appeal)
            .takes::<Appealed>()
            .answers::<Done>(),
        post(
            "/cases/{id}/appeal/decision",
            Can::DecideCases,
            ("复议决定", "decides the appeal"),
            decide_appeal,
        )
        .takes::<AppealDecided>()
        .answers::<Done>(),
    ]
}

fn held_payments() -> Vec<Endpoint> {
    let hold = ("暂缓发放；月份仍然应发", "holds payments; the months stay due");
    let lift = ("解除暂缓，须由他人办理", "lifts a hold, by somebody else");
    vec![
        post("/cases/{id}/holds", Can::HoldPayments, hold, hold_payment).takes::<Held>().answers::<Done>(),
        post("/cases/{id}/holds/release", Can::HoldPayments, lift, lift_hold)
            .takes::<Lifted>()
            .answers::<Done>(),
    ]
}

/// 补正通知.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialsAsked {
    /// Which documents, by the office's names: 1 to 20 of 1 to 200 characters.
    materials: Vec<String>,
    /// Until when.
    due_on: NaiveDate,
}

async fn request_materials(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(MaterialsAsked { materials, due_on }): Sent<MaterialsAsked>,
) -> Answer {
    changed(&api, at, id, seen, |_| BenefitCaseCommand::RequestMaterials { materials, due_on }).await
}

async fn supply(State(api): State<Api>, at: AtDesk, Named(id): Named<CaseId>, seen: SeenVersion) -> Answer {
    changed(&api, at, id, seen, |supplied_on| BenefitCaseCommand::SupplyMaterials { supplied_on }).await
}

/// What somebody said, in their words.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// What: 1 to 2000 characters, kept sealed.
    said: String,
}

async fn raise_objection(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(sent): Sent<Said>,
) -> Answer {
    let note = sealed(&api, &at, id, &sent.said).await?;
    changed(&api, at, id, seen, |raised_on| BenefitCaseCommand::RaiseObjection { note, raised_on }).await
}

/// 异议处理.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolved {
    /// Whether the objection stands.
    outcome: ObjectionOutcome,
}

async fn resolve_objection(
    State(api): State<Api>,
    at: AtDesk,
    Named((id, objection)): Named<(CaseId, u32)>,
    seen: SeenVersion,
    Sent(Resolved { outcome }): Sent<Resolved>,
) -> Answer {
    let command = |resolved_on| BenefitCaseCommand::ResolveObjection { objection, outcome, resolved_on };
    changed(&api, at, id, seen, command).await
}

/// 复核.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recertified {
    /// When the next review is due, within the program's interval.
    next_due_on: NaiveDate,
}

async fn recertify(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(Recertified { next_due_on }): Sent<Recertified>,
) -> Answer {
    let command = |recertified_on| BenefitCaseCommand::Recertify { recertified_on, next_due_on };
    changed(&api, at, id, seen, command).await
}

/// 申诉.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Appealed {
    /// What is asked: 1 to 2000 characters, kept sealed.
    said: String,
    /// The day on which the decision was served; the term of 60 days runs from it.
    served_on: NaiveDate,
}

async fn file_appeal(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(Appealed { said, served_on }): Sent<Appealed>,
) -> Answer {
    let note = sealed(&api, &at, id, &said).await?;
    changed(&api, at, id, seen, |filed_on| BenefitCaseCommand::FileAppeal { note, served_on, filed_on }).await
}

/// 复议决定.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealDecided {
    /// approved sends the case back to review; refused dismisses the appeal.
    outcome: Outcome,
}

async fn decide_appeal(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(AppealDecided { outcome }): Sent<AppealDecided>,
) -> Answer {
    changed(&api, at, id, seen, |decided_on| BenefitCaseCommand::DecideAppeal { outcome, decided_on }).await
}

/// 暂缓发放.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// One month; every month when absent.
    month: Option<BenefitMonth>,
    /// Why.
    reason: HoldReason,
    /// What else there is to say, kept sealed; the reason `other` needs it.
    note: Option<String>,
}

async fn hold_payment(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(Held { month, reason, note }): Sent<Held>,
) -> Answer {
    let AtCase { desk, .. } = at_case(&api, at, id, seen).await?;
    if let Some(note) = &note {
        sayable(note, "note")?;
    }
    payment_run::hold(api.office(), &desk, id, months(month), (reason, note.as_deref())).await?;
    Done::with(&api, id).await
}

/// 解除暂缓.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lifted {
    /// The month that was held; every month when absent.
    month: Option<BenefitMonth>,
}

async fn lift_hold(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CaseId>,
    seen: SeenVersion,
    Sent(sent): Sent<Lifted>,
) -> Answer {
    let AtCase { desk, .. } = at_case(&api, at, id, seen).await?;
    payment_run::lift_hold(api.office(), &desk, id, months(sent.month)).await?;
    Done::with(&api, id).await
}

fn months(month: Option<BenefitMonth>) -> HeldMonths {
    month.map_or(HeldMonths::All, HeldMonths::Month)
}

/// Does one command of today to a case.
async fn changed(
    api: &Api,
    at: AtDesk,
    id: CaseId,
    seen: SeenVersion,
    command: impl FnOnce(NaiveDate) -> BenefitCaseCommand,
) -> Answer {
    let AtCase { desk, .. } = at_case(api, at, id, seen).await?;
    let command = command(desk.today());
    office::change_case(api.office(), &desk, id, command).await?;
    Done::with(api, id).await
}

async fn sealed(api: &Api, at: &AtDesk, id: CaseId, said: &str) -> Result<Sealed<Note>, Problem> {
    let subject = api.case_seen_by(&at.caller, id).await?;
    sayable(said, "said")?;
    Ok(office::sealed_note(api.office(), subject.applicant, said).await?)
}

/// Whether a text can be kept as a note.
pub(super) fn sayable(said: &str, field: &str) -> Result<(), Problem> {
    const CHARACTERS_MAX: usize = 2_000;
    if !said.trim().is_empty() && said.chars().count() <= CHARACTERS_MAX {
        return Ok(());
    }
    Err(invalid(field, "请填写 1 至 2000 字。", "1 to 2000 characters are needed"))
}
