//! The payments of one run, small enough to stay in memory while a file from the bank is matched with them.

use std::hash::{DefaultHasher, Hash, Hasher};

use domain::ids::PaymentId;
use domain::money::Money;
use domain::payment::names_booking;
use domain::personal::BlindIndex;
use uuid::Uuid;

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
    pub(super) amounts: Vec<Money>,
    pub(super) stands: Vec<Stand>,
    pub(super) references: Vec<u64>,
    /// Account, fen and place of each payment, sorted; empty until accounts are brought.
    accounts: Vec<(u128, i64, u32)>,
    pub(super) account_of: Vec<u128>,
    /// In which of the run's files each payment went to the bank; empty until that is brought.
    file_of: Vec<u8>,
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

    /// Brings in which file, from 1, each payment went to the bank.
    pub fn bring_files(&mut self, files: impl IntoIterator<Item = (PaymentId, u8)>) {
        self.file_of = vec![0; self.ids.len()];
        for (payment_id, file) in files {
            if let Some(place) = self.place(payment_id) {
                self.file_of[place] = file;
            }
        }
    }

    /// Whether files were brought.
    pub fn has_files(&self) -> bool {
        !self.file_of.is_empty()
    }

    /// Whether a payment went to the bank in a file; where no files were brought, there was one only.
    pub(super) fn is_in_file(&self, place: usize, file: u32) -> bool {
        self.file_of.get(place).is_none_or(|of| u32::from(*of) == file)
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

    pub(super) fn place(&self, payment_id: PaymentId) -> Option<usize> {
        self.ids.binary_search(&payment_id.uuid().as_u128()).ok()
    }

    pub(super) fn payment_id(&self, place: usize) -> PaymentId {
        PaymentId::new(Uuid::from_u128(self.ids[place]))
    }

    /// Whether a payment of the run goes to an account; accounts must have been brought.
    pub fn pays_to(&self, account: &BlindIndex) -> bool {
        let account = shortened(account);
        let at = self.accounts.partition_point(|(before, _, _)| *before < account);
        self.accounts.get(at).is_some_and(|(found, _, _)| *found == account)
    }

    /// The payments of an account and amount.
    pub(super) fn candidates(&self, account: u128, amount: Money) -> &[(u128, i64, u32)] {
        let key = (account, amount.fen());
        let begin = self.accounts.partition_point(|(account, fen, _)| (*account, *fen) < key);
        let end = self.accounts.partition_point(|(account, fen, _)| (*account, *fen) <= key);
        &self.accounts[begin..end]
    }
}

/// A reference, short enough to be kept for each of a million payments; 0 where the bank gave none.
pub(super) fn hashed(reference: &str) -> u64 {
    if !names_booking(reference) {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    reference.hash(&mut hasher);
    hasher.finish().max(1)
}

/// The first half of a keyed hash; two accounts of a run share it as good as never, and then a line is an exception.
pub(super) fn shortened(index: &BlindIndex) -> u128 {
    index.as_str().get(..32).and_then(|digits| u128::from_str_radix(digits, 16).ok()).unwrap_or_default()
}
