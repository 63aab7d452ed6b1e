//! `docs/PAYMENTS.md` lists every exception, warning and reason that the desk knows, in the desk's own words.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::path::Path;

use domain::benefit_case::HoldReason;
use domain::payment_run::{RunException, RunWarning};

const PAGE: &str = "../docs/PAYMENTS.md";

/// The page with the table between a mark and the next end.
fn with_table(page: &str, mark: &str, rows: &str) -> String {
    let mark = format!("<!-- {mark} -->\n");
    let start = page.find(&mark).unwrap() + mark.len();
    let end = start + page[start..].find("<!-- end -->").unwrap();
    format!("{}{HEAD}{rows}{}", &page[..start], &page[end..])
}

const HEAD: &str = "| Code | 原因与处理 | What is wrong and what to do | Command |\n|---|---|---|---|\n";

fn row(code: &str, [zh, en, command]: [&str; 3]) -> String {
    format!("| `{code}` | {zh} | {en} | `{command}` |\n")
}

/// `UPDATE_DOCS=1` writes the tables again.
#[test]
fn the_page_of_the_desk_lists_every_exception_and_warning() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = fs::read_to_string(&path).unwrap();
    let exceptions: String =
        RunException::ALL.iter().map(|one| row(one.code(), [one.zh(), one.en(), one.command()])).collect();
    let warnings: String =
        RunWarning::ALL.iter().map(|one| row(one.code(), [one.zh(), one.en(), one.command()])).collect();
    let expected = with_table(&with_table(&page, "exceptions", &exceptions), "warnings", &warnings);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap();
    assert!(page == expected, "docs/PAYMENTS.md differs from the code; UPDATE_DOCS=1 writes it again");
    for reason in HoldReason::ALL {
        let cell = format!("| `{}` | {}", reason.code(), reason.zh());
        assert!(page.contains(&cell), "{cell} is missing");
    }
}

#[test]
fn every_exception_and_warning_reads_back_from_its_code() {
    for exception in RunException::ALL {
        assert_eq!(exception.code().parse(), Ok(*exception));
        assert_eq!(serde_json::to_value(exception).unwrap(), exception.code());
    }
    for warning in RunWarning::ALL {
        assert_eq!(warning.code().parse(), Ok(*warning));
        assert_eq!(serde_json::to_value(warning).unwrap(), warning.code());
    }
}
