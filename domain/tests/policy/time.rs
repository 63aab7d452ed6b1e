//! Time: death and move, start, suspension, facts between two days, programs not yet in force.

use rstest::rstest;

use super::due;

const AGE: &str = "advanced_age_allowance";

#[rstest]
#[case::died_on_the_first(r#""died_on":"2023-10-01""#, "", "2023-10 2023-11", "100.00, 0.00 deceased")]
#[case::event_month(
    r#""died_on":"2023-10-31""#,
    r#""stop":"event_month""#,
    "2023-09 2023-10",
    "100.00, 0.00 deceased"
)]
#[case::moved(r#""left_region_on":"2023-10-31""#, "", "2023-10 2023-11", "100.00, 0.00 moved_out")]
#[case::moved_then_died(
    r#""left_region_on":"2023-09-30","died_on":"2023-10-05""#,
    "",
    "2023-09 2023-10 2023-11",
    "100.00, 0.00 moved_out, 0.00 deceased moved_out"
)]
fn an_end(#[case] person: &str, #[case] options: &str, #[case] months: &str, #[case] expected: &str) {
    let facts = format!(r#""applicant":{{"birth_date":"1940-01-01",{person}}},"options":{{{options}}}"#);
    assert_eq!(due(AGE, months, &facts), expected);
}

#[rstest]
#[case::elderly(AGE, r#""applied_on":"2023-10-31""#, "0.00 before_application, 100.00, 100.00")]
#[case::elderly_ignores_the_decision(AGE, r#""decided_on":"2023-10-31""#, "100.00, 100.00, 100.00")]
#[case::child(
    "children_in_difficulty",
    r#""decided_on":"2023-10-01""#,
    "0.00 over_age before_start no_qualifying_condition, 0.00 over_age before_start no_qualifying_condition, 0.00 over_age no_qualifying_condition"
)]
#[case::others_ignore_both(
    "low_income_illness_subsidy",
    r#""applied_on":"2024-10-31","decided_on":"2024-01-01""#,
    "488.25, 488.25, 488.25"
)]
fn a_start(#[case] program: &str, #[case] enrollment: &str, #[case] expected: &str) {
    let facts = format!(
        r#""applicant":{{"birth_date":"1940-01-01","severe_illness":true,"hardship":[{{"kind":"low_income"}}]}},"enrollment":{{{enrollment}}}"#
    );
    assert_eq!(due(program, "2023-09 2023-10 2023-11", &facts), expected);
}

#[rstest]
#[case::open(
    r#"{"since":"2023-10-01","reason":"unreachable"}"#,
    "100.00, 0.00 suspended, 0.00 suspended, 0.00 suspended"
)]
#[case::restored_within_the_year(
    r#"{"since":"2023-10-01","until":"2023-12-31","reason":"unreachable"}"#,
    "100.00, 100.00, 100.00, 100.00"
)]
#[case::earlier_years_are_lost(
    r#"{"since":"2023-10-01","until":"2024-01-10","reason":"unreachable"}"#,
    "100.00, 0.00 suspended, 0.00 suspended, 100.00"
)]
#[case::two_years_later(
    r#"{"since":"2023-10-01","until":"2025-01-10","reason":"unreachable"}"#,
    "100.00, 0.00 suspended, 0.00 suspended, 0.00 suspended"
)]
#[case::two_suspensions(r#"{"since":"2023-10-01","until":"2023-11-10","reason":"unreachable"},{"since":"2023-12-01","reason":"unreachable"}"#,
    "100.00, 100.00, 0.00 suspended, 0.00 suspended")]
fn a_suspension(#[case] suspended: &str, #[case] expected: &str) {
    let facts =
        format!(r#""applicant":{{"birth_date":"1940-01-01"}},"enrollment":{{"suspended":[{suspended}]}}"#);
    assert_eq!(due(AGE, "2023-09 2023-10 2023-12 2024-01", &facts), expected);
}

#[test]
fn a_suspension_is_for_the_elderly_programs_alone() {
    let facts = r#""applicant":{"special_family":{"child":"deceased","wife_birth_date":"1950-01-01"}},
        "enrollment":{"suspended":[{"since":"2023-01-01","reason":"unreachable"}]}"#;
    assert_eq!(due("special_family_support", "2023-10", facts), "900.00");
}

#[rstest]
#[case::since_the_first(r#""since":"2023-10-01""#, "0.00 no_hardship_status, 300.00, 300.00")]
#[case::since_the_last(r#""since":"2023-10-31""#, "0.00 no_hardship_status, 300.00, 300.00")]
#[case::until_the_last(r#""until":"2023-10-31""#, "300.00, 300.00, 0.00 no_hardship_status")]
#[case::until_the_first(r#""until":"2023-10-01""#, "300.00, 300.00, 0.00 no_hardship_status")]
#[case::one_day(
    r#""since":"2023-10-15","until":"2023-10-15""#,
    "0.00 no_hardship_status, 300.00, 0.00 no_hardship_status"
)]
fn a_dated_fact(#[case] dates: &str, #[case] expected: &str) {
    let facts =
        format!(r#""applicant":{{"birth_date":"1940-01-01","hardship":[{{"kind":"subsistence",{dates}}}]}}"#);
    assert_eq!(due("elderly_service_subsidy", "2023-09 2023-10 2023-11", &facts), expected);
}

#[rstest]
#[case::latest_wins(
    r#"{"level":"severe","since":"2023-10-01"},{"level":"mild"}"#,
    "0.00 no_qualifying_condition, 600.00"
)]
#[case::order_does_not_matter(
    r#"{"level":"mild"},{"level":"severe","since":"2023-10-31"}"#,
    "0.00 no_qualifying_condition, 600.00"
)]
#[case::better_again(
    r#"{"level":"severe"},{"level":"none","since":"2023-10-01"}"#,
    "600.00, 0.00 no_qualifying_condition"
)]
fn a_care_level(#[case] levels: &str, #[case] expected: &str) {
    let facts = format!(r#""applicant":{{"birth_date":"1940-01-01","care_level":[{levels}]}}"#);
    assert_eq!(due("elderly_care_subsidy", "2023-09 2023-10", &facts), expected);
}

#[rstest]
#[case(AGE, "2019-09 2019-10", "0.00 not_in_force, 100.00")]
#[case("low_income_illness_subsidy", "2020-12 2021-01", "0.00 not_in_force, 409.50")]
#[case("special_family_support", "2013-01 2013-12 2014-01", "200.00, 200.00, 500.00")]
#[case("disability_care_subsidy", "2015-12 2016-01", "0.00 not_in_force, 300.00")]
#[case("disability_living_subsidy", "2015-12 2016-01", "0.00 not_in_force, 800.00")]
#[case("elderly_meal_subsidy", "2022-02 2022-03", "0.00 not_in_force, 5.00")]
#[case("elderly_care_voucher", "2025-12 2026-01", "0.00 not_in_force, 500.00")]
#[case("extremely_poor_support", "2018-08 2018-09", "0.00 not_in_force, 1924.00")]
#[case("subsistence_allowance", "2014-12 2015-01", "0.00 not_in_force, 710.00")]
#[case("low_income_recognition", "2014-12 2015-01", "0.00 not_in_force, 0.00 income_below_standard")]
fn the_first_month(#[case] program: &str, #[case] months: &str, #[case] expected: &str) {
    let facts = r#""applicant":{"birth_date":"1930-05-05","severe_illness":true,"basic_eldercare_target":true,
        "hardship":[{"kind":"low_income"}],"disabilities":[{"kind":"limb","grade":1}],"care_level":[{"level":"severe"}],
        "special_family":{"child":"deceased","wife_birth_date":"1930-01-01"}},
        "household":{"members":[{"relation":"self"}]},
        "request":{"meals":[{"date":"2022-02-01","spend":"9.00"},{"date":"2022-03-31","spend":"9.00"}],
        "care_bills":[{"month":"2025-12","kind":"home","amount":"1000.00"},{"month":"2026-01","kind":"home","amount":"1000.00"}]}"#;
    assert_eq!(due(program, months, facts), expected);
}

#[rstest]
#[case("2023-10-23", "2450.00")]
#[case("2023-10-24", "2650.00")]
fn a_retroactive_rate_is_known_from_its_notice(#[case] known_at: &str, #[case] expected: &str) {
    let facts = format!(
        r#""known_at":"{known_at}","applicant":{{"birth_date":"2012-01-01","child_category":"unsupported"}}"#
    );
    assert_eq!(due("children_in_difficulty", "2023-07", &facts), expected);
}
