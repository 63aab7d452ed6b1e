//! Sums of postings by subaccount and day, and what is read off them: trial balances, and the end of a year.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::bookkeeper::Entries;
use super::posting::Posting;
use super::subaccount::Subaccount;
use crate::fund::{ClosingLine, YearFacts};
use crate::ids::FundId;
use crate::money::{Money, MoneyError};

/// Everything that was posted, by subaccount and day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    days: BTreeMap<(Subaccount, NaiveDate), Turnover>,
}

/// 发生额: what was debited and what was credited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turnover {
    /// Debits, in fen.
    pub debit: Money,
    /// Credits, in fen, above nothing.
    pub credit: Money,
    /// How many postings.
    pub count: u64,
}

/// 试算平衡表: every account that was ever posted to, before a period and in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialBalance {
    /// The period's first day; none from the first posting on.
    pub from: Option<NaiveDate>,
    /// The period's last day; none to the last posting.
    pub on: Option<NaiveDate>,
    /// The accounts, in the order of the chart.
    pub lines: Vec<TrialLine>,
    /// The sums of all lines.
    pub total: TrialSums,
    /// Debits less credits of everything up to the last day, in fen; anything but nothing is damage.
    pub difference: Money,
}

/// One line of a trial balance: an account, or one of its subaccounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialLine {
    /// Which; where subaccounts are added up, nothing is named beside the account and what they share.
    pub subaccount: Subaccount,
    /// Its sums.
    #[serde(flatten)]
    pub sums: TrialSums,
}

/// The six columns, in fen. An opening or closing balance stands on one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TrialSums {
    /// 期初借方.
    pub opening_debit: Money,
    /// 期初贷方.
    pub opening_credit: Money,
    /// 本期借方发生额.
    pub debit: Money,
    /// 本期贷方发生额.
    pub credit: Money,
    /// 期末借方.
    pub closing_debit: Money,
    /// 期末贷方.
    pub closing_credit: Money,
}

/// What a trial balance is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrialQuestion {
    /// The period's first day.
    pub from: Option<NaiveDate>,
    /// The period's last day.
    pub on: Option<NaiveDate>,
    /// Of one fund only.
    pub fund: Option<FundId>,
    /// Whether subaccounts are added up.
    pub grouping: Grouping,
}

impl TrialQuestion {
    /// Whether the period's first day lies after its last, so that nothing could be told of it.
    pub fn is_backwards(&self) -> bool {
        self.from.zip(self.on).is_some_and(|(from, on)| from > on)
    }
}

/// What a line of a trial balance is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// An account, whatever its subaccounts.
    #[default]
    Accounts,
    /// A subaccount.
    Subaccounts,
}

impl Turnover {
    /// Adds a posting.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn add(&mut self, amount: Money) -> Result<(), MoneyError> {
        if amount.is_negative() {
            self.credit = self.credit.minus(amount)?;
        } else {
            self.debit = self.debit.plus(amount)?;
        }
        self.count += 1;
        Ok(())
    }

    /// Adds another's postings.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn merge(&mut self, other: Turnover) -> Result<(), MoneyError> {
        self.debit = self.debit.plus(other.debit)?;
        self.credit = self.credit.plus(other.credit)?;
        self.count += other.count;
        Ok(())
    }

    /// Debits less credits, in fen.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub const fn balance(self) -> Result<Money, MoneyError> {
        self.debit.minus(self.credit)
    }
}

impl Book {
    /// Takes what an event posts.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn enter(&mut self, entries: &Entries) -> Result<(), MoneyError> {
        for Posting { subaccount, amount } in &entries.postings {
            self.days.entry((*subaccount, entries.day)).or_default().add(*amount)?;
        }
        Ok(())
    }

    /// Takes what was summed up elsewhere.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn take(
        &mut self,
        subaccount: Subaccount,
        day: NaiveDate,
        turnover: Turnover,
    ) -> Result<(), MoneyError> {
        self.days.entry((subaccount, day)).or_default().merge(turnover)
    }

    /// Every sum, by subaccount and day.
    pub fn days(&self) -> impl Iterator<Item = (Subaccount, NaiveDate, Turnover)> + '_ {
        self.days.iter().map(|(&(subaccount, day), &turnover)| (subaccount, day, turnover))
    }

    /// Debits less credits of what `which` says yes to, in fen.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn balance(&self, mut which: impl FnMut(Subaccount, NaiveDate) -> bool) -> Result<Money, MoneyError> {
        let chosen = self.days().filter(|(subaccount, day, _)| which(*subaccount, *day));
        chosen.into_iter().try_fold(Money::ZERO, |sum, (_, _, turnover)| sum.plus(turnover.balance()?))
    }

    /// The trial balance of a period.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn trial_balance(&self, question: TrialQuestion) -> Result<TrialBalance, MoneyError> {
        let TrialQuestion { from, on, fund, grouping } = question;
        let mut sums: BTreeMap<Subaccount, (Money, Turnover)> = BTreeMap::new();
        for (subaccount, day, turnover) in self.days() {
            if on.is_some_and(|on| day > on) || fund.is_some_and(|fund| subaccount.fund != Some(fund)) {
                continue;
            }
            let name = match grouping {
                Grouping::Accounts => Subaccount::of(subaccount.account, fund),
                Grouping::Subaccounts => subaccount,
            };
            let (opening, period) = sums.entry(name).or_default();
            if from.is_some_and(|from| day < from) {
                *opening = opening.plus(turnover.balance()?)?;
            } else {
                period.merge(turnover)?;
            }
        }
        let lines = sums.into_iter().map(|(subaccount, (opening, period))| {
            Ok(TrialLine { subaccount, sums: TrialSums::of(opening, period)? })
        });
        let lines = lines.collect::<Result<Vec<TrialLine>, MoneyError>>()?;
        let total = lines.iter().try_fold(TrialSums::default(), |sum, line| sum.plus(&line.sums))?;
        let difference = total.closing_debit.minus(total.closing_credit)?;
        Ok(TrialBalance { from, on, lines, total, difference })
    }

    /// What the books say of a fund at the end of a year: what is closed, and what goes on.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn year_facts(&self, fund: FundId, year: i32, position: u64) -> Result<YearFacts, MoneyError> {
        let within =
            |subaccount: Subaccount, day: NaiveDate| subaccount.fund == Some(fund) && day.year() <= year;
        let of = |account: Account| self.balance(|sub, day| sub.account == account && within(sub, day));
        let mut lines: BTreeMap<Subaccount, Money> = BTreeMap::new();
        for (subaccount, day, turnover) in self.days() {
            // what came in early for a later budget year is that year's income
            let early = subaccount.budget_year.is_some_and(|budget_year| budget_year > year);
            if within(subaccount, day) && subaccount.account.kind().is_closed_yearly() && !early {
                let sum = lines.entry(subaccount).or_default();
                *sum = sum.plus(turnover.balance()?)?;
            }
        }
        let lines = lines.into_iter().filter(|(_, balance)| !balance.is_zero());
        let in_transit = of(Account::InTransit)?;
        let unspent = of(Account::Deposits)?.plus(in_transit)?.plus(of(Account::AwaitingReconciliation)?)?;
        Ok(YearFacts {
            unspent,
            committed: of(Account::Commitments)?,
            in_transit,
            lines: lines.map(|(name, balance)| name.closing_line(balance)).collect(),
            position,
        })
    }
}

impl Book {
    /// The first year after `after` in which anything of a fund was booked that a closing ends.
    pub fn first_year(&self, fund: FundId, after: Option<i32>) -> Option<i32> {
        let of_fund = |place: Subaccount| place.fund == Some(fund) && place.account.kind().is_closed_yearly();
        let years = self.days().filter(|(place, _, _)| of_fund(*place)).map(|(_, day, _)| day.year());
        years.filter(|year| after.is_none_or(|after| *year > after)).min()
    }
}

impl TrialSums {
    fn of(opening: Money, period: Turnover) -> Result<TrialSums, MoneyError> {
        let closing = opening.plus(period.balance()?)?;
        let debit = |balance: Money| balance.max(Money::ZERO);
        let credit = |balance: Money| balance.negated().max(Money::ZERO);
        Ok(TrialSums {
            opening_debit: debit(opening),
            opening_credit: credit(opening),
            debit: period.debit,
            credit: period.credit,
            closing_debit: debit(closing),
            closing_credit: credit(closing),
        })
    }

    fn plus(self, other: &TrialSums) -> Result<TrialSums, MoneyError> {
        Ok(TrialSums {
            opening_debit: self.opening_debit.plus(other.opening_debit)?,
            opening_credit: self.opening_credit.plus(other.opening_credit)?,
            debit: self.debit.plus(other.debit)?,
            credit: self.credit.plus(other.credit)?,
            closing_debit: self.closing_debit.plus(other.closing_debit)?,
            closing_credit: self.closing_credit.plus(other.closing_credit)?,
        })
    }
}

impl Subaccount {
    fn closing_line(self, balance: Money) -> ClosingLine {
        let Subaccount { account, program, level, budget_year, .. } = self;
        ClosingLine { account, program, level, budget_year, balance }
    }
}
