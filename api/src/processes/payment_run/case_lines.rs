//! What one case gets in a run: due minus paid, and whether it can be paid.

use std::collections::HashSet;

use chrono::NaiveDate;
use domain::benefit_case::{BenefitCase, ClosureReason};
use domain::calendar::BenefitMonth;
use domain::household::PayeeAccount;
use domain::identifiers::BankAccount;
use domain::ids::{CaseId, PaymentId, PersonId};
use domain::money::Money;
use domain::payment::{PaymentStage, RecoveryReason};
use domain::payment_run::{
    LineParties, MonthDifference, MonthDue, MonthOverpaid, MonthToPay, RecoverablePayment, RunException,
    RunLine, RunWarning, differences, recovery_proposals,
};
use domain::personal::{BlindIndex, Opener, Sealed};
use domain::policy::RuleBook;
use domain::program::Program;
use domain::schedule::{FactsError, Schedule, schedule};
use projections::case_files::payable::PayableCase;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bank::codes::ReasonFaults;
use crate::bank::layout::AtFault;
use crate::processes::ProcessError;

/// What every case of a run is looked at with.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// Opens the facts.
    pub opener: &'a dyn Opener,
    /// The rules.
    pub rules: &'a RuleBook,
    /// The day whose knowledge of rates is used, and on which accounts must stand.
    pub known_on: NaiveDate,
    /// The newest month.
    pub month: BenefitMonth,
    /// Accounts that unrelated people share, by keyed hash.
    pub shared: &'a HashSet<String>,
    /// What the banks' reason codes say of accounts.
    pub faults: &'a ReasonFaults,
}

/// What a case gets, and what stands in its way.
#[derive(Default)]
pub struct CaseFindings {
    /// Lines, ascending by month, with what is needed to order them.
    pub lines: Vec<FoundLine>,
    /// What could not be paid, and what was paid too much.
    pub notes: Vec<RunNote>,
    /// The schedule that the lines follow from.
    pub schedule: Option<Schedule>,
}

/// A line, the account it goes to, and the returned payment whose place it takes.
pub struct FoundLine {
    /// The line.
    pub line: RunLine,
    /// The account, as it stands in the register.
    pub account: Sealed<BankAccount>,
    /// The returned payment.
    pub replaces: Option<PaymentId>,
}

/// Something about a month that is no line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum RunNote {
    /// A due month that cannot be paid now.
    Exception {
        /// The case.
        case_id: CaseId,
        /// For whom.
        beneficiary: PersonId,
        /// The program.
        program: Program,
        /// Which month; none where nothing could be determined.
        month: Option<BenefitMonth>,
        /// Why.
        exception: RunException,
    },
    /// Something that must be seen before the submission.
    Warning {
        /// The case.
        case_id: CaseId,
        /// For whom.
        beneficiary: PersonId,
        /// The program.
        program: Program,
        /// Which month.
        month: BenefitMonth,
        /// What.
        warning: RunWarning,
        /// What last month was due when it was paid, in fen, where that matters.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_month: Option<Money>,
        /// What this month is due, in fen, where that matters.
        #[serde(skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
    },
    /// A month that got more than it is due.
    Overpayment(Overpayment),
}

impl RunNote {
    /// Of which case.
    pub fn case_id(&self) -> CaseId {
        match self {
            RunNote::Exception { case_id, .. } | RunNote::Warning { case_id, .. } => *case_id,
            RunNote::Overpayment(overpayment) => overpayment.case_id,
        }
    }

    /// For programs: with its reason in both languages, and the command that is the way out.
    pub fn told(&self) -> ToldNote {
        let texts = match self {
            RunNote::Exception { exception, .. } => {
                Some((exception.zh(), exception.en(), exception.command()))
            }
            RunNote::Warning { warning, .. } => Some((warning.zh(), warning.en(), warning.command())),
            RunNote::Overpayment(_) => None,
        };
        let command = texts.map(|(.., command)| command.replace("CASE", &self.case_id().to_string()));
        ToldNote { note: self.clone(), zh: texts.map(|(zh, ..)| zh), en: texts.map(|(_, en, _)| en), command }
    }

    /// Of which program.
    pub fn program(&self) -> Program {
        match self {
            RunNote::Exception { program, .. } | RunNote::Warning { program, .. } => *program,
            RunNote::Overpayment(overpayment) => overpayment.program,
        }
    }
}

/// A note with what is wrong, or to be seen, and the way out. What was paid too much says so itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ToldNote {
    /// The note.
    #[serde(flatten)]
    pub note: RunNote,
    /// What is wrong and what to do, in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zh: Option<&'static str>,
    /// The same in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<&'static str>,
    /// The command that is the way out; capitals stand for what is to be filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// Money to recover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Overpayment {
    /// The case.
    pub case_id: CaseId,
    /// Who got it.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// Which month.
    pub month: BenefitMonth,
    /// Of which payment; none while it is not settled.
    pub payment_id: Option<PaymentId>,
    /// How much, in fen.
    pub amount: Money,
    /// Why.
    pub reason: RecoveryReason,
}

/// What a case gets in a run.
///
/// # Errors
/// [`ProcessError`] for what is a defect or damage; what a clerk can mend is a note.
pub fn findings_of(look: &Look<'_>, payable: &PayableCase) -> Result<CaseFindings, ProcessError> {
    let case = &payable.case;
    let due =
        match schedule(&case.state, &payable.household, look.opener, look.rules, look.known_on, look.month) {
            Ok(schedule) => schedule,
            Err(FactsError::Unopened(error)) => return Err(error.into()),
            Err(error) => {
                let notes = vec![exception(payable, None, facts_exception(&error))];
                return Ok(CaseFindings { notes, ..CaseFindings::default() });
            }
        };
    let months: Vec<MonthDue> =
        due.months.iter().map(|month| MonthDue { month: month.month, due: month.due }).collect();
    let ordered = payable.months_ordered()?;
    let found = differences(case.case_id, &months, &ordered, look.month)
        .map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let mut findings = CaseFindings { schedule: Some(due), ..CaseFindings::default() };
    for difference in found {
        match difference {
            MonthDifference::ToPay(pay) if is_held(payable, &pay) => {
                findings.notes.push(exception(payable, Some(pay.month), RunException::PaymentHeld));
            }
            MonthDifference::ToPay(pay) if is_claimed(payable, &pay) => {
                findings.notes.push(exception(payable, Some(pay.month), RunException::ArrivalClaimed));
            }
            MonthDifference::ToPay(pay) => match account_for(look, payable, &pay) {
                Ok(account) => findings.lines.push(line(payable, pay, account)),
                Err(reason) => findings.notes.push(exception(payable, Some(pay.month), reason)),
            },
            MonthDifference::Overpaid(overpaid) => findings.notes.extend(overpayments(payable, overpaid)),
        }
    }
    Ok(findings)
}

/// Whether the office holds the month's payment.
fn is_held(payable: &PayableCase, pay: &MonthToPay) -> bool {
    payable.case.state.enrollment().is_some_and(|(enrolled, _)| enrolled.hold_of(pay.month).is_some())
}

/// Whether the bank says that something of the month arrived that had come back: paid again, it would be paid twice.
fn is_claimed(payable: &PayableCase, pay: &MonthToPay) -> bool {
    payable.payments.iter().any(|payment| payment.month == pay.month && payment.arrival_claimed)
}

/// Whether something of the month is still asked back: paid again, the month would be paid twice.
pub(super) fn is_asked_back(payable: &PayableCase, month: BenefitMonth) -> bool {
    let mut of_month = payable.payments.iter().filter(|payment| payment.month == month);
    of_month.any(|payment| payment.recovery_open().is_ok_and(Money::is_positive))
}

const fn facts_exception(error: &FactsError) -> RunException {
    match error {
        FactsError::Erased { .. } => RunException::FactsErased,
        _ => RunException::FactsMissing,
    }
}

pub(super) fn exception(
    payable: &PayableCase,
    month: Option<BenefitMonth>,
    exception: RunException,
) -> RunNote {
    let case = &payable.case;
    RunNote::Exception {
        case_id: case.case_id,
        beneficiary: case.applicant,
        program: case.program,
        month,
        exception,
    }
}

/// The account that a month's money goes to, or why it cannot go.
fn account_for<'a>(
    look: &Look<'_>,
    payable: &'a PayableCase,
    pay: &MonthToPay,
) -> Result<&'a PayeeAccount, RunException> {
    let household = &payable.household;
    let found = household.account_on(payable.case.applicant, look.known_on);
    let account = found.ok_or(RunException::NoAccount)?;
    if look.shared.contains(account.account_index.as_str()) {
        return Err(RunException::AccountShared);
    }
    let holder_lives = household.member(account.holder).is_some_and(|holder| holder.died_on().is_none());
    if account.holder != payable.case.applicant && !holder_lives {
        return Err(RunException::PayeeDeceased);
    }
    if came_back(look, payable, pay.month)
        .is_some_and(|from| is_unchanged(payable, from, &account.account_index))
    {
        return Err(RunException::AccountUnchanged);
    }
    Ok(account)
}

/// The sealed account that the month's last payment came back from, where nothing goes again. A reason that concerns no
/// account, such as technical trouble, leaves it usable; so does a payment that was given up (作废), unless the bank said
/// that the account takes nothing.
fn came_back<'p>(look: &Look<'_>, payable: &'p PayableCase, month: BenefitMonth) -> Option<&'p str> {
    let last = payable.payments.iter().rfind(|payment| payment.month == month)?;
    let at_fault = last.returned_reason.as_deref().and_then(|code| look.faults.at_fault(code));
    let waits = match last.status {
        PaymentStage::Returned => at_fault != Some(AtFault::Bank),
        // one that settled and came back later is recovered, and its month due again
        PaymentStage::Cancelled | PaymentStage::Settled => at_fault == Some(AtFault::Account),
        PaymentStage::Unordered | PaymentStage::Ordered | PaymentStage::Reissued => false,
    };
    last.returned_from.as_deref().filter(|_| waits)
}

/// Whether the account is still the one that a payment came back from, whatever days it is registered for: an order
/// carries the account as it was registered.
pub(super) fn is_unchanged(payable: &PayableCase, returned_from: &str, account: &BlindIndex) -> bool {
    let member = payable.household.member(payable.case.applicant);
    let mut registered = member.into_iter().flat_map(|member| member.account.iter());
    let before = registered.find(|(_, account)| account.account.ciphertext() == returned_from);
    before.is_some_and(|(_, before)| before.account_index == *account)
}

fn line(payable: &PayableCase, pay: MonthToPay, account: &PayeeAccount) -> FoundLine {
    let parties = LineParties {
        case_id: payable.case.case_id,
        beneficiary: payable.case.applicant,
        program: payable.case.program,
        payee: account.holder,
        account_index: account.account_index.clone(),
    };
    let replaces = pay.replaces;
    FoundLine { line: RunLine::new(parties, pay), account: account.account.clone(), replaces }
}

/// What is to be recovered of a month: of its settled payments, the newest first.
fn overpayments(payable: &PayableCase, overpaid: MonthOverpaid) -> Vec<RunNote> {
    let settled = payable
        .payments
        .iter()
        .rev()
        .filter(|payment| payment.month == overpaid.month && payment.status == PaymentStage::Settled);
    let recoverable = settled.map(|payment| RecoverablePayment {
        payment_id: payment.payment_id,
        recoverable: payment.recoverable().unwrap_or_default(),
    });
    // what the bank has not answered may come back, and then nothing was paid twice
    let pending = payable.payments.iter().filter(|payment| payment.month == overpaid.month);
    let pending = pending.filter(|payment| payment.status == PaymentStage::Ordered);
    let pending = Money::sum(pending.filter_map(|payment| payment.amount.plus(payment.withheld).ok()));
    let certain = pending.and_then(|pending| overpaid.amount.minus(pending)).unwrap_or_default();
    let proposals = recovery_proposals(MonthOverpaid { amount: certain, ..overpaid }, recoverable);
    let note = |payment_id, amount| {
        RunNote::Overpayment(Overpayment {
            case_id: payable.case.case_id,
            beneficiary: payable.case.applicant,
            program: payable.case.program,
            month: overpaid.month,
            payment_id,
            amount,
            reason: reason(payable),
        })
    };
    if proposals.is_empty() {
        return vec![note(None, overpaid.amount)];
    }
    proposals.into_iter().map(|proposal| note(Some(proposal.payment_id), proposal.amount)).collect()
}

fn reason(payable: &PayableCase) -> RecoveryReason {
    let member = payable.household.member(payable.case.applicant);
    let died = member.is_some_and(|member| member.died_on().is_some());
    let left = member.is_some_and(|member| member.left_region_on().is_some());
    match &payable.case.state {
        _ if died => RecoveryReason::Deceased,
        _ if left => RecoveryReason::MovedOut,
        BenefitCase::Closed(closed) if closed.closing.reason == ClosureReason::Deceased => {
            RecoveryReason::Deceased
        }
        _ => RecoveryReason::FactsCorrected,
    }
}
