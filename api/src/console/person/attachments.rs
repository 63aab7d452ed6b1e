//! 附件 of a person: handed in by a form, opened one by one for a reason that is recorded first, withdrawn with a reason.

use axum::Form;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::household::{
    ATTACHMENT_BYTES_MAX, AttachmentKind, AttachmentStanding, HeldAttachment, HouseholdError, MediaType,
};
use domain::ids::{AttachmentId, PersonId};

use super::{PersonPage, known, read};
use crate::access::{Capability, may};
use crate::console::Console;
use crate::console::answers::{Refusal, Stop, shown};
use crate::console::forms::{Field, Kind, Sheet, StepForm, Typed};
use crate::console::visitor::Visitor;
use crate::http::handed_in::attachment;
use crate::lang::Lang;
use crate::processes::attachments::{
    Belonging, NewAttachment, attachments_of, keep_attachment, open_attachment, withdraw_attachment,
};
use crate::processes::{Office, ProcessError};

/// The largest form: an attachment and what is said about it.
pub(in crate::console) const FORM_BYTES_MAX: usize = 10 * (1 << 20) + (64 << 10);

/// The part of the page.
pub(super) struct Attachments {
    pub path: String,
    pub lines: Vec<Line>,
    /// Why nothing is shown, where it is not.
    pub hidden: Option<&'static str>,
    pub upload: Option<Upload>,
}

/// An attachment on the page.
pub(super) struct Line {
    pub id: AttachmentId,
    pub title: &'static str,
    pub told: String,
    /// What became of it, where it no longer counts.
    pub withdrawn: Option<String>,
    pub open: Option<StepForm>,
    pub withdraw: Option<StepForm>,
}

/// The form that takes a file.
pub(super) struct Upload {
    pub kinds: Vec<(&'static str, &'static str, bool)>,
    pub wrong: Option<String>,
}

impl Attachments {
    /// Those of a person, the newest first.
    pub async fn of(office: &Office, visitor: &Visitor, of: &Belonging) -> Result<Attachments, ProcessError> {
        let (lang, path) = (visitor.lang, format!("/people/{}/attachments", of.person));
        let restricted = HouseholdError::PersonRestricted { person: of.person };
        let held = match attachments_of(office, of).await {
            Err(ProcessError::Refused { code, .. })
                if code == domain::explain::Explain::code(&restricted) =>
            {
                let hidden = lang.pick("（限制处理，不予展示）", "(restricted: shown to nobody)");
                return Ok(Attachments { path, lines: Vec::new(), hidden: Some(hidden), upload: None });
            }
            held => held?,
        };
        let erased = is_erased(office, of).await?;
        let writes = may(visitor.role, Capability::RegisterPeople) && !erased;
        let lines = held.iter().rev().map(|held| line(visitor, &path, held, (erased, writes))).collect();
        let upload = writes
            .then(|| Upload { kinds: kinds(lang, AttachmentKind::IdentityDocument.code()), wrong: None });
        Ok(Attachments { path, lines, hidden: None, upload })
    }

    /// What was typed and refused is in its form again.
    fn keep(&mut self, which: Option<AttachmentId>, typed: &Typed, refusal: &Refusal) {
        if let (None, Some(upload)) = (which, &mut self.upload) {
            let code = typed.get("kind").map_or("", String::as_str);
            upload.kinds = kinds(refusal.lang, code);
            upload.wrong = Some(refusal.words.clone());
        }
        let line = self.lines.iter_mut().find(|line| Some(line.id) == which);
        let forms = line.into_iter().flat_map(|line| [&mut line.open, &mut line.withdraw]).flatten();
        for form in forms.filter(|form| form.fields.iter().any(|field| typed.contains_key(field.name))) {
            form.keep(typed, Some(refusal));
        }
    }
}

async fn is_erased(office: &Office, of: &Belonging) -> Result<bool, ProcessError> {
    let home = office.repository.load_newest::<domain::household::Household>(of.home).await?.state;
    Ok(home.member(of.person).is_some_and(|member| member.erased_on().is_some()))
}

fn kinds(lang: Lang, chosen: &str) -> Vec<(&'static str, &'static str, bool)> {
    let one = |kind: AttachmentKind| (kind.code(), lang.pick(kind.zh(), kind.en()), kind.code() == chosen);
    AttachmentKind::ALL.into_iter().map(one).collect()
}

fn line(visitor: &Visitor, path: &str, held: &HeldAttachment, (erased, writes): (bool, bool)) -> Line {
    let (lang, known) = (visitor.lang, &held.attachment);
    let id = known.attachment_id;
    let form = match known.media_type {
        MediaType::Jpeg => "JPEG",
        MediaType::Png => "PNG",
        MediaType::Pdf => "PDF",
    };
    let told = format!("{form} · {} · {} · {}", size(known.byte_count), known.kept_on, held.by);
    let opens =
        !erased && may(visitor.role, Capability::OpenAttachments) && held.check_open(visitor.role).is_ok();
    let withdrawn = match &held.standing {
        AttachmentStanding::Kept => None,
        AttachmentStanding::Withdrawn { reason, withdrawn_on, by } => {
            Some(format!("{} · {withdrawn_on} · {by} · {reason}", lang.pick("已撤回", "withdrawn")))
        }
    };
    Line {
        id,
        title: lang.pick(known.kind.zh(), known.kind.en()),
        told,
        withdrawn,
        open: opens.then(|| open_form(lang, &format!("{path}/{id}/open"), id)),
        withdraw: (writes && held.is_kept())
            .then(|| withdraw_form(lang, &format!("{path}/{id}/withdraw"), id)),
    }
}

/// A size in words, rounded up to kilobytes, down to tenths of megabytes.
fn size(bytes: u64) -> String {
    const MEGA: u64 = 1 << 20;
    if bytes < MEGA {
        return format!("{} KB", bytes.div_ceil(1 << 10));
    }
    format!("{}.{} MB", bytes / MEGA, bytes % MEGA * 10 / MEGA)
}

fn open_form(lang: Lang, path: &str, id: AttachmentId) -> StepForm {
    let purpose = Field::new("purpose", lang.pick("用途", "Purpose"), Kind::Line).helped(lang.pick(
        "如：审核残疾等级；不超过 200 字，不要写个人信息",
        "such as: review of the disability; at most 200 characters, nothing personal",
    ));
    let does = lang.pick(
        "先记录谁、为何打开，再显示图片或下载 PDF。",
        "Records first who opens it and why, then shows the picture or saves the PDF.",
    );
    StepForm::new(path.to_owned(), &format!("open-{id}"), lang.pick("打开", "Open"), does, vec![purpose])
}

fn withdraw_form(lang: Lang, path: &str, id: AttachmentId) -> StepForm {
    let reason = Field::new("reason", lang.pick("原因", "Reason"), Kind::Line)
        .helped(lang.pick("不超过 200 字，不要写个人信息", "at most 200 characters, nothing personal"));
    let does = lang.pick(
        "此附件不再作数；密封内容保留，只有审计人员可以打开。可以重新上传。",
        "It no longer counts; its sealed bytes stay, for audits alone. It can be handed in again.",
    );
    StepForm::new(
        path.to_owned(),
        &format!("withdraw-{id}"),
        lang.pick("撤回", "Withdraw"),
        does,
        vec![reason],
    )
}

/// Keeps what was handed in.
pub(in crate::console) async fn keep(
    State(console): State<Console>,
    visitor: Visitor,
    Path(person): Path<PersonId>,
    form: Multipart,
) -> Result<Response, Stop> {
    visitor.must(Capability::RegisterPeople)?;
    let of = belonging(&console, &visitor, person).await?;
    let mut typed = Typed::new();
    let done = async {
        let new = handed_in(form, visitor.lang, &mut typed).await?;
        let kept = keep_attachment(&console.office, &visitor.desk(), &of, new).await;
        kept.map_err(|error| Refusal::of(&error, visitor.lang))
    };
    match done.await {
        Ok(_) => Ok(back(person)),
        Err(refusal) => refused(&console, &visitor, person, (None, &typed, refusal)).await,
    }
}

async fn belonging(console: &Console, visitor: &Visitor, person: PersonId) -> Result<Belonging, Stop> {
    let known = known(&console.office, visitor, person).await;
    Ok(known.map_err(|error| Stop::failed(error, visitor.lang))?.belonging)
}

fn back(person: PersonId) -> Response {
    Redirect::to(&format!("/people/{person}#attachments")).into_response()
}

async fn refused(
    console: &Console,
    visitor: &Visitor,
    person: PersonId,
    (which, typed, refusal): (Option<AttachmentId>, &Typed, Refusal),
) -> Result<Response, Stop> {
    let page = read(console, visitor, person, false).await;
    let mut page: PersonPage = page.map_err(|error| Stop::failed(error, visitor.lang))?;
    let status = refusal.status;
    page.attachments.keep(which, typed, &refusal);
    page.frame.refused = Some(refusal);
    Ok((status, shown(&page)).into_response())
}

async fn handed_in(mut form: Multipart, lang: Lang, typed: &mut Typed) -> Result<NewAttachment, Refusal> {
    let broken = |error: MultipartError| {
        tracing::debug!(%error, "an upload broke off");
        let (zh, en) = (
            "文件没有传完或超过10MB，请重新选择。",
            "The file did not arrive whole, or is larger than 10 MiB: choose it again.",
        );
        Refusal::typed("upload_broken", lang, zh, en).at("file")
    };
    let (mut file_name, mut bytes) = (String::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("kind") => {
                typed.insert("kind".to_owned(), field.text().await.map_err(broken)?);
            }
            Some("file") => {
                file_name = field.file_name().unwrap_or_default().to_owned();
                bytes = field.bytes().await.map_err(broken)?.to_vec();
            }
            _ => {}
        }
    }
    let kind = Sheet::new(typed, lang).choice("kind", AttachmentKind::from_code)?;
    Ok(NewAttachment { kind, file_name, bytes })
}

/// Withdraws an attachment.
pub(in crate::console) async fn withdraw(
    State(console): State<Console>,
    visitor: Visitor,
    Path((person, id)): Path<(PersonId, AttachmentId)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::RegisterPeople)?;
    let of = belonging(&console, &visitor, person).await?;
    let done = async {
        let reason = Sheet::new(&typed, visitor.lang).filled("reason")?;
        let done = withdraw_attachment(&console.office, &visitor.desk(), &of, (id, reason)).await;
        done.map_err(|error| Refusal::of(&error, visitor.lang))
    };
    match done.await {
        Ok(()) => Ok(back(person)),
        Err(refusal) => refused(&console, &visitor, person, (Some(id), &typed, refusal)).await,
    }
}

/// Opens an attachment for a reason.
pub(in crate::console) async fn open(
    State(console): State<Console>,
    visitor: Visitor,
    Path((person, id)): Path<(PersonId, AttachmentId)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::OpenAttachments)?;
    let of = belonging(&console, &visitor, person).await?;
    let done = async {
        let purpose = Sheet::new(&typed, visitor.lang).filled("purpose")?;
        let opened = open_attachment(&console.office, &visitor.desk(), &of, (id, purpose)).await;
        opened.map_err(|error| Refusal::of(&error, visitor.lang))
    };
    match done.await {
        Ok(opened) => Ok(attachment(opened)),
        Err(refusal) => refused(&console, &visitor, person, (Some(id), &typed, refusal)).await,
    }
}

const _: () = assert!(FORM_BYTES_MAX as u64 > ATTACHMENT_BYTES_MAX, "the largest attachment fits its form");

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_words() {
        let words = [1, 1024, 1025, (1 << 20) - 1, 1 << 20, 3 * (1 << 19), 10 << 20].map(size);
        assert_eq!(words, ["1 KB", "1 KB", "2 KB", "1024 KB", "1.0 MB", "1.5 MB", "10.0 MB"]);
    }
}
