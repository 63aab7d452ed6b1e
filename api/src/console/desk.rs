//! 工作台: what waits for the visitor today.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Utc;
use domain::ids::{CaseId, PersonId};
use projections::case_files::queries::{DueReviews, first_reviews_due};
use tokio::sync::Mutex;

use super::Console;
use super::answers::{Stop, shown};
use super::page::Frame;
use super::scope::{seen_cases, sees_person};
use super::visitor::Visitor;
use crate::access::{Capability, may};
use crate::outlook::ahead::ahead;
use crate::outlook::found::Horizon;
use crate::outlook::waiting::{Concern, Waiting, WaitingKind, of_review, waiting_but_reviews};
use crate::processes::{Office, ProcessError, office_day};

/// How many days ahead the desk looks.
const DAYS_AHEAD: u32 = 30;

/// Entries of one kind that are shown.
const SHOWN_MAX: u32 = 20;

/// How far due reviews are counted: beyond what an office of some thousand cases has, short of what takes long.
const COUNTED_MAX: u32 = 2_000;

/// How long after a look at the calendar the next one is taken.
const PAUSE: Duration = Duration::from_secs(60);

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    frame: Frame,
    today: String,
    groups: Vec<Group>,
}

/// The steps of one kind.
struct Group {
    name: &'static str,
    count: u64,
    more: u64,
    /// Whether there may be more than were counted.
    at_least: bool,
    entries: Vec<Entry>,
}

/// One step that waits.
struct Entry {
    path: String,
    of: String,
    about: String,
    due: String,
    overdue: bool,
}

/// What was found for somebody. Of the reviews, which are many in a large office, only the first are looked at.
struct Seen {
    steps: BTreeMap<WaitingKind, Steps>,
    reviews: DueReviews,
}

/// The steps of one kind: how many there are, and the first.
#[derive(Default)]
struct Steps {
    count: u64,
    first: Vec<Waiting>,
}

impl Seen {
    fn of<'w>(waiting: impl Iterator<Item = &'w Waiting>, reviews: DueReviews) -> Seen {
        let mut steps: BTreeMap<WaitingKind, Steps> = BTreeMap::new();
        for waiting in waiting {
            let kind = steps.entry(waiting.kind).or_default();
            kind.count += 1;
            if kind.first.len() < SHOWN_MAX as usize {
                kind.first.push(waiting.clone());
            }
        }
        Seen { steps, reviews }
    }
}

/// Shows what waits.
pub(super) async fn show(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    let horizon = Horizon { on: visitor.desk().today(), within_days: DAYS_AHEAD };
    let found = seen(&console, &visitor, horizon).await;
    let found = found.map_err(|error| Stop::failed(error, visitor.lang))?;
    let kinds = WaitingKind::ALL.iter().filter(|kind| may(visitor.role, takes(**kind)));
    let groups = kinds.map(|kind| group(&visitor, horizon, *kind, &found)).filter(|group| group.count > 0);
    let groups = groups.collect();
    let today = horizon.on.to_string();
    Ok(shown(&DeskPage { frame: Frame::new(&visitor, "/"), today, groups }))
}

/// What waits and what is coming, without the cases and people of communities that the visitor does not see.
async fn seen(console: &Console, visitor: &Visitor, horizon: Horizon) -> Result<Seen, ProcessError> {
    let office = &console.office;
    let mut waiting = waiting_but_reviews(office, horizon).await?;
    waiting.retain(|step| step.not_by.as_ref() != Some(&visitor.account.account));
    let ahead = match may(visitor.role, Capability::PrepareCases) {
        true => console.ahead.of(office, horizon).await?,
        false => Arc::default(),
    };
    let scope = &visitor.account.data_scope;
    let reviews = first_reviews_due(&office.pool, horizon.until(), scope, SHOWN_MAX, COUNTED_MAX).await?;
    let found = waiting.iter().chain(ahead.iter());
    if visitor.sees_everyone() {
        return Ok(Seen::of(found, reviews));
    }
    let ids: Vec<CaseId> = found.clone().filter_map(case_of).collect();
    let cases = seen_cases(office, visitor, &ids).await?;
    let mut seen = Vec::new();
    for waiting in found {
        let shown = match (case_of(waiting), person_of(waiting)) {
            (Some(case), _) => cases.contains(&case),
            (None, Some(person)) => sees_person(office, visitor, person).await?,
            (None, None) => waiting.kind.concerns() == Concern::Everyone,
        };
        if shown {
            seen.push(waiting);
        }
    }
    Ok(Seen::of(seen.into_iter(), reviews))
}

fn case_of(waiting: &Waiting) -> Option<CaseId> {
    let of_a_case = waiting.kind.concerns() == Concern::Case;
    of_a_case.then(|| waiting.of.parse().ok()).flatten()
}

fn person_of(waiting: &Waiting) -> Option<PersonId> {
    let of_a_person = waiting.kind.concerns() == Concern::Person;
    of_a_person.then(|| waiting.of.parse().ok()).flatten()
}

/// What is coming, as this process found it last: a walk over the register takes seconds in a large office, so it is taken
/// once a day, and by a server before anybody asks. Cheap to clone; the clones share it.
#[derive(Clone, Default)]
pub struct ComingSoon(Arc<Mutex<Option<Found>>>);

/// What a walk over the register found, and for which days it looked.
type Found = (Horizon, Arc<Vec<Waiting>>);

impl ComingSoon {
    async fn of(&self, office: &Office, horizon: Horizon) -> Result<Arc<Vec<Waiting>>, ProcessError> {
        let mut known = self.0.lock().await;
        if let Some((_, found)) = known.as_ref().filter(|(of, _)| *of == horizon) {
            return Ok(Arc::clone(found));
        }
        let found = Arc::new(ahead(office, horizon).await?);
        *known = Some((horizon, Arc::clone(&found)));
        Ok(found)
    }

    /// Takes the walk of each day as it begins, until it is dropped.
    pub(super) async fn keep_up(self, office: Office) {
        loop {
            let horizon = Horizon { on: office_day(Utc::now()), within_days: DAYS_AHEAD };
            if let Err(error) = self.of(&office, horizon).await {
                tracing::warn!(%error, "what is coming could not be looked for");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Who takes the step.
const fn takes(kind: WaitingKind) -> Capability {
    match kind {
        WaitingKind::CaseToDecide | WaitingKind::NoticeEnds => Capability::DecideCases,
        WaitingKind::Recertification
        | WaitingKind::ObjectionToResolve
        | WaitingKind::AmountChanges
        | WaitingKind::CertificateExpires => Capability::PrepareCases,
        WaitingKind::RunToSubmit => Capability::PrepareRuns,
        WaitingKind::RunToApprove => Capability::ApproveRuns,
        WaitingKind::RunToRelease | WaitingKind::RunToReconcile | WaitingKind::UnmatchedLine => {
            Capability::ReleaseRuns
        }
        WaitingKind::PlanToApprove => Capability::ApproveRecoveries,
        WaitingKind::ReturnedPayment => Capability::PrepareRuns,
        WaitingKind::YearToCarryOver | WaitingKind::RemittanceToApprove => Capability::ApproveMoney,
        WaitingKind::ReceiptToVoid => Capability::KeepFunds,
        WaitingKind::PublicationDue => Capability::RunCampaigns,
        WaitingKind::RatesToApprove => Capability::PublishRates,
        WaitingKind::ErasureToDecide | WaitingKind::DonorErasureToDecide => Capability::DecideErasure,
        WaitingKind::MessagesGivenUp => Capability::ManageUsers,
    }
}

fn group(visitor: &Visitor, horizon: Horizon, kind: WaitingKind, found: &Seen) -> Group {
    let entry = |waiting: &Waiting| Entry {
        path: path(kind, &waiting.of),
        of: waiting.of.chars().take(8).collect(),
        about: visitor.lang.pick(&waiting.about.zh, &waiting.about.en).clone(),
        due: waiting.due_on.map(|day| day.to_string()).unwrap_or_default(),
        overdue: waiting.due_on.is_some_and(|day| day < horizon.on),
    };
    let (count, entries): (u64, Vec<Entry>) = if kind == WaitingKind::Recertification {
        (found.reviews.count, found.reviews.first.iter().map(|due| entry(&of_review(due))).collect())
    } else {
        let steps = found.steps.get(&kind);
        steps.map_or((0, Vec::new()), |steps| (steps.count, steps.first.iter().map(entry).collect()))
    };
    let at_least = kind == WaitingKind::Recertification && count >= u64::from(COUNTED_MAX);
    let (name, more) = (visitor.lang.pick(kind.zh(), kind.en()), count.saturating_sub(entries.len() as u64));
    Group { name, count, more, at_least, entries }
}

/// Where the step is taken, or the thing is seen.
fn path(kind: WaitingKind, of: &str) -> String {
    match kind {
        WaitingKind::CaseToDecide
        | WaitingKind::NoticeEnds
        | WaitingKind::ObjectionToResolve
        | WaitingKind::Recertification
        | WaitingKind::AmountChanges => format!("/cases/{of}"),
        WaitingKind::PlanToApprove => "/recoveries".to_owned(),
        WaitingKind::RunToSubmit
        | WaitingKind::RunToApprove
        | WaitingKind::RunToRelease
        | WaitingKind::RunToReconcile
        | WaitingKind::UnmatchedLine => format!("/runs/{of}"),
        WaitingKind::CertificateExpires => format!("/people/{of}"),
        WaitingKind::ErasureToDecide => format!("/people/{of}/erasure"),
        WaitingKind::DonorErasureToDecide => format!("/donors/{of}/erasure"),
        // its run knows it
        WaitingKind::ReturnedPayment => format!("/payments/{of}"),
        WaitingKind::YearToCarryOver => format!("/funds/{of}"),
        WaitingKind::RemittanceToApprove | WaitingKind::ReceiptToVoid | WaitingKind::PublicationDue => {
            format!("/campaigns/{of}")
        }
        WaitingKind::RatesToApprove => "/rates".to_owned(),
        WaitingKind::MessagesGivenUp => format!("/webhooks/{of}"),
    }
}
