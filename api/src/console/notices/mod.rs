//! 公示, for everybody and without an account: who is on notice while the notice lasts, with masked names, and a form to
//! object. Nothing else of anybody is shown, and no search engine keeps it.

mod pace;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form as Sent, Router};
use chrono::Utc;
use domain::ids::CaseId;
use domain::program::Program;
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::store::TreeStore;
use print::NoticeRow;
use uuid::Uuid;

use super::Console;
use super::answers::{Refusal, Stop, shown};
use super::typed::Typed;
use super::visitor::language;
use crate::console::address::Path;
use crate::lang::Lang;
use crate::papers::{AsOf, NoticeOf, Press, on_notice};
use crate::processes::{Office, ProcessError, PublicObjection, object_publicly, office_day};
use pace::Pace;

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/notices", get(list))
        .route("/notices/{notice}", get(one))
        .route("/notices/{notice}/objections", post(object))
        .layer(Extension(Arc::new(Pace::default())))
}

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    lang: Lang,
    today: String,
    notices: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    lang: Lang,
    notice: Shown,
    words: String,
    contact: String,
    receipt: String,
    refused: Option<Refusal>,
}

/// A notice as the public sees it.
struct Shown {
    path: String,
    name: String,
    community: String,
    program: String,
    persons: u64,
    posted_on: String,
    until: String,
}

async fn list(State(console): State<Console>, headers: HeaderMap) -> Result<Response, Stop> {
    let lang = language(&headers);
    let standing = standing(&console.office).await.map_err(|error| Stop::failed(error, lang))?;
    let notices = standing.iter().map(|(case, row)| told(&console.office, lang, *case, row)).collect();
    let today = office_day(Utc::now()).to_string();
    Ok(unlisted(shown(&NoticesPage { lang, today, notices })))
}

/// What no search engine may keep.
fn unlisted(mut response: Response) -> Response {
    response.headers_mut().insert(ROBOTS, HeaderValue::from_static("noindex, noarchive"));
    response
}

/// Who is on notice today.
async fn standing(office: &Office) -> Result<Vec<(CaseId, NoticeRow)>, ProcessError> {
    let log = office.repository.log().clone();
    let tree = TreeStore::<Sha256Tree>::open(log).await;
    let tree = tree.map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let press = Press { office, tree: &tree, sealing: None, name: "", desk: None, as_of: AsOf::Now };
    Ok(on_notice(&press, NoticeOf { case: None, program: None }, office_day(Utc::now())).await?.0)
}

/// The name under which the public knows a notice: nobody learns a case's identifier from it.
fn name_of(office: &Office, case: CaseId) -> Uuid {
    office.derived("public_notice", &case.to_string())
}

fn told(office: &Office, lang: Lang, case: CaseId, row: &NoticeRow) -> Shown {
    let program = Program::ALL.iter().find(|program| program.zh() == row.program);
    Shown {
        path: format!("/notices/{}", name_of(office, case)),
        name: row.masked_name.clone(),
        community: row.community.clone(),
        program: program
            .map_or_else(|| row.program.clone(), |each| lang.pick(each.zh(), each.en()).to_owned()),
        persons: row.persons,
        posted_on: row.posted_on.to_string(),
        until: row.until.to_string(),
    }
}

/// A notice that stands today; one that ended is not there any more.
async fn found(office: &Office, lang: Lang, name: Uuid) -> Result<(CaseId, NoticeRow), Stop> {
    let standing = standing(office).await.map_err(|error| Stop::failed(error, lang))?;
    let found = standing.into_iter().find(|(case, _)| name_of(office, *case) == name);
    found.ok_or(Stop::Missing(lang))
}

async fn one(
    State(console): State<Console>,
    headers: HeaderMap,
    Path(name): Path<Uuid>,
) -> Result<Response, Stop> {
    let lang = language(&headers);
    let (case, row) = found(&console.office, lang, name).await?;
    let notice = told(&console.office, lang, case, &row);
    let (words, contact, receipt) = Default::default();
    Ok(unlisted(shown(&NoticePage { lang, notice, words, contact, receipt, refused: None })))
}

async fn object(
    State(console): State<Console>,
    Extension(pace): Extension<Arc<Pace>>,
    headers: HeaderMap,
    Path(name): Path<Uuid>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    let lang = language(&headers);
    let (case, row) = found(&console.office, lang, name).await?;
    let notice = told(&console.office, lang, case, &row);
    let objection =
        PublicObjection { words: typed.text("words").to_owned(), contact: typed.text("contact").to_owned() };
    let done = if pace.admits(name) {
        let done = object_publicly(&console.office, Utc::now(), case, &objection).await;
        done.map_err(|error| Refusal::of(&error, lang))
    } else {
        let (zh, en) = (
            "提交过于频繁，请一小时后再试，或到街道窗口反映。",
            "Too many in a short time: try again in an hour, or come to the office.",
        );
        let refusal = Refusal::typed("objections_too_fast", lang, zh, en);
        Err(Refusal { status: StatusCode::TOO_MANY_REQUESTS, ..refusal })
    };
    let PublicObjection { words, contact } = objection;
    let (status, page) = match done {
        Ok(receipt) => {
            let (words, contact) = Default::default();
            (StatusCode::OK, NoticePage { lang, notice, words, contact, receipt, refused: None })
        }
        Err(refusal) => {
            let status = refusal.status;
            (
                status,
                NoticePage { lang, notice, words, contact, receipt: String::new(), refused: Some(refusal) },
            )
        }
    };
    Ok(unlisted((status, shown(&page)).into_response()))
}
