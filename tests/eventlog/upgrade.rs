//! A ledger that an earlier version made goes on under this one.

use eventlog::database::{Clock, migrate};
use futures::future::join_all;
use sqlx::{ConnectOptions, Executor};

use crate::support::{Ledger, jar_append};

const FIRST_VERSION: &str = include_str!("../../migrations/0001_log.sql");

/// Takes back what later versions made beside them.
const LATER: [&str; 5] = [
    "drop table log_signatures, log_checkpoints, log_tiles",
    "drop index log_events_erasures, log_events_users",
    "drop table app_passwords, app_tokens, app_nights, app_sessions, app_answers, app_second_factors, app_recovery_codes, app_half_sessions, app_webhooks, app_webhook_dead, app_attachments, app_provider_sign_ins, app_provider_refusals",
    "drop function scope_is_everywhere, scope_has, scope_has_household, scope_has_case cascade",
    "alter table app_run_lines drop column case_id, alter column line type json using line::json",
];

/// A line of a run that waited for its release under the earlier version.
const LINE: &str = r#"insert into app_run_lines (run_id, line_number, line)
    values ('01990114-0000-7000-8000-000000000001', 0,
            '{"order":{"case_id":"01990114-0000-7000-8000-000000000002"}}')"#;

/// The functions as the first version made them.
fn first_functions() -> Vec<String> {
    let chunks = FIRST_VERSION.split("\n\n").filter(|chunk| chunk.contains("create function log_"));
    chunks.map(|chunk| chunk.replace("create function", "create or replace function")).collect()
}

#[tokio::test]
async fn a_ledger_of_an_earlier_version_is_brought_up_to_date_and_goes_on() {
    let ledger = Ledger::new().await;
    let mut owner = ledger.database.owner_options().connect().await.unwrap();
    let functions = first_functions();
    assert_eq!(functions.len(), 4, "open, filled, opened, append");
    for function in &functions {
        owner.execute(function.as_str()).await.unwrap();
    }
    for later in LATER {
        owner.execute(later).await.unwrap();
    }
    owner.execute(LINE).await.unwrap();
    owner.execute("delete from _sqlx_migrations where version >= 4").await.unwrap();
    let before = ledger.appender().await;
    before.append(jar_append("a", 0, 3)).await.unwrap();
    before.append(jar_append("b", 0, 1)).await.unwrap();

    migrate(&ledger.database, Clock::Real).await.unwrap();

    // The appender from before is still connected, and its plans are made anew.
    before.append(jar_append("a", 3, 2)).await.unwrap();
    let after = ledger.appender().await.append(jar_append("b", 1, 2)).await.unwrap();
    assert_eq!((after.first_position, after.last_position), (6, 7));
    assert_eq!(ledger.prove().await, 8);
    let line = "select case_id::text, line::json -> 'order' ->> 'case_id' from app_run_lines";
    let (case, told): (String, String) = sqlx::query_as(line).fetch_one(&mut owner).await.unwrap();
    assert_eq!((case.as_str(), &case), ("01990114-0000-7000-8000-000000000002", &told));
}

#[tokio::test]
async fn programs_that_open_a_ledger_at_once_do_not_disturb_each_other() {
    let ledger = Ledger::new().await;
    for _ in 0..10 {
        for opened in join_all((0..8).map(|_| migrate(&ledger.database, Clock::Real))).await {
            opened.unwrap();
        }
    }
}
