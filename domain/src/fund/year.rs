//! A fund's year: what was closed, and what went on into the next.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::level::GovernmentLevel;
use crate::actor::ActorId;
use crate::books::{Account, AccountKind};
use crate::money::{Money, MoneyError};
use crate::program::Program;

/// What stood in one account of income or expense when its year was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingLine {
    /// Which account: one of income or expense.
    pub account: Account,
    /// 救助项目, where the account keeps them apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
    /// 资金层级, where the appropriation named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<GovernmentLevel>,
    /// 预算年度, where the appropriation named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_year: Option<i32>,
    /// Debits less credits, in fen: expense above nothing, income below.
    pub balance: Money,
}

/// The books of a fund at the end of a year, as [`crate::books::Book::year_facts`] adds them up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct YearFacts {
    /// 年末余额, in fen.
    pub unspent: Money,
    /// 占用 of it, in fen.
    pub committed: Money,
    /// 代发在途, in fen.
    pub in_transit: Money,
    /// The accounts of income and expense.
    pub lines: Vec<ClosingLine>,
    /// The log position up to which they were added up.
    pub position: u64,
}

impl YearFacts {
    /// The same, as if the year were not closed: with what was closed put back.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn before_closing(mut self, closed: &[ClosingLine]) -> Result<YearFacts, MoneyError> {
        for line in closed {
            let place = |each: &ClosingLine| (each.account, each.program, each.level, each.budget_year);
            match self.lines.iter_mut().find(|found| place(found) == place(line)) {
                Some(found) => found.balance = found.balance.plus(line.balance)?,
                None => self.lines.push(*line),
            }
        }
        self.lines.retain(|line| !line.balance.is_zero());
        self.lines.sort_unstable();
        Ok(self)
    }
}

/// A year that was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClosedYear {
    /// What the books said.
    pub facts: YearFacts,
    /// When.
    pub closed_on: NaiveDate,
    /// By whom.
    pub closed_by: ActorId,
    /// The carry-over that confirmed it.
    pub carried: Option<CarriedOver>,
}

/// 年终结转.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "YearCarriedOver")]
pub struct CarriedOver {
    /// 结转文号.
    pub document: String,
    /// When.
    pub carried_on: NaiveDate,
    /// By whom.
    pub carried_by: ActorId,
}

/// 本年收支差额: income less expense, in fen.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn result_of(lines: &[ClosingLine]) -> Result<Money, MoneyError> {
    lines.iter().try_fold(Money::ZERO, |sum, line| sum.minus(line.balance))
}

/// The first line of an account that is not closed at the end of a year.
pub(super) fn kept_account(lines: &[ClosingLine]) -> Option<Account> {
    let closed = |kind| matches!(kind, AccountKind::Income | AccountKind::Expense);
    lines.iter().map(|line| line.account).find(|account| !closed(account.kind()))
}
