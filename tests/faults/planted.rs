//! Faults planted in a log, to prove that the tests can see one.

use serde_json::Value;
use sqlx::PgConnection;

use crate::house::House;
use crate::witness::{Contents, contents, difference};

/// Loses one settlement and pays another twice; the comparison and `ledger check` must both find both.
pub async fn are_found(house: &mut House, connection: &mut PgConnection, expected: &Contents) {
    sqlx::query("set session_replication_role = replica").execute(&mut *connection).await.unwrap();
    let lost: i64 = plant(connection, include_str!("sql/lose_settlement.sql")).await;
    let doubled: i64 = plant(connection, include_str!("sql/double_settlement.sql")).await;
    sqlx::query(include_str!("sql/move_head.sql")).execute(&mut *connection).await.unwrap();
    let differing = difference(expected, &contents(connection).await);
    assert!(differing.iter().any(|fact| fact.starts_with("0 instead of 1 times: PaymentSettled")));
    assert!(differing.iter().any(|fact| fact.starts_with("2 instead of 1 times: PaymentSettled")));
    let answer = house.ask(&["check"]);
    assert_eq!(answer.status.code(), Some(1), "{answer:?}");
    let named = positions(&answer.json);
    assert!(named.iter().any(|at| (lost..=lost + 1).contains(at)), "{lost} lost: {}", answer.json);
    assert!(named.contains(&doubled), "{doubled} doubled: {}", answer.json);
}

async fn plant(connection: &mut PgConnection, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(connection).await.unwrap()
}

fn positions(verdicts: &Value) -> Vec<i64> {
    let findings = verdicts.as_array().unwrap().iter().flat_map(|each| each["findings"].as_array().unwrap());
    let positions = findings.flat_map(|finding| finding["positions"].as_array().unwrap());
    positions.filter_map(Value::as_i64).collect()
}
