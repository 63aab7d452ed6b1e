//! For auditors: red flags, replays, runs determined anew, who looked at whom.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::disclosure::{DisclosureEvent, OpenedFields};
use domain::ids::{CampaignId, CaseId, FundId, PersonId, RunId};
use projections::audit_trail::queries::of_type;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::case_facts::person_seen;
use super::cases::ReplayAsked;
use crate::access::{Caller, Capability as Can};
use crate::flags::{Flag, FlagOptions, FlagReport, RULES, report};
use crate::http::Api;
use crate::http::endpoint::{Endpoint, get};
use crate::http::input::{Asked, AtDesk, Named};
use crate::http::list::{Page, limit, place};
use crate::http::problem::Problem;
use crate::processes::ProcessError;
use crate::replay::run_audit::audit_run;
use crate::replay::{LineReport, ReportItem, RunTotals, Subject, Verdict, nothing_sealed, replay};

/// Lines of a run's audit that are named; the totals count all.
const LINES_MAX: usize = 1_000;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let anew = (
        "批次重新核定：合计与不一致的明细",
        "a paid run determined anew: totals, and the lines that are not the same",
    );
    let replays = ("重放", "told from the log, and determined anew");
    let looked = ("谁查阅过谁的个人信息", "who opened whose personal values, for whom and why");
    vec![
        get("/flags", Can::Audit, ("疑点", "red flags"), flags).query::<FlagsAsked>().answers::<FlagReport>(),
        get("/flag-rules", Can::Audit, ("疑点规则及依据", "the rules of red flags, with their law"), rules)
            .lists::<FlagRuleView>(),
        get("/runs/{id}/audit", Can::Audit, anew, run_audit).answers::<RunAuditView>(),
        get("/runs/{id}/replay", Can::Audit, replays, replay_run)
            .query::<ReplayAsked>()
            .answers::<Vec<ReportItem>>(),
        get("/persons/{id}/replay", Can::Audit, replays, replay_person)
            .query::<ReplayAsked>()
            .answers::<Vec<ReportItem>>(),
        get("/funds/{id}/replay", Can::Audit, replays, replay_fund)
            .query::<ReplayAsked>()
            .answers::<Vec<ReportItem>>(),
        get("/campaigns/{id}/replay", Can::Audit, replays, replay_campaign)
            .query::<ReplayAsked>()
            .answers::<Vec<ReportItem>>(),
        get("/disclosures", Can::Audit, looked, disclosures)
            .query::<DisclosuresAsked>()
            .lists::<DisclosureView>(),
    ]
}

/// Which flags.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagsAsked {
    /// Of one rule, by its code.
    rule: Option<String>,
    /// The day on which deadlines are looked at; that of the newest event when absent.
    on: Option<NaiveDate>,
}

async fn flags(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Asked(FlagsAsked { rule, on }): Asked<FlagsAsked>,
) -> Result<Json<FlagReport>, Problem> {
    if rule.as_ref().is_some_and(|code| RULES.iter().all(|rule| rule.code != code)) {
        let (zh, en) = ("没有这条规则。", "there is no such rule");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "parameter_invalid", zh, en).at("rule"));
    }
    let options = FlagOptions { codes: rule.into_iter().collect(), on, ..FlagOptions::default() };
    let mut found = report(api.office(), &options, || ()).await?;
    let cases: Vec<CaseId> = found.flags.iter().filter_map(|flag| flag.subject.case_id).collect();
    let persons: Vec<PersonId> = found.flags.iter().filter_map(|flag| flag.subject.person_id).collect();
    let cases = api.cases_seen_by(&caller, &cases).await?;
    let persons = api.persons_seen_by(&caller, &persons).await?;
    let seen = |flag: &Flag| {
        let case = flag.subject.case_id.is_none_or(|id| cases.contains(&id));
        case && flag.subject.person_id.is_none_or(|id| persons.contains(&id))
    };
    found.flags.retain(seen);
    for rule in &mut found.rules {
        rule.found = found.flags.iter().filter(|flag| flag.code == rule.code).count();
    }
    Ok(Json(found))
}

/// A rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FlagRuleView {
    code: String,
    zh: String,
    en: String,
    /// What it finds.
    finds: String,
    /// What its evidence is.
    evidence: String,
    /// The law.
    source: String,
    /// What it cannot see.
    blind: String,
}

async fn rules(State(api): State<Api>, headers: HeaderMap) -> Result<Response, Problem> {
    let view = |rule: &crate::flags::Rule| FlagRuleView {
        code: rule.code.to_owned(),
        zh: rule.zh.to_owned(),
        en: rule.en.to_owned(),
        finds: rule.finds.to_owned(),
        evidence: rule.evidence.to_owned(),
        source: rule.source.to_owned(),
        blind: rule.blind.to_owned(),
    };
    let position = api.office().repository.log().length().await.map_err(ProcessError::from)?;
    Page::of(RULES.iter().map(view).collect(), u32::MAX, position, |_| 0).answer(&headers)
}

/// A run determined anew.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RunAuditView {
    totals: RunTotals,
    /// The lines of the caller's communities that are not the same, in the order of the log; the first 1,000.
    lines: Vec<LineReport>,
}

async fn run_audit(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named(id): Named<RunId>,
) -> Result<Json<RunAuditView>, Problem> {
    let mut lines: Vec<LineReport> = Vec::new();
    let keep = |line: LineReport| {
        if line.verdict != Verdict::Same && lines.len() < LINES_MAX {
            lines.push(line);
        }
    };
    let totals = audit_run(api.office(), id, &nothing_sealed, keep).await?;
    let cases: Vec<CaseId> = lines.iter().filter_map(|line| line.case_id).collect();
    let seen = api.cases_seen_by(&caller, &cases).await?;
    lines.retain(|line| line.case_id.is_none_or(|id| seen.contains(&id)));
    Ok(Json(RunAuditView { totals, lines }))
}

type Told = Result<Json<Vec<ReportItem>>, Problem>;

async fn replay_run(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RunId>,
    Asked(asked): Asked<ReplayAsked>,
) -> Told {
    let Json(mut items) = told(&api, &at, Subject::Run(id), asked).await?;
    let case_of = |item: &ReportItem| match item {
        ReportItem::Line(line) => line.case_id,
        _ => None,
    };
    let cases: Vec<CaseId> = items.iter().filter_map(case_of).collect();
    let seen = api.cases_seen_by(&at.caller, &cases).await?;
    items.retain(|item| case_of(item).is_none_or(|id| seen.contains(&id)));
    Ok(Json(items))
}

async fn replay_person(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<PersonId>,
    Asked(asked): Asked<ReplayAsked>,
) -> Told {
    person_seen(&api, &at.caller, id).await?;
    told(&api, &at, Subject::Person(id), asked).await
}

async fn replay_fund(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<FundId>,
    Asked(asked): Asked<ReplayAsked>,
) -> Told {
    told(&api, &at, Subject::Fund(id), asked).await
}

async fn replay_campaign(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<CampaignId>,
    Asked(asked): Asked<ReplayAsked>,
) -> Told {
    told(&api, &at, Subject::Campaign(id), asked).await
}

async fn told(api: &Api, at: &AtDesk, subject: Subject, asked: ReplayAsked) -> Told {
    let clocks = asked.clocks(at.desk.today())?;
    let mut items = Vec::new();
    replay(api.office(), subject, clocks, &nothing_sealed, |item| items.push(item)).await?;
    Ok(Json(items))
}

/// Which disclosures.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosuresAsked {
    /// Of one person.
    person: Option<PersonId>,
    /// The first day; 31 days ago when absent.
    from: Option<NaiveDate>,
    /// The last day; today when absent.
    until: Option<NaiveDate>,
    /// How many, at most 500.
    limit: Option<u32>,
    /// From the page before.
    cursor: Option<String>,
}

/// That personal values were opened, never what they are.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DisclosureView {
    /// The log position.
    position: u64,
    recorded_at: DateTime<Utc>,
    /// Who opened them.
    actor: String,
    role: String,
    /// For whom: an office or an account.
    recipient: String,
    /// Why.
    purpose: String,
    /// Of which persons of the caller's communities, and which kinds of values.
    opened: Vec<OpenedFields>,
    /// The run whose accounts were opened for the file to the bank.
    run_id: Option<RunId>,
    /// How many of its lines.
    line_count: Option<u64>,
}

async fn disclosures(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Asked(asked): Asked<DisclosuresAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    const DAYS: u64 = 31;
    let (limit, after) = (limit(asked.limit)?, place::<u64>(asked.cursor.as_deref())?);
    let until = asked.until.unwrap_or_else(|| desk.today());
    let from = asked.from.or_else(|| until.checked_sub_days(Days::new(DAYS))).unwrap_or(until);
    let position = api.office().runner.catch_up(projections::Until::Head).await?;
    let mut found = Vec::new();
    for kind in ["PersonalDataDisclosed", "AccountsDisclosed"] {
        found.extend(of_type(&api.office().pool, kind, from, until).await?);
    }
    found.retain(|row| after.is_none_or(|after| row.position > after));
    found.sort_by_key(|row| row.position);
    let mut views = Vec::new();
    for some in found.chunks(500) {
        let rest = (limit as usize + 1).saturating_sub(views.len());
        if rest == 0 {
            break;
        }
        let places: Vec<u64> = some.iter().map(|row| row.position).collect();
        views.extend(read(&api, &caller, asked.person, &places).await?);
    }
    views.truncate(limit as usize + 1);
    Page::of(views, limit, position, |last: &DisclosureView| last.position).answer(&headers)
}

/// The disclosures at some places that concern the person asked for and people that the caller sees.
async fn read(
    api: &Api,
    caller: &Caller,
    person: Option<PersonId>,
    places: &[u64],
) -> Result<Vec<DisclosureView>, Problem> {
    let mut views = Vec::new();
    for stored in api.office().repository.log().read_at(places).await.map_err(ProcessError::from)? {
        let Ok(Some(event)) = stored.decode::<DisclosureEvent>() else { continue };
        let metadata = stored.metadata().ok();
        let view = DisclosureView {
            position: stored.position,
            recorded_at: stored.recorded_at,
            actor: metadata.as_ref().map(|metadata| metadata.actor_id.to_string()).unwrap_or_default(),
            role: metadata
                .map(|metadata| json!(metadata.actor_role))
                .unwrap_or_default()
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            recipient: String::new(),
            purpose: String::new(),
            opened: Vec::new(),
            run_id: None,
            line_count: None,
        };
        match event {
            DisclosureEvent::PersonalDataDisclosed { recipient, purpose, opened, .. } => {
                let opened = of_whom(api, caller, person, opened).await?;
                if !opened.is_empty() {
                    views.push(DisclosureView { recipient, purpose, opened, ..view });
                }
            }
            DisclosureEvent::AccountsDisclosed { recipient, purpose, run_id, line_count, .. } => {
                if person.is_none() {
                    let (run_id, line_count) = (Some(run_id), Some(line_count));
                    views.push(DisclosureView { recipient, purpose, run_id, line_count, ..view });
                }
            }
        }
    }
    Ok(views)
}

async fn of_whom(
    api: &Api,
    caller: &Caller,
    person: Option<PersonId>,
    opened: Vec<OpenedFields>,
) -> Result<Vec<OpenedFields>, Problem> {
    let asked: Vec<OpenedFields> =
        opened.into_iter().filter(|fields| person.is_none_or(|person| person == fields.person_id)).collect();
    let persons: Vec<PersonId> = asked.iter().map(|fields| fields.person_id).collect();
    let everywhere = caller.data_scope == domain::user::DataScope::Everywhere;
    let seen = match everywhere {
        true => persons.iter().copied().collect(),
        false => api.persons_seen_by(caller, &persons).await?,
    };
    Ok(asked.into_iter().filter(|fields| seen.contains(&fields.person_id)).collect())
}
