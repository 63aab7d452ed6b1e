//! `ledger signing …`: the keys that sign checkpoints.

use clap::Subcommand;
use domain::actor::Role;
use eventlog::merkle::key::VerifierKey;
use eventlog::merkle::key_file::{KeyFile, KeyFileError};
use serde_json::json;

use super::failure::{Done, Failure};
use super::session::Session;
use crate::app::App;
use crate::sealing::SealingRefusal;

/// Signing keys.
#[derive(Debug, Subcommand)]
pub enum SigningCommand {
    /// 公钥 · the public keys, the newest first, and where the copy of the checkpoints is
    Show,
    /// 更换 · make a new key; it signs every checkpoint there is too, and the old one goes on signing until retired
    Rotate,
    /// 停用 · take an older key out, by the eight digits of its id
    Retire {
        /// 密钥编号 · id of the key
        id: String,
    },
}

/// Shows, rotates or retires keys.
///
/// # Errors
/// [`Failure`]: the keys come from a setting, there is no such key, or somebody else than an administrator asks.
pub(super) async fn run(session: &Session, command: SigningCommand) -> Result<Done, Failure> {
    match command {
        SigningCommand::Show => {
            session.look_at_ledger(async |app| show(session, app).map(|()| Done::Well)).await
        }
        SigningCommand::Rotate => {
            administrator(session)?;
            session.with_ledger(async |app| rotate(session, app).await).await
        }
        SigningCommand::Retire { id } => {
            administrator(session)?;
            session.with_ledger(async |app| retire(session, app, &id)).await
        }
    }
}

fn administrator(session: &Session) -> Result<(), Failure> {
    if session.desk()?.actor.role == Role::Administrator {
        return Ok(());
    }
    Err(Failure::Refused {
        code: "role_not_allowed",
        zh: "签名密钥由管理员（administrator）更换".to_owned(),
        en: "signing keys are changed by an administrator".to_owned(),
    })
}

fn show(session: &Session, app: &App) -> Result<(), Failure> {
    let outside = app.outside();
    say_keys(session, &outside.keys)?;
    let copy = outside.copy.map(|copy| copy.path().display().to_string()).unwrap_or_default();
    session.screen.say(format!("检查点副本 {copy}"), format!("copy of the checkpoints: {copy}"))?;
    let keys: Vec<String> = outside.keys.iter().map(VerifierKey::to_string).collect();
    Ok(session.screen.answer(&json!({ "keys": keys, "checkpoint_copy": copy }))?)
}

async fn rotate(session: &Session, app: &App) -> Result<Done, Failure> {
    let sealing = app.sealing().map_err(Failure::Sealing)?;
    let key = key_file(session, app)?.rotate().map_err(unusable)?;
    let public = key.verifier().clone();
    let count = sealing.sign_again(key).await.map_err(Failure::Sealing)?;
    session.screen.say(
        format!("新公钥 {public}\n已为 {count} 个检查点加签。请告知见证方和审计，重启正在运行的服务，之后再停用旧密钥"),
        format!("new key {public}\n{count} checkpoints were signed with it too. Tell witnesses and auditors, restart running servers, then retire the old key"),
    )?;
    session.screen.answer(&json!({ "key": public.to_string(), "signed_again": count }))?;
    Ok(Done::Well)
}

fn retire(session: &Session, app: &App, id: &str) -> Result<Done, Failure> {
    let left = key_file(session, app)?.retire(id).map_err(unusable)?;
    let left: Vec<VerifierKey> = left.iter().map(|key| key.verifier().clone()).collect();
    say_keys(session, &left)?;
    let keys: Vec<String> = left.iter().map(VerifierKey::to_string).collect();
    session.screen.answer(&json!({ "keys": keys }))?;
    Ok(Done::Well)
}

fn say_keys(session: &Session, keys: &[VerifierKey]) -> Result<(), Failure> {
    for key in keys {
        session.screen.say(format!("公钥 {key}"), format!("key {key}"))?;
    }
    Ok(())
}

fn key_file(session: &Session, app: &App) -> Result<KeyFile, Failure> {
    session.settings.own_signing_keys(&app.tree().origin()).ok_or(Failure::Refused {
        code: "signing_key_given",
        zh: "签名密钥由 LEDGER_SIGNING_KEY 给出，请在该设置中更换".to_owned(),
        en: "the signing keys are given by LEDGER_SIGNING_KEY: change them there".to_owned(),
    })
}

fn unusable(error: KeyFileError) -> Failure {
    Failure::Sealing(SealingRefusal::from(error))
}
