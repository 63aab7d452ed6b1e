//! What can happen to a payment, in words.

use domain::payment::{PaymentEvent, PaymentKind, RecoveryReason, Withholding, withheld_sum};

use super::{Words, words};
use crate::cli::screen::yuan;

/// The event in words.
pub(super) fn said(event: &PaymentEvent) -> Words {
    use PaymentEvent as Event;
    match event {
        Event::PaymentOrdered { order } => {
            let (month, attempt, amount, due) =
                (order.month, order.attempt, yuan(order.amount), yuan(order.due));
            let (zh, en) = kind(order.kind);
            let (less_zh, less_en) = withheld(&order.withheld);
            words(
                format!("{zh}发放 {month} 第 {attempt} 笔 {amount} 元（当月应发 {due} 元）{less_zh}"),
                format!("{en} payment {attempt} for {month}: {amount} yuan ordered (due {due}){less_en}"),
            )
        }
        Event::PaymentSettled { settled_on, withheld: parts, .. } => {
            let (less_zh, less_en) = withheld(parts);
            words(format!("{settled_on} 到账{less_zh}"), format!("settled on {settled_on}{less_en}"))
        }
        Event::PaymentReturned { reason, returned_on } => {
            words(format!("{returned_on} 退汇（{reason}）"), format!("returned on {returned_on} ({reason})"))
        }
        Event::BookingNamed { bank_reference, booked_on } => words(
            format!("补记银行流水号 {bank_reference}（{booked_on} 入账）"),
            format!("the bank's reference of the booking of {booked_on} is {bank_reference}"),
        ),
        Event::ReturnRevoked { revoked_on } => words(
            format!("{revoked_on} 退汇更正：款项仍已到账"),
            format!("return taken back on {revoked_on}: the money arrived after all"),
        ),
        Event::PaymentReissued { reissued_as, .. } => {
            words(format!("重发为 {reissued_as}"), format!("reissued as {reissued_as}"))
        }
        Event::PaymentCancelled { reason, .. } => {
            words(format!("作废：{reason}"), format!("cancelled: {reason}"))
        }
        Event::RecoveryOpened { amount, reason, .. } => {
            let ((zh, en), amount) = (recovery(*reason), yuan(*amount));
            words(format!("追缴立项 {amount} 元（{zh}）"), format!("recovery of {amount} yuan opened ({en})"))
        }
        Event::RecoveryReceived { amount, received_on, withheld_from, reference } => {
            let amount = yuan(*amount);
            let (from_zh, from_en) = match withheld_from {
                Some(from) => (
                    format!("，自发放明细 {} 抵扣", from.payment_id),
                    format!(", withheld from payment {}", from.payment_id),
                ),
                None => (String::new(), String::new()),
            };
            let (slip_zh, slip_en) = slip(reference.as_deref());
            words(
                format!("{received_on} 追回 {amount} 元{from_zh}{slip_zh}"),
                format!("{amount} yuan recovered on {received_on}{from_en}{slip_en}"),
            )
        }
        Event::RecoveryWaived { amount, waived_on, plan_id } => {
            let amount = yuan(*amount);
            words(
                format!("{waived_on} 核销待追回款 {amount} 元（方案 {plan_id}）"),
                format!("{amount} yuan to recover given up on {waived_on} (plan {plan_id})"),
            )
        }
        Event::RecoveryWithdrawn { amount, withdrawn_on } => {
            let amount = yuan(*amount);
            words(
                format!("{withdrawn_on} 撤回追缴 {amount} 元：该月仍应发放"),
                format!("recovery of {amount} yuan withdrawn on {withdrawn_on}: the month is due after all"),
            )
        }
    }
}

/// By which slip money was paid back; nothing where nobody stated it.
pub(super) fn slip(reference: Option<&str>) -> (String, String) {
    match reference {
        Some(reference) => (format!("，流水号 {reference}"), format!(", slip {reference}")),
        None => (String::new(), String::new()),
    }
}

/// What an order or a settlement withholds; nothing where it is paid whole.
fn withheld(parts: &[Withholding]) -> (String, String) {
    if parts.is_empty() {
        return (String::new(), String::new());
    }
    let sum = yuan(withheld_sum(parts).unwrap_or_default());
    (format!("，抵扣待追回款 {sum} 元"), format!(", {sum} withheld for what is to be recovered"))
}

const fn kind(kind: PaymentKind) -> (&'static str, &'static str) {
    match kind {
        PaymentKind::Ordinary => ("当期", "ordinary"),
        PaymentKind::Arrears => ("补发", "arrears"),
        PaymentKind::Reissue => ("重发", "reissue"),
    }
}

const fn recovery(reason: RecoveryReason) -> (&'static str, &'static str) {
    match reason {
        RecoveryReason::Deceased => ("去世", "deceased"),
        RecoveryReason::MovedOut => ("迁出", "moved out"),
        RecoveryReason::FactsCorrected => ("情况更正", "facts corrected"),
    }
}
