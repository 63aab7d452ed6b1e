//! 受益人待遇汇总: masked unless something is asked to be opened, which is recorded before it is.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use domain::actor::Role;
use domain::disclosure::OpenedFields;
use domain::household::Member;
use domain::identifiers::masked_name;
use domain::ids::PersonId;
use projections::listings::CaseEntry;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::has_newest;
use crate::http::Api;
use crate::http::input::{Asked, AtDesk, Named, askable};
use crate::http::list::tagged;
use crate::http::problem::Problem;
use crate::processes::summary::{Gathered, MonthLine, ProgramLine, Summary, Sums, summary_of};
use crate::processes::{AsOf, Office, ProcessError, record_disclosure};

/// As of when, and what is to be opened.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SummaryAsked {
    /// 生效截至: what had happened by this day; today when absent.
    effective: Option<NaiveDate>,
    /// 知悉截至: what was known at the end of this day; today when absent.
    known: Option<NaiveDate>,
    /// What is opened in clear: name, id_number or both with a comma. It is recorded as a disclosure.
    open: Option<String>,
    /// Why, where something is opened, and always for another system.
    purpose: Option<String>,
    /// Only these parts: programs, months, cases; with commas.
    fields: Option<String>,
}

/// What a person has, was due, was paid and owes back.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SummaryView {
    pub(super) person_id: PersonId,
    /// 社区.
    community: String,
    effective: NaiveDate,
    known: NaiveDate,
    /// The log position at which it was read.
    position: u64,
    /// Masked, unless it was asked to be opened.
    name: Option<String>,
    /// Masked, unless it was asked to be opened.
    id_number: Option<String>,
    totals: Sums,
    #[serde(skip_serializing_if = "Option::is_none")]
    programs: Option<Vec<ProgramLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    months: Option<Vec<MonthLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cases: Option<Vec<CaseEntry>>,
}

pub(super) async fn summary(
    State(api): State<Api>,
    at: AtDesk,
    Named(person): Named<PersonId>,
    Asked(asked): Asked<SummaryAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(&asked)?;
    let as_of = asked.as_of(at.desk.today())?;
    let known = api.summaries().of(&at.caller.data_scope, person).await?.ok_or_else(Problem::not_found)?;
    let position = known.position;
    if has_newest(&headers, position) && !is_restricted(&known)? {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    match told(api.office(), known, (&wanted, as_of)).await? {
        Told::Restricted => Err(restricted()),
        Told::Erased(on, summary) => Ok(gone(on, &summary)),
        Told::Whole(view) => {
            // what was opened leaves the house once that is recorded
            let labels = wanted.labels(at.caller.actor.role);
            disclose(api.office(), &at, &[person], labels, asked.purpose.as_deref()).await?;
            Ok(tagged(&*view, position))
        }
    }
}

/// What there is to say of a person.
pub(super) enum Told {
    /// Everything that was asked for.
    Whole(Box<SummaryView>),
    /// What is kept is shown to nobody.
    Restricted,
    /// Erased on a day; the totals are left.
    Erased(NaiveDate, Box<Summary>),
}

fn is_restricted(known: &Gathered) -> Result<bool, ProcessError> {
    Ok(known.home()?.member(known.belonging.person).is_none_or(Member::is_restricted))
}

/// What there is to say of a person; who hands it on records first that it was opened.
pub(super) async fn told(
    office: &Office,
    known: Gathered,
    (wanted, as_of): (&Wanted, AsOf),
) -> Result<Told, Problem> {
    let (home, person) = (known.home()?, known.belonging.person);
    let member = home.member(person).ok_or_else(Problem::not_found)?;
    if member.is_restricted() {
        return Ok(Told::Restricted);
    }
    let summary = summary_of(office, &known, as_of).await?;
    if let Some(on) = member.erased_on() {
        return Ok(Told::Erased(on, Box::new(summary)));
    }
    let (name, id_number) = wanted.open(office, member)?;
    Ok(Told::Whole(Box::new(SummaryView {
        person_id: person,
        community: home.registered().map(|home| home.community.clone()).unwrap_or_default(),
        effective: as_of.effective,
        known: as_of.known,
        position: known.position,
        name,
        id_number,
        totals: summary.totals,
        programs: wanted.programs.then_some(summary.programs),
        months: wanted.months.then_some(summary.months),
        cases: wanted.cases.then_some(known.cases),
    })))
}

impl SummaryAsked {
    fn as_of(&self, today: NaiveDate) -> Result<AsOf, Problem> {
        let effective = askable(self.effective, today, "effective")?;
        Ok(AsOf { effective, known: askable(self.known, today, "known")? })
    }
}

/// Records what is about to be handed on, for the caller themself.
pub(super) async fn disclose(
    office: &Office,
    at: &AtDesk,
    persons: &[PersonId],
    labels: Vec<String>,
    purpose: Option<&str>,
) -> Result<(), Problem> {
    if labels.is_empty() || persons.is_empty() {
        return Ok(());
    }
    let purpose = purpose.filter(|purpose| !purpose.trim().is_empty()).ok_or_else(purpose_required)?;
    let of = |person: &PersonId| OpenedFields { person_id: *person, labels: labels.clone() };
    let opened = persons.iter().map(of).collect();
    record_disclosure(office, &at.desk, at.caller.actor.id.as_str(), purpose, opened).await?;
    Ok(())
}

/// What is to be opened and shown.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    name: bool,
    id_number: bool,
    programs: bool,
    months: bool,
    cases: bool,
}

impl Wanted {
    fn read(asked: &SummaryAsked) -> Result<Wanted, Problem> {
        Wanted::of(asked.open.as_deref(), asked.fields.as_deref())
    }

    /// # Errors
    /// 400 for a name that is unknown.
    pub(super) fn of(open: Option<&str>, fields: Option<&str>) -> Result<Wanted, Problem> {
        let open = named(open, &["name", "id_number"], "open")?;
        let fields = named(fields, &["programs", "months", "cases"], "fields")?;
        let shown = |field: &str| fields.is_empty() || fields.contains(&field);
        Ok(Wanted {
            name: open.contains(&"name"),
            id_number: open.contains(&"id_number"),
            programs: shown("programs"),
            months: shown("months"),
            cases: shown("cases"),
        })
    }

    /// What the log says was opened. That another system got a summary at all is a disclosure.
    pub(super) fn labels(&self, role: Role) -> Vec<String> {
        let system = role == Role::Consumer;
        let labels = [(self.name, "name"), (self.id_number, "id_number"), (system, "benefit_summary")];
        labels.iter().filter(|(opened, _)| *opened).map(|(_, label)| (*label).to_owned()).collect()
    }

    fn open(&self, office: &Office, member: &Member) -> Result<(Option<String>, Option<String>), Problem> {
        let (person, opener) = (member.person_id, &*office.keyring);
        let name = member.name.open(person, opener)?.clear();
        let number = member.id_number.open(person, opener)?.clear();
        let name = name.map(|name| if self.name { name.0 } else { masked_name(&name.0) });
        let number =
            number.map(|number| if self.id_number { number.as_str().to_owned() } else { number.masked() });
        Ok((name, number))
    }
}

/// Names with commas between, each one of the known.
fn named<'t>(text: Option<&'t str>, known: &[&str], field: &str) -> Result<Vec<&'t str>, Problem> {
    let names: Vec<&str> = text.into_iter().flat_map(|text| text.split(',')).map(str::trim).collect();
    if names.iter().all(|name| known.contains(name)) {
        return Ok(names);
    }
    let (zh, en) = ("取值不在范围内。", "one of the values is unknown");
    Err(Problem::new(StatusCode::BAD_REQUEST, "parameter_invalid", zh, en).at(field))
}

fn restricted() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "person_restricted",
        "该人员的信息依法限制处理，不予展示。",
        "what is kept of this person is restricted and shown to nobody",
    )
}

pub(super) fn purpose_required() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "purpose_required",
        "打开个人信息须说明用途（purpose），并作为披露记录。",
        "say with purpose why it is opened; it is recorded as a disclosure",
    )
    .at("purpose")
}

/// What was paid stays when a person is erased.
fn gone(on: NaiveDate, summary: &Summary) -> Response {
    let problem = Problem::new(
        StatusCode::GONE,
        "person_erased",
        &format!("该人员的个人信息已于 {on} 依法删除，只留合计。"),
        &format!("this person was erased on {on}; totals are left"),
    );
    let mut body = serde_json::to_value(&problem).unwrap_or_default();
    body["totals"] = serde_json::to_value(summary.totals).unwrap_or_default();
    body["programs"] = serde_json::to_value(&summary.programs).unwrap_or_default();
    let mut response = problem.into_response();
    *response.body_mut() = Body::from(body.to_string());
    response.headers_mut().remove(CONTENT_LENGTH);
    response
}
