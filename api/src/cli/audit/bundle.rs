//! `ledger audit bundle`: a directory that a stranger can verify.

use std::fs;
use std::time::{Duration, Instant};

use eventlog::merkle::key::VerifierKey;
use eventlog::merkle::store::StoredCheckpoint;

use super::BundleArgs;
use crate::app::App;
use crate::audit::bundle::{BundleError, Written};
use crate::audit::making::{MakingError, Wanted, has_cosigned, make};
use crate::audit::opened::ToOpen;
use crate::cli::failure::{Done, Failure};
use crate::cli::session::Session;
use crate::lang::io_trouble;
use crate::processes::{ProcessError, record_disclosure};

/// How long the newest checkpoint's cosignatures are waited for.
const WITNESSES_TIMEOUT: Duration = Duration::from_secs(6);

/// Writes the bundle for the newest checkpoint.
///
/// # Errors
/// [`Failure`]: nothing is known of the subject, the directory is not empty, the ledger is not sealed.
pub(super) async fn run(session: &Session, arguments: &BundleArgs) -> Result<Done, Failure> {
    let brought = arguments.since.iter().map(|path| {
        fs::read(path).map_err(|error| Failure::Refused {
            code: "file_unreadable",
            zh: format!("无法读出 {}：{}", path.display(), io_trouble(&error)),
            en: format!("{} cannot be read: {error}", path.display()),
        })
    });
    let brought = brought.collect::<Result<Vec<_>, _>>()?;
    let written = session
        .look_at_ledger(async |app| {
            disclose(session, app, arguments).await?;
            bundle(app, arguments, &brought).await
        })
        .await?;
    let (screen, out) = (session.screen, written.path.display().to_string());
    let (events, size) = (written.events, written.size);
    screen.say(
        format!("已写出 {out}：{events} 个事件，检查点 {size} 个事件。\n核验：ledger audit verify {out}"),
        format!(
            "{out} written: {events} events, checkpoint of {size}.\nVerify it: ledger audit verify {out}"
        ),
    )?;
    screen.answer(&written)?;
    Ok(Done::Well)
}

/// Records what will be opened, before it is.
async fn disclose(session: &Session, app: &App, arguments: &BundleArgs) -> Result<(), Failure> {
    let BundleArgs { open, recipient: Some(recipient), purpose: Some(purpose), .. } = arguments else {
        return Ok(());
    };
    if open.is_empty() {
        return Ok(());
    }
    app.sealing().map_err(Failure::Sealing)?;
    let persons: Vec<_> = open.iter().map(|asked| asked.person).collect();
    app.office().keyring.load(&persons).await.map_err(ProcessError::from)?;
    let opened = open.iter().map(ToOpen::fields).collect();
    record_disclosure(app.office(), &session.desk()?, recipient, purpose, opened).await?;
    Ok(())
}

async fn bundle(app: &App, arguments: &BundleArgs, brought: &[Vec<u8>]) -> Result<Written, Failure> {
    let outside = app.outside();
    let checkpoint = newest(app, &outside.witnesses).await?;
    let selection = arguments.about.selection();
    let wanted =
        Wanted { selection, checkpoint: &checkpoint, outside: &outside, brought, open: &arguments.open };
    make(app.office(), app.tree(), &wanted, &arguments.out).await.map_err(|error| match error {
        MakingError::Process(error) => error.into(),
        MakingError::Bundle(error) => failed(error),
        MakingError::Tree(error) => failed(error.into()),
    })
}

/// Seals what the log holds, and gives the newest checkpoint; its witnesses are waited for, for a while.
async fn newest(app: &App, witnesses: &[VerifierKey]) -> Result<StoredCheckpoint, Failure> {
    if let Ok(sealing) = app.sealing() {
        sealing.seal().await.map_err(Failure::Sealing)?;
    }
    let begun = Instant::now();
    loop {
        let newest = app.tree().newest_checkpoint().await.map_err(anyhow::Error::from)?;
        let newest = newest.ok_or(Failure::Refused {
            code: "not_sealed",
            zh: "台账还没有事件，无可证明".to_owned(),
            en: "the ledger has no events yet, and nothing to prove".to_owned(),
        })?;
        if begun.elapsed() > WITNESSES_TIMEOUT
            || witnesses.iter().all(|witness| has_cosigned(witness, &newest))
        {
            return Ok(newest);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn failed(error: BundleError) -> Failure {
    let (code, zh) = match &error {
        BundleError::Exists(path) => ("directory_not_empty", format!("{} 已存在", path.display())),
        BundleError::Io { path, error } => {
            ("file_unwritable", format!("无法写入 {}：{error}", path.display()))
        }
        BundleError::Brought(reason) => ("checkpoint_unusable", format!("无法使用您提供的检查点：{reason}")),
        BundleError::Tree(error) => ("proofs_damaged", format!("无法读取证明数据：{error}")),
        BundleError::Checkpoint => ("proofs_damaged", "无法读出数据库中的检查点".to_owned()),
        BundleError::NoKey => ("signing_key_unusable", "没有可用的台账公钥".to_owned()),
    };
    Failure::Refused { code, zh, en: error.to_string() }
}
