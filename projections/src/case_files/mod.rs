//! Case files (个案档案): households and benefit cases, folded, for what must look at many of them at once.
//!
//! The rows hold the same states that a command decides on, made by the same `try_evolve`. A payment run takes them
//! through [`payable::PayableCases`].

mod case;
mod household;
pub mod payable;
pub mod queries;
pub mod register;

use futures::future::BoxFuture;
use sqlx::PgConnection;

pub use case::{CaseRow, CaseStage};
pub use household::{HouseholdRow, MemberRow, Presence};

use crate::error::ApplyError;
use crate::projection::{About, Batch, Projection};
use crate::tables::Tables;

/// The projection; it owns `read_households`, `read_members`, `read_account_holders` and `read_cases`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaseFiles;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "case_files",
    version: 7,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_households", "read_members", "read_account_holders", "read_cases"],
    needs: &[],
};

impl Projection for CaseFiles {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn apply<'a>(
        &'a self,
        batch: Batch<'a>,
        connection: &'a mut PgConnection,
        tables: Tables,
    ) -> BoxFuture<'a, Result<(), ApplyError>> {
        Box::pin(async move {
            household::apply(batch, connection, tables).await?;
            case::apply(batch, connection, tables).await
        })
    }
}
