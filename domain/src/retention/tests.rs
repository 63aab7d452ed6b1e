//! The day before, and the day of; each line one file of somebody.

use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::explain::Explain;
use crate::ids::{CaseId, PaymentId, RunId};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A file that ended, and vouchers that were made, on some days; a dash is none.
fn holdings(file_ended_on: &str, voucher_dated_on: &str) -> Holdings {
    let some = |text: &str| (text != "-").then(|| day(text));
    Holdings {
        at_work: Vec::new(),
        file_ended_on: some(file_ended_on),
        voucher_dated_on: some(voucher_dated_on),
    }
}

#[rstest]
//      file ended    voucher       through                   day before    day of        withheld by
#[case(
    "2023-10-31",
    "-         ",
    RetentionClass::CaseWork,
    "2026-10-31",
    "2026-11-01",
    RetentionClass::CaseWork
)]
#[case(
    "2023-10-01",
    "-         ",
    RetentionClass::CaseWork,
    "2026-10-31",
    "2026-11-01",
    RetentionClass::CaseWork
)]
#[case(
    "2023-12-31",
    "-         ",
    RetentionClass::CaseWork,
    "2026-12-31",
    "2027-01-01",
    RetentionClass::CaseWork
)]
#[case(
    "2024-02-29",
    "-         ",
    RetentionClass::CaseWork,
    "2027-02-28",
    "2027-03-01",
    RetentionClass::CaseWork
)]
#[case(
    "2023-10-31",
    "2023-10-27",
    RetentionClass::CaseWork,
    "2026-10-31",
    "2026-11-01",
    RetentionClass::CaseWork
)]
#[case(
    "2023-10-31",
    "2023-10-27",
    RetentionClass::Vouchers,
    "2053-12-31",
    "2054-01-01",
    RetentionClass::Vouchers
)]
#[case(
    "-         ",
    "2023-01-01",
    RetentionClass::Vouchers,
    "2053-12-31",
    "2054-01-01",
    RetentionClass::Vouchers
)]
#[case(
    "-         ",
    "2023-12-31",
    RetentionClass::Vouchers,
    "2053-12-31",
    "2054-01-01",
    RetentionClass::Vouchers
)]
#[case(
    "2023-10-31",
    "-         ",
    RetentionClass::Vouchers,
    "2026-10-31",
    "2026-11-01",
    RetentionClass::CaseWork
)]
#[case(
    "2055-01-15",
    "2023-12-31",
    RetentionClass::Vouchers,
    "2058-01-31",
    "2058-02-01",
    RetentionClass::CaseWork
)]
fn a_request_is_refused_with_the_day_until_that_day_comes(
    #[case] file_ended_on: &str,
    #[case] voucher_dated_on: &str,
    #[case] through: RetentionClass,
    #[case] day_before: &str,
    #[case] day_of: &str,
    #[case] withheld_by: RetentionClass,
) {
    let holdings = holdings(file_ended_on.trim(), voucher_dated_on.trim());
    let refused = Withheld::RetentionRuns { class: withheld_by, from: day(day_of) };
    assert_eq!(holdings.check(through, day(day_before)), Err(refused));
    assert_eq!(holdings.check(through, day(day_of)), Ok(()));
    assert!(refused.zh().contains(day_of) && refused.to_string().contains(day_of));
}

#[test]
fn vouchers_do_not_keep_case_work_and_nothing_keeps_who_has_no_file() {
    assert_eq!(holdings("-", "2023-10-27").check(RetentionClass::CaseWork, day("2023-10-28")), Ok(()));
    assert_eq!(holdings("-", "-").check(RetentionClass::Vouchers, day("2023-10-28")), Ok(()));
}

#[test]
fn what_is_at_work_comes_before_any_day() {
    let (case, payment) = (CaseId::new(Uuid::from_u128(1)), PaymentId::new(Uuid::from_u128(2)));
    let run = RunId::new(Uuid::from_u128(3));
    let reasons = [
        (Withheld::CaseOpen { case }, "case_open"),
        (Withheld::RunUnfinished { run }, "run_unfinished"),
        (Withheld::PaymentInTransit { payment }, "payment_in_transit"),
        (Withheld::PaymentReturned { payment }, "payment_returned"),
        (Withheld::RecoveryOpen { payment }, "recovery_open"),
    ];
    for (withheld, code) in reasons {
        let holdings = Holdings { at_work: vec![withheld], ..holdings("2023-10-31", "2023-10-27") };
        assert_eq!(holdings.check(RetentionClass::CaseWork, day("2099-01-01")), Err(withheld));
        assert_eq!(withheld.code(), code);
    }
}
