//! 查找: a person by ID number, or anything by its identifier. What was typed is neither in an address nor in a log.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::identifiers::CitizenId;
use domain::ids::{CaseId, PersonId, RunId};
use projections::payment_registers::queries::run;
use serde::Deserialize;
use uuid::Uuid;

use super::Console;
use super::answers::{Refusal, Stop, shown};
use super::page::Frame;
use super::scope::{seen_cases, sees_person};
use super::visitor::Visitor;
use crate::access::Capability;
use crate::processes::{Office, ProcessError};

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    frame: Frame,
}

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    text: String,
}

/// Asks what is looked for.
pub(super) async fn ask(visitor: Visitor) -> Result<Response, Stop> {
    visitor.must(Capability::ReadCases)?;
    Ok(shown(&FindPage { frame: Frame::new(&visitor, "/find") }))
}

/// Goes to what was found.
pub(super) async fn find(
    State(console): State<Console>,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadCases)?;
    let found = place(&console.office, &visitor, typed.text.trim()).await;
    let lang = visitor.lang;
    let refusal = match found {
        Ok(Some(path)) => return Ok(Redirect::to(&path).into_response()),
        Ok(None) | Err(ProcessError::UnknownPerson) => Refusal::typed(
            "unknown_object",
            lang,
            "没有找到。请核对公民身份号码，或输入个案、人员、批次的编号。",
            "Nothing was found. Check the ID number, or type the identifier of a case, person or run.",
        ),
        Err(error) => Refusal::of(&error, lang),
    };
    let mut frame = Frame::new(&visitor, "/find");
    let status = if refusal.code == "unknown_object" { StatusCode::NOT_FOUND } else { refusal.status };
    frame.refused = Some(refusal);
    Ok((status, shown(&FindPage { frame })).into_response())
}

/// The page of what the text names, if the visitor sees it.
async fn place(office: &Office, visitor: &Visitor, text: &str) -> Result<Option<String>, ProcessError> {
    if let Ok(id_number) = CitizenId::parse(text) {
        let (person, _) = office.find(&id_number).await?;
        return Ok(sees_person(office, visitor, person).await?.then(|| format!("/people/{person}")));
    }
    let Ok(id) = text.parse::<Uuid>() else { return Ok(None) };
    if !seen_cases(office, visitor, &[CaseId::new(id)]).await?.is_empty() {
        return Ok(Some(format!("/cases/{id}")));
    }
    if run(&office.pool, RunId::new(id)).await?.is_some() {
        return Ok(Some(format!("/runs/{id}")));
    }
    Ok(sees_person(office, visitor, PersonId::new(id)).await?.then(|| format!("/people/{id}")))
}
