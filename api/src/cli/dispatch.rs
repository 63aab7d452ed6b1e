//! From the command line to the command.

use super::failure::{Done, Failure};
use super::session::Session;
use super::{
    Cli, Command, audit, bank, books, campaign, case, check, db, demo, donation, fund, import, migrate,
    payment, person, policy, print, proofs, rebuild, recovery, replay, report, run, serve, signing, todo,
    token, user, webhook, witness,
};
use crate::embedded_postgres::unless_interrupted;
use crate::http::EntriesServed;

/// Does what the command line says. A signal ends it in order: the private server stops with it.
///
/// # Errors
/// [`Failure`], which says its exit code.
pub async fn dispatch(cli: Cli) -> Result<Done, Failure> {
    if let Command::Witness(arguments) = &cli.command {
        // takes signals itself, and no setting of a ledger concerns it
        return witness::run(cli.common.screen(), arguments).await;
    }
    let session = Session::new(&cli.common)?;
    match cli.command {
        // these two take signals themselves: one drains open requests, the other leaves Ctrl-C to psql
        Command::Serve { listen, serve_entries, nightly_at, no_nightly, doors } => {
            let entries = if serve_entries { EntriesServed::Served } else { EntriesServed::Withheld };
            let nightly_at = (!no_nightly).then_some(nightly_at);
            let served = serve::Served { listen, entries, nightly_at, doors: doors.into() };
            serve::run(&session, served).await
        }
        Command::Db(command) => db::run(&session, command).await,
        command => unless_interrupted(work(&session, command)).await?,
    }
}

async fn work(session: &Session, command: Command) -> Result<Done, Failure> {
    match command {
        Command::Migrate => migrate::run(session).await,
        Command::Import(command) => import::run(session, command).await,
        Command::Run(command) => run::run(session, command).await,
        Command::Case(command) => case::run(session, command).await,
        Command::Bank(command) => bank::run(session, command).await,
        Command::Payment(command) => payment::run(session, command).await,
        Command::Recovery(command) => recovery::run(session, command).await,
        Command::Fund(command) => fund::run(session, command).await,
        Command::Books(command) => books::run(session, command).await,
        Command::Person(command) => person::run(session, command).await,
        Command::Policy(command) => policy::run(session, command).await,
        Command::Todo(command) => todo::run(session, command).await,
        Command::User(command) => user::run(session, command).await,
        Command::Token(command) => token::run(session, command).await,
        Command::Webhook(command) => webhook::run(session, command).await,
        Command::Report { month: Some(month), .. } => report::run_month(session, month).await,
        Command::Report { year, month: None } => report::run(session, year).await,
        Command::Print(command) => print::run(session, command).await,
        Command::Campaign(command) => campaign::run(session, command).await,
        Command::Donation(command) => donation::run(session, command).await,
        Command::Check => check::run(session).await,
        Command::Audit(command) => audit::run(session, command).await,
        Command::Signing(command) => signing::run(session, command).await,
        Command::Proofs(command) => proofs::run(session, command).await,
        Command::Replay(arguments) => replay::run(session, &arguments).await,
        Command::Rebuild { projection } => rebuild::run(session, projection.as_deref()).await,
        Command::Demo(arguments) => demo::run(session, &arguments).await,
        Command::Serve { .. }
        | Command::Witness(_)
        | Command::Db(_)
        | Command::Assess
        | Command::Deadline
        | Command::ReadRegister(_)
        | Command::ReadWorkbook(_) => Err(Failure::Other(anyhow::anyhow!("the command needs no ledger"))),
    }
}
