//! Deciding on a fund: one function for each command, each a ladder of guards with the happy path last.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::command::{FundCharter, FundCommand, Purpose};
use super::decide_year::CarryOver;
use super::earmark::{ProgramShare, Shortage};
use super::error::FundError;
use super::event::{FundEvent, FundSource};
use super::state::{Appropriation, Commitment, Credit, CreditedRecovery, CreditedRefund, Fund, FundAccount};
use crate::actor::Role;
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::ids::{CampaignId, DonationId, PaymentId, RemittanceId, RunId};
use crate::money::Money;
use crate::program::Program;

pub(super) type Decision = Result<Vec<FundEvent>, FundError>;

impl Decider for Fund {
    const TYPE: &'static str = "Fund";
    type Command = FundCommand;
    type Event = FundEvent;
    type Error = FundError;

    fn decide(&self, command: FundCommand, context: &Context) -> Decision {
        use FundCommand as Command;
        role_may(&command, context.actor.role)?;
        let account = self.account().ok_or(FundError::FundUnknown);
        match command {
            Command::OpenFund { charter } => self.open(charter, context),
            Command::Appropriate { amount, document, appropriated_on: on, purpose } => account?
                .appropriate(Appropriation { document, credit: Credit { amount, on }, purpose }, context),
            Command::CreditDonation { campaign_id, donation_id, amount, credited_on: on, refund_number } => {
                let gift = GiftOf { campaign_id, donation_id, refund_number };
                account?.credit_donation(gift, Credit { amount, on }, context)
            }
            Command::Commit { run_id, amount, committed_on: on, by_program } => {
                account?.commit(run_id, Credit { amount, on }, by_program, context)
            }
            Command::Spend { run_id, amount, spent_on } => {
                account?.within_commitment(run_id, Credit { amount, on: spent_on }, context)?;
                Ok(vec![FundEvent::FundsSpent { run_id, amount, spent_on }])
            }
            Command::Release { run_id, amount, released_on: on, by_program } => {
                account?.release(run_id, Credit { amount, on }, by_program, context)
            }
            Command::Recommit { run_id, amount, recommitted_on: on, by_program } => {
                account?.recommit(run_id, Credit { amount, on }, by_program, context)
            }
            Command::Remit { campaign_id, remittance_id, amount, remitted_on: on } => {
                let remittance = RemittanceOf { campaign_id, remittance_id };
                account?.remit(remittance, Credit { amount, on }, context)
            }
            Command::CreditRecovery { payment_id, amount, credited_on: on, reference } => {
                let recovery = CreditedRecovery { credit: Credit { amount, on }, reference };
                account?.credit_recovery(payment_id, recovery, context)
            }
            Command::CloseYear { year, facts, closed_on } => {
                account?.close_year(year, facts, closed_on, context)
            }
            Command::ReopenYear { year, reason, reopened_on } => {
                account?.reopen_year(year, reason, reopened_on, context)
            }
            Command::CarryOver { year, document, found, carried_on } => {
                account?.carry_over(CarryOver { year, document, found, carried_on }, context)
            }
        }
    }

    fn try_evolve(&mut self, event: &FundEvent) -> Result<(), ImpossibleEvent> {
        self.evolve(event)
    }
}

/// A gift and its campaign, and the number of what is refunded of it.
struct GiftOf {
    campaign_id: CampaignId,
    donation_id: DonationId,
    refund_number: Option<String>,
}

/// A remittance and its campaign.
struct RemittanceOf {
    campaign_id: CampaignId,
    remittance_id: RemittanceId,
}

impl Fund {
    fn open(&self, charter: FundCharter, context: &Context) -> Decision {
        if let Fund::Open(account) = self {
            return if account.charter == charter { Ok(vec![]) } else { Err(FundError::FundExists) };
        }
        filled(&charter.name, "charter.name")?;
        not_future(charter.opened_on, context)?;
        if twice(charter.programs.iter()) {
            return Err(FundError::ProgramTwice);
        }
        let FundCharter { fund_id, name, source, restriction, opened_on, programs } = charter;
        Ok(vec![FundEvent::FundOpened { fund_id, name, source, restriction, opened_on, programs }])
    }
}

impl FundAccount {
    fn appropriate(&self, appropriation: Appropriation, context: &Context) -> Decision {
        if self.appropriations.contains(&appropriation) {
            return Ok(vec![]);
        }
        self.takes(FundSource::Budget)?;
        let Appropriation { document, credit: Credit { amount, on: appropriated_on }, purpose } =
            appropriation;
        positive(amount)?;
        filled(&document, "document")?;
        self.happened(appropriated_on, context)?;
        let Purpose { program, level, budget_year } = purpose;
        if let Some(year) = budget_year {
            budget_year_fits(year, appropriated_on)?;
        }
        self.may_pay(program.into_iter())?;
        self.balance_with(amount)?;
        Ok(vec![FundEvent::MoneyAppropriated {
            amount,
            document,
            appropriated_on,
            program,
            level,
            budget_year,
        }])
    }

    fn credit_donation(&self, gift: GiftOf, credit: Credit, context: &Context) -> Decision {
        let GiftOf { campaign_id, donation_id, refund_number } = gift;
        let known = self.donations.get(&donation_id);
        let refund = CreditedRefund { credit, number: refund_number.clone() };
        if known.is_some_and(|known| known.received == credit || known.refunds.contains(&refund)) {
            return Ok(vec![]);
        }
        self.takes(FundSource::Donations)?;
        let Credit { amount, on: credited_on } = credit;
        if amount.is_zero() {
            return Err(FundError::AmountNotPositive);
        }
        if known.is_some() && amount.is_positive() {
            return Err(FundError::DonationDiffers);
        }
        self.happened(credited_on, context)?;
        if amount.is_negative() {
            let remaining = known.ok_or(FundError::DonationUnknown)?.remaining();
            let refund = amount.negated();
            if refund > remaining {
                return Err(FundError::RefundAboveRemaining { amount: refund, remaining });
            }
            self.covers(refund)?;
        }
        self.balance_with(amount)?;
        Ok(vec![FundEvent::DonationCredited { campaign_id, donation_id, amount, credited_on, refund_number }])
    }

    fn commit(
        &self,
        run_id: RunId,
        credit: Credit,
        by_program: Vec<ProgramShare>,
        context: &Context,
    ) -> Decision {
        let Credit { amount, on: committed_on } = credit;
        let before = self.commitment(run_id);
        // a commitment that was released whole belongs to an approval that was undone
        let standing = before.committed.minus(before.released).unwrap_or_default();
        if !standing.is_zero() {
            return if standing == amount { Ok(vec![]) } else { Err(FundError::CommitmentDiffers) };
        }
        self.can_hold_ready(credit, &by_program, context)?;
        Ok(vec![FundEvent::FundsCommitted { run_id, amount, committed_on, by_program }])
    }

    /// Whether an amount can be held ready for a run.
    fn can_hold_ready(
        &self,
        Credit { amount, on }: Credit,
        by_program: &[ProgramShare],
        context: &Context,
    ) -> Result<(), FundError> {
        positive(amount)?;
        add_up(by_program, amount)?;
        self.happened(on, context)?;
        self.may_pay(by_program.iter().map(|share| share.program))?;
        self.covers_on(amount, on)?;
        self.covers_programs(by_program, on)
    }

    fn release(
        &self,
        run_id: RunId,
        credit: Credit,
        by_program: Vec<ProgramShare>,
        context: &Context,
    ) -> Decision {
        self.within_commitment(run_id, credit, context)?;
        let Credit { amount, on: released_on } = credit;
        let by_program = self.commitment(run_id).shares_of(amount, by_program)?;
        Ok(vec![FundEvent::FundsReleased { run_id, amount, released_on, by_program }])
    }

    /// As an approval's commitment: what was freed may be promised elsewhere by now.
    fn recommit(
        &self,
        run_id: RunId,
        credit: Credit,
        by_program: Vec<ProgramShare>,
        context: &Context,
    ) -> Decision {
        let Credit { amount, on: recommitted_on } = credit;
        let released = self.runs.get(&run_id).ok_or(FundError::RunUnknown)?.released;
        if amount > released {
            return Err(FundError::AboveReleased { amount, released });
        }
        self.can_hold_ready(credit, &by_program, context)?;
        Ok(vec![FundEvent::FundsRecommitted { run_id, amount, recommitted_on, by_program }])
    }

    /// Spending and releasing have no name of their own by which a repeat could be known: they are appended
    /// with the results of payments, which happen once, and never exceed what is committed.
    fn within_commitment(&self, run_id: RunId, credit: Credit, context: &Context) -> Result<(), FundError> {
        let commitment = self.runs.get(&run_id).ok_or(FundError::RunUnknown)?;
        positive(credit.amount)?;
        self.happened(credit.on, context)?;
        let (amount, remainder) = (credit.amount, commitment.remainder());
        if amount > remainder {
            return Err(FundError::AboveCommitment { amount, remainder });
        }
        Ok(())
    }

    fn credit_recovery(
        &self,
        payment_id: PaymentId,
        recovery: CreditedRecovery,
        context: &Context,
    ) -> Decision {
        if self.recoveries.get(&payment_id).is_some_and(|credited| credited.contains(&recovery)) {
            return Ok(vec![]);
        }
        let CreditedRecovery { credit: Credit { amount, on: credited_on }, reference } = recovery;
        positive(amount)?;
        self.happened(credited_on, context)?;
        self.balance_with(amount)?;
        Ok(vec![FundEvent::RecoveryCredited { amount, payment_id, credited_on, reference }])
    }

    fn remit(&self, remittance: RemittanceOf, debit: Credit, context: &Context) -> Decision {
        let RemittanceOf { campaign_id, remittance_id } = remittance;
        if let Some(known) = self.remittances.get(&remittance_id) {
            return if *known == debit { Ok(vec![]) } else { Err(FundError::RemittanceDiffers) };
        }
        self.takes(FundSource::Donations)?;
        let Credit { amount, on: remitted_on } = debit;
        positive(amount)?;
        self.happened(remitted_on, context)?;
        self.covers(amount)?;
        Ok(vec![FundEvent::DonationsRemitted { campaign_id, remittance_id, amount, remitted_on }])
    }

    fn takes(&self, source: FundSource) -> Result<(), FundError> {
        let source_of_fund = self.charter.source;
        if source == source_of_fund { Ok(()) } else { Err(FundError::WrongSource { source_of_fund }) }
    }

    /// Whether an amount is free.
    ///
    /// # Errors
    /// [`FundError::FundShort`], with what is missing.
    pub fn covers(&self, amount: Money) -> Result<(), FundError> {
        gap_of(amount, self.free())
    }

    /// As [`FundAccount::covers`], without what may not be used yet on the day.
    fn covers_on(&self, amount: Money, day: NaiveDate) -> Result<(), FundError> {
        gap_of(amount, self.free_on(day).map_err(|_| FundError::AmountOutOfRange)?)
    }

    fn covers_programs(&self, shares: &[ProgramShare], day: NaiveDate) -> Result<(), FundError> {
        match self.earmarks.shortage(shares, &self.not_before(day)) {
            Ok(None) => Ok(()),
            Ok(Some(Shortage { program, needed, available })) => {
                let gap = needed.minus(available).map_err(|_| FundError::AmountOutOfRange)?;
                Err(FundError::ProgramShort { program, amount: needed, free: available, gap })
            }
            Err(_) => Err(FundError::AmountOutOfRange),
        }
    }

    fn may_pay(&self, mut programs: impl Iterator<Item = Program>) -> Result<(), FundError> {
        let allowed = &self.charter.programs;
        match programs.find(|program| !allowed.is_empty() && !allowed.contains(program)) {
            Some(program) => Err(FundError::ProgramNotAllowed { program }),
            None => Ok(()),
        }
    }

    fn balance_with(&self, amount: Money) -> Result<(), FundError> {
        self.balance.plus(amount).map(|_| ()).map_err(|_| FundError::AmountOutOfRange)
    }

    fn happened(&self, day: NaiveDate, context: &Context) -> Result<(), FundError> {
        not_future(day, context)?;
        let earliest = self.charter.opened_on;
        if day < earliest {
            return Err(FundError::DayTooEarly { day, earliest });
        }
        match self.closed_through() {
            Some(year) if day.year() <= year => Err(FundError::YearClosed { day, year }),
            _ => Ok(()),
        }
    }
}

impl Commitment {
    /// The shares of a part that is released: as given, or as far as they follow from what was promised.
    fn shares_of(&self, amount: Money, given: Vec<ProgramShare>) -> Result<Vec<ProgramShare>, FundError> {
        let promised = &self.by_program;
        // a commitment that did not say its shares is released without them too
        if promised.is_empty() {
            return Ok(vec![]);
        }
        if !given.is_empty() {
            add_up(&given, amount)?;
            let within = |share: &ProgramShare| {
                promised.iter().any(|each| each.program == share.program && share.amount <= each.amount)
            };
            return if given.iter().all(within) { Ok(given) } else { Err(FundError::SharesDiffer) };
        }
        match promised[..] {
            [ProgramShare { program, .. }] => Ok(vec![ProgramShare { program, amount }]),
            _ if Money::sum(promised.iter().map(|share| share.amount)) == Ok(amount) => Ok(promised.clone()),
            _ => Err(FundError::SharesDiffer),
        }
    }
}

/// Money comes in its year, or towards the end of the year before (提前下达).
fn budget_year_fits(year: i32, day: NaiveDate) -> Result<(), FundError> {
    let next = day.year().checked_add(1);
    if year == day.year() || Some(year) == next { Ok(()) } else { Err(FundError::BudgetYearOdd { year }) }
}

fn gap_of(amount: Money, free: Money) -> Result<(), FundError> {
    match amount.minus(free) {
        Ok(gap) if gap.is_positive() => Err(FundError::FundShort { amount, free, gap }),
        Ok(_) => Ok(()),
        Err(_) => Err(FundError::AmountOutOfRange),
    }
}

/// No shares, or shares that are more than nothing each, one for each program, and add up.
fn add_up(shares: &[ProgramShare], amount: Money) -> Result<(), FundError> {
    let sum = Money::sum(shares.iter().map(|share| share.amount));
    let each = shares.iter().all(|share| share.amount.is_positive());
    let once = !twice(shares.iter().map(|share| share.program));
    if shares.is_empty() || (each && once && sum == Ok(amount)) {
        Ok(())
    } else {
        Err(FundError::SharesDiffer)
    }
}

fn twice<T: Ord>(mut each: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    !each.all(|one| seen.insert(one))
}

fn role_may(command: &FundCommand, role: Role) -> Result<(), FundError> {
    use FundCommand as Command;
    let allowed: &'static [Role] = match command {
        Command::OpenFund { .. } | Command::Appropriate { .. } | Command::CloseYear { .. } => {
            &[Role::Finance]
        }
        Command::ReopenYear { .. } => &[Role::Approver, Role::Finance],
        Command::CarryOver { .. } => &[Role::Approver],
        Command::CreditDonation { .. } => &[Role::Clerk, Role::Finance, Role::System],
        Command::Commit { .. } | Command::Remit { .. } => &[Role::Approver],
        Command::Release { .. } => &[Role::Finance, Role::System, Role::Approver, Role::Clerk],
        Command::Spend { .. } | Command::Recommit { .. } | Command::CreditRecovery { .. } => {
            &[Role::Finance, Role::System]
        }
    };
    if allowed.contains(&role) {
        Ok(())
    } else {
        Err(FundError::RoleNotAllowed { command: command.name(), allowed })
    }
}

pub(super) fn filled(text: &str, field: &'static str) -> Result<(), FundError> {
    let missing = text.trim().is_empty() || text.chars().count() > 100;
    if missing { Err(FundError::TextMissing { field }) } else { Ok(()) }
}

fn positive(amount: Money) -> Result<(), FundError> {
    if amount.is_positive() { Ok(()) } else { Err(FundError::AmountNotPositive) }
}

pub(super) fn not_future(day: NaiveDate, context: &Context) -> Result<(), FundError> {
    if day > context.today { Err(FundError::DayInFuture { day }) } else { Ok(()) }
}
