//! Writing answers and errors.

use std::fmt::Write;

use super::ContractError;
use super::write::quoted;
use crate::policy::{Outcome, ProgramOutcome};

/// The answer to the question `id`, without a line feed.
pub fn answer_line(id: &str, outcome: &Outcome) -> String {
    let mut line = String::with_capacity(256);
    line.push_str("{\"id\":");
    quoted(&mut line, id);
    line.push_str(",\"results\":{");
    for (index, result) in outcome.results.iter().enumerate() {
        comma(&mut line, index);
        program(&mut line, result);
    }
    line.push('}');
    if let Some(balance) = &outcome.balance {
        line.push_str(",\"balance\":{");
        for (index, (program, amount)) in balance.iter().enumerate() {
            comma(&mut line, index);
            let _ = write!(line, "\"{program}\":\"{amount}\"");
        }
        line.push('}');
    }
    line.push('}');
    line
}

/// The line for a question that has no answer, without a line feed.
pub fn error_line(error: &ContractError) -> String {
    let mut line = String::from("{\"id\":");
    match &error.id {
        Some(id) => quoted(&mut line, id),
        None => line.push_str("null"),
    }
    line.push_str(",\"error\":{\"field\":");
    quoted(&mut line, &error.field);
    line.push_str(",\"message\":");
    quoted(&mut line, &error.message);
    line.push_str("}}");
    line
}

fn program(line: &mut String, result: &ProgramOutcome) {
    let _ =
        write!(line, "\"{}\":{{\"decision\":\"{}\",\"reasons\":[", result.program, result.decision.code());
    for (index, reason) in result.reasons.iter().enumerate() {
        comma(line, index);
        let _ = write!(line, "\"{}\"", reason.code());
    }
    line.push_str("],\"months\":{");
    for (index, month) in result.months.iter().enumerate() {
        comma(line, index);
        let _ = write!(line, "\"{}\":\"{}\"", month.month, month.amount);
    }
    line.push_str("}}");
}

fn comma(line: &mut String, index: usize) {
    if index > 0 {
        line.push(',');
    }
}
