//! An eligibility decision and an entitlement, determined anew.

use chrono::NaiveDate;
use domain::benefit_case::{BenefitCase, BenefitCaseEvent, Outcome};
use domain::calendar::BenefitMonth;
use domain::household::Household;
use domain::money::Money;
use domain::policy::{Decision, RuleBook};
use domain::schedule::{propose, schedule};

use crate::replay::verdict::{Determined, Difference, Ground, NOTHING, Stored, Verdict};
use crate::replay::words::code;

/// What the log had when the case was decided or its entitlement determined.
#[derive(Clone, Copy, Debug)]
pub struct CaseFacts<'a> {
    /// The case.
    pub case: &'a BenefitCase,
    /// Its household.
    pub household: &'a Household,
    /// The day at the office.
    pub office_day: NaiveDate,
    /// Where the event stands in the log.
    pub position: u64,
}

/// Determines what an event of a case decided; none for an event that decides nothing.
pub fn decided(event: &BenefitCaseEvent, facts: CaseFacts<'_>, ground: &Ground<'_>) -> Option<Determined> {
    let applicant = facts.case.subject()?.applicant;
    match event {
        BenefitCaseEvent::EligibilityDecided {
            outcome,
            decided_on,
            reasons,
            determination,
            rule_version,
            ..
        } => {
            let rules = ground.rules.as_decided(rule_version, facts.position);
            let decided = EligibilityDecision {
                rules,
                outcome: *outcome,
                decided_on: *decided_on,
                reasons,
                determination: determination.as_ref().map(|sealed| Stored {
                    sealed,
                    of: applicant,
                    rule_version,
                }),
            };
            Some(eligibility(&decided, facts, ground))
        }
        BenefitCaseEvent::EntitlementDetermined { from, amount, determination, rule_version, .. } => {
            let determination = Stored { sealed: determination, of: applicant, rule_version };
            let rules = ground.rules.as_decided(rule_version, facts.position);
            let determined = Entitled { rules, from: *from, amount: *amount, determination };
            Some(entitlement(&determined, facts, ground))
        }
        _ => None,
    }
}

struct EligibilityDecision<'a> {
    rules: &'a RuleBook,
    outcome: Outcome,
    decided_on: NaiveDate,
    reasons: &'a [String],
    determination: Option<Stored<'a>>,
}

/// An approval must be what the rules say; a refusal may have the office's own reasons, but where the rules refuse,
/// theirs.
fn eligibility(decided: &EligibilityDecision<'_>, facts: CaseFacts<'_>, ground: &Ground<'_>) -> Determined {
    let day = decided.decided_on;
    let proposal = match propose(facts.case, facts.household, ground.opener, decided.rules, day, day) {
        Ok(proposal) => proposal,
        Err(error) => return error.into(),
    };
    let mut differing = Vec::new();
    if proposal.decision == Decision::Ineligible {
        let reasons: Vec<&str> = proposal.reasons.iter().map(|reason| reason.code()).collect();
        differing.extend(Difference::between("outcome", code(&Outcome::Refused), code(&decided.outcome)));
        differing.extend(Difference::between("reasons", reasons.join(", "), decided.reasons.join(", ")));
    }
    let stored = decided.determination;
    differing.extend(
        stored.and_then(|stored| stored.beside(Some(&proposal.determination), decided.rules, ground)),
    );
    Determined { verdict: Verdict::of(differing), basis: proposal.determination.steps }
}

struct Entitled<'a> {
    rules: &'a RuleBook,
    from: BenefitMonth,
    amount: Money,
    determination: Stored<'a>,
}

/// The first month with money up to the month after the day, as it was determined.
fn entitlement(entitled: &Entitled<'_>, facts: CaseFacts<'_>, ground: &Ground<'_>) -> Determined {
    let (day, through) = (facts.office_day, BenefitMonth::of(facts.office_day).next());
    let rules = entitled.rules;
    let due = match schedule(facts.case, facts.household, ground.opener, rules, day, through) {
        Ok(due) => due,
        Err(error) => return error.into(),
    };
    let first = due.months.iter().find(|month| month.due.is_positive());
    let anew = match first.map(|first| due.determination(first.month, rules)).transpose() {
        Ok(anew) => anew.flatten(),
        Err(error) => return error.into(),
    };
    let nothing = || NOTHING.to_owned();
    let from = first.map_or_else(nothing, |first| first.month.to_string());
    let amount = first.map_or_else(nothing, |first| first.due.to_string());
    let fields = [
        Difference::between("from", from, entitled.from),
        Difference::between("amount", amount, entitled.amount),
        entitled.determination.beside(anew.as_ref(), rules, ground),
    ];
    let basis = anew.map(|anew| anew.steps).unwrap_or_default();
    Determined { verdict: Verdict::of(fields.into_iter().flatten().collect()), basis }
}
