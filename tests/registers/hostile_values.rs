//! Values that people and attackers put into cells.

use api::registers::{
    DryRunContext, RawRow, RegisterKind, RegisterRow, donations, dry_run, persons, workbook,
};
use serde::Deserialize;

use crate::harness::{DONATION, read, today};

#[derive(Deserialize)]
struct Case {
    what: String,
    field: String,
    value: String,
    expected: String,
}

/// Whether the row with this value is taken; a value that is taken must read back as it was.
fn is_taken(case: &Case) -> bool {
    let context = DryRunContext::new(today());
    let mut person = api::demo::generator::generate(1).persons[0].write();
    let mut donation = DONATION.map(str::to_owned).to_vec();
    let person_column = RegisterKind::Persons.template().index(&case.field);
    if let Some(column) = person_column.filter(|_| ["name", "id_number"].contains(&case.field.as_str())) {
        person[column].clone_from(&case.value);
        let run = dry_run::<persons::Row>(vec![RawRow::from_texts(3, person)], &context);
        assert_masked(&serde_json::to_string(&run.report()).unwrap(), case);
        return round_trip(run.good.first().map(|good| &good.row), RegisterKind::Persons);
    }
    let column = RegisterKind::Donations.template().index(&case.field).unwrap();
    donation[column].clone_from(&case.value);
    let run = dry_run::<donations::Row>(vec![RawRow::from_texts(3, donation)], &context);
    assert_masked(&serde_json::to_string(&run.report()).unwrap(), case);
    round_trip(run.good.first().map(|good| &good.row), RegisterKind::Donations)
}

fn assert_masked(report: &str, case: &Case) {
    assert!(
        case.value.trim().len() < 6 || !report.contains(&case.value),
        "{}: the report holds the value",
        case.what
    );
}

/// A taken row survives a workbook: nothing in it became a formula or lost a character.
fn round_trip<R: RegisterRow + PartialEq>(row: Option<&R>, kind: RegisterKind) -> bool {
    let Some(row) = row else { return false };
    let file = workbook::register(std::slice::from_ref(row)).unwrap();
    let read_back = read(kind, &file).unwrap().rows;
    assert!(R::read(&read_back[0]).is_ok_and(|again| again == *row));
    true
}

#[test]
fn hostile_values_are_refused_or_kept_as_they_are() {
    for line in include_str!("hostile-values.jsonl").lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let taken = is_taken(&case);
        match case.expected.as_str() {
            "refused" => assert!(!taken, "{} was taken", case.what),
            "taken" => assert!(taken, "{} was refused", case.what),
            _ => {}
        }
    }
}
