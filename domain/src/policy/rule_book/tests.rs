use rstest::rstest;

use super::*;

fn value(parameter: Parameter, month: &str, known_at: Option<&str>) -> Option<i64> {
    let known_at = known_at.map(|day| day.parse().unwrap());
    RuleBook::published().row(parameter, month.parse().unwrap(), known_at).map(|row| row.value)
}

#[test]
fn the_published_files_are_a_rule_book() {
    let book = RuleBook::from_toml(PUBLISHED).unwrap();
    assert!(book.version().starts_with("2023-10-24-"), "{}", book.version());
    assert_eq!(book.version(), RuleBook::published().version());
}

#[rstest]
#[case("2014-12", None, None)]
#[case("2015-01", None, Some(71_000))]
#[case("2023-06", None, Some(132_000))]
#[case("2023-07", None, Some(139_500))]
#[case("2023-07", Some("2023-10-18"), Some(132_000))]
#[case("2023-07", Some("2023-10-19"), Some(139_500))]
#[case("2024-07", Some("2023-10-18"), Some(145_000))]
#[case("2099-12", None, Some(145_000))]
fn a_standard_is_asked_by_month_and_knowledge(
    #[case] month: &str,
    #[case] known_at: Option<&str>,
    #[case] fen: Option<i64>,
) {
    assert_eq!(value(Parameter::SubsistenceStandard, month, known_at), fen);
}

const WHAT_IF: &str = r#"
[[parameter]]
key = "child_support"
zh = "困境儿童生活费标准"
en = "Child support"
unit = "yuan"
[[parameter.row]]
from = "2023-07"
value = "2700.00"
source = "试算"
status = "illustrative"
"#;

#[test]
fn a_what_if_replaces_one_parameter_and_changes_the_version() {
    let book = RuleBook::published().with_toml("what-if.toml", WHAT_IF).unwrap();
    let month = "2023-07".parse().unwrap();
    assert_eq!(book.row(Parameter::ChildSupport, month, None).unwrap().value, 270_000);
    assert_eq!(book.row(Parameter::SubsistenceStandard, month, None).unwrap().value, 139_500);
    assert_ne!(book.version(), RuleBook::published().version());
}

#[rstest]
#[case("\"child_support\"", "\"child\"", "what-if.toml: child: is no parameter")]
#[case(
    "\"2700.00\"",
    "\"2700\"",
    "what-if.toml: child_support: 2023-07: has a value that does not fit the unit"
)]
#[case("\"2023-07\"", "\"2023-7\"", "what-if.toml: child_support: 2023-7: is not a month such as 2023-07")]
#[case(
    "\"illustrative\"",
    "\"sure\"",
    "what-if.toml: child_support: 2023-07: has no status: sourced or illustrative"
)]
#[case("\"试算\"", "\"\"", "what-if.toml: child_support: 2023-07: has no source")]
#[case("\"yuan\"", "\"euro\"", "what-if.toml: child_support: euro: is no unit: yuan, percent or months")]
fn a_fault_is_located(#[case] good: &str, #[case] bad: &str, #[case] message: &str) {
    let error = RuleBook::published().with_toml("what-if.toml", &WHAT_IF.replace(good, bad)).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let error =
        RuleBook::published().with_toml("x.toml", "[[parameter]]\nkey = \"a\"\nvalue = 1").unwrap_err();
    assert!(error.to_string().contains("line"), "{error}");
}
