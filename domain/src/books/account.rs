//! The chart of accounts (会计科目表).
//!
//! The codes are the office's own and stable. Beside each stands the account of the Government Accounting System
//! (政府会计制度, 财会〔2017〕25号, in force since 2019-01-01) in whose statements it is shown, as far as there is one:
//! that system knows no commitments, so the memorandum accounts have none.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An account of the books (会计科目). Debits are positive, credits negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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
    /// 补助支出, with the program beside it.
    ProgramExpense,
    /// 追回款核销: asked back and given up.
    RecoveriesWaived,
    /// 本期盈余: income less expense of a closed year that is not carried over yet.
    YearResult,
    /// 累计盈余—限定用途: what earlier years left, for the fund's purpose alone.
    AccumulatedRestricted,
    /// 累计盈余—非限定用途: what earlier years left.
    AccumulatedUnrestricted,
    /// 资金占用 (备查): promised to approved runs.
    Commitments,
    /// 到账待核销 (备查): settled, though the run is not reconciled and so the fund not told yet.
    AwaitingReconciliation,
    /// 备查对应: the other side of both memorandum accounts.
    MemorandumContra,
}

/// What side of the balance an account belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// 资产: its balance is a debit.
    Asset,
    /// 净资产: its balance is a credit unless more was spent than came in.
    Net,
    /// 收入: its balance is a credit; closed at the end of the year.
    Income,
    /// 支出: its balance is a debit; closed at the end of the year.
    Expense,
    /// 备查: says what money is promised to, not where it is.
    Memorandum,
}

/// What is known of an account: one row of the chart.
struct Described {
    account: Account,
    kind: AccountKind,
    code: &'static str,
    zh: &'static str,
    en: &'static str,
    statement: &'static str,
}

macro_rules! chart {
    ($($account:ident, $kind:ident, $code:literal, $zh:literal, $en:literal, $statement:literal;)+) => {
        const CHART: &[&Described] = &[$(Account::$account.described()),+];

        impl Account {
            const fn described(self) -> &'static Described {
                match self { $(Account::$account => &Described {
                    account: Account::$account,
                    kind: AccountKind::$kind,
                    code: $code,
                    zh: $zh,
                    en: $en,
                    statement: $statement,
                }),+ }
            }
        }
    };
}

chart! {
    Deposits, Asset, "deposits", "银行存款", "Bank deposits", "1002 银行存款";
    InTransit, Asset, "in_transit", "代发在途", "Payments in transit", "1021 其他货币资金";
    RecoveriesReceivable, Asset, "recoveries_receivable", "应收追回款", "Recoveries receivable", "1218 其他应收款";
    AppropriationIncome, Income, "appropriation_income", "财政拨款收入", "Appropriations", "4001 财政拨款收入";
    DonationIncome, Income, "donation_income", "捐赠收入", "Donations", "4603 捐赠收入";
    RemittanceExpense, Expense, "remittance_expense", "转交支出", "Remittances", "5001 业务活动费用";
    ProgramExpense, Expense, "program_expense", "补助支出", "Benefits", "5001 业务活动费用";
    RecoveriesWaived, Expense, "recoveries_waived", "追回款核销", "Recoveries waived", "5301 资产处置费用";
    YearResult, Net, "year_result", "本期盈余", "Result of closed years", "3301 本期盈余";
    AccumulatedRestricted, Net, "accumulated_restricted", "累计盈余—限定用途", "Accumulated, restricted", "3001 累计盈余";
    AccumulatedUnrestricted, Net, "accumulated_unrestricted", "累计盈余—非限定用途", "Accumulated, unrestricted", "3001 累计盈余";
    Commitments, Memorandum, "commitments", "资金占用（备查）", "Commitments", "";
    AwaitingReconciliation, Memorandum, "awaiting_reconciliation", "到账待核销（备查）", "Settled, not reconciled", "";
    MemorandumContra, Memorandum, "memorandum_contra", "备查对应", "Memorandum contra", "";
}

/// The text is no account's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such account")]
pub struct UnknownAccount;

impl Account {
    /// Every account, in the order of reports.
    pub fn all() -> impl Iterator<Item = Account> {
        CHART.iter().map(|row| row.account)
    }

    /// The stable code: `deposits`, `program_expense`.
    pub const fn code(self) -> &'static str {
        self.described().code
    }

    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        self.described().zh
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        self.described().en
    }

    /// The account of the Government Accounting System (财会〔2017〕25号) with its number; empty where it has none.
    pub const fn statement_account(self) -> &'static str {
        self.described().statement
    }

    /// What side of the balance it belongs to.
    pub const fn kind(self) -> AccountKind {
        self.described().kind
    }
}

impl AccountKind {
    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            AccountKind::Asset => "资产",
            AccountKind::Net => "净资产",
            AccountKind::Income => "收入",
            AccountKind::Expense => "支出",
            AccountKind::Memorandum => "备查",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            AccountKind::Asset => "asset",
            AccountKind::Net => "net assets",
            AccountKind::Income => "income",
            AccountKind::Expense => "expense",
            AccountKind::Memorandum => "memorandum",
        }
    }

    /// Whether its accounts begin each year at nothing.
    pub const fn is_closed_yearly(self) -> bool {
        matches!(self, AccountKind::Income | AccountKind::Expense)
    }
}

impl FromStr for Account {
    type Err = UnknownAccount;

    fn from_str(code: &str) -> Result<Account, UnknownAccount> {
        Account::all().find(|account| account.code() == code).ok_or(UnknownAccount)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}
