//! 自由文字: what people write themselves stands in the log in clear and for good, so that nothing personal may be in it. No
//! sentence has a number of a card, an account or a telephone, or the name of somebody whom the decision is about; and no
//! other text, such as the number of a bank slip, is a number that the register knows as a person's.

mod concerned;
mod number;

use serde_json::Value;

use self::concerned::{Concerned, is_registered};
use self::number::{is_of_person, numbers};
use super::steps::Step;
use super::{Office, ProcessError};

/// The fields of events that people write sentences in, and how they stand in an event.
const SENTENCES: [(&str, &str); 4] =
    [("reason", "\"reason\":"), ("note", "\"note\":"), ("basis", "\"basis\":"), ("purpose", "\"purpose\":")];

/// The fields in which people write the number of a paper.
const LABELS: [&str; 3] = ["reference", "agreement", "document"];

/// Refuses what is about to be appended where something personal stands in it in clear.
///
/// # Errors
/// [`ProcessError::Refused`] with the field; what is known of numbers and names cannot be read.
pub(super) async fn refuse_personal(
    office: &Office,
    steps: &[Step],
    payloads: impl Iterator<Item = &str>,
) -> Result<(), ProcessError> {
    let written = Written::of(payloads);
    let of_person = |text: &str| numbers(text).iter().any(|number| is_of_person(number));
    if let Some((field, _)) = written.sentences.iter().find(|(_, text)| of_person(text)) {
        return Err(number_in_sentence(field));
    }
    let sentences = written.sentences.iter().chain(&written.labels);
    let sentences: Vec<_> = sentences.filter(|(_, text)| !text.is_ascii()).collect();
    if sentences.is_empty() && written.numbers.is_empty() {
        return Ok(());
    }
    let concerned = Concerned::by(office, steps).await?;
    for (field, number) in &written.numbers {
        if concerned.has_account(office, number) || is_registered(office, number).await? {
            return Err(number_of_a_person(field));
        }
    }
    match sentences.iter().find(|(_, text)| concerned.are_named_in(text)) {
        Some((field, _)) => Err(name_in_sentence(field)),
        None => Ok(()),
    }
}

/// Whether a text has a number in it that the register knows as a person's.
///
/// # Errors
/// Those of the log and of the read tables.
pub(super) async fn is_persons(office: &Office, text: &str) -> Result<bool, ProcessError> {
    for number in numbers(text) {
        if is_registered(office, &number).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn number_in_sentence(field: &str) -> ProcessError {
    personal(
        field,
        "原因和说明将原样永久保存，不得写身份证号、账号或电话号码，请删去其中的号码",
        "reasons and notes are kept as they are, for good: leave out the number of a card, account or telephone",
    )
}

fn name_in_sentence(field: &str) -> ProcessError {
    personal(
        field,
        "原因和说明将原样永久保存，不得写当事人或其家人的姓名，请改写为“本人”“配偶”等",
        "reasons and notes are kept as they are, for good: leave out the names of the family, and write for instance “the spouse”",
    )
}

fn number_of_a_person(field: &str) -> ProcessError {
    personal(
        field,
        "该处填写的是登记在册的身份证号或收款账号，将原样永久保存，请改填凭证号",
        "this is an ID number or account of the register, and would be kept as it is, for good: give the number of the document",
    )
}

fn personal(field: &str, zh: &str, en: &str) -> ProcessError {
    let label = LABELS.into_iter().find(|label| *label == field);
    let field = sentence(field).or(label).unwrap_or("");
    ProcessError::Refused { code: "personal_value", field, zh: zh.to_owned(), en: en.to_owned() }
}

/// What of events people may have written themselves.
#[derive(Debug, Default, PartialEq, Eq)]
struct Written {
    /// Sentences, by their field.
    sentences: Vec<(String, String)>,
    /// Numbers of papers, as people write them, by their field: a name may stand in one.
    labels: Vec<(String, String)>,
    /// Numbers in other texts, by their field.
    numbers: Vec<(String, String)>,
}

impl Written {
    /// Of most events nothing has to be read: they hold no sentence and no number that is long enough.
    fn of<'e>(payloads: impl Iterator<Item = &'e str>) -> Written {
        let mut written = Written::default();
        let is_written = |payload: &&str| {
            has_sentence(payload)
                || LABELS.iter().any(|label| payload.contains(label))
                || !numbers(payload).is_empty()
        };
        for payload in payloads.filter(is_written) {
            if let Ok(event) = serde_json::from_str::<Value>(payload) {
                written.read("", &event);
            }
        }
        written
    }

    fn read(&mut self, field: &str, value: &Value) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| self.read(name, value)),
            Value::Array(values) => values.iter().for_each(|value| self.read(field, value)),
            Value::String(text) if sentence(field).is_some() => {
                self.sentences.push((field.to_owned(), text.clone()));
                self.numbers.extend(numbers(text).into_iter().map(|number| (field.to_owned(), number)));
            }
            Value::String(text) => {
                if LABELS.contains(&field) {
                    self.labels.push((field.to_owned(), text.clone()));
                }
                self.numbers.extend(numbers(text).into_iter().map(|number| (field.to_owned(), number)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// The field's name, where it is one that sentences are written in.
fn sentence(field: &str) -> Option<&'static str> {
    SENTENCES.into_iter().map(|(name, _)| name).find(|name| *name == field)
}

fn has_sentence(payload: &str) -> bool {
    SENTENCES.iter().any(|(_, written)| payload.contains(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_the_numbers_of_other_texts_are_told_apart() {
        let written = |payload: &str| Written::of([payload].into_iter());
        let pair = |field: &str, text: &str| vec![(field.to_owned(), text.to_owned())];
        let cancelled = written(r#"{"PaymentCancelled":{"reason":"卡号9901140000000000019"}}"#);
        assert_eq!(cancelled.sentences, pair("reason", "卡号9901140000000000019"));
        assert_eq!(cancelled.numbers, pair("reason", "9901140000000000019"));
        let settled = written(r#"{"PaymentSettled":{"bank_reference":"20230720000000017","amount":5}}"#);
        assert_eq!(settled.numbers, pair("bank_reference", "20230720000000017"));
        let slip = written(r#"{"RecoveryReceived":{"reference":"回单 9901140000000000019 号"}}"#);
        assert_eq!(slip.numbers, pair("reference", "9901140000000000019"));
        let neither = written(r#"{"PaymentReturned":{"returned_on":"2023-07-20"}}"#);
        assert_eq!(neither, Written::default());
    }
}
