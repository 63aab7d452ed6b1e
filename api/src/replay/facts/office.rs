//! Facts of everything but households: cases, runs, payments, campaigns, funds, identities.

use domain::bank_return::BankReturn;
use domain::benefit_case::{BenefitCase, Decision, EnrolledCase, HeldMonths, Recertification};
use domain::campaign::Campaign;
use domain::fund::Fund;
use domain::identity::Identity;
use domain::payment::{Payment, PaymentStage};
use domain::payment_run::{PaymentRun, RunStage};
use domain::recovery_plan::RecoveryPlan;

use super::{Fact, count, day, fact, money};
use crate::replay::words::{plan_way, words};

pub(super) fn of_identity(identity: &Identity) -> Vec<Fact> {
    let (zh, en) = match identity {
        Identity::Unclaimed => return Vec::new(),
        Identity::Claimed { .. } => ("占用", "claimed"),
        Identity::Released { .. } => ("已释放", "released"),
    };
    vec![fact("identity", "身份占用", "Identity", words(zh, en))]
}

pub(super) fn of_case(case: &BenefitCase) -> Vec<Fact> {
    let stage = case.stage();
    let Some(program) = case.program() else { return Vec::new() };
    let mut facts = vec![
        fact("program", "救助项目", "Program", words(program.zh(), program.en())),
        fact("stage", "办理阶段", "Stage", words(stage.zh(), stage.en())),
    ];
    let decided =
        |decision: &Decision| day("decided_on", "审批日期", "Decided on", Some(decision.decided_on));
    facts.extend(day(
        "applied_on",
        "申请日期",
        "Applied on",
        case.application().map(|asked| asked.applied_on),
    ));
    match case {
        BenefitCase::Refused(case) => facts.extend(decided(&case.decision)),
        BenefitCase::Enrolled(case) => {
            facts.extend(decided(&case.decision));
            facts.extend(on_the_roll(case));
        }
        BenefitCase::Closed(case) => {
            facts.extend(decided(&case.enrolled.decision));
            facts.extend(on_the_roll(&case.enrolled));
            facts.extend(day("closed_on", "终止日期", "Closed on", Some(case.closing.closed_on)));
        }
        BenefitCase::Discontinued(case) => {
            facts.extend(day("closed_on", "终止日期", "Closed on", Some(case.closing.closed_on)));
        }
        _ => {}
    }
    facts
}

fn on_the_roll(case: &EnrolledCase) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some((from, entitlement)) = case.entitlements.iter().next_back() {
        let amount = crate::cli::screen::yuan(entitlement.amount);
        let month = from.format("%Y-%m");
        let value = words(format!("{amount} 元（自 {month}）"), format!("{amount} yuan from {month}"));
        facts.push(fact("entitlement", "核定待遇", "Entitlement a month", value));
    }
    let suspended = case.open_suspension().map(|suspension| suspension.since);
    facts.extend(day("suspended_since", "停发自", "Suspended since", suspended));
    for hold in case.holds.iter().filter(|hold| hold.lifted_on.is_none()) {
        let months = match hold.months {
            HeldMonths::All => words("全部月份", "every month"),
            HeldMonths::Month(month) => words(month.to_string(), month.to_string()),
        };
        let value = words(
            format!("{}（{}，自 {}）", months.zh, hold.reason.zh(), hold.held_on),
            format!("{} ({}, from {})", months.en, hold.reason.en(), hold.held_on),
        );
        facts.push(fact("payment_held", "暂缓发放", "Payment held", value));
    }
    let due_on = match case.recertification {
        Recertification::Next { due_on, .. } | Recertification::Due { due_on } => due_on,
    };
    facts.extend(day("review_due_on", "下次复核", "Next review", Some(due_on)));
    facts
}

pub(super) fn of_run(run: &PaymentRun) -> Vec<Fact> {
    let stage = run.stage();
    if stage == RunStage::Unopened {
        return Vec::new();
    }
    let mut facts = vec![fact("stage", "办理阶段", "Stage", words(stage.zh(), stage.en()))];
    if let Some(preparation) = run.preparation() {
        facts.push(count("month", "所属月份", "Benefit month", preparation.month));
    }
    if let Some(calculation) = run.calculation() {
        facts.push(count("position", "核算位置", "Calculated at position", calculation.position));
        facts.push(count("line_count", "笔数", "Lines", calculation.line_count));
        facts.push(money("control_sum", "合计金额", "Control sum", calculation.control_sum));
        facts.push(count("exception_count", "异常", "Exceptions", calculation.exception_count));
        if calculation.warning_count > 0 {
            facts.push(count("warning_count", "提示事项", "Warnings", calculation.warning_count));
        }
    }
    if let PaymentRun::Reconciled(reconciled) = run {
        facts.push(money("settled_sum", "到账金额", "Settled", reconciled.results.settled_sum));
        facts.push(money("returned_sum", "退汇金额", "Returned", reconciled.results.returned_sum));
    }
    facts
}

pub(super) fn of_payment(payment: &Payment) -> Vec<Fact> {
    let stage = payment.stage();
    if stage == PaymentStage::Unordered {
        return Vec::new();
    }
    let mut facts = vec![fact("stage", "状态", "Status", words(stage.zh(), stage.en()))];
    if let Some(order) = payment.order() {
        facts.push(money("amount", "金额", "Amount", order.amount));
    }
    let where_it_is = payment.whereabouts();
    if where_it_is.recovery_opened.is_positive() {
        facts.push(money("recovery_opened", "追缴立项", "Asked back", where_it_is.recovery_opened));
    }
    if where_it_is.recovery_received.is_positive() {
        facts.push(money("recovery_received", "已追回", "Recovered", where_it_is.recovery_received));
    }
    if where_it_is.recovery_waived.is_positive() {
        facts.push(money("recovery_waived", "已核销", "Waived", where_it_is.recovery_waived));
    }
    if where_it_is.withheld.is_positive() {
        facts.push(money("withheld", "抵扣", "Withheld", where_it_is.withheld));
    }
    facts
}

pub(super) fn of_bank_return(bank_return: &BankReturn) -> Vec<Fact> {
    let Some(received) = bank_return.received() else { return Vec::new() };
    let stage = bank_return.stage();
    let mut facts = vec![
        fact("stage", "状态", "Status", words(stage.zh(), stage.en())),
        count("line_count", "笔数", "Lines", received.file.line_count),
        count("unmatched_count", "异常", "Exceptions", received.lines.len()),
    ];
    if let BankReturn::Matched(matched) = bank_return {
        facts.push(count("resolved_count", "已处理异常", "Exceptions resolved", matched.resolved.len()));
    }
    facts
}

pub(super) fn of_plan(plan: &RecoveryPlan) -> Vec<Fact> {
    let Some(proposed) = plan.proposed() else { return Vec::new() };
    let stage = plan.stage();
    vec![
        fact("stage", "状态", "Status", words(stage.zh(), stage.en())),
        fact("way", "追回方式", "Way", plan_way(&proposed.terms.way)),
        money("total", "方案金额", "Plan", proposed.terms.total().unwrap_or_default()),
    ]
}

pub(super) fn of_campaign(campaign: &Campaign) -> Vec<Fact> {
    let Some(book) = campaign.book() else { return Vec::new() };
    let stage = campaign.stage();
    vec![
        fact("stage", "办理阶段", "Stage", words(stage.zh(), stage.en())),
        count("donation_count", "捐赠笔数", "Gifts", book.donation_count()),
        money("received", "收到捐赠", "Received", book.received),
        money("refunded", "退还捐赠", "Refunded", book.refunded),
        count("last_receipt", "末张票据", "Last receipt", book.last_receipt),
        count("in_kind_count", "实物捐赠", "Gifts of goods", book.in_kind.len()),
        money("in_kind_value", "实物价值", "Value of goods", book.in_kind_value),
        money("remitted", "已转交", "Remitted", book.remitted),
    ]
}

pub(super) fn of_fund(fund: &Fund) -> Vec<Fact> {
    let Some(account) = fund.account() else { return Vec::new() };
    let restriction = account.charter.restriction;
    vec![
        fact("name", "名称", "Name", words(&account.charter.name, &account.charter.name)),
        fact("restriction", "限定", "Restriction", words(restriction.zh(), restriction.en())),
        money("balance", "余额", "Balance", account.balance),
        money("committed", "占用", "Committed", account.committed),
        money("free", "可用余额", "Free", account.free()),
    ]
}
