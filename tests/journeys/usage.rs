//! What the program says to a wrong command line, and what needs no ledger.

use std::io::Write;
use std::process::{Command, Stdio};

use tests::ledger_binary;

use tests::counter::Answer;

/// No ledger can be made here, so that a command that opens one fails.
const NOWHERE: &str = "/dev/null/nowhere";

fn ask(arguments: &[&str]) -> Answer {
    let mut command = Command::new(ledger_binary());
    Answer::of(command.args(arguments).env_remove("DATABASE_URL").output().unwrap())
}

#[test]
fn a_wrong_command_line_is_exit_code_two() {
    assert_eq!(ask(&["pay", "everyone"]).status, 2);
    assert_eq!(ask(&["run", "submit", "no-identifier"]).status, 2);
    let id = "00000000-0000-0000-0000-000000000001";
    assert_eq!(ask(&["replay"]).status, 2);
    assert_eq!(ask(&["replay", "--case", id, "--run", id]).status, 2);
    let answer = ask(&["import", "check", "people", "file.csv", "--json"]);
    assert_eq!((answer.status, answer.code()), (2, "wrong_usage"));
}

#[test]
fn who_acts_is_a_role_and_an_account() {
    for actor in ["wang.fang", "boss:wang.fang", "clerk:王芳", "system:ledger"] {
        let answer = ask(&["run", "list", "--as", actor]);
        assert_eq!(answer.status, 2, "{actor}");
        assert!(answer.remarks.contains("--as"), "{}", answer.remarks);
    }
}

#[test]
fn a_change_without_its_author_is_refused_before_any_ledger_is_opened() {
    let run = "00000000-0000-0000-0000-000000000001";
    let answer = ask(&["run", "submit", run, "--data", NOWHERE, "--json"]);
    assert_eq!((answer.status, answer.code()), (2, "actor_required"));
}

#[test]
fn a_ledger_that_cannot_be_opened_is_exit_code_three() {
    let answer = ask(&["check", "--data", NOWHERE, "--json"]);
    assert_eq!((answer.status, answer.code()), (3, "ledger_unreachable"));
}

#[test]
fn assessing_needs_no_ledger() {
    let mut command = Command::new(ledger_binary());
    command.args(["assess", "--data", NOWHERE]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"{\"id\":\"x\"}\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("error"));
}

#[test]
fn a_reader_that_goes_away_makes_no_panic() {
    let mut command = Command::new(ledger_binary());
    command.arg("assess").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    let _ = input.write_all(b"{}\n{}\n");
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!String::from_utf8(output.stderr).unwrap().contains("panicked"));
}
