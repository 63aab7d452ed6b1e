//! `ledger check`: the invariants, proven on any database. Each is named; what violates it is shown with positions.
//!
//! One pass over the log feeds every check that reads history ([`Watch`]); the others look at the read tables, the
//! books and the database itself.

mod books;
mod finding;
mod four_eyes;
mod funds;
mod notice;
mod order;
mod payments;
mod personal;
mod projected;
mod readable;
mod runs;
mod seen;
mod still_due;

use domain::aggregate::Decider;
use domain::any_event::AnyEvent;
use domain::benefit_case::BenefitCase;
use domain::campaign::Campaign;
use domain::fund::Fund;
use domain::household::Household;
use domain::identity::Identity;
use domain::payment::Payment;
use domain::payment_run::PaymentRun;
use eventlog::event::{DecodeError, StoredEvent};
use indicatif::ProgressBar;

pub use finding::{Finding, Invariant, Verdict};
pub use seen::{Seen, Watch};

use crate::app::App;

/// Proves every invariant.
///
/// # Errors
/// When the database cannot be read at all; what is wrong in it is a finding.
pub async fn check(app: &App, progress: &ProgressBar) -> anyhow::Result<Vec<Verdict>> {
    let office = app.office();
    let mut watches = watches();
    let log = office.repository.log();
    let head = log.length().await?;
    progress.set_length(head);
    let mut events = log.stream_all(0, head).await?;
    let mut personal = personal::Needles::default();
    while let Some(chunk) = events.next_chunk().await? {
        progress.inc(chunk.len() as u64);
        for stored in &chunk {
            let seen = seen(stored);
            personal.see(&seen);
            for watch in &mut watches {
                watch.see(&seen);
            }
        }
    }
    let mut verdicts: Vec<Verdict> = watches
        .into_iter()
        .map(|watch| Verdict { invariant: watch.invariant(), findings: watch.finish(head) })
        .collect();
    verdicts.push(projected::check(app).await?);
    verdicts.push(still_due::check(app).await?);
    verdicts.push(personal.check(office).await?);
    Ok(verdicts)
}

fn watches() -> Vec<Box<dyn Watch>> {
    vec![
        Box::<order::Order>::default(),
        Box::<readable::Readable>::default(),
        Box::<books::Books>::default(),
        Box::<funds::Funds>::default(),
        Box::<runs::Runs>::default(),
        Box::<payments::Payments>::default(),
        Box::<four_eyes::FourEyes>::default(),
        Box::<notice::NoticePeriods>::default(),
    ]
}

fn seen(stored: &StoredEvent) -> Seen {
    let metadata = stored.metadata();
    Seen {
        position: stored.position,
        recorded_at: stored.recorded_at,
        stream_type: stored.stream.kind.to_string(),
        stream_id: stored.stream.id.clone(),
        sequence: stored.sequence,
        actor: metadata.map(|metadata| metadata.actor_id).unwrap_or_default(),
        event: read(stored).ok().flatten(),
    }
}

/// What happened, in its newest version; none for a stream of another office.
fn read(stored: &StoredEvent) -> Result<Option<AnyEvent>, DecodeError> {
    Ok(match stored.stream.kind.as_ref() {
        Household::TYPE => stored.decode()?.map(AnyEvent::Household),
        Identity::TYPE => stored.decode()?.map(AnyEvent::Identity),
        BenefitCase::TYPE => stored.decode()?.map(AnyEvent::BenefitCase),
        PaymentRun::TYPE => stored.decode()?.map(AnyEvent::PaymentRun),
        Payment::TYPE => stored.decode()?.map(AnyEvent::Payment),
        Campaign::TYPE => stored.decode()?.map(AnyEvent::Campaign),
        Fund::TYPE => stored.decode()?.map(AnyEvent::Fund),
        _ => None,
    })
}
