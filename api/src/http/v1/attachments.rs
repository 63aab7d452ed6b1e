//! 附件 of a person: handed in as the bytes of a file, listed without their content, withdrawn, and opened for a reason.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::Response;
use chrono::NaiveDate;
use domain::actor::ActorId;
use domain::household::{
    ATTACHMENT_BYTES_MAX, AttachmentKind, AttachmentStanding, HeldAttachment, MediaType,
};
use domain::ids::{AttachmentId, PersonId};
use projections::case_files;
use projections::case_files::queries::members;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::summary::purpose_required;
use super::{Done, Reason};
use crate::access::{Caller, Capability as Can};
use crate::http::Api;
use crate::http::endpoint::{Endpoint, get, post};
use crate::http::handed_in::{attachment, sent_name};
use crate::http::input::{Asked, AtDesk, Named, Sent};
use crate::http::list::Page;
use crate::http::problem::Problem;
use crate::processes::ProcessError;
use crate::processes::attachments::{
    Belonging, NewAttachment, attachments_of, keep_attachment, open_attachment, withdraw_attachment,
};

/// Any of the types that are kept.
const ANY: &str = "*/*";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let list = ("附件一览，不含内容", "what is kept of a person's papers, without their content");
    let keep = (
        "上传附件：内容为 JPEG、PNG 或 PDF 文件，不超过 10MB；文件名可放在 Content-Disposition",
        "keeps an attachment: the bytes of a JPEG, PNG or PDF file, at most 10 MiB; its name may stand in Content-Disposition",
    );
    let open = (
        "打开附件，须说明用途，作为披露记录",
        "the content of an attachment, for a purpose; recorded as a disclosure first",
    );
    let withdraw = ("撤回附件；内容保留", "withdraws an attachment; its bytes stay");
    let most = usize::try_from(ATTACHMENT_BYTES_MAX).unwrap_or(usize::MAX);
    vec![
        get("/persons/{id}/attachments", Can::ReadRegister, list, listed).lists::<AttachmentView>(),
        post("/persons/{id}/attachments", Can::RegisterPeople, keep, kept)
            .query::<KindAsked>()
            .takes_file_up_to(most)
            .answers::<Done>(),
        get("/persons/{id}/attachments/{attachment}/content", Can::OpenAttachments, open, content)
            .query::<PurposeAsked>()
            .gives_file(ANY),
        post("/persons/{id}/attachments/{attachment}/withdrawal", Can::RegisterPeople, withdraw, withdrawn)
            .takes::<Reason>()
            .answers::<Done>(),
    ]
}

/// An attachment without its content.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AttachmentView {
    attachment_id: AttachmentId,
    kind: AttachmentKind,
    media_type: MediaType,
    /// In clear, in bytes.
    byte_count: u64,
    /// SHA-256 of the sealed bytes.
    sealed_sha256: String,
    kept_on: NaiveDate,
    kept_by: ActorId,
    /// The day of its withdrawal; none where it counts.
    withdrawn_on: Option<NaiveDate>,
    /// Why it was withdrawn.
    withdrawn_because: Option<String>,
}

impl From<HeldAttachment> for AttachmentView {
    fn from(held: HeldAttachment) -> AttachmentView {
        let (withdrawn_on, withdrawn_because) = match held.standing {
            AttachmentStanding::Kept => (None, None),
            AttachmentStanding::Withdrawn { reason, withdrawn_on, .. } => (Some(withdrawn_on), Some(reason)),
        };
        let known = held.attachment;
        AttachmentView {
            attachment_id: known.attachment_id,
            kind: known.kind,
            media_type: known.media_type,
            byte_count: known.byte_count,
            sealed_sha256: known.sealed_sha256,
            kept_on: known.kept_on,
            kept_by: held.by,
            withdrawn_on,
            withdrawn_because,
        }
    }
}

/// The person with the households that the caller sees.
async fn seen(api: &Api, caller: &Caller, person: PersonId) -> Result<Belonging, Problem> {
    let mut seen = api.seen_by(caller, &[&case_files::ABOUT]).await?;
    let homes = members(seen.connection(), &[person]).await?;
    Belonging::among(person, &homes).ok_or_else(Problem::not_found)
}

async fn listed(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named(id): Named<PersonId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let of = seen(&api, &caller, id).await?;
    let held = attachments_of(api.office(), &of).await?;
    let rows: Vec<AttachmentView> = held.into_iter().map(AttachmentView::from).collect();
    let position = api.office().repository.log().length().await.map_err(ProcessError::from)?;
    Page::of(rows, u32::MAX, position, |_: &AttachmentView| 0).answer(&headers)
}

/// What is handed in.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KindAsked {
    /// What it shows; `other` when absent.
    kind: Option<AttachmentKind>,
}

async fn kept(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<PersonId>,
    Asked(asked): Asked<KindAsked>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Done>, Problem> {
    let of = seen(&api, &caller, id).await?;
    let disposition = headers.get(CONTENT_DISPOSITION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let file_name = disposition.map(|disposition| sent_name(&disposition)).unwrap_or_default();
    let kind = asked.kind.unwrap_or(AttachmentKind::Other);
    let new = NewAttachment { kind, file_name, bytes: body.to_vec() };
    let attachment = keep_attachment(api.office(), &desk, &of, new).await?;
    Done::with(&api, attachment).await
}

/// Why something is opened.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeAsked {
    /// Why; 1 to 200 characters, without personal values.
    purpose: Option<String>,
}

async fn content(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named((id, which)): Named<(PersonId, AttachmentId)>,
    Asked(asked): Asked<PurposeAsked>,
) -> Result<Response, Problem> {
    let of = seen(&api, &caller, id).await?;
    let purpose = asked.purpose.filter(|purpose| !purpose.trim().is_empty()).ok_or_else(purpose_required)?;
    Ok(attachment(open_attachment(api.office(), &desk, &of, (which, &purpose)).await?))
}

async fn withdrawn(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named((id, which)): Named<(PersonId, AttachmentId)>,
    Sent(Reason { reason }): Sent<Reason>,
) -> Result<Json<Done>, Problem> {
    let of = seen(&api, &caller, id).await?;
    withdraw_attachment(api.office(), &desk, &of, (which, &reason)).await?;
    Done::with(&api, which).await
}
