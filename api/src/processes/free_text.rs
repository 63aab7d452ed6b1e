//! 自由文字: a reason or note stands in the log in clear and for good, so that no number of a person may be in it.

use serde_json::Value;

use super::ProcessError;

/// The fields of events that people write sentences in.
const FIELDS: [&str; 2] = ["reason", "note"];

/// From so many digits on, a number is that of an account, an identity card or a telephone.
const DIGITS: usize = 11;

/// Refuses events of which a sentence has a number of a person in it. References and documents have fields of their own.
///
/// # Errors
/// [`ProcessError::Refused`] with the field.
pub(super) fn refuse_numbers<'e>(payloads: impl Iterator<Item = &'e str>) -> Result<(), ProcessError> {
    for payload in payloads.filter(|payload| has_number(payload)) {
        let Ok(event) = serde_json::from_str::<Value>(payload) else { continue };
        if let Some(field) = field_with_number(&event) {
            return Err(ProcessError::Refused {
                code: "personal_value",
                field,
                zh: "原因和说明将原样永久保存，不得写身份证号、账号或电话号码，请删去其中的号码".to_owned(),
                en: "reasons and notes are kept as they are, for good: leave out the number of a card, account or telephone"
                    .to_owned(),
            });
        }
    }
    Ok(())
}

fn field_with_number(value: &Value) -> Option<&'static str> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let field = FIELDS.into_iter().find(|field| field == name);
            let text = value.as_str().unwrap_or_default();
            field.filter(|_| has_number(text)).or_else(|| field_with_number(value))
        }),
        Value::Array(values) => values.iter().find_map(field_with_number),
        _ => None,
    }
}

/// Whether a text has so many digits in a row, which belong to no identifier of ours.
fn has_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let part_of_identifier = |at: Option<usize>| {
        let byte = at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        byte == b'-' || (byte.is_ascii_alphabetic() && !matches!(byte, b'X' | b'x'))
    };
    let mut begin = None;
    for at in 0..=bytes.len() {
        let digit = bytes.get(at).is_some_and(u8::is_ascii_digit);
        match (begin, digit) {
            (None, true) => begin = Some(at),
            (Some(from), false) => {
                let stands_alone = !part_of_identifier(from.checked_sub(1)) && !part_of_identifier(Some(at));
                if at - from >= DIGITS && stands_alone {
                    return true;
                }
                begin = None;
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("账户9901140000000000019已销户", true)]
    #[case("身份证99011419350101002X有误", true)]
    #[case("电话13800000000", true)]
    #[case("本人放弃", false)]
    #[case("京民发〔2023〕1号，2023-10-20 公布", false)]
    #[case("见 5ee04d67-f433-81be-a537-000000000001", false)]
    #[case("金额 1234567890 分", false)]
    fn a_number_of_a_person_is_known_by_its_length(#[case] text: &str, #[case] found: bool) {
        assert_eq!(has_number(text), found);
    }

    #[test]
    fn only_sentences_are_asked() {
        let refused = |payload: &str| refuse_numbers([payload].into_iter()).is_err();
        assert!(refused(r#"{"PaymentCancelled":{"reason":"卡号9901140000000000019"}}"#));
        assert!(refused(r#"{"BankLineResolved":{"row":1,"note":"13800000000"}}"#));
        assert!(!refused(r#"{"PaymentSettled":{"bank_reference":"20230720000000017"}}"#));
        assert!(!refused(r#"{"PaymentReturned":{"reason":"AC01"}}"#));
    }
}
