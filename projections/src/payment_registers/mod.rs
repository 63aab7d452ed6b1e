//! Payment registers (发放名册): every payment run with its lines and what became of each.
//!
//! A run's row carries the sums of its lines, kept with each event, so that ordered = settled + returned + pending can
//! be read at any instant; [`queries::totals_of_run`] adds the lines up anew, and `ledger check` compares the two.

pub(crate) mod facts;
mod payment;
pub mod queries;
mod run;

use domain::aggregate::Decider;
use domain::payment::{Payment, PaymentEvent};
use domain::payment_run::{PaymentRun, PaymentRunEvent};
use futures::future::BoxFuture;
use sqlx::PgConnection;

pub use payment::PaymentRow;
pub use run::PaymentRunRow;

use crate::error::ApplyError;
use crate::projection::{About, At, Batch, Projection};
use crate::rows::Rows;
use crate::tables::Tables;

/// The projection; it owns `read_payments` and `read_payment_runs`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PaymentRegisters;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "payment_registers",
    version: 4,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_payments", "read_payment_runs"],
    needs: &[],
};

impl Projection for PaymentRegisters {
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
    let happened: Vec<(At<'_>, PaymentEvent)> =
        batch.of(<Payment as Decider>::TYPE).collect::<Result<_, _>>()?;
    let begun = batch.begun_earlier(<Payment as Decider>::TYPE)?;
    let mut payments: Rows<PaymentRow> = Rows::load(connection, tables, &begun).await?;

    let mut touched = batch.begun_earlier(<PaymentRun as Decider>::TYPE)?;
    touched.extend(payments.iter().map(|payment| payment.run_id.uuid()));
    touched.extend(happened.iter().filter_map(|(_, event)| match event {
        PaymentEvent::PaymentOrdered { order } => Some(order.run_id.uuid()),
        _ => None,
    }));
    touched.sort_unstable();
    touched.dedup();
    let mut runs: Rows<PaymentRunRow> = Rows::load(connection, tables, &touched).await?;

    for happened in batch.of::<PaymentRunEvent>(<PaymentRun as Decider>::TYPE) {
        let (at, event) = happened?;
        run::evolve(&mut runs, at, event)?;
    }
    for (at, event) in happened {
        payment::evolve(&mut payments, &mut runs, at, event)?;
    }
    runs.store(connection, tables).await?;
    payments.store(connection, tables).await
}
