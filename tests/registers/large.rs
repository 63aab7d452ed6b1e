//! Large registers.

use api::registers::donations::Row;
use api::registers::{DryRunContext, RegisterKind, dry_run, workbook};

use crate::harness::{read, today};

#[test]
fn a_hundred_thousand_rows_are_read_and_checked() {
    let gifts = api::demo::generator::generate(3).donations;
    let rows: Vec<Row> = (0..100_000)
        .map(|number| Row { number: format!("J-{number}"), ..gifts[number % gifts.len()].clone() })
        .collect();
    let register = read(RegisterKind::Donations, &workbook::register(&rows).unwrap()).unwrap();
    let run = dry_run::<Row>(register.rows, &DryRunContext::new(today()));
    assert_eq!(run.report().problems, []);
    assert!(run.good.into_iter().map(|good| good.row).eq(rows));
}
