//! The written form of questions and answers: one JSON line each (docs/POLICY.md).
//!
//! Reading is strict: an unknown or repeated key, an unknown word, a wrong type or a day that does not exist is a
//! fault with its place, never a guess. [`write`] gives back a line that [`parse`] reads to the same question.

mod answer;
mod applicant;
mod deadline;
mod fields;
mod household;
mod json;
mod options;
mod question;
mod write;

pub use answer::{answer_line, error_line};
pub use deadline::{Deadline, deadline_line, parse_deadline};
pub use question::parse;
pub use write::write;

use fields::Fault;
use json::Json;

/// The most bytes a line may have, without its line feed.
pub const LINE_BYTES_MAX: usize = 262_144;

/// Why a line has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct ContractError {
    /// The line's id; `None` when the line is not a JSON object with a valid one.
    pub id: Option<String>,
    /// The dotted path of the field at fault; empty when it is the whole line.
    pub field: String,
    /// What is wrong. Holds no value of the line.
    pub message: String,
}

impl ContractError {
    /// An error of the whole line.
    pub fn whole(id: Option<String>, message: &str) -> ContractError {
        ContractError { id, field: String::new(), message: message.to_owned() }
    }
}

/// Reads a line as JSON and then by `read`, and adds the line's id to a fault.
fn read_line<T>(line: &[u8], read: impl Fn(&Json) -> fields::Read<T>) -> Result<T, ContractError> {
    let Ok(json) = json::read(line) else {
        let oversize = line.len() > LINE_BYTES_MAX;
        return Err(ContractError::whole(None, if oversize { TOO_LONG } else { "is not JSON" }));
    };
    if line.len() > LINE_BYTES_MAX {
        return Err(ContractError::whole(id_of(&json), TOO_LONG));
    }
    read(&json).map_err(|fault: Fault| {
        let (field, message) = fault.into_parts();
        ContractError { id: id_of(&json), field, message }
    })
}

const TOO_LONG: &str = "is longer than 262144 bytes";

/// The id of a line that may be at fault elsewhere: the only one, and a valid one.
fn id_of(json: &Json) -> Option<String> {
    let Json::Object(entries) = json else { return None };
    let mut ids = entries.iter().filter(|(key, _)| matches!(key, Json::Text(key) if key == "id"));
    match (ids.next(), ids.next()) {
        (Some((_, value)), None) => id(value).ok(),
        _ => None,
    }
}

/// An id: 1 to 64 characters.
fn id(json: &Json) -> fields::Read<String> {
    let text = fields::text(json)?;
    if (1..=64).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(Fault::new("is not 1 to 64 characters"))
    }
}
