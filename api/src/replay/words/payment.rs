//! What can happen to a payment, in words.

use domain::payment::{PaymentEvent, PaymentKind, RecoveryReason};

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
            words(
                format!("{zh}发放 {month} 第 {attempt} 笔 {amount} 元（当月应发 {due} 元）"),
                format!("{en} payment {attempt} for {month}: {amount} yuan ordered (due {due})"),
            )
        }
        Event::PaymentSettled { settled_on, .. } => {
            words(format!("{settled_on} 到账"), format!("settled on {settled_on}"))
        }
        Event::PaymentReturned { reason, returned_on } => {
            words(format!("{returned_on} 退汇（{reason}）"), format!("returned on {returned_on} ({reason})"))
        }
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
        Event::RecoveryReceived { amount, received_on } => {
            let amount = yuan(*amount);
            words(
                format!("{received_on} 追回 {amount} 元"),
                format!("{amount} yuan recovered on {received_on}"),
            )
        }
    }
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
