//! Beneficiary summaries (受益人待遇汇总): for each person what was due, ordered and paid, by program and month.

pub mod queries;
mod row;

use domain::payment::{PaymentEvent, PaymentKind, withheld_sum};
use futures::future::BoxFuture;
use sqlx::PgConnection;
use uuid::Uuid;

pub use row::BeneficiaryMonth;

use crate::error::ApplyError;
use crate::payment_registers;
use crate::payment_registers::facts::{PaymentFacts, payment_events};
use crate::projection::{About, At, Batch, Projection};
use crate::rows::Rows;
use crate::tables::Tables;

/// The projection; it owns `read_beneficiary_months`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BeneficiarySummaries;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "beneficiary_summaries",
    version: 2,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_beneficiary_months"],
    needs: &[&payment_registers::ABOUT],
};

impl Projection for BeneficiarySummaries {
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
    let events = payment_events(batch, connection, tables).await?;
    let mut touched: Vec<Uuid> = events.iter().map(|(_, _, facts)| row::name_of_month(facts)).collect();
    touched.sort_unstable();
    touched.dedup();
    let mut months: Rows<BeneficiaryMonth> = Rows::load(connection, tables, &touched).await?;
    for (at, event, facts) in events {
        evolve(&mut months, at, &event, &facts)?;
    }
    months.store(connection, tables).await
}

fn evolve(
    months: &mut Rows<BeneficiaryMonth>,
    at: At<'_>,
    event: &PaymentEvent,
    facts: &PaymentFacts,
) -> Result<(), ApplyError> {
    use PaymentEvent as Event;
    let month = months.get_or_insert_with(row::name_of_month(facts), || BeneficiaryMonth::of(facts));
    match event {
        Event::PaymentOrdered { .. } => {
            month.due = facts.due;
            month.ordered_count += 1;
            month.ordered = at.sum(month.ordered.plus(facts.amount))?;
        }
        Event::PaymentSettled { withheld, .. } => {
            month.withheld = at.sum(withheld_sum(withheld).and_then(|sum| month.withheld.plus(sum)))?;
            month.settled_count += 1;
            month.settled = at.sum(month.settled.plus(facts.amount))?;
            if facts.kind == PaymentKind::Arrears {
                month.arrears_count += 1;
                month.arrears = at.sum(month.arrears.plus(facts.amount))?;
            }
        }
        Event::PaymentReturned { .. } => {
            month.returned_count += 1;
            month.returned = at.sum(month.returned.plus(facts.amount))?;
        }
        Event::ReturnRevoked { .. } => {
            month.returned_count = month.returned_count.saturating_sub(1);
            month.returned = at.sum(month.returned.minus(facts.amount))?;
        }
        Event::BookingNamed { .. } | Event::PaymentReissued { .. } | Event::PaymentCancelled { .. } => {}
        Event::RecoveryOpened { amount, .. } => {
            month.recovery_opened = at.sum(month.recovery_opened.plus(*amount))?;
        }
        Event::RecoveryReceived { amount, .. } => {
            month.recovery_received = at.sum(month.recovery_received.plus(*amount))?;
        }
        Event::RecoveryWaived { amount, .. } => {
            month.recovery_waived = at.sum(month.recovery_waived.plus(*amount))?;
        }
        Event::RecoveryWithdrawn { amount, .. } => {
            month.recovery_opened = at.sum(month.recovery_opened.minus(*amount))?;
        }
    }
    Ok(())
}
