//! What the rules say of a case that waits for its decision.

use chrono::NaiveDate;

use crate::benefit_case::BenefitCase;
use crate::calendar::BenefitMonth;
use crate::household::Household;
use crate::money::Money;
use crate::personal::Opener;
use crate::policy::{Assessment, Decision, Determination, MonthOutcome, Reasons, RuleBook, assess};

use super::FactsError;
use super::due::{determine, first_month};
use super::facts::{CaseFacts, ask};

/// What an approver is shown, and what the decision stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Whether any of the first months is payable.
    pub decision: Decision,
    /// The first payable month; the first month that was asked for where none is.
    pub from: BenefitMonth,
    /// What is due for that month.
    pub amount: Money,
    /// Why that month is not payable; empty where it is.
    pub reasons: Reasons,
    /// Version of the rule book.
    pub rule_version: String,
    /// The facts and steps of that month; to be sealed for the applicant.
    pub determination: Determination,
}

/// Asks the rules as if the case were approved on `decided_on`, with the rates announced until `known_on`: for the
/// months from the first that can be payable to the one after the decision.
///
/// # Errors
/// [`FactsError`], where the case is not under review or its facts cannot be read.
pub fn propose(
    case: &BenefitCase,
    household: &Household,
    opener: &dyn Opener,
    rules: &RuleBook,
    decided_on: NaiveDate,
    known_on: NaiveDate,
) -> Result<Proposal, FactsError> {
    let BenefitCase::UnderReview(review) = case else { return Err(FactsError::NotUnderReview) };
    let facts = CaseFacts::reviewed(review, decided_on);
    let first = first_month(&facts, review.procedure().start);
    let months: Vec<BenefitMonth> = first.through(first.max(BenefitMonth::of(decided_on).next())).collect();
    let mut found: Option<(Assessment, MonthOutcome)> = None;
    for question in ask(facts, household, opener, &months, known_on)? {
        let outcome = assess(&question, rules)?;
        for month in outcome.results.iter().flat_map(|result| &result.months) {
            let known_payable = found.as_ref().is_some_and(|(_, known)| known.is_payable());
            if found.is_none() || (month.is_payable() && !known_payable) {
                found = Some((question.clone(), *month));
            }
        }
    }
    let (question, shown) = found.ok_or(FactsError::NotUnderReview)?;
    Ok(Proposal {
        decision: if shown.is_payable() { Decision::Eligible } else { Decision::Ineligible },
        from: shown.month,
        amount: shown.amount,
        reasons: shown.reasons,
        rule_version: rules.version().to_owned(),
        determination: determine(&question, shown.month, rules)?,
    })
}
