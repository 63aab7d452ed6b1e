//! Every payment determined again, on the facts and rates that its run could know.
//!
//! Source: 京民养老发〔2019〕160号 (ages 80, 90 and 100, care grades), 京民社救发 (standards from July), 国发〔2015〕52号; audits
//! find wrong standards and bands that were not raised.

use chrono::NaiveDate;
use domain::benefit_case::CaseSubject;
use domain::calendar::BenefitMonth;
use domain::ids::PaymentId;
use domain::schedule::Schedule;

use crate::flags::due::NoSchedule;
use crate::flags::flag::{total, yuan};
use crate::flags::{Basis, Found, KnownCase, KnownPayment, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "wrong_amount",
    zh: "年龄档、等级或标准与当时规定不符",
    en: "Wrong band, grade or standard for the date",
    finds: "Payments whose due or amount is not what the rules give on the facts and rates known when their run was \
            calculated: a band of age, a grade of care, a standard of another year, a case that was not on the roll.",
    evidence: "The orders that differ, and the calculation that each rests on.",
    source: "京民养老发〔2019〕160号 (bands 80/90/100, grades of care), 京民社救发〔2023〕240号 and its forerunners (standards), \
             国发〔2015〕52号; facts of published audits: wrong standard for date, age or grade.",
    blind: "Facts that were recorded wrongly, and persons who were erased (counted as not judged). What `ledger assess` \
            determines wrongly, this determines wrongly too.",
    find,
};

/// What one payment differs by.
struct Difference<'a> {
    payment: &'a KnownPayment,
    calculated_at: u64,
    /// What the month was due, and what was still to pay of it, in fen; nothing where the case was not on the roll.
    expected: Option<(i64, i64)>,
}

/// The newest question about a case with its answer; the payments of one run ask the same.
type Known = ((u64, NaiveDate, BenefitMonth), Result<Schedule, NoSchedule>);

fn find(look: &Look<'_>, found: &mut Found) {
    for case in look.log.cases.values() {
        let Some(subject) = case.subject() else { continue };
        let mut known = None;
        let mut differences = Vec::new();
        for id in &case.payments {
            match difference(look, subject, case, id, &mut known) {
                Ok(difference) => differences.extend(difference),
                Err(Unjudged) => found.cannot_judge(),
            }
        }
        if !differences.is_empty() {
            flag(found, subject, &differences);
        }
    }
}

struct Unjudged;

fn difference<'a>(
    look: &Look<'a>,
    subject: &CaseSubject,
    case: &KnownCase,
    id: &PaymentId,
    known: &mut Option<Known>,
) -> Result<Option<Difference<'a>>, Unjudged> {
    let payment = look.log.payments.get(id).ok_or(Unjudged)?;
    let order = &payment.order;
    let run = look.log.runs.get(&order.run_id).ok_or(Unjudged)?;
    let Basis { month, calculation, position } = run.basis(payment.ordered.position).ok_or(Unjudged)?;
    let at = calculation.position;
    let question = (at, calculation.known_on, month);
    if known.as_ref().is_none_or(|(asked, _)| *asked != question) {
        *known = Some((question, look.schedule(subject, at, calculation.known_on, month)));
    }
    let due = match known {
        Some((_, Ok(schedule))) => schedule.due(order.month).fen(),
        Some((_, Err(NoSchedule::NotEnrolled))) => {
            return Ok(Some(Difference { payment, calculated_at: position, expected: None }));
        }
        _ => return Err(Unjudged),
    };
    let of_month = case.payments.iter().filter_map(|id| look.log.payments.get(id));
    let before = of_month.filter(|other| other.order.month == order.month).map(|other| other.kept(at));
    let to_pay = due.saturating_sub(total(before));
    let same = (due, to_pay) == (order.due.fen(), payment.ordered_fen());
    Ok((!same).then_some(Difference { payment, calculated_at: position, expected: Some((due, to_pay)) }))
}

fn flag(found: &mut Found, subject: &CaseSubject, differences: &[Difference<'_>]) {
    let positions = differences.iter().flat_map(|one| [one.calculated_at, one.payment.ordered.position]);
    let texts = differences.iter().take(3).map(words);
    let (zh, en): (Vec<String>, Vec<String>) = texts.unzip();
    let more = differences.len().saturating_sub(3);
    let (more_zh, more_en) = match more {
        0 => (String::new(), String::new()),
        more => (format!("；另有 {more} 笔"), format!("; and {more} more")),
    };
    let program = subject.program;
    found.flag(
        Subject::case(subject),
        positions,
        format!("{}：{}{more_zh}", program.zh(), zh.join("；")),
        format!("{}: {}{more_en}", program.en(), en.join("; ")),
    );
}

fn words(one: &Difference<'_>) -> (String, String) {
    let order = &one.payment.order;
    let (month, due, amount) = (order.month, yuan(order.due.fen()), yuan(one.payment.ordered_fen()));
    match one.expected {
        None => (
            format!("{month} 发 {amount} 元，核算时个案未在享受"),
            format!("{month} paid {amount} yuan while the case was not on the roll"),
        ),
        Some((expected, to_pay)) => {
            let before = yuan(expected.saturating_sub(to_pay));
            let (expected, to_pay) = (yuan(expected), yuan(to_pay));
            (
                format!(
                    "{month} 应发 {expected} 元、应补 {to_pay} = {expected} − {before}，实按 {due} 元发 {amount} 元"
                ),
                format!(
                    "{month} was due {expected} and to be paid {to_pay} = {expected} − {before}; {amount} was ordered on a \
                     due of {due}"
                ),
            )
        }
    }
}
