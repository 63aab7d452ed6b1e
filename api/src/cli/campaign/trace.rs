//! `ledger campaign trace`: where each yuan of a campaign went.

use super::named;
use crate::cli::failure::{Done, Failure};
use crate::cli::run::program_name;
use crate::cli::screen::{Align, Screen, yuan};
use crate::cli::session::Session;
use crate::processes::campaign::{self, SMALLEST_CROWD, TracedUse};
use domain::money::Money;

/// Follows the money of a campaign.
///
/// # Errors
/// [`Failure`]: there is no such campaign, or the log does not tie.
pub(super) async fn run(session: &Session, name: &str) -> Result<Done, Failure> {
    let screen = session.screen;
    let trace = session
        .with_ledger(async |app| Ok(campaign::trace(app.office(), named(app.office(), name)).await?))
        .await?;
    let (received, refunded) = (yuan(trace.received), yuan(trace.refunded));
    let (aid, remitted, left) = (yuan(trace.aid), yuan(trace.remitted), yuan(trace.left));
    let log_size = trace.log_size;
    screen.say(
        format!("收到 {received} − 退还 {refunded} = 救助 {aid} + 转交 {remitted} + 结余 {left}（元；台账前 {log_size} 个事件）"),
        format!("received {received} − refunded {refunded} = aid {aid} + remitted {remitted} + left {left} (yuan; by the first {log_size} events)"),
    )?;
    show_uses(&screen, &trace.uses)?;
    screen.answer(&trace)?;
    Ok(Done::Well)
}

/// Shows uses with their sums, and why a community may be missing.
pub(in crate::cli) fn show_uses(screen: &Screen, uses: &[(TracedUse, Money)]) -> Result<(), Failure> {
    let heads = [
        (screen.pick("日期", "Day"), Align::Left),
        (screen.pick("用途", "Use"), Align::Left),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
    ];
    let row = |(use_of, amount): &(TracedUse, Money)| {
        let (day, text) = used(screen, use_of);
        vec![day, text, yuan(*amount)]
    };
    screen.table(&heads, &uses.iter().map(row).collect::<Vec<_>>())?;
    let hidden = |(use_of, _): &(TracedUse, Money)| {
        matches!(use_of, TracedUse::Aid { community: None, program: Some(_), .. })
    };
    if uses.iter().any(hidden) {
        screen.say(
            format!("受助人不足 {SMALLEST_CROWD} 人的社区合并，不列名称。"),
            format!("Communities with fewer than {SMALLEST_CROWD} people helped are put together without their names."),
        )?;
    }
    Ok(())
}

/// The day and the words of a use.
fn used(screen: &Screen, use_of: &TracedUse) -> (String, String) {
    match use_of {
        TracedUse::Aid { program, month, community, spent_on } => {
            let program = program.map_or_else(
                || screen.pick("救助（明细未知）", "aid, details unknown"),
                |program| program_name(screen.lang, program),
            );
            let month = month.map(|month| format!(" {month}")).unwrap_or_default();
            let community = community.as_deref().unwrap_or(screen.pick("其他社区", "other communities"));
            (spent_on.to_string(), format!("{program}{month} · {community}"))
        }
        TracedUse::Remittance { recipient, reference, remitted_on } => {
            let words = screen.pick("转交", "remitted to");
            (remitted_on.to_string(), format!("{words} {recipient}（{reference}）"))
        }
    }
}
