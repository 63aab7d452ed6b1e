//! Accounts in a line of a bank's file: hashed before they are compared, and never kept, in whatever column they stand.

use domain::identifiers::{BankAccount, CitizenId};
use domain::personal::{BlindIndex, PersonalField};
use eventlog::keyring::Keyring;

use crate::bank::reading::BankLine;
use crate::bank::run_book::RunBook;
use crate::processes::free_text::is_persons;
use crate::processes::{Office, ProcessError};

/// The keyed hash of the account that a line names in its place.
pub(super) fn index_of(keyring: &Keyring, line: &BankLine) -> Option<BlindIndex> {
    line.account.as_ref().map(|account| keyring.blind_index(BankAccount::LABEL, account.as_str()))
}

/// The bank's reference of a line where it may be an account: it has as many digits as cards and accounts have.
pub(super) fn reference_as_account(line: &BankLine) -> Option<BankAccount> {
    let account = BankAccount::parse(line.bank_reference.as_deref()?).ok()?;
    (16..=19).contains(&account.as_str().len()).then_some(account)
}

/// The line without its reference where that is an account of the run or has the form of an ID number, in the wrong column:
/// it must not be kept.
pub(super) fn without_account(line: BankLine, book: &RunBook, keyring: &Keyring) -> BankLine {
    let index = |account: BankAccount| keyring.blind_index(BankAccount::LABEL, account.as_str());
    let is_account = reference_as_account(&line).is_some_and(|account| book.pays_to(&index(account)));
    if is_account || line.bank_reference.as_deref().is_some_and(|number| CitizenId::parse(number).is_ok()) {
        return BankLine { bank_reference: None, ..line };
    }
    line
}

/// A reference without what the register knows as a person's number, which must not be kept: that of another run's payee.
///
/// # Errors
/// Those of the log and of the read tables.
pub(super) async fn impersonal(
    office: &Office,
    reference: Option<String>,
) -> Result<Option<String>, ProcessError> {
    let Some(text) = reference else { return Ok(None) };
    Ok(if is_persons(office, &text).await? { None } else { Some(text) })
}
