//! Lines that are not questions: where the fault is, and whose line it is.

use domain::policy::contract;
use rstest::rstest;

use super::fault;

/// A line for the advanced age allowance with one part replaced or added.
fn line(part: &str) -> String {
    let base = [
        ("id", r#""id":"L""#),
        ("programs", r#""programs":["advanced_age_allowance"]"#),
        ("months", r#""months":["2023-10"]"#),
        ("applicant", r#""applicant":{"birth_date":"1940-01-01"}"#),
    ];
    let replaced = |key: &str| part.starts_with(&format!("\"{key}\":"));
    let kept = base.iter().filter(|(key, _)| !replaced(key)).map(|(_, text)| *text);
    let parts: Vec<&str> = kept.chain((!part.is_empty()).then_some(part)).collect();
    format!("{{{}}}", parts.join(","))
}

#[rstest]
#[case(r#""id":7"#, "null id")]
#[case(r#""id":"""#, "null id")]
#[case(r#""id":null"#, "null id")]
#[case(r#""id":"\ud800""#, "null id")]
#[case(r#""note":7"#, "L note")]
#[case(r#""note":"\udc00""#, "L note")]
#[case(r#""basis":"D""#, "L basis")]
#[case(r#""extra":1"#, "L extra")]
#[case(r#""extra":null"#, "L extra")]
#[case(r#""programs":[]"#, "L programs")]
#[case(r#""programs":null"#, "L programs")]
#[case(r#""programs":"advanced_age_allowance""#, "L programs")]
#[case(r#""programs":["advanced_age_allowance","bonus"]"#, "L programs.1")]
#[case(r#""programs":[null]"#, "L programs.0")]
#[case(r#""months":[]"#, "L months")]
#[case(r#""months":["2023-13"]"#, "L months.0")]
#[case(r#""months":["2012-12"]"#, "L months.0")]
#[case(r#""months":["2100-01"]"#, "L months.0")]
#[case(r#""months":[202310]"#, "L months.0")]
#[case(r#""known_at":"2023-10""#, "L known_at")]
#[case(r#""options":[]"#, "L options")]
#[case(r#""options":{"uplift":35}"#, "L options.uplift")]
#[case(r#""options":{"uplift":"40"}"#, "L options.uplift")]
#[case(r#""options":{"child_top_up":true}"#, "L options.child_top_up")]
#[case(r#""options":{"params":{"child_support":2650}}"#, "L options.params.child_support")]
#[case(r#""options":{"params":{"child_support":"-1.00"}}"#, "L options.params.child_support")]
#[case(r#""options":{"params":{"wage":"1.00"}}"#, "L options.params.wage")]
#[case(r#""applicant":{}"#, "L applicant.birth_date")]
#[case(r#""applicant":{"birth_date":null}"#, "L applicant.birth_date")]
#[case(r#""applicant":{"birth_date":"1940-02-30"}"#, "L applicant.birth_date")]
#[case(r#""applicant":{"birth_date":"1899-12-31"}"#, "L applicant.birth_date")]
#[case(r#""applicant":{"birth_date":"1940-01-01","died_on":"1939-12-31"}"#, "L applicant.died_on")]
#[case(r#""applicant":{"birth_date":"1940-01-01","hukou":"Local"}"#, "L applicant.hukou")]
#[case(r#""applicant":{"birth_date":"1940-01-01","employed":"true"}"#, "L applicant.employed")]
#[case(r#""applicant":{"birth_date":"1940-01-01","own_income":"1.0"}"#, "L applicant.own_income")]
#[case(r#""applicant":{"birth_date":"1940-01-01","disabilities":{}}"#, "L applicant.disabilities")]
#[case(
    r#""applicant":{"birth_date":"1940-01-01","disabilities":[{"kind":"limb"}]}"#,
    "L applicant.disabilities.0.grade"
)]
#[case(
    r#""applicant":{"birth_date":"1940-01-01","disabilities":[{"kind":"limb","grade":5}]}"#,
    "L applicant.disabilities.0.grade"
)]
#[case(
    r#""applicant":{"birth_date":"1940-01-01","disabilities":[{"kind":"limb","grade":1.0}]}"#,
    "L applicant.disabilities.0.grade"
)]
#[case(
    r#""applicant":{"birth_date":"1940-01-01","disabilities":[{"kind":"limb","grade":"1"}]}"#,
    "L applicant.disabilities.0.grade"
)]
#[case(
    r#""applicant":{"birth_date":"1940-01-01","disabilities":[{"kind":"limb","grade":true}]}"#,
    "L applicant.disabilities.0.grade"
)]
#[case(r#""applicant":{"birth_date":"1940-01-01","hardship":[{"kind":"subsistence","since":"2023-02-01","until":"2023-01-31"}]}"#, "L applicant.hardship.0.until")]
#[case(
    r#""applicant":{"birth_date":"1940-01-01","care_level":[{"level":"mild","until":"2023-01-31"}]}"#,
    "L applicant.care_level.0.until"
)]
#[case(
    r#""applicant":{"birth_date":"1940-01-01","other_benefits":[{"kind":"duty_injury_allowance"}]}"#,
    "L applicant.other_benefits.0.amount"
)]
#[case(r#""applicant":{"birth_date":"1940-01-01","special_family":{"child":"disabled","wife_birth_date":"1960-01-01"}}"#, "L applicant.special_family.child_grade")]
#[case(
    r#""applicant":{"birth_date":"1940-01-01","special_family":{"child":"deceased"}}"#,
    "L applicant.special_family.wife_birth_date"
)]
#[case(r#""household":{}"#, "L household.members")]
#[case(r#""household":{"members":[]}"#, "L household.members")]
#[case(r#""household":{"members":[{"relation":"spouse"}]}"#, "L household.members")]
#[case(r#""household":{"members":[{}]}"#, "L household.members.0.relation")]
#[case(
    r#""household":{"members":[{"relation":"self"}],"property":{"homes":-1}}"#,
    "L household.property.homes"
)]
#[case(
    r#""household":{"members":[{"relation":"self"}],"property":{"homes":1e1}}"#,
    "L household.property.homes"
)]
#[case(
    r#""household":{"members":[{"relation":"self"}],"property":{"total_area":48}}"#,
    "L household.property.total_area"
)]
#[case(
    r#""household":{"members":[{"relation":"self"}],"property":{"total_area":"48.123"}}"#,
    "L household.property.total_area"
)]
#[case(
    r#""household":{"members":[{"relation":"self"}],"monthly_income":[{"kind":"ordinary"}]}"#,
    "L household.monthly_income.0.amount"
)]
#[case(r#""household":{"members":[{"relation":"self"}],"supporter_age":"60"}"#, "L household.supporter_age")]
#[case(r#""enrollment":{"suspended":[{"since":"2023-01-01"}]}"#, "L enrollment.suspended.0.reason")]
#[case(r#""enrollment":{"suspended":[{"reason":"unreachable"}]}"#, "L enrollment.suspended.0.since")]
#[case(
    r#""enrollment":{"suspended":[{"since":"2023-02-01","until":"2023-01-31","reason":"unreachable"}]}"#,
    "L enrollment.suspended.0.until"
)]
#[case(r#""enrollment":{"exit":{"first_month":"2023-01"}}"#, "L enrollment.exit.previous_amount")]
#[case(r#""request":{"temporary_assistance":{"persons":1,"tier":1}}"#, "L request.temporary_assistance.on")]
#[case(
    r#""request":{"temporary_assistance":{"on":"2023-10-01","tier":1}}"#,
    "L request.temporary_assistance.persons"
)]
#[case(
    r#""request":{"temporary_assistance":{"on":"2023-10-01","persons":21,"tier":1}}"#,
    "L request.temporary_assistance.persons"
)]
#[case(
    r#""request":{"temporary_assistance":{"on":"2023-10-01","persons":1,"tier":4}}"#,
    "L request.temporary_assistance.tier"
)]
#[case(
    r#""request":{"temporary_assistance":{"on":"2023-10-01","mode":"small_quick"}}"#,
    "L request.temporary_assistance.amount"
)]
#[case(r#""request":{"meals":[{"date":"2023-10-01"}]}"#, "L request.meals.0.spend")]
#[case(
    r#""request":{"care_bills":[{"month":"2023-10","kind":"hotel","amount":"1.00"}]}"#,
    "L request.care_bills.0.kind"
)]
#[case(r#""paid":{"special_family_support":{}}"#, "L paid.special_family_support")]
#[case(r#""paid":{"bonus":{}}"#, "L paid.bonus")]
#[case(r#""paid":{"advanced_age_allowance":{"2023-11":"1.00"}}"#, "L paid.advanced_age_allowance.2023-11")]
#[case(r#""paid":{"advanced_age_allowance":{"2023-10":"-1.00"}}"#, "L paid.advanced_age_allowance.2023-10")]
#[case(
    r#""paid":{"advanced_age_allowance":{"2023-10":"1.00","2023-10":"1.00"}}"#,
    "L paid.advanced_age_allowance.2023-10"
)]
#[case(
    r#""paid":{"advanced_age_allowance":{},"advanced_age_allowance":{}}"#,
    "L paid.advanced_age_allowance"
)]
#[case(r#""note":"a","note":"a""#, "L note")]
#[case(r#""applicant":{"birth_date":"1940-01-01","birth_date":"1940-01-01"}"#, "L applicant.birth_date")]
#[case(r#""applicant":{"birth_date":"1940-01-01","\u0062irth_date":"1940-01-01"}"#, "L applicant.birth_date")]
#[case(r#""options":{"stop":null,"stop":null}"#, "L options.stop")]
fn a_fault_has_a_place(#[case] part: &str, #[case] expected: &str) {
    assert_eq!(fault(line(part).as_bytes()), expected);
}

#[rstest]
#[case(r#""programs":["subsistence_allowance"],"applicant":{}"#, "household")]
#[case(r#""programs":["low_income_recognition"],"applicant":{}"#, "household")]
#[case(r#""programs":["extremely_poor_support"],"applicant":{"birth_date":"1940-01-01"}"#, "household")]
#[case(
    r#""programs":["special_family_support"],"applicant":{},"options":{"single_person":"on"}"#,
    "applicant.birth_date"
)]
#[case(r#""programs":["children_in_difficulty"],"applicant":{}"#, "applicant.birth_date")]
#[case(r#""programs":["elderly_service_subsidy"],"applicant":{}"#, "applicant.birth_date")]
#[case(r#""programs":["elderly_care_subsidy"],"applicant":{}"#, "applicant.birth_date")]
#[case(r#""programs":["disability_living_subsidy"],"applicant":{}"#, "applicant.birth_date")]
#[case(r#""programs":["elderly_care_voucher"],"applicant":{}"#, "applicant.birth_date")]
fn a_program_needs_its_facts(#[case] parts: &str, #[case] field: &str) {
    let line = format!(r#"{{"id":"L","months":["2023-10"],{parts}}}"#);
    assert_eq!(fault(line.as_bytes()), format!("L {field}"));
}

#[rstest]
#[case::nothing(b"{", "null ")]
#[case::a_list(b"[]", "null ")]
#[case::text(b"\"x\"", "null ")]
#[case::byte_order_mark(b"\xef\xbb\xbf{\"id\":\"L\"}", "null ")]
#[case::not_utf8(b"{\"id\":\"L\",\"note\":\"\xff\"}", "null ")]
#[case::two_objects(b"{\"id\":\"L\"}{\"id\":\"M\"}", "null ")]
#[case::empty_object(b"{}", "null id")]
#[case::two_ids(b"{\"id\":\"L\",\"id\":\"M\"}", "null id")]
fn a_line_that_is_no_object(#[case] line: &[u8], #[case] expected: &str) {
    assert_eq!(fault(line), expected);
}

#[test]
fn a_line_is_long_at_most() {
    let padded = |length: usize| format!("{}{}", line(""), " ".repeat(length - line("").len()));
    assert!(contract::parse(padded(262_144).as_bytes()).is_ok());
    assert_eq!(fault(padded(262_145).as_bytes()), "L ");
    assert_eq!(fault(&[b'x'; 262_145]), "null ");
}

#[test]
fn lengths_are_counted_in_characters() {
    let note = |count: usize| line(&format!("\"note\":\"{}\"", "低".repeat(count)));
    assert!(contract::parse(note(2000).as_bytes()).is_ok());
    assert_eq!(fault(note(2001).as_bytes()), "L note");
    let id = |count: usize| line(&format!("\"id\":\"{}\"", "低".repeat(count)));
    assert!(contract::parse(id(64).as_bytes()).is_ok());
    assert_eq!(fault(id(65).as_bytes()), "null id");
}

#[test]
fn months_are_counted_once() {
    let months = |count: i32| {
        let first = domain::calendar::BenefitMonth::try_new(2013, 1).unwrap();
        let months: Vec<String> = (0..count).map(|index| format!("\"{}\"", first.plus(index))).collect();
        months.join(",")
    };
    let asked = |months: String| line(&format!("\"months\":[{months}]"));
    assert!(contract::parse(asked(months(120)).as_bytes()).is_ok());
    assert!(contract::parse(asked(format!("{},\"2013-01\"", months(120))).as_bytes()).is_ok());
    assert_eq!(fault(asked(months(121)).as_bytes()), "L months");
}

#[test]
fn depth_is_a_fault_of_its_field_alone() {
    let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(fault(line(&format!("\"applicant\":{deep}")).as_bytes()), "L applicant");
    assert_eq!(fault(line(&format!("\"months\":[\"2023-10\",{deep}]")).as_bytes()), "L months.1");
}

#[test]
fn null_is_absent() {
    let everything = r#""note":null,"basis":null,"known_at":null,"options":{"stop":null,"params":null},"household":null,
        "enrollment":{"applied_on":null,"suspended":null,"exit":null},"request":null,"paid":null"#;
    let plain = contract::parse(line("").as_bytes()).unwrap();
    assert_eq!(contract::parse(line(everything).as_bytes()), Ok(plain));
}

#[rstest]
#[case(r#"{"id":"d","posted_on":"2023-10-13"}"#, "d notice_days")]
#[case(r#"{"id":"d","posted_on":"2023-10-13","notice_days":-1}"#, "d notice_days")]
#[case(r#"{"id":"d","posted_on":"2023-10-13","notice_days":"7"}"#, "d notice_days")]
#[case(r#"{"id":"d","posted_on":"2023-10-32","notice_days":7}"#, "d posted_on")]
#[case(r#"{"id":"d","posted_on":"2023-10-13","notice_days":7,"x":1}"#, "d x")]
#[case(r#"[]"#, "null ")]
fn a_deadline_has_faults_too(#[case] line: &str, #[case] expected: &str) {
    let error = contract::parse_deadline(line.as_bytes()).unwrap_err();
    assert_eq!(format!("{} {}", error.id.as_deref().unwrap_or("null"), error.field), expected);
}
