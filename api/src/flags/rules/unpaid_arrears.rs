//! Months that the newest run of a program should have paid and did not: arrears, and payments that came back.
//!
//! Source: duty of payment in full (足额发放); 京民社救发〔2023〕240号 (a standard announced in October from July on); audits find
//! rises that were not back-paid and returned money that nobody sent again (陕州: 521.63万元 unpaid).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::benefit_case::{BenefitCaseEvent, CaseSubject, HeldMonths};
use domain::calendar::BenefitMonth;
use domain::payment_run::PaymentRunEvent;
use domain::program::Program;

use crate::flags::due::NoSchedule;
use crate::flags::flag::{counted, total, yuan};
use crate::flags::{Found, KnownCase, KnownLog, KnownPayment, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "unpaid_arrears",
    zh: "应补未补、退汇未重发",
    en: "Unpaid arrears",
    finds: "Months up to the newest run of a program that were due on the facts and rates which that run could know, \
            less everything that stands ordered for them now; a payment that came back counts as unpaid after 30 days.",
    evidence: "The calculation of that run, the decision, and the payments of the months, returned ones included.",
    source: "duty of payment in full; 京民社救发〔2023〕240号 (announced 2023-10-19, due from 2023-07); facts of published audits \
             (陕州: 521.63万元 unpaid; returned payments unresolved).",
    blind: "Months after the newest run, facts recorded after it (the next run pays them), and why a run left somebody \
            out: its exceptions are in `ledger run show`. Erased persons are counted as not judged.",
    find,
};

/// Days in which the office sends a returned payment again.
const REISSUE_DAYS: i64 = 30;

/// The newest released run of a program.
#[derive(Clone, Copy)]
struct Newest {
    month: BenefitMonth,
    /// The position whose facts it took, and where it was calculated.
    at: u64,
    calculated_at: u64,
    known_on: NaiveDate,
}

fn find(look: &Look<'_>, found: &mut Found) {
    let newest = newest(look.log);
    for case in look.log.cases.values() {
        let Some(subject) = case.subject() else { continue };
        if let Some(run) = newest.get(&subject.program) {
            one(look, found, subject, case, run);
        }
    }
}

fn newest(log: &KnownLog) -> BTreeMap<Program, Newest> {
    let mut found: BTreeMap<Program, Newest> = BTreeMap::new();
    for run in log.runs.values() {
        let released = run.history.events.iter().find_map(|recorded| {
            matches!(recorded.event, PaymentRunEvent::PaymentRunReleased { .. }).then_some(recorded.position)
        });
        let Some(basis) = released.and_then(|released| run.basis(released)) else { continue };
        let programs = run.history.events.iter().find_map(|recorded| match &recorded.event {
            PaymentRunEvent::PaymentRunOpened { programs, .. } => Some(programs.as_slice()),
            _ => None,
        });
        let (at, known_on) = (basis.calculation.position, basis.calculation.known_on);
        let this = Newest { month: basis.month, at, calculated_at: basis.position, known_on };
        for program in programs.unwrap_or_default() {
            let newest = found.entry(*program).or_insert(this);
            if this.at > newest.at {
                *newest = this;
            }
        }
    }
    found
}

fn one(look: &Look<'_>, found: &mut Found, subject: &CaseSubject, case: &KnownCase, run: &Newest) {
    let schedule = match look.schedule(subject, run.at, run.known_on, run.month) {
        Ok(schedule) => schedule,
        // not on the roll then: nothing was due
        Err(NoSchedule::NotEnrolled) => return,
        Err(NoSchedule::Unjudged) => return found.cannot_judge(),
    };
    let mut unpaid = Vec::new();
    for month in &schedule.months {
        let payments: Vec<&KnownPayment> = case
            .payments
            .iter()
            .filter_map(|id| look.log.payments.get(id))
            .filter(|payment| payment.order.month == month.month)
            .collect();
        let stands = total(payments.iter().map(|payment| stands(look, payment)));
        let (due, open) = (month.due.fen(), month.due.fen().saturating_sub(stands));
        if open > 0 {
            unpaid.push(Unpaid { month: month.month, due, stands, open, payments });
        }
    }
    if !unpaid.is_empty() {
        flag(look, found, (subject, case), run, &unpaid);
    }
}

/// What counts of a payment: nothing once it came back and was not sent again in time. A recovery lowers nothing here:
/// what is asked back was found not to be due after the run.
fn stands(look: &Look<'_>, payment: &KnownPayment) -> i64 {
    let lost = payment.came_back().is_some_and(|returned| (look.on - returned.on).num_days() > REISSUE_DAYS);
    if lost { 0 } else { payment.gross_fen() }
}

/// A month that is not paid in full.
struct Unpaid<'a> {
    month: BenefitMonth,
    due: i64,
    stands: i64,
    open: i64,
    payments: Vec<&'a KnownPayment>,
}

fn flag(
    look: &Look<'_>,
    found: &mut Found,
    (subject, case): (&CaseSubject, &KnownCase),
    run: &Newest,
    unpaid: &[Unpaid<'_>],
) {
    let Some(first) = unpaid.first() else { return };
    let (count, month) = (unpaid.len(), first.month);
    let open = yuan(total(unpaid.iter().map(|month| month.open)));
    let (due, stands, first_open) = (yuan(first.due), yuan(first.stands), yuan(first.open));
    let payments = || unpaid.iter().flat_map(|month| &month.payments);
    let back = payments().filter_map(|payment| payment.came_back()).count();
    let (back_zh, back_en) = match back {
        0 => (String::new(), String::new()),
        back => (
            format!("；其中退汇 {back} 笔未重发"),
            format!("; {} came back and not sent again", counted(back, "payment")),
        ),
    };
    let count_en = counted(count, "month");
    let household = look.log.household_before(subject.household_id, run.at);
    let (account_zh, account_en) = match household.account_on(subject.applicant, run.known_on) {
        None => ("；核算时没有登记收款账户", "; no account was registered then"),
        Some(_) => ("", ""),
    };
    let (held_zh, held_en) = match held(case, run.at) {
        true => ("；核算时已登记暂缓发放", "; the payment was held then"),
        false => ("", ""),
    };
    let decided = case.history.events.iter().rfind(|one| {
        matches!(one.event, BenefitCaseEvent::EligibilityDecided { .. }) && one.position < run.at
    });
    let positions = payments().flat_map(|payment| {
        [Some(payment.ordered.position), payment.came_back().map(|mark| mark.position)].into_iter().flatten()
    });
    found.flag(
        Subject::case(subject),
        positions.chain([run.calculated_at]).chain(decided.map(|one| one.position)),
        format!(
            "{}截至 {} 批次有 {count} 个月未足额发放，共 {open} 元；首月 {month}：{first_open} = 应发 {due} − 已发 {stands}{back_zh}{account_zh}{held_zh}",
            subject.program.zh(),
            run.month
        ),
        format!(
            "{}: {count_en} up to the run of {} not paid in full, {open} yuan in all; first {month}: {first_open} = \
             due {due} − paid {stands}{back_en}{account_en}{held_en}",
            subject.program.en(),
            run.month
        ),
    );
}

/// Whether the office held a payment of the case when the run was calculated.
fn held(case: &KnownCase, at: u64) -> bool {
    let mut open: Vec<HeldMonths> = Vec::new();
    for recorded in case.history.events.iter().take_while(|recorded| recorded.position < at) {
        match recorded.event {
            BenefitCaseEvent::PaymentHeld { months, .. } => open.push(months),
            BenefitCaseEvent::PaymentHoldLifted { months, .. } => open.retain(|held| *held != months),
            _ => {}
        }
    }
    !open.is_empty()
}
