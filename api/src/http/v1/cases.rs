//! Cases: lists, one, and one told from the log.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::program::Program;
use projections::case_files::{self, CaseStage};
use projections::listings::{self, CaseEntry, CaseFilter};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use crate::http::Api;
use crate::http::input::{Asked, AtDesk, Named, askable};
use crate::http::list::{Page, limit, place, sort_unknown, tagged};
use crate::http::problem::Problem;
use crate::replay::{Clocks, ReportItem, Subject, nothing_sealed, replay};

/// Which cases.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasesAsked {
    /// Of one program, by its code.
    program: Option<Program>,
    /// In one stage: consulted, gathering, recommended, on_notice, refused, enrolled, suspended, closed or discontinued.
    #[schemars(with = "Option<String>")]
    stage: Option<CaseStage>,
    /// 社区: of one community.
    community: Option<String>,
    /// Of one household.
    household: Option<HouseholdId>,
    /// Of one applicant.
    applicant: Option<PersonId>,
    /// case, or review_due for the cases whose review is due some day, by that day; case when absent.
    sort: Option<String>,
    /// How many, at most 500.
    limit: Option<u32>,
    /// From the page before.
    cursor: Option<String>,
}

pub(super) async fn list(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Asked(asked): Asked<CasesAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?;
    let CasesAsked { program, stage, community, household, applicant, sort, cursor, .. } = asked;
    let filter = CaseFilter { program, stage, community, household, applicant, case: None };
    let mut seen = api.seen_by(&caller, &[&case_files::ABOUT]).await?;
    match sort.as_deref() {
        None | Some("case") => {
            let after = place::<Uuid>(cursor.as_deref())?;
            let rows = listings::cases(seen.connection(), &filter, after, limit + 1).await?;
            Page::of(rows, limit, seen.position(), |last| last.case_id).answer(&headers)
        }
        Some("review_due") => {
            let after = place::<(NaiveDate, Uuid)>(cursor.as_deref())?;
            let rows = listings::cases_by_review(seen.connection(), &filter, after, limit + 1).await?;
            let of = |last: &CaseEntry| (last.review_due_on, last.case_id);
            Page::of(rows, limit, seen.position(), of).answer(&headers)
        }
        Some(_) => Err(sort_unknown()),
    }
}

pub(super) async fn one(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named(id): Named<CaseId>,
) -> Result<Response, Problem> {
    let filter = CaseFilter { case: Some(id), ..CaseFilter::default() };
    let mut seen = api.seen_by(&caller, &[&case_files::ABOUT]).await?;
    let rows = listings::cases(seen.connection(), &filter, None, 1).await?;
    let case = rows.first().ok_or_else(Problem::not_found)?;
    Ok(tagged(case, case.version))
}

/// As of when.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayAsked {
    /// 生效截至: what held on this day; today when absent.
    effective: Option<NaiveDate>,
    /// 知悉截至: what was known at the end of this day; today when absent.
    known: Option<NaiveDate>,
}

impl ReplayAsked {
    /// Both days, today where none is said.
    ///
    /// # Errors
    /// 400 for a day too far ahead.
    pub(super) fn clocks(self, today: NaiveDate) -> Result<Clocks, Problem> {
        let effective = askable(self.effective, today, "effective")?;
        Ok(Clocks { effective, known: askable(self.known, today, "known")? })
    }
}

pub(super) async fn replayed(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<CaseId>,
    Asked(asked): Asked<ReplayAsked>,
) -> Result<Json<Vec<ReportItem>>, Problem> {
    api.case_seen_by(&caller, id).await?;
    let clocks = asked.clocks(desk.today())?;
    let mut items = Vec::new();
    replay(api.office(), Subject::Case(id), clocks, &nothing_sealed, |item| items.push(item)).await?;
    Ok(Json(items))
}
