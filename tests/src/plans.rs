//! How the database goes about a statement.

use crate::TestLedger;

/// The plan of a statement without parameters where going through whole tables is forbidden, which short ones invite to.
pub async fn plan_of(ledger: &TestLedger, statement: &str) -> String {
    let mut planning = ledger.owner().begin().await.unwrap();
    sqlx::query("set local enable_seqscan = off").execute(&mut *planning).await.unwrap();
    let explained = format!("explain {statement}");
    let plan: Vec<String> = sqlx::query_scalar(&explained).fetch_all(&mut *planning).await.unwrap();
    planning.rollback().await.unwrap();
    plan.join("\n")
}
