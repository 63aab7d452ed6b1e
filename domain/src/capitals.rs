//! 人民币大写: an amount in the capitals that receipts and vouchers carry, so that no digit can be added or changed.
//!
//! Written as 支付结算办法 (银发〔1997〕393号), annex 正确填写票据和结算凭证的基本规定, has it:
//!
//! | Rule | Example |
//! |---|---|
//! | zeros within the number give one 零 | 1 409.50 壹仟肆佰零玖元伍角整, 6 007.14 陆仟零柒元壹角肆分 |
//! | zeros at the end of the yuan, or of a group of four, may give one, and here give none | 107 000.53 壹拾万柒仟元伍角叁分 |
//! | no 角 but 分: 零 after 元 | 325.04 叁佰贰拾伍元零肆分 |
//! | 整 ends whole yuan; after 角 it may, and here does, so that nothing can be added | 20.50 贰拾元伍角整 |
//! | a leading 壹拾 keeps its 壹 | 17.00 壹拾柒元整 |

use crate::money::Money;

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
/// Units within a group of four digits, the lowest first.
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
/// Units of the groups, the lowest first; the largest amount needs four.
const GROUPS: [&str; 4] = ["", "万", "亿", "万亿"];

/// The amount in capitals, such as 人民币壹仟叁佰玖拾伍元整; less than nothing with 负 before the number.
pub fn in_capitals(amount: Money) -> String {
    let fen = amount.fen().unsigned_abs();
    let sign = if amount.is_negative() { "负" } else { "" };
    let (yuan, jiao, fen) = (fen / 100, fen / 10 % 10, fen % 10);
    let mut text = format!("人民币{sign}");
    if yuan > 0 || (jiao == 0 && fen == 0) {
        text.push_str(&whole(yuan));
        text.push('元');
    }
    match (jiao, fen) {
        (0, 0) => {}
        (0, fen) => {
            if yuan > 0 {
                text.push('零');
            }
            text.push_str(digit(fen));
            text.push('分');
            return text;
        }
        (jiao, 0) => {
            text.push_str(digit(jiao));
            text.push('角');
        }
        (jiao, fen) => {
            text.push_str(digit(jiao));
            text.push('角');
            text.push_str(digit(fen));
            text.push('分');
            return text;
        }
    }
    text.push('整');
    text
}

/// A whole number in capitals.
fn whole(number: u64) -> String {
    if number == 0 {
        return digit(0).to_owned();
    }
    let mut text = String::new();
    // whether zeros were passed over since the last digit that was written
    let mut zeros = false;
    for group in (0..GROUPS.len()).rev() {
        let value = number / 10_000_u64.pow(group as u32) % 10_000;
        for place in (0..PLACES.len()).rev() {
            let figure = value / 10_u64.pow(place as u32) % 10;
            if figure == 0 {
                zeros = !text.is_empty();
                continue;
            }
            if zeros {
                text.push('零');
                zeros = false;
            }
            text.push_str(digit(figure));
            text.push_str(PLACES.get(place).copied().unwrap_or_default());
        }
        if value > 0 {
            text.push_str(unit(group, number));
            // zeros at the end of a group are told by its unit
            zeros = false;
        }
    }
    text
}

/// The unit of a group. 万亿 gives its 亿 to the next group where that has digits: 壹万贰仟亿, not 壹万亿贰仟亿.
fn unit(group: usize, number: u64) -> &'static str {
    let hundred_millions = number / 100_000_000 % 10_000;
    match group {
        3 if hundred_millions > 0 => "万",
        _ => GROUPS.get(group).copied().unwrap_or_default(),
    }
}

fn digit(figure: u64) -> &'static str {
    usize::try_from(figure).ok().and_then(|figure| DIGITS.get(figure)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn capitals(yuan: &str) -> String {
        in_capitals(Money::from_yuan(yuan.parse().unwrap()).unwrap())
    }

    #[rstest]
    #[case("0.00", "零元整")]
    #[case("0.01", "壹分")]
    #[case("0.10", "壹角整")]
    #[case("0.11", "壹角壹分")]
    #[case("1.00", "壹元整")]
    #[case("1.01", "壹元零壹分")]
    #[case("10.00", "壹拾元整")]
    #[case("10.05", "壹拾元零伍分")]
    #[case("17.00", "壹拾柒元整")]
    #[case("20.50", "贰拾元伍角整")]
    #[case("100.00", "壹佰元整")]
    #[case("101.00", "壹佰零壹元整")]
    #[case("110.00", "壹佰壹拾元整")]
    #[case("325.04", "叁佰贰拾伍元零肆分")]
    #[case("1001.00", "壹仟零壹元整")]
    #[case("1010.00", "壹仟零壹拾元整")]
    #[case("1409.50", "壹仟肆佰零玖元伍角整")]
    #[case("1680.32", "壹仟陆佰捌拾元叁角贰分")]
    #[case("6007.14", "陆仟零柒元壹角肆分")]
    #[case("10000.00", "壹万元整")]
    #[case("10001.00", "壹万零壹元整")]
    #[case("10010.00", "壹万零壹拾元整")]
    #[case("10100.00", "壹万零壹佰元整")]
    #[case("11000.00", "壹万壹仟元整")]
    #[case("16409.02", "壹万陆仟肆佰零玖元零贰分")]
    #[case("70313.00", "柒万零叁佰壹拾叁元整")]
    #[case("100000.00", "壹拾万元整")]
    #[case("107000.53", "壹拾万柒仟元伍角叁分")]
    #[case("1000000.00", "壹佰万元整")]
    #[case("1000001.00", "壹佰万零壹元整")]
    #[case("10203040.50", "壹仟零贰拾万叁仟零肆拾元伍角整")]
    #[case("100000000.00", "壹亿元整")]
    #[case("100000001.00", "壹亿零壹元整")]
    #[case("100010000.00", "壹亿零壹万元整")]
    #[case("110000000.00", "壹亿壹仟万元整")]
    #[case("1000000000000.00", "壹万亿元整")]
    #[case("1200000000000.00", "壹万贰仟亿元整")]
    #[case("1000100000000.00", "壹万零壹亿元整")]
    #[case("1000000000001.00", "壹万亿零壹元整")]
    #[case("90071992547409.91", "玖拾万零柒佰壹拾玖亿玖仟贰佰伍拾肆万柒仟肆佰零玖元玖角壹分")]
    fn amounts_are_written_as_the_rules_have_it(#[case] yuan: &str, #[case] expected: &str) {
        assert_eq!(capitals(yuan), format!("人民币{expected}"));
    }

    #[test]
    fn less_than_nothing_says_so() {
        assert_eq!(in_capitals(Money::from_fen(-12_05)), "人民币负壹拾贰元零伍分");
    }

    /// Reads capitals back, knowing nothing of how they are written: by the value of each character.
    fn read(text: &str) -> i64 {
        let text = text.trim_start_matches("人民币").trim_end_matches('整');
        let (yuan, rest) = text.split_once('元').unwrap_or(("", text));
        let value = |figure: char| DIGITS.iter().position(|digit| digit.starts_with(figure)).unwrap() as i64;
        let (mut total, mut section, mut figure) = (0_i64, 0_i64, 0_i64);
        for letter in yuan.chars() {
            match letter {
                '拾' => section += std::mem::take(&mut figure) * 10,
                '佰' => section += std::mem::take(&mut figure) * 100,
                '仟' => section += std::mem::take(&mut figure) * 1_000,
                '万' => total += (std::mem::take(&mut section) + std::mem::take(&mut figure)) * 10_000,
                '亿' => {
                    total =
                        (total + std::mem::take(&mut section) + std::mem::take(&mut figure)) * 100_000_000;
                }
                letter => figure = value(letter),
            }
        }
        let mut fen = (total + section + figure) * 100;
        let mut figure = 0;
        for letter in rest.chars() {
            match letter {
                '角' => fen += figure * 10,
                '分' => fen += figure,
                letter => figure = value(letter),
            }
        }
        fen
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(fen in 0..=Money::MAX_FEN) {
            prop_assert_eq!(read(&in_capitals(Money::try_from_fen(fen).unwrap())), fen);
        }

        #[test]
        fn round_amounts_are_read_back(figure in 1..100_i64, zeros in 0..14_u32) {
            let fen = figure * 10_i64.pow(zeros);
            prop_assert_eq!(read(&in_capitals(Money::try_from_fen(fen).unwrap())), fen);
        }

        #[test]
        fn no_zero_stands_twice_and_none_before_a_unit(fen in 1..=Money::MAX_FEN) {
            let text = in_capitals(Money::try_from_fen(fen).unwrap());
            for wrong in ["零零", "零元", "零角", "零整", "零万", "零亿", "零拾", "零佰", "零仟", "亿万", "万元零角"] {
                prop_assert!(!text.contains(wrong), "{text}");
            }
            let whole_jiao = fen % 10 == 0;
            prop_assert_eq!(text.ends_with('整'), whole_jiao);
            prop_assert_eq!(text.ends_with('分'), !whole_jiao);
        }
    }
}
