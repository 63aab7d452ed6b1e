//! Replaying from the log alone: what is told, what is found when somebody damages the log, and the two clocks.

mod audits;
mod model;

mod stories;
mod two_clocks;

use api::replay::{Clocks, ReportItem, ReportStep, Subject, Verdict, nothing_sealed, replay};
use tests::office::{SmallOffice, day};

/// Everything that is told of a subject, with all knowledge of the end of 2023.
pub async fn told(small: &SmallOffice, subject: Subject) -> Vec<ReportItem> {
    told_on(small, subject, "2023-12-31", "2023-12-31").await
}

/// What is told of a subject as of two clocks.
pub async fn told_on(small: &SmallOffice, subject: Subject, effective: &str, known: &str) -> Vec<ReportItem> {
    let clocks = Clocks { effective: day(effective), known: day(known) };
    let mut items = Vec::new();
    replay(&small.office, subject, clocks, &nothing_sealed, |item| items.push(item)).await.unwrap();
    items
}

/// The steps of a report.
pub fn steps(items: &[ReportItem]) -> impl Iterator<Item = &ReportStep> {
    items.iter().filter_map(|item| match item {
        ReportItem::Step(step) => Some(&**step),
        _ => None,
    })
}

/// The verdicts of a report's steps, by event type.
pub fn verdicts(items: &[ReportItem]) -> Vec<(&str, &Verdict)> {
    steps(items).filter_map(|step| Some((step.event.as_str(), step.verdict.as_ref()?))).collect()
}

/// An identifier in an event of the log.
pub async fn id<T: std::str::FromStr>(small: &SmallOffice, event_type: &str, path: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    let at = small.first(event_type).await;
    small.text(&format!("payload #>> '{path}'"), at).await.parse().unwrap()
}
