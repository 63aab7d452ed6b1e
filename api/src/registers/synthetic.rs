//! Identifiers of people who do not exist, with right check characters.

use domain::identifiers::{BankAccount, CitizenId};

use super::lists;

/// The ID number of seventeen digits and their check character.
pub(crate) fn citizen_id(seventeen: &str) -> Option<CitizenId> {
    lists::citizen_id(&lists::with_check(seventeen)?)
}

/// The account of a body and its check digit (Luhn).
pub(crate) fn account(body: &str) -> Option<BankAccount> {
    let doubled = |(place, digit): (usize, u32)| match place % 2 {
        0 => digit / 5 + digit * 2 % 10,
        _ => digit,
    };
    let digits: Vec<u32> = body.chars().rev().map(|letter| letter.to_digit(10)).collect::<Option<_>>()?;
    let sum: u32 = digits.into_iter().enumerate().map(doubled).sum();
    lists::bank_account(&format!("{body}{}", (10 - sum % 10) % 10))
}
