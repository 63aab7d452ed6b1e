//! The question when a decision is possible after a public notice (公示).

use chrono::NaiveDate;

use super::fields::{self, Fields, Read};
use super::json::Json;
use super::write::quoted;
use super::{ContractError, id, read_line};

/// A notice: when it was posted, and for how many days it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Echoed; 1 to 64 characters.
    pub id: String,
    /// The day of posting, which is not counted.
    pub posted_on: NaiveDate,
    /// Calendar days of the notice.
    pub notice_days: u32,
}

/// Reads one line of the contract.
///
/// # Errors
/// [`ContractError`], with the id and the field as far as they are known.
pub fn parse_deadline(line: &[u8]) -> Result<Deadline, ContractError> {
    read_line(line, deadline)
}

fn deadline(json: &Json) -> Read<Deadline> {
    let fields = Fields::open(json, &["id", "posted_on", "notice_days"])?;
    Ok(Deadline {
        id: fields.required("id", id)?,
        posted_on: fields.required("posted_on", fields::date)?,
        notice_days: fields.required("notice_days", notice_days)?,
    })
}

/// A year at most: no notice stands longer, and the calendar of later years is not published.
fn notice_days(json: &Json) -> Read<u32> {
    fields::integer(json, 0, 366).map(|days| u32::try_from(days).unwrap_or_default())
}

/// The answer, without a line feed.
pub fn deadline_line(id: &str, earliest_decision_on: NaiveDate) -> String {
    let mut line = String::from("{\"id\":");
    quoted(&mut line, id);
    line.push_str(&format!(",\"earliest_decision_on\":\"{earliest_decision_on}\"}}"));
    line
}
