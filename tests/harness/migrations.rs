//! What must hold for the tables of every ledger, whichever migration made them.

use sqlx::PgPool;
use tests::TestLedger;

async fn list(pool: &PgPool, query: &str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(pool).await.unwrap()
}

#[tokio::test]
async fn every_table_and_column_says_what_it_is() {
    let ledger = TestLedger::start().await;
    let silent = "select class.relname || coalesce('.' || attribute.attname, '')
          from pg_class as class
          left join pg_attribute as attribute on attribute.attrelid = class.oid and attribute.attnum > 0
           and not attribute.attisdropped
         where class.relnamespace = 'ledger'::regnamespace and class.relkind in ('r', 'p')
           and class.relname <> '_sqlx_migrations'
           and (obj_description(class.oid, 'pg_class') is null
                or col_description(class.oid, attribute.attnum) is null)";
    assert_eq!(list(ledger.owner(), silent).await, Vec::<String>::new());
    sqlx::query("create table unexplained (id integer)").execute(ledger.owner()).await.unwrap();
    assert_eq!(list(ledger.owner(), silent).await, ["unexplained.id"], "a planted table is found");
}

#[tokio::test]
async fn the_service_may_only_read_and_add_to_the_log() {
    let ledger = TestLedger::start().await;
    let tables = list(
        ledger.owner(),
        "select relname::text from pg_class where relnamespace = 'ledger'::regnamespace and relkind = 'r'
            and relname like 'log\\_%' order by 1",
    )
    .await;
    assert!(tables.contains(&"log_events".to_owned()), "{tables:?}");
    for table in tables {
        let statements =
            [format!("delete from {table}"), format!("truncate {table}"), format!("drop table {table}")];
        for statement in statements {
            let error = sqlx::query(&statement).execute(ledger.service()).await.unwrap_err();
            let code = error.as_database_error().and_then(|error| error.code()).unwrap().into_owned();
            assert_eq!(code, "42501", "{statement}");
        }
        let changing = "select count(*) from pg_attribute where attrelid = $1::regclass and attnum > 0
            and has_column_privilege('ledger_service', attrelid, attnum, 'update')";
        let columns: i64 = sqlx::query_scalar(changing).bind(&table).fetch_one(ledger.owner()).await.unwrap();
        assert_eq!(columns, 0, "{table} can be updated");
    }
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let ledger = TestLedger::start().await;
    let applied = "select version::text || encode(checksum, 'hex') from _sqlx_migrations order by version";
    let before = list(ledger.owner(), applied).await;
    eventlog::database::migrate(ledger.database(), tests::Clock::Real).await.unwrap();
    assert_eq!(list(ledger.owner(), applied).await, before);
    assert!(before.len() >= 2);
}
