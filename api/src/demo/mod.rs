//! The demonstration: a synthetic street office plays its year 2023 through the real jobs, files and rules.
//!
//! It writes the registers as a clerk would hand them in, reads them back as an import does, and does on each day what
//! the office did that day. A killed demonstration goes on where it stopped; a finished one shows its report again.

mod bank;
pub mod generator;
mod guests;
mod input;
mod plan;
mod play;
mod progress;
mod runs;
mod staff;

pub use guests::{GUESTS, Invited, invite};
pub use plan::YEAR;

use std::path::Path;
use std::time::Instant;

use eventlog::database::Clock;
use projections::runner::Until;
use serde::Serialize;

use crate::app::App;
use crate::check::{Verdict, check};
use crate::cli::DemoArgs;
use crate::cli::screen::{Screen, grouped};
use crate::settings::Settings;

use progress::Progress;

/// What a demonstration did.
#[derive(Clone, Debug, Serialize)]
pub struct Played {
    /// Seed of the synthetic office.
    pub seed: u64,
    /// Whether it had been finished before.
    pub finished_before: bool,
    /// Events in the log.
    pub events: u64,
    /// Payments ordered.
    pub payments: i64,
    /// Seconds of this run.
    pub seconds: u64,
    /// Events a second of this run.
    pub events_per_second: u64,
    /// The invariants, each with what violates it.
    pub verdicts: Vec<Verdict>,
}

/// Plays the year, or goes on with it, and checks the invariants. The ledger stays open for the caller's report.
///
/// # Errors
/// What is missing or was refused, in words that say what to do.
pub async fn run(settings: &Settings, screen: &Screen, args: &DemoArgs) -> anyhow::Result<(App, Played)> {
    if args.fresh {
        progress::throw_away(settings, screen).await?;
    }
    let started = Instant::now();
    let mut progress = Progress::open(settings.data_dir(), args.seed)?;
    screen.say("启动数据库……", "starting the database …")?;
    let app = App::open(settings, Clock::Simulated).await?;
    let before = app.office().repository.log().length().await?;
    let finished_before = progress.is_finished();
    if finished_before {
        screen.say(
            "演示数据已在该目录中，以下为其报告。",
            "This directory already holds the demonstration; here is its report.",
        )?;
    } else {
        let registers = input::registers(settings.data_dir(), args.seed, screen)?;
        play::year(&app, screen, registers, &mut progress).await?;
        progress.finish()?;
    }
    let played = summary(&app, screen, Summary { seed: args.seed, finished_before, before, started }).await?;
    Ok((app, played))
}

struct Summary {
    seed: u64,
    finished_before: bool,
    before: u64,
    started: Instant,
}

async fn summary(app: &App, screen: &Screen, summary: Summary) -> anyhow::Result<Played> {
    let Summary { seed, finished_before, before, started } = summary;
    let office = app.office();
    office.runner.catch_up(Until::Head).await?;
    let events = office.repository.log().length().await?;
    let milliseconds = u64::try_from(started.elapsed().as_millis())?.max(1);
    let bar = screen.progress(events, "检查不变量", "checking invariants");
    let verdicts = check(app, &bar).await?;
    bar.finish_and_clear();
    let payments = sqlx::query_scalar(include_str!("sql/count_payments.sql")).fetch_one(&office.pool).await?;
    Ok(Played {
        seed,
        finished_before,
        events,
        payments,
        seconds: milliseconds / 1000,
        events_per_second: (events - before) * 1000 / milliseconds,
        verdicts,
    })
}

/// Says what the demonstration did and where to look next.
///
/// # Errors
/// When standard output is closed.
pub fn farewell(screen: &Screen, played: &Played, data: &Path) -> std::io::Result<()> {
    let Played { events, payments, seconds, events_per_second, .. } = played;
    let (events, payments) = (grouped(i64::try_from(*events).unwrap_or(i64::MAX)), grouped(*payments));
    let speed = grouped(i64::try_from(*events_per_second).unwrap_or(i64::MAX));
    let data = data.display();
    screen.say(
        format!(
            "共 {events} 个事件，{payments} 笔支付，用时 {seconds} 秒（{speed} 事件/秒）。\n接下来可以：\n  ledger check --data {data}       证明不变量\n  ledger run list --data {data}    查看发放批次\n  ledger report --data {data}      再看年报\n  ledger db psql --data {data}     直接查库"
        ),
        format!(
            "{events} events, {payments} payments, {seconds} s ({speed} events/s).\nWhere to look next:\n  ledger check --data {data}       prove the invariants\n  ledger run list --data {data}    the payment runs\n  ledger report --data {data}      this report\n  ledger db psql --data {data}     the tables"
        ),
    )
}
