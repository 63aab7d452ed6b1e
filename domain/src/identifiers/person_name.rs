//! Names as people bear them.

use crate::explain::Explain;
use crate::personal::PersonName;

/// The most characters a name may have.
const CHARACTERS_MAX: usize = 50;

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonNameError {
    /// Nothing, or blanks alone.
    #[error("a name is required")]
    Empty,
    /// More than 50 characters.
    #[error("a name has at most 50 characters")]
    TooLong,
    /// It begins or ends with a blank.
    #[error("a name does not begin or end with a blank")]
    BlankAround,
    /// A line break, a control character, or one that is not seen.
    #[error("a name has no control or invisible characters")]
    InvisibleCharacter,
    /// It begins like a spreadsheet formula.
    #[error("a name does not begin with = + - or @")]
    FormulaLike,
}

impl Explain for PersonNameError {
    fn code(&self) -> &'static str {
        match self {
            PersonNameError::Empty => "empty",
            PersonNameError::TooLong => "too_long",
            PersonNameError::BlankAround => "blank_around",
            PersonNameError::InvisibleCharacter => "invisible_character",
            PersonNameError::FormulaLike => "formula_like",
        }
    }

    fn zh(&self) -> String {
        match self {
            PersonNameError::Empty => "请填写姓名",
            PersonNameError::TooLong => "姓名最多50个字",
            PersonNameError::BlankAround => "姓名首尾不能有空格",
            PersonNameError::InvisibleCharacter => "姓名不能含换行、控制字符或不可见字符",
            PersonNameError::FormulaLike => "姓名不能以 = + - @ 开头",
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        "name"
    }
}

/// Reads a name: any script, the middle dot of minority names included.
///
/// # Errors
/// [`PersonNameError`].
pub fn parse_person_name(text: &str) -> Result<PersonName, PersonNameError> {
    if text.trim().is_empty() {
        return Err(PersonNameError::Empty);
    }
    if text.chars().count() > CHARACTERS_MAX {
        return Err(PersonNameError::TooLong);
    }
    if text.chars().any(is_invisible) {
        return Err(PersonNameError::InvisibleCharacter);
    }
    if text.trim() != text {
        return Err(PersonNameError::BlankAround);
    }
    if text.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']) {
        return Err(PersonNameError::FormulaLike);
    }
    Ok(PersonName(text.to_owned()))
}

/// A name for lists that are posted in public: `王*明`, `王*`, `欧**锋`. Of two characters the first is shown, of more
/// the first and the last, of one none.
pub fn masked_name(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    match letters[..] {
        [] | [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, .., last] => format!("{first}{}{last}", "*".repeat(letters.len() - 2)),
    }
}

/// Control and format characters, separators of lines, tags and variation selectors. Private use is seen: rare
/// characters of names stand there in older systems.
fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("张三")]
    #[case("买买提·吐尔逊")]
    #[case("𠮷田")]
    #[case("Müller")]
    #[case("Maria da Silva")]
    #[case("\u{e000}某")]
    fn a_name_is_taken_as_it_is(#[case] text: &str) {
        assert!(parse_person_name(text).is_ok_and(|name| name.0 == text));
    }

    #[rstest]
    #[case("", PersonNameError::Empty)]
    #[case(" \u{3000}", PersonNameError::Empty)]
    #[case(" 张三", PersonNameError::BlankAround)]
    #[case("张三\u{3000}", PersonNameError::BlankAround)]
    #[case("张\n三", PersonNameError::InvisibleCharacter)]
    #[case("张三\n", PersonNameError::InvisibleCharacter)]
    #[case("张\u{200d}三", PersonNameError::InvisibleCharacter)]
    #[case("张\u{202e}三", PersonNameError::InvisibleCharacter)]
    #[case("张三\u{e0041}", PersonNameError::InvisibleCharacter)]
    #[case("+1+1", PersonNameError::FormulaLike)]
    #[case("\u{ff0b}1", PersonNameError::FormulaLike)]
    fn something_else_is_refused(#[case] text: &str, #[case] error: PersonNameError) {
        assert_eq!(parse_person_name(text).map(|_| ()), Err(error));
    }

    #[rstest]
    #[case("王秀英", "王*英")]
    #[case("王明", "王*")]
    #[case("欧阳铁锋", "欧**锋")]
    #[case("买买提·吐尔逊", "买*****逊")]
    #[case("𠮷", "*")]
    #[case("", "*")]
    fn a_masked_name_shows_its_ends_at_most(#[case] name: &str, #[case] masked: &str) {
        assert_eq!(masked_name(name), masked);
    }

    #[test]
    fn fifty_characters_are_the_most() {
        assert!(parse_person_name(&"张".repeat(50)).is_ok());
        assert_eq!(parse_person_name(&"张".repeat(51)).map(|_| ()), Err(PersonNameError::TooLong));
    }
}
