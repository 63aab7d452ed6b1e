//! 人员、资金、募捐活动, and what every page of two clocks is made of: what holds on a day as it was known on another, and how it came about, read from the log.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, FixedOffset, NaiveDate, Offset, Utc};
use domain::event_catalogue::stream_kinds;
use domain::ids::{CampaignId, FundId, PersonId};
use domain::numbers::yuan;
use projections::case_files::queries::{cases_of_person, households, members};
use projections::runner::Until;
use serde::Deserialize;

use super::Console;
use super::answers::{Stop, shown};
use super::names::people;
use super::page::Frame;
use super::visitor::Visitor;
use crate::access::Capability;
use crate::console::address::{Path, Query};
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::replay::{
    Clocks, DueOnTheDay, ReportItem, ReportStep, Search, Subject, Verdict, field_name, nothing_sealed,
    replay_found, role,
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
    held: Vec<(String, Vec<Fact>)>,
    due: Vec<String>,
    steps: Vec<Told>,
    left_out: usize,
}

/// What the log tells of a subject.
#[derive(Default)]
pub(super) struct Telling {
    /// What held, by stream.
    pub held: Vec<(String, Vec<Fact>)>,
    /// What the day's month was due, line by line.
    pub due: Vec<String>,
    /// The steps, the newest first.
    pub steps: Vec<Told>,
    /// How many earlier ones are not shown.
    pub left_out: usize,
    /// The days on which something was recorded.
    pub days: BTreeSet<NaiveDate>,
}

/// A fact that held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// Which, whatever it is called.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// What it was.
    pub value: String,
}

/// One event in words.
pub(super) struct Told {
    pub position: u64,
    pub at: String,
    pub who: String,
    pub what: String,
    pub changes: Vec<String>,
    pub basis: Vec<String>,
    pub verdict: String,
    pub fault: bool,
}

/// What is shown, beside what the log tells.
#[derive(Default)]
struct Heading {
    title: String,
    others: Vec<(String, String)>,
}

/// Shows everything that happened to a person, from one look at the whole log.
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
    Ok(Heading { title: named.name, others })
}

async fn told(
    console: &Console,
    visitor: &Visitor,
    subject: Subject,
    as_of: &AsOf,
    heading: Heading,
) -> Result<Response, Stop> {
    let today = visitor.desk().today();
    let clocks = as_of.clocks(today);
    let told = telling(console, visitor.lang, subject, clocks).await;
    let Telling { held, due, steps, left_out, .. } =
        told.map_err(|error| Stop::failed(error, visitor.lang))?;
    let (path, here) = place(subject);
    Ok(shown(&ToldPage {
        frame: Frame::new(visitor, here),
        path,
        title: heading.title,
        effective: clocks.effective.to_string(),
        known: clocks.known.to_string(),
        today: today.to_string(),
        others: heading.others,
        held,
        due,
        steps,
        left_out,
    }))
}

impl AsOf {
    /// The clocks that were asked for; today where nothing is, or nothing that is a day.
    pub(super) fn clocks(&self, today: NaiveDate) -> Clocks {
        let day = |text: &Option<String>| -> NaiveDate {
            text.as_deref().and_then(|text| text.parse().ok()).unwrap_or(today)
        };
        Clocks { effective: day(&self.effective), known: day(&self.known) }
    }
}

/// Tells a subject as of two clocks.
pub(super) async fn telling(
    console: &Console,
    lang: Lang,
    subject: Subject,
    clocks: Clocks,
) -> Result<Telling, ProcessError> {
    let mut items = Vec::new();
    let found = (subject, Search::Trail);
    replay_found(&console.office, found, clocks, &nothing_sealed, |item| items.push(item)).await?;
    let mut told = Telling::default();
    for item in &items {
        match item {
            ReportItem::Step(step) => {
                told.days.insert(beijing(step.recorded_at).date_naive());
                told.steps.push(step_told(lang, step));
            }
            ReportItem::OnTheDay(day) => {
                let facts = day.facts.iter().map(|fact| Fact::of(lang, fact)).collect();
                told.held.push((stream_name(lang, &day.stream), facts));
                told.due.extend(day.due.as_ref().map(|due| due_told(lang, due)).unwrap_or_default());
            }
            ReportItem::Head(_) | ReportItem::Line(_) | ReportItem::RunTotals(_) => {}
        }
    }
    told.steps.reverse();
    told.left_out = told.steps.len().saturating_sub(STEPS_MAX);
    told.steps.truncate(STEPS_MAX);
    Ok(told)
}

impl Fact {
    pub(super) fn of(lang: Lang, fact: &crate::replay::Fact) -> Fact {
        let said = |words: &crate::replay::Words| lang.pick(&words.zh, &words.en).clone();
        let whose = fact.of.as_ref().map(|name| format!("{} ", said(name))).unwrap_or_default();
        let key =
            format!("{}|{}", fact.field, fact.person.map(|person| person.to_string()).unwrap_or_default());
        Fact { key, label: format!("{whose}{}", said(&fact.label)), value: said(&fact.value) }
    }
}

/// A moment at the office.
pub(super) fn beijing(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    // eight hours are always an offset; without it, the moment itself
    at.with_timezone(&FixedOffset::east_opt(8 * 3600).unwrap_or(Utc.fix()))
}

/// What a stream is called; English names are the types themselves.
pub(super) fn stream_name(lang: Lang, stream: &str) -> String {
    let kinds = stream_kinds();
    let kind = kinds.iter().find(|kind| kind.stream_type == stream);
    lang.pick(kind.map_or(stream, |kind| kind.zh), stream).to_owned()
}

fn place(subject: Subject) -> (String, &'static str) {
    match subject {
        Subject::Case(id) => (format!("/cases/{id}"), "/find"),
        Subject::Person(id) => (format!("/people/{id}/history"), "/find"),
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
    let at = beijing(step.recorded_at).format("%Y-%m-%d %H:%M").to_string();
    let acted = step.role.map(role).map_or("", |(zh, en)| lang.pick(zh, en));
    let nothing = || "—".to_owned();
    let change = |change: &crate::replay::Change| {
        let whose = change.of.as_ref().map(|name| format!("{} ", of(name))).unwrap_or_default();
        let (before, after) =
            (change.before.as_ref().map_or_else(nothing, of), change.after.as_ref().map_or_else(nothing, of));
        format!("{whose}{}{}{before} → {after}", of(&change.label), lang.pick("：", ": "))
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
                let name = of(&field_name(each.field));
                format!("{name} {} ≠ {}", each.expected, each.found)
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
