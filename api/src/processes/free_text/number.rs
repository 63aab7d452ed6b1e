//! Numbers in texts.

/// From so many digits on, a number is that of an account, an identity card or a telephone.
const DIGITS: usize = 11;

/// A letter as it counts in a number: digits are digits in any width, and blanks between them are nothing.
enum Letter {
    Digit(char),
    Blank,
    /// Letters and hyphens beside digits make an identifier of ours.
    OfIdentifier,
    /// 校验码.
    X,
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
        '-' => Letter::OfIdentifier,
        char if char.is_ascii_alphabetic() => Letter::OfIdentifier,
        _ => Letter::Other,
    }
}

/// The numbers of so many digits that stand alone in a text, with a check letter X, and belong to no identifier of ours.
pub(super) fn numbers(text: &str) -> Vec<String> {
    let (mut found, mut number) = (Vec::new(), String::new());
    // whether a letter of an identifier stands right before the next one, and before the number; and a blank after this
    let (mut beside, mut is_part, mut apart) = (false, false, false);
    for char in text.chars().chain(['\n']) {
        match letter(char) {
            Letter::Digit(digit) => {
                if number.is_empty() {
                    is_part = beside;
                }
                number.push(digit);
                (beside, apart) = (false, false);
            }
            Letter::Blank => (beside, apart) = (false, true),
            other => {
                let of_identifier = matches!(other, Letter::OfIdentifier);
                let is_part = is_part || (of_identifier && !apart);
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
    #[case("回单 B20230720000000017", &[])]
    #[case("金额 1234567890 分", &[])]
    fn a_number_of_a_person_is_known_by_its_length(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(numbers(text), found);
    }
}
