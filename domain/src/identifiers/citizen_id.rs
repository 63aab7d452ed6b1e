//! The citizen ID number (公民身份号码, GB 11643-1999).

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::explain::Explain;
use crate::personal::PersonalField;

/// A citizen ID number, always 18 characters with a right check character.
///
/// Its area shows where it was first issued, not the hukou: never use it for eligibility.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CitizenId {
    text: String,
    birth_date: NaiveDate,
}

impl PersonalField for CitizenId {
    const LABEL: &'static str = "id_number";
}

/// 性别, as the 17th digit tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// 男.
    Male,
    /// 女.
    Female,
}

/// Why a text is no citizen ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CitizenIdError {
    /// Not 15 digits, nor 17 digits and a digit or X.
    #[error("an ID number has 18 characters: 17 digits and a digit or X")]
    Malformed,
    /// The area begins with 0, which no division does.
    #[error("the area of the ID number does not exist")]
    UnknownArea,
    /// The birthday is no real day.
    #[error("the birthday in the ID number does not exist")]
    ImpossibleBirthDate,
    /// The check character does not fit: a digit is mistyped.
    #[error("the check character of the ID number is wrong")]
    WrongCheckCharacter,
}

impl Explain for CitizenIdError {
    fn code(&self) -> &'static str {
        match self {
            CitizenIdError::Malformed => "malformed",
            CitizenIdError::UnknownArea => "unknown_area",
            CitizenIdError::ImpossibleBirthDate => "impossible_birth_date",
            CitizenIdError::WrongCheckCharacter => "wrong_check_character",
        }
    }

    fn zh(&self) -> String {
        match self {
            CitizenIdError::Malformed => "身份证号应为18位:前17位数字,末位数字或X",
            CitizenIdError::UnknownArea => "身份证号的地区码不存在",
            CitizenIdError::ImpossibleBirthDate => "身份证号中的出生日期不存在",
            CitizenIdError::WrongCheckCharacter => "身份证号校验码不正确,请核对是否录入有误",
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        "id_number"
    }
}

impl CitizenId {
    /// Reads 18 characters, or the 15 digits of before 1999, which get the century 19 and a check character.
    /// A small x becomes X. Divisions that were abolished or never assigned are taken.
    ///
    /// # Errors
    /// [`CitizenIdError`].
    pub fn parse(text: &str) -> Result<CitizenId, CitizenIdError> {
        let bytes = text.as_bytes();
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let text = match bytes.len() {
            15 if digits(bytes) => {
                let longer = format!("{}19{}", &text[..6], &text[6..]);
                let check = check_character(longer.as_bytes());
                longer + check
            }
            18 if digits(&bytes[..17]) && matches!(bytes[17], b'0'..=b'9' | b'X' | b'x') => {
                text.to_ascii_uppercase()
            }
            _ => return Err(CitizenIdError::Malformed),
        };
        if text.starts_with('0') {
            return Err(CitizenIdError::UnknownArea);
        }
        let birth_date = birth_date(&text).ok_or(CitizenIdError::ImpossibleBirthDate)?;
        if !text.ends_with(check_character(&text.as_bytes()[..17])) {
            return Err(CitizenIdError::WrongCheckCharacter);
        }
        Ok(CitizenId { text, birth_date })
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The birthday.
    pub const fn birth_date(&self) -> NaiveDate {
        self.birth_date
    }

    /// The sex.
    pub fn sex(&self) -> Sex {
        // the digits '0' to '9' are even and odd like their values
        if self.text.as_bytes()[16].is_multiple_of(2) { Sex::Female } else { Sex::Male }
    }

    /// For lists: `110105********002X`.
    pub fn masked(&self) -> String {
        format!("{}********{}", &self.text[..6], &self.text[14..])
    }
}

/// The 18th character for 17 digits.
fn check_character(digits: &[u8]) -> &'static str {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [&str; 11] = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS[(sum % 11) as usize]
}

fn birth_date(text: &str) -> Option<NaiveDate> {
    let year = text[6..10].parse().ok().filter(|year| *year >= 1800)?;
    NaiveDate::from_ymd_opt(year, text[10..12].parse().ok()?, text[12..14].parse().ok()?)
}

impl TryFrom<String> for CitizenId {
    type Error = CitizenIdError;

    fn try_from(text: String) -> Result<CitizenId, CitizenIdError> {
        CitizenId::parse(&text)
    }
}

impl From<CitizenId> for String {
    fn from(id: CitizenId) -> String {
        id.text
    }
}

impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CitizenId(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::of_the_standard("11010519491231002X", "1949-12-31", Sex::Female)]
    #[case::of_the_standard_born_1880("440524188001010014", "1880-01-01", Sex::Male)]
    #[case::small_x("11010519491231002x", "1949-12-31", Sex::Female)]
    #[case::fifteen_digits("110105491231002", "1949-12-31", Sex::Female)]
    #[case::leap_day("990101194402290012", "1944-02-29", Sex::Male)]
    #[case::unassigned_area("99010119231231005X", "1923-12-31", Sex::Male)]
    #[case::unassigned_area("99010120051020006X", "2005-10-20", Sex::Female)]
    fn a_right_number_is_read(#[case] text: &str, #[case] birth_date: &str, #[case] sex: Sex) {
        let id = CitizenId::parse(text).unwrap();
        assert_eq!((id.birth_date().to_string().as_str(), id.sex()), (birth_date, sex));
        assert_eq!(id.as_str().len(), 18);
    }

    #[rstest]
    #[case::too_long("11010519491231002XX", CitizenIdError::Malformed)]
    #[case::sixteen("1101051949123100", CitizenIdError::Malformed)]
    #[case::blank_around(" 11010519491231002X", CitizenIdError::Malformed)]
    #[case::x_inside("1101051949123100X2", CitizenIdError::Malformed)]
    #[case::full_width("1101051949123100\u{ff12}X", CitizenIdError::Malformed)]
    #[case::x_in_fifteen("11010549123100X", CitizenIdError::Malformed)]
    #[case::no_such_area("000000194912310027", CitizenIdError::UnknownArea)]
    #[case::no_leap_year("110105194902290023", CitizenIdError::ImpossibleBirthDate)]
    #[case::no_leap_century("110105190002290023", CitizenIdError::ImpossibleBirthDate)]
    #[case::all_nines("999999999999999999", CitizenIdError::ImpossibleBirthDate)]
    #[case::mistyped("110105194912310021", CitizenIdError::WrongCheckCharacter)]
    fn a_wrong_number_is_refused(#[case] text: &str, #[case] error: CitizenIdError) {
        assert_eq!(CitizenId::parse(text), Err(error));
    }

    #[test]
    fn lists_and_logs_do_not_show_it() {
        let id = CitizenId::parse("11010519491231002X").unwrap();
        assert_eq!(id.masked(), "110105********002X");
        assert_eq!(format!("{id:?}"), "CitizenId(…)");
        assert_eq!(serde_json::from_str::<CitizenId>("\"11010519491231002X\"").unwrap(), id);
        assert!(serde_json::from_str::<CitizenId>("\"110105194912310021\"").is_err());
    }

    proptest! {
        #[test]
        fn one_wrong_digit_or_two_neighbours_swapped_are_found(
            days in 0..40_000_u64, order in 0..1000_u32, at in 0..17_usize, other in 1..10_u8,
        ) {
            let day = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(days);
            let digits = format!("990114{}{order:03}", day.format("%Y%m%d"));
            let right = format!("{digits}{}", check_character(digits.as_bytes()));
            prop_assert!(CitizenId::parse(&right).is_ok());
            let mut wrong = right.clone().into_bytes();
            wrong[at] = (wrong[at] - b'0' + other) % 10 + b'0';
            prop_assert!(CitizenId::parse(std::str::from_utf8(&wrong).unwrap()).is_err());
            let mut swapped = right.into_bytes();
            swapped.swap(at, (at + 1) % 17);
            if at < 16 && swapped[at] != swapped[at + 1] {
                prop_assert!(CitizenId::parse(std::str::from_utf8(&swapped).unwrap()).is_err());
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,20}|[0-9]{13,19}[xX]?") {
            let _ = CitizenId::parse(&text);
        }
    }
}
