//! Ages: bounds, bands, 29 February, the day after, the month after.

use rstest::rstest;

use super::due;

const AGE: &str = "advanced_age_allowance";

#[rstest]
#[case::a_month_before("1943-10-31", "", "2023-09 2023-10", "0.00 under_age, 100.00")]
#[case::day_after("1943-10-31", r#""age_attained":"day_after""#, "2023-10 2023-11", "0.00 under_age, 100.00")]
#[case::day_after_within_the_month("1943-10-30", r#""age_attained":"day_after""#, "2023-10", "100.00")]
#[case::day_after_over_the_year(
    "1943-12-31",
    r#""age_attained":"day_after""#,
    "2023-12 2024-01",
    "0.00 under_age, 100.00"
)]
#[case::next_month("1943-10-01", r#""age_in":"next_month""#, "2023-10 2023-11", "0.00 under_age, 100.00")]
#[case::next_month_after_day_after(
    "1943-10-31",
    r#""age_in":"next_month","age_attained":"day_after""#,
    "2023-11 2023-12",
    "0.00 under_age, 100.00"
)]
#[case::band_next_month("1933-11-12", r#""age_in":"next_month""#, "2023-11 2023-12", "100.00, 500.00")]
#[case::band_100("1923-12-31", "", "2023-11 2023-12", "500.00, 800.00")]
#[case::leap_day_in_a_leap_year_mar01("1944-02-29", r#""leap_birthday":"mar01""#, "2024-02", "100.00")]
#[case::leap_day_day_after(
    "1944-02-29",
    r#""age_attained":"day_after""#,
    "2024-02 2024-03",
    "0.00 under_age, 100.00"
)]
#[case::leap_feb28_day_after(
    "1936-02-29",
    r#""age_attained":"day_after""#,
    "2026-02 2026-03",
    "100.00, 500.00"
)]
#[case::leap_mar01_day_after(
    "1936-02-29",
    r#""age_attained":"day_after","leap_birthday":"mar01""#,
    "2026-02 2026-03",
    "100.00, 500.00"
)]
#[case::leap_mar01_next_month(
    "1936-02-29",
    r#""age_in":"next_month","leap_birthday":"mar01""#,
    "2026-03 2026-04",
    "100.00, 500.00"
)]
#[case::stop_does_not_move_a_lower_bound("1943-10-31", r#""stop":"event_month""#, "2023-10", "100.00")]
fn a_lower_bound(#[case] birth: &str, #[case] options: &str, #[case] months: &str, #[case] expected: &str) {
    let facts = format!(r#""applicant":{{"birth_date":"{birth}"}},"options":{{{options}}}"#);
    assert_eq!(due(AGE, months, &facts), expected);
}

#[rstest]
#[case::month_of_attainment("2005-10-20", "", "2023-10 2023-11", "2650.00, 0.00 over_age")]
#[case::event_month("2005-10-20", r#""stop":"event_month""#, "2023-09 2023-10", "2650.00, 0.00 over_age")]
#[case::day_after_moves_the_month(
    "2005-10-31",
    r#""age_attained":"day_after""#,
    "2023-11 2023-12",
    "2650.00, 0.00 over_age"
)]
#[case::next_month_is_for_lower_bounds(
    "2005-10-20",
    r#""age_in":"next_month""#,
    "2023-10 2023-11",
    "2650.00, 0.00 over_age"
)]
#[case::leap_day("2008-02-29", "", "2026-02 2026-03", "2650.00, 0.00 over_age")]
#[case::leap_day_mar01(
    "2008-02-29",
    r#""leap_birthday":"mar01""#,
    "2026-02 2026-03 2026-04",
    "2650.00, 2650.00, 0.00 over_age"
)]
fn an_upper_bound(#[case] birth: &str, #[case] options: &str, #[case] months: &str, #[case] expected: &str) {
    let facts =
        format!(r#""applicant":{{"birth_date":"{birth}","child_category":"aids"}},"options":{{{options}}}"#);
    assert_eq!(due("children_in_difficulty", months, &facts), expected);
}

#[rstest]
#[case::sixteen_starts("2007-10-20", "", "2023-09 2023-10", "0.00 under_age no_hardship_status, 200.00")]
#[case::sixty_ends("1963-10-20", "", "2023-10 2023-11", "200.00, 0.00 over_age no_hardship_status")]
#[case::student_of_sixteen(
    "2007-10-20",
    r#","employed":true,"student":[{"level":"secondary"}]"#,
    "2023-10",
    "200.00"
)]
#[case::student_of_fifteen(
    "2007-11-20",
    r#","student":[{"level":"secondary"}]"#,
    "2023-10",
    "0.00 under_age no_hardship_status"
)]
#[case::student_of_seventy("1953-10-20", r#","student":[{"level":"tertiary"}]"#, "2023-10", "200.00")]
#[case::employed("1990-10-20", r#","employed":true"#, "2023-10", "0.00 no_hardship_status employed")]
#[case::stable_income(
    "1990-10-20",
    r#","stable_income":true"#,
    "2023-10",
    "0.00 no_hardship_status employed"
)]
fn working_age(#[case] birth: &str, #[case] more: &str, #[case] months: &str, #[case] expected: &str) {
    let facts = format!(
        r#""applicant":{{"birth_date":"{birth}","disabilities":[{{"kind":"limb","grade":4}}]{more}}}"#
    );
    assert_eq!(due("disability_living_subsidy", months, &facts), expected);
}

#[rstest]
#[case("1974-10-31", "", "2023-09 2023-10", "0.00 under_age, 900.00")]
#[case("1974-10-31", r#""age_attained":"day_after""#, "2023-10 2023-11", "0.00 under_age, 900.00")]
#[case("1976-02-29", "", "2025-01 2025-02", "0.00 under_age, 900.00")]
fn the_wife_is_forty_nine(
    #[case] birth: &str,
    #[case] options: &str,
    #[case] months: &str,
    #[case] expected: &str,
) {
    let facts = format!(
        r#""applicant":{{"special_family":{{"child":"deceased","wife_birth_date":"{birth}"}}}},"options":{{{options}}}"#
    );
    assert_eq!(due("special_family_support", months, &facts), expected);
}

#[rstest]
#[case::under_eighteen("2005-10-20", "", "2023-10 2023-11", "2576.50, 0.00 has_labour_capacity")]
#[case::sixty("1963-10-20", "", "2023-09 2023-10", "0.00 has_labour_capacity, 2576.50")]
#[case::limb_two("1990-10-20", r#","disabilities":[{"kind":"limb","grade":2}]"#, "2023-10", "2576.50")]
#[case::vision_two(
    "1990-10-20",
    r#","disabilities":[{"kind":"vision","grade":2}]"#,
    "2023-10",
    "0.00 has_labour_capacity"
)]
#[case::mental_three("1990-10-20", r#","disabilities":[{"kind":"mental","grade":3}]"#, "2023-10", "2576.50")]
#[case::hearing_one(
    "1990-10-20",
    r#","disabilities":[{"kind":"hearing","grade":1}]"#,
    "2023-10",
    "0.00 has_labour_capacity"
)]
fn labour_capacity(#[case] birth: &str, #[case] more: &str, #[case] months: &str, #[case] expected: &str) {
    let facts = format!(
        r#""applicant":{{"birth_date":"{birth}"{more}}},"household":{{"members":[{{"relation":"self"}}]}}"#
    );
    assert_eq!(due("extremely_poor_support", months, &facts), expected);
}
