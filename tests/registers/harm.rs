//! Files made to do harm: only the child may die of them, and the clerk gets a plain refusal.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use api::registers::RegisterKind;
use api::registers::reading::{Limits, Refusal, read_register};

use crate::harness::{DONATION, donations, limits, line, read, read_within, refusal, with_part, write_row};

const SHEET: &str = "xl/worksheets/sheet1.xml";
const STRINGS: &str = "xl/sharedStrings.xml";
const NAMESPACE: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

fn good() -> Vec<u8> {
    donations(|sheet| write_row(sheet, 1, &DONATION))
}

fn sheet(inner: &str) -> Vec<u8> {
    with_part(
        &good(),
        SHEET,
        Some(format!("<worksheet xmlns=\"{NAMESPACE}\">{inner}</worksheet>").into_bytes()),
    )
}

#[test]
fn a_zip_bomb_is_refused_before_it_unpacks() {
    let mut bomb = good();
    let entry = bomb.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    // what the first part of the archive says it unpacks to: two gigabytes
    bomb[entry + 24..entry + 28].copy_from_slice(&0x7FFF_FFFF_u32.to_le_bytes());
    assert_eq!(refusal(&bomb), Refusal::TooLargeUnpacked);
}

#[test]
fn a_zip_bomb_that_lies_about_its_size_does_not_unpack_either() {
    let mut bomb = with_part(&good(), STRINGS, Some(vec![b' '; 64 * 1024 * 1024]));
    let says = (64_u32 * 1024 * 1024).to_le_bytes();
    for place in (0..bomb.len() - 4).filter(|place| bomb[*place..place + 4] == says).collect::<Vec<_>>() {
        bomb[place..place + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    let refused = refusal(&bomb);
    assert!(matches!(refused, Refusal::Damaged | Refusal::TooMuchMemory), "{refused:?}");
}

#[test]
fn a_workbook_that_eats_memory_kills_the_child_alone() {
    let strings = "<si><t>a</t></si>".repeat(1_500_000);
    let part = format!("<sst xmlns=\"{NAMESPACE}\">{strings}</sst>").into_bytes();
    let hungry = with_part(&good(), STRINGS, Some(part));
    let tight = Limits { memory_bytes_max: 96 * 1024 * 1024, ..limits() };
    let refused = read_within(RegisterKind::Donations, &hungry, &tight).map(|register| register.rows.len());
    assert_eq!(refused, Err(Refusal::TooMuchMemory));
    // and the good register is read within the same limits
    assert_eq!(read_within(RegisterKind::Donations, &good(), &tight).unwrap().rows.len(), 1);
}

#[test]
fn a_sheet_that_claims_to_be_huge_costs_nothing() {
    let claims = "<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1048576\"><c r=\"XFD1048576\" t=\"inlineStr\">\
                  <is><t>x</t></is></c></row></sheetData>";
    assert!(matches!(refusal(&sheet(claims)), Refusal::UnknownColumns { .. }));
    let shared = "<mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>";
    assert!(matches!(refusal(&sheet(&format!("<sheetData/>{shared}"))), Refusal::MergedCells { .. }));
}

#[test]
fn broken_references_and_entities_are_damage() {
    let cases = [
        (
            "a reference beyond the sheet",
            "<sheetData><row r=\"1\"><c r=\"ZZZZZZ99999999999\"><v>1</v></c></row></sheetData>",
        ),
        (
            "a string that is not there",
            "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>99999</v></c></row></sheetData>",
        ),
        (
            "rows in the wrong order",
            "<sheetData><row r=\"9\"><c r=\"A9\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>1</v></c></row></sheetData>",
        ),
        ("no end", "<sheetData><row r=\"1\"><c r=\"A1\">"),
        (
            "an entity",
            "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&lol9;</t></is></c></row></sheetData>",
        ),
    ];
    for (name, inner) in cases {
        let refused = refusal(&sheet(inner));
        assert!(matches!(refused, Refusal::Damaged | Refusal::UnknownColumns { .. }), "{name}: {refused:?}");
    }
}

#[test]
fn a_reader_that_hangs_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("hangs");
    fs::write(&program, "#!/bin/sh\nexec sleep 600\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let file = folder.path().join("register.xlsx");
    fs::write(&file, good()).unwrap();
    let hanging =
        Limits { program: Some(program), wall_time_max: Duration::from_millis(300), ..Limits::default() };
    let refused = read_register(&file, RegisterKind::Donations, &hanging).map(|register| register.rows.len());
    assert_eq!(refused, Err(Refusal::TooSlow));
}

#[test]
fn more_than_the_limits_is_refused() {
    let rows: String = (0..30).map(|number| line(&[&format!("J-{number}"), "首善有我"])).collect();
    let file = line(&crate::harness::heads(RegisterKind::Donations)) + &rows;
    let few = Limits { rows_max: 29, ..limits() };
    let refused =
        read_within(RegisterKind::Donations, file.as_bytes(), &few).map(|register| register.rows.len());
    assert_eq!(refused, Err(Refusal::TooManyRows { most: 29 }));
    let small = Limits { file_bytes_max: 100, ..limits() };
    let refused =
        read_within(RegisterKind::Donations, file.as_bytes(), &small).map(|register| register.rows.len());
    assert_eq!(refused, Err(Refusal::TooLarge { most_mebibytes: 0 }));
    assert_eq!(read(RegisterKind::Donations, file.as_bytes()).unwrap().rows.len(), 30);
}

#[test]
fn any_cut_or_changed_byte_gives_rows_or_a_refusal() {
    let file = good();
    for place in (0..file.len()).step_by(file.len() / 40 + 1) {
        let mut changed = file.clone();
        changed[place] ^= 0x5A;
        for bytes in [changed, file[..place].to_vec()] {
            // whichever it is, the parent goes on; a child that died is damage
            if let Err(refused) = read(RegisterKind::Donations, &bytes) {
                assert!(!matches!(refused, Refusal::CannotStart | Refusal::TooSlow), "{place}: {refused:?}");
            }
        }
    }
}
