//! What can happen to a fund and to a campaign, in words.

use domain::campaign::CampaignEvent;
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
        Event::RecoveryCredited { amount, payment_id, .. } => {
            let amount = yuan(*amount);
            words(
                format!("追回入账 {amount} 元（{payment_id}）"),
                format!("{amount} yuan recovered of {payment_id}"),
            )
        }
    }
}

/// An event of a campaign in words.
pub(super) fn of_campaign(event: &CampaignEvent) -> Words {
    use CampaignEvent as Event;
    match event {
        Event::CampaignOpened { name, organiser, opens_on, closes_on, .. } => words(
            format!("募捐活动“{name}”（{organiser}），{opens_on} 至 {closes_on}"),
            format!("campaign {name} ({organiser}), {opens_on} to {closes_on}"),
        ),
        Event::DonationReceived { donation } => {
            let (gift, amount) = (donation.donation_id, yuan(donation.amount));
            words(format!("收到捐赠 {amount} 元（{gift}）"), format!("gift {gift} received: {amount} yuan"))
        }
        Event::DonationRefunded { donation_id, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("退还捐赠 {amount} 元（{donation_id}）"),
                format!("{amount} yuan of gift {donation_id} refunded"),
            )
        }
        Event::ReceiptIssued { donation_id, receipt_number, .. } => words(
            format!("开具第 {receipt_number} 号票据（{donation_id}）"),
            format!("receipt {receipt_number} issued for gift {donation_id}"),
        ),
        Event::CampaignClosed { closed_on } => {
            words(format!("{closed_on} 活动结束"), format!("closed on {closed_on}"))
        }
        Event::ResultsPublished { total, donation_count, .. } => {
            let total = yuan(*total);
            words(
                format!("公开结果：{donation_count} 笔，合计 {total} 元"),
                format!("results published: {donation_count} gifts, {total} yuan"),
            )
        }
    }
}
