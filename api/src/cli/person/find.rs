//! `ledger person find`: from an ID number on standard input to the person's id. The number is neither an argument,
//! which shells keep and other accounts see, nor printed.

use std::io::{self, BufRead, IsTerminal, Read};

use domain::identifiers::CitizenId;
use serde_json::json;

use crate::cli::failure::{Done, Failure};
use crate::cli::session::{Session, waiting};
use crate::processes::ProcessError;

/// The longest line that is read; an ID number has 18 characters.
const LINE_BYTES_MAX: u64 = 1_024;

/// Reads one line and says who it is.
///
/// # Errors
/// [`Failure`]: the line is no ID number, or nobody registered it.
pub(super) async fn run(session: &Session) -> Result<Done, Failure> {
    if io::stdin().is_terminal() {
        eprintln!("{}", session.screen.pick("请输入公民身份号码，回车结束：", "The ID number, then return:"));
    }
    let id_number = waiting(read)?;
    let (person_id, household_id) =
        session.with_ledger(async |app| Ok(app.office().find(&id_number).await?)).await?;
    session.screen.say(
        format!("人员 {person_id}（家庭 {household_id}）"),
        format!("Person {person_id} (household {household_id})"),
    )?;
    session.screen.answer(&json!({ "person_id": person_id, "household_id": household_id }))?;
    Ok(Done::Well)
}

fn read() -> Result<CitizenId, Failure> {
    let mut line = String::new();
    io::stdin().lock().take(LINE_BYTES_MAX).read_line(&mut line)?;
    CitizenId::parse(line.trim()).map_err(|error| ProcessError::refused(&error).into())
}
