//! Deciding on a payment run: one function for each command, each a ladder of guards with the happy path last.

use chrono::{Days, NaiveDate};

use super::command::{BankResults, PaymentRunCommand};
use super::error::{Contradiction, Duty, PaymentRunError};
use super::event::{BankDelivery, Calculation, PaymentRunEvent};
use super::state::{Approved, PaymentRun, Preparation, Signature};
use crate::actor::{Contributors, Role};
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::calendar::BenefitMonth;
use crate::ids::{FundId, RunId};
use crate::money::Money;
use crate::program::Program;

type Decision = Result<Vec<PaymentRunEvent>, PaymentRunError>;

impl Decider for PaymentRun {
    const TYPE: &'static str = "PaymentRun";
    type Command = PaymentRunCommand;
    type Event = PaymentRunEvent;
    type Error = PaymentRunError;

    fn decide(&self, command: PaymentRunCommand, context: &Context) -> Decision {
        use PaymentRunCommand as Command;
        role_may(&command, context.actor.role)?;
        let name = command.name();
        match command {
            Command::OpenRun { run_id, month, programs, fund_id } => {
                self.open(Plan { run_id, month, programs, fund_id }, context)
            }
            Command::RecordCalculation { calculation } => self.record(calculation, name, context),
            Command::SubmitRun { submitted_on, warnings_seen, second_approval_above } => {
                self.submit(Submission { submitted_on, warnings_seen, second_approval_above }, name, context)
            }
            Command::EndorseRun { endorsed_on } => self.endorse(endorsed_on, name, context),
            Command::ApproveRun { approved_on } => self.approve(approved_on, name, context),
            Command::RejectRun { reason, rejected_on } => self.reject(reason, rejected_on, name, context),
            Command::ReleaseRun { file_sha256, execution_on, digest, delivery } => {
                self.release(Release { file_sha256, execution_on, digest, delivery }, name, context)
            }
            Command::ReconcileRun { results, reconciled_on } => {
                self.reconcile(results, reconciled_on, name, context)
            }
        }
    }

    fn try_evolve(&mut self, event: &PaymentRunEvent) -> Result<(), ImpossibleEvent> {
        *self = self.clone().after(event)?;
        Ok(())
    }
}

/// What a run is opened with.
struct Plan {
    run_id: RunId,
    month: BenefitMonth,
    programs: Vec<Program>,
    fund_id: FundId,
}

/// What is handed in for approval.
struct Submission {
    submitted_on: NaiveDate,
    warnings_seen: u64,
    second_approval_above: Option<Money>,
}

/// What goes to the bank.
struct Release {
    file_sha256: String,
    execution_on: NaiveDate,
    digest: String,
    delivery: Option<BankDelivery>,
}

impl PaymentRun {
    fn open(&self, plan: Plan, context: &Context) -> Decision {
        if let Some(preparation) = self.preparation() {
            return if plan.is(preparation) { Ok(vec![]) } else { Err(PaymentRunError::RunExists) };
        }
        if plan.month > BenefitMonth::of(context.today).next() {
            return Err(PaymentRunError::MonthTooEarly);
        }
        if plan.programs.is_empty() {
            return Err(PaymentRunError::NoPrograms);
        }
        if any_twice(plan.programs.iter().copied()) {
            return Err(PaymentRunError::ProgramTwice);
        }
        let Plan { run_id, month, programs, fund_id } = plan;
        let opened_by = context.actor.id.clone();
        Ok(vec![PaymentRunEvent::PaymentRunOpened { run_id, month, programs, fund_id, opened_by }])
    }

    fn record(&self, calculation: Calculation, command: &'static str, context: &Context) -> Decision {
        let preparation = match self {
            PaymentRun::Calculated(calculated) if calculated.calculation == calculation => return Ok(vec![]),
            PaymentRun::Opened(preparation) => preparation,
            PaymentRun::Calculated(calculated) => &calculated.preparation,
            PaymentRun::Rejected(rejected) => &rejected.preparation,
            _ => return Err(self.refuses(command)),
        };
        not_future(calculation.calculated_on, context)?;
        if let Some(contradiction) = contradiction(&calculation, &preparation.programs)? {
            return Err(PaymentRunError::CalculationContradictory { contradiction });
        }
        let calculated_by = context.actor.id.clone();
        Ok(vec![PaymentRunEvent::PaymentRunCalculated { calculation, calculated_by }])
    }

    fn submit(&self, submission: Submission, command: &'static str, context: &Context) -> Decision {
        let Submission { submitted_on, warnings_seen, second_approval_above } = submission;
        let calculation = match self {
            PaymentRun::Submitted(submitted) if submitted.submission.is(context, submitted_on) => {
                return Ok(vec![]);
            }
            PaymentRun::Calculated(calculated) => &calculated.calculation,
            _ => return Err(self.refuses(command)),
        };
        not_future(submitted_on, context)?;
        not_before(submitted_on, calculation.calculated_on)?;
        if calculation.line_count == 0 {
            return Err(PaymentRunError::RunEmpty);
        }
        if warnings_seen != calculation.warning_count {
            let (seen, found) = (warnings_seen, calculation.warning_count);
            return Err(PaymentRunError::WarningsUnseen { seen, found });
        }
        let submitted_by = context.actor.id.clone();
        Ok(vec![PaymentRunEvent::PaymentRunSubmitted {
            submitted_on,
            submitted_by,
            warnings_seen,
            second_approval_above,
        }])
    }

    fn endorse(&self, endorsed_on: NaiveDate, command: &'static str, context: &Context) -> Decision {
        let submitted = match self {
            PaymentRun::Endorsed(endorsed) if endorsed.endorsement.is(context, endorsed_on) => {
                return Ok(vec![]);
            }
            PaymentRun::Submitted(submitted) => submitted,
            _ => return Err(self.refuses(command)),
        };
        if submitted.needs_second_approval().is_none() {
            return Err(PaymentRunError::EndorsementNotNeeded);
        }
        not_by(&submitted.calculated.preparation.contributors, Duty::Endorsed, context)?;
        not_future(endorsed_on, context)?;
        not_before(endorsed_on, submitted.submission.on)?;
        let endorsed_by = context.actor.id.clone();
        Ok(vec![PaymentRunEvent::PaymentRunEndorsed { endorsed_on, endorsed_by }])
    }

    fn approve(&self, approved_on: NaiveDate, command: &'static str, context: &Context) -> Decision {
        let (submitted, latest) = match self {
            PaymentRun::Approved(approved) if approved.approval.is(context, approved_on) => {
                return Ok(vec![]);
            }
            PaymentRun::Submitted(submitted) => match submitted.needs_second_approval() {
                Some(above) => return Err(PaymentRunError::EndorsementMissing { above }),
                None => (submitted, &submitted.submission),
            },
            PaymentRun::Endorsed(endorsed) => (&endorsed.submitted, &endorsed.endorsement),
            _ => return Err(self.refuses(command)),
        };
        not_by(&submitted.calculated.preparation.contributors, Duty::Approved, context)?;
        self.not_by_endorser(Duty::Approved, context)?;
        not_future(approved_on, context)?;
        not_before(approved_on, latest.on)?;
        let approved_by = context.actor.id.clone();
        Ok(vec![PaymentRunEvent::PaymentRunApproved { approved_on, approved_by }])
    }

    fn reject(
        &self,
        reason: String,
        rejected_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let latest = match self {
            PaymentRun::Rejected(rejected)
                if rejected.reason == reason && rejected.rejected_on == rejected_on =>
            {
                return Ok(vec![]);
            }
            PaymentRun::Submitted(submitted) => submitted.submission.on,
            PaymentRun::Endorsed(endorsed) => endorsed.endorsement.on,
            PaymentRun::Approved(approved) => approved.approval.on,
            _ => return Err(self.refuses(command)),
        };
        not_future(rejected_on, context)?;
        not_before(rejected_on, latest)?;
        if reason.trim().is_empty() || reason.chars().count() > 500 {
            return Err(PaymentRunError::ReasonMissing);
        }
        Ok(vec![PaymentRunEvent::PaymentRunRejected { reason, rejected_on }])
    }

    fn release(&self, release: Release, command: &'static str, context: &Context) -> Decision {
        let approved = match self {
            PaymentRun::Released(released)
                if released.file_sha256 == release.file_sha256
                    && released.execution_on == release.execution_on =>
            {
                return Ok(vec![]);
            }
            PaymentRun::Approved(approved) => approved,
            _ => return Err(self.refuses(command)),
        };
        not_by(approved.contributors(), Duty::Released, context)?;
        self.not_by_endorser(Duty::Released, context)?;
        if approved.approval.by == context.actor.id {
            return Err(PaymentRunError::FourEyes { duty: Duty::Released, conflict: Duty::Approved });
        }
        not_before(release.execution_on, approved.approval.on)?;
        not_long_after(release.execution_on, context.today)?;
        if !is_sha256(&release.file_sha256) {
            return Err(PaymentRunError::FileDigestMalformed);
        }
        if release.digest != approved.submitted.calculated.calculation.digest {
            return Err(PaymentRunError::LinesChanged);
        }
        let calculation = &approved.submitted.calculated.calculation;
        if release.delivery.as_ref().is_some_and(|delivery| !delivery.is_of(calculation)) {
            return Err(PaymentRunError::DeliveryDiffers);
        }
        let Release { file_sha256, execution_on, delivery, .. } = release;
        Ok(vec![PaymentRunEvent::PaymentRunReleased { file_sha256, execution_on, delivery }])
    }

    fn reconcile(
        &self,
        results: BankResults,
        reconciled_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let released = match self {
            PaymentRun::Reconciled(done)
                if done.results == results && done.reconciled_on == reconciled_on =>
            {
                return Ok(vec![]);
            }
            // what had come back arrived after all
            PaymentRun::Reconciled(done) if results.settled_count > done.results.settled_count => {
                not_before(reconciled_on, done.reconciled_on)?;
                &done.released
            }
            PaymentRun::Released(released) => released,
            _ => return Err(self.refuses(command)),
        };
        not_future(reconciled_on, context)?;
        // where the bank refused every line, that may be before it was to pay
        let earliest = match results.settled_count {
            0 => released.approved.approval.on,
            _ => released.execution_on,
        };
        not_before(reconciled_on, earliest)?;
        results.agree_with(&released.approved.submitted.calculated.calculation)?;
        let BankResults { settled_count, settled_sum, returned_count, returned_sum } = results;
        Ok(vec![PaymentRunEvent::PaymentRunReconciled {
            settled_count,
            settled_sum,
            returned_count,
            returned_sum,
            reconciled_on,
        }])
    }

    /// The first of two approvers is neither the second nor who releases.
    fn not_by_endorser(&self, duty: Duty, context: &Context) -> Result<(), PaymentRunError> {
        let endorsement = match self {
            PaymentRun::Endorsed(endorsed) => Some(&endorsed.endorsement),
            PaymentRun::Approved(approved) => approved.endorsement.as_ref(),
            _ => None,
        };
        if endorsement.is_some_and(|endorsement| endorsement.by == context.actor.id) {
            return Err(PaymentRunError::FourEyes { duty, conflict: Duty::Endorsed });
        }
        Ok(())
    }

    const fn refuses(&self, command: &'static str) -> PaymentRunError {
        match self {
            PaymentRun::Unopened => PaymentRunError::RunUnknown,
            _ => PaymentRunError::WrongStage { command, stage: self.stage() },
        }
    }
}

impl Plan {
    fn is(&self, opened: &Preparation) -> bool {
        self.run_id == opened.run_id
            && self.month == opened.month
            && self.programs == opened.programs
            && self.fund_id == opened.fund_id
    }
}

impl BankDelivery {
    /// Whether the files hold all lines of the calculation and nothing else.
    fn is_of(&self, calculation: &Calculation) -> bool {
        let count = self.files.iter().try_fold(0_u64, |count, file| count.checked_add(file.line_count));
        let sum = Money::sum(self.files.iter().map(|file| file.control_sum));
        (1..=40).contains(&self.layout.len())
            && self.files.iter().all(|file| is_sha256(&file.sha256))
            && count == Some(calculation.line_count)
            && sum == Ok(calculation.control_sum)
    }
}

impl Signature {
    fn is(&self, context: &Context, on: NaiveDate) -> bool {
        self.by == context.actor.id && self.on == on
    }
}

impl Approved {
    const fn contributors(&self) -> &Contributors {
        &self.submitted.calculated.preparation.contributors
    }
}

impl BankResults {
    fn agree_with(&self, calculation: &Calculation) -> Result<(), PaymentRunError> {
        let out_of_range = PaymentRunError::AmountOutOfRange;
        let count = self.settled_count.checked_add(self.returned_count).ok_or(out_of_range.clone())?;
        let sum = self.settled_sum.plus(self.returned_sum).map_err(|_| out_of_range)?;
        let (lines, control_sum) = (calculation.line_count, calculation.control_sum);
        let negative = self.settled_sum.is_negative() || self.returned_sum.is_negative();
        if negative || count != lines || sum != control_sum {
            return Err(PaymentRunError::SumsDisagree {
                reported_count: count,
                reported_sum: sum,
                ordered_count: lines,
                ordered_sum: control_sum,
            });
        }
        Ok(())
    }
}

/// Which role takes which step (see the table in the module's page).
fn role_may(command: &PaymentRunCommand, role: Role) -> Result<(), PaymentRunError> {
    use PaymentRunCommand as Command;
    let allowed: &'static [Role] = match command {
        Command::OpenRun { .. } | Command::SubmitRun { .. } => &[Role::Clerk],
        Command::RecordCalculation { .. } => &[Role::Clerk, Role::System],
        Command::EndorseRun { .. } | Command::ApproveRun { .. } => &[Role::Approver],
        Command::RejectRun { .. } => &[Role::Approver, Role::Clerk, Role::Finance],
        Command::ReleaseRun { .. } => &[Role::Finance],
        Command::ReconcileRun { .. } => &[Role::Finance, Role::System],
    };
    if allowed.contains(&role) {
        Ok(())
    } else {
        Err(PaymentRunError::RoleNotAllowed { command: command.name(), allowed })
    }
}

fn not_by(contributors: &Contributors, duty: Duty, context: &Context) -> Result<(), PaymentRunError> {
    if contributors.include(&context.actor.id) {
        return Err(PaymentRunError::FourEyes { duty, conflict: Duty::Prepared });
    }
    Ok(())
}

fn not_future(day: NaiveDate, context: &Context) -> Result<(), PaymentRunError> {
    if day > context.today { Err(PaymentRunError::DayInFuture { day }) } else { Ok(()) }
}

fn not_before(day: NaiveDate, earliest: NaiveDate) -> Result<(), PaymentRunError> {
    if day < earliest { Err(PaymentRunError::DayTooEarly { day, earliest }) } else { Ok(()) }
}

/// The longest time that a bank keeps a file before it pays.
const DAYS_AHEAD: u64 = 31;

/// A day that was mistyped would keep the bank's answers out for years.
fn not_long_after(day: NaiveDate, today: NaiveDate) -> Result<(), PaymentRunError> {
    let latest = today.checked_add_days(Days::new(DAYS_AHEAD)).unwrap_or(today);
    if day > latest { Err(PaymentRunError::ExecutionTooLate { day, latest }) } else { Ok(()) }
}

/// How the calculation contradicts itself or the run's programs, if it does.
fn contradiction(
    calculation: &Calculation,
    programs: &[Program],
) -> Result<Option<Contradiction>, PaymentRunError> {
    let totals = &calculation.by_program;
    let out_of_range = || PaymentRunError::AmountOutOfRange;
    let sum = Money::sum(totals.iter().map(|total| total.sum)).map_err(|_| out_of_range())?;
    let count = totals.iter().try_fold(0_u64, |count, total| count.checked_add(total.line_count));
    let foreign = totals.iter().any(|total| !programs.contains(&total.program));
    let unequal = sum != calculation.control_sum || count.ok_or_else(out_of_range)? != calculation.line_count;
    let negative = totals.iter().any(|total| total.sum.is_negative());
    let hollow = (calculation.line_count == 0) != calculation.control_sum.is_zero();
    Ok(if foreign || any_twice(totals.iter().map(|total| total.program)) {
        Some(Contradiction::Programs)
    } else if unequal {
        Some(Contradiction::ProgramTotals)
    } else if negative || hollow {
        Some(Contradiction::ControlSum)
    } else if !is_sha256(&calculation.digest) {
        Some(Contradiction::Digest)
    } else {
        None
    })
}

fn any_twice(programs: impl Iterator<Item = Program>) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let mut programs = programs;
    !programs.all(|program| seen.insert(program))
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
