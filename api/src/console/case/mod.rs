//! 个案: where it stands, what the visitor can do next, what was due and paid, how it came about; as it was known on any
//! day, and two days beside each other.

mod compare;
mod forms;
mod steps;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use domain::benefit_case::{Action, BenefitCase};
use domain::household::Household;
use domain::ids::CaseId;
use domain::numbers::yuan;
use domain::policy::Decision;
use domain::schedule::propose;
use projections::case_files::CaseRow;
use projections::case_files::queries::{cases, households};
use projections::payment_registers::PaymentRow;
use projections::payment_registers::queries::payments_of_case;
use projections::runner::Until;
use serde::Deserialize;

use super::Console;
use super::answers::{Refusal, Stop, shown};
use super::forms::{StepForm, Typed};
use super::names::people;
use super::page::Frame;
use super::told::{AsOf, Fact, Telling, Told, telling};
use super::visitor::Visitor;
use crate::access::Capability;
use crate::console::address::{Path, Query};
use crate::lang::Lang;
use crate::processes::{Office, ProcessError};
use crate::replay::{Clocks, Subject};

pub(super) use compare::compare;

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    frame: Frame,
    path: String,
    title: String,
    stage: String,
    waits: Option<String>,
    links: Vec<(String, String)>,
    slider: Slider,
    forms: Vec<StepForm>,
    proposal: Vec<String>,
    months: Vec<Month>,
    held: Vec<(String, Vec<Fact>)>,
    due: Vec<String>,
    steps: Vec<Told>,
    left_out: usize,
}

/// The days on which something was recorded, and which is looked at.
pub(super) struct Slider {
    days: Vec<String>,
    place: usize,
    known: String,
    effective: String,
    today: String,
    /// Whether the page shows today.
    now: bool,
}

/// A month of a case: what was paid for it.
struct Month {
    month: String,
    amount: String,
    state: &'static str,
    mark: &'static str,
}

/// As of when a case is looked at.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(flatten)]
    as_of: AsOf,
    /// The place on the slider, from 0.
    at: Option<String>,
}

/// What the page shows beside the case: what was typed into one of its forms, and refused.
struct Returned<'a> {
    action: &'a str,
    typed: &'a Typed,
    refusal: Refusal,
}

/// Shows a case.
pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<CaseId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadCases)?;
    page(&console, &visitor, id, &wanted, None).await
}

/// Takes a step of a case; what is refused is shown at its form.
pub(super) async fn step(
    State(console): State<Console>,
    visitor: Visitor,
    Path((id, step)): Path<(CaseId, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let action = Action::ALL.iter().copied().find(|action| action.code() == step);
    let action = action.ok_or(Stop::Missing(visitor.lang))?;
    visitor.must(forms::capability(action))?;
    let row = case_row(&console.office, &visitor, id).await;
    let row = row.map_err(|error| Stop::failed(error, visitor.lang))?;
    match steps::take(&console, &visitor, &row, action, &typed).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(refusal) => {
            let returned = Returned { action: &step, typed: &typed, refusal };
            page(&console, &visitor, id, &Wanted::default(), Some(returned)).await
        }
    }
}

/// A case that the visitor sees.
async fn case_row(office: &Office, visitor: &Visitor, id: CaseId) -> Result<CaseRow, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let missing = || ProcessError::Unknown { what: "case" };
    let case = cases(&office.pool, &[id]).await?.pop().ok_or_else(missing)?;
    let home = households(&office.pool, &[case.household_id]).await?.pop();
    if home.is_some_and(|home| visitor.sees(&home.community)) { Ok(case) } else { Err(missing()) }
}

async fn page(
    console: &Console,
    visitor: &Visitor,
    id: CaseId,
    wanted: &Wanted,
    returned: Option<Returned<'_>>,
) -> Result<Response, Stop> {
    let read = read(console, visitor, id, wanted).await;
    let mut page = read.map_err(|error| Stop::failed(error, visitor.lang))?;
    let mut status = axum::http::StatusCode::OK;
    if let Some(Returned { action, typed, refusal }) = returned {
        status = refusal.status;
        for form in page.forms.iter_mut().filter(|form| form.code == action) {
            form.keep(typed, Some(&refusal));
        }
        page.frame.refused = Some(refusal);
    }
    Ok((status, shown(&page)).into_response())
}

async fn read(
    console: &Console,
    visitor: &Visitor,
    id: CaseId,
    wanted: &Wanted,
) -> Result<CasePage, ProcessError> {
    let (office, lang) = (&console.office, visitor.lang);
    let row = case_row(office, visitor, id).await?;
    let today = visitor.desk().today();
    let now = Clocks { effective: today, known: today };
    let newest = telling(console, lang, Subject::Case(id), now).await?;
    let days: Vec<NaiveDate> = newest.days.iter().copied().collect();
    let clocks = clocks(wanted, &days, today);
    let told = if clocks == now { newest } else { telling(console, lang, Subject::Case(id), clocks).await? };
    let household = office.repository.load_newest::<Household>(row.household_id).await?.state;
    let facts_recorded_by = household.contributors();
    let ground = forms::Ground { visitor, row: &row, facts_recorded_by: &facts_recorded_by, today };
    let named = people(office, [row.applicant], lang).await?.remove(&row.applicant).unwrap_or_default();
    let payments = payments_of_case(&office.pool, id).await?;
    let Telling { held, due, steps, left_out, .. } = told;
    let path = format!("/cases/{id}");
    Ok(CasePage {
        frame: Frame::new(visitor, "/find"),
        title: format!("{} · {}", lang.pick(row.program.zh(), row.program.en()), named.name),
        stage: lang.pick(row.state.stage().zh(), row.state.stage().en()).to_owned(),
        waits: forms::waits(lang, &row),
        links: vec![
            (format!("/people/{}", row.applicant), lang.pick("申请人", "Applicant").to_owned()),
            (format!("/households/{}", row.household_id), lang.pick("家庭", "Household").to_owned()),
            (format!("{path}/compare"), lang.pick("比较两日", "Compare two days").to_owned()),
        ],
        slider: slider(&days, clocks, today),
        forms: if clocks == now { forms::forms(&ground) } else { Vec::new() },
        proposal: proposal(office, lang, &row.state, &household, today).await?,
        months: payments.iter().map(|payment| month(lang, payment)).collect(),
        path,
        held,
        due,
        steps,
        left_out,
    })
}

/// The days of the slider where it was moved, else the clocks that were typed.
fn clocks(wanted: &Wanted, days: &[NaiveDate], today: NaiveDate) -> Clocks {
    let moved = wanted.at.as_deref().and_then(|place| place.parse::<usize>().ok());
    match moved.and_then(|place| days.get(place)) {
        Some(day) => Clocks { effective: *day, known: *day },
        None => wanted.as_of.clocks(today),
    }
}

fn slider(days: &[NaiveDate], clocks: Clocks, today: NaiveDate) -> Slider {
    let place = days.iter().rposition(|day| *day <= clocks.known).unwrap_or_default();
    Slider {
        days: days.iter().map(NaiveDate::to_string).collect(),
        place,
        known: clocks.known.to_string(),
        effective: clocks.effective.to_string(),
        today: today.to_string(),
        now: clocks == Clocks { effective: today, known: today },
    }
}

impl Slider {
    /// The place of the last day.
    fn last(&self) -> usize {
        self.days.len().saturating_sub(1)
    }

    /// All days, for the script that names the one under the cursor.
    fn named(&self) -> String {
        self.days.join(" ")
    }
}

fn month(lang: Lang, payment: &PaymentRow) -> Month {
    Month {
        month: payment.month.to_string(),
        amount: yuan(payment.amount),
        state: lang.pick(payment.status.zh(), payment.status.en()),
        mark: payment.status.en().split(' ').next().unwrap_or_default(),
    }
}

/// What the rules say of a case that waits for its decision, line by line with the law.
async fn proposal(
    office: &Office,
    lang: Lang,
    case: &BenefitCase,
    household: &Household,
    today: NaiveDate,
) -> Result<Vec<String>, ProcessError> {
    if !matches!(case, BenefitCase::UnderReview(_)) {
        return Ok(Vec::new());
    }
    let members = household.registered().map(|home| home.members.keys().copied().collect::<Vec<_>>());
    office.load_keys(members.unwrap_or_default()).await?;
    let rules = office.current_rules().await?;
    let proposal = match propose(case, household, &*office.keyring, &rules, today, today) {
        Ok(proposal) => proposal,
        Err(error) => return Ok(vec![Refusal::of(&ProcessError::refused(&error), lang).words]),
    };
    let first = match proposal.decision {
        Decision::Eligible => lang.pick(
            format!("符合条件：{} 起每月应发 {} 元", proposal.from, yuan(proposal.amount)),
            format!("eligible: {} yuan a month from {}", yuan(proposal.amount), proposal.from),
        ),
        Decision::Ineligible => {
            let zh: Vec<&str> = proposal.reasons.iter().map(|reason| reason.zh()).collect();
            let en: Vec<&str> = proposal.reasons.iter().map(|reason| reason.en()).collect();
            lang.pick(format!("不符合条件：{}", zh.join("；")), format!("not eligible: {}", en.join(" ")))
        }
    };
    let step = |step: &domain::policy::Step| {
        let source = if step.source.is_empty() { String::new() } else { format!("（{}）", step.source) };
        format!("{}{source}", lang.pick(&step.zh, &step.en))
    };
    Ok(std::iter::once(first).chain(proposal.determination.steps.iter().map(step)).collect())
}
