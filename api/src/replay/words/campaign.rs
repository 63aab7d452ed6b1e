//! What can happen to a campaign, in words. Donors are nobody but their gift's number.

use domain::campaign::{CampaignEvent, Goods, Publicity};
use domain::ids::DonationId;

use super::{Words, words};
use crate::cli::screen::yuan;

/// An event of a campaign in words.
pub(super) fn said(event: &CampaignEvent) -> Words {
    use CampaignEvent as Event;
    match event {
        Event::CampaignOpened { name, organiser, opens_on, closes_on, .. } => words(
            format!("募捐活动“{name}”（{organiser}），{opens_on} 至 {closes_on}"),
            format!("campaign {name} ({organiser}), {opens_on} to {closes_on}"),
        ),
        Event::DonationReceived { .. }
        | Event::InKindReceived { .. }
        | Event::DonationRefunded { .. }
        | Event::PublicityChanged { .. } => of_gift(event),
        Event::ReceiptIssued { donation_id, receipt_number, .. } => words(
            format!("开具第 {receipt_number} 号票据（{donation_id}）"),
            format!("receipt {receipt_number} issued for gift {donation_id}"),
        ),
        Event::ReceiptVoided { receipt_number, reason, .. } => words(
            format!("第 {receipt_number} 号票据作废：{reason}"),
            format!("receipt {receipt_number} voided: {reason}"),
        ),
        Event::ProgressPublished { total, donation_count, .. } => {
            let total = yuan(*total);
            words(
                format!("定期公开：{donation_count} 笔，合计 {total} 元"),
                format!("progress published: {donation_count} gifts, {total} yuan"),
            )
        }
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
        Event::RemittanceProposed { .. }
        | Event::RemittanceRejected { .. }
        | Event::DonationRemitted { .. } => of_remittance(event),
        Event::DonorErasureRequested { donor, basis, .. } => words(
            format!("申请删除捐赠人 {donor} 的信息：{basis}"),
            format!("erasure of donor {donor} requested: {basis}"),
        ),
        Event::DonorErasureRejected { donor, reason, .. } => words(
            format!("捐赠人 {donor} 的删除申请退回：{reason}"),
            format!("erasure of donor {donor} sent back: {reason}"),
        ),
        Event::DonorErased { donor, erased_on, .. } => words(
            format!("捐赠人 {donor} 的信息已于 {erased_on} 删除"),
            format!("donor {donor} erased on {erased_on}"),
        ),
    }
}

fn of_gift(event: &CampaignEvent) -> Words {
    match event {
        CampaignEvent::DonationReceived { donation } => {
            let (gift, amount) = (donation.donation_id, yuan(donation.amount));
            words(format!("收到捐赠 {amount} 元（{gift}）"), format!("gift {gift} received: {amount} yuan"))
        }
        CampaignEvent::InKindReceived { gift } => goods(gift.donation_id, &gift.goods),
        CampaignEvent::DonationRefunded { donation_id, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("退还捐赠 {amount} 元（{donation_id}）"),
                format!("{amount} yuan of gift {donation_id} refunded"),
            )
        }
        CampaignEvent::PublicityChanged { donation_id, publicity, .. } => {
            let (zh, en) = match publicity {
                Publicity::Named => ("公开", "named"),
                Publicity::Masked => ("部分公开", "masked"),
                Publicity::Anonymous => ("匿名", "anonymous"),
            };
            words(format!("捐赠 {donation_id} 改为{zh}"), format!("gift {donation_id} is {en} from now on"))
        }
        _ => words("其他", "something else"),
    }
}

fn goods(gift: DonationId, goods: &Goods) -> Words {
    let Goods { description, quantity, unit, fair_value, .. } = goods;
    let value = yuan(*fair_value);
    words(
        format!("收到实物捐赠{description} {quantity} {unit}，价值 {value} 元（{gift}）"),
        format!("goods received: {description}, {quantity} {unit}, worth {value} yuan ({gift})"),
    )
}

fn of_remittance(event: &CampaignEvent) -> Words {
    match event {
        CampaignEvent::RemittanceProposed { recipient, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("拟向{recipient}转交 {amount} 元"),
                format!("{amount} yuan proposed for {recipient}"),
            )
        }
        CampaignEvent::RemittanceRejected { remittance_id, reason, .. } => words(
            format!("转交 {remittance_id} 退回：{reason}"),
            format!("remittance {remittance_id} sent back: {reason}"),
        ),
        CampaignEvent::DonationRemitted { remittance_id, amount, reference, .. } => {
            let amount = yuan(*amount);
            words(
                format!("善款转交 {amount} 元（{remittance_id}，凭证 {reference}）"),
                format!("{amount} yuan remitted ({remittance_id}, voucher {reference})"),
            )
        }
        _ => words("其他", "something else"),
    }
}
