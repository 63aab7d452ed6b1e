//! 工作台: what waits for the visitor today.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{CaseId, PersonId};
use tokio::sync::Mutex;

use super::Console;
use super::answers::{Stop, shown};
use super::page::Frame;
use super::scope::{seen_cases, sees_person};
use super::visitor::Visitor;
use crate::access::{Capability, may};
use crate::outlook::ahead::ahead;
use crate::outlook::found::Horizon;
use crate::outlook::waiting::{Waiting, WaitingKind, waiting};
use crate::processes::{Office, ProcessError};

/// How many days ahead the desk looks.
const DAYS_AHEAD: u32 = 30;

/// Entries of one kind that are shown.
const SHOWN_MAX: usize = 20;

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
    count: usize,
    more: usize,
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

/// Shows what waits.
pub(super) async fn show(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    let today = visitor.desk().today();
    let horizon = Horizon { on: today, within_days: DAYS_AHEAD };
    let found = seen(&console, &visitor, horizon).await;
    let found = found.map_err(|error| Stop::failed(error, visitor.lang))?;
    let groups = WaitingKind::ALL.iter().filter(|kind| may(visitor.role, takes(**kind)));
    let groups = groups.map(|kind| group(&visitor, horizon, *kind, &found)).filter(|group| group.count > 0);
    let groups = groups.collect();
    Ok(shown(&DeskPage { frame: Frame::new(&visitor, "/"), today: today.to_string(), groups }))
}

/// What waits and what is coming, without the cases and people of communities that the visitor does not see.
async fn seen(console: &Console, visitor: &Visitor, horizon: Horizon) -> Result<Vec<Waiting>, ProcessError> {
    let office = &console.office;
    let mut found = waiting(office, horizon).await?;
    if may(visitor.role, Capability::PrepareCases) {
        found.extend(console.ahead.of(office, horizon).await?);
    }
    if visitor.sees_everyone() {
        return Ok(found);
    }
    let ids: Vec<CaseId> = found.iter().filter_map(case_of).collect();
    let cases = seen_cases(office, visitor, &ids).await?;
    let mut seen = Vec::new();
    for waiting in found {
        let shown = match (case_of(&waiting), person_of(&waiting)) {
            (Some(case), _) => cases.contains(&case),
            (None, Some(person)) => sees_person(office, visitor, person).await?,
            (None, None) => of_everyone(waiting.kind),
        };
        if shown {
            seen.push(waiting);
        }
    }
    Ok(seen)
}

/// What concerns nobody in particular.
const fn of_everyone(kind: WaitingKind) -> bool {
    matches!(
        kind,
        WaitingKind::RunToSubmit
            | WaitingKind::RunToApprove
            | WaitingKind::RunToRelease
            | WaitingKind::RunToReconcile
            | WaitingKind::UnmatchedLine
            | WaitingKind::RatesToApprove
    )
}

fn case_of(waiting: &Waiting) -> Option<CaseId> {
    let of_a_case = matches!(
        waiting.kind,
        WaitingKind::CaseToDecide
            | WaitingKind::NoticeEnds
            | WaitingKind::ObjectionToResolve
            | WaitingKind::Recertification
            | WaitingKind::PlanToApprove
            | WaitingKind::AmountChanges
    );
    of_a_case.then(|| waiting.of.parse().ok()).flatten()
}

fn person_of(waiting: &Waiting) -> Option<PersonId> {
    let of_a_person = waiting.kind == WaitingKind::CertificateExpires;
    of_a_person.then(|| waiting.of.parse().ok()).flatten()
}

/// What is coming, as this process found it last: a walk over the register takes seconds in a large office, so it is taken
/// once a day. Cheap to clone; the clones share it.
#[derive(Clone, Default)]
pub struct ComingSoon(Arc<Mutex<Option<Found>>>);

/// What a walk over the register found, and for which days it looked.
type Found = (Horizon, Vec<Waiting>);

impl ComingSoon {
    async fn of(&self, office: &Office, horizon: Horizon) -> Result<Vec<Waiting>, ProcessError> {
        let mut known = self.0.lock().await;
        if let Some((_, found)) = known.as_ref().filter(|(of, _)| *of == horizon) {
            return Ok(found.clone());
        }
        let found = ahead(office, horizon).await?;
        *known = Some((horizon, found.clone()));
        Ok(found)
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
        WaitingKind::RatesToApprove => Capability::DecideCases,
        WaitingKind::ErasureToDecide => Capability::DecideCases,
    }
}

fn group(visitor: &Visitor, horizon: Horizon, kind: WaitingKind, found: &[Waiting]) -> Group {
    let of_kind = || found.iter().filter(|waiting| waiting.kind == kind);
    let count = of_kind().count();
    let entry = |waiting: &Waiting| Entry {
        path: path(kind, &waiting.of),
        of: waiting.of.chars().take(8).collect(),
        about: visitor.lang.pick(&waiting.about.zh, &waiting.about.en).clone(),
        due: waiting.due_on.map(|day| day.to_string()).unwrap_or_default(),
        overdue: waiting.due_on.is_some_and(|day| day < horizon.on),
    };
    Group {
        name: visitor.lang.pick(kind.zh(), kind.en()),
        count,
        more: count.saturating_sub(SHOWN_MAX),
        entries: of_kind().take(SHOWN_MAX).map(entry).collect(),
    }
}

/// Where the step is taken, or the thing is seen; nowhere yet where no page shows it.
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
        WaitingKind::ErasureToDecide | WaitingKind::CertificateExpires => format!("/people/{of}"),
        // its run knows it
        WaitingKind::ReturnedPayment => format!("/payments/{of}"),
        WaitingKind::RatesToApprove => String::new(),
    }
}
