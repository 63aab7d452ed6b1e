//! An account with what is kept apart within it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fund::GovernmentLevel;
use crate::ids::FundId;
use crate::program::Program;

use super::account::Account;

/// A subaccount (明细科目): an account for one fund, and where it matters one program, level of government and budget
/// year. Each fund's subaccounts are a ledger of their own, which sums to zero too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subaccount {
    /// Which account.
    pub account: Account,
    /// 资金; none only for money whose fund the log does not name, which is damage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<FundId>,
    /// 救助项目: of every expense, and of appropriations for one program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
    /// 资金层级: of appropriations whose document names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<GovernmentLevel>,
    /// 预算年度: of appropriations whose document names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_year: Option<i32>,
}

impl Subaccount {
    /// The account for a fund, nothing else kept apart.
    pub const fn of(account: Account, fund: Option<FundId>) -> Subaccount {
        Subaccount { account, fund, program: None, level: None, budget_year: None }
    }

    /// The same for one program.
    #[must_use]
    pub const fn for_program(self, program: Option<Program>) -> Subaccount {
        Subaccount { program, ..self }
    }
}

/// The stable name: `deposits/fund=…`, `program_expense/fund=…/program=advanced_age_allowance`.
impl fmt::Display for Subaccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.account.code())?;
        if let Some(fund) = self.fund {
            write!(f, "/fund={fund}")?;
        }
        if let Some(program) = self.program {
            write!(f, "/program={program}")?;
        }
        if let Some(level) = self.level {
            write!(f, "/level={}", level.code())?;
        }
        if let Some(year) = self.budget_year {
            write!(f, "/year={year}")?;
        }
        Ok(())
    }
}
