//! What can happen to a fund, in words.

use domain::fund::FundEvent;

use super::payment::slip;
use super::{Words, words};
use crate::cli::screen::yuan;

/// An event of a fund in words.
pub(super) fn of_fund(event: &FundEvent) -> Words {
    use FundEvent as Event;
    match event {
        Event::FundOpened { name, opened_on, .. } => {
            words(format!("{opened_on} 设立{name}"), format!("{name} opened on {opened_on}"))
        }
        Event::MoneyAppropriated { amount, document, program, level, budget_year, .. } => {
            let amount = yuan(*amount);
            let zh = [
                level.map(|level| format!("，{}级", level.zh())),
                budget_year.map(|year| format!("，{year} 年预算")),
                program.map(|program| format!("，用于{}", program.zh())),
            ];
            let en = [
                level.map(|level| format!(", {}", level.code())),
                budget_year.map(|year| format!(", budget of {year}")),
                program.map(|program| format!(", for {}", program.en())),
            ];
            let (zh, en) =
                (zh.into_iter().flatten().collect::<String>(), en.into_iter().flatten().collect::<String>());
            words(
                format!("拨款到账 {amount} 元（{document}{zh}）"),
                format!("{amount} yuan appropriated ({document}{en})"),
            )
        }
        Event::DonationCredited { donation_id, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("捐赠入账 {amount} 元（{donation_id}）"),
                format!("gift {donation_id} credited: {amount} yuan"),
            )
        }
        Event::FundsCommitted { .. }
        | Event::FundsReleased { .. }
        | Event::FundsRecommitted { .. }
        | Event::FundsSpent { .. } => of_commitment(event),
        Event::DonationsRemitted { remittance_id, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("善款转交支出 {amount} 元（{remittance_id}）"),
                format!("{amount} yuan remitted ({remittance_id})"),
            )
        }
        Event::RecoveryCredited { amount, payment_id, reference, .. } => {
            let amount = yuan(*amount);
            let (slip_zh, slip_en) = slip(reference.as_deref());
            words(
                format!("追回入账 {amount} 元（{payment_id}{slip_zh}）"),
                format!("{amount} yuan recovered of {payment_id}{slip_en}"),
            )
        }
        Event::FundYearClosed { .. } | Event::FundYearReopened { .. } | Event::FundYearCarriedOver { .. } => {
            of_year(event)
        }
    }
}

/// What a fund does for a run in words.
fn of_commitment(event: &FundEvent) -> Words {
    use FundEvent as Event;
    match event {
        Event::FundsCommitted { run_id, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("为批次 {run_id} 占用 {amount} 元"),
                format!("{amount} yuan committed to run {run_id}"),
            )
        }
        Event::FundsReleased { run_id, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("批次 {run_id} 占用解除 {amount} 元"),
                format!("{amount} yuan of run {run_id} released"),
            )
        }
        Event::FundsRecommitted { run_id, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("为批次 {run_id} 恢复占用 {amount} 元（退汇后又到账）"),
                format!("{amount} yuan committed to run {run_id} again (arrived after a return)"),
            )
        }
        Event::FundsSpent { run_id, amount, .. } => {
            let amount = yuan(*amount);
            words(format!("批次 {run_id} 支出 {amount} 元"), format!("{amount} yuan spent by run {run_id}"))
        }
        other => of_fund(other),
    }
}

/// The end of a fund's year in words.
fn of_year(event: &FundEvent) -> Words {
    use FundEvent as Event;
    match event {
        Event::FundYearClosed { year, unspent, committed, .. } => {
            let (unspent, committed) = (yuan(*unspent), yuan(*committed));
            words(
                format!("{year} 年结账：余额 {unspent} 元，其中占用 {committed} 元"),
                format!("{year} closed: {unspent} yuan left, {committed} of them committed"),
            )
        }
        Event::FundYearReopened { year, reason, .. } => {
            words(format!("撤销 {year} 年结账：{reason}"), format!("{year} reopened: {reason}"))
        }
        Event::FundYearCarriedOver { year, document, carried, .. } => {
            let (carried, next) = (yuan(*carried), year.saturating_add(1));
            words(
                format!("{year} 年结余 {carried} 元结转至 {next} 年（{document}）"),
                format!("{carried} yuan of {year} carried over into {next} ({document})"),
            )
        }
        other => of_fund(other),
    }
}
