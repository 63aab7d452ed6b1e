//! The household: members, income, deductions, property, 单人户, 渐退.

use rstest::rstest;

use super::due;

const DIBAO: &str = "subsistence_allowance";

fn with(applicant: &str, household: &str, options: &str) -> String {
    format!(r#""applicant":{{{applicant}}},"household":{{{household}}},"options":{{{options}}}"#)
}

#[rstest]
#[case::joins_next_month(
    r#"{"relation":"self"},{"relation":"child","since":"2023-10-01"}"#,
    "",
    "1395.00, 1395.00, 2790.00"
)]
#[case::joins_same_month(
    r#"{"relation":"self"},{"relation":"child","since":"2023-10-31"}"#,
    r#""member_join":"same_month""#,
    "1395.00, 2790.00, 2790.00"
)]
#[case::leaves_month_after(
    r#"{"relation":"self"},{"relation":"child","until":"2023-10-01"}"#,
    "",
    "2790.00, 2790.00, 1395.00"
)]
#[case::leaves_event_month(
    r#"{"relation":"self"},{"relation":"child","until":"2023-10-31"}"#,
    r#""stop":"event_month""#,
    "2790.00, 1395.00, 1395.00"
)]
#[case::within_one_month(
    r#"{"relation":"self"},{"relation":"child","since":"2023-10-01","until":"2023-10-31"}"#,
    "",
    "1395.00, 1395.00, 1395.00"
)]
#[case::prison(
    r#"{"relation":"self"},{"relation":"spouse","status":"prison"}"#,
    "",
    "1395.00, 1395.00, 1395.00"
)]
#[case::clergy(
    r#"{"relation":"self"},{"relation":"other","status":"clergy_away"}"#,
    "",
    "1395.00, 1395.00, 1395.00"
)]
#[case::missing(
    r#"{"relation":"self"},{"relation":"other","status":"declared_missing"}"#,
    "",
    "1395.00, 1395.00, 1395.00"
)]
#[case::detox(
    r#"{"relation":"self"},{"relation":"other","status":"compulsory_detox"}"#,
    "",
    "1395.00, 1395.00, 1395.00"
)]
#[case::independent(
    r#"{"relation":"self"},{"relation":"child","status":"independent_adult"}"#,
    "",
    "1395.00, 1395.00, 1395.00"
)]
#[case::released(
    r#"{"relation":"self"},{"relation":"spouse","status":"released_outside"}"#,
    "",
    "2790.00, 2790.00, 2790.00"
)]
#[case::nobody(
    r#"{"relation":"self","status":"prison"}"#,
    "",
    "0.00 no_counted_member, 0.00 no_counted_member, 0.00 no_counted_member"
)]
fn who_counts(#[case] members: &str, #[case] options: &str, #[case] expected: &str) {
    let facts = with("", &format!(r#""members":[{members}]"#), options);
    assert_eq!(due(DIBAO, "2023-09 2023-10 2023-11", &facts), expected);
}

#[rstest]
#[case::alone_died(
    r#""died_on":"2023-10-02""#,
    r#"{"relation":"self"}"#,
    "",
    "1395.00, 1395.00, 0.00 deceased"
)]
#[case::alone_moved(
    r#""left_region_on":"2023-10-02""#,
    r#"{"relation":"self"}"#,
    "",
    "1395.00, 1395.00, 0.00 moved_out"
)]
#[case::alone_event_month(
    r#""died_on":"2023-10-02""#,
    r#"{"relation":"self"}"#,
    r#""stop":"event_month""#,
    "1395.00, 0.00 deceased, 0.00 deceased"
)]
#[case::the_others_stay(
    r#""died_on":"2023-10-02""#,
    r#"{"relation":"self"},{"relation":"spouse"}"#,
    "",
    "2790.00, 2790.00, 1395.00"
)]
#[case::left_the_household_first(
    r#""died_on":"2023-11-02""#,
    r#"{"relation":"self","until":"2023-09-30"}"#,
    "",
    "1395.00, 0.00 no_counted_member, 0.00 no_counted_member"
)]
fn the_applicant_ends(
    #[case] person: &str,
    #[case] members: &str,
    #[case] options: &str,
    #[case] expected: &str,
) {
    let facts = with(person, &format!(r#""members":[{members}]"#), options);
    assert_eq!(due(DIBAO, "2023-09 2023-10 2023-11", &facts), expected);
}

#[rstest]
#[case::summed(r#"{"amount":"500.00"},{"amount":"0.01"}"#, "894.99")]
#[case::other_kinds_do_not_count(
    r#"{"amount":"500.00","kind":"disability_subsidy"},{"amount":"500.00","kind":"scholarship"},{"amount":"1.00","kind":"bravery_award"},
       {"amount":"1.00","kind":"veteran_preference"},{"amount":"1.00","kind":"family_planning_reward"},{"amount":"1.00","kind":"social_assistance"}"#, "1395.00")]
#[case::dated(
    r#"{"amount":"500.00","until":"2023-09-30"},{"amount":"100.00","since":"2023-10-01"}"#,
    "1295.00"
)]
#[case::at_the_standard(r#"{"amount":"1395.00"}"#, "0.00 income_not_below_standard")]
fn what_counts_as_income(#[case] income: &str, #[case] expected: &str) {
    let facts = with("", &format!(r#""members":[{{"relation":"self"}}],"monthly_income":[{income}]"#), "");
    assert_eq!(due(DIBAO, "2023-10", &facts), expected);
}

const TWO_PATIENTS: &str = r#""members":[{"relation":"self","severe_illness":true,"severe_disability":true},
    {"relation":"spouse","severe_illness":true}],"monthly_income":[{"amount":"4000.00"}]"#;

#[rstest]
#[case::once("", "", "185.00")]
#[case::per_patient("", r#""deduction_scope":"per_patient""#, "1580.00")]
#[case::supporter(r#","supporter_age":60"#, "", "882.50")]
#[case::young_supporter(r#","supporter_age":59"#, "", "185.00")]
#[case::per_patient_with_supporter(r#","supporter_age":60"#, r#""deduction_scope":"per_patient""#, "2277.50")]
#[case::uplift("", r#""uplift":"35""#, "673.25")]
#[case::uplift_ceiled("", r#""uplift":"35","rounding":"ceil_yuan""#, "674.00")]
#[case::pinned_standard("", r#""params":{"subsistence_standard":"1400.00"}"#, "200.00")]
fn deductions(#[case] more: &str, #[case] options: &str, #[case] expected: &str) {
    assert_eq!(due(DIBAO, "2023-10", &with("", &format!("{TWO_PATIENTS}{more}"), options)), expected);
}

#[rstest]
#[case::a_supporter_alone_deducts_nothing(
    r#"{"relation":"self"},{"relation":"other"}"#,
    r#","supporter_age":70"#,
    "",
    "390.00"
)]
#[case::an_uncounted_patient(r#"{"relation":"self"},{"relation":"other"},{"relation":"other","severe_illness":true,"status":"prison"}"#, "", r#""uplift":"35""#, "390.00")]
#[case::child_of_sixteen(
    r#"{"relation":"self"},{"relation":"child","birth_date":"2006-10-02"}"#,
    r#","single_parent":true"#,
    "",
    "1785.00"
)]
#[case::seventeen_on_the_first(
    r#"{"relation":"self"},{"relation":"child","birth_date":"2006-10-01"}"#,
    r#","single_parent":true"#,
    "",
    "390.00"
)]
#[case::seventeen_the_day_after(
    r#"{"relation":"self"},{"relation":"child","birth_date":"2006-10-01"}"#,
    r#","single_parent":true"#,
    r#""age_attained":"day_after""#,
    "1785.00"
)]
#[case::student(
    r#"{"relation":"self"},{"relation":"child","birth_date":"2000-10-01","full_time_student":true}"#,
    r#","single_parent":true"#,
    "",
    "1785.00"
)]
#[case::not_a_child(
    r#"{"relation":"self"},{"relation":"other","birth_date":"2015-10-01"}"#,
    r#","single_parent":true"#,
    "",
    "390.00"
)]
#[case::two_parents(
    r#"{"relation":"self"},{"relation":"child","birth_date":"2015-10-01"}"#,
    "",
    "",
    "390.00"
)]
#[case::both_deductions(
    r#"{"relation":"self","severe_illness":true},{"relation":"child","birth_date":"2015-10-01"}"#,
    r#","single_parent":true"#,
    "",
    "2790.00"
)]
fn who_deducts(#[case] members: &str, #[case] more: &str, #[case] options: &str, #[case] expected: &str) {
    let household = format!(r#""members":[{members}],"monthly_income":[{{"amount":"2400.00"}}]{more}"#);
    assert_eq!(due(DIBAO, "2023-10", &with("", &household, options)), expected);
}

#[rstest]
#[case(r#""motor_vehicles":2"#, "0.00 motor_vehicle")]
#[case(r#""disabled_motorcycles":3"#, "1395.00")]
#[case(r#""homes":1"#, "1395.00")]
#[case(r#""homes":2"#, "0.00 second_home")]
#[case(r#""homes":2,"total_area":"50""#, "0.00 second_home")]
#[case(r#""homes":2,"total_area":"49.99""#, "1395.00")]
#[case(r#""homes":2,"usable_area_per_head":"10""#, "0.00 second_home")]
#[case(r#""homes":2,"total_area":"80","usable_area_per_head":"9.9""#, "1395.00")]
#[case(r#""luxury":true"#, "0.00 luxury_goods")]
#[case(r#""cash_assets":"999999.00""#, "1395.00")]
#[case(r#""motor_vehicles":1,"homes":3,"luxury":true"#, "0.00 motor_vehicle second_home luxury_goods")]
fn what_may_not_be_owned(#[case] property: &str, #[case] expected: &str) {
    let facts = with("", &format!(r#""members":[{{"relation":"self"}}],"property":{{{property}}}"#), "");
    assert_eq!(due(DIBAO, "2023-10", &facts), expected);
}

#[rstest]
#[case("66960.00", "2790.00")]
#[case("66960.01", "0.00 cash_over_ceiling")]
fn a_cash_ceiling(#[case] cash: &str, #[case] expected: &str) {
    let household = format!(
        r#""members":[{{"relation":"self"}},{{"relation":"other"}}],"property":{{"cash_assets":"{cash}"}}"#
    );
    assert_eq!(due(DIBAO, "2023-10", &with("", &household, r#""cash_ceiling":"24""#)), expected);
}

#[rstest]
#[case("2789.99", "0.00 income_below_standard")]
#[case("2790.00", "0.00")]
#[case("4839.99", "0.00")]
#[case("4840.00", "0.00 income_not_below_line")]
fn a_recognition(#[case] income: &str, #[case] expected: &str) {
    // a patient deducts nothing here: deductions are for the allowance alone
    let household = format!(
        r#""members":[{{"relation":"self","severe_illness":true}},{{"relation":"other"}}],"monthly_income":[{{"amount":"{income}"}}]"#
    );
    assert_eq!(due("low_income_recognition", "2023-10", &with("", &household, "")), expected);
}

#[rstest]
#[case(r#""able_supporter":true"#, "0.00 able_supporter")]
#[case(r#""monthly_income":[{"amount":"1394.99"}]"#, "2576.50")]
#[case(r#""monthly_income":[{"amount":"1395.00"}]"#, "0.00 income_not_below_standard")]
#[case(r#""property":{"motor_vehicles":1}"#, "0.00 motor_vehicle")]
fn extremely_poor(#[case] household: &str, #[case] expected: &str) {
    let household = format!(r#""members":[{{"relation":"self"}}],{household}"#);
    let facts = with(r#""birth_date":"1950-01-01""#, &household, "");
    assert_eq!(due("extremely_poor_support", "2023-10", &facts), expected);
}

#[rstest]
#[case::alone("", "1395.00")]
#[case::own_income(r#","own_income":"1000.00""#, "395.00")]
#[case::own_income_at_the_standard(r#","own_income":"1395.00""#, "0.00 income_not_below_standard")]
#[case::employed(r#","employed":true"#, "0.00 income_not_below_standard")]
#[case::stable_income_is_no_employment(r#","stable_income":true"#, "1395.00")]
#[case::died(r#","died_on":"2023-09-30""#, "0.00 deceased")]
fn a_single_person(#[case] more: &str, #[case] expected: &str) {
    let person = format!(
        r#""birth_date":"1988-02-03","disabilities":[{{"kind":"speech","grade":2}}],"hardship":[{{"kind":"low_income"}}]{more}"#
    );
    let household = r#""members":[{"relation":"self","severe_disability":true},{"relation":"other"}],
        "monthly_income":[{"amount":"5400.00"}]"#;
    // neither deductions nor uplift for a single person
    let options = r#""single_person":"on","uplift":"35""#;
    let found = due(DIBAO, "2023-10", &with(&person, household, options));
    // someone at work is assessed with the household: 5400 less 1395 is not below 2790
    assert_eq!(found, expected);
}

#[rstest]
#[case::seventeen(r#""birth_date":"2005-11-03","disabilities":[{"kind":"limb","grade":1}]"#)]
#[case::too_light(r#""birth_date":"1988-02-03","disabilities":[{"kind":"limb","grade":3}]"#)]
fn not_a_single_person(#[case] person: &str) {
    let person = format!(r#"{person},"hardship":[{{"kind":"low_income"}}]"#);
    let household = r#""members":[{"relation":"self"}],"monthly_income":[{"amount":"1400.00"}]"#;
    let found = due(DIBAO, "2023-10", &with(&person, household, r#""single_person":"on""#));
    assert_eq!(found, "0.00 income_not_below_standard");
}

#[rstest]
#[case::before_it_begins("draft", "2023-10", "2023-11", "9000.00", "0.00 income_not_below_standard")]
#[case::whatever_the_income("draft", "2023-11", "2023-11", "0.00", "1000.01")]
#[case::third_month("draft", "2024-01", "2023-11", "9000.00", "800.00")]
#[case::ended_even_if_poor_again("draft", "2024-05", "2023-11", "0.00", "0.00 exit_ended")]
#[case::rule_of_2006("2006", "2023-12", "2023-11", "9000.00", "500.00")]
#[case::no_schedule("none", "2023-11", "2023-11", "9000.00", "0.00 income_not_below_standard")]
fn an_exit(
    #[case] schedule: &str,
    #[case] month: &str,
    #[case] first: &str,
    #[case] income: &str,
    #[case] expected: &str,
) {
    let facts = format!(
        r#""applicant":{{}},"household":{{"members":[{{"relation":"self"}}],"monthly_income":[{{"amount":"{income}"}}]}},
        "options":{{"exit_schedule":"{schedule}"}},"enrollment":{{"exit":{{"first_month":"{first}","previous_amount":"1000.01"}}}}"#
    );
    assert_eq!(due(DIBAO, month, &facts), expected);
}

#[test]
fn property_bars_during_an_exit_too() {
    let facts = r#""applicant":{},"household":{"members":[{"relation":"self"}],"property":{"luxury":true}},
        "options":{"exit_schedule":"draft"},"enrollment":{"exit":{"first_month":"2023-11","previous_amount":"1000.00"}}"#;
    assert_eq!(due(DIBAO, "2023-11", facts), "0.00 luxury_goods");
}
