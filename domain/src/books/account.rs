//! The chart of accounts.

use std::fmt;

use crate::program::Program;

/// An account of the books (会计科目). Debits are positive, credits negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// 银行存款: the office's money at the bank.
    Deposits,
    /// 代发在途: handed to the bank for payees, result not known yet.
    InTransit,
    /// 应收追回款: paid without being due and asked back.
    RecoveriesReceivable,
    /// 财政拨款收入.
    AppropriationIncome,
    /// 捐赠收入.
    DonationIncome,
    /// 转交支出: donated money that another organisation carries the purpose out with.
    RemittanceExpense,
    /// 补助支出, for each program.
    ProgramExpense(Program),
    /// 追回款核销: asked back and given up.
    RecoveriesWaived,
}

/// What side of the balance an account belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// 资产: its balance is a debit.
    Asset,
    /// 收入: its balance is a credit.
    Income,
    /// 支出: its balance is a debit.
    Expense,
}

impl Account {
    /// Every account, in the order of reports.
    pub fn all() -> impl Iterator<Item = Account> {
        let fixed = [
            Account::Deposits,
            Account::InTransit,
            Account::RecoveriesReceivable,
            Account::AppropriationIncome,
            Account::DonationIncome,
            Account::RemittanceExpense,
        ];
        let expenses = Program::ALL.iter().copied().map(Account::ProgramExpense);
        fixed.into_iter().chain(expenses).chain([Account::RecoveriesWaived])
    }

    /// The stable code: `deposits`, `program_expense/advanced_age_allowance`.
    pub fn code(self) -> String {
        match self {
            Account::Deposits => "deposits".into(),
            Account::InTransit => "in_transit".into(),
            Account::RecoveriesReceivable => "recoveries_receivable".into(),
            Account::AppropriationIncome => "appropriation_income".into(),
            Account::DonationIncome => "donation_income".into(),
            Account::RemittanceExpense => "remittance_expense".into(),
            Account::ProgramExpense(program) => format!("program_expense/{program}"),
            Account::RecoveriesWaived => "recoveries_waived".into(),
        }
    }

    /// The name in Chinese.
    pub fn zh(self) -> String {
        match self {
            Account::Deposits => "银行存款".into(),
            Account::InTransit => "代发在途".into(),
            Account::RecoveriesReceivable => "应收追回款".into(),
            Account::AppropriationIncome => "财政拨款收入".into(),
            Account::DonationIncome => "捐赠收入".into(),
            Account::RemittanceExpense => "转交支出".into(),
            Account::ProgramExpense(program) => format!("补助支出—{}", program.zh()),
            Account::RecoveriesWaived => "追回款核销".into(),
        }
    }

    /// The name in English.
    pub fn en(self) -> String {
        match self {
            Account::Deposits => "Bank deposits".into(),
            Account::InTransit => "Payments in transit".into(),
            Account::RecoveriesReceivable => "Recoveries receivable".into(),
            Account::AppropriationIncome => "Appropriations".into(),
            Account::DonationIncome => "Donations".into(),
            Account::RemittanceExpense => "Remittances".into(),
            Account::ProgramExpense(program) => format!("Benefits: {}", program.en()),
            Account::RecoveriesWaived => "Recoveries waived".into(),
        }
    }

    /// What side of the balance it belongs to.
    pub const fn kind(self) -> AccountKind {
        match self {
            Account::Deposits | Account::InTransit | Account::RecoveriesReceivable => AccountKind::Asset,
            Account::AppropriationIncome | Account::DonationIncome => AccountKind::Income,
            Account::RemittanceExpense | Account::ProgramExpense(_) | Account::RecoveriesWaived => {
                AccountKind::Expense
            }
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.code())
    }
}
