//! `ledger person attachment`: scans and photographs of somebody's papers.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::household::{ATTACHMENT_BYTES_MAX, AttachmentKind, AttachmentStanding, HeldAttachment};
use domain::ids::{AttachmentId, PersonId};
use serde::Serialize;
use serde_json::json;

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen};
use crate::cli::session::{Session, waiting};
use crate::lang::io_trouble;
use crate::processes::attachments::{
    Belonging, NewAttachment, attachments_of, keep_attachment, open_attachment, withdraw_attachment,
};

/// Attachments.
#[derive(Debug, Subcommand)]
pub enum AttachmentCommand {
    /// 上传 · keep a JPEG, a PNG or a PDF of at most 10 MiB
    Keep {
        /// 人员 · whose paper it is
        person: PersonId,
        /// 文件 · the file
        file: PathBuf,
        /// 类别 · what it shows
        #[arg(long, value_name = "KIND", value_parser = parse_kind)]
        kind: AttachmentKind,
    },
    /// 一览 · list what is kept of somebody's papers, withdrawn ones too, without their content
    List {
        /// 人员 · whose papers
        person: PersonId,
    },
    /// 打开 · write an attachment into a new file, for a purpose that is recorded first
    Open {
        /// 人员 · whose paper it is
        person: PersonId,
        /// 附件 · the attachment
        attachment: AttachmentId,
        /// 用途 · why; nothing personal
        #[arg(long)]
        purpose: String,
        /// 输出文件 · the new file, readable by its owner alone
        #[arg(long)]
        out: PathBuf,
    },
    /// 撤回 · withdraw an attachment; its sealed bytes stay
    Withdraw {
        /// 人员 · whose paper it is
        person: PersonId,
        /// 附件 · the attachment
        attachment: AttachmentId,
        /// 原因 · why; nothing personal
        #[arg(long)]
        reason: String,
    },
}

/// Does one step with an attachment, or lists them.
///
/// # Errors
/// [`Failure`]: who acts is not said, a file cannot be read or written, or the step is refused.
pub(super) async fn run(session: &Session, command: AttachmentCommand) -> Result<Done, Failure> {
    match command {
        AttachmentCommand::Keep { person, file, kind } => keep(session, person, &file, kind).await,
        AttachmentCommand::List { person } => list(session, person).await,
        AttachmentCommand::Open { person, attachment, purpose, out } => {
            open(session, (person, attachment), &purpose, &out).await
        }
        AttachmentCommand::Withdraw { person, attachment, reason } => {
            withdraw(session, (person, attachment), &reason).await
        }
    }
}

async fn keep(
    session: &Session,
    person: PersonId,
    path: &Path,
    kind: AttachmentKind,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let bytes = waiting(|| read(path))?;
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let kept = session
        .with_ledger(async |app| {
            let of = Belonging::of(app.office(), person).await?;
            let new = NewAttachment { kind, file_name, bytes };
            Ok(keep_attachment(app.office(), &desk, &of, new).await?)
        })
        .await?;
    session.screen.say(
        format!("附件 {kept} 已密封保存（{}）。", kind.zh()),
        format!("Attachment {kept} is kept, sealed ({}).", kind.en()),
    )?;
    session.screen.answer(&json!({ "person_id": person, "attachment_id": kept, "done": "kept" }))?;
    Ok(Done::Well)
}

/// A file that is too large is read one byte too far, and refused with the reason by whoever takes it.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(ATTACHMENT_BYTES_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|error| Failure::Refused {
        code: "file_unreadable",
        zh: format!("无法读取 {}：{}", path.display(), io_trouble(&error)),
        en: format!("{} cannot be read: {error}", path.display()),
    })?;
    Ok(bytes)
}

/// An attachment as the list answers it.
#[derive(Debug, Serialize)]
struct Entry {
    attachment_id: AttachmentId,
    kind: AttachmentKind,
    media_type: &'static str,
    byte_count: u64,
    sealed_sha256: String,
    kept_on: chrono::NaiveDate,
    kept_by: domain::actor::ActorId,
    standing: AttachmentStanding,
}

impl From<HeldAttachment> for Entry {
    fn from(held: HeldAttachment) -> Entry {
        let known = held.attachment;
        Entry {
            attachment_id: known.attachment_id,
            kind: known.kind,
            media_type: known.media_type.as_str(),
            byte_count: known.byte_count,
            sealed_sha256: known.sealed_sha256,
            kept_on: known.kept_on,
            kept_by: held.by,
            standing: held.standing,
        }
    }
}

async fn list(session: &Session, person: PersonId) -> Result<Done, Failure> {
    let screen = session.screen;
    let held = session
        .with_ledger(async |app| {
            let of = Belonging::of(app.office(), person).await?;
            Ok(attachments_of(app.office(), &of).await?)
        })
        .await?;
    let entries: Vec<Entry> = held.into_iter().map(Entry::from).collect();
    if entries.is_empty() {
        screen.say(
            format!("人员 {person} 还没有附件。上传：ledger person attachment keep {person} 文件 --kind …"),
            format!("{person} has no attachment yet. To keep one: ledger person attachment keep {person} FILE --kind …"),
        )?;
    } else {
        let heads = [
            (screen.pick("附件", "Attachment"), Align::Left),
            (screen.pick("类别", "Kind"), Align::Left),
            (screen.pick("类型", "Type"), Align::Left),
            (screen.pick("字节", "Bytes"), Align::Right),
            (screen.pick("保存", "Kept"), Align::Left),
            (screen.pick("状态", "State"), Align::Left),
        ];
        screen.table(&heads, &entries.iter().map(|entry| row(&screen, entry)).collect::<Vec<_>>())?;
    }
    screen.answer(&entries)?;
    Ok(Done::Well)
}

fn row(screen: &Screen, entry: &Entry) -> Vec<String> {
    let state = match &entry.standing {
        AttachmentStanding::Kept => screen.pick("有效", "kept").to_owned(),
        AttachmentStanding::Withdrawn { reason, withdrawn_on, by } => {
            format!("{} {by} {withdrawn_on}：{reason}", screen.pick("已撤回", "withdrawn"))
        }
    };
    vec![
        entry.attachment_id.to_string(),
        screen.pick(entry.kind.zh(), entry.kind.en()).to_owned(),
        entry.media_type.to_owned(),
        entry.byte_count.to_string(),
        format!("{} {}", entry.kept_by, entry.kept_on),
        state,
    ]
}

async fn open(
    session: &Session,
    (person, attachment): (PersonId, AttachmentId),
    purpose: &str,
    out: &Path,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let unwritable = |error: std::io::Error| Failure::Refused {
        code: "file_unwritable",
        zh: format!("无法写入 {}（不覆盖已有文件）：{}", out.display(), io_trouble(&error)),
        en: format!("{} cannot be written (no file is overwritten): {error}", out.display()),
    };
    if waiting(|| out.exists()) {
        return Err(unwritable(std::io::ErrorKind::AlreadyExists.into()));
    }
    let opened = session
        .with_ledger(async |app| {
            let of = Belonging::of(app.office(), person).await?;
            Ok(open_attachment(app.office(), &desk, &of, (attachment, purpose)).await?)
        })
        .await?;
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(out)?;
        file.write_all(&opened.bytes)
    };
    waiting(write).map_err(unwritable)?;
    let kind = opened.attachment.media_type.as_str();
    session.screen.say(
        format!("已记录打开，附件写入 {}（{kind}）。用后请删除。", out.display()),
        format!("It is recorded; the attachment is in {} ({kind}). Delete it after use.", out.display()),
    )?;
    session.screen.answer(
        &json!({ "person_id": person, "attachment_id": attachment, "media_type": kind, "done": "opened" }),
    )?;
    Ok(Done::Well)
}

async fn withdraw(
    session: &Session,
    (person, attachment): (PersonId, AttachmentId),
    reason: &str,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    session
        .with_ledger(async |app| {
            let of = Belonging::of(app.office(), person).await?;
            Ok(withdraw_attachment(app.office(), &desk, &of, (attachment, reason)).await?)
        })
        .await?;
    session.screen.say(
        format!("附件 {attachment} 已撤回；密封内容保留。"),
        format!("Attachment {attachment} is withdrawn; its sealed bytes stay."),
    )?;
    session
        .screen
        .answer(&json!({ "person_id": person, "attachment_id": attachment, "done": "withdrawn" }))?;
    Ok(Done::Well)
}

fn parse_kind(code: &str) -> Result<AttachmentKind, String> {
    AttachmentKind::from_code(code).ok_or_else(|| {
        let codes = AttachmentKind::ALL.map(AttachmentKind::code).join(", ");
        format!("没有这个类别 · there is no such kind; the kinds are {codes}")
    })
}
