//! `ledger check`: every invariant with its verdict; exit code 1 when one does not hold.

use super::failure::{Done, Failure};
use super::screen::{Align, Screen};
use super::session::Session;
use crate::check::{Finding, Verdict, check};

/// Findings shown for one invariant; the rest are counted.
const SHOWN: usize = 20;

/// Proves the invariants and shows what violates them.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn run(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    let verdicts = session
        .look_at_ledger(async |app| {
            // a log that no reader can follow is what is looked for; the checks say where
            if let Err(error) = app.office().runner.catch_up(projections::Until::Head).await {
                tracing::warn!(%error, "the read tables cannot be brought up to date");
            }
            let progress = screen.progress(0, "检查", "Checking");
            let verdicts = check(app, &progress).await;
            progress.finish_and_clear();
            Ok(verdicts?)
        })
        .await?;
    show_verdicts(&screen, &verdicts)?;
    screen.answer(&verdicts)?;
    Ok(if verdicts.iter().all(|verdict| verdict.findings.is_empty()) { Done::Well } else { Done::Found })
}

/// Prints a line for each invariant and what violates it.
///
/// # Errors
/// When standard output is closed.
pub(crate) fn show_verdicts(screen: &Screen, verdicts: &[Verdict]) -> std::io::Result<()> {
    let heads = [
        ("", Align::Left),
        (screen.pick("不变式", "Invariant"), Align::Left),
        (screen.pick("问题", "Findings"), Align::Right),
        ("code", Align::Left),
    ];
    let rows: Vec<Vec<String>> = verdicts.iter().map(|verdict| row(screen, verdict)).collect();
    screen.table(&heads, &rows)?;
    for verdict in verdicts.iter().filter(|verdict| !verdict.findings.is_empty()) {
        let invariant = verdict.invariant;
        screen.say(format!("✗ {}", invariant.zh), format!("✗ {}", invariant.en))?;
        for finding in verdict.findings.iter().take(SHOWN) {
            let at = positions(finding);
            screen.say(format!("   {at}{}", finding.zh), format!("   {at}{}", finding.en))?;
        }
        let more = verdict.findings.len().saturating_sub(SHOWN);
        if more > 0 {
            screen.say(format!("   ……另有 {more} 条"), format!("   … and {more} more"))?;
        }
    }
    Ok(())
}

fn row(screen: &Screen, verdict: &Verdict) -> Vec<String> {
    let count = verdict.findings.len();
    let mark = if count == 0 { "✓" } else { "✗" };
    let name = screen.pick(verdict.invariant.zh, verdict.invariant.en);
    vec![mark.to_owned(), name.to_owned(), count.to_string(), verdict.invariant.code.to_owned()]
}

fn positions(finding: &Finding) -> String {
    let shown: Vec<String> =
        finding.positions.iter().take(8).map(|position| format!("#{position}")).collect();
    match shown.is_empty() {
        true => String::new(),
        false if finding.positions.len() > shown.len() => format!("{} … ", shown.join(" ")),
        false => format!("{} ", shown.join(" ")),
    }
}
