//! What can happen to a fund, in words.

use domain::fund::FundEvent;

use super::{Words, words};
use crate::cli::screen::yuan;

/// An event of a fund in words.
pub(super) fn of_fund(event: &FundEvent) -> Words {
    use FundEvent as Event;
    match event {
        Event::FundOpened { name, opened_on, .. } => {
            words(format!("{opened_on} 设立{name}"), format!("{name} opened on {opened_on}"))
        }
        Event::MoneyAppropriated { amount, document, .. } => {
            let amount = yuan(*amount);
            words(
                format!("拨款到账 {amount} 元（{document}）"),
                format!("{amount} yuan appropriated ({document})"),
            )
        }
        Event::DonationCredited { donation_id, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("捐赠入账 {amount} 元（{donation_id}）"),
                format!("gift {donation_id} credited: {amount} yuan"),
            )
        }
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
        Event::FundsSpent { run_id, amount, .. } => {
            let amount = yuan(*amount);
            words(format!("批次 {run_id} 支出 {amount} 元"), format!("{amount} yuan spent by run {run_id}"))
        }
        Event::DonationsRemitted { remittance_id, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("善款转交支出 {amount} 元（{remittance_id}）"),
                format!("{amount} yuan remitted ({remittance_id})"),
            )
        }
        Event::RecoveryCredited { amount, payment_id, .. } => {
            let amount = yuan(*amount);
            words(
                format!("追回入账 {amount} 元（{payment_id}）"),
                format!("{amount} yuan recovered of {payment_id}"),
            )
        }
    }
}
