//! Two clocks: what was true, and what was known.

use proptest::prelude::*;

use super::*;

/// When each event was recorded.
fn history(events: Vec<Event>, recorded_on: &str) -> Vec<(NaiveDate, Event)> {
    events.into_iter().map(|event| (day(recorded_on), event)).collect()
}

#[test]
fn a_death_that_is_reported_late_changes_what_we_now_know_of_then() {
    let keys = OpenKeyring::default();
    let elder = case(Program::AdvancedAgeAllowance, "2023-01-10", "2023-01-20");
    let mut known = history(household(&keys, "1941-10-15"), "2023-01-05");
    known.push((day("2023-08-20"), died(APPLICANT, "2023-06-10", "2023-08-20")));
    // rows: asked about June and July; columns: as known at the end of July, and of August
    let due = |asked: &str, as_known_on: &str| {
        let household: Household = as_of(known.clone(), &day(as_known_on)).unwrap();
        let rules = RuleBook::published();
        let found = schedule(&elder, &household, &keys, rules, day(as_known_on), month(asked)).unwrap();
        found.due(month(asked)).to_string()
    };
    assert_eq!([due("2023-06", "2023-07-31"), due("2023-06", "2023-08-31")], ["100.00", "100.00"]);
    assert_eq!([due("2023-07", "2023-07-31"), due("2023-07", "2023-08-31")], ["100.00", "0.00"]);
}

#[test]
fn a_rate_that_is_announced_late_is_owed_from_its_first_month() {
    let keys = OpenKeyring::default();
    let poor = case(Program::SubsistenceAllowance, "2023-04-01", "2023-05-10");
    let mut facts = household(&keys, "1970-04-01");
    facts.push(joined(&keys, SPOUSE, Relation::Spouse, "1972-02-01", None));
    facts.push(income("500.00", "2023-01-01"));
    let then = scheduled(&poor, &facts, &keys, "2023-10-18", "2023-10");
    let now = scheduled(&poor, &facts, &keys, "2023-10-19", "2023-10");
    assert_eq!(
        lines(&then),
        ["2023-06 2140.00", "2023-07 2140.00", "2023-08 2140.00", "2023-09 2140.00", "2023-10 2140.00",]
    );
    let arrears = now.months.iter().zip(&then.months).map(|(now, then)| now.due.minus(then.due).unwrap());
    assert_eq!(Money::sum(arrears), Ok(yuan("600.00")));
    assert_eq!(now.due(month("2023-06")), then.due(month("2023-06")));
}

#[test]
fn a_damaged_history_is_not_folded() {
    let events = history(vec![died(APPLICANT, "2023-06-10", "2023-08-20")], "2023-08-20");
    assert!(as_of::<Household, _, _>(events.clone(), &day("2023-08-19")).is_ok());
    assert!(as_of::<Household, _, _>(events, &day("2023-08-20")).is_err());
}

proptest! {
    #[test]
    fn a_longer_schedule_begins_as_the_shorter_one(
        changes in prop::collection::vec((0..500_u64, 0..6000_u32), 0..6),
        shorter in 0..18_i32,
        more in 0..18_i32,
    ) {
        let keys = OpenKeyring::default();
        let mut facts = family(&keys, "2400.00");
        for (days, amount) in changes {
            let since = (day("2023-01-01") + chrono::Days::new(days)).to_string();
            facts.push(income(&format!("{amount}.00"), &since));
        }
        let poor = case(Program::SubsistenceAllowance, "2023-01-01", "2023-01-20");
        let first = month("2023-02");
        let short = scheduled(&poor, &facts, &keys, "2024-06-30", &first.plus(shorter).to_string());
        let long = scheduled(&poor, &facts, &keys, "2024-06-30", &first.plus(shorter + more).to_string());
        prop_assert_eq!(&long.months[..short.months.len()], &short.months[..]);
        let (household, rules) = (fold::<Household>(&facts), RuleBook::published());
        for scheduled in &long.months {
            let month = scheduled.month;
            let alone = determine_month(&poor, &household, &keys, rules, day("2024-06-30"), month).unwrap();
            let determination = long.determination(month, rules).unwrap();
            prop_assert_eq!(alone, determination.map(|determination| (*scheduled, determination)));
        }
        let months: Vec<_> = first.through(first.plus(shorter + more)).collect();
        prop_assert_eq!(long.months.iter().map(|due| due.month).collect::<Vec<_>>(), months);
    }
}
