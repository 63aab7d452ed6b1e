//! The situations of a fund, and how events lead from one to the next.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::command::{FundCharter, Purpose};
use super::earmark::{Earmarks, ProgramShare};
use super::event::FundEvent;
use super::year::{CarriedOver, ClosedYear, YearFacts};
use crate::aggregate::ImpossibleEvent;
use crate::ids::{DonationId, PaymentId, RemittanceId, RunId};
use crate::money::{Money, MoneyError};
use crate::program::Program;

/// A fund (资金), by its situation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fund {
    /// Nobody opened it.
    #[default]
    Unopened,
    /// 在用.
    Open(Box<FundAccount>),
}

/// The money of a fund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FundAccount {
    /// What the fund is.
    pub charter: FundCharter,
    /// 余额: everything that came in less everything spent or refunded, in fen. Never below nothing.
    pub balance: Money,
    /// 占用: what the balance is promised to, in fen. Never above the balance.
    pub committed: Money,
    /// 拨款.
    pub appropriations: Vec<Appropriation>,
    /// Gifts, each with what went back.
    pub donations: BTreeMap<DonationId, CreditedDonation>,
    /// Every run that the fund was committed to.
    pub runs: BTreeMap<RunId, Commitment>,
    /// Remitted money, by the remittance.
    pub remittances: BTreeMap<RemittanceId, Credit>,
    /// Recovered money, by the payment it was paid with.
    pub recoveries: BTreeMap<PaymentId, Vec<CreditedRecovery>>,
    /// What came in for which program, and what of it is used.
    pub earmarks: Earmarks,
    /// Every year that is closed.
    pub years: BTreeMap<i32, ClosedYear>,
}

/// 拨款.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CreditedAppropriation")]
pub struct Appropriation {
    /// 文号.
    pub document: String,
    /// How much and when.
    pub credit: Credit,
    /// What it is for.
    pub purpose: Purpose,
}

/// An amount and its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Credit {
    /// In fen.
    pub amount: Money,
    /// When.
    pub on: NaiveDate,
}

/// A gift as the fund knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreditedDonation {
    /// What came in.
    pub received: Credit,
    /// What went back; amounts below nothing.
    pub refunds: Vec<CreditedRefund>,
}

/// What went back of a gift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreditedRefund {
    /// How much, below nothing, and when.
    pub credit: Credit,
    /// 退款单号, where a statement told it.
    pub number: Option<String>,
}

/// What came back of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreditedRecovery {
    /// How much, and when.
    pub credit: Credit,
    /// 流水号, where somebody stated it.
    pub reference: Option<String>,
}

/// What a fund holds ready for a run, in fen. Spent and released together never exceed committed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Commitment {
    /// Promised.
    pub committed: Money,
    /// Paid by the bank.
    pub spent: Money,
    /// Returned by the bank, or given up with the run's rejection; less what arrived after all.
    pub released: Money,
    /// What was promised less what was released, by program; empty where it was not said.
    pub by_program: Vec<ProgramShare>,
}

impl Fund {
    /// The situation's name in English, for refusals.
    pub const fn stage(&self) -> &'static str {
        match self {
            Fund::Unopened => "unopened",
            Fund::Open(_) => "open",
        }
    }

    /// Its money, once it was opened.
    pub fn account(&self) -> Option<&FundAccount> {
        match self {
            Fund::Unopened => None,
            Fund::Open(account) => Some(account),
        }
    }

    /// Evolves in place, because a fund may know thousands of gifts.
    pub(super) fn evolve(&mut self, event: &FundEvent) -> Result<(), ImpossibleEvent> {
        let impossible = ImpossibleEvent::new(event, self.stage());
        match self {
            Fund::Unopened => {
                let charter = FundCharter::of(event).ok_or(impossible)?;
                *self = Fund::Open(Box::new(FundAccount::new(charter)));
                Ok(())
            }
            Fund::Open(account) => account.evolve(event).ok_or(impossible),
        }
    }
}

impl FundCharter {
    fn of(event: &FundEvent) -> Option<FundCharter> {
        match event {
            FundEvent::FundOpened { fund_id, name, source, restriction, opened_on, programs } => {
                Some(FundCharter {
                    fund_id: *fund_id,
                    name: name.clone(),
                    source: *source,
                    restriction: *restriction,
                    opened_on: *opened_on,
                    programs: programs.clone(),
                })
            }
            _ => None,
        }
    }
}

impl FundAccount {
    fn new(charter: FundCharter) -> FundAccount {
        FundAccount {
            charter,
            balance: Money::ZERO,
            committed: Money::ZERO,
            appropriations: Vec::new(),
            donations: BTreeMap::new(),
            runs: BTreeMap::new(),
            remittances: BTreeMap::new(),
            recoveries: BTreeMap::new(),
            earmarks: Earmarks::default(),
            years: BTreeMap::new(),
        }
    }

    /// 可用余额: what is promised to nobody, in fen.
    pub fn free(&self) -> Money {
        // both lie between nothing and the largest amount, so the difference exists
        self.balance.minus(self.committed).unwrap_or_default()
    }

    /// What of it may be used on a day, in fen: without what is for a budget year that has not begun.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn free_on(&self, day: NaiveDate) -> Result<Money, MoneyError> {
        let early = self.not_before(day);
        self.free().minus(Money::sum(early.reserved.into_values().chain([early.general]))?)
    }

    /// What a run with these shares may use on a day, in fen; a run that needs more is refused at its approval.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn usable(&self, shares: &[ProgramShare], day: NaiveDate) -> Result<Money, MoneyError> {
        let by_program = self.earmarks.usable(shares, &self.not_before(day))?;
        Ok(by_program.min(self.free_on(day)?))
    }

    /// What the fund holds ready for a run; nothing for a run it does not know.
    pub fn commitment(&self, run_id: RunId) -> Commitment {
        self.runs.get(&run_id).cloned().unwrap_or_default()
    }

    /// The last year into which nothing more is booked.
    pub fn closed_through(&self) -> Option<i32> {
        self.years.last_key_value().map(|(year, _)| *year)
    }

    /// What came in and may not be used on a day, because its budget year has not begun.
    pub(super) fn not_before(&self, day: NaiveDate) -> Earmarks {
        let mut early = Earmarks::default();
        let later = |each: &&Appropriation| each.purpose.budget_year.is_some_and(|year| year > day.year());
        for Appropriation { credit, purpose, .. } in self.appropriations.iter().filter(later) {
            // part of a sum that was in range when it came in
            let _ = early.receive(purpose.program, credit.amount);
        }
        early
    }

    /// `None` where the event cannot follow, or a sum leaves the range of money.
    fn evolve(&mut self, event: &FundEvent) -> Option<()> {
        match event {
            FundEvent::FundOpened { .. } => return None,
            FundEvent::MoneyAppropriated {
                amount,
                document,
                appropriated_on,
                program,
                level,
                budget_year,
            } => {
                self.receive(*program, *amount)?;
                let credit = Credit { amount: *amount, on: *appropriated_on };
                let purpose = Purpose { program: *program, level: *level, budget_year: *budget_year };
                self.appropriations.push(Appropriation { document: document.clone(), credit, purpose });
            }
            FundEvent::DonationCredited { donation_id, amount, credited_on, refund_number, .. } => {
                self.receive(None, *amount)?;
                let credit = Credit { amount: *amount, on: *credited_on };
                self.donation(*donation_id, credit, refund_number.as_ref())?;
            }
            FundEvent::FundsCommitted { run_id, amount, by_program, .. } => {
                self.promise(*run_id, *amount, by_program)?;
            }
            FundEvent::FundsReleased { run_id, amount, by_program, .. } => {
                self.free_again(*run_id, *amount, by_program)?;
            }
            FundEvent::FundsRecommitted { run_id, amount, by_program, .. } => {
                self.hold_again(*run_id, *amount, by_program)?;
            }
            &FundEvent::FundsSpent { run_id, amount, .. } => {
                self.committed = self.committed.minus(amount).ok()?;
                self.balance = self.balance.minus(amount).ok()?;
                let run = self.runs.get_mut(&run_id)?;
                run.spent = run.spent.plus(amount).ok()?;
            }
            &FundEvent::DonationsRemitted { remittance_id, amount, remitted_on: on, .. } => {
                self.receive(None, amount.negated())?;
                self.remittances.insert(remittance_id, Credit { amount, on });
            }
            FundEvent::RecoveryCredited { amount, payment_id, credited_on, reference } => {
                self.receive(None, *amount)?;
                let (credit, reference) = (Credit { amount: *amount, on: *credited_on }, reference.clone());
                let recovery = CreditedRecovery { credit, reference };
                self.recoveries.entry(*payment_id).or_default().push(recovery);
            }
            FundEvent::FundYearClosed { .. }
            | FundEvent::FundYearReopened { .. }
            | FundEvent::FundYearCarriedOver { .. } => self.turn_year(event)?,
        }
        Some(())
    }

    fn receive(&mut self, program: Option<Program>, amount: Money) -> Option<()> {
        self.balance = self.balance.plus(amount).ok()?;
        self.earmarks.receive(program, amount).ok()
    }

    fn promise(&mut self, run_id: RunId, amount: Money, by_program: &[ProgramShare]) -> Option<()> {
        self.committed = self.committed.plus(amount).ok()?;
        self.earmarks.employ(by_program, amount).ok()?;
        let run = self.runs.entry(run_id).or_default();
        run.committed = run.committed.plus(amount).ok()?;
        run.by_program = by_program.to_vec();
        Some(())
    }

    fn free_again(&mut self, run_id: RunId, amount: Money, by_program: &[ProgramShare]) -> Option<()> {
        self.committed = self.committed.minus(amount).ok()?;
        let run = self.runs.get_mut(&run_id)?;
        run.released = run.released.plus(amount).ok()?;
        for share in by_program {
            let promised = run.by_program.iter_mut().find(|promised| promised.program == share.program)?;
            promised.amount = promised.amount.minus(share.amount).ok()?;
        }
        run.by_program.retain(|promised| !promised.amount.is_zero());
        self.earmarks.employ(by_program, amount.negated()).ok()
    }

    /// Undoes a part of what [`FundAccount::free_again`] did.
    fn hold_again(&mut self, run_id: RunId, amount: Money, by_program: &[ProgramShare]) -> Option<()> {
        self.committed = self.committed.plus(amount).ok()?;
        let run = self.runs.get_mut(&run_id)?;
        run.released = run.released.minus(amount).ok()?;
        for share in by_program {
            match run.by_program.iter_mut().find(|promised| promised.program == share.program) {
                Some(promised) => promised.amount = promised.amount.plus(share.amount).ok()?,
                None => run.by_program.push(*share),
            }
        }
        self.earmarks.employ(by_program, amount).ok()
    }

    fn turn_year(&mut self, event: &FundEvent) -> Option<()> {
        match event {
            FundEvent::FundYearClosed {
                year,
                unspent,
                committed,
                in_transit,
                lines,
                position,
                closed_on,
                closed_by,
            } => {
                let facts = YearFacts {
                    unspent: *unspent,
                    committed: *committed,
                    in_transit: *in_transit,
                    lines: lines.clone(),
                    position: *position,
                };
                let (closed_on, closed_by) = (*closed_on, closed_by.clone());
                let closed = ClosedYear { facts, closed_on, closed_by, carried: None };
                self.years.insert(*year, closed).is_none().then_some(())
            }
            FundEvent::FundYearReopened { year, .. } => self.years.remove(year).map(|_| ()),
            FundEvent::FundYearCarriedOver { year, document, carried_on, carried_by, .. } => {
                self.years.get_mut(year)?.carried = Some(CarriedOver {
                    document: document.clone(),
                    carried_on: *carried_on,
                    carried_by: carried_by.clone(),
                });
                Some(())
            }
            _ => None,
        }
    }

    fn donation(&mut self, donation_id: DonationId, credit: Credit, number: Option<&String>) -> Option<()> {
        if credit.amount.is_negative() {
            let refund = CreditedRefund { credit, number: number.cloned() };
            self.donations.get_mut(&donation_id)?.refunds.push(refund);
        } else {
            let gift = CreditedDonation { received: credit, refunds: Vec::new() };
            self.donations.insert(donation_id, gift);
        }
        Some(())
    }
}

impl CreditedDonation {
    /// What was not refunded, in fen.
    pub fn remaining(&self) -> Money {
        let add = |left: Money, refund: &CreditedRefund| left.plus(refund.credit.amount).unwrap_or_default();
        self.refunds.iter().fold(self.received.amount, add)
    }
}

impl Commitment {
    /// What is still held ready, in fen.
    pub fn remainder(&self) -> Money {
        let left = self.committed.minus(self.spent).and_then(|left| left.minus(self.released));
        left.unwrap_or_default()
    }
}
