//! 个案、人员、资金、募捐活动: what holds on a day as it was known on another, and how it came about, read from the log.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::{FixedOffset, NaiveDate};
use domain::event_catalogue::stream_kinds;
use domain::ids::{CampaignId, CaseId, FundId, PersonId};
use domain::numbers::yuan;
use projections::case_files::queries::{cases, cases_of_person, households, members};
use projections::payment_registers::queries::payments_of_case;
use projections::runner::Until;
use serde::Deserialize;

use super::Console;
use super::answers::{Stop, shown};
use super::names::people;
use super::page::Frame;
use super::visitor::Visitor;
use crate::access::Capability;
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::replay::{
    Clocks, DueOnTheDay, ReportItem, ReportStep, Subject, Verdict, nothing_sealed, replay, role,
};

/// Steps that are shown, the newest.
const STEPS_MAX: usize = 200;

/// As of when; today where nothing is said.
#[derive(Default, Deserialize)]
pub(super) struct AsOf {
    effective: Option<String>,
    known: Option<String>,
}

#[derive(Template)]
#[template(path = "told.html")]
struct ToldPage {
    frame: Frame,
    path: String,
    title: String,
    effective: String,
    known: String,
    today: String,
    others: Vec<(String, String)>,
    months: Vec<Month>,
    held: Vec<(String, Vec<(String, String)>)>,
    due: Vec<String>,
    steps: Vec<Told>,
    left_out: usize,
}

/// A month of a case: what was paid for it.
struct Month {
    month: String,
    amount: String,
    state: &'static str,
    mark: &'static str,
}

/// One event in words.
struct Told {
    position: u64,
    at: String,
    who: String,
    what: String,
    changes: Vec<String>,
    basis: Vec<String>,
    verdict: String,
    fault: bool,
}

/// What is shown, beside what the log tells.
#[derive(Default)]
struct Heading {
    title: String,
    others: Vec<(String, String)>,
    months: Vec<Month>,
}

/// Shows a case.
pub(super) async fn case(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<CaseId>,
    Query(as_of): Query<AsOf>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadCases)?;
    let heading =
        case_heading(&console, &visitor, id).await.map_err(|error| Stop::failed(error, visitor.lang))?;
    told(&console, &visitor, Subject::Case(id), &as_of, heading).await
}

/// Shows a person.
pub(super) async fn person(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<PersonId>,
    Query(as_of): Query<AsOf>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadRegister)?;
    let heading =
        person_heading(&console, &visitor, id).await.map_err(|error| Stop::failed(error, visitor.lang))?;
    told(&console, &visitor, Subject::Person(id), &as_of, heading).await
}

/// Shows a fund.
pub(super) async fn fund(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<FundId>,
    Query(as_of): Query<AsOf>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let title = visitor.lang.pick("资金", "Fund").to_owned();
    told(&console, &visitor, Subject::Fund(id), &as_of, Heading { title, ..Heading::default() }).await
}

/// Shows a campaign.
pub(super) async fn campaign(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<CampaignId>,
    Query(as_of): Query<AsOf>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let title = visitor.lang.pick("募捐活动", "Campaign").to_owned();
    told(&console, &visitor, Subject::Campaign(id), &as_of, Heading { title, ..Heading::default() }).await
}

async fn case_heading(console: &Console, visitor: &Visitor, id: CaseId) -> Result<Heading, ProcessError> {
    let (office, lang) = (&console.office, visitor.lang);
    office.runner.catch_up(Until::Head).await?;
    let missing = || ProcessError::Unknown { what: "case" };
    let case = cases(&office.pool, &[id]).await?.pop().ok_or_else(missing)?;
    let home = households(&office.pool, &[case.household_id]).await?.pop();
    if !home.is_some_and(|home| visitor.sees(&home.community)) {
        return Err(missing());
    }
    let named = people(office, [case.applicant], lang).await?.remove(&case.applicant).unwrap_or_default();
    let payments = payments_of_case(&office.pool, id).await?;
    let month = |payment: &projections::payment_registers::PaymentRow| Month {
        month: payment.month.to_string(),
        amount: yuan(payment.amount),
        state: lang.pick(payment.status.zh(), payment.status.en()),
        mark: payment.status.en().split(' ').next().unwrap_or_default(),
    };
    Ok(Heading {
        title: format!("{} · {}", lang.pick(case.program.zh(), case.program.en()), named.name),
        others: vec![(
            format!("/people/{}", case.applicant),
            lang.pick("申请人的各项救助", "Everything of the applicant").to_owned(),
        )],
        months: payments.iter().map(month).collect(),
    })
}

async fn person_heading(console: &Console, visitor: &Visitor, id: PersonId) -> Result<Heading, ProcessError> {
    let (office, lang) = (&console.office, visitor.lang);
    office.runner.catch_up(Until::Head).await?;
    let missing = || ProcessError::Unknown { what: "person" };
    let homes: Vec<_> =
        members(&office.pool, &[id]).await?.iter().map(|member| member.household_id).collect();
    let homes = households(&office.pool, &homes).await?;
    if !homes.iter().any(|home| visitor.sees(&home.community)) {
        return Err(missing());
    }
    let named = people(office, [id], lang).await?.remove(&id).unwrap_or_default();
    let held = cases_of_person(&office.pool, id).await?;
    let other = |case: &projections::case_files::CaseRow| {
        (format!("/cases/{}", case.case_id), lang.pick(case.program.zh(), case.program.en()).to_owned())
    };
    let others = held.iter().map(other).collect();
    Ok(Heading { title: named.name, others, months: Vec::new() })
}

async fn told(
    console: &Console,
    visitor: &Visitor,
    subject: Subject,
    as_of: &AsOf,
    heading: Heading,
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let today = visitor.desk().today();
    let day = |text: &Option<String>| -> NaiveDate {
        text.as_deref().and_then(|text| text.parse().ok()).unwrap_or(today)
    };
    let clocks = Clocks { effective: day(&as_of.effective), known: day(&as_of.known) };
    let mut items = Vec::new();
    let replayed = replay(&console.office, subject, clocks, &nothing_sealed, |item| items.push(item)).await;
    replayed.map_err(|error| Stop::failed(error, lang))?;
    let (mut held, mut due, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    for item in &items {
        match item {
            ReportItem::Step(step) => steps.push(step_told(lang, step)),
            ReportItem::OnTheDay(day) => {
                let of = |words: &crate::replay::Words| lang.pick(&words.zh, &words.en).clone();
                let fact = |fact: &crate::replay::Fact| {
                    let whose = fact.of.as_ref().map(|name| format!("{} ", of(name))).unwrap_or_default();
                    (format!("{whose}{}", of(&fact.label)), of(&fact.value))
                };
                held.push((stream_name(lang, &day.stream), day.facts.iter().map(fact).collect()));
                due.extend(day.due.as_ref().map(|due| due_told(lang, due)).unwrap_or_default());
            }
            ReportItem::Head(_) | ReportItem::Line(_) | ReportItem::RunTotals(_) => {}
        }
    }
    steps.reverse();
    let left_out = steps.len().saturating_sub(STEPS_MAX);
    steps.truncate(STEPS_MAX);
    let (path, here) = place(subject);
    Ok(shown(&ToldPage {
        frame: Frame::new(visitor, here),
        path,
        title: heading.title,
        effective: clocks.effective.to_string(),
        known: clocks.known.to_string(),
        today: today.to_string(),
        others: heading.others,
        months: heading.months,
        held,
        due,
        steps,
        left_out,
    }))
}

/// What a stream is called; English names are the types themselves.
fn stream_name(lang: Lang, stream: &str) -> String {
    let kinds = stream_kinds();
    let kind = kinds.iter().find(|kind| kind.stream_type == stream);
    lang.pick(kind.map_or(stream, |kind| kind.zh), stream).to_owned()
}

fn place(subject: Subject) -> (String, &'static str) {
    match subject {
        Subject::Case(id) => (format!("/cases/{id}"), "/find"),
        Subject::Person(id) => (format!("/people/{id}"), "/find"),
        Subject::Run(id) => (format!("/runs/{id}"), "/runs"),
        Subject::Fund(id) => (format!("/funds/{id}/history"), "/money"),
        Subject::Campaign(id) => (format!("/campaigns/{id}/history"), "/money"),
    }
}

fn due_told(lang: Lang, due: &DueOnTheDay) -> Vec<String> {
    match due {
        DueOnTheDay::Determined { month, amount, steps, .. } => {
            let words = lang.pick("应发", "due");
            let first = format!("{month} {words} {}", yuan(*amount));
            let of = |step: &domain::policy::Step| {
                let source =
                    if step.source.is_empty() { String::new() } else { format!("（{}）", step.source) };
                format!("{}{source}", lang.pick(&step.zh, &step.en))
            };
            std::iter::once(first).chain(steps.iter().map(of)).collect()
        }
        DueOnTheDay::Unknown { words, .. } => vec![lang.pick(&words.zh, &words.en).clone()],
    }
}

fn step_told(lang: Lang, step: &ReportStep) -> Told {
    let of = |words: &crate::replay::Words| lang.pick(&words.zh, &words.en).clone();
    let at = match FixedOffset::east_opt(8 * 3600) {
        Some(beijing) => step.recorded_at.with_timezone(&beijing).format("%Y-%m-%d %H:%M").to_string(),
        None => step.recorded_at.format("%Y-%m-%d %H:%MZ").to_string(),
    };
    let acted = step.role.map(role).map_or("", |(zh, en)| lang.pick(zh, en));
    let nothing = || "—".to_owned();
    let change = |change: &crate::replay::Change| {
        let whose = change.of.as_ref().map(|name| format!("{} ", of(name))).unwrap_or_default();
        let (before, after) =
            (change.before.as_ref().map_or_else(nothing, of), change.after.as_ref().map_or_else(nothing, of));
        format!("{whose}{}：{before} → {after}", of(&change.label))
    };
    let law = |basis: &domain::policy::Step| {
        let source = if basis.source.is_empty() { String::new() } else { format!("（{}）", basis.source) };
        format!("{}{source}", lang.pick(&basis.zh, &basis.en))
    };
    let (verdict, fault) = match &step.verdict {
        None => (String::new(), false),
        Some(Verdict::Same) => (lang.pick("重新核定：一致", "determined anew: the same").to_owned(), false),
        Some(Verdict::Erased { on }) => {
            (lang.pick(format!("个人信息已于 {on} 删除"), format!("erased on {on}")), false)
        }
        Some(Verdict::Differs { differences }) => {
            let one = |each: &crate::replay::Difference| {
                format!("{} {} ≠ {}", each.field, each.expected, each.found)
            };
            let all: Vec<String> = differences.iter().map(one).collect();
            (format!("{}{}", lang.pick("重新核定：不同 ", "determined anew: differs "), all.join("; ")), true)
        }
        Some(Verdict::Unanswerable { words, .. }) => (of(words), true),
    };
    Told {
        position: step.position,
        at,
        who: format!("{}（{acted}）", step.actor),
        what: of(&step.words),
        changes: step.changes.iter().map(change).collect(),
        basis: step.basis.iter().map(law).collect(),
        verdict,
        fault,
    }
}
