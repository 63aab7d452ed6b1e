//! What can happen to a case, in words.

use domain::benefit_case::{BenefitCaseEvent, HeldMonths, MeansFinding, ObjectionOutcome, Outcome};

use super::{Words, code, words};
use crate::cli::screen::yuan;

/// The event in words.
pub(super) fn said(event: &BenefitCaseEvent) -> Words {
    before_decision(event).or_else(|| decided(event)).unwrap_or_else(|| on_the_roll(event))
}

fn before_decision(event: &BenefitCaseEvent) -> Option<Words> {
    use BenefitCaseEvent as Event;
    Some(match event {
        Event::ConsultationHeld { subject, held_on, .. } => words(
            format!("{held_on} 咨询{}", subject.program.zh()),
            format!("asked about {} on {held_on}", subject.program.en()),
        ),
        Event::ApplicationReceived { applied_on, .. } => {
            words(format!("{applied_on} 受理申请"), format!("application received on {applied_on}"))
        }
        Event::MaterialsRequested { materials, due_on, .. } => words(
            format!("通知补正 {} 项材料，{due_on} 前交齐", materials.len()),
            format!("{} materials requested until {due_on}", materials.len()),
        ),
        Event::MaterialsSupplied { supplied_on, .. } => {
            words(format!("{supplied_on} 材料补齐"), format!("materials supplied on {supplied_on}"))
        }
        Event::MeansChecked { finding, checked_on, report, .. } => {
            let (zh, en) = match finding {
                MeansFinding::Consistent => ("与申报一致", "as declared"),
                MeansFinding::Corrected => ("与申报不符，已更正", "not as declared, corrected"),
            };
            words(
                format!("{checked_on} 经济状况核对：{zh}（{report}）"),
                format!("means checked on {checked_on}: {en} ({report})"),
            )
        }
        Event::HomeVisited { visitors, visited_on, .. } => {
            let visitors: Vec<&str> = visitors.iter().map(domain::actor::ActorId::as_str).collect();
            let (zh, en) = (visitors.join("、"), visitors.join(", "));
            words(format!("{visited_on} 入户调查：{zh}"), format!("home visited on {visited_on} by {en}"))
        }
        Event::ReviewRecommended { outcome, reviewed_on, .. } => {
            let (zh, en) = said_of(*outcome);
            words(format!("{reviewed_on} 审核意见：{zh}"), format!("review on {reviewed_on}: {en}"))
        }
        Event::ReviewWithdrawn { withdrawn_on, .. } => words(
            format!("{withdrawn_on} 撤回审核意见"),
            format!("recommendation withdrawn on {withdrawn_on}"),
        ),
        Event::NoticePosted { posted_on, notice_days, earliest_decision_on, .. } => words(
            format!("{posted_on} 起公示 {notice_days} 天，{earliest_decision_on} 起可审批"),
            format!(
                "notice of {notice_days} days posted on {posted_on}, decision from {earliest_decision_on}"
            ),
        ),
        Event::ObjectionRaised { objection, .. } => {
            words(format!("提出异议（第 {objection} 件）"), format!("objection {objection} raised"))
        }
        Event::ObjectionResolved { objection, outcome, .. } => {
            let (zh, en) = match outcome {
                ObjectionOutcome::Upheld => ("成立", "upheld"),
                ObjectionOutcome::Dismissed => ("不成立", "dismissed"),
            };
            words(format!("第 {objection} 件异议{zh}"), format!("objection {objection} {en}"))
        }
        _ => return None,
    })
}

fn decided(event: &BenefitCaseEvent) -> Option<Words> {
    use BenefitCaseEvent as Event;
    Some(match event {
        Event::EligibilityDecided { outcome, decided_on, reasons, rule_version, .. } => {
            let (zh, en) = said_of(*outcome);
            let why = if reasons.is_empty() { String::new() } else { format!(" [{}]", reasons.join(", ")) };
            words(
                format!("{decided_on} 审批：{zh}{why}（规则 {rule_version}）"),
                format!("decided on {decided_on}: {en}{why} (rules {rule_version})"),
            )
        }
        Event::EntitlementDetermined { from, amount, .. } => {
            let amount = yuan(*amount);
            words(
                format!("核定自 {from} 起每月 {amount} 元"),
                format!("determined: {amount} yuan a month from {from}"),
            )
        }
        _ => return None,
    })
}

fn on_the_roll(event: &BenefitCaseEvent) -> Words {
    use BenefitCaseEvent as Event;
    match event {
        Event::RecertificationDue { due_on, .. } => {
            words(format!("复核到期：{due_on}"), format!("recertification due by {due_on}"))
        }
        Event::Recertified { recertified_on, next_due_on, .. } => words(
            format!("{recertified_on} 复核，下次 {next_due_on}"),
            format!("recertified on {recertified_on}, next by {next_due_on}"),
        ),
        Event::CaseSuspended { reason, since, .. } => words(
            format!("自 {since} 起停发（失联等原因：{}）", code(reason)),
            format!("suspended from {since} ({})", code(reason)),
        ),
        Event::CaseResumed { confirmed_on, .. } => words(
            format!("{confirmed_on} 确认健在，恢复发放"),
            format!("confirmed alive on {confirmed_on}, resumed"),
        ),
        Event::PaymentHeld { months, reason, held_on, .. } => {
            let held = held_months(*months);
            words(
                format!("{held_on} 暂缓发放{}（{}）", held.zh, reason.zh()),
                format!("{} held on {held_on} ({})", held.en, reason.en()),
            )
        }
        Event::PaymentHoldLifted { months, lifted_on, .. } => {
            let held = held_months(*months);
            words(
                format!("{lifted_on} 解除暂缓{}", held.zh),
                format!("the hold of {} lifted on {lifted_on}", held.en),
            )
        }
        Event::CaseClosed { reason, closed_on, .. } => {
            let reason = code(reason);
            words(format!("{closed_on} 终止（{reason}）"), format!("closed on {closed_on} ({reason})"))
        }
        Event::AppealFiled { filed_on, .. } => {
            words(format!("{filed_on} 申请复议"), format!("appeal filed on {filed_on}"))
        }
        Event::AppealDecided { outcome, decided_on, .. } => {
            let (zh, en) = said_of(*outcome);
            words(format!("{decided_on} 复议决定：{zh}"), format!("appeal decided on {decided_on}: {en}"))
        }
        _ => words("其他", "something else"),
    }
}

fn held_months(months: HeldMonths) -> Words {
    match months {
        HeldMonths::All => words("（全部月份）", "every month"),
        HeldMonths::Month(month) => words(format!(" {month}"), month.to_string()),
    }
}

const fn said_of(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Approved => ("同意", "approved"),
        Outcome::Refused => ("不同意", "refused"),
    }
}
