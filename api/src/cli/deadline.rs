//! `ledger deadline`: public notices as JSON lines in, the earliest day of a decision out (docs/POLICY.md).

use std::io::{self, BufRead, Write};

use domain::calendar::WorkingDays;
use domain::policy::contract::{self, ContractError};

use super::lines::{self, LinesStatus};

/// Answers every question by the published working days.
///
/// # Errors
/// Those of `input` and `output`.
pub fn run(input: impl BufRead, output: impl Write) -> io::Result<LinesStatus> {
    let days = WorkingDays::published();
    lines::run(input, output, |line| answer(line, days).map_err(|error| contract::error_line(&error)))
}

fn answer(line: &[u8], days: &WorkingDays) -> Result<String, ContractError> {
    let notice = contract::parse_deadline(line)?;
    match days.earliest_decision_on(notice.posted_on, notice.notice_days) {
        Ok(day) => Ok(contract::deadline_line(&notice.id, day)),
        Err(error) => Err(ContractError {
            id: Some(notice.id),
            field: "posted_on".to_owned(),
            message: error.to_string(),
        }),
    }
}
