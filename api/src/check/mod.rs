//! `ledger check`: the invariants, proven on any database. Each is named; what violates it is shown with positions.
//!
//! One pass over the log feeds every check that reads history ([`Watch`]); the others look at the head, the commands,
//! the read tables and the database itself. A damaged log is read to its end: what a check cannot read is a finding.

mod attachments;
mod authors;
mod books;
mod commands;
mod finding;
mod four_eyes;
mod funds;
mod head;
mod notice;
mod open_words;
mod order;
mod payments;
mod personal;
mod projected;
mod proofs;
mod reach;
mod readable;
mod reading;
mod recoveries;
mod runs;
mod search;
mod seen;
mod sign_ins;
mod still_due;
mod years;

use indicatif::ProgressBar;
use sqlx::PgPool;

pub use finding::{Finding, Invariant, Verdict};
pub(crate) use four_eyes::FourEyes;
pub use proofs::Outside;
pub use seen::{Seen, Watch};

use crate::app::App;
use crate::processes::Office;

/// Proves every invariant of a ledger in use.
///
/// # Errors
/// When the database cannot be read at all; what is wrong in it is a finding.
pub async fn check(app: &App, progress: &ProgressBar) -> anyhow::Result<Vec<Verdict>> {
    check_office(app.office(), app.owner(), &app.outside(), progress).await
}

/// Proves every invariant; `owner` may rebuild read tables to compare them; `outside` is what proofs are
/// compared with beside the database.
///
/// # Errors
/// As [`check`].
pub async fn check_office(
    office: &Office,
    owner: &PgPool,
    outside: &Outside,
    progress: &ProgressBar,
) -> anyhow::Result<Vec<Verdict>> {
    progress.set_length(office.repository.log().length().await?);
    let mut personal = personal::Needles::default();
    let mut attachments = attachments::Attachments::default();
    let mut verdicts = check_log(&office.pool, outside, |seen| {
        progress.inc(1);
        personal.see(seen);
        attachments.see(seen);
    })
    .await?;
    verdicts.push(projected::check(office, owner).await?);
    verdicts.push(still_due::check(office).await?);
    verdicts.push(attachments.check(&office.pool).await?);
    verdicts.push(personal.check(office).await?);
    Ok(verdicts)
}

/// Proves what the log alone shows, and shows every event to `also`.
///
/// # Errors
/// When the database cannot be read at all.
pub async fn check_log(
    pool: &PgPool,
    outside: &Outside,
    mut also: impl FnMut(&Seen),
) -> anyhow::Result<Vec<Verdict>> {
    let mut watches = watches();
    let mut proofs = proofs::Proofs::begin(pool, outside).await?;
    let mut reading = reading::Reading::begin(pool).await?;
    loop {
        let page = reading.next_page().await?;
        if page.is_empty() {
            break;
        }
        for stored in &page {
            if let Some(proofs) = &mut proofs {
                proofs.see(stored);
            }
            let seen = Seen::of(stored);
            also(&seen);
            for watch in &mut watches {
                watch.see(&seen);
            }
        }
    }
    let mut verdicts: Vec<Verdict> = watches
        .into_iter()
        .map(|watch| Verdict { invariant: watch.invariant(), findings: watch.finish() })
        .collect();
    if let Some(proofs) = proofs {
        verdicts.push(proofs.finish().await?);
    }
    verdicts.push(head::check(pool).await?);
    verdicts.push(commands::check(pool).await?);
    Ok(verdicts)
}

fn watches() -> Vec<Box<dyn Watch>> {
    vec![
        Box::<order::Order>::default(),
        Box::<readable::Readable>::default(),
        Box::<books::Books>::default(),
        Box::<funds::Funds>::default(),
        Box::<years::Years>::default(),
        Box::<runs::Runs>::default(),
        Box::<payments::Payments>::default(),
        Box::<recoveries::Recoveries>::default(),
        Box::<authors::Authors>::default(),
        Box::<four_eyes::FourEyes>::default(),
        Box::<notice::NoticePeriods>::default(),
        Box::<sign_ins::SignIns>::default(),
    ]
}
