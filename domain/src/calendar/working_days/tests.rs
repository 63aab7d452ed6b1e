use rstest::rstest;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn the_published_lists_are_read() {
    let days = WorkingDays::from_toml(PUBLISHED).unwrap();
    assert_eq!(days.years().map(|(year, _)| year).collect::<Vec<_>>(), [2023, 2024]);
    // 2023 had 248 or 249 working days by the way of counting; 2024 had 251
    let count = |year: i32| {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let days_of_year = first.iter_days().take_while(|day| day.year() == year);
        days_of_year.filter(|day| days.is_working_day(*day).unwrap()).count()
    };
    assert_eq!((count(2023), count(2024)), (249, 251));
}

#[rstest]
#[case::friday("2023-10-13", Ok(true))]
#[case::saturday("2023-10-14", Ok(false))]
#[case::holiday_on_a_weekday("2023-10-02", Ok(false))]
#[case::make_up_saturday("2023-10-07", Ok(true))]
#[case::new_year_announced_with_the_next_year("2022-12-31", Ok(false))]
#[case::the_rest_of_2022("2022-12-30", Err(YearNotPublished { year: 2022 }))]
#[case::a_later_year("2025-01-01", Err(YearNotPublished { year: 2025 }))]
fn a_day_is_worked_as_announced(#[case] text: &str, #[case] worked: Result<bool, YearNotPublished>) {
    assert_eq!(WorkingDays::published().is_working_day(day(text)), worked);
}

#[rstest]
#[case("2023-10-13", 7, Ok("2023-10-23"))]
#[case("2023-09-22", 7, Ok("2023-10-08"))]
#[case("2023-12-25", 7, Ok("2024-01-03"))]
#[case::the_last_days_of_the_calendar("2024-12-23", 7, Ok("2024-12-31"))]
#[case::beyond_the_calendar("2024-12-24", 7, Err(YearNotPublished { year: 2025 }))]
#[case::before_the_calendar("2022-12-01", 7, Err(YearNotPublished { year: 2022 }))]
#[case::posted_before_ends_within("2022-12-28", 7, Ok("2023-01-05"))]
#[case::rolls_over_the_new_year("2022-12-24", 7, Ok("2023-01-04"))]
fn a_decision_waits_for_the_notice(
    #[case] posted_on: &str,
    #[case] notice_days: u32,
    #[case] decision: Result<&str, YearNotPublished>,
) {
    let found = WorkingDays::published().earliest_decision_on(day(posted_on), notice_days);
    assert_eq!(found, decision.map(day));
}

#[test]
fn working_days_are_counted_over_holidays() {
    let days = WorkingDays::published();
    assert_eq!(days.add_working_days(day("2023-09-28"), 0), Ok(day("2023-09-28")));
    assert_eq!(days.add_working_days(day("2023-09-28"), 3), Ok(day("2023-10-09")));
}

#[rstest]
#[case("year = 2023\nsource = \"x\"\noff = []\nwork = [\"2023-10-09\"]", "no weekend")]
#[case(
    "year = 2023\nsource = \"x\"\noff = [{ from = \"2023-01-03\", to = \"2023-01-01\", name = \"x\" }]\nwork = []",
    "few days"
)]
#[case("year = 2023\nsource = \"x\"\noff = []\nwork = []\nmore = 1", "unknown field")]
fn a_list_at_fault_is_refused(#[case] text: &str, #[case] problem: &str) {
    let error = WorkingDays::from_toml(&[("x.toml", text)]).unwrap_err();
    assert!(error.to_string().contains(problem), "{error}");
}
