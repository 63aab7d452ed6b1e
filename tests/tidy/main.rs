//! The house rules, held by a test. Every check is shown to find a violation that was planted for it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod dependencies;
mod purity;
mod repository;
mod residue;
mod scan;
mod sizes;
mod sql;
mod words;

use repository::{Repository, TextFile};

/// A broken rule: where, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    path: String,
    line: usize,
    rule: String,
}

impl Violation {
    fn new(file: &TextFile, line: usize, rule: impl Into<String>) -> Violation {
        Violation { path: file.path.clone(), line, rule: rule.into() }
    }
}

fn assert_none(violations: Vec<Violation>) {
    let lines = violations.iter().map(|each| format!("{}:{}: {}", each.path, each.line, each.rule));
    let report: Vec<String> = lines.collect();
    assert!(report.is_empty(), "\n{}\n{} violations", report.join("\n"), report.len());
}

/// The violations that `check` finds in one file with the given path and content.
#[cfg(test)]
fn planted(check: impl Fn(&TextFile) -> Vec<Violation>, path: &str, text: &str) -> Vec<usize> {
    let file = TextFile { path: path.to_owned(), text: text.to_owned() };
    check(&file).into_iter().map(|violation| violation.line).collect()
}

#[test]
fn dependencies_point_one_way() {
    assert_none(Repository::read().manifests().flat_map(dependencies::check).collect());
}

#[test]
fn functions_and_files_are_short() {
    assert_none(Repository::read().rust().flat_map(sizes::check).collect());
}

#[test]
fn the_domain_reads_no_clock_and_does_no_input_or_output() {
    assert_none(Repository::read().rust().flat_map(purity::check).collect());
}

#[test]
fn sql_stands_in_files_of_its_own() {
    assert_none(Repository::read().rust().flat_map(sql::check_rust).collect());
}

#[test]
fn sql_files_hold_one_statement_in_lower_case() {
    assert_none(Repository::read().sql().flat_map(sql::check_file).collect());
}

#[test]
fn names_are_those_of_the_glossary() {
    let repository = Repository::read();
    assert_none(repository.rust().chain(repository.sql()).flat_map(words::check).collect());
}

#[test]
fn core_terms_are_defined_exactly_once() {
    let repository = Repository::read();
    assert_eq!(words::undefined(repository.rust()), Vec::<String>::new());
}

#[test]
fn nothing_is_left_over_from_making_it() {
    assert_none(Repository::read().files().flat_map(residue::check).collect());
}
