//! The committed year: what the files hold is what the generator made.

use std::fs;

use api::demo::generator::{DEFAULT_SEED, embedded, generate};
use api::registers::reading::{RegisterRows, read_register};
use api::registers::{Checked, DryRunContext, RegisterKind, dry_run};

use crate::harness::{limits, today};

fn read_embedded(kind: RegisterKind) -> RegisterRows {
    let folder = tempfile::tempdir().unwrap();
    let (name, bytes) = embedded(kind);
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read_register(&path, kind, &limits()).unwrap()
}

fn assert_reads_as<R: Checked + PartialEq + Clone>(expected: &[R], context: &DryRunContext) {
    let run = dry_run::<R>(read_embedded(R::KIND).rows, context);
    assert_eq!(run.report().problems, []);
    assert!(run.good.into_iter().map(|good| good.row).eq(expected.iter().cloned()), "{:?}", R::KIND);
}

#[test]
fn the_committed_files_read_as_the_generated_year() {
    let year = generate(DEFAULT_SEED);
    let mut context = DryRunContext::new(today());
    assert_reads_as(&year.persons, &context);
    context.know_all(&year.persons);
    assert_reads_as(&year.applications, &context);
    assert_reads_as(&year.care_assessments, &context);
    assert_reads_as(&year.changes, &context);
    assert_reads_as(&year.donations, &context);
}
