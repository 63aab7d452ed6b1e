//! Numbers in texts.

use chrono::{Datelike, NaiveDate};

/// From so many digits on, a number is that of an account, an identity card or a telephone.
const DIGITS: usize = 11;

/// Months and days have no more: 2023.10.1-2023.12.31 is no number.
const DAY_DIGITS: usize = 2;

/// A letter as it counts in a number: digits are digits in any width, and blanks between them are nothing.
enum Letter {
    Digit(char),
    Blank,
    /// Letters and hyphens beside digits make an identifier of ours.
    OfIdentifier,
    /// 校验码.
    X,
    /// Stands between the groups of one number, as people write it.
    Separator,
    Other,
}

fn letter(char: char) -> Letter {
    match char {
        '0'..='9' => Letter::Digit(char),
        '０'..='９' => {
            let digit = u32::from(char) - u32::from('０');
            Letter::Digit(char::from_digit(digit, 10).unwrap_or('0'))
        }
        ' ' | '\u{3000}' | '\u{a0}' | '\t' => Letter::Blank,
        'X' | 'x' => Letter::X,
        '-' | '.' | '_' | ',' | '，' => Letter::Separator,
        char if char.is_ascii_alphabetic() => Letter::OfIdentifier,
        _ => Letter::Other,
    }
}

/// The numbers of so many digits that stand alone in a text, with a check letter X, and belong to no identifier of ours.
pub(super) fn numbers(text: &str) -> Vec<String> {
    let (mut found, mut number) = (Vec::new(), String::new());
    // whether a letter of an identifier stands right before the next one, and before the number; and a blank after this
    let (mut beside, mut is_part, mut apart) = (false, false, false);
    // digits since the last separator, and whether there was a group as short as those of days
    let (mut group, mut has_day) = (0, false);
    let mut letters = text.chars().chain(['\n']).peekable();
    while let Some(char) = letters.next() {
        match letter(char) {
            Letter::Digit(digit) => {
                if number.is_empty() {
                    (is_part, group, has_day) = (beside, 0, false);
                }
                group += 1;
                number.push(digit);
                (beside, apart) = (false, false);
            }
            Letter::Blank => (beside, apart) = (false, true),
            Letter::Separator
                if !number.is_empty()
                    && letters.peek().is_some_and(|next| matches!(letter(*next), Letter::Digit(_))) =>
            {
                has_day |= group <= DAY_DIGITS;
                group = 0;
            }
            other => {
                let of_identifier = matches!(other, Letter::OfIdentifier) || char == '-';
                let is_part = is_part || (of_identifier && !apart) || has_day;
                if number.len() >= DIGITS && !is_part {
                    if matches!(other, Letter::X) {
                        number.push('X');
                    }
                    found.push(std::mem::take(&mut number));
                }
                number.clear();
                beside = of_identifier;
            }
        }
    }
    found
}

/// Whether a number has the form of one of a person: a mobile telephone, an ID number, a card or an account. Serial numbers
/// of banks mostly begin with a day.
pub(super) fn is_of_person(number: &str) -> bool {
    let begins_with_day = number.get(..8).is_some_and(|day| {
        NaiveDate::parse_from_str(day, "%Y%m%d").is_ok_and(|day| (2000..2100).contains(&day.year()))
    });
    match number.len() {
        11 => number.starts_with('1'),
        16..=19 => !begins_with_day,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("账户9901140000000000019已销户", &["9901140000000000019"])]
    #[case("身份证99011419350101002X有误", &["99011419350101002X"])]
    #[case("电话13800000000或13900000000", &["13800000000", "13900000000"])]
    #[case("手机 138 0000 0000", &["13800000000"])]
    #[case("9901 1400 0000 0000 019", &["9901140000000000019"])]
    #[case("卡号９９０１１４０００００００００００１９", &["9901140000000000019"])]
    #[case("ICBC 9901140000000000019", &["9901140000000000019"])]
    #[case("本人放弃", &[])]
    #[case("京民发〔2023〕1号，2023-10-20 公布", &[])]
    #[case("见 5ee04d67-f433-81be-a537-000000000001", &[])]
    #[case("9901140000000000019 ICBC", &["9901140000000000019"])]
    #[case("990114-19350101-0021", &["990114193501010021"])]
    #[case("账号 9901-1400-0000-0000-019 已销户", &["9901140000000000019"])]
    #[case("账号9901，1400，0000，0000，019", &["9901140000000000019"])]
    #[case("2023.10.1-2023.12.31 期间", &[])]
    #[case("1,234,567,890.00 元", &[])]
    #[case("回单 B20230720000000017", &[])]
    #[case("金额 1234567890 分", &[])]
    fn a_number_of_a_person_is_known_by_its_length(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(numbers(text), found);
    }

    #[rstest]
    #[case("13800000000", true)]
    #[case("99011419350101002X", true)]
    #[case("9901140000000000019", true)]
    #[case("20230720000000017", false)]
    #[case("2023072000017", false)]
    #[case("01062345678", false)]
    fn a_serial_number_is_none_of_a_person(#[case] number: &str, #[case] of_person: bool) {
        assert_eq!(is_of_person(number), of_person);
    }
}
