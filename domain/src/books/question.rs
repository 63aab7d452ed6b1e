//! 明细账: what is asked of one account, so that every reader of the books means the same by it.

use chrono::NaiveDate;

use super::account::Account;
use super::bookkeeper::Entries;
use super::posting::Posting;
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

/// A posting that counts for the balance of what was asked.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Its place among the event's postings, from 0.
    pub number: u32,
    /// 记账日.
    pub day: NaiveDate,
    /// Where, and how much.
    pub posting: Posting,
    /// Whether it is told, or lies before the first day.
    pub told: bool,
}

impl PostingQuestion {
    /// Whether the period's first day lies after its last, so that nothing could be told of it.
    pub fn is_backwards(&self) -> bool {
        self.from.zip(self.on).is_some_and(|(from, on)| from > on)
    }

    /// What counts of an event's postings.
    pub fn of(self, entries: &Entries) -> impl Iterator<Item = Counted> + '_ {
        let day = entries.day;
        let counted =
            (0..).zip(&entries.postings).filter(move |(_, posting)| self.counts(posting.subaccount, day));
        counted.map(move |(number, posting)| Counted {
            number,
            day,
            posting: *posting,
            told: self.tells(day),
        })
    }

    /// Whether a posting counts for the balance.
    fn counts(&self, place: Subaccount, day: NaiveDate) -> bool {
        place.account == self.account
            && self.fund.is_none_or(|fund| place.fund == Some(fund))
            && self.program.is_none_or(|program| place.program == Some(program))
            && self.on.is_none_or(|on| day <= on)
    }

    /// Whether one that counts is told.
    fn tells(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| day >= from)
    }
}
