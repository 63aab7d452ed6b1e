//! What the service may not do: the log is append-only by privilege, and has one door.

use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use crate::support::{Ledger, jar_append, stream};

async fn service(ledger: &Ledger) -> PgConnection {
    ledger.database.service_options().connect().await.unwrap()
}

async fn refusal(connection: &mut PgConnection, sql: &str) -> String {
    let error = connection.execute(sql).await.expect_err(sql);
    error.as_database_error().unwrap().code().unwrap().into_owned()
}

const INSERT: &str = "insert into log_events
    (position, recorded_at, sequence, aggregate_type, aggregate_id, event_type, event_version, payload, metadata)";

#[tokio::test]
async fn the_service_cannot_change_what_is_written() {
    let ledger = Ledger::new().await;
    ledger.appender().await.append(jar_append("a", 0, 1)).await.unwrap();
    let mut service = service(&ledger).await;
    for table in ["log_events", "log_commands", "log_head"] {
        assert_eq!(refusal(&mut service, &format!("delete from {table}")).await, "42501");
        assert_eq!(refusal(&mut service, &format!("truncate {table}")).await, "42501");
    }
    assert_eq!(refusal(&mut service, "update log_events set payload = '{}'").await, "42501");
    assert_eq!(refusal(&mut service, "update log_head set last_position = 7").await, "42501");
    assert_eq!(refusal(&mut service, "insert into log_head (one) values (true)").await, "42501");
    assert_eq!(refusal(&mut service, "update log_commands set outcome = '{}'").await, "42501");
    assert_eq!(refusal(&mut service, "alter table log_events disable trigger all").await, "42501");
}

#[tokio::test]
async fn events_enter_only_through_the_appender() {
    let ledger = Ledger::new().await;
    ledger.appender().await.append(jar_append("a", 0, 1)).await.unwrap();
    let mut service = service(&ledger).await;
    let unopened =
        format!("{INSERT} values (1, now(), 1, 'Jar', 'x', 'CoinsAdded', '1.0.0', '{{}}', '{{}}')");
    assert_eq!(refusal(&mut service, &unopened).await, "LDG04");
    let fake_head = "create temp table log_head as select true as one, 9::bigint as last_position,
                     pg_current_xact_id() as writer, now() as last_recorded_at";
    service.execute(fake_head).await.unwrap();
    assert_eq!(refusal(&mut service, &unopened).await, "LDG04");
    ledger.prove().await;
}

#[tokio::test]
async fn positions_handed_out_must_be_filled_as_they_were_handed_out() {
    let ledger = Ledger::new().await;
    ledger.appender().await.append(jar_append("a", 0, 1)).await.unwrap();
    let mut service = service(&ledger).await;
    assert_eq!(refusal(&mut service, "select log_open(2, null)").await, "LDG03");
    assert_eq!(refusal(&mut service, "select log_open(-1, null)").await, "LDG02");
    let row = |position: u32, time: &str| {
        format!(
            "{INSERT} select {position}, {time}, 1, 'Jar', 'x{position}', 'CoinsAdded', '1.0.0', '{{}}', '{{}}' from log_head"
        )
    };
    let attempts = [
        (vec![row(1, "last_recorded_at - interval '1 day'")], "LDG03"),
        (vec![row(2, "last_recorded_at")], "LDG04"),
        (vec![row(1, "last_recorded_at"), row(2, "last_recorded_at")], "LDG04"),
        (
            vec![
                row(1, "last_recorded_at"),
                "set constraints all immediate".to_owned(),
                row(2, "last_recorded_at"),
            ],
            "LDG04",
        ),
    ];
    for (statements, expected) in attempts {
        let mut transaction = service.begin().await.unwrap();
        transaction.execute("select log_open(1, null)").await.unwrap();
        let mut refused = None;
        for statement in &statements {
            refused = transaction.execute(statement.as_str()).await.err();
        }
        let error = match refused {
            Some(error) => error,
            None => transaction.commit().await.unwrap_err(),
        };
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), expected);
        assert_eq!(ledger.prove().await, 1);
    }
}

#[tokio::test]
async fn a_second_opening_in_one_transaction_is_as_good_as_the_first() {
    let ledger = Ledger::new().await;
    let mut service = service(&ledger).await;
    let mut transaction = service.begin().await.unwrap();
    for position in 0..2 {
        transaction.execute("select log_open(1, null)").await.unwrap();
        let row = format!(
            "{INSERT} select {position}, last_recorded_at, {}, 'Jar', 'x', 'CoinsAdded', '1.0.0', '{{}}', '{{}}' from log_head",
            position + 1
        );
        transaction.execute(row.as_str()).await.unwrap();
    }
    // The first opening's time is not the second's; both stand.
    transaction.commit().await.unwrap();
    assert_eq!(ledger.prove().await, 2);
}

#[tokio::test]
async fn a_rollback_leaves_no_gap_and_public_stays_empty() {
    let ledger = Ledger::new().await;
    let mut service = service(&ledger).await;
    let mut transaction = service.begin().await.unwrap();
    transaction.execute("select log_open(3, null)").await.unwrap();
    transaction.rollback().await.unwrap();
    let appended = ledger.appender().await.append(jar_append("a", 0, 1)).await.unwrap();
    assert_eq!(appended.first_position, 0);
    assert_eq!(ledger.log.read_stream(&stream("a")).await.unwrap().len(), 1);
    let in_public: i64 = sqlx::query_scalar(
        "select (select count(*) from pg_class where relnamespace = 'public'::regnamespace)
              + (select count(*) from pg_proc where pronamespace = 'public'::regnamespace)",
    )
    .fetch_one(&ledger.superuser)
    .await
    .unwrap();
    assert_eq!(in_public, 0);
    let undescribed: Vec<String> = sqlx::query_scalar(
        "select format('%s.%s', c.relname, a.attname) from pg_class c join pg_attribute a on a.attrelid = c.oid
          where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname like 'log\\_%'
            and a.attnum > 0 and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)",
    )
    .fetch_all(&ledger.superuser)
    .await
    .unwrap();
    assert_eq!(undescribed, Vec::<String>::new());
}
