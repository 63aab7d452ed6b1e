//! What is due for every month.

use chrono::NaiveDate;

use crate::benefit_case::{BenefitCase, Closing, EnrolledCase, Start};
use crate::calendar::BenefitMonth;
use crate::household::Household;
use crate::ids::CaseId;
use crate::money::Money;
use crate::personal::Opener;
use crate::policy::{
    Assessment, Determination, MonthOutcome, Reasons, Relation, RuleBook, Step, assess, contract, explain,
};
use crate::program::Program;

use super::FactsError;
use super::facts::{CaseFacts, ask};

/// What is due to one case, month by month.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The case.
    pub case_id: CaseId,
    /// The program.
    pub program: Program,
    /// From the first month that can be payable, ascending, without gap; one month for what is given once.
    pub months: Vec<ScheduledMonth>,
    /// What the rules were asked, each question about a stretch of the months.
    questions: Vec<Assessment>,
    closing: Option<Closing>,
}

/// What is due for one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScheduledMonth {
    /// Which.
    pub month: BenefitMonth,
    /// How much; nothing where it is not payable.
    pub due: Money,
    /// Why.
    pub standing: Standing,
}

/// Why a month is payable or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The rules give it.
    Payable,
    /// The rules refuse it.
    NotPayable(Reasons),
    /// The case had ended.
    AfterClosing,
}

impl ScheduledMonth {
    /// The codes of the reasons, none where it is payable: those of the rules, or `case_closed`.
    pub fn reason_codes(&self) -> Vec<&'static str> {
        match self.standing {
            Standing::Payable => vec![],
            Standing::NotPayable(reasons) => reasons.iter().map(|reason| reason.code()).collect(),
            Standing::AfterClosing => vec!["case_closed"],
        }
    }
}

/// What is due for every month from the first that can be payable to `through`. The states hold what is known of
/// the people; rates announced after `known_on` are not known. No month for a case that begins later.
///
/// # Errors
/// [`FactsError`], where the case was never on the roll or its facts cannot be read.
pub fn schedule(
    case: &BenefitCase,
    household: &Household,
    opener: &dyn Opener,
    rules: &RuleBook,
    known_on: NaiveDate,
    through: BenefitMonth,
) -> Result<Schedule, FactsError> {
    let (enrolled, closing) = case.enrollment().ok_or(FactsError::NotEnrolled)?;
    let facts = CaseFacts::enrolled(enrolled);
    let asked = months(enrolled, through);
    let questions = ask(facts, household, opener, &asked, known_on)?;
    let last = last_month(closing);
    let mut months = Vec::with_capacity(asked.len());
    for question in &questions {
        let outcome = assess(question, rules)?;
        let found = outcome.results.iter().flat_map(|result| &result.months);
        months.extend(found.map(|month| scheduled(month, last)));
    }
    let (case_id, program) = (facts.subject.case_id, facts.subject.program);
    Ok(Schedule { case_id, program, months, questions, closing: closing.copied() })
}

/// One month of the [`schedule`] with its [`Schedule::determination`], asking for no other month: how an auditor
/// determines a payment anew. `None` for a month that the schedule does not have.
///
/// # Errors
/// As [`schedule`].
pub fn determine_month(
    case: &BenefitCase,
    household: &Household,
    opener: &dyn Opener,
    rules: &RuleBook,
    known_on: NaiveDate,
    month: BenefitMonth,
) -> Result<Option<(ScheduledMonth, Determination)>, FactsError> {
    let (enrolled, closing) = case.enrollment().ok_or(FactsError::NotEnrolled)?;
    let (first, last) = payable_between(enrolled);
    let has = first <= month && last.is_none_or(|last| month <= last);
    let asked: &[BenefitMonth] = if has { &[month] } else { &[] };
    let question = ask(CaseFacts::enrolled(enrolled), household, opener, asked, known_on)?.pop();
    let Some(question) = question.map(|question| narrowed(question, month)) else { return Ok(None) };
    let (outcome, steps) = explain(&question, rules)?;
    let Some(found) = outcome.results.iter().flat_map(|result| &result.months).next() else {
        return Ok(None);
    };
    let scheduled = scheduled(found, last_month(closing));
    let mut determination = Determination { facts: contract::write(&question), steps };
    note_closing(&mut determination, scheduled.standing, closing);
    Ok(Some((scheduled, determination)))
}

/// The last month of a case that ended.
fn last_month(closing: Option<&Closing>) -> Option<BenefitMonth> {
    closing.map(|closing| BenefitMonth::of(closing.closed_on))
}

/// Says why a month after the end is due nothing.
fn note_closing(determination: &mut Determination, standing: Standing, closing: Option<&Closing>) {
    if let (Standing::AfterClosing, Some(closing)) = (standing, closing) {
        determination.steps.push(closed(closing));
    }
}

fn scheduled(found: &MonthOutcome, last: Option<BenefitMonth>) -> ScheduledMonth {
    let month = found.month;
    if last.is_some_and(|last| month > last) {
        return ScheduledMonth { month, due: Money::ZERO, standing: Standing::AfterClosing };
    }
    let standing = if found.is_payable() { Standing::Payable } else { Standing::NotPayable(found.reasons) };
    ScheduledMonth { month, due: found.amount, standing }
}

/// The months that can be payable up to `through`.
fn months(case: &EnrolledCase, through: BenefitMonth) -> Vec<BenefitMonth> {
    let (first, last) = payable_between(case);
    first.through(last.map_or(through, |last| last.min(through))).collect()
}

/// The first month that can be payable, and the last where there is one.
fn payable_between(case: &EnrolledCase) -> (BenefitMonth, Option<BenefitMonth>) {
    let first = first_month(&CaseFacts::enrolled(case), case.procedure().start);
    let last = match (case.procedure().start, case.application.request) {
        (Start::RequestMonth, Some(request)) => Some(BenefitMonth::of(request.on)),
        _ => None,
    };
    (first, last)
}

/// The first month that can be payable.
pub(super) fn first_month(case: &CaseFacts, start: Start) -> BenefitMonth {
    let applied_in = BenefitMonth::of(case.application.applied_on);
    match start {
        Start::ApplicationMonth => applied_in,
        Start::MonthAfterDecision => BenefitMonth::of(case.decided_on).next(),
        Start::RequestMonth => {
            case.application.request.map_or(applied_in, |request| BenefitMonth::of(request.on))
        }
    }
}

impl Schedule {
    /// What is due for `month`; nothing for a month outside the schedule.
    pub fn due(&self, month: BenefitMonth) -> Money {
        self.month(month).map_or(Money::ZERO, |scheduled| scheduled.due)
    }

    /// The month, if it lies in the schedule.
    pub fn month(&self, month: BenefitMonth) -> Option<&ScheduledMonth> {
        let first = self.months.first()?.month;
        self.months.get(usize::try_from(month.months_after(first)).ok()?)
    }

    /// Why the amount of `month` is what it is: the question as a contract line for that month alone, and the steps
    /// of the answer. `None` for a month outside the schedule.
    ///
    /// # Errors
    /// [`FactsError::Unanswered`], where these `rules` have no answer.
    pub fn determination(
        &self,
        month: BenefitMonth,
        rules: &RuleBook,
    ) -> Result<Option<Determination>, FactsError> {
        let Some(scheduled) = self.month(month) else { return Ok(None) };
        let Some(question) = self.questions.iter().find(|question| question.months.contains(&month)) else {
            return Ok(None);
        };
        let mut determination = determine(question, month, rules)?;
        note_closing(&mut determination, scheduled.standing, self.closing.as_ref());
        Ok(Some(determination))
    }
}

/// The question narrowed to one month, with its answer's steps.
pub(super) fn determine(
    question: &Assessment,
    month: BenefitMonth,
    rules: &RuleBook,
) -> Result<Determination, FactsError> {
    let question = narrowed(question.clone(), month);
    let (_, steps) = explain(&question, rules)?;
    Ok(Determination { facts: contract::write(&question), steps })
}

/// Only the members of that month, besides the applicant: who left before it is nobody's business any more.
fn narrowed(mut narrow: Assessment, month: BenefitMonth) -> Assessment {
    narrow.months = vec![month];
    if let Some(household) = &mut narrow.household {
        household.members.retain(|member| {
            let begun = member.since.is_none_or(|since| BenefitMonth::of(since) <= month);
            let ended = member.until.is_some_and(|until| BenefitMonth::of(until) < month);
            (begun && !ended) || member.fact.relation == Relation::Oneself
        });
    }
    narrow
}

fn closed(closing: &Closing) -> Step {
    let day = closing.closed_on;
    Step {
        zh: format!("个案已于{day}终止，次月起不再发放"),
        en: format!("the case ended on {day}; nothing is due from the month after"),
        source: String::new(),
        amount: Some(Money::ZERO),
    }
}
