//! The published cases of the contract, compared as the contract says: id, programs, decisions, months and balance
//! exactly; the expected reasons among those given, and none where every month is payable.
#![allow(clippy::unwrap_used)]

use domain::calendar::WorkingDays;
use domain::policy::{RuleBook, assess, contract};
use serde_json::{Map, Value};

const CASES: &str = include_str!("cases/public.jsonl");
const DEADLINES: &str = include_str!("cases/deadlines.jsonl");

#[test]
fn every_published_case_agrees() {
    let differences: Vec<String> = cases(CASES).filter_map(|case| difference(&case)).collect();
    assert!(differences.is_empty(), "{differences:#?}");
    assert_eq!(cases(CASES).count(), 76);
}

#[test]
fn every_published_deadline_agrees() {
    for case in cases(DEADLINES) {
        let notice = contract::parse_deadline(payload(&case).as_bytes()).unwrap();
        let day =
            WorkingDays::published().earliest_decision_on(notice.posted_on, notice.notice_days).unwrap();
        let found: Value = serde_json::from_str(&contract::deadline_line(&notice.id, day)).unwrap();
        assert_eq!(found["earliest_decision_on"], case["expect"]["earliest_decision_on"], "{case}");
    }
    assert_eq!(cases(DEADLINES).count(), 20);
}

#[test]
fn every_published_question_is_written_as_it_was_read() {
    for case in cases(CASES).filter(|case| case.get("expect").is_some()) {
        let question = contract::parse(payload(&case).as_bytes()).unwrap();
        let line = contract::write(&question);
        assert_eq!(contract::parse(line.as_bytes()), Ok(question), "{line}");
    }
}

fn cases(text: &'static str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

/// The line that a case sends: as it stands, or without the keys that only say what to expect.
fn payload(case: &Value) -> String {
    if let Some(raw) = case["raw"].as_str() {
        return raw.to_owned();
    }
    let sent = |key: &str| !key.starts_with("expect") && key != "certainty";
    let sent: Map<String, Value> =
        case.as_object().unwrap().clone().into_iter().filter(|(key, _)| sent(key)).collect();
    Value::Object(sent).to_string()
}

fn answer(line: &str) -> Value {
    let answered = match contract::parse(line.as_bytes()) {
        Ok(question) => {
            contract::answer_line(&question.id, &assess(&question, RuleBook::published()).unwrap())
        }
        Err(error) => contract::error_line(&error),
    };
    serde_json::from_str(&answered).unwrap()
}

fn difference(case: &Value) -> Option<String> {
    let found = answer(&payload(case));
    let agrees = if case["expect_error"] == true {
        let text = |value: &Value| value.is_string();
        let located = text(&found["error"]["field"]) && text(&found["error"]["message"]);
        let id = case.get("expect_id").is_none_or(|id| *id == found["id"]);
        located && id && found.get("results").is_none()
    } else {
        let expected = &case["expect"];
        found["id"] == case["id"]
            && found.get("balance") == expected.get("balance")
            && programs_agree(&expected["results"], &found["results"])
    };
    (!agrees).then(|| format!("{}: {found}", case["id"]))
}

fn programs_agree(expected: &Value, found: &Value) -> bool {
    let (expected, Some(found)) = (expected.as_object().unwrap(), found.as_object()) else { return false };
    let agrees = |(program, expected): (&String, &Value)| {
        found.get(program).is_some_and(|found| {
            let all_payable = !found["months"].as_object().unwrap().values().any(|amount| amount == "0.00");
            let given = found["reasons"].as_array().unwrap();
            let expected_reasons = expected["reasons"].as_array().unwrap();
            found["decision"] == expected["decision"]
                && found["months"] == expected["months"]
                && expected_reasons.iter().all(|reason| given.contains(reason))
                && (!all_payable || given.is_empty())
        })
    };
    expected.len() == found.len() && expected.iter().all(agrees)
}
