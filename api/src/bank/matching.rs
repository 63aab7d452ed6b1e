//! Which payment of a run a line from the bank speaks of, and whether that is news. Pure: the payments of the run and
//! the lines of the file come in, verdicts go out.
//!
//! A line is matched by its end-to-end id; without any, by account and amount, where these fit one payment of the run
//! and no more, and the file is an answer to this run alone. What is known already is a repeat; what contradicts it, or
//! cannot be matched, is an exception.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::NaiveDate;
use domain::bank_return::{LineOutcome, Matching, UnmatchedLine, UnmatchedReason};
use domain::ids::PaymentId;
use domain::money::{Money, MoneyError};
use domain::personal::BlindIndex;
use uuid::Uuid;

use super::reading::{BankLine, Said};

/// How a reference that is none of the bank's begins: it stands for a settlement of which the bank gave no reference.
pub const NO_REFERENCE: &str = "status:";

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// 在途.
    Pending,
    /// 已到账.
    Settled,
    /// 已退汇, whatever became of it then.
    Returned,
}

/// A payment of the run, as it is known.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub stand: Stand,
    /// The bank's reference of its settlement.
    pub bank_reference: Option<String>,
}

/// The payments of a run, in about 60 bytes each.
#[derive(Debug, Default)]
pub struct RunBook {
    ids: Vec<u128>,
    amounts: Vec<Money>,
    stands: Vec<Stand>,
    references: Vec<u64>,
    /// Account, fen and place of each payment, sorted; empty until accounts are brought.
    accounts: Vec<(u128, i64, u32)>,
    account_of: Vec<u128>,
}

impl RunBook {
    /// Takes the payments in any order.
    pub fn new(mut entries: Vec<Entry>) -> RunBook {
        entries.sort_unstable_by_key(|entry| entry.payment_id);
        let mut book = RunBook::default();
        for entry in entries {
            book.ids.push(entry.payment_id.uuid().as_u128());
            book.amounts.push(entry.amount);
            book.stands.push(entry.stand);
            book.references.push(entry.bank_reference.as_deref().map_or(0, hashed));
        }
        book
    }

    /// Brings the keyed hashes of the accounts that the payments go to.
    pub fn bring_accounts(&mut self, accounts: impl IntoIterator<Item = (PaymentId, BlindIndex)>) {
        self.account_of = vec![0; self.ids.len()];
        for (payment_id, index) in accounts {
            let Some(place) = self.place(payment_id) else { continue };
            let account = shortened(&index);
            self.account_of[place] = account;
            if let Ok(number) = u32::try_from(place) {
                self.accounts.push((account, self.amounts[place].fen(), number));
            }
        }
        self.accounts.sort_unstable();
    }

    /// Whether accounts were brought.
    pub fn has_accounts(&self) -> bool {
        !self.account_of.is_empty()
    }

    /// How many payments there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    fn place(&self, payment_id: PaymentId) -> Option<usize> {
        self.ids.binary_search(&payment_id.uuid().as_u128()).ok()
    }

    fn payment_id(&self, place: usize) -> PaymentId {
        PaymentId::new(Uuid::from_u128(self.ids[place]))
    }

    /// Whether a payment of the run goes to an account; accounts must have been brought.
    pub fn pays_to(&self, account: &BlindIndex) -> bool {
        let account = shortened(account);
        let at = self.accounts.partition_point(|(before, _, _)| *before < account);
        self.accounts.get(at).is_some_and(|(found, _, _)| *found == account)
    }

    /// The payments of an account and amount.
    fn candidates(&self, account: u128, amount: Money) -> &[(u128, i64, u32)] {
        let key = (account, amount.fen());
        let begin = self.accounts.partition_point(|(account, fen, _)| (*account, *fen) < key);
        let end = self.accounts.partition_point(|(account, fen, _)| (*account, *fen) <= key);
        &self.accounts[begin..end]
    }
}

/// What a line means for the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The payment arrived.
    Settle(News),
    /// The payment came back.
    Return(News),
    /// Known already, or nothing yet.
    Nothing,
    /// An exception.
    Unmatched(Box<UnmatchedLine>),
    /// An exception that an earlier, interrupted reading kept.
    Kept,
}

/// News of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The line.
    pub row: u64,
    /// The payment.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
    /// The bank's reference of a settlement, or its reason of a return; what stands for it where it gave none.
    pub words: String,
    /// The day of the booking, where the bank says it.
    pub booked_on: Option<NaiveDate>,
}

/// Matches the lines of one file.
#[derive(Debug)]
pub struct Matcher<'b> {
    book: &'b RunBook,
    stands: Vec<(Stand, bool)>,
    references: Vec<u64>,
    /// Payments whose settlement is followed by a return in the same file.
    came_back: HashSet<u32>,
    kept: BTreeSet<u64>,
    reference_only: bool,
    file: String,
    /// Where the lines went so far.
    pub matching: Matching,
}

/// What a first reading of a file found, which the second needs.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    came_back: HashSet<u32>,
}

impl<'b> Matcher<'b> {
    /// For a first reading, or with the survey for the second; `kept` are rows that an earlier reading kept.
    pub fn new(book: &'b RunBook, sha256: &str, survey: Survey, kept: BTreeSet<u64>) -> Matcher<'b> {
        Matcher {
            book,
            stands: book.stands.iter().map(|stand| (*stand, false)).collect(),
            references: book.references.clone(),
            came_back: survey.came_back,
            kept,
            reference_only: false,
            file: sha256.chars().take(16).collect(),
            matching: Matching::default(),
        }
    }

    /// For a file that may answer another run: account and amount of its lines say nothing of this one.
    #[must_use]
    pub fn by_reference_only(self, reference_only: bool) -> Matcher<'b> {
        Matcher { reference_only, ..self }
    }

    /// What the reading found.
    pub fn into_survey(self) -> Survey {
        Survey { came_back: self.came_back }
    }

    /// What a line means; `account` is the keyed hash of its account.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum leaves the range of money.
    pub fn line(&mut self, line: &BankLine, account: Option<&BlindIndex>) -> Result<Verdict, MoneyError> {
        if self.kept.contains(&line.row) {
            self.matching.unmatched_count += 1;
            return Ok(Verdict::Kept);
        }
        match self.find(line, account) {
            Err((reason, place)) => Ok(self.unmatched(line, account, reason, place)),
            Ok(place) => self.placed(line, account, place),
        }
    }

    /// What a line that speaks of the whole run means for each of its payments that is pending: one verdict at a time.
    ///
    /// # Errors
    /// [`MoneyError`]; what `each` says.
    pub fn whole<E: From<MoneyError>>(
        &mut self,
        line: &BankLine,
        each: &mut dyn FnMut(Verdict) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut found = false;
        // the bank cannot refuse what it has paid: somebody has to ask it
        let contradicts = line.said == Some(Said::Returned)
            && self.stands.iter().any(|(stand, _)| *stand == Stand::Settled);
        if contradicts {
            found = true;
            each(match self.kept.contains(&line.row) {
                true => {
                    self.matching.unmatched_count += 1;
                    Verdict::Kept
                }
                false => self.unmatched(line, None, UnmatchedReason::ReturnedAfterSettlement, None),
            })?;
        }
        for place in 0..self.book.len() {
            if self.stands[place].0 == Stand::Pending {
                found = true;
                let verdict = self.placed(line, None, place)?;
                each(verdict)?;
            }
        }
        if !found {
            self.matching.repeated_count += 1;
            each(Verdict::Nothing)?;
        }
        Ok(())
    }

    /// The payment of a line, or why there is none.
    fn find(
        &self,
        line: &BankLine,
        account: Option<&BlindIndex>,
    ) -> Result<usize, (UnmatchedReason, Option<usize>)> {
        use UnmatchedReason as Reason;
        let named = line.payment_id();
        let place = named.and_then(|payment_id| self.book.place(payment_id));
        if let Some(problem) = line.problem {
            return Err((problem, place));
        }
        match (named, place) {
            (Some(_), None) => Err((Reason::ReferenceUnknown, None)),
            (Some(_), Some(place)) => {
                let differs = |amount: &Money| *amount != self.book.amounts[place];
                let known = self.book.account_of.get(place).copied().unwrap_or_default();
                let other = |index: &&BlindIndex| known != 0 && shortened(index) != known;
                if line.amount.as_ref().is_some_and(differs) {
                    Err((Reason::AmountDiffers, Some(place)))
                } else if account.as_ref().is_some_and(other) {
                    Err((Reason::AccountDiffers, Some(place)))
                } else {
                    Ok(place)
                }
            }
            // a reference that is none of ours, or cut short, is not made good by an amount that fits
            (None, _) if self.reference_only || line.end_to_end_id.is_some() => {
                Err((Reason::ReferenceUnknown, None))
            }
            (None, _) => self.find_by_account(line, account),
        }
    }

    fn find_by_account(
        &self,
        line: &BankLine,
        account: Option<&BlindIndex>,
    ) -> Result<usize, (UnmatchedReason, Option<usize>)> {
        let (Some(account), Some(amount)) = (account, line.amount) else {
            return Err((UnmatchedReason::ReferenceUnknown, None));
        };
        match self.book.candidates(shortened(account), amount) {
            [] => Err((UnmatchedReason::ReferenceUnknown, None)),
            [(_, _, place)] => Ok(*place as usize),
            several => {
                // the bank's own reference may say that it is one of them that is known
                let reference = line.bank_reference.as_deref().map(hashed);
                let same = |(_, _, place): &&(u128, i64, u32)| {
                    reference.is_some_and(|reference| self.references[*place as usize] == reference)
                };
                several
                    .iter()
                    .find(same)
                    .map(|(_, _, place)| *place as usize)
                    .ok_or((UnmatchedReason::Ambiguous, None))
            }
        }
    }

    /// What a line of a payment means, by where that stands.
    fn placed(
        &mut self,
        line: &BankLine,
        account: Option<&BlindIndex>,
        place: usize,
    ) -> Result<Verdict, MoneyError> {
        use UnmatchedReason as Reason;
        let (stand, here) = self.stands[place];
        match (line.said, stand) {
            (None, _) => Ok(self.unmatched(line, account, Reason::ResultUnknown, Some(place))),
            (Some(Said::Waiting), _) => {
                self.matching.waiting_count += 1;
                Ok(Verdict::Nothing)
            }
            (Some(Said::Settled), Stand::Pending) => self.settles(line, account, place),
            (Some(Said::Returned), Stand::Pending) => self.returns(line, place),
            (Some(Said::Settled), Stand::Settled) if self.is_twice(line, place) => {
                Ok(self.unmatched(line, account, Reason::SettledTwice, Some(place)))
            }
            (Some(Said::Returned), Stand::Settled) if here && line.is_booking => {
                // booked out and in again within the file: only the return counts
                self.matching.settled_count -= 1;
                self.matching.settled_sum = self.matching.settled_sum.minus(self.book.amounts[place])?;
                self.matching.repeated_count += 1;
                self.came_back.extend(u32::try_from(place));
                self.returns(line, place)
            }
            (Some(Said::Settled), Stand::Returned)
                if here && line.is_booking && !self.is_twice(line, place) =>
            {
                self.references[place] = line.bank_reference.as_deref().map_or(0, hashed);
                Ok(self.repeated())
            }
            (Some(Said::Settled), Stand::Returned) => {
                Ok(self.unmatched(line, account, Reason::SettledAfterReturn, Some(place)))
            }
            (Some(Said::Returned), Stand::Settled) => {
                Ok(self.unmatched(line, account, Reason::ReturnedAfterSettlement, Some(place)))
            }
            (Some(Said::Settled), Stand::Settled) | (Some(Said::Returned), Stand::Returned) => {
                Ok(self.repeated())
            }
        }
    }

    /// Whether a second settlement names another booking than the first.
    fn is_twice(&self, line: &BankLine, place: usize) -> bool {
        let known = self.references[place];
        line.bank_reference.as_deref().is_some_and(|reference| known != 0 && hashed(reference) != known)
    }

    fn settles(
        &mut self,
        line: &BankLine,
        account: Option<&BlindIndex>,
        place: usize,
    ) -> Result<Verdict, MoneyError> {
        let later = u32::try_from(place).is_ok_and(|place| self.came_back.contains(&place));
        let news = self.news(line, place, line.bank_reference.as_ref());
        if line.is_booking && later {
            // the return that follows takes back the first of them; a second of another booking is none of it
            if self.stands[place].1 && self.is_twice(line, place) {
                return Ok(self.unmatched(line, account, UnmatchedReason::SettledTwice, Some(place)));
            }
            if !self.stands[place].1 {
                self.stands[place].1 = true;
                self.references[place] = hashed(&news.words);
            }
            return Ok(self.repeated());
        }
        self.stands[place] = (Stand::Settled, true);
        self.references[place] = hashed(&news.words);
        self.matching.settled_count += 1;
        self.matching.settled_sum = self.matching.settled_sum.plus(news.amount)?;
        Ok(Verdict::Settle(news))
    }

    fn returns(&mut self, line: &BankLine, place: usize) -> Result<Verdict, MoneyError> {
        let news = self.news(line, place, line.reason.as_ref());
        self.stands[place] = (Stand::Returned, true);
        self.matching.returned_count += 1;
        self.matching.returned_sum = self.matching.returned_sum.plus(news.amount)?;
        Ok(Verdict::Return(news))
    }

    fn news(&self, line: &BankLine, place: usize, words: Option<&String>) -> News {
        let missing = || match line.said {
            Some(Said::Returned) => "MS03".to_owned(),
            _ => format!("{NO_REFERENCE}{}:{}", self.file, line.row),
        };
        News {
            row: line.row,
            payment_id: self.book.payment_id(place),
            amount: self.book.amounts[place],
            words: words.cloned().unwrap_or_else(missing),
            booked_on: line.booked_on,
        }
    }

    fn repeated(&mut self) -> Verdict {
        self.matching.repeated_count += 1;
        Verdict::Nothing
    }

    fn unmatched(
        &mut self,
        line: &BankLine,
        account: Option<&BlindIndex>,
        reason: UnmatchedReason,
        place: Option<usize>,
    ) -> Verdict {
        self.matching.unmatched_count += 1;
        Verdict::Unmatched(Box::new(UnmatchedLine {
            row: line.row,
            reason,
            outcome: line.said.and_then(outcome),
            amount: line.amount,
            end_to_end_id: line.end_to_end_id.clone(),
            payment_id: place.map(|place| self.book.payment_id(place)),
            account_index: account.cloned(),
            bank_code: line.reason.clone().or_else(|| line.bank_reference.clone()),
        }))
    }
}

/// What a line says of a payment, if it says that something happened.
pub const fn outcome(said: Said) -> Option<LineOutcome> {
    match said {
        Said::Settled => Some(LineOutcome::Settled),
        Said::Returned => Some(LineOutcome::Returned),
        Said::Waiting => None,
    }
}

/// A reference, short enough to be kept for each of a million payments; 0 where the bank gave none.
fn hashed(reference: &str) -> u64 {
    if reference.starts_with(NO_REFERENCE) {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    reference.hash(&mut hasher);
    hasher.finish().max(1)
}

/// The first half of a keyed hash; two accounts of a run share it as good as never, and then a line is an exception.
fn shortened(index: &BlindIndex) -> u128 {
    index.as_str().get(..32).and_then(|digits| u128::from_str_radix(digits, 16).ok()).unwrap_or_default()
}
