//! Numbers in texts.

/// From so many digits on, a number is that of an account, an identity card or a telephone.
const DIGITS: usize = 11;

/// The numbers of so many digits that stand alone in a text, with a check letter X, and belong to no identifier of ours.
pub(super) fn numbers(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let part_of_identifier = |at: Option<usize>| {
        let byte = at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        byte == b'-' || (byte.is_ascii_alphabetic() && !matches!(byte, b'X' | b'x'))
    };
    let (mut found, mut begin) = (Vec::new(), None);
    for at in 0..=bytes.len() {
        let digit = bytes.get(at).is_some_and(u8::is_ascii_digit);
        match (begin, digit) {
            (None, true) => begin = Some(at),
            (Some(from), false) => {
                let stands_alone = !part_of_identifier(from.checked_sub(1)) && !part_of_identifier(Some(at));
                if at - from >= DIGITS && stands_alone {
                    let check = usize::from(bytes.get(at).is_some_and(|byte| matches!(byte, b'X' | b'x')));
                    found.extend(text.get(from..at + check));
                }
                begin = None;
            }
            _ => {}
        }
    }
    found
}

/// As [`numbers`], also where blanks stand between the digits.
pub(super) fn whole_numbers(text: &str) -> Vec<String> {
    let dense: String = text.chars().filter(|char| !matches!(char, ' ' | '\u{3000}' | '\u{a0}')).collect();
    numbers(&dense).into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("账户9901140000000000019已销户", &["9901140000000000019"])]
    #[case("身份证99011419350101002X有误", &["99011419350101002X"])]
    #[case("电话13800000000或13900000000", &["13800000000", "13900000000"])]
    #[case("本人放弃", &[])]
    #[case("京民发〔2023〕1号，2023-10-20 公布", &[])]
    #[case("见 5ee04d67-f433-81be-a537-000000000001", &[])]
    #[case("金额 1234567890 分", &[])]
    fn a_number_of_a_person_is_known_by_its_length(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(numbers(text), found);
    }

    #[test]
    fn blanks_hide_no_number() {
        assert_eq!(whole_numbers("9901 1400 0000 0000 019"), ["9901140000000000019"]);
    }
}
