//! Cases whose review is overdue, or came late, while money went on.
//!
//! Source: 低保 and the like are reviewed at least yearly, half-yearly where income is unstable (民发〔2021〕57号); audits find
//! roll entries that nobody reviewed.

use chrono::NaiveDate;
use domain::benefit_case::{BenefitCase, BenefitCaseEvent as Event, CaseSubject, Recertification};
use domain::program::Program;

use crate::flags::flag::{counted, total, yuan};
use crate::flags::{Found, KnownCase, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "recertification_overdue",
    zh: "定期复核逾期",
    en: "Overdue recertification",
    finds: "Cases of 低保, 特困, 低收入 and 困境儿童 that are on the roll and were not reviewed by the day on which it was due, \
            and reviews that came after it.",
    evidence: "The decision or review from which the time ran, the late review, and the payments ordered meanwhile.",
    source: "民发〔2021〕57号, 民发〔2021〕43号: reviewed at least yearly, half-yearly where income is unstable; facts of published \
             audits: not re-reviewed.",
    blind: "The elderly and disability subsidies: their quarterly recheck compares registers for the whole roll and is no \
            step of a case. Whether a review looked at anything.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for case in look.log.cases.values() {
        let reviewed = |subject: &&CaseSubject| {
            matches!(
                subject.program,
                Program::SubsistenceAllowance
                    | Program::ExtremelyPoorSupport
                    | Program::LowIncomeRecognition
                    | Program::ChildrenInDifficulty
            )
        };
        let Some(subject) = case.subject().filter(reviewed) else { continue };
        let mut from = None;
        for recorded in &case.history.events {
            match &recorded.event {
                Event::EligibilityDecided { .. } => from = Some(recorded.position),
                Event::Recertified { recertified_on, .. } => {
                    let due = due_on(&case.history.before(recorded.position));
                    if let (Some(since), Some(due)) = (from, due) {
                        judge(
                            look,
                            found,
                            (subject, case),
                            since,
                            due,
                            (*recertified_on, Some(recorded.position)),
                        );
                    }
                    from = Some(recorded.position);
                }
                _ => {}
            }
        }
        if let (Some(since), Some(due)) = (from, due_on(&case.history.now())) {
            judge(look, found, (subject, case), since, due, (look.on, None));
        }
    }
}

/// When the next review of a case on the roll is due.
fn due_on(case: &BenefitCase) -> Option<NaiveDate> {
    let BenefitCase::Enrolled(case) = case else { return None };
    Some(match case.recertification {
        Recertification::Next { due_on, .. } | Recertification::Due { due_on } => due_on,
    })
}

fn judge(
    look: &Look<'_>,
    found: &mut Found,
    (subject, case): (&CaseSubject, &KnownCase),
    since: u64,
    due: NaiveDate,
    (until, done): (NaiveDate, Option<u64>),
) {
    if until <= due {
        return;
    }
    let payments = case.payments.iter().filter_map(|id| look.log.payments.get(id));
    let meanwhile: Vec<_> = payments
        .filter(|payment| due < payment.order.execution_on && payment.order.execution_on <= until)
        .collect();
    let (count, sum) = (meanwhile.len(), yuan(total(meanwhile.iter().map(|one| one.order.amount.fen()))));
    let days = (until - due).num_days();
    let days_en = counted(days, "day");
    let (done_zh, done_en) = match done {
        Some(_) => (format!("{until}才复核"), format!("it came on {until}")),
        None => (format!("至{until}未复核"), format!("none until {until}")),
    };
    let (paid_zh, paid_en) = match count {
        0 => ("其间未下达支付".to_owned(), "nothing was ordered meanwhile".to_owned()),
        count => (
            format!("其间下达 {count} 笔共 {sum} 元"),
            format!("{}, {sum} yuan in all, meanwhile", counted(count, "order")),
        ),
    };
    let orders = meanwhile.iter().map(|payment| payment.ordered.position);
    found.flag(
        Subject::case(subject),
        orders.chain([since]).chain(done),
        format!("{}应于{due}前复核，{done_zh}，逾期 {days} 天，{paid_zh}", subject.program.zh()),
        format!("{}: a review was due by {due}, {done_en}, {days_en} late; {paid_en}", subject.program.en()),
    );
}
