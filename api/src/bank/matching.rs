//! Which payment of a run a line from the bank speaks of, and whether that is news. Pure: the payments of the run and
//! the lines of the file come in, verdicts go out.
//!
//! A line is matched by its end-to-end id; without any, by account and amount, where these fit one payment of the run
//! and no more, and the file is an answer to this run alone. What is known already is a repeat; what contradicts it, or
//! cannot be matched, is an exception.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use domain::bank_return::{LineOutcome, Matching, UnmatchedLine, UnmatchedReason};
use domain::ids::PaymentId;
use domain::money::{Money, MoneyError};
use domain::payment::NO_REFERENCE;
use domain::personal::BlindIndex;

use super::reading::{BankLine, Said};
use super::run_book::{RunBook, Stand, hashed, shortened};

/// What a line means for the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The payment arrived.
    Settle(News),
    /// The payment came back.
    Return(News),
    /// The payment had settled without a reference, and this names its booking: a repeat besides.
    Name(News),
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
    /// Whether the payment had settled before, and only its booking is news.
    pub is_repeat: bool,
}

/// Matches the lines of one file.
#[derive(Debug)]
pub struct Matcher<'b> {
    book: &'b RunBook,
    stands: Vec<Standing>,
    references: Vec<u64>,
    /// Payments whose settlement is followed by a return in the same file.
    came_back: HashSet<u32>,
    kept: BTreeSet<u64>,
    reference_only: bool,
    file: String,
    /// Lines that could not be matched and say nothing of a payment of the run.
    strangers: u64,
    /// Where the lines went so far.
    pub matching: Matching,
}

/// Where a payment stands while a file is read.
#[derive(Clone, Copy, Debug)]
struct Standing {
    stand: Stand,
    /// Whether this file brought it there.
    is_news: bool,
    /// Whether this file has a booking of its arrival.
    is_booked: bool,
    /// Whether this file has a booking of its return.
    is_back: bool,
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
            stands: book.stands.iter().map(|stand| Standing::before(*stand)).collect(),
            references: book.references.clone(),
            came_back: survey.came_back,
            kept,
            reference_only: false,
            file: sha256.chars().take(16).collect(),
            strangers: 0,
            matching: Matching::default(),
        }
    }

    /// For a file that may answer another run: account and amount of its lines say nothing of this one.
    #[must_use]
    pub fn by_reference_only(self, reference_only: bool) -> Matcher<'b> {
        Matcher { reference_only, ..self }
    }

    /// How many lines could not be matched and say nothing of a payment of the run.
    pub fn strangers(&self) -> u64 {
        self.strangers
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

    /// What a line that speaks of one of the run's files as a whole means for each of its payments that is pending: one
    /// verdict at a time.
    ///
    /// # Errors
    /// [`MoneyError`]; what `each` says.
    pub fn whole<E: From<MoneyError>>(
        &mut self,
        (line, file): (&BankLine, u32),
        each: &mut dyn FnMut(Verdict) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut found = false;
        // the bank cannot refuse what it has paid: somebody has to ask it, once for the file
        let mut contradicts = line.said == Some(Said::Returned);
        // each payment of the file counts once, so that a reading that goes on after an interruption counts the same
        for place in (0..self.book.len()).filter(|place| self.book.is_in_file(*place, file)) {
            found = true;
            let verdict = match self.stands[place].stand {
                Stand::Pending => self.placed(line, None, place)?,
                Stand::Settled if contradicts => {
                    contradicts = false;
                    self.contradicted(line)
                }
                Stand::Settled | Stand::Returned => self.repeated(),
            };
            each(verdict)?;
        }
        if !found {
            self.matching.repeated_count += 1;
            each(Verdict::Nothing)?;
        }
        Ok(())
    }

    /// The exception of a file that is refused as a whole though a payment of it arrived.
    fn contradicted(&mut self, line: &BankLine) -> Verdict {
        if self.kept.contains(&line.row) {
            self.matching.unmatched_count += 1;
            return Verdict::Kept;
        }
        self.unmatched(line, None, UnmatchedReason::ReturnedAfterSettlement, None)
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
            (None, _) if self.reference_only || line.end_to_end_id.is_some() || line.is_strangely_named => {
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
        let Standing { stand, is_news: here, is_back, .. } = self.stands[place];
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
                if (is_back || self.comes_back(place)) && line.is_booking && !self.is_twice(line, place) =>
            {
                self.references[place] = line.bank_reference.as_deref().map_or(0, hashed);
                self.stands[place].is_booked = true;
                Ok(self.repeated())
            }
            (Some(Said::Settled), Stand::Returned) => {
                self.stands[place].is_booked |= line.is_booking;
                Ok(self.unmatched(line, account, Reason::SettledAfterReturn, Some(place)))
            }
            (Some(Said::Returned), Stand::Settled) => {
                Ok(self.unmatched(line, account, Reason::ReturnedAfterSettlement, Some(place)))
            }
            (Some(Said::Settled), Stand::Settled) => Ok(self.settles_again(line, place)),
            (Some(Said::Returned), Stand::Returned) => Ok(self.returns_again(line, place)),
        }
    }

    /// Whether the return of a payment follows in the file, as the first reading found.
    fn comes_back(&self, place: usize) -> bool {
        u32::try_from(place).is_ok_and(|place| self.came_back.contains(&place))
    }

    /// A return that is known. A booking of the arrival before it in the file was none that contradicts: the file says of
    /// both what is known, such as one that is taken in again after an interruption.
    fn returns_again(&mut self, line: &BankLine, place: usize) -> Verdict {
        let Standing { is_booked, is_back, .. } = self.stands[place];
        if line.is_booking && is_booked && !is_back && !self.comes_back(place) {
            self.matching.unmatched_count -= 1;
            self.matching.repeated_count += 1;
            self.came_back.extend(u32::try_from(place));
        }
        self.stands[place].is_back |= line.is_booking;
        self.repeated()
    }

    /// A settlement that is known: its booking may be named now for the first time.
    fn settles_again(&mut self, line: &BankLine, place: usize) -> Verdict {
        self.stands[place].is_booked |= line.is_booking;
        self.matching.repeated_count += 1;
        match &line.bank_reference {
            Some(reference) if self.references[place] == 0 && hashed(reference) != 0 => {
                self.references[place] = hashed(reference);
                if self.stands[place].is_news {
                    return Verdict::Nothing;
                }
                Verdict::Name(News { is_repeat: true, ..self.news(line, place, Some(reference)) })
            }
            _ => Verdict::Nothing,
        }
    }

    /// Whether a second settlement is another booking than the first: it has another reference, or stands beside it in one
    /// statement, perhaps within one booking of several payments, which has one reference for all.
    fn is_twice(&self, line: &BankLine, place: usize) -> bool {
        let known = self.references[place];
        let is_another = |reference: &str| known != 0 && hashed(reference) != known;
        line.bank_reference.as_deref().is_some_and(is_another)
            || (line.is_booking && self.stands[place].is_booked)
    }

    fn settles(
        &mut self,
        line: &BankLine,
        account: Option<&BlindIndex>,
        place: usize,
    ) -> Result<Verdict, MoneyError> {
        let later = self.comes_back(place);
        let news = self.news(line, place, line.bank_reference.as_ref());
        if line.is_booking && later {
            // the return that follows takes back the first of them; a second of another booking is none of it
            if self.stands[place].is_news && self.is_twice(line, place) {
                return Ok(self.unmatched(line, account, UnmatchedReason::SettledTwice, Some(place)));
            }
            if !self.stands[place].is_news {
                self.stands[place] = Standing { is_news: true, is_booked: true, ..self.stands[place] };
                self.references[place] = hashed(&news.words);
            }
            return Ok(self.repeated());
        }
        let is_booked = line.is_booking;
        self.stands[place] = Standing { stand: Stand::Settled, is_news: true, is_booked, is_back: false };
        self.references[place] = hashed(&news.words);
        self.matching.settled_count += 1;
        self.matching.settled_sum = self.matching.settled_sum.plus(news.amount)?;
        Ok(Verdict::Settle(news))
    }

    fn returns(&mut self, line: &BankLine, place: usize) -> Result<Verdict, MoneyError> {
        let news = self.news(line, place, line.reason.as_ref());
        let is_booked = self.stands[place].is_booked;
        let is_back = line.is_booking;
        self.stands[place] = Standing { stand: Stand::Returned, is_news: true, is_booked, is_back };
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
            is_repeat: false,
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
        let is_legible = reason != UnmatchedReason::LineMalformed;
        self.strangers += u64::from(place.is_none() || !is_legible);
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

impl Standing {
    /// As it stood before the file.
    const fn before(stand: Stand) -> Standing {
        Standing { stand, is_news: false, is_booked: false, is_back: false }
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
