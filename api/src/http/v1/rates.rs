//! Programs with their law, rates with theirs, and new rates: tried on the register, proposed by one person, published by
//! another.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::gazette::{Proposal, ProposalStage};
use domain::policy::{Announcement, Parameter, RateChange, RuleBook, Status};
use domain::program::Program;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Done, Reason};
use crate::access::Capability as Can;
use crate::http::Api;
use crate::http::endpoint::{Endpoint, get, post};
use crate::http::input::{Asked, AtDesk, Named, Sent};
use crate::http::list::Page;
use crate::http::problem::Problem;
use crate::outlook::people::Names;
use crate::outlook::what_if::{Change, WhatIf, try_rates};
use crate::processes::{self as office, ProcessError};

type Answer = Result<Json<Done>, Problem>;

/// Of who is touched by a draft, so many are named.
const EXAMPLES: usize = 50;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let trial = (
        "试算：草案对登记在册人员的影响，不保存",
        "tries new rates on the register: cost, who gains and loses; nothing is stored; amounts in fen",
    );
    vec![
        get("/programs", Can::ReadRules, ("救助项目及依据", "programs, with the law they rest on"), programs)
            .lists::<ProgramView>(),
        get("/rates", Can::ReadRules, ("政策参数及来源", "rates, with where they stand"), rates)
            .query::<RatesAsked>()
            .lists::<RateView>(),
        get("/rates/proposals", Can::ReadRules, ("参数草案一览", "proposed rates"), proposals)
            .lists::<ProposalView>(),
        post("/rates/trial", Can::ProposeRates, trial, tried).takes::<DraftSent>().answers::<TrialView>(),
        post("/rates/proposals", Can::ProposeRates, ("拟定参数草案", "proposes new rates"), propose)
            .takes::<ProposalSent>()
            .answers::<ProposalView>(),
        post(
            "/rates/proposals/{number}/approval",
            Can::PublishRates,
            ("批准发布，须由他人办理", "publishes a proposal, by somebody else"),
            publish,
        )
        .answers::<Done>(),
        post(
            "/rates/proposals/{number}/rejection",
            Can::RejectRates,
            ("退回草案", "sends a proposal back"),
            reject,
        )
        .takes::<Reason>()
        .answers::<Done>(),
    ]
}

/// A program.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProgramView {
    program: Program,
    zh: String,
    en: String,
    /// The first month in force.
    from: BenefitMonth,
    /// The law or notice.
    basis: String,
    conditions_zh: String,
    conditions_en: String,
    amount_zh: String,
}

async fn programs(State(api): State<Api>, headers: HeaderMap) -> Result<Response, Problem> {
    let rules = api.office().current_rules().await?;
    let view = |program: &Program| {
        let rule = rules.program(*program)?;
        Some(ProgramView {
            program: *program,
            zh: program.zh().to_owned(),
            en: program.en().to_owned(),
            from: rule.from,
            basis: rule.basis.clone(),
            conditions_zh: rule.conditions_zh.clone(),
            conditions_en: rule.conditions_en.clone(),
            amount_zh: rule.amount_zh.clone(),
        })
    };
    let rows: Vec<ProgramView> = Program::ALL.iter().filter_map(view).collect();
    Page::of(rows, u32::MAX, position(&api).await?, |_| 0).answer(&headers)
}

async fn position(api: &Api) -> Result<u64, Problem> {
    Ok(api.office().repository.log().length().await.map_err(ProcessError::from)?)
}

/// Which rates.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RatesAsked {
    /// Every row of one parameter, by its key; else the newest row of each.
    parameter: Option<String>,
}

/// A value from a month on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RateView {
    parameter: String,
    name_zh: String,
    name_en: String,
    from: BenefitMonth,
    /// As it is written in the rule book: yuan with two places, percent or months.
    value: String,
    /// The date of the notice; none was always known.
    announced: Option<NaiveDate>,
    /// The notice, or where it was reported.
    source: String,
    /// A placeholder that an office must confirm; not law.
    illustrative: bool,
    /// The rule book's version.
    rule_version: String,
}

async fn rates(
    State(api): State<Api>,
    Asked(asked): Asked<RatesAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let rules = api.office().current_rules().await?;
    let rows: Vec<RateView> = match asked.parameter {
        None => Parameter::ALL.iter().filter_map(|parameter| rows_of(&rules, *parameter).pop()).collect(),
        Some(key) => {
            let found = Parameter::ALL.iter().find(|parameter| parameter.key() == key);
            rows_of(&rules, *found.ok_or_else(Problem::not_found)?)
        }
    };
    Page::of(rows, u32::MAX, position(&api).await?, |_| 0).answer(&headers)
}

fn rows_of(rules: &RuleBook, parameter: Parameter) -> Vec<RateView> {
    let Some(dated) = rules.parameter(parameter) else { return Vec::new() };
    let view = |row: &domain::policy::Row| RateView {
        parameter: parameter.key().to_owned(),
        name_zh: dated.zh.clone(),
        name_en: dated.en.clone(),
        from: row.from,
        value: dated.unit.show(row.value),
        announced: row.announced,
        source: row.source.clone(),
        illustrative: row.status == Status::Illustrative,
        rule_version: rules.version().to_owned(),
    };
    dated.rows.iter().map(view).collect()
}

/// Proposed rates.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProposalView {
    number: u32,
    /// 文号.
    document: String,
    /// The rates, in TOML.
    text: String,
    proposed_by: String,
    proposed_on: NaiveDate,
    /// proposed; or published or rejected, with by whom, when and why.
    stage: ProposalStage,
}

impl ProposalView {
    fn of(proposal: Proposal) -> ProposalView {
        ProposalView {
            number: proposal.number,
            document: proposal.document,
            text: proposal.text,
            proposed_by: proposal.proposed_by.to_string(),
            proposed_on: proposal.proposed_on,
            stage: proposal.stage,
        }
    }
}

async fn proposals(State(api): State<Api>, headers: HeaderMap) -> Result<Response, Problem> {
    let rows = office::rate_proposals(api.office()).await?.into_iter().map(ProposalView::of).collect();
    Page::of(rows, u32::MAX, position(&api).await?, |last: &ProposalView| last.number).answer(&headers)
}

/// A draft.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftSent {
    /// The rates in TOML, as in the rule book; rows without an announcement count as announced today.
    text: String,
}

/// What a draft would do. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrialView {
    /// The rows that the draft adds.
    changes: Vec<RateChangeView>,
    /// What they would do to the register.
    result: WhatIf,
    /// Of who is touched, the first ones whom the caller sees; nobody where the caller does not see the register.
    examples: Vec<Change>,
}

/// A row that a draft adds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RateChangeView {
    /// Of which parameter, by its key.
    parameter: &'static str,
    from: BenefitMonth,
    /// What stood for its first month, as it is written in the rule book.
    before: Option<String>,
    value: String,
    /// The date of the notice; none was always known.
    announced: Option<NaiveDate>,
}

async fn tried(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Sent(sent): Sent<DraftSent>,
) -> Result<Json<TrialView>, Problem> {
    let (office, today) = (api.office(), desk.today());
    let rules = office.current_rules().await?;
    let draft = rules.draft("draft.toml", &sent.text, Announcement::Or(today));
    let draft = draft.map_err(|error| ProcessError::refused(&error))?;
    let mut touched: Vec<Change> = Vec::new();
    let found = try_rates(office, &draft, today, Names::Masked, |change| {
        if touched.len() < EXAMPLES {
            touched.push(change);
        }
        Ok(())
    })
    .await?;
    // who is touched is for those who see the register, and of their communities alone
    let mut examples = Vec::new();
    if caller.may(Can::ReadRegister).is_ok() {
        let persons: Vec<_> = touched.iter().map(|change| change.person_id).collect();
        let seen = api.persons_seen_by(&caller, &persons).await?;
        examples.extend(touched.into_iter().filter(|change| seen.contains(&change.person_id)));
    }
    Ok(Json(TrialView { changes: changes(&draft.changes), result: found, examples }))
}

fn changes(changes: &[RateChange]) -> Vec<RateChangeView> {
    let one = |change: &RateChange| RateChangeView {
        parameter: change.parameter.key(),
        from: change.row.from,
        before: change.before.map(|value| change.unit.show(value)),
        value: change.unit.show(change.row.value),
        announced: change.row.announced,
    };
    changes.iter().map(one).collect()
}

/// Rates to propose.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalSent {
    /// 文号.
    document: String,
    /// The rates in TOML, each with its announcement.
    text: String,
}

async fn propose(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Sent(sent): Sent<ProposalSent>,
) -> Result<Json<ProposalView>, Problem> {
    let proposal = office::propose_rates(api.office(), &desk, &sent.document, &sent.text).await?;
    Ok(Json(ProposalView::of(proposal)))
}

async fn publish(State(api): State<Api>, AtDesk { desk, .. }: AtDesk, Named(number): Named<u32>) -> Answer {
    office::publish_rates(api.office(), &desk, number).await?;
    Done::with(&api, number).await
}

async fn reject(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(number): Named<u32>,
    Sent(Reason { reason }): Sent<Reason>,
) -> Answer {
    office::reject_rates(api.office(), &desk, number, &reason).await?;
    Done::with(&api, number).await
}
