//! Personal values that a bundle opens: each with the key of that one value, which shows what was sealed and opens
//! nothing else. The event's bytes, and so its proof, stay as they are.

use domain::disclosure::OpenedFields;
use domain::identifiers::{BankAccount, CitizenId};
use domain::ids::PersonId;
use domain::personal::{
    Address, BirthDate, DonorName, Note, PersonName, PersonalField, RetentionClass, SealScope,
};
use domain::policy::{CareLevel, Circumstances, Determination, DisabilityCertificate};
use eventlog::event::StoredEvent;
use eventlog::keyring::{CLASSES, Keyring, ValueKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Every label that a value can be sealed under.
pub const LABELS: [&str; 11] = [
    PersonName::LABEL,
    CitizenId::LABEL,
    BirthDate::LABEL,
    Address::LABEL,
    BankAccount::LABEL,
    Note::LABEL,
    DisabilityCertificate::LABEL,
    CareLevel::LABEL,
    Circumstances::LABEL,
    Determination::LABEL,
    DonorName::LABEL,
];

/// A line of `opened.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedValue {
    /// The event.
    pub position: u64,
    /// Where in its payload, as a JSON pointer.
    pub path: String,
    /// Whose value it is.
    pub person: PersonId,
    /// What kind of value.
    pub label: String,
    /// Which of the person's keys sealed it.
    pub class: RetentionClass,
    /// What was sealed.
    pub value: Value,
    /// The key of this one sealed value: 32 bytes in base64.
    pub key: String,
}

/// Which values are to be opened: of whom, and which kinds; all kinds when none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToOpen {
    /// Of whom.
    pub person: PersonId,
    /// Labels.
    pub labels: Vec<&'static str>,
}

impl ToOpen {
    /// Reads `PERSON` or `PERSON:label,label`.
    ///
    /// # Errors
    /// What is wrong, in both languages.
    pub fn parse(text: &str) -> Result<ToOpen, String> {
        let (person, labels) = text.split_once(':').unwrap_or((text, ""));
        let person = person.parse().map_err(|_| "人员编号有误 · not a person's id".to_owned())?;
        let known = |label: &str| LABELS.into_iter().find(|known| *known == label);
        let read = |label: &str| {
            known(label).ok_or_else(|| {
                format!(
                    "没有这种字段 · there is no such field: {label}; the fields are {}",
                    LABELS.join(", ")
                )
            })
        };
        let labels =
            labels.split(',').filter(|label| !label.is_empty()).map(read).collect::<Result<_, _>>()?;
        Ok(ToOpen { person, labels })
    }

    /// What the record of the disclosure says.
    pub fn fields(&self) -> OpenedFields {
        let labels = if self.labels.is_empty() { &LABELS[..] } else { &self.labels };
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        OpenedFields { person_id: self.person, labels }
    }

    fn scopes(&self) -> impl Iterator<Item = SealScope> {
        let asked = |label: &&'static str| self.labels.is_empty() || self.labels.contains(label);
        let places = LABELS.into_iter().filter(asked).flat_map(|label| CLASSES.map(|class| (label, class)));
        places.map(|(label, class)| SealScope { person: self.person, class, label })
    }
}

/// The values of an event that are asked for. Keys of the persons must have been loaded; erased values do not open.
pub fn open(keyring: &Keyring, asked: &[ToOpen], event: &StoredEvent) -> Vec<OpenedValue> {
    let Ok(payload) = serde_json::from_str::<Value>(&event.payload) else { return Vec::new() };
    let mut opened = Vec::new();
    for (path, text) in texts(&payload) {
        let found = asked.iter().flat_map(ToOpen::scopes).find_map(|scope| {
            let key = keyring.value_key(scope, text)?;
            let value = serde_json::from_slice(&key.open_text(scope, text)?).ok()?;
            Some((scope, key, value))
        });
        let Some((SealScope { person, class, label }, key, value)) = found else { continue };
        let (position, label, key) = (event.position, label.to_owned(), key.disclose().to_string());
        opened.push(OpenedValue { position, path, person, label, class, value, key });
    }
    opened
}

impl OpenedValue {
    /// The line in its one spelling, with its end.
    ///
    /// # Errors
    /// None that a value which was read or opened can have.
    pub fn to_line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self).map(|line| line + "\n")
    }

    /// Whether the value is what the event's payload has sealed at the path.
    pub fn is_what_was_sealed(&self, payload: &str) -> bool {
        let Some(label) = LABELS.into_iter().find(|label| *label == self.label) else { return false };
        let scope = SealScope { person: self.person, class: self.class, label };
        let payload: Option<Value> = serde_json::from_str(payload).ok();
        let sealed = payload.as_ref().and_then(|payload| payload.pointer(&self.path)).and_then(Value::as_str);
        let opened =
            sealed.zip(ValueKey::parse(&self.key)).and_then(|(sealed, key)| key.open_text(scope, sealed));
        let value = opened.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        value.as_ref() == Some(&self.value)
    }
}

/// Every sealed text of a payload, with its JSON pointer.
fn texts(payload: &Value) -> Vec<(String, &str)> {
    let (mut found, mut open) = (Vec::new(), vec![(String::new(), payload)]);
    while let Some((path, value)) = open.pop() {
        match value {
            Value::String(text) if text.starts_with("s1.") => found.push((path, &**text)),
            Value::Array(values) => {
                open.extend(
                    values.iter().enumerate().map(|(place, value)| (format!("{path}/{place}"), value)),
                );
            }
            Value::Object(values) => open.extend(values.iter().map(|(name, value)| {
                (format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), value)
            })),
            _ => {}
        }
    }
    found.sort();
    found
}
