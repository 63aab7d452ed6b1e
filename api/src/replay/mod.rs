//! 重放: a case, a person, a run, a fund or a campaign told from the log alone, as of two clocks, with everything that was
//! decided or paid determined anew beside what the log says.
//!
//! - [`gather`] reads the streams of the subject, up to what was known at the end of a day. No read table is asked, but
//!   where a page of a person is waited for.
//! - [`histories`] holds those events, wherever they come from.
//! - [`tell`] makes the report: pure, so that a verifier of evidence can make it again without a database. Step by step
//!   it says who did what in which role, what changed, on which law and parameter, and how far it is proven.
//! - [`redetermine`] folds the facts up to the position at which something was decided or calculated, asks the rules as
//!   they were known then, and compares: same, or which field differs, expected and found.
//! - [`run_audit`] does so for a whole run of any size.
//!
//! Two clocks: `known` ends what the log had recorded, `effective` is the day that the state is asked for.

mod facts;
mod gather;
pub mod histories;
mod household;
mod ordered;
pub mod redetermine;
mod report;
pub mod run_audit;
mod standing;
mod tell;
mod verdict;
mod words;

pub use facts::{Change, Fact};
pub use gather::Search;
pub use histories::Histories;
pub use household::household_on;
pub use report::{
    Clocks, DueOnTheDay, Head, LineReport, OnTheDay, ReportItem, ReportStep, RunTotals, Subject,
};
pub use tell::{role, tell};
pub use verdict::{Determined, Difference, Ground, ProofStatus, Verdict, nothing_sealed};
pub use words::{Words, event_name, field_name, plan_way};

use crate::processes::{Office, ProcessError};

/// Tells a subject from the log, item by item: its steps, what held on the effective day, and for a released run every
/// line.
///
/// # Errors
/// [`ProcessError::Unknown`] for a subject of which nothing was known then; those of the log. What is damaged is an
/// item's verdict, not an error.
pub async fn replay(
    office: &Office,
    subject: Subject,
    clocks: Clocks,
    proof: &(dyn Fn(u64) -> ProofStatus + Sync),
    on_item: impl FnMut(ReportItem),
) -> Result<(), ProcessError> {
    replay_found(office, (subject, Search::Log), clocks, proof, on_item).await
}

/// As [`replay`], with the streams of a person found in a way.
///
/// # Errors
/// As [`replay`].
pub async fn replay_found(
    office: &Office,
    (subject, search): (Subject, Search),
    clocks: Clocks,
    proof: &(dyn Fn(u64) -> ProofStatus + Sync),
    mut on_item: impl FnMut(ReportItem),
) -> Result<(), ProcessError> {
    let gathered = gather::gather(office, subject, clocks.known, search).await?;
    let restricted = gather::restricted_today(office, &gathered.histories).await?;
    let rules = office.rule_books().await?.known_on(clocks.known);
    let ground = Ground { opener: &gathered.keys, restricted: &restricted, rules: &rules, proof };
    let items = tell(&gathered.histories, subject, clocks, &ground);
    let released = items.iter().any(|item| match item {
        ReportItem::Step(step) => step.event == "PaymentRunReleased",
        _ => false,
    });
    items.into_iter().for_each(&mut on_item);
    if let (Subject::Run(run_id), true) = (subject, released) {
        let totals =
            run_audit::audit_run(office, run_id, proof, |line| on_item(ReportItem::Line(line))).await?;
        on_item(ReportItem::RunTotals(totals));
    }
    Ok(())
}
