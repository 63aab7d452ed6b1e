//! From a question to its answer: every asked program for every asked month.

use super::engine::{Inquiry, Trace, Verdict, conditions, exclusions};
use super::{
    AssessError, Assessment, Decision, Determination, MonthOutcome, Outcome, ProgramOutcome, Reason, Reasons,
    RuleBook, Step,
};
use super::{contract, programs};
use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::program::Program;

/// Answers a question. Pure, and cheap: no steps are made.
///
/// # Errors
/// [`AssessError`] when a fact is missing that the program needs, or a sum is out of range. A question that was
/// read from the contract has every fact.
pub fn assess(question: &Assessment, rules: &RuleBook) -> Result<Outcome, AssessError> {
    answer(question, rules, &mut Trace::off())
}

/// Answers a question and says how, step by step, in Chinese and English. The same code as [`assess`].
///
/// # Errors
/// As [`assess`].
pub fn explain(question: &Assessment, rules: &RuleBook) -> Result<(Outcome, Vec<Step>), AssessError> {
    let mut trace = Trace::on();
    let outcome = answer(question, rules, &mut trace)?;
    Ok((outcome, trace.into_steps()))
}

/// Answers a question and gives what is stored with the answer: the question as a contract line, and the steps.
///
/// # Errors
/// As [`assess`].
pub fn determine(question: &Assessment, rules: &RuleBook) -> Result<(Outcome, Determination), AssessError> {
    let (outcome, steps) = explain(question, rules)?;
    Ok((outcome, Determination { facts: contract::write(question), steps }))
}

fn answer(question: &Assessment, rules: &RuleBook, trace: &mut Trace) -> Result<Outcome, AssessError> {
    let mut results = Vec::with_capacity(question.programs.len());
    for program in once(&question.programs) {
        results.push(one_program(program, question, rules, trace)?);
    }
    let balance = balance(question, &results)?;
    Ok(Outcome { results, balance })
}

/// Each entry the first time it stands.
fn once<T: Copy + PartialEq>(entries: &[T]) -> impl Iterator<Item = T> {
    entries
        .iter()
        .enumerate()
        .filter(|(index, entry)| !entries[..*index].contains(entry))
        .map(|(_, entry)| *entry)
}

fn one_program(
    program: Program,
    question: &Assessment,
    rules: &RuleBook,
    trace: &mut Trace,
) -> Result<ProgramOutcome, AssessError> {
    let mut months = Vec::with_capacity(question.months.len());
    let (mut reasons, mut decision) = (Reasons::NONE, Decision::Ineligible);
    for asked in once(&question.months) {
        let found = month(program, Inquiry { question, rules, month: asked }, trace)?;
        if found.is_payable() {
            decision = Decision::Eligible;
        }
        reasons = reasons.union(found.reasons);
        months.push(found);
    }
    Ok(ProgramOutcome { program, decision, reasons, months })
}

/// One program in one month. Every condition is evaluated, so that every reason is found.
pub(super) fn month(
    program: Program,
    inquiry: Inquiry,
    trace: &mut Trace,
) -> Result<MonthOutcome, AssessError> {
    let rule = inquiry.rules.program(program);
    trace.head(|| head(program, inquiry.month, rule.map_or("", |rule| &rule.basis)));
    let mut verdict = Verdict::new(trace);
    conditions::check(program, inquiry, &mut verdict);
    let entitled = if rule.is_some_and(|rule| inquiry.month >= rule.from) {
        programs::determine(program, inquiry, &mut verdict)?
    } else {
        verdict.bar_if(true, Reason::NotInForce);
        Money::ZERO
    };
    exclusions::check(program, inquiry, entitled, &mut verdict)?;
    let reasons = verdict.reasons();
    let amount = if reasons.is_empty() { entitled } else { Money::ZERO };
    verdict.note(Some(amount), || (format!("应发 {amount} 元"), format!("due: {amount} yuan")));
    Ok(MonthOutcome { month: inquiry.month, amount, reasons })
}

fn head(program: Program, month: BenefitMonth, basis: &str) -> Step {
    Step {
        zh: format!("{} {month}", program.zh()),
        en: format!("{} {month}", program.en()),
        source: basis.to_owned(),
        amount: None,
    }
}

/// For every asked program what is due minus what was paid.
fn balance(
    question: &Assessment,
    results: &[ProgramOutcome],
) -> Result<Option<Vec<(Program, Money)>>, AssessError> {
    let Some(paid) = &question.paid else { return Ok(None) };
    let one = |result: &ProgramOutcome| {
        let paid = paid.get(&result.program);
        let mut sum = Money::ZERO;
        for month in &result.months {
            let paid = paid.and_then(|months| months.get(&month.month)).copied().unwrap_or_default();
            sum = sum.plus(month.amount)?.minus(paid)?;
        }
        Ok((result.program, sum))
    };
    results.iter().map(one).collect::<Result<Vec<_>, AssessError>>().map(Some)
}
