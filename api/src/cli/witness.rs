//! `ledger witness`: cosigns other offices' logs until a signal. Needs no database.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use domain::explain::Explain;
use eventlog::merkle::key::VerifierKey;
use futures::FutureExt;
use serde_json::json;

use super::failure::{Done, Failure};
use super::screen::Screen;
use super::serve::listen_on;
use super::session::waiting;
use crate::embedded_postgres::EndSignals;
use crate::http;
use crate::witness::{Book, BookError, Watched, routes};

/// What to witness, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct WitnessArgs {
    /// 监听地址 · address to listen on
    #[arg(long, value_name = "ADDR")]
    pub listen: SocketAddr,
    /// 状态目录 · directory of the key, of what was cosigned, of what was refused; keep it, or the witness forgets
    #[arg(long, value_name = "DIR")]
    pub state: PathBuf,
    /// 见证方名称 · the witness's name, such as witness.example/audit-office; not changed later
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// 被见证日志的公钥 · public key of a log to watch; several for several logs, or for a log's new key
    #[arg(long = "log", value_name = "VKEY", value_parser = parse_key)]
    pub logs: Vec<VerifierKey>,
}

/// Watches the logs until a signal. Address and public key are printed when requests are taken.
///
/// # Errors
/// [`Failure::Refused`]: the directory cannot be used, or the address is taken.
pub(super) async fn run(screen: Screen, arguments: &WitnessArgs) -> Result<Done, Failure> {
    let WitnessArgs { listen, state, name, logs } = arguments;
    let mut signals = EndSignals::heard();
    let book = Arc::new(waiting(|| Book::open(state, name, logs)).map_err(|error| refused(&error))?);
    let listener = listen_on(*listen).await?;
    let address = listener.local_addr()?;
    let watched = waiting(|| book.watched());
    screen
        .say(format!("见证方公钥：{}", book.key()), format!("Public key of this witness: {}", book.key()))?;
    for log in &watched {
        show(&screen, log)?;
    }
    if watched.is_empty() {
        screen.say("未指定 --log：暂不见证任何日志", "No --log was given: no log is watched yet")?;
    }
    screen.say(format!("正在服务：http://{address}"), format!("Serving on http://{address}"))?;
    let shown: Vec<_> = watched.iter().map(as_json).collect();
    let key = book.key().to_string();
    screen.answer(&json!({ "listen": format!("http://{address}"), "key": key, "logs": shown }))?;
    io::stdout().flush()?;
    http::serve(listener, routes(book), signals.received().map(drop)).await?;
    Ok(Done::Well)
}

fn show(screen: &Screen, log: &Watched) -> io::Result<()> {
    let Watched { origin, last, refused } = log;
    let size = last.as_ref().map_or(0, |last| last.size);
    screen.say(
        format!("日志 {origin}：已签署至 {size} 条，拒绝证据 {refused} 件"),
        format!("Log {origin}: cosigned up to size {size}, refusals kept: {refused}"),
    )
}

fn as_json(log: &Watched) -> serde_json::Value {
    let size = log.last.as_ref().map_or(0, |last| last.size);
    json!({ "origin": log.origin, "size": size, "refused": log.refused })
}

fn refused(error: &BookError) -> Failure {
    Failure::Refused { code: error.code(), zh: error.zh(), en: error.to_string() }
}

fn parse_key(text: &str) -> Result<VerifierKey, String> {
    text.parse().map_err(|error| format!("不是公钥 · {error}"))
}
