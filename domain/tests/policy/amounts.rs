//! Bands and amounts of each program.

use rstest::rstest;

use super::due;

#[rstest]
//                     care   living(无业) disability care
#[case("vision", 1, "600.00", "1395.00", "300.00")]
#[case("vision", 2, "400.00", "1395.00", "100.00")]
#[case("vision", 3, "0.00 no_qualifying_condition", "200.00", "0.00 no_qualifying_condition")]
#[case("limb", 1, "600.00", "1395.00", "300.00")]
#[case("limb", 2, "400.00", "1395.00", "100.00")]
#[case("limb", 4, "0.00 no_qualifying_condition", "200.00", "0.00 no_qualifying_condition")]
#[case("intellectual", 1, "600.00", "1395.00", "300.00")]
#[case("intellectual", 2, "400.00", "1395.00", "100.00")]
#[case("intellectual", 3, "400.00", "1395.00", "100.00")]
#[case("mental", 3, "400.00", "1395.00", "100.00")]
#[case("mental", 4, "0.00 no_qualifying_condition", "200.00", "0.00 no_qualifying_condition")]
#[case("hearing", 1, "200.00", "200.00", "0.00 no_qualifying_condition")]
#[case("hearing", 2, "200.00", "200.00", "0.00 no_qualifying_condition")]
#[case("hearing", 3, "0.00 no_qualifying_condition", "200.00", "0.00 no_qualifying_condition")]
#[case("speech", 2, "200.00", "200.00", "0.00 no_qualifying_condition")]
fn a_single_disability(
    #[case] kind: &str,
    #[case] grade: u8,
    #[case] care: &str,
    #[case] living: &str,
    #[case] disability_care: &str,
) {
    let facts = |birth: &str| {
        format!(
            r#""applicant":{{"birth_date":"{birth}","disabilities":[{{"kind":"{kind}","grade":{grade}}}]}}"#
        )
    };
    assert_eq!(due("elderly_care_subsidy", "2023-10", &facts("1950-01-01")), care);
    assert_eq!(due("disability_living_subsidy", "2023-10", &facts("1980-01-01")), living);
    assert_eq!(due("disability_care_subsidy", "2023-10", &facts("1980-01-01")), disability_care);
}

#[rstest]
#[case::mental_two_with_another(
    r#"{"kind":"mental","grade":2},{"kind":"limb","grade":4}"#,
    "600.00",
    "300.00"
)]
#[case::the_same_kind_twice(r#"{"kind":"mental","grade":2},{"kind":"mental","grade":4}"#, "400.00", "100.00")]
#[case::hearing_with_speech(
    r#"{"kind":"hearing","grade":2},{"kind":"speech","grade":3}"#,
    "200.00",
    "100.00"
)]
#[case::mental_three_with_another(
    r#"{"kind":"mental","grade":3},{"kind":"limb","grade":3}"#,
    "400.00",
    "100.00"
)]
#[case::the_other_has_ended(
    r#"{"kind":"mental","grade":2},{"kind":"limb","grade":4,"until":"2023-09-30"}"#,
    "400.00",
    "100.00"
)]
fn several_disabilities(#[case] disabilities: &str, #[case] care: &str, #[case] disability_care: &str) {
    let facts = format!(r#""applicant":{{"birth_date":"1950-01-01","disabilities":[{disabilities}]}}"#);
    assert_eq!(due("elderly_care_subsidy", "2023-10", &facts), care);
    assert_eq!(due("disability_care_subsidy", "2023-10", &facts), disability_care);
}

#[rstest]
#[case("subsistence", 2, "400.00")]
#[case("subsistence", 3, "320.00")]
#[case("low_income", 2, "1395.00")]
#[case("low_income", 3, "300.00")]
#[case("special_family", 2, "1395.00")]
fn the_living_subsidy_by_hardship(#[case] hardship: &str, #[case] grade: u8, #[case] expected: &str) {
    let facts = format!(
        r#""applicant":{{"birth_date":"1980-01-01","hardship":[{{"kind":"{hardship}"}}],
        "disabilities":[{{"kind":"limb","grade":{grade}}}]}}"#
    );
    assert_eq!(due("disability_living_subsidy", "2023-10", &facts), expected);
}

#[test]
fn without_a_disability_there_is_no_living_subsidy() {
    let facts = r#""applicant":{"birth_date":"1980-01-01","hardship":[{"kind":"subsistence"}]}"#;
    assert_eq!(due("disability_living_subsidy", "2023-10", facts), "0.00 no_qualifying_condition");
}

#[rstest]
#[case(r#""self_care":"independent""#, "", "2576.50")]
#[case(r#""self_care":"partial""#, "", "3060.50")]
#[case(r#""self_care":"dependent""#, "", "3544.50")]
#[case(r#""self_care":"dependent""#, r#""care_share":"none""#, "2092.50")]
#[case(r#""self_care":"dependent""#, r#""params":{"extremely_poor_basic":"2000.00"}"#, "3452.00")]
#[case(r#""self_care":"independent""#, r#""params":{"subsistence_standard":"1000.00"}"#, "1984.00")]
fn extremely_poor_amounts(#[case] person: &str, #[case] options: &str, #[case] expected: &str) {
    let facts = format!(
        r#""applicant":{{"birth_date":"1950-01-01",{person}}},"options":{{{options}}},
        "household":{{"members":[{{"relation":"self"}}]}}"#
    );
    assert_eq!(due("extremely_poor_support", "2023-10", &facts), expected);
}

#[rstest]
#[case::tier(
    r#"{"on":"2023-10-31","persons":20,"tier":1}"#,
    "0.00 not_requested, 27900.00, 0.00 not_requested"
)]
#[case::small_quick_too_early(
    r#"{"mode":"small_quick","on":"2023-10-31","amount":"100.00"}"#,
    "0.00 not_requested, 0.00 not_in_force, 0.00 not_requested"
)]
#[case::small_quick_below(
    r#"{"mode":"small_quick","on":"2026-01-01","amount":"100.00"}"#,
    "0.00 not_requested, 0.00 not_requested, 100.00"
)]
#[case::small_quick_capped(
    r#"{"mode":"small_quick","on":"2026-01-01","amount":"9000.00"}"#,
    "0.00 not_requested, 0.00 not_requested, 1500.00"
)]
fn temporary_assistance(#[case] request: &str, #[case] expected: &str) {
    let pinned = if request.contains("2026") { r#""subsistence_standard":"1500.00""# } else { "" };
    let facts = format!(
        r#""applicant":{{"hukou":"residence_permit"}},"options":{{"params":{{{pinned}}}}},
        "request":{{"temporary_assistance":{request}}}"#
    );
    assert_eq!(due("temporary_assistance", "2023-09 2023-10 2026-01", &facts), expected);
}

#[rstest]
#[case::two_days(r#"{"date":"2023-10-01","spend":"5.01"},{"date":"2023-10-31","spend":"8.00"}"#, "10.00")]
#[case::once_a_day(r#"{"date":"2023-10-01","spend":"8.00"},{"date":"2023-10-01","spend":"8.00"}"#, "5.00")]
#[case::small_sums_do_not_add(
    r#"{"date":"2023-10-01","spend":"4.00"},{"date":"2023-10-01","spend":"4.00"}"#,
    "0.00 spend_too_low"
)]
#[case::of_another_month(r#"{"date":"2023-11-01","spend":"8.00"}"#, "0.00 not_requested")]
fn a_month_of_meals(#[case] meals: &str, #[case] expected: &str) {
    let facts = format!(
        r#""applicant":{{"hukou":"other","basic_eldercare_target":true}},"request":{{"meals":[{meals}]}}"#
    );
    assert_eq!(due("elderly_meal_subsidy", "2023-10", &facts), expected);
}

#[test]
fn a_meal_is_for_targets_at_home() {
    let facts = r#""applicant":{"residence":"institution"},"request":{"meals":[{"date":"2023-10-01","spend":"8.00"}]}"#;
    assert_eq!(due("elderly_meal_subsidy", "2023-10", facts), "0.00 not_target not_home_living");
}

#[rstest]
#[case::two_bills(r#"{"month":"2026-03","kind":"home","amount":"600.00"},{"month":"2026-03","kind":"home","amount":"600.00"}"#, "600.00")]
#[case::institution(r#"{"month":"2026-03","kind":"institution","amount":"1000.00"}"#, "400.00")]
#[case::institution_capped(r#"{"month":"2026-03","kind":"institution","amount":"2000.01"}"#, "800.00")]
#[case::each_kind_has_its_cap(
    r#"{"month":"2026-03","kind":"home","amount":"5000.00"},{"month":"2026-03","kind":"institution","amount":"1000.00"}"#, "1200.00")]
#[case::another_month(r#"{"month":"2026-04","kind":"home","amount":"600.00"}"#, "0.00 not_requested")]
#[case::nothing(r#"{"month":"2026-03","kind":"home","amount":"0.00"}"#, "0.00 spend_too_low")]
fn the_voucher(#[case] bills: &str, #[case] expected: &str) {
    let facts = format!(
        r#""applicant":{{"birth_date":"1950-01-01","hukou":"residence_permit","care_level":[{{"level":"severe"}}]}},
        "request":{{"care_bills":[{bills}]}}"#
    );
    assert_eq!(due("elderly_care_voucher", "2026-03", &facts), expected);
}

#[rstest]
#[case(r#""birth_date":"1966-04-01","care_level":[{"level":"moderate"}]"#, "0.00 under_age")]
#[case(r#""birth_date":"1950-04-01","care_level":[{"level":"mild"}]"#, "0.00 no_qualifying_condition")]
#[case(
    r#""birth_date":"1950-04-01","hukou":"other","care_level":[{"level":"moderate"}]"#,
    "0.00 not_local_hukou"
)]
fn the_voucher_has_conditions(#[case] person: &str, #[case] expected: &str) {
    let facts = format!(
        r#""applicant":{{{person}}},"request":{{"care_bills":[{{"month":"2026-03","kind":"home","amount":"600.00"}}]}}"#
    );
    assert_eq!(due("elderly_care_voucher", "2026-03", &facts), expected);
}

#[rstest]
#[case(
    r#"{"child":"disabled","child_grade":3,"wife_birth_date":"1960-01-01"}"#,
    "160.00, 400.00, 590.00, 740.00"
)]
#[case(r#"{"child":"deceased","wife_birth_date":"1960-01-01"}"#, "200.00, 500.00, 720.00, 900.00")]
#[case(
    r#"{"child":"deceased","wife_birth_date":"1960-01-01","other_child":true}"#,
    "0.00 other_child, 0.00 other_child, 0.00 other_child, 0.00 other_child"
)]
fn special_family(#[case] family: &str, #[case] expected: &str) {
    let facts = format!(r#""applicant":{{"special_family":{family}}}"#);
    assert_eq!(due("special_family_support", "2013-12 2014-01 2022-06 2022-07", &facts), expected);
}

#[test]
fn a_balance_counts_every_asked_month_of_every_asked_program() {
    use domain::policy::{RuleBook, assess, contract};
    let line = br#"{"id":"b","programs":["advanced_age_allowance","special_family_support","advanced_age_allowance"],
        "months":["2023-09","2023-10","2023-09"],"applicant":{"birth_date":"1930-01-01"},
        "paid":{"advanced_age_allowance":{"2023-09":"600.00","2023-10":null}}}"#;
    let question = contract::parse(line).unwrap();
    let answer = contract::answer_line("b", &assess(&question, RuleBook::published()).unwrap());
    assert_eq!(
        answer,
        r#"{"id":"b","results":{"advanced_age_allowance":{"decision":"eligible","reasons":[],"months":{"2023-09":"500.00","2023-10":"500.00"}},"special_family_support":{"decision":"ineligible","reasons":["no_qualifying_condition"],"months":{"2023-09":"0.00","2023-10":"0.00"}}},"balance":{"advanced_age_allowance":"400.00","special_family_support":"0.00"}}"#
    );
}
