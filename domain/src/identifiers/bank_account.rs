//! The bank account or card number (银行账号).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::explain::Explain;
use crate::personal::{PersonalField, RetentionClass};

/// A bank account or card number: 8 to 32 digits.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BankAccount(String);

impl PersonalField for BankAccount {
    const LABEL: &'static str = "account";
    // a voucher says where the money went for as long as it is kept
    const CLASS: RetentionClass = RetentionClass::Vouchers;
}

/// What the card check (Luhn) says. Passbook accounts may fail it, so it warns and does not refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Luhn {
    /// The check digit fits.
    Fits,
    /// It does not: a passbook account, or a mistyped card.
    Suspect,
}

/// Why a text is no account number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BankAccountError {
    /// Something other than digits and spaces.
    #[error("an account number has digits only")]
    NotDigits,
    /// Fewer than 8 or more than 32 digits.
    #[error("an account number has 8 to 32 digits")]
    WrongLength,
}

impl Explain for BankAccountError {
    fn code(&self) -> &'static str {
        match self {
            BankAccountError::NotDigits => "not_digits",
            BankAccountError::WrongLength => "wrong_length",
        }
    }

    fn zh(&self) -> String {
        match self {
            BankAccountError::NotDigits => "银行账号只能是数字",
            BankAccountError::WrongLength => "银行账号应为8至32位数字",
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        "account"
    }
}

impl BankAccount {
    /// Reads digits; spaces between them are dropped.
    ///
    /// # Errors
    /// [`BankAccountError`].
    pub fn parse(text: &str) -> Result<BankAccount, BankAccountError> {
        let digits: String =
            text.chars().filter(|char| !matches!(char, ' ' | '\u{3000}' | '\u{a0}')).collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BankAccountError::NotDigits);
        }
        if !(8..=32).contains(&digits.len()) {
            return Err(BankAccountError::WrongLength);
        }
        Ok(BankAccount(digits))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the card check fits; a warning, not a refusal.
    pub fn luhn(&self) -> Luhn {
        let digits = self.0.bytes().rev().map(|byte| u32::from(byte - b'0')).enumerate();
        let sum: u32 = digits
            .map(|(index, digit)| match index % 2 {
                0 => digit,
                _ => digit * 2 / 10 + digit * 2 % 10,
            })
            .sum();
        if sum.is_multiple_of(10) { Luhn::Fits } else { Luhn::Suspect }
    }

    /// For lists: `6222***********1234`; of a short number the last four digits alone.
    pub fn masked(&self) -> String {
        let length = self.0.len();
        let shown = if length >= 16 { 4 } else { 0 };
        format!("{}{}{}", &self.0[..shown], "*".repeat(length - shown - 4), &self.0[length - 4..])
    }
}

impl TryFrom<String> for BankAccount {
    type Error = BankAccountError;

    fn try_from(text: String) -> Result<BankAccount, BankAccountError> {
        BankAccount::parse(&text)
    }
}

impl From<BankAccount> for String {
    fn from(account: BankAccount) -> String {
        account.0
    }
}

impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BankAccount(…)")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("79927398713", Luhn::Fits, "*******8713")]
    #[case("79927398710", Luhn::Suspect, "*******8710")]
    #[case("6222 0212 3456 7890 128", Luhn::Fits, "6222***********0128")]
    #[case("12345678", Luhn::Suspect, "****5678")]
    fn an_account_is_read(#[case] text: &str, #[case] luhn: Luhn, #[case] masked: &str) {
        let account = BankAccount::parse(text).unwrap();
        assert_eq!((account.luhn(), account.masked().as_str()), (luhn, masked));
        assert_eq!(format!("{account:?}"), "BankAccount(…)");
    }

    #[rstest]
    #[case("1234567", BankAccountError::WrongLength)]
    #[case("", BankAccountError::WrongLength)]
    #[case("123456789012345678901234567890123", BankAccountError::WrongLength)]
    #[case("6222-0212-3456", BankAccountError::NotDigits)]
    #[case("6.22202E+18", BankAccountError::NotDigits)]
    #[case("622202123456\u{ff17}89", BankAccountError::NotDigits)]
    fn something_else_is_refused(#[case] text: &str, #[case] error: BankAccountError) {
        assert_eq!(BankAccount::parse(text), Err(error));
    }
}
