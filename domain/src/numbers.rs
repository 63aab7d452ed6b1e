//! Numbers as the office writes them.

use crate::money::Money;

/// An integer with thousands separated by commas: `1,203`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Yuan with thousands separated by commas: `70,313.00`.
pub fn yuan(amount: Money) -> String {
    let fen = amount.fen();
    let sign = if fen < 0 { "-" } else { "" };
    let whole = i64::try_from(fen.unsigned_abs() / 100).unwrap_or(i64::MAX);
    format!("{sign}{}.{:02}", grouped(whole), fen.unsigned_abs() % 100)
}

/// 票据编号: the number of a receipt with the zeros before it that receipts have.
pub fn receipt_serial(number: u32) -> String {
    format!("{number:08}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(
            [grouped(0), grouped(999), grouped(1_203), grouped(-1_234_567)],
            ["0", "999", "1,203", "-1,234,567"]
        );
        assert_eq!(yuan(Money::from_fen(7_031_300)), "70,313.00");
        assert_eq!(yuan(Money::from_fen(-5)), "-0.05");
    }
}
