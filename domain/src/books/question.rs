//! 明细账: what is asked of one account, so that every reader of the books means the same by it.

use chrono::NaiveDate;

use super::account::Account;
use super::subaccount::Subaccount;
use crate::ids::FundId;
use crate::program::Program;

/// Which postings of an account are asked for.
#[derive(Clone, Copy, Debug)]
pub struct PostingQuestion {
    /// Of which account.
    pub account: Account,
    /// Of one fund.
    pub fund: Option<FundId>,
    /// Of one program.
    pub program: Option<Program>,
    /// First day; what lies before it counts for the balance, and is not told.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub on: Option<NaiveDate>,
}

impl PostingQuestion {
    /// Whether a posting counts for the balance.
    pub fn counts(&self, place: Subaccount, day: NaiveDate) -> bool {
        place.account == self.account
            && self.fund.is_none_or(|fund| place.fund == Some(fund))
            && self.program.is_none_or(|program| place.program == Some(program))
            && self.on.is_none_or(|on| day <= on)
    }

    /// Whether one that counts is told.
    pub fn tells(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| day >= from)
    }
}
