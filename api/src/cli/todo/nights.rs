//! `ledger todo nights`: what each night found, and what is more or less than the night before.

use std::collections::BTreeMap;

use domain::todo::TodoKind;

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen};
use crate::cli::session::Session;
use crate::nightly::{Night, nights};

/// Shows the nights.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn run(session: &Session, last: u32) -> Result<Done, Failure> {
    let screen = session.screen;
    let found = session.look_at_ledger(async |app| Ok(nights(&app.office().pool, last).await?)).await?;
    show(&screen, &found)?;
    screen.answer(&found)?;
    Ok(Done::Well)
}

fn show(screen: &Screen, nights: &[Night]) -> Result<(), Failure> {
    if nights.is_empty() {
        screen.say(
            "还没有夜间任务的记录；ledger serve 运行时每夜一次。",
            "No night was done yet; ledger serve does one each night.",
        )?;
        return Ok(());
    }
    let mut heads = vec![(screen.pick("夜", "Night"), Align::Left)];
    heads.extend(TodoKind::ALL.iter().map(|kind| (screen.pick(kind.zh(), kind.en()), Align::Right)));
    heads.push((screen.pick("待办", "Waiting"), Align::Right));
    heads.push((screen.pick("已到期", "Past"), Align::Right));
    heads.push((screen.pick("用时（秒）", "Seconds"), Align::Right));
    let rows: Vec<Vec<String>> =
        nights.iter().enumerate().map(|(at, night)| row(night, nights.get(at + 1))).collect();
    Ok(screen.table(&heads, &rows)?)
}

fn row(night: &Night, before: Option<&Night>) -> Vec<String> {
    let mut cells = vec![night.night.to_string()];
    for kind in TodoKind::ALL {
        let count = |night: &Night| night.found.eligible.get(kind.code()).copied().unwrap_or_default();
        cells.push(beside(count(night), before.map(count)));
    }
    let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
    cells.push(beside(sum(&night.found.waiting), before.map(|before| sum(&before.found.waiting))));
    cells.push(beside(night.found.overdue, before.map(|before| before.found.overdue)));
    cells.push((night.ended_at - night.began_at).num_seconds().to_string());
    cells
}

/// A count, with what it is more or less than before.
fn beside(count: u64, before: Option<u64>) -> String {
    match before.map(|before| count.cast_signed() - before.cast_signed()) {
        None | Some(0) => count.to_string(),
        Some(more) => format!("{count} ({more:+})"),
    }
}
