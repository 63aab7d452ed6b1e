//! The unified social credit code (统一社会信用代码, GB 32100-2015).

use serde::{Deserialize, Serialize};

use crate::explain::Explain;

/// A unified social credit code of an organisation: 18 characters with a right check character.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SocialCreditCode(String);

/// Why a text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SocialCreditCodeError {
    /// Not 18 digits and letters without I, O, S, V and Z, the third to eighth digits.
    #[error("a social credit code has 18 digits and letters, without I, O, S, V and Z")]
    Malformed,
    /// The check character does not fit.
    #[error("the check character of the social credit code is wrong")]
    WrongCheckCharacter,
}

impl Explain for SocialCreditCodeError {
    fn code(&self) -> &'static str {
        match self {
            SocialCreditCodeError::Malformed => "malformed",
            SocialCreditCodeError::WrongCheckCharacter => "wrong_check_character",
        }
    }

    fn zh(&self) -> String {
        match self {
            SocialCreditCodeError::Malformed => "统一社会信用代码应为18位数字和大写字母(不含I、O、S、V、Z)",
            SocialCreditCodeError::WrongCheckCharacter => "统一社会信用代码校验码不正确,请核对是否录入有误",
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        "social_credit_code"
    }
}

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

impl SocialCreditCode {
    /// Reads 18 characters; small letters become capitals.
    ///
    /// # Errors
    /// [`SocialCreditCodeError`].
    pub fn parse(text: &str) -> Result<SocialCreditCode, SocialCreditCodeError> {
        let text = text.to_ascii_uppercase();
        let value = |byte: u8| ALPHABET.iter().position(|known| *known == byte);
        let values: Option<Vec<usize>> = text.bytes().map(value).collect();
        let values = values.filter(|values| values.len() == 18).ok_or(SocialCreditCodeError::Malformed)?;
        if values[2..8].iter().any(|value| *value > 9) {
            return Err(SocialCreditCodeError::Malformed);
        }
        let weights = std::iter::successors(Some(1), |weight| Some(weight * 3 % 31));
        let sum: usize = values[..17].iter().zip(weights).map(|(value, weight)| value * weight).sum();
        if values[17] == (31 - sum % 31) % 31 {
            Ok(SocialCreditCode(text))
        } else {
            Err(SocialCreditCodeError::WrongCheckCharacter)
        }
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SocialCreditCode {
    type Error = SocialCreditCodeError;

    fn try_from(text: String) -> Result<SocialCreditCode, SocialCreditCodeError> {
        SocialCreditCode::parse(&text)
    }
}

impl From<SocialCreditCode> for String {
    fn from(code: SocialCreditCode) -> String {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("91350100M000100Y43", Ok("91350100M000100Y43"))]
    #[case("91110000101623741K", Ok("91110000101623741K"))]
    #[case("91350100m000100y43", Ok("91350100M000100Y43"))]
    #[case("91350100M000100Y44", Err(SocialCreditCodeError::WrongCheckCharacter))]
    #[case("91350100I000100Y43", Err(SocialCreditCodeError::Malformed))]
    #[case("9135010AM000100Y43", Err(SocialCreditCodeError::Malformed))]
    #[case("91350100M000100Y4", Err(SocialCreditCodeError::Malformed))]
    #[case("统一社会信用代码统一社会信用代码统一", Err(SocialCreditCodeError::Malformed))]
    fn a_code_is_checked(#[case] text: &str, #[case] expected: Result<&str, SocialCreditCodeError>) {
        assert_eq!(
            SocialCreditCode::parse(text).as_ref().map(SocialCreditCode::as_str),
            expected.as_ref().copied()
        );
    }
}
