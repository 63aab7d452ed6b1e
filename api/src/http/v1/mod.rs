//! The API of version 1: its whole surface on one page. Routes, document, browsable page and the table of permissions are
//! all made from this list.

mod attachments;
mod audit;
mod books;
mod campaigns;
mod case_facts;
mod case_life;
mod cases;
mod changes;
mod declared;
mod erasure;
mod evidence;
mod funds;
mod gifts;
mod money;
mod office_desk;
mod people;
mod rates;
mod recoveries;
mod registers;
mod run_desk;
mod run_steps;
mod runs;
mod steps;
mod summaries;
mod summary;
mod users;
mod webhooks;

use axum::http::HeaderMap;
use domain::user::Account;
use projections::listings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use changes::CloudEvent;

use super::Api;
use super::endpoint::{Endpoint, Kept, get, post};
use super::list::ShortAsked;
use super::problem::Problem;
use crate::access::Capability as Can;
use crate::processes::ProcessError;
use crate::processes::payment_run::TakenIn;
use crate::processes::webhooks::{DeadLetter, WebhookStanding};
use crate::replay::ReportItem;

/// What was done.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Done {
    /// The thing that it was done to or that came of it.
    pub id: String,
    /// How many events the log has now: what is read from here on shows what was done.
    pub position: u64,
}

impl Done {
    /// The thing, and the log with what was done to it.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn with(api: &Api, id: impl ToString) -> Result<axum::Json<Done>, Problem> {
        let position = api.office().repository.length_seen().await.map_err(ProcessError::from)?;
        Ok(axum::Json(Done { id: id.to_string(), position }))
    }
}

/// A reason.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Why.
    pub reason: String,
}

/// Whether the caller has already what stands at this version.
fn has_newest(headers: &HeaderMap, version: u64) -> bool {
    let tag = format!("\"{version}\"");
    let header = headers.get("if-none-match").and_then(|value| value.to_str().ok()).unwrap_or_default();
    header.split(',').any(|each| each.trim() == tag)
}

/// Every endpoint.
pub fn endpoints() -> Vec<Endpoint> {
    [
        people(),
        registers::endpoints(),
        declared::endpoints(),
        attachments::endpoints(),
        erasure::endpoints(),
        cases(),
        case_life::endpoints(),
        case_facts::endpoints(),
        office_desk::endpoints(),
        payments(),
        run_desk::endpoints(),
        recoveries(),
        money(),
        books::endpoints(),
        funds::endpoints(),
        campaigns::endpoints(),
        gifts::endpoints(),
        rates::endpoints(),
        audit::endpoints(),
        evidence::endpoints(),
        administration(),
        told(),
    ]
    .concat()
}

fn people() -> Vec<Endpoint> {
    let said = [
        ("人员一览", "persons"),
        ("家庭一览", "households"),
        ("家庭及成员，姓名隐去", "a household with its members, names masked"),
        (
            "受益人待遇汇总，可指定生效日与知悉日",
            "what a person has, was due, was paid and owes back, as of two clocks",
        ),
        ("按身份证号查人；号码只在内容中", "a person by ID number, which stands in the body alone"),
        (
            "登记家庭；字段与取值同人员家庭登记表",
            "registers a household, by the columns of the register of persons",
        ),
    ];
    let streamed = (
        "全部受益人待遇汇总，逐行 JSON，可断点续传",
        "the summaries of everybody with a case, one JSON object a line; goes on behind `after`",
    );
    vec![
        get("/persons", Can::ReadRegister, said[0], people::persons)
            .query::<people::PersonsAsked>()
            .lists::<listings::PersonEntry>(),
        get("/households", Can::ReadRegister, said[1], people::households)
            .query::<people::HouseholdsAsked>()
            .lists::<listings::HouseholdEntry>(),
        get("/households/{id}", Can::ReadRegister, said[2], people::household)
            .answers::<people::HouseholdView>(),
        get("/beneficiaries/{id}/summary", Can::ReadSummaries, said[3], summary::summary)
            .query::<summary::SummaryAsked>()
            .answers::<summary::SummaryView>(),
        get("/beneficiaries/summaries", Can::ReadSummaries, streamed, summaries::summaries)
            .query::<summaries::SummariesAsked>()
            .gives_file(summaries::LINES),
        post("/persons/find", Can::RegisterPeople, said[4], people::find)
            .takes::<people::Find>()
            .answers::<people::Found>(),
        post("/households", Can::RegisterPeople, said[5], people::register)
            .takes::<people::NewHousehold>()
            .answers::<people::RegisteredView>(),
    ]
}

fn cases() -> Vec<Endpoint> {
    vec![
        get("/cases", Can::ReadCases, ("个案一览", "cases"), cases::list)
            .query::<cases::CasesAsked>()
            .lists::<listings::CaseEntry>(),
        get("/cases/{id}", Can::ReadCases, ("个案", "a case"), cases::one).answers::<listings::CaseEntry>(),
        get(
            "/cases/{id}/replay",
            Can::Audit,
            ("个案重放：逐事件说明并重新核定", "a case told from the log, and determined anew"),
            cases::replayed,
        )
        .query::<cases::ReplayAsked>()
        .answers::<Vec<ReportItem>>(),
        post(
            "/cases",
            Can::PrepareCases,
            ("咨询并受理申请", "holds the consultation and receives the application"),
            steps::apply,
        )
        .takes::<steps::NewCase>()
        .answers::<Done>(),
        post("/cases/{id}/means-check", Can::PrepareCases, ("核对", "the means check"), steps::means_check)
            .answers::<Done>(),
        post("/cases/{id}/home-visit", Can::PrepareCases, ("入户调查", "the home visit"), steps::home_visit)
            .takes::<steps::HomeVisit>()
            .answers::<Done>(),
        post("/cases/{id}/review", Can::ReviewCases, ("审核", "the review"), steps::review)
            .takes::<steps::Decided>()
            .answers::<Done>(),
        post("/cases/{id}/notice", Can::PrepareCases, ("公示", "posts the notice"), steps::notice)
            .answers::<Done>(),
        post(
            "/cases/{id}/decision",
            Can::DecideCases,
            ("审批；同意的随即核定待遇", "the decision; an approval determines the entitlement too"),
            steps::decision,
        )
        .takes::<steps::Decided>()
        .answers::<Done>(),
        post("/cases/{id}/suspension", Can::PrepareCases, ("停发", "suspends"), steps::suspend)
            .takes::<steps::Suspended>()
            .answers::<Done>(),
        post("/cases/{id}/resumption", Can::PrepareCases, ("恢复发放", "resumes"), steps::resume)
            .takes::<steps::Resumed>()
            .answers::<Done>(),
        post("/cases/{id}/closure", Can::PrepareCases, ("终止", "ends the case"), steps::close)
            .takes::<steps::Closed>()
            .answers::<Done>(),
    ]
}

fn payments() -> Vec<Endpoint> {
    let release = (
        "下达发放并取报盘文件；文件含账号，不留存",
        "orders every line and answers the files to the bank, which are not kept",
    );
    vec![
        get("/runs", Can::ReadPayments, ("发放批次一览", "payment runs"), runs::list)
            .query::<runs::RunsAsked>()
            .lists::<runs::RunView>(),
        get("/runs/{id}", Can::ReadPayments, ("发放批次", "a payment run"), runs::one)
            .answers::<runs::RunView>(),
        get(
            "/runs/{id}/payments",
            Can::ReadPayments,
            ("批次的发放明细", "the payments of a run"),
            runs::payments,
        )
        .query::<runs::PaymentsAsked>()
        .lists::<listings::PaymentEntry>(),
        post(
            "/runs",
            Can::PrepareRuns,
            ("建批并核算", "opens a run and calculates its lines"),
            run_steps::prepare,
        )
        .takes::<run_steps::NewRun>()
        .answers::<run_steps::PreparedView>(),
        post("/runs/{id}/submission", Can::PrepareRuns, ("提交审批", "submits"), run_steps::submit)
            .takes::<run_steps::Submission>()
            .answers::<Done>(),
        post("/runs/{id}/endorsement", Can::ApproveRuns, ("初审", "endorses"), run_steps::endorse)
            .answers::<Done>(),
        post("/runs/{id}/approval", Can::ApproveRuns, ("审批", "approves"), run_steps::approve)
            .answers::<Done>(),
        post("/runs/{id}/rejection", Can::ApproveRuns, ("退回", "sends back"), run_steps::reject)
            .takes::<Reason>()
            .answers::<Done>(),
        post("/runs/{id}/release", Can::ReleaseRuns, release, run_steps::release)
            .takes::<run_steps::ReleaseAsked>()
            .answers::<run_steps::ReleasedView>()
            .keeping(Kept::Not),
        post(
            "/runs/{id}/returns",
            Can::ReleaseRuns,
            ("回盘：内容为银行文件", "takes a file from the bank in"),
            run_steps::take_return,
        )
        .query::<run_steps::ReturnAsked>()
        .takes_file()
        .answers::<TakenIn>(),
    ]
}

fn recoveries() -> Vec<Endpoint> {
    vec![
        get("/recovery-plans", Can::ReadPayments, ("追回方案一览", "recovery plans"), recoveries::list)
            .query::<ShortAsked>()
            .lists::<recoveries::PlanView>(),
        post(
            "/cases/{id}/recovery-plans",
            Can::PrepareRecoveries,
            ("提出追回方案", "proposes a recovery plan"),
            recoveries::propose,
        )
        .takes::<recoveries::NewPlan>()
        .answers::<Done>(),
        post(
            "/recovery-plans/{id}/approval",
            Can::ApproveRecoveries,
            ("批准追回方案", "approves a recovery plan"),
            recoveries::approve,
        )
        .answers::<Done>(),
        post(
            "/recovery-plans/{id}/rejection",
            Can::ApproveRecoveries,
            ("退回追回方案", "sends a recovery plan back"),
            recoveries::reject,
        )
        .takes::<Reason>()
        .answers::<Done>(),
        post(
            "/recovery-plans/{id}/end",
            Can::PrepareRecoveries,
            ("终止追回方案；未追回的仍待追回", "ends a plan that cannot go on; what is open stays open"),
            recoveries::end,
        )
        .takes::<Reason>()
        .answers::<Done>(),
        get(
            "/persons/{id}/recovery-balance",
            Can::ReadPayments,
            ("个人待追回余额", "what a person still owes back, as of two clocks; amounts in fen"),
            recoveries::balance,
        )
        .query::<cases::ReplayAsked>()
        .answers::<crate::processes::PersonBalance>(),
        post(
            "/cases/{id}/repayments",
            Can::TakeRepayments,
            ("收到退款", "takes repaid money in"),
            recoveries::repay,
        )
        .takes::<recoveries::Repayment>()
        .answers::<Done>(),
    ]
}

fn money() -> Vec<Endpoint> {
    vec![
        get("/funds", Can::ReadMoney, ("资金一览", "funds"), money::funds)
            .query::<ShortAsked>()
            .lists::<money::FundView>(),
        get("/campaigns", Can::ReadMoney, ("募捐活动一览", "campaigns"), money::campaigns)
            .query::<ShortAsked>()
            .lists::<money::CampaignEntry>(),
        post(
            "/gifts",
            Can::TakeGifts,
            ("登记捐赠；字段与取值同捐赠登记表", "takes a gift, by the columns of the register of gifts"),
            money::gift,
        )
        .takes::<money::NewGift>()
        .answers::<Done>(),
    ]
}

fn administration() -> Vec<Endpoint> {
    let feed = (
        "变更订阅：长轮询或 text/event-stream",
        "what changed since a position: long poll, or text/event-stream",
    );
    let change =
        ("变更用户：角色、数据范围、停用、启用、吊销令牌", "changes a user: roles, data scope, lock, tokens");
    vec![
        get("/me", Can::KnowOneself, ("我是谁、可办何事", "who calls, and what they may do"), users::me)
            .answers::<users::Me>(),
        get("/trail", Can::Audit, ("审计轨迹", "the audit trail"), changes::trail)
            .query::<changes::TrailAsked>()
            .lists::<listings::ChangeEntry>(),
        get("/changes", Can::FollowChanges, feed, changes::feed)
            .query::<changes::FeedAsked>()
            .streams::<changes::Changes>(),
        get("/users", Can::ReadUsers, ("用户一览", "users"), users::list)
            .query::<ShortAsked>()
            .lists::<Account>(),
        post("/users", Can::ManageUsers, ("开立用户", "opens a user"), users::open)
            .takes::<users::NewAccount>()
            .answers::<Done>(),
        post("/users/{account}/changes", Can::ManageUsers, change, users::change)
            .takes::<users::Change>()
            .answers::<Done>(),
        post(
            "/users/{account}/tokens",
            Can::ManageUsers,
            ("签发令牌，只显示一次", "issues a token, shown once"),
            users::issue,
        )
        .takes::<users::NewToken>()
        .answers::<users::TokenView>()
        .keeping(Kept::WithoutToken),
    ]
}

/// Which systems are told of changes.
fn told() -> Vec<Endpoint> {
    vec![
        get("/webhooks", Can::ReadUsers, ("推送订阅一览", "webhooks, and how far they went"), webhooks::list)
            .lists::<WebhookStanding>(),
        post(
            "/webhooks",
            Can::ManageUsers,
            ("订阅推送，密钥只显示一次", "subscribes a system to changes; the secret is shown once"),
            webhooks::subscribe,
        )
        .takes::<webhooks::NewSubscription>()
        .answers::<webhooks::SubscribedView>()
        .keeping(Kept::WithoutToken),
        post(
            "/webhooks/{id}/changes",
            Can::ManageUsers,
            (
                "推送暂停、恢复、终止、重新推送",
                "pauses, resumes or ends a webhook, or tries dead letters again",
            ),
            webhooks::change,
        )
        .takes::<webhooks::WebhookChange>()
        .answers::<Done>(),
        get(
            "/webhooks/{id}/dead-letters",
            Can::ReadUsers,
            ("未送达的消息", "messages that were given up"),
            webhooks::dead,
        )
        .lists::<DeadLetter>(),
    ]
}
