//! Registers as files: an empty template, a dry run, an import. Bad rows come back as located errors and as a workbook to be
//! corrected; while there are bad rows nothing is imported, unless the good ones are asked for.

use std::io::Write;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::actor::ActorId;
use domain::explain::Explain;
use domain::user::DataScope;
use indicatif::ProgressBar;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Caller, Capability as Can, Denied};
use crate::http::Api;
use crate::http::endpoint::{Endpoint, Kept, get, post};
use crate::http::input::{Asked, AtDesk, Named};
use crate::http::list::WORKBOOK;
use crate::http::problem::{FieldError, Problem};
use crate::processes::{Desk, Importable, Imported, Importer, ProcessError, import, known};
use crate::registers::reading::{Limits, RegisterRows, read_register};
use crate::registers::{
    BadRow, DryRun, RegisterKind, applications, care_assessments, changes, donations, dry_run, persons,
    workbook,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let template = ("空白登记表（xlsx）", "an empty register to fill in, as a workbook");
    let check = (
        "试导入：内容为登记表文件；不改变任何数据",
        "says what an import of the file would do; changes nothing",
    );
    let apply = (
        "导入登记表；有错误行时不导入，除非 keep_good=true",
        "imports a register; while there are bad rows nothing, unless keep_good=true",
    );
    vec![
        get("/registers/{kind}/template", Can::RegisterPeople, template, template_of).gives_file(WORKBOOK),
        post("/registers/{kind}/check", Can::RegisterPeople, check, check_register)
            .takes_file()
            .answers::<RegisterView>()
            .keeping(Kept::Not),
        post("/registers/{kind}/import", Can::RegisterPeople, apply, import_register)
            .query::<ImportAsked>()
            .takes_file()
            .answers::<RegisterView>()
            .keeping(Kept::Not),
        post("/gifts/register/check", Can::TakeGifts, check, check_gifts)
            .takes_file()
            .answers::<RegisterView>()
            .keeping(Kept::Not),
        post("/gifts/register/import", Can::TakeGifts, apply, import_gifts)
            .query::<GiftsImportAsked>()
            .takes_file()
            .answers::<RegisterView>()
            .keeping(Kept::Not),
    ]
}

/// How a register is imported.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportAsked {
    /// Import the good rows although there are bad ones.
    #[serde(default)]
    keep_good: bool,
    /// Who visited the homes of an application register: two accounts at least, with commas.
    visitors: Option<String>,
}

/// How a register of gifts is imported.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiftsImportAsked {
    /// Import the good rows although there are bad ones.
    #[serde(default)]
    keep_good: bool,
}

/// What a register holds, and what came of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RegisterView {
    /// SHA-256 of the file.
    file_sha256: String,
    rows: u64,
    good: u64,
    bad: u64,
    /// Every problem, by row.
    problems: Vec<FieldError>,
    /// The bad rows with their reasons as a workbook in Base64, to be corrected and imported again; none without bad rows. It
    /// holds personal data.
    corrections_base64: Option<String>,
    /// What came of it; none where nothing was imported.
    imported: Option<Imported>,
}

async fn template_of(Named(kind): Named<RegisterKind>) -> Result<Response, Problem> {
    let bytes = workbook::template(kind).map_err(unwritable)?;
    Ok(([(CONTENT_TYPE, WORKBOOK)], bytes).into_response())
}

fn unwritable(error: impl std::fmt::Display) -> Problem {
    Problem::from(ProcessError::File(error.to_string()))
}

/// What is to be done with the good rows.
enum Purpose {
    Check,
    Import { importer: Box<Importer>, keep_good: bool },
}

async fn check_register(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(kind): Named<RegisterKind>,
    body: Bytes,
) -> Result<Json<RegisterView>, Problem> {
    of_people(kind)?;
    take(&api, &caller, (kind, &desk), Purpose::Check, body).await
}

async fn import_register(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(kind): Named<RegisterKind>,
    Asked(asked): Asked<ImportAsked>,
    body: Bytes,
) -> Result<Json<RegisterView>, Problem> {
    of_people(kind)?;
    let names = asked.visitors.as_deref().into_iter().flat_map(|names| names.split(','));
    let visitors: Result<Vec<ActorId>, _> = names.map(|name| ActorId::parse(name.trim())).collect();
    let visitors = visitors.map_err(|_| {
        let (zh, en) = ("账号有误。", "an account is none");
        Problem::new(StatusCode::BAD_REQUEST, "parameter_invalid", zh, en).at("visitors")
    })?;
    let importer = Box::new(Importer { desk: desk.clone(), visitors });
    let purpose = Purpose::Import { importer, keep_good: asked.keep_good };
    take(&api, &caller, (kind, &desk), purpose, body).await
}

/// Gifts are taken by others too, at another address.
fn of_people(kind: RegisterKind) -> Result<(), Problem> {
    if kind == RegisterKind::Donations { Err(Problem::not_found()) } else { Ok(()) }
}

async fn check_gifts(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    body: Bytes,
) -> Result<Json<RegisterView>, Problem> {
    take(&api, &caller, (RegisterKind::Donations, &desk), Purpose::Check, body).await
}

async fn import_gifts(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Asked(asked): Asked<GiftsImportAsked>,
    body: Bytes,
) -> Result<Json<RegisterView>, Problem> {
    let importer = Box::new(Importer { desk: desk.clone(), visitors: Vec::new() });
    let purpose = Purpose::Import { importer, keep_good: asked.keep_good };
    take(&api, &caller, (RegisterKind::Donations, &desk), purpose, body).await
}

async fn take(
    api: &Api,
    caller: &Caller,
    (kind, desk): (RegisterKind, &Desk),
    purpose: Purpose,
    body: Bytes,
) -> Result<Json<RegisterView>, Problem> {
    if kind != RegisterKind::Donations && caller.data_scope != DataScope::Everywhere {
        return Err(Problem {
            zh: "登记表涉及各社区，须由数据范围为全部社区的人员导入。".into(),
            en: "a register may hold people of every community: it is for those who see all of them".into(),
            ..Problem::denied(Denied::Role)
        });
    }
    let limits = Limits { program: api.office().program.clone(), ..Limits::default() };
    let read = tokio::task::spawn_blocking(move || {
        let mut file = tempfile::NamedTempFile::new().map_err(unwritable)?;
        file.write_all(&body).and_then(|()| file.flush()).map_err(unwritable)?;
        read_register(file.path(), kind, &limits).map_err(|refusal| {
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                refusal.code(),
                &refusal.zh(),
                &refusal.to_string(),
            )
        })
    });
    let read = read.await.map_err(unwritable)??;
    let job = Job { api, desk, purpose };
    let view = match kind {
        RegisterKind::Persons => job.take::<persons::Row>(read).await,
        RegisterKind::Applications => job.take::<applications::Row>(read).await,
        RegisterKind::CareAssessments => job.take::<care_assessments::Row>(read).await,
        RegisterKind::Changes => job.take::<changes::Row>(read).await,
        RegisterKind::Donations => job.take::<donations::Row>(read).await,
    };
    view.map(Json)
}

struct Job<'j> {
    api: &'j Api,
    desk: &'j Desk,
    purpose: Purpose,
}

impl Job<'_> {
    async fn take<R: Importable>(&self, read: RegisterRows) -> Result<RegisterView, Problem> {
        let office = self.api.office();
        let context = known::<R>(office, &read.rows, self.desk.today()).await?;
        let checked = dry_run::<R>(read.rows, &context);
        let report = checked.report();
        let DryRun { good, bad } = checked;
        let imported = match &self.purpose {
            Purpose::Import { importer, keep_good } if bad.is_empty() || *keep_good => {
                Some(import(office, importer, good, &ProgressBar::hidden()).await?)
            }
            _ => None,
        };
        Ok(RegisterView {
            file_sha256: read.digest,
            rows: report.rows as u64,
            good: report.good as u64,
            bad: report.bad as u64,
            problems: report.problems.iter().map(FieldError::of).collect(),
            corrections_base64: corrections(R::KIND, &bad)?,
            imported,
        })
    }
}

fn corrections(kind: RegisterKind, bad: &[BadRow]) -> Result<Option<String>, Problem> {
    if bad.is_empty() {
        return Ok(None);
    }
    let bytes = workbook::corrections(kind, bad).map_err(unwritable)?;
    Ok(Some(STANDARD.encode(bytes)))
}
