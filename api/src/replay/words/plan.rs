//! What can happen to a recovery plan, in words.

use domain::recovery_plan::{PlanTerms, RecoveryPlanEvent, RecoveryWay, Repayer, WaiverGround};

use super::{Words, words};
use crate::cli::screen::yuan;

/// The event in words.
pub(super) fn said(event: &RecoveryPlanEvent) -> Words {
    use RecoveryPlanEvent as Event;
    match event {
        Event::RecoveryPlanProposed { terms, .. } => proposed(terms),
        Event::RecoveryPlanApproved { approved_on, .. } => {
            words(format!("{approved_on} 追回方案获批"), format!("recovery plan approved on {approved_on}"))
        }
        Event::RecoveryPlanRejected { reason, .. } => {
            words(format!("追回方案退回：{reason}"), format!("recovery plan sent back: {reason}"))
        }
        Event::RecoveryPlanCompleted { completed_on } => words(
            format!("{completed_on} 追回方案完成"),
            format!("recovery plan completed on {completed_on}"),
        ),
        Event::RecoveryPlanEnded { reason, .. } => {
            words(format!("追回方案终止：{reason}"), format!("recovery plan ended: {reason}"))
        }
    }
}

fn proposed(terms: &PlanTerms) -> Words {
    let (count, total) = (terms.items.len(), yuan(terms.total().unwrap_or_default()));
    let Words { zh, en } = plan_way(&terms.way);
    words(
        format!("提出追回方案：{count} 笔共 {total} 元，{zh}"),
        format!("recovery plan proposed: {count} payments, {total} yuan, {en}"),
    )
}

/// A plan's way in words.
pub fn plan_way(way: &RecoveryWay) -> Words {
    match way {
        RecoveryWay::Repayment { by: Repayer::Beneficiary } => words("本人退款", "the beneficiary repays"),
        RecoveryWay::Repayment { by: Repayer::Heirs } => {
            words("继承人在遗产价值内退款", "the heirs repay, up to the estate's value")
        }
        RecoveryWay::Withholding { per_month, agreement, .. } => {
            let per_month = yuan(*per_month);
            let (agreed_zh, agreed_en) = match agreement {
                Some(agreement) => (format!("（{agreement}）"), format!(" ({agreement})")),
                None => (String::new(), String::new()),
            };
            words(
                format!("每月抵扣 {per_month} 元{agreed_zh}"),
                format!("{per_month} yuan withheld a month{agreed_en}"),
            )
        }
        RecoveryWay::Waiver { ground: WaiverGround::SmallSum, .. } => {
            words("小额核销", "waived as a small sum")
        }
        RecoveryWay::Waiver { ground: WaiverGround::EstateExhausted, .. } => {
            words("遗产已清偿完毕，核销", "waived as the estate is exhausted")
        }
    }
}
