//! What the office's program does each night while it serves: it looks through the register (政策找人, what waits) and keeps
//! how many entries each list has, so that in the morning everybody sees what is new. No entry is kept, only counts: the lists
//! are computed anew whenever somebody asks for them. It also calculates the runs that come next (预核). Nothing here decides or
//! pays.
//!
//! A night begins at an hour of Beijing time. One that was missed, because the program did not run, is made up for at the
//! next start; only the newest is. Of several servers of one ledger one does the work: it holds a lock that goes with its
//! connection, and a night that is kept already is not done again. A failure is logged by its code and tried again; it
//! ends nothing.

mod health;
mod kept;
mod night;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use futures::FutureExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

pub use health::LedgerHealth;
pub use kept::nights;
pub use night::night_at;

use crate::outlook::found::{Horizon, find};
use crate::outlook::waiting::waiting;
use crate::processes::{Office, ProcessError, payment_run};

/// How many days ahead the lists look, as `ledger todo` does.
pub const WITHIN_DAYS: u32 = 60;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// When the nights begin, and how often that is looked at.
#[derive(Clone)]
pub struct Timetable {
    /// The hour in Beijing at which a night begins.
    pub at: NaiveTime,
    /// Tells the time.
    pub clock: Clock,
    /// How often the time is looked at: a clock may be set, and a machine may sleep.
    pub poll: Duration,
    /// How long after a failure it is tried again.
    pub retry: Duration,
}

impl Timetable {
    /// By the real clock.
    pub fn real(at: NaiveTime) -> Timetable {
        let (poll, retry) = (Duration::from_secs(30), Duration::from_secs(600));
        Timetable { at, clock: Arc::new(Utc::now), poll, retry }
    }
}

/// A night that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Night {
    /// The day in Beijing on which it began, and of which the lists are.
    pub night: NaiveDate,
    /// When the work began.
    pub began_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// What was found.
    pub found: Found,
}

/// How many entries the lists had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "NightFound")]
pub struct Found {
    /// 政策找人, by kind.
    pub eligible: BTreeMap<String, u64>,
    /// Of these, set aside by somebody.
    pub dismissed: u64,
    /// Questions for which facts are missing.
    pub unjudged: u64,
    /// Steps that wait, by kind.
    pub waiting: BTreeMap<String, u64>,
    /// Steps whose day has passed.
    pub overdue: u64,
}

/// How the nights go, for those who watch the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The newest night that was done, by whichever server.
    pub last: Option<Night>,
    /// The code of the failure of this server, until a night succeeds.
    pub failing: Option<String>,
}

/// The nights of a ledger that is served.
#[derive(Debug)]
pub struct Nightly {
    standing: watch::Receiver<Standing>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Nightly {
    /// Begins to look at the clock.
    pub fn start(office: Office, timetable: Timetable) -> Nightly {
        let (sender, standing) = watch::channel(Standing::default());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(follow(office, timetable, sender, stopped));
        Nightly { standing, stop, task }
    }

    /// How the nights go, now and whenever that changes.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// Ends at once; a night that is being done is left, and made up for at the next start.
    pub async fn finish(self) {
        let _ = self.stop.send(());
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the nightly work ended early");
        }
    }
}

async fn follow(
    office: Office,
    timetable: Timetable,
    standing: watch::Sender<Standing>,
    mut stopped: oneshot::Receiver<()>,
) {
    loop {
        let turn = AssertUnwindSafe(turn(&office, &timetable, &standing)).catch_unwind();
        let outcome = tokio::select! {
            _ = &mut stopped => return,
            outcome = turn => outcome,
        };
        let pause = match outcome {
            Ok(Ok(())) => timetable.poll,
            Ok(Err(error)) => {
                // a code tells no personal value, which a message of the database might
                failed(&standing, error.code());
                timetable.retry
            }
            Err(_) => {
                failed(&standing, "panicked");
                timetable.retry
            }
        };
        tokio::select! {
            _ = &mut stopped => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn failed(standing: &watch::Sender<Standing>, code: &str) {
    tracing::error!(code, "the nightly work failed; it is tried again");
    standing.send_modify(|standing| standing.failing = Some(code.to_owned()));
}

/// Looks at the clock once, and does the night that is due, unless another server does or did it.
async fn turn(
    office: &Office,
    timetable: &Timetable,
    standing: &watch::Sender<Standing>,
) -> Result<(), ProcessError> {
    let due = night_at((timetable.clock)(), timetable.at);
    let done = |last: &Option<Night>| last.as_ref().is_some_and(|last| last.night >= due);
    let mut last = kept::newest(&office.pool).await?;
    if !done(&last)
        && let Some(lock) = kept::lock(&office.pool).await?
    {
        // whoever held the lock before may have done it
        last = kept::newest(&office.pool).await?;
        if !done(&last) {
            let night = work(office, &timetable.clock, due).await?;
            kept::keep(&office.pool, &night).await?;
            last = Some(night);
        }
        lock.release().await;
    }
    if done(&last) {
        forecast(office, (timetable.clock)()).await?;
    }
    let is = Standing { failing: if done(&last) { None } else { standing.borrow().failing.clone() }, last };
    standing.send_if_modified(|before| {
        let changed = *before != is;
        *before = is;
        changed
    });
    Ok(())
}

/// Calculates the next payment runs, unless another server does. It is looked at more often than once a night: a forecast
/// holds for a day and an edition of the rules, and a run that was released has a next one.
async fn forecast(office: &Office, now: DateTime<Utc>) -> Result<(), ProcessError> {
    if !payment_run::is_forecast_due(office, now).await? {
        return Ok(());
    }
    let Some(lock) = kept::lock(&office.pool).await? else { return Ok(()) };
    let calculated = payment_run::forecast_next(office, now).await?;
    if calculated > 0 {
        tracing::info!(calculated, "the next payment runs were calculated ahead");
    }
    lock.release().await;
    Ok(())
}

/// Looks through the whole register.
async fn work(office: &Office, clock: &Clock, night: NaiveDate) -> Result<Night, ProcessError> {
    let began_at = clock();
    tracing::info!(%night, "the nightly work begins");
    let horizon = Horizon { on: night, within_days: WITHIN_DAYS };
    let mut found = Found::default();
    let walked = find(office, horizon, |item| {
        *found.eligible.entry(item.kind.code().to_owned()).or_default() += 1;
        Ok(())
    })
    .await?;
    (found.dismissed, found.unjudged) = (walked.dismissed, walked.unjudged);
    for step in waiting(office, horizon).await? {
        *found.waiting.entry(step.kind.code().to_owned()).or_default() += 1;
        found.overdue +=
            u64::from(step.due_on.is_some_and(|day| day < night) && !step.kind.opens_on_its_day());
    }
    let ended_at = clock();
    let waiting: u64 = found.waiting.values().sum();
    tracing::info!(%night, eligible = walked.found, waiting, overdue = found.overdue, "the nightly work ended");
    Ok(Night { night, began_at, ended_at, found })
}
