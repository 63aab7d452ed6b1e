//! What can happen to a payment run, in words.

use domain::payment_run::PaymentRunEvent;

use super::{Words, words};
use crate::cli::screen::yuan;

/// The event in words.
pub(super) fn said(event: &PaymentRunEvent) -> Words {
    use PaymentRunEvent as Event;
    match event {
        Event::PaymentRunOpened { month, programs, .. } => {
            let zh: Vec<&str> = programs.iter().map(|program| program.zh()).collect();
            let en: Vec<&str> = programs.iter().map(|program| program.en()).collect();
            words(
                format!("建批 {month}：{}", zh.join("、")),
                format!("opened for {month}: {}", en.join(", ")),
            )
        }
        Event::PaymentRunCalculated { calculation, .. } => {
            let (lines, sum, at) =
                (calculation.line_count, yuan(calculation.control_sum), calculation.position);
            words(
                format!("按位置 {at} 核算：{lines} 笔，合计 {sum} 元（规则 {}）", calculation.rule_version),
                format!(
                    "calculated at position {at}: {lines} lines, {sum} yuan (rules {})",
                    calculation.rule_version
                ),
            )
        }
        Event::PaymentRunSubmitted { submitted_on, second_approval_above: None, .. } => {
            words(format!("{submitted_on} 提交审批"), format!("submitted on {submitted_on}"))
        }
        Event::PaymentRunSubmitted { submitted_on, second_approval_above: Some(above), .. } => {
            let above = yuan(*above);
            words(
                format!("{submitted_on} 提交审批（超过 {above} 元须两人审批）"),
                format!("submitted on {submitted_on} (above {above} yuan two people approve)"),
            )
        }
        Event::PaymentRunEndorsed { endorsed_on, .. } => {
            words(format!("{endorsed_on} 初审同意"), format!("endorsed on {endorsed_on}"))
        }
        Event::PaymentRunApproved { approved_on, .. } => {
            words(format!("{approved_on} 审批同意"), format!("approved on {approved_on}"))
        }
        Event::PaymentRunRejected { reason, rejected_on } => {
            words(format!("{rejected_on} 退回（{reason}）"), format!("sent back on {rejected_on} ({reason})"))
        }
        Event::PaymentRunReleased { execution_on, .. } => words(
            format!("已发放，要求 {execution_on} 执行"),
            format!("released, to be paid on {execution_on}"),
        ),
        Event::PaymentRunReconciled { settled_count, settled_sum, returned_count, returned_sum, .. } => {
            let (settled, returned) = (yuan(*settled_sum), yuan(*returned_sum));
            words(
                format!("对账：到账 {settled_count} 笔 {settled} 元，退汇 {returned_count} 笔 {returned} 元"),
                format!(
                    "reconciled: {settled_count} settled, {settled} yuan; {returned_count} returned, {returned} yuan"
                ),
            )
        }
    }
}
