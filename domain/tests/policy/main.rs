//! The rules as aligned tables: what is asked on the left, what is due on the right.
#![allow(clippy::unwrap_used)]

mod ages;
mod amounts;
mod exclusions;
mod household;
mod lines;
mod properties;
mod steps;
mod time;

use domain::policy::{RuleBook, assess, contract};

/// What `program` gives for each of `months` (parted by blanks), such as `100.00` or `0.00 deceased moved_out`.
/// `facts` is the rest of a contract line.
fn due(program: &str, months: &str, facts: &str) -> String {
    let months: Vec<String> = months.split(' ').map(|month| format!("\"{month}\"")).collect();
    let line =
        format!("{{\"id\":\"x\",\"programs\":[\"{program}\"],\"months\":[{}],{facts}}}", months.join(","));
    let question = contract::parse(line.as_bytes()).unwrap();
    let outcome = assess(&question, RuleBook::published()).unwrap();
    let month = |month: &domain::policy::MonthOutcome| {
        let reasons: Vec<&str> = month.reasons.iter().map(|reason| reason.code()).collect();
        format!("{} {}", month.amount, reasons.join(" ")).trim_end().to_owned()
    };
    outcome.results[0].months.iter().map(month).collect::<Vec<_>>().join(", ")
}

/// The error of a line, as `id field`.
fn fault(line: &[u8]) -> String {
    let error = contract::parse(line).unwrap_err();
    format!("{} {}", error.id.as_deref().unwrap_or("null"), error.field)
}
