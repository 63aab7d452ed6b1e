//! What a payment's order said, for projections that must know it when something happens to the payment later.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId, PersonId, RunId};
use domain::money::Money;
use domain::payment::{Payment, PaymentEvent, PaymentKind, PaymentOrder};
use domain::program::Program;
use serde::Deserialize;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::error::ApplyError;
use crate::projection::{At, Batch};
use crate::tables::Tables;

/// What an order says, as far as later events need it. None of it ever changes.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct PaymentFacts {
    pub(crate) payment_id: PaymentId,
    pub(crate) run_id: RunId,
    pub(crate) case_id: CaseId,
    pub(crate) beneficiary: PersonId,
    pub(crate) program: Program,
    pub(crate) month: BenefitMonth,
    pub(crate) kind: PaymentKind,
    pub(crate) amount: Money,
    pub(crate) due: Money,
    pub(crate) execution_on: NaiveDate,
}

impl From<&PaymentOrder> for PaymentFacts {
    fn from(order: &PaymentOrder) -> PaymentFacts {
        PaymentFacts {
            payment_id: order.payment_id,
            run_id: order.run_id,
            case_id: order.case_id,
            beneficiary: order.beneficiary,
            program: order.program,
            month: order.month,
            kind: order.kind,
            amount: order.amount,
            due: order.due,
            execution_on: order.execution_on,
        }
    }
}

/// The batch's payment events, each with what its payment's order said.
pub(crate) async fn payment_events<'a>(
    batch: Batch<'a>,
    connection: &mut PgConnection,
    tables: Tables,
) -> Result<Vec<(At<'a>, PaymentEvent, PaymentFacts)>, ApplyError> {
    let begun = batch.begun_earlier(Payment::TYPE)?;
    let mut known = load(connection, tables, &begun).await?;
    let mut events = Vec::new();
    for happened in batch.of::<PaymentEvent>(Payment::TYPE) {
        let (at, event) = happened?;
        let id = at.id()?;
        if let PaymentEvent::PaymentOrdered { order } = &event {
            known.insert(id, PaymentFacts::from(&**order));
        }
        let facts = *known.get(&id).ok_or_else(|| at.unknown("payment"))?;
        events.push((at, event, facts));
    }
    Ok(events)
}

async fn load(
    connection: &mut PgConnection,
    tables: Tables,
    payments: &[Uuid],
) -> Result<HashMap<Uuid, PaymentFacts>, ApplyError> {
    let mut known = HashMap::new();
    if payments.is_empty() {
        return Ok(known);
    }
    let statement = tables.statement(include_str!("sql/load_facts.sql"));
    for row in sqlx::query(&statement).bind(payments).fetch_all(connection).await? {
        let facts: PaymentFacts = serde_json::from_str(row.try_get_unchecked(0)?)?;
        known.insert(facts.payment_id.uuid(), facts);
    }
    Ok(known)
}
