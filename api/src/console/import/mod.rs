//! 导入: a register is dropped, looked through first, and taken in as the same file. What is wrong stands beside its row,
//! and the wrong rows come back as a file to be mended.

mod checked;
mod page;
mod within;

use std::io::Write;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use domain::actor::ActorId;
use serde::Deserialize;
use tempfile::NamedTempFile;
use uuid::Uuid;

use super::Console;
use super::answers::{Refusal, Stop};
use super::dropped::{BODY_BYTES_MAX, Dropped};
use super::held::{Held, HeldFile};
use super::visitor::Visitor;
use crate::access::{Capability, may};
use crate::console::address::Path;
use crate::lang::Lang;
use crate::processes::{Imported, Importer, ProcessError};
use crate::registers::reading::{Limits, RegisterRows, read_register};
use crate::registers::{RegisterKind, workbook};
use checked::{Checked, Job};

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/import", get(show))
        .route("/import/templates/{kind}", get(template))
        .route("/import/files", post(drop_in).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)))
        .route("/import/files/{file}/corrections.xlsx", get(corrections))
        .route("/import/files/{file}/rows", post(take))
        .layer(Extension(Arc::new(Held::<RegisterKind>::default())))
}

/// What a role needs to take in a register.
const fn needed(kind: RegisterKind) -> Capability {
    match kind {
        RegisterKind::Persons | RegisterKind::Changes => Capability::RegisterPeople,
        RegisterKind::Applications | RegisterKind::CareAssessments => Capability::PrepareCases,
        RegisterKind::Donations => Capability::TakeGifts,
    }
}

/// The registers that the visitor may take in.
fn kinds(visitor: &Visitor) -> Vec<RegisterKind> {
    RegisterKind::ALL.into_iter().filter(|kind| may(visitor.role, needed(*kind))).collect()
}

/// The name of a register; English names are the codes of the command line.
fn name(lang: Lang, kind: RegisterKind) -> String {
    lang.pick(kind.template().sheet.to_owned(), kind.code().replace('_', " "))
}

async fn show(visitor: Visitor) -> Result<Response, Stop> {
    may_import(&visitor)?;
    Ok(page::first(&visitor, None))
}

fn may_import(visitor: &Visitor) -> Result<(), Stop> {
    if kinds(visitor).is_empty() { Err(Stop::Forbidden(visitor.lang)) } else { Ok(()) }
}

async fn template(visitor: Visitor, Path(code): Path<String>) -> Result<Response, Stop> {
    may_import(&visitor)?;
    let kind = code.strip_suffix(".xlsx").and_then(RegisterKind::from_code);
    let kind = kind.ok_or(Stop::Missing(visitor.lang))?;
    let bytes = workbook::template(kind).map_err(|error| failed(&visitor, error.to_string()))?;
    Ok(workbook_file(kind.code(), bytes))
}

fn workbook_file(name: &str, bytes: Vec<u8>) -> Response {
    const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let headers = [
        (CONTENT_TYPE, WORKBOOK.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.xlsx\"")),
    ];
    (headers, bytes).into_response()
}

fn failed(visitor: &Visitor, error: String) -> Stop {
    Stop::failed(ProcessError::File(error), visitor.lang)
}

/// Takes a file, and says what an import of it would do.
async fn drop_in(
    State(console): State<Console>,
    Extension(held): Extension<Arc<Held<RegisterKind>>>,
    visitor: Visitor,
    form: Multipart,
) -> Result<Response, Stop> {
    may_import(&visitor)?;
    let (kind, bytes) = match dropped(&visitor, form).await {
        Ok(dropped) => dropped,
        Err(refusal) => return Ok(page::first(&visitor, Some(refusal))),
    };
    visitor.must(needed(kind))?;
    let file = HeldFile::new(visitor.account.account.clone(), kind, bytes);
    match look(&console, &visitor, &file).await {
        Ok(checked) => {
            let name = held.keep(file);
            Ok(page::looked_at(&visitor, name, &checked, None))
        }
        Err(refusal) => Ok(page::first(&visitor, Some(refusal))),
    }
}

async fn dropped(visitor: &Visitor, form: Multipart) -> Result<(RegisterKind, Vec<u8>), Refusal> {
    let lang = visitor.lang;
    let dropped = Dropped::read(lang, form).await?;
    let kind = RegisterKind::from_code(dropped.typed.text("register")).ok_or_else(|| {
        Refusal::typed("register_unknown", lang, "请选择登记表的种类。", "Choose which register it is.")
    })?;
    Ok((kind, dropped.file(lang)?))
}

/// Reads a file in the child process that has limits, and checks its rows.
async fn look(
    console: &Console,
    visitor: &Visitor,
    file: &HeldFile<RegisterKind>,
) -> Result<Checked, Refusal> {
    let read = read(console, visitor, file).await?;
    let job = Job { office: &console.office, visitor };
    job.look(read).await.map_err(|error| Refusal::of(&error, visitor.lang))
}

async fn read(
    console: &Console,
    visitor: &Visitor,
    file: &HeldFile<RegisterKind>,
) -> Result<RegisterRows, Refusal> {
    let limits = Limits { program: console.office.program.clone(), ..Limits::default() };
    let (kind, bytes) = (file.kind, file.bytes());
    let read = tokio::task::spawn_blocking(move || {
        // the reader takes a path; the file is gone as soon as it was read
        let mut kept = NamedTempFile::new().map_err(|error| ProcessError::File(error.to_string()))?;
        kept.write_all(&bytes).map_err(|error| ProcessError::File(error.to_string()))?;
        read_register(kept.path(), kind, &limits).map_err(|refusal| ProcessError::refused(&refusal))
    });
    let read = read.await.unwrap_or_else(|error| Err(ProcessError::File(error.to_string())));
    read.map_err(|error| Refusal::of(&error, visitor.lang))
}

/// The wrong rows of a file with their reasons.
async fn corrections(
    State(console): State<Console>,
    Extension(held): Extension<Arc<Held<RegisterKind>>>,
    visitor: Visitor,
    Path(name): Path<Uuid>,
) -> Result<Response, Stop> {
    may_import(&visitor)?;
    let file = held.of(name, &visitor.account.account).ok_or(Stop::Missing(visitor.lang))?;
    let checked = look(&console, &visitor, &file).await.map_err(Stop::Failed)?;
    let bytes = workbook::corrections(file.kind, &checked.bad);
    let bytes = bytes.map_err(|error| failed(&visitor, error.to_string()))?;
    Ok(workbook_file(&format!("{}-corrections", file.kind.code()), bytes))
}

/// How a file is taken in.
#[derive(Deserialize)]
struct Wanted {
    /// Whether the good rows are taken though others are not.
    keep_good: Option<String>,
    /// Who visited the homes, by account.
    #[serde(default)]
    visitors: String,
}

/// Takes the rows of a file in that was looked through.
async fn take(
    State(console): State<Console>,
    Extension(held): Extension<Arc<Held<RegisterKind>>>,
    visitor: Visitor,
    Path(name): Path<Uuid>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Stop> {
    may_import(&visitor)?;
    let Some(file) = held.of(name, &visitor.account.account) else {
        let (zh, en) = (
            "文件已不在（保留30分钟），请重新上传。",
            "The file is gone (it is kept 30 minutes): drop it again.",
        );
        return Ok(page::first(&visitor, Some(Refusal::typed("file_gone", visitor.lang, zh, en))));
    };
    visitor.must(needed(file.kind))?;
    match taken(&console, &visitor, &file, &wanted).await {
        Ok(imported) => Ok(page::taken(&visitor, file.kind, &imported)),
        Err(refusal) => match look(&console, &visitor, &file).await {
            Ok(checked) => Ok(page::looked_at(&visitor, name, &checked, Some(refusal))),
            Err(refusal) => Ok(page::first(&visitor, Some(refusal))),
        },
    }
}

async fn taken(
    console: &Console,
    visitor: &Visitor,
    file: &HeldFile<RegisterKind>,
    wanted: &Wanted,
) -> Result<Imported, Refusal> {
    let lang = visitor.lang;
    let accounts = wanted.visitors.split([',', '，', '、', ' ']).filter(|account| !account.is_empty());
    let visitors = accounts.map(ActorId::parse).collect::<Result<Vec<_>, _>>().map_err(|_| {
        let (zh, en) =
            ("入户人员应填写账号，以逗号分隔。", "Visitors are accounts with commas between them.");
        Refusal::typed("visitors_malformed", lang, zh, en)
    })?;
    let read = read(console, visitor, file).await?;
    let importer = Importer { desk: visitor.desk(), visitors };
    let (office, visitor) = (console.office.clone(), visitor.clone());
    let keep_good = wanted.keep_good.is_some();
    // on a task of its own: a browser that goes away does not stop an import half-way
    let work = tokio::spawn(async move {
        let job = Job { office: &office, visitor: &visitor };
        job.take(read, &importer, keep_good).await
    });
    let done = work.await.unwrap_or_else(|error| Err(ProcessError::File(error.to_string())));
    done.map_err(|error| Refusal::of(&error, lang))?.ok_or_else(|| {
        let (zh, en) = (
            "有错误行，未导入任何数据。改正后重新上传，或勾选“只导入正确行”。",
            "There are bad rows, so nothing was imported. Mend them and drop the file again, or keep the good rows.",
        );
        Refusal::typed("bad_rows", lang, zh, en)
    })
}
