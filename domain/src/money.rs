//! Money: integer fen inside, yuan with two places at the edges, never a float.

use std::fmt;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount in fen (1/100 yuan). It may be negative: a difference, a recovery.
///
/// Its absolute value stays below 2^53, so that every JSON reader keeps it exactly. Arithmetic is checked and
/// has no operators, so that no sum can overflow unseen.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Money(i64);

/// Why an amount could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not `yuan.fen` with exactly two places.
    #[error("an amount is written as yuan with two places, such as 1395.00")]
    Malformed,
    /// The amount is outside ±(2^53 − 1) fen.
    #[error("the amount is out of range")]
    OutOfRange,
}

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);
    /// The largest amount, in fen.
    pub const MAX_FEN: i64 = (1 << 53) - 1;

    /// An amount of `fen`, for constants known to be small.
    pub const fn from_fen(fen: i32) -> Money {
        Money(fen as i64)
    }

    /// An amount of `fen`.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] outside ±(2^53 − 1).
    pub const fn try_from_fen(fen: i64) -> Result<Money, MoneyError> {
        if fen > Money::MAX_FEN || fen < -Money::MAX_FEN {
            Err(MoneyError::OutOfRange)
        } else {
            Ok(Money(fen))
        }
    }

    /// Reads `1395.00`: no sign, comma, space or exponent, exactly two places, at most ten digits of yuan.
    ///
    /// # Errors
    /// [`MoneyError::Malformed`] for any other text.
    pub fn parse_yuan(text: &str) -> Result<Money, MoneyError> {
        let (yuan, fen) = text.split_once('.').ok_or(MoneyError::Malformed)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let plain = fen.len() == 2 && (1..=10).contains(&yuan.len()) && digits(yuan) && digits(fen);
        if !plain || (yuan.len() > 1 && yuan.starts_with('0')) {
            return Err(MoneyError::Malformed);
        }
        let number = |part: &str| part.parse::<i64>().map_err(|_| MoneyError::Malformed);
        Ok(Money(number(yuan)? * 100 + number(fen)?))
    }

    /// From a decimal number of yuan.
    ///
    /// # Errors
    /// [`MoneyError::Malformed`] when there is a fraction of a fen, [`MoneyError::OutOfRange`] when too large.
    pub fn from_yuan(yuan: Decimal) -> Result<Money, MoneyError> {
        let fen = yuan.checked_mul(Decimal::ONE_HUNDRED).ok_or(MoneyError::OutOfRange)?;
        if !fen.fract().is_zero() {
            return Err(MoneyError::Malformed);
        }
        Money::try_from_fen(i64::try_from(fen).map_err(|_| MoneyError::OutOfRange)?)
    }

    /// The amount in fen.
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// The amount in yuan, with two places.
    pub fn to_yuan(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// Whether nothing is left.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The same amount with the other sign; the range is symmetric, so it always exists.
    #[must_use]
    pub const fn negated(self) -> Money {
        Money(-self.0)
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub const fn plus(self, other: Money) -> Result<Money, MoneyError> {
        // both are below 2^53, so the sum of the i64 cannot overflow
        Money::try_from_fen(self.0 + other.0)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub const fn minus(self, other: Money) -> Result<Money, MoneyError> {
        Money::try_from_fen(self.0 - other.0)
    }

    /// `count` times the amount.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub const fn times(self, count: i64) -> Result<Money, MoneyError> {
        match self.0.checked_mul(count) {
            Some(fen) => Money::try_from_fen(fen),
            None => Err(MoneyError::OutOfRange),
        }
    }

    /// `percent` hundredths of the amount; a fraction of a fen is dropped.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub const fn percent(self, percent: i64) -> Result<Money, MoneyError> {
        match self.0.checked_mul(percent) {
            Some(hundredths) => Money::try_from_fen(hundredths / 100),
            None => Err(MoneyError::OutOfRange),
        }
    }

    /// The sum of all.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn sum(amounts: impl IntoIterator<Item = Money>) -> Result<Money, MoneyError> {
        amounts.into_iter().try_fold(Money::ZERO, Money::plus)
    }

    /// Splits the amount into `parts` that differ by at most one fen and add up to it exactly; larger parts first.
    /// No parts for `parts == 0`.
    pub fn allocate(self, parts: u32) -> Vec<Money> {
        let count = i64::from(parts);
        let share = |index: i64| self.0.div_euclid(count) + i64::from(index < self.0.rem_euclid(count));
        (0..count).map(|index| Money(share(index))).collect()
    }
}

/// Yuan with two places and no grouping: `1395.00`, `-100.00`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_that_is_not_plain_yuan_is_refused() {
        for text in [
            "",
            "1",
            "1.0",
            "1.000",
            "01.00",
            "-1.00",
            "+1.00",
            "1,000.00",
            " 1.00",
            "1e2.00",
            ".00",
            "12345678901.00",
            "１.00",
        ] {
            assert_eq!(Money::parse_yuan(text), Err(MoneyError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn a_decimal_with_a_fraction_of_a_fen_is_refused() {
        assert_eq!(Money::from_yuan(Decimal::new(12_345, 3)), Err(MoneyError::Malformed));
        assert_eq!(Money::from_yuan(Decimal::new(1_234_000, 5)), Money::try_from_fen(1_234));
    }

    proptest! {
        #[test]
        fn yuan_text_reads_back(fen in 0..=999_999_999_999_i64) {
            let amount = Money(fen);
            prop_assert_eq!(Money::parse_yuan(&amount.to_string()), Ok(amount));
            prop_assert_eq!(Money::from_yuan(amount.to_yuan()), Ok(amount));
        }

        #[test]
        fn allocation_loses_and_invents_nothing(fen in -1_000_000..=1_000_000_i64, parts in 1..50_u32) {
            let shares = Money(fen).allocate(parts);
            prop_assert_eq!(Money::sum(shares.iter().copied()), Ok(Money(fen)));
            let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
            prop_assert!(most.0 - least.0 <= 1);
        }
    }
}
