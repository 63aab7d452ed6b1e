//! A line of a run (发放行), determined anew from what the log had at the run's position.

use chrono::NaiveDate;
use domain::benefit_case::BenefitCase;
use domain::calendar::BenefitMonth;
use domain::household::Household;
use domain::ids::{PersonId, RunId};
use domain::money::Money;
use domain::payment::PaymentOrder;
use domain::payment_run::{MonthDifference, MonthDue, MonthOrdered, MonthToPay, differences};
use domain::program::Program;
use domain::schedule::determine_month;

use crate::replay::verdict::{Determined, Difference, Ground, NOTHING, Stored, Verdict};
use crate::replay::words::code;

/// What all lines of a run rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunBasis {
    /// The run.
    pub run_id: RunId,
    /// The newest month it pays.
    pub month: BenefitMonth,
    /// What it pays.
    pub programs: Vec<Program>,
    /// The log position up to which facts and earlier payments were taken.
    pub position: u64,
    /// The day whose knowledge of rates was used, and on which accounts had to stand.
    pub known_on: NaiveDate,
    /// Version of the rule book that calculated.
    pub rule_version: String,
}

/// What the log had at the run's position.
#[derive(Clone, Copy, Debug)]
pub struct LineFacts<'a> {
    /// The case.
    pub case: &'a BenefitCase,
    /// Its household.
    pub household: &'a Household,
    /// What was ordered for the month before.
    pub ordered: MonthOrdered,
}

/// Determines a line anew and compares every field of its order.
pub fn line(order: &PaymentOrder, run: &RunBasis, facts: LineFacts<'_>, ground: &Ground<'_>) -> Determined {
    let LineFacts { case, household, ordered } = facts;
    let rules = ground.rules.as_decided(&run.rule_version, run.position);
    let found = determine_month(case, household, ground.opener, rules, run.known_on, order.month);
    let (due, anew) = match found {
        Ok(Some((scheduled, determination))) => (scheduled.due, Some(determination)),
        Ok(None) => (Money::ZERO, None),
        Err(error) => return error.into(),
    };
    let mut differing = addressed(order, run, case);
    differing.extend(amounts(order, to_pay(order, run, due, ordered), due));
    differing.extend(account(order, household, run.known_on));
    if run.rule_version != order.rule_version {
        differing.extend(Difference::between("rule_version", &run.rule_version, &order.rule_version));
    }
    let PaymentOrder { determination: sealed, beneficiary: of, rule_version, .. } = order;
    differing.extend(Stored { sealed, of: *of, rule_version }.beside(anew.as_ref(), rules, ground));
    let basis = anew.map(|anew| anew.steps).unwrap_or_default();
    Determined { verdict: Verdict::of(differing), basis }
}

/// What the month still needed; nothing where it was paid, and where the sums cannot be formed.
fn to_pay(order: &PaymentOrder, run: &RunBasis, due: Money, ordered: MonthOrdered) -> Option<MonthToPay> {
    let due = [MonthDue { month: order.month, due }];
    let found = differences(order.case_id, &due, &[ordered], run.month).ok()?;
    found.into_iter().find_map(|difference| match difference {
        MonthDifference::ToPay(pay) => Some(pay),
        MonthDifference::Overpaid(_) => None,
    })
}

/// Whose money it is, and for what.
fn addressed(order: &PaymentOrder, run: &RunBasis, case: &BenefitCase) -> Vec<Difference> {
    let mut differing = Vec::new();
    if let Some(subject) = case.subject() {
        if subject.applicant != order.beneficiary {
            differing.extend(Difference::between("beneficiary", subject.applicant, order.beneficiary));
        }
        if subject.program != order.program {
            differing.extend(Difference::between("program", subject.program.code(), order.program.code()));
        }
    }
    if !run.programs.contains(&order.program) {
        let programs: Vec<&str> = run.programs.iter().map(|program| program.code()).collect();
        differing.extend(Difference::between("program", programs.join(", "), order.program.code()));
    }
    differing
}

fn amounts(order: &PaymentOrder, to_pay: Option<MonthToPay>, due: Money) -> Vec<Difference> {
    // what is withheld is due all the same
    let gross = order.gross().unwrap_or(order.amount);
    let fits = |pay: MonthToPay| {
        pay.due == order.due
            && pay.amount == gross
            && pay.attempt == order.attempt
            && pay.kind == order.kind
            && pay.payment_id == order.payment_id
    };
    if to_pay.is_some_and(fits) {
        return Vec::new();
    }
    let expected = |value: Option<String>| value.unwrap_or_else(|| NOTHING.to_owned());
    let pairs = [
        Difference::between("due", due, order.due),
        Difference::between("amount", expected(to_pay.map(|pay| pay.amount.to_string())), gross),
        Difference::between("attempt", expected(to_pay.map(|pay| pay.attempt.to_string())), order.attempt),
        Difference::between("kind", expected(to_pay.map(|pay| code(&pay.kind))), code(&order.kind)),
        Difference::between(
            "payment",
            expected(to_pay.map(|pay| pay.payment_id.to_string())),
            order.payment_id,
        ),
    ];
    pairs.into_iter().flatten().collect()
}

/// The account of the register, by its holder and by the ciphertext that the order copies.
fn account(order: &PaymentOrder, household: &Household, known_on: NaiveDate) -> Vec<Difference> {
    let Some(account) = household.account_on(order.beneficiary, known_on) else {
        return Difference::between("account", NOTHING, "ordered").into_iter().collect();
    };
    let holder: PersonId = account.holder;
    let payee = (holder != order.payee).then(|| Difference::between("payee", holder, order.payee)).flatten();
    let other = account.account != order.account;
    let registered = other.then(|| Difference {
        field: "account",
        expected: format!("{:.12}", account.account_index.as_str()),
        found: "another".to_owned(),
    });
    payee.into_iter().chain(registered).collect()
}
