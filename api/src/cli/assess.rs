//! `ledger assess`: questions as JSON lines in, amounts and reasons as JSON lines out (docs/POLICY.md).

use std::io::{self, BufRead, Write};

use domain::explain::Explain;
use domain::policy::contract::{self, ContractError};
use domain::policy::{RuleBook, assess};

use super::lines::{self, LinesStatus};

/// Answers every question by the published rule book.
///
/// # Errors
/// Those of `input` and `output`.
pub fn run(input: impl BufRead, output: impl Write) -> io::Result<LinesStatus> {
    let rules = RuleBook::published();
    lines::run(input, output, |line| answer(line, rules).map_err(|error| contract::error_line(&error)))
}

fn answer(line: &[u8], rules: &RuleBook) -> Result<String, ContractError> {
    let question = contract::parse(line)?;
    match assess(&question, rules) {
        Ok(outcome) => Ok(contract::answer_line(&question.id, &outcome)),
        Err(error) => Err(ContractError {
            id: Some(question.id),
            field: error.field().to_owned(),
            message: error.to_string(),
        }),
    }
}
