//! A ledger that an earlier version made goes on under this one.

use domain::payment_run::RunLine;
use eventlog::database::{Clock, migrate};
use futures::future::join_all;
use sqlx::{ConnectOptions, Executor};

use crate::support::{Ledger, jar_append};

const FIRST_VERSION: &str = include_str!("../../migrations/0001_log.sql");

/// Takes back what later versions made beside them.
const LATER: [&str; 6] = [
    "drop table log_signatures, log_checkpoints, log_tiles",
    "drop index log_events_erasures, log_events_users",
    "drop table app_passwords, app_tokens, app_nights, app_sessions, app_answers, app_second_factors, app_recovery_codes, app_half_sessions, app_webhooks, app_webhook_dead, app_attachments, app_provider_sign_ins, app_provider_refusals",
    "drop function scope_is_everywhere, scope_has, scope_has_household, scope_has_case cascade",
    "drop table app_run_lines, app_run_forecasts",
    "create table app_run_lines (run_id uuid, line_number bigint, line json not null, primary key (run_id, line_number))",
];

/// Lines of a run that waited for its release under the earlier version: one that withholds nothing, and one that takes the
/// place of a returned payment and repays two others.
const LINES: &str = r#"insert into app_run_lines (run_id, line_number, line) values
    ('01990114-0000-7000-8000-000000000001', 0, '{"order":{"payment_id":"01990114-0000-7000-8000-00000000000a",
      "run_id":"01990114-0000-7000-8000-000000000001","case_id":"01990114-0000-7000-8000-000000000002",
      "beneficiary":"01990114-0000-7000-8000-000000000003","program":"elderly_care_subsidy","month":"2023-07","attempt":1,
      "kind":"ordinary","amount":60000,"due":60000,"payee":"01990114-0000-7000-8000-000000000004","account":"sealed-a",
      "rule_version":"2023-07","determination":"sealed-d","execution_on":"2023-07-20"},"account_index":"0a0b","replaces":null}'),
    ('01990114-0000-7000-8000-000000000001', 1, '{"order":{"payment_id":"01990114-0000-7000-8000-00000000000b",
      "run_id":"01990114-0000-7000-8000-000000000001","case_id":"01990114-0000-7000-8000-000000000005",
      "beneficiary":"01990114-0000-7000-8000-000000000003","program":"elderly_care_subsidy","month":"2023-07","attempt":2,
      "kind":"reissue","amount":59000,"due":60000,"payee":"01990114-0000-7000-8000-000000000003","account":"sealed-b",
      "rule_version":"2023-07","determination":"sealed-e","execution_on":"2023-07-20","withheld":[
      {"plan_id":"01990114-0000-7000-8000-0000000000f1","payment_id":"01990114-0000-7000-8000-0000000000f2","amount":700},
      {"plan_id":"01990114-0000-7000-8000-0000000000f1","payment_id":"01990114-0000-7000-8000-0000000000f3","amount":300}]},
      "account_index":"0c0d","replaces":"01990114-0000-7000-8000-00000000000e"}')"#;

/// The same lines as they are kept now.
const KEPT: [&str; 2] = [
    "elderly_care_subsidy 2023-07 line1|01990114-0000-7000-8000-00000000000a|01990114-0000-7000-8000-000000000002|01990114-0000-7000-8000-000000000003|elderly_care_subsidy|2023-07|1|ordinary|60000|60000|01990114-0000-7000-8000-000000000004|0a0b sealed-a sealed-d 2023-07 -",
    "elderly_care_subsidy 2023-07 line2|01990114-0000-7000-8000-00000000000b|01990114-0000-7000-8000-000000000005|01990114-0000-7000-8000-000000000003|elderly_care_subsidy|2023-07|2|reissue|59000|60000|01990114-0000-7000-8000-000000000003|0c0d|01990114-0000-7000-8000-0000000000f1:01990114-0000-7000-8000-0000000000f2:700|01990114-0000-7000-8000-0000000000f1:01990114-0000-7000-8000-0000000000f3:300 sealed-b sealed-e 2023-07 01990114-0000-7000-8000-00000000000e",
];

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
    owner.execute(LINES).await.unwrap();
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
    let lines = "select concat_ws(' ', program, month, line, account, determination, rule_version, coalesce(replaces::text, '-'))
                   from app_run_lines order by case_id";
    let lines: Vec<String> = sqlx::query_scalar(lines).fetch_all(&mut owner).await.unwrap();
    assert_eq!(lines, KEPT);
    for line in &lines {
        let text = line.split(' ').nth(2).unwrap();
        assert_eq!(text.parse::<RunLine>().unwrap().to_string(), text);
    }
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
