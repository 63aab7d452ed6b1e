//! `ledger proofs …`: whether the log is what was signed, and going on when it is not.

use clap::Subcommand;
use domain::aggregate::LedgerEvent;
use domain::log_break::{LogBreakEvent, Loss, LossKind};
use serde_json::json;

use super::failure::{Done, Failure};
use super::screen::Screen;
use super::session::Session;
use crate::app::App;
use crate::breaks::{self, BreakError, Ground};

/// The log and what was signed of it.
#[derive(Debug, Subcommand)]
pub enum ProofsCommand {
    /// 现状 · compare the log with every signed checkpoint; what was lost, and which breaks are declared
    Status,
    /// 提议继续 · after a loss: state it, and ask another administrator to go on without it
    Propose {
        /// 经过 · how the loss came about; it stays in the log
        #[arg(long)]
        why: String,
    },
    /// 接受断点 · go on without what another administrator stated to be lost; the old copy of the checkpoints is kept
    Accept,
}

/// Shows, proposes or accepts.
///
/// # Errors
/// [`Failure`]: nothing was lost, who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: ProofsCommand) -> Result<Done, Failure> {
    match command {
        ProofsCommand::Status => session.look_at_ledger(async |app| status(session, app).await).await,
        ProofsCommand::Propose { why } => propose(session, &why).await,
        ProofsCommand::Accept => accept(session).await,
    }
}

async fn status(session: &Session, app: &App) -> Result<Done, Failure> {
    let screen = &session.screen;
    let loss = breaks::look(app.office(), ground(app)).await.map_err(failed)?;
    let declared = breaks::breaks(app.office().repository.log()).await?;
    for (stored, event) in &declared {
        let (zh, en) = said(event);
        screen.say(format!("#{} {zh}", stored.position), format!("#{} {en}", stored.position))?;
    }
    match &loss {
        None => screen.say("✓ 日志与已签署的检查点一致", "✓ the log is what was signed")?,
        Some(loss) => say_loss(screen, loss)?,
    }
    let listed: Vec<_> = declared
        .iter()
        .map(|(stored, event)| json!({ "position": stored.position, "event": event.kind().name, "fields": event }))
        .collect();
    screen.answer(&json!({ "loss": loss, "breaks": listed }))?;
    Ok(if loss.is_none() { Done::Well } else { Done::Found })
}

async fn propose(session: &Session, why: &str) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let propose =
        async |app: &App| breaks::propose(app.office(), &desk, ground(app), why).await.map_err(failed);
    let loss = session.look_at_ledger(propose).await?;
    say_loss(&session.screen, &loss)?;
    session.screen.say(
        "已提议继续。下一步由另一名管理员核对后接受：ledger proofs accept --as administrator:…",
        "Proposed to go on. Next, another administrator looks at it and accepts: ledger proofs accept --as administrator:…",
    )?;
    session.screen.answer(&json!({ "done": "proposed", "loss": loss }))?;
    Ok(Done::Well)
}

async fn accept(session: &Session) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let accept = async |app: &App| breaks::accept(app.office(), &desk, ground(app)).await.map_err(failed);
    let (loss, aside) = session.look_at_ledger(accept).await?;
    // it opens again, and the break is sealed at once
    let seal =
        async |app: &App| app.sealing().map_err(Failure::Sealing)?.seal().await.map_err(Failure::Sealing);
    session.with_ledger(seal).await?;
    let aside = aside.map(|path| path.display().to_string());
    say_loss(&session.screen, &loss)?;
    session.screen.say(
        "断点已写入日志，台账可以继续办理。请告知见证方和审计（docs/WITNESS.md），重启正在运行的服务",
        "The break stands in the log; the ledger can be worked with. Tell witnesses and auditors (docs/WITNESS.md), and start running servers again",
    )?;
    if let Some(kept) = &aside {
        session.screen.say(format!("旧副本保留在 {kept}"), format!("The old copy is kept at {kept}"))?;
    }
    session.screen.answer(&json!({ "done": "accepted", "loss": loss, "old_copy": aside }))?;
    Ok(Done::Well)
}

fn ground(app: &App) -> Ground<'_> {
    Ground { tree: app.tree(), owner: app.owner(), copy: app.copy() }
}

fn say_loss(screen: &Screen, loss: &Loss) -> Result<(), Failure> {
    let (zh, en) = in_words(loss);
    Ok(screen.say(format!("✗ {zh}"), format!("✗ {en}"))?)
}

/// What was lost, in a sentence.
fn in_words(loss: &Loss) -> (String, String) {
    let (kept, found) = (loss.kept.size, loss.found.size);
    let signed = loss.signed.as_ref().map(|signed| signed.size).unwrap_or_default();
    match loss.kind {
        LossKind::Behind => (
            format!(
                "已签署 {signed} 个事件，日志只有 {found} 个；仍成立的检查点到 {kept} 个为止，其后的已签署事件丢失"
            ),
            format!(
                "{signed} events were signed, the log has {found}; checkpoints hold up to {kept}, what was signed behind that is lost"
            ),
        ),
        LossKind::Beside => (
            format!(
                "已签署 {signed} 个事件，日志的 {found} 个事件是另一份历史；仍成立的检查点到 {kept} 个为止"
            ),
            format!(
                "{signed} events were signed, the {found} events of the log are another history; checkpoints hold up to {kept}"
            ),
        ),
        LossKind::CopyLost => (
            format!("检查点副本不见了；数据库中的检查点到 {kept} 个事件为止成立，日志有 {found} 个"),
            format!(
                "the copy of the checkpoints is gone; those in the database hold up to {kept} events, the log has {found}"
            ),
        ),
    }
}

/// A proposal or an accepted break, in a sentence.
pub(super) fn said(event: &LogBreakEvent) -> (String, String) {
    match event {
        LogBreakEvent::LogBreakProposed { loss, why, by, proposed_on } => {
            let (zh, en) = in_words(loss);
            (
                format!("{by} 于 {proposed_on} 提议：{zh}（{why}）"),
                format!("proposed by {by} on {proposed_on}: {en} ({why})"),
            )
        }
        LogBreakEvent::LogBreakAccepted { loss, why, proposed_by, by, accepted_on } => {
            let (zh, en) = in_words(loss);
            (
                format!("{by} 于 {accepted_on} 接受（{proposed_by} 提议）：{zh}（{why}）"),
                format!("accepted by {by} on {accepted_on}, proposed by {proposed_by}: {en} ({why})"),
            )
        }
    }
}

fn failed(error: BreakError) -> Failure {
    let (code, zh) = match error {
        BreakError::Process(error) => return error.into(),
        BreakError::Read(error) => return error.into(),
        BreakError::Seal(error) => return Failure::Sealing(error.into()),
        BreakError::NothingLost => ("nothing_lost", "日志与已签署的检查点一致，无需接受断点".to_owned()),
        BreakError::NothingProposed => {
            ("break_unknown", "尚无人提议，请先用 ledger proofs propose --why … 提议".to_owned())
        }
        BreakError::Note { ref path, error: ref source } => {
            ("file_unwritable", format!("无法读写 {}：{source}", path.display()))
        }
    };
    Failure::Refused { code, zh, en: error.to_string() }
}
