//! What waits at the office, who could have a benefit and has none, and the reports of months and years.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId, PersonId};
use domain::program::Program;
use domain::todo::TodoKind;
use domain::user::DataScope;
use projections::Until;
use projections::payment_registers::queries::payments;
use projections::statistics::{MonthReport, YearReport, month_report, year_report};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Done;
use super::case_facts::person_seen;
use super::case_life::sayable;
use crate::access::{Caller, Capability as Can};
use crate::http::Api;
use crate::http::endpoint::{Endpoint, get, post};
use crate::http::input::{Asked, AtDesk, Named, Sent, askable};
use crate::http::list::Page;
use crate::http::problem::Problem;
use crate::nightly::{Night, nights};
use crate::outlook::found::{Entry, Horizon, TodoItem, dismiss, find};
use crate::outlook::waiting::{Concern, Waiting, WaitingKind, waiting};
use crate::processes::ProcessError;

/// Days ahead where nothing else was asked for.
const DAYS: u32 = 60;
/// The most days ahead.
const DAYS_MAX: u32 = 366;

pub(super) fn endpoints() -> Vec<Endpoint> {
    [waits(), reports()].concat()
}

fn waits() -> Vec<Endpoint> {
    let eligible = (
        "政策找人：可能符合而未纳入者，可能已不符合的个案",
        "people who seem eligible without a case, and cases whose ground seems gone; amounts in fen",
    );
    let dismissal = (
        "搁置政策找人的一项；所依据的事实变化后再次列出",
        "sets an entry aside; it comes back when the facts that it rests on change",
    );
    vec![
        get("/todo", Can::ReadCases, ("待办一览", "the steps that wait, with their days"), todo)
            .query::<HorizonAsked>()
            .lists::<Waiting>(),
        get("/todo/eligible", Can::ReadCases, eligible, eligible_list)
            .query::<EligibleAsked>()
            .lists::<TodoItem>(),
        get("/todo/nights", Can::ReadCases, ("夜间任务", "what each night found"), nights_list)
            .lists::<Night>(),
        post("/todo/eligible/dismissals", Can::SetAside, dismissal, dismissed)
            .takes::<Dismissal>()
            .answers::<Done>(),
    ]
}

fn reports() -> Vec<Endpoint> {
    let year = ("统计年报", "the report of a year; amounts in fen");
    let month = ("统计月报", "the report of a benefit month; amounts in fen");
    vec![
        get("/reports/years/{year}", Can::ReadMoney, year, year_of).answers::<YearReport>(),
        get("/reports/months/{month}", Can::ReadMoney, month, month_of).answers::<MonthReport>(),
    ]
}

/// Of which day.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HorizonAsked {
    /// The day; today when absent.
    on: Option<NaiveDate>,
    /// How many days ahead, at most 366; 60 when absent.
    within: Option<u32>,
}

fn horizon(on: Option<NaiveDate>, within: Option<u32>, today: NaiveDate) -> Result<Horizon, Problem> {
    let within_days = within.unwrap_or(DAYS);
    if within_days > DAYS_MAX {
        let (zh, en) = ("within 应为 0 至 366。", "within is 0 to 366");
        let status = axum::http::StatusCode::BAD_REQUEST;
        return Err(Problem::new(status, "parameter_invalid", zh, en).at("within"));
    }
    Ok(Horizon { on: askable(on, today, "on")?, within_days })
}

async fn todo(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Asked(asked): Asked<HorizonAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = waiting(api.office(), horizon(asked.on, asked.within, desk.today())?).await?;
    let found = own(&api, &caller, found).await?;
    // which systems there are is told to who may read that
    let shown =
        |one: &Waiting| one.kind != WaitingKind::MessagesGivenUp || caller.may(Can::ReadUsers).is_ok();
    let found = found.into_iter().filter(shown).collect();
    let position = api.office().runner.catch_up(Until::Head).await?;
    Page::of(found, u32::MAX, position, |_: &Waiting| 0).answer(&headers)
}

/// Those of people of the caller's communities, and those of nobody's.
async fn own(api: &Api, caller: &Caller, found: Vec<Waiting>) -> Result<Vec<Waiting>, Problem> {
    if caller.data_scope == DataScope::Everywhere {
        return Ok(found);
    }
    let of = |concern: Concern| -> Vec<uuid::Uuid> {
        let concerned = found.iter().filter(|one| one.kind.concerns() == concern);
        concerned.filter_map(|one| one.of.parse().ok()).collect()
    };
    let paid: Vec<PaymentId> = of(Concern::Payment).into_iter().map(PaymentId::new).collect();
    let paid = payments(&api.office().pool, &paid).await?;
    let persons: Vec<PersonId> = of(Concern::Person).into_iter().map(PersonId::new).collect();
    let cases = of(Concern::Case).into_iter().map(CaseId::new);
    let all: Vec<CaseId> = cases.chain(paid.iter().map(|row| row.case_id)).collect();
    let (cases, persons) =
        (api.cases_seen_by(caller, &all).await?, api.persons_seen_by(caller, &persons).await?);
    let seen = |one: &Waiting| match one.kind.concerns() {
        Concern::Case => one.of.parse().is_ok_and(|id| cases.contains(&id)),
        Concern::Person => one.of.parse().is_ok_and(|id| persons.contains(&id)),
        Concern::Payment => {
            let row = paid.iter().find(|row| row.payment_id.to_string() == one.of);
            row.is_some_and(|row| cases.contains(&row.case_id))
        }
        Concern::Everyone => true,
    };
    Ok(found.into_iter().filter(seen).collect())
}

/// Which entries.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EligibleAsked {
    /// Of which day; today when absent.
    on: Option<NaiveDate>,
    /// How many days ahead, at most 366; 60 when absent.
    within: Option<u32>,
    /// Of one kind.
    kind: Option<TodoKind>,
    /// Of one program, by its code.
    program: Option<Program>,
}

async fn eligible_list(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Asked(asked): Asked<EligibleAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let horizon = horizon(asked.on, asked.within, desk.today())?;
    let mut items: Vec<TodoItem> = Vec::new();
    let wanted = |item: &TodoItem| {
        asked.kind.is_none_or(|kind| kind == item.kind)
            && asked.program.is_none_or(|program| program == item.program)
    };
    find(api.office(), horizon, |item| {
        if wanted(&item) {
            items.push(item);
        }
        Ok(())
    })
    .await?;
    if caller.data_scope != DataScope::Everywhere {
        let persons: Vec<PersonId> = items.iter().map(|item| item.person_id).collect();
        let seen = api.persons_seen_by(&caller, &persons).await?;
        items.retain(|item| seen.contains(&item.person_id));
    }
    let position = api.office().runner.catch_up(Until::Head).await?;
    Page::of(items, u32::MAX, position, |_: &TodoItem| 0).answer(&headers)
}

async fn nights_list(State(api): State<Api>, headers: HeaderMap) -> Result<Response, Problem> {
    const NIGHTS: u32 = 31;
    let found = nights(&api.office().pool, NIGHTS).await?;
    let position = api.office().repository.log().length().await.map_err(ProcessError::from)?;
    Page::of(found, u32::MAX, position, |_: &Night| 0).answer(&headers)
}

/// An entry to set aside.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dismissal {
    kind: TodoKind,
    person_id: PersonId,
    program: Program,
    /// Why, kept sealed.
    reason: String,
}

async fn dismissed(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Sent(sent): Sent<Dismissal>,
) -> Result<Json<Done>, Problem> {
    let Dismissal { kind, person_id: person, program, reason } = sent;
    person_seen(&api, &caller, person).await?;
    sayable(&reason, "reason")?;
    let horizon = horizon(None, None, desk.today())?;
    dismiss(api.office(), &desk, horizon, Entry { kind, person, program }, &reason).await?;
    Done::with(&api, person).await
}

async fn year_of(State(api): State<Api>, Named(year): Named<i32>) -> Result<Json<YearReport>, Problem> {
    const YEARS: std::ops::RangeInclusive<i32> = 1900..=2099;
    if !YEARS.contains(&year) {
        return Err(Problem::not_found());
    }
    api.office().runner.catch_up(Until::Head).await?;
    Ok(Json(year_report(&api.office().pool, year).await?))
}

async fn month_of(
    State(api): State<Api>,
    Named(month): Named<BenefitMonth>,
) -> Result<Json<MonthReport>, Problem> {
    api.office().runner.catch_up(Until::Head).await?;
    Ok(Json(month_report(&api.office().pool, month).await?))
}
