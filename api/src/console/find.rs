//! 查找: a person by name, pinyin or ID number, or anything by its identifier. What was typed is neither in an address nor
//! in a log.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::identifiers::CitizenId;
use domain::ids::{CaseId, HouseholdId, PersonId, RunId};
use projections::case_files::queries::households;
use projections::payment_registers::queries::run;
use projections::runner::Until;
use serde::Deserialize;
use uuid::Uuid;

use super::Console;
use super::answers::{Refusal, Stop, shown};
use super::names::people;
use super::page::Frame;
use super::scope::{seen_cases, sees_person};
use super::visitor::Visitor;
use crate::access::Capability;
use crate::processes::{Office, ProcessError};

/// People of one answer.
const SHOWN_MAX: usize = 50;

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    frame: Frame,
    typed: String,
    found: Vec<Found>,
    more: bool,
}

/// Somebody who was found.
struct Found {
    path: String,
    name: String,
    community: String,
}

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    text: String,
}

/// Asks what is looked for.
pub(super) async fn ask(visitor: Visitor) -> Result<Response, Stop> {
    visitor.must(Capability::ReadCases)?;
    let frame = Frame::new(&visitor, "/find");
    Ok(shown(&FindPage { frame, typed: String::new(), found: Vec::new(), more: false }))
}

/// Goes to what was found, or shows whom.
pub(super) async fn find(
    State(console): State<Console>,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadCases)?;
    let text = typed.text.trim().to_owned();
    let refusal = match look(&console, &visitor, &text).await {
        Ok(Answer::There(path)) => return Ok(Redirect::to(&path).into_response()),
        Ok(Answer::People { found, more }) if !found.is_empty() => {
            let frame = Frame::new(&visitor, "/find");
            return Ok(shown(&FindPage { frame, typed: text, found, more }));
        }
        Ok(Answer::People { .. }) | Err(ProcessError::UnknownPerson) => Refusal::typed(
            "unknown_object",
            visitor.lang,
            "没有找到。请核对姓名、拼音首字母、公民身份号码，或个案、人员、批次的编号。",
            "Nothing was found. Check the name, its pinyin letters, the ID number, or the identifier.",
        ),
        Err(error) => Refusal::of(&error, visitor.lang),
    };
    let mut frame = Frame::new(&visitor, "/find");
    let status = if refusal.code == "unknown_object" { StatusCode::NOT_FOUND } else { refusal.status };
    frame.refused = Some(refusal);
    let page = FindPage { frame, typed: text, found: Vec::new(), more: false };
    Ok((status, shown(&page)).into_response())
}

/// What a look finds.
enum Answer {
    /// One thing, with a page.
    There(String),
    /// People, as many as are shown.
    People { found: Vec<Found>, more: bool },
}

async fn look(console: &Console, visitor: &Visitor, text: &str) -> Result<Answer, ProcessError> {
    let office = &console.office;
    office.runner.catch_up(Until::Head).await?;
    if let Ok(id_number) = CitizenId::parse(text) {
        let (person, _) = office.find(&id_number).await?;
        let seen = sees_person(office, visitor, person).await?;
        return if seen {
            Ok(Answer::There(format!("/people/{person}")))
        } else {
            Err(ProcessError::UnknownPerson)
        };
    }
    if let Ok(id) = text.parse::<Uuid>() {
        let place = place(office, visitor, id).await?;
        return place.map(Answer::There).ok_or(ProcessError::UnknownPerson);
    }
    by_name(console, visitor, text).await
}

/// The page of what an identifier names, if the visitor sees it.
async fn place(office: &Office, visitor: &Visitor, id: Uuid) -> Result<Option<String>, ProcessError> {
    if !seen_cases(office, visitor, &[CaseId::new(id)]).await?.is_empty() {
        return Ok(Some(format!("/cases/{id}")));
    }
    if run(&office.pool, RunId::new(id)).await?.is_some() {
        return Ok(Some(format!("/runs/{id}")));
    }
    let home = households(&office.pool, &[HouseholdId::new(id)]).await?;
    if home.first().is_some_and(|home| visitor.sees(&home.community)) {
        return Ok(Some(format!("/households/{id}")));
    }
    Ok(sees_person(office, visitor, PersonId::new(id)).await?.then(|| format!("/people/{id}")))
}

/// The people of the visitor's communities whose names fit, masked. Whose handling is restricted is not among them.
async fn by_name(console: &Console, visitor: &Visitor, text: &str) -> Result<Answer, ProcessError> {
    let office = &console.office;
    let persons = console.names.find(office, text).await?;
    let hidden = visitor.lang.pick("（限制处理）", "(restricted)");
    let known = people(office, persons, visitor.lang).await?;
    let seen =
        known.into_iter().filter(|(_, person)| visitor.sees(&person.community) && person.name != hidden);
    let mut found: Vec<Found> = seen
        .map(|(id, person)| Found {
            path: format!("/people/{id}"),
            name: person.name,
            community: person.community,
        })
        .collect();
    found.sort_by(|one, other| (&one.community, &one.name).cmp(&(&other.community, &other.name)));
    let more = found.len() > SHOWN_MAX;
    found.truncate(SHOWN_MAX);
    Ok(Answer::People { found, more })
}
