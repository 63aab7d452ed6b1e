//! `ledger person list`: the requests to erase somebody, and what became of them.

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::Align;
use crate::cli::session::Session;
use crate::lang::Lang;
use crate::processes::erasure::{self, RequestAnswer, RequestEntry};

/// Lists every request, the oldest first.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn run(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    let entries = session.with_ledger(async |app| Ok(erasure::requests(app.office()).await?)).await?;
    let heads = [
        (screen.pick("人员", "Person"), Align::Left),
        (screen.pick("保管类别", "Class"), Align::Left),
        (screen.pick("法律依据", "Legal basis"), Align::Left),
        (screen.pick("申请", "Requested"), Align::Left),
        (screen.pick("结果", "Answer"), Align::Left),
    ];
    screen.table(&heads, &entries.iter().map(|entry| row(screen.lang, entry)).collect::<Vec<_>>())?;
    screen.answer(&entries)?;
    Ok(Done::Well)
}

fn row(lang: Lang, entry: &RequestEntry) -> Vec<String> {
    let answer = match &entry.answer {
        RequestAnswer::Pending => lang.pick("待决定", "waits").to_owned(),
        RequestAnswer::Rejected { by, on, reason } => {
            format!("{} {by} {on}：{reason}", lang.pick("退回", "sent back"))
        }
        RequestAnswer::Erased { by, on } => format!("{} {by} {on}", lang.pick("已删除", "erased")),
    };
    vec![
        entry.person_id.to_string(),
        lang.pick(entry.through.zh(), entry.through.en()).to_owned(),
        entry.basis.clone(),
        format!("{} {}", entry.requested_by, entry.requested_on),
        answer,
    ]
}
