//! Questions to the files from the bank. All amounts are in fen.

use domain::ids::RunId;
use sqlx::{Executor, Postgres};

use super::{BankLineRow, BankReturnRow};
use crate::error::ProjectionError;
use crate::rows::fetch_all;

/// The files that were taken in, of one run or of all, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn files<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    run: Option<RunId>,
) -> Result<Vec<BankReturnRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/files.sql")).bind(run.map(RunId::uuid));
    fetch_all("read_bank_returns", executor, query).await
}

/// The lines that nobody has resolved yet, of one run or of all, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn open_lines<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    run: Option<RunId>,
) -> Result<Vec<BankLineRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/open_lines.sql")).bind(run.map(RunId::uuid));
    fetch_all("read_bank_lines", executor, query).await
}
