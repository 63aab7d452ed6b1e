//! What a projection is, and which there are.

use std::sync::Arc;

use domain::aggregate::{ImpossibleEvent, LedgerEvent};
use domain::money::MoneyError;
use eventlog::event::StoredEvent;
use futures::future::BoxFuture;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{ApplyError, Fault};
use crate::tables::Tables;

/// A reader of the log that keeps tables of its own. While it applies events it may read tables of the projections
/// that it [needs](About::needs), which have applied the same batch before it, and of those only columns that never
/// change.
pub trait Projection: Send + Sync {
    /// Its name, version and tables.
    fn about(&self) -> &'static About;

    /// Writes what the events change, with as few statements as the batch allows. How far it came is stored by the
    /// caller, in the same transaction.
    fn apply<'a>(
        &'a self,
        batch: Batch<'a>,
        connection: &'a mut PgConnection,
        tables: Tables,
    ) -> BoxFuture<'a, Result<(), ApplyError>>;
}

/// A projection's name, version and tables.
#[derive(Debug)]
pub struct About {
    /// The name, in snake case; never changed.
    pub name: &'static str,
    /// Raised when the rows would be others: `ledger migrate` then rebuilds.
    pub version: i32,
    /// The statements that make its tables and indexes.
    pub schema: &'static str,
    /// Its tables, all of them named in `schema`.
    pub tables: &'static [&'static str],
    /// The projections whose tables it reads while it applies events. They are applied before it, rebuilt with it,
    /// and it waits where one of them has stopped.
    pub needs: &'static [&'static About],
}

/// These projections with those that they need, in the order in which they are applied.
pub(crate) fn with_needed(projections: &[Arc<dyn Projection>]) -> Vec<Arc<dyn Projection>> {
    let wanted = |name: &str| projections.iter().any(|projection| projection.about().name == name);
    let needed = |name: &str| {
        let mut needs = projections.iter().flat_map(|projection| projection.about().needs);
        needs.any(|about| about.name == name)
    };
    let others = all().into_iter().filter(|projection| {
        let name = projection.about().name;
        needed(name) && !wanted(name)
    });
    others.chain(projections.iter().cloned()).collect()
}

/// Every projection of the ledger, in the order in which they are applied.
pub fn all() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(crate::case_files::CaseFiles),
        Arc::new(crate::payment_registers::PaymentRegisters),
        Arc::new(crate::bank_returns::BankReturns),
        Arc::new(crate::recovery_plans::RecoveryPlans),
        Arc::new(crate::beneficiary_summaries::BeneficiarySummaries),
        Arc::new(crate::donation_totals::DonationTotals),
        Arc::new(crate::funds::Funds),
        Arc::new(crate::books::Books),
        Arc::new(crate::audit_trail::AuditTrail),
    ]
}

/// Events that follow each other in the log.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    events: &'a [StoredEvent],
}

impl<'a> Batch<'a> {
    /// A batch of events, ascending by position.
    pub const fn new(events: &'a [StoredEvent]) -> Batch<'a> {
        Batch { events }
    }

    /// Every event as it is stored.
    pub const fn stored(self) -> &'a [StoredEvent] {
        self.events
    }

    /// The events of streams of one kind, as what happened. Others are passed over without being read.
    pub fn of<E: LedgerEvent>(
        self,
        kind: &'static str,
    ) -> impl Iterator<Item = Result<(At<'a>, E), ApplyError>> {
        self.stored_of(kind).filter_map(|stored| match stored.decode::<E>() {
            Ok(event) => event.map(|event| Ok((At(stored), event))),
            Err(error) => Some(Err(At(stored).fault(error))),
        })
    }

    /// The events of streams of one kind, as they are stored.
    pub fn stored_of(self, kind: &'static str) -> impl Iterator<Item = &'a StoredEvent> {
        self.events.iter().filter(move |stored| stored.stream.kind == kind)
    }

    /// The identifiers of the streams of one kind that began before this batch and go on in it.
    ///
    /// # Errors
    /// [`Fault::StreamName`].
    pub fn begun_earlier(self, kind: &'static str) -> Result<Vec<Uuid>, ApplyError> {
        let mut begun = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for stored in self.stored_of(kind) {
            let id = At(stored).id()?;
            if seen.insert(id) && stored.sequence > 1 {
                begun.push(id);
            }
        }
        Ok(begun)
    }
}

/// Where an event stands.
#[derive(Clone, Copy, Debug)]
pub struct At<'a>(pub &'a StoredEvent);

impl At<'_> {
    /// The identifier of its stream.
    ///
    /// # Errors
    /// [`Fault::StreamName`].
    pub fn id(self) -> Result<Uuid, ApplyError> {
        Uuid::parse_str(&self.0.stream.id).map_err(|_| self.fault(Fault::StreamName))
    }

    /// Says that this event is at fault.
    pub fn fault(self, fault: impl Into<Fault>) -> ApplyError {
        ApplyError::Event { position: self.0.position, fault: fault.into() }
    }

    /// Says that this event speaks of something that was never made.
    pub fn unknown(self, what: &'static str) -> ApplyError {
        self.fault(Fault::Unknown(what))
    }

    /// Names this event as the one that cannot have happened.
    ///
    /// # Errors
    /// [`Fault::Impossible`].
    pub fn possible<T>(self, outcome: Result<T, ImpossibleEvent>) -> Result<T, ApplyError> {
        outcome.map_err(|impossible| self.fault(impossible))
    }

    /// Names this event as the one whose amount leads out of range.
    ///
    /// # Errors
    /// [`Fault::Sum`].
    pub fn sum<T>(self, outcome: Result<T, MoneyError>) -> Result<T, ApplyError> {
        outcome.map_err(|error| self.fault(error))
    }
}
