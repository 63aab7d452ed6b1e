//! Files from the bank (回盘) and those of their lines that somebody has to look at.

pub mod queries;
mod row;

use std::collections::BTreeMap;

use domain::aggregate::Decider;
use domain::bank_return::{BankReturn, BankReturnEvent, BankReturnStage};
use futures::future::BoxFuture;
use sqlx::PgConnection;

pub use row::{BankLineRow, BankReturnRow};

use crate::error::ApplyError;
use crate::projection::{About, Batch, Projection};
use crate::rows::{Rows, store};
use crate::tables::Tables;
use row::ResolvedRow;

/// The projection; it owns `read_bank_returns` and `read_bank_lines`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BankReturns;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "bank_returns",
    version: 1,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_bank_returns", "read_bank_lines"],
    needs: &[],
};

impl Projection for BankReturns {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn apply<'a>(
        &'a self,
        batch: Batch<'a>,
        connection: &'a mut PgConnection,
        tables: Tables,
    ) -> BoxFuture<'a, Result<(), ApplyError>> {
        Box::pin(apply(batch, connection, tables))
    }
}

async fn apply(batch: Batch<'_>, connection: &mut PgConnection, tables: Tables) -> Result<(), ApplyError> {
    use BankReturnEvent as Event;
    let begun = batch.begun_earlier(BankReturn::TYPE)?;
    let mut files: Rows<BankReturnRow> = Rows::load(connection, tables, &begun).await?;
    // the newest resolution of a line holds
    let (mut lines, mut resolved) = (Vec::new(), BTreeMap::new());
    for happened in batch.of::<BankReturnEvent>(BankReturn::TYPE) {
        let (at, event) = happened?;
        if let Event::BankFileReceived { file, received_on } = event {
            let by = at.0.metadata().map_err(|error| at.fault(error))?.actor_id;
            files.put(BankReturnRow::of(file, received_on, by, at.0.position));
            continue;
        }
        let file = files.get_mut(at.id()?).ok_or_else(|| at.unknown("file from the bank"))?;
        match event {
            Event::BankFileReceived { .. } => {}
            Event::BankLinesUnmatched { lines: unmatched } => {
                let rows = unmatched.into_iter().map(|line| BankLineRow::of(file, line, at.0.position));
                let rows: Vec<BankLineRow> = rows.collect();
                file.unmatched_count += rows.len() as u64;
                lines.extend(rows);
            }
            Event::BankFileMatched { matching, .. } => {
                file.stage = BankReturnStage::Matched;
                file.matching = Some(matching);
            }
            // resolved otherwise in the same append
            Event::BankLineReopened { .. } => file.resolved_count = file.resolved_count.saturating_sub(1),
            Event::BankLineResolved { row, resolution, note, resolved_on, by } => {
                file.resolved_count += 1;
                let (return_id, resolved_by) = (file.return_id.uuid(), String::from(by));
                let newest = ResolvedRow { return_id, row, resolution, note, resolved_on, resolved_by };
                resolved.insert((return_id, row), newest);
            }
        }
    }
    files.store(connection, tables).await?;
    store(connection, tables, include_str!("sql/store_lines.sql"), &lines).await?;
    let resolved: Vec<ResolvedRow> = resolved.into_values().collect();
    store(connection, tables, include_str!("sql/resolve_lines.sql"), &resolved).await
}
