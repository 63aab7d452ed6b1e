//! `ledger migrate`: brings the database, its read tables and its keyring to this version.

use serde_json::json;

use super::failure::{Done, Failure};
use super::session::Session;

/// Opening a ledger migrates it; this says what came of it.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    let (schema, events) = session
        .with_ledger(async |app| {
            let events = app.office().repository.log().length().await?;
            Ok((app.database().schema().to_owned(), events))
        })
        .await?;
    screen.say(
        format!("台账已是此版本：模式 {schema}，事件 {events} 条。"),
        format!("The ledger is at this version: schema {schema}, {events} events."),
    )?;
    let version = env!("CARGO_PKG_VERSION");
    screen.answer(&json!({ "version": version, "schema": schema, "events": events }))?;
    Ok(Done::Well)
}
