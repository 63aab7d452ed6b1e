//! `ledger db`: where the database is, and psql into it as the least privileged role.

use std::future::pending;
use std::process::ExitStatus;

use serde_json::json;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::DbCommand;
use super::failure::{Done, Failure};
use super::session::Session;
use crate::app::App;
use crate::embedded_postgres::{Interrupted, unless_interrupted};

/// Shows where the database is, or opens psql.
///
/// # Errors
/// [`Failure`]: the ledger cannot be opened, or psql is missing.
pub(super) async fn run(session: &Session, command: DbCommand) -> Result<Done, Failure> {
    match command {
        DbCommand::Where => unless_interrupted(show_place(session)).await?,
        DbCommand::Psql { arguments } => psql(session, &arguments).await,
    }
}

async fn show_place(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    session
        .with_ledger(async |app| {
            let options = app.database().service_options();
            let socket = app.embedded().map(|server| server.socket_dir().display().to_string());
            let host = socket.unwrap_or_else(|| options.get_host().to_owned());
            let (port, schema) = (options.get_port(), app.database().schema());
            let name = options.get_database().unwrap_or_default();
            let data = app.data().display().to_string();
            let server = screen.pick("服务器", "server");
            screen.say(format!("数据目录 {data}"), format!("data directory {data}"))?;
            screen.say(format!("{server} {host}:{port}"), format!("{server} {host}:{port}"))?;
            screen.say(format!("数据库 {name}，模式 {schema}"), format!("database {name}, schema {schema}"))?;
            screen.say("进入：ledger db psql", "open it: ledger db psql")?;
            let private = app.embedded().is_some();
            screen.answer(&json!({
                "data": data, "private": private, "host": host, "port": port, "database": name, "schema": schema,
            }))?;
            Ok(Done::Well)
        })
        .await
}

/// Runs psql while this program keeps the private server alive. Ctrl-C is psql's: it cancels the statement there.
async fn psql(session: &Session, arguments: &[String]) -> Result<Done, Failure> {
    let app = App::open_to_look(&session.settings).await.map_err(Failure::opening)?;
    let ended = run_psql(session, &app, arguments).await;
    app.close().await?;
    Ok(if ended?.success() { Done::Well } else { Done::Found })
}

async fn run_psql(session: &Session, app: &App, arguments: &[String]) -> Result<ExitStatus, Failure> {
    let mut command = prepared(session, app);
    let spawned = command.args(arguments).kill_on_drop(true).spawn();
    let child = spawned.map_err(|error| Failure::Refused {
        code: "psql_missing",
        zh: format!("无法启动 psql（{error}），请安装 PostgreSQL 客户端。"),
        en: format!("psql cannot be started ({error}): install the PostgreSQL client"),
    })?;
    wait(child).await
}

/// The least privileged role, its password in the environment alone, and the ledger's schema in front.
fn prepared(session: &Session, app: &App) -> Command {
    let schema = app.database().schema();
    let mut command;
    if let Some(server) = app.embedded() {
        let options = server.service();
        command = Command::new(server.binaries().client("psql"));
        command.arg("--host").arg(server.socket_dir());
        command.args(["--port", &options.get_port().to_string()]);
        command.args(["--username", options.get_username()]);
        command.args(["--dbname", options.get_database().unwrap_or_default()]);
        command.env("PGPASSWORD", server.service_password());
        command.env("PGOPTIONS", format!("-csearch_path={schema},pg_temp"));
    } else {
        command = Command::new("psql");
        if let Some(url) = session.settings.external_url() {
            let (url, password) = without_password(url);
            command.args(["--dbname", &url]);
            if let Some(password) = password {
                command.env("PGPASSWORD", password);
            }
        }
        let role = eventlog::database::SERVICE_ROLE;
        command.env("PGOPTIONS", format!("-csearch_path={schema},pg_temp -crole={role}"));
    }
    command
}

async fn wait(mut child: Child) -> Result<ExitStatus, Failure> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut ends = signal(SignalKind::terminate())?;
    loop {
        tokio::select! {
            ended = child.wait() => return Ok(ended?),
            received = interrupts.recv() => if received.is_none() { pending::<()>().await },
            _ = ends.recv() => {
                child.kill().await?;
                return Err(Interrupted::Terminate.into());
            }
        }
    }
}

/// A URL without its password, which other users of the machine could read among the arguments; and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else { return (url.to_owned(), None) };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let Some(at) = rest[..end].rfind('@') else { return (url.to_owned(), None) };
    let Some((user, password)) = rest[..at].split_once(':') else { return (url.to_owned(), None) };
    (format!("{scheme}://{user}{}", &rest[at..]), Some(percent_decoded(password)))
}

fn percent_decoded(text: &str) -> String {
    let (bytes, mut decoded, mut place) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while let Some(&byte) = bytes.get(place) {
        let digits = bytes.get(place + 1..place + 3).filter(|_| byte == b'%');
        let escaped = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) => {
                decoded.push(escaped);
                place += 3;
            }
            None => {
                decoded.push(byte);
                place += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_url() {
        let taken = without_password("postgres://li:a%40b@db.example:5432/ledger?sslmode=require");
        let expected = "postgres://li@db.example:5432/ledger?sslmode=require".to_owned();
        assert_eq!(taken, (expected, Some("a@b".to_owned())));
    }

    #[test]
    fn a_url_without_password_stays() {
        for url in ["postgres://li@db/ledger", "postgres:///ledger", "postgres://db/a:b@c"] {
            assert_eq!(without_password(url), (url.to_owned(), None));
        }
    }
}
