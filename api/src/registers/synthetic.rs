//! Identifiers of people who do not exist, with right check characters.

use domain::identifiers::{BankAccount, CitizenId};

/// The ID number of seventeen digits and the check character that fits (GB 11643-1999).
pub(crate) fn citizen_id(seventeen: &str) -> Option<CitizenId> {
    let checks = "0123456789X".chars();
    checks.map(|check| CitizenId::parse(&format!("{seventeen}{check}"))).find_map(Result::ok)
}

/// The account of a body and its check digit (Luhn).
pub(crate) fn account(body: &str) -> Option<BankAccount> {
    let doubled = |(place, digit): (usize, u32)| match place % 2 {
        0 => digit / 5 + digit * 2 % 10,
        _ => digit,
    };
    let digits: Vec<u32> = body.chars().rev().map(|letter| letter.to_digit(10)).collect::<Option<_>>()?;
    let sum: u32 = digits.into_iter().enumerate().map(doubled).sum();
    BankAccount::parse(&format!("{body}{}", (10 - sum % 10) % 10)).ok()
}
