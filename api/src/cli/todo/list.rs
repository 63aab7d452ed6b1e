//! `ledger todo list`: the steps that wait for somebody.

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen};
use crate::cli::session::Session;
use crate::outlook::found::Horizon;
use crate::outlook::waiting::{Waiting, WaitingKind, waiting};

/// Shows what waits.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn run(session: &Session, horizon: Horizon) -> Result<Done, Failure> {
    let screen = session.screen;
    let found = session.look_at_ledger(async |app| Ok(waiting(app.office(), horizon).await?)).await?;
    show(&screen, horizon, &found)?;
    screen.answer(&found)?;
    Ok(Done::Well)
}

fn show(screen: &Screen, horizon: Horizon, found: &[Waiting]) -> Result<(), Failure> {
    let (on, count) = (horizon.on, found.len());
    screen.say(format!("截至 {on}，{count} 项待办："), format!("As of {on}, {count} steps wait:"))?;
    let heads = [
        (screen.pick("期限", "Due"), Align::Left),
        (screen.pick("编号", "Of"), Align::Left),
        (screen.pick("内容", "About"), Align::Left),
    ];
    for kind in WaitingKind::ALL {
        let of_kind: Vec<Vec<String>> =
            found.iter().filter(|one| one.kind == *kind).map(|one| row(screen, horizon, one)).collect();
        if !of_kind.is_empty() {
            let count = of_kind.len();
            screen.say(format!("{}（{count}）", kind.zh()), format!("{} ({count})", kind.en()))?;
            screen.table(&heads, &of_kind)?;
        }
    }
    Ok(())
}

fn row(screen: &Screen, horizon: Horizon, one: &Waiting) -> Vec<String> {
    let overdue = one.due_on.is_some_and(|day| day < horizon.on);
    let mark = if overdue { screen.pick(" 已到期", " past") } else { "" };
    let due = one.due_on.map(|day| format!("{day}{mark}")).unwrap_or_default();
    vec![due, one.of.clone(), screen.pick(one.about.zh.clone(), one.about.en.clone())]
}
