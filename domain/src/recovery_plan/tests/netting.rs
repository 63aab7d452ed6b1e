//! A case's months netted, in aligned tables.

use super::*;
use crate::payment_run::{MonthDue, MonthOrdered};

/// `month due_before ordered settled returned withheld opened received waived due_now difference`, in yuan without fen.
fn case(rows: &[[i32; 11]]) -> Netting {
    let yuan = |amount: i32| Money::from_fen(amount * 100);
    let paid: Vec<MonthPaid> = rows.iter().filter(|row| row[2] > 0).map(paid_of).collect();
    let due: Vec<MonthDue> = rows
        .iter()
        .filter(|row| row[9] > 0)
        .map(|row| MonthDue { month: month(row[0].unsigned_abs()), due: yuan(row[9]) })
        .collect();
    let netting = net(CASE, &due, &paid, month(12)).unwrap();
    let found: Vec<i64> = netting.months.iter().map(|month| month.difference.fen() / 100).collect();
    let expected: Vec<i64> = rows.iter().map(|row| i64::from(row[10])).collect();
    assert_eq!(found, expected);
    netting
}

fn paid_of(row: &[i32; 11]) -> MonthPaid {
    let yuan = |index: usize| Money::from_fen(row[index] * 100);
    let month = month(row[0].unsigned_abs());
    let standing = row[2] - row[4] + row[5] - row[6];
    MonthPaid {
        month,
        due_before: yuan(1),
        ordered: yuan(2),
        settled: yuan(3),
        returned: yuan(4),
        withheld: yuan(5),
        recovery_opened: yuan(6),
        recovery_received: yuan(7),
        recovery_waived: yuan(8),
        standing: MonthOrdered {
            attempts: 1,
            standing: Money::from_fen(standing * 100),
            waived: yuan(8),
            ..MonthOrdered::none(month)
        },
    }
}

fn sums(netting: &Netting) -> [i64; 4] {
    [netting.arrears, netting.overpaid, netting.open, netting.net().unwrap()].map(|sum| sum.fen() / 100)
}

#[rustfmt::skip]
#[test]
fn a_rate_announced_late_is_paid_as_arrears() {
    let netting = case(&[
        // month before ordered settled returned withheld opened received waived   now  difference
        [      6,   100,    100,    100,       0,       0,     0,       0,     0,  100,          0],
        [      7,   100,    100,    100,       0,       0,     0,       0,     0,  120,         20],
        [      8,   100,    100,      0,       0,       0,     0,       0,     0,  120,         20],
        [      9,     0,      0,      0,       0,       0,     0,       0,     0,  120,        120],
    ]);
    assert_eq!(sums(&netting), [160, 0, 0, 160]);
}

#[rustfmt::skip]
#[test]
fn a_death_reported_late_is_asked_back_from_the_month_after() {
    let netting = case(&[
        // month before ordered settled returned withheld opened received waived   now  difference
        [      5,   100,    100,    100,       0,       0,     0,       0,     0,  100,          0],
        [      6,   100,    100,    100,       0,       0,     0,       0,     0,    0,       -100],
        [      7,   100,    100,      0,     100,       0,     0,       0,     0,    0,          0],
        [      8,   100,    100,    100,       0,       0,     0,       0,     0,    0,       -100],
    ]);
    assert_eq!(sums(&netting), [0, 200, 0, -200]);
}

#[rustfmt::skip]
#[test]
fn arrears_and_overpayments_of_one_case_are_netted_month_by_month() {
    let netting = case(&[
        // month before ordered settled returned withheld opened received waived   now  difference
        [      6,   400,    400,    400,       0,       0,     0,       0,     0,  500,        100],
        [      7,   400,    400,    400,       0,       0,     0,       0,     0,  250,       -150],
        [      8,   400,    400,    400,       0,       0,   100,      40,     0,  300,          0],
        // an instalment of 50 was withheld: 350 + 50 are the 400 that are due
        [      9,   400,    350,    350,       0,      50,     0,       0,     0,  400,          0],
    ]);
    assert_eq!(sums(&netting), [100, 150, 60, -110]);
    assert_eq!(netting.to_recover().unwrap().fen(), 21_000);
}

#[rustfmt::skip]
#[test]
fn a_recovered_month_that_is_due_again_after_all_is_paid_again() {
    let netting = case(&[
        // month before ordered settled returned withheld opened received waived   now  difference
        [      6,   100,    100,    100,       0,       0,   100,     100,     0,  100,        100],
        [      7,   100,    100,    100,       0,       0,   100,      30,    70,  100,         30],
        [      8,   100,    100,    100,       0,       0,   100,       0,   100,  100,          0],
    ]);
    assert_eq!(sums(&netting), [130, 0, 0, 130]);
}
