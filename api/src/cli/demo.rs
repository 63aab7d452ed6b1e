//! `ledger demo`: a synthetic street office plays its year; then its report, its checks and where to look next.

use projections::statistics::{YearReport, year_report};
use serde::Serialize;

use super::check::show_verdicts;
use super::doors::Doors;
use super::failure::{Done, Failure};
use super::report::show_report;
use super::session::Session;
use super::{DemoArgs, serve};
use crate::app::App;
use crate::demo::{self, Played, YEAR};
use crate::embedded_postgres::EndSignals;
use crate::http::{self, EntriesServed};
use crate::processes::ProcessError;

/// Everything that a demonstration answers.
#[derive(Serialize)]
struct Answer<'a> {
    report: &'a YearReport,
    played: &'a Played,
}

/// Plays the year, or shows again what was played.
///
/// # Errors
/// [`Failure`]: the directory is somebody else's, or an act was refused.
pub(super) async fn run(session: &Session, arguments: &DemoArgs) -> Result<Done, Failure> {
    let played = demo::run(&session.settings, &session.screen, arguments).await;
    let (app, played) = played.map_err(failed)?;
    let shown = show(session, &app, &played).await;
    let served = match (&shown, arguments.serve) {
        (Ok(_), true) => serve_guests(session, &app).await,
        _ => Ok(()),
    };
    app.close().await?;
    served?;
    shown
}

/// Serves the demonstration, with accounts for whoever wants to sign in and a token for the API.
async fn serve_guests(session: &Session, app: &App) -> Result<(), Failure> {
    let invited = demo::invite(app.office(), app.data()).await?;
    let (screen, listen) = (session.screen, serve::DEFAULT_LISTEN);
    let accounts = demo::GUESTS.map(|(account, ..)| account).join(" ");
    let (token, password) = (invited.token.display(), invited.password.display());
    screen.say(
        format!("控制台：http://{listen}/　账号：{accounts}　密码：cat {password}"),
        format!("Console: http://{listen}/ · accounts: {accounts} · password: cat {password}"),
    )?;
    let ask = format!("curl -H \"Authorization: Bearer $(cat {token})\" http://{listen}{}/me", http::ROOT);
    screen.say(format!("试用接口：{ask}"), format!("Try the API: {ask}"))?;
    let served = serve::Served {
        listen: serve::DEFAULT_LISTEN,
        entries: EntriesServed::Withheld,
        nightly_at: Some(serve::DEFAULT_NIGHT),
        doors: Doors::default(),
    };
    serve::serve(session, app, served, EndSignals::heard()).await
}

/// An act that was refused is no trouble with reaching the ledger.
fn failed(error: anyhow::Error) -> Failure {
    match error.downcast_ref::<ProcessError>() {
        Some(_) => Failure::Other(error),
        None => Failure::opening(error),
    }
}

async fn show(session: &Session, app: &App, played: &Played) -> Result<Done, Failure> {
    let screen = session.screen;
    let report = year_report(&app.office().pool, YEAR).await.map_err(ProcessError::from)?;
    show_report(&screen, &report)?;
    show_verdicts(&screen, &played.verdicts)?;
    demo::farewell(&screen, played, app.data())?;
    screen.answer(&Answer { report: &report, played })?;
    let holds = played.verdicts.iter().all(|verdict| verdict.findings.is_empty());
    Ok(if holds { Done::Well } else { Done::Found })
}
