//! `ledger check` on a ledger that is whole, and on one that is not.

use tests::counter::{Counter, persons};

#[tokio::test]
async fn a_broken_ledger_is_found_with_the_position_at_fault() {
    let mut counter = Counter::open().await;
    counter.ledger.break_on_purpose();
    let file = counter.file("persons.csv", &persons());
    counter.do_well(&["import", "apply", "persons", &file, "--as", "clerk:wang.fang"]);
    let whole = counter.ask(&["check"]);
    assert_eq!(whole.status, 0, "{whole:?}");
    let superuser = counter.ledger.superuser().await;
    let mut connection = superuser.acquire().await.unwrap();
    for statement in
        ["set session_replication_role = replica", "update log_events set sequence = 77 where position = 2"]
    {
        sqlx::query(statement).execute(&mut *connection).await.unwrap();
    }
    drop(connection);
    superuser.close().await;
    let broken = counter.ask(&["check"]);
    assert_eq!(broken.status, 1, "{broken:?}");
    let verdicts = broken.json.as_array().unwrap();
    let found = verdicts.iter().flat_map(|verdict| verdict["findings"].as_array().unwrap());
    let mut positions = found.flat_map(|finding| finding["positions"].as_array().unwrap());
    assert!(positions.any(|position| position == 2), "{broken:?}");
}
