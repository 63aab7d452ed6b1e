//! Files as they come from offices: slightly wrong in all the usual ways.

use api::registers::reading::Refusal;
use api::registers::{
    Cell, DryRunContext, ProblemCode, RegisterKind, care_assessments, donations, dry_run, workbook as writer,
};
use chrono::NaiveDate;
use rust_xlsxwriter::{ExcelDateTime, Format};

use crate::harness::{
    DONATION, donations as donation_file, heads, line, read, refusal, text, today, with_part, workbook,
    write_row,
};

const KIND: RegisterKind = RegisterKind::Donations;

#[test]
fn an_empty_template_is_recognised_and_has_no_rows() {
    for kind in RegisterKind::ALL {
        let refused = read(kind, &writer::template(kind).unwrap()).map(|register| register.rows.len());
        assert_eq!(refused, Err(Refusal::NoRows), "{kind:?}");
    }
}

#[test]
fn a_row_keeps_the_number_that_the_clerk_sees() {
    let file = donation_file(|sheet| {
        write_row(sheet, 1, &DONATION);
        write_row(sheet, 4, &DONATION);
        // rows that someone formatted but never filled
        for row in 5..400 {
            sheet.write_blank(row, 2, &Format::new().set_bold()).unwrap();
            sheet.write_string(row, 3, "  \u{3000}").unwrap();
        }
    });
    let rows = read(KIND, &file).unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 5]);
    assert_eq!(rows[0].cells, DONATION[..7].iter().map(|cell| text(cell)).collect::<Vec<_>>());
}

#[test]
fn heads_may_be_codes_and_stand_in_any_order() {
    let file = workbook("捐赠登记表", |sheet| {
        let codes = ["received_on", "method", "amount", "publicity", "donor", "campaign", "number"];
        write_row(sheet, 0, &codes);
        write_row(sheet, 1, &["2023-05-08", "现金", "5", "公开", "王芳", "首善有我", "J-9"]);
    });
    let run = dry_run::<donations::Row>(read(KIND, &file).unwrap().rows, &DryRunContext::new(today()));
    assert_eq!(run.report().problems, []);
    assert_eq!(run.good[0].row.amount.to_string(), "5.00");
}

#[test]
fn what_is_no_register_is_refused_with_its_reason() {
    let row = donation_file(|sheet| write_row(sheet, 1, &DONATION));
    let mut encrypted = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".repeat(100);
    let old_excel = encrypted.clone();
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let wrong_sheet = workbook("Sheet1", |sheet| write_row(sheet, 0, &heads(KIND)));
    let sheet = "捐赠登记表".to_owned();
    let cases: [(&str, Vec<u8>, Refusal); 10] = [
        ("nothing", Vec::new(), Refusal::Empty),
        ("blanks", b" \n\n \n".to_vec(), Refusal::Empty),
        ("an old .xls", old_excel, Refusal::OldExcel),
        ("a password", encrypted, Refusal::PasswordProtected),
        ("macros", with_part(&row, "xl/vbaProject.bin", Some(vec![1, 2, 3])), Refusal::HasMacros),
        ("another zip", with_part(&row, "xl/workbook.xml", None), Refusal::NotAWorkbook),
        ("another sheet", wrong_sheet, Refusal::WrongSheet { sheet }),
        ("half a file", row[..row.len() / 2].to_vec(), Refusal::Damaged),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0".to_vec(), Refusal::NotARegister),
        ("heads alone", line(&heads(KIND)).into_bytes(), Refusal::NoRows),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(refusal(&bytes), expected, "{name}");
    }
}

#[test]
fn columns_must_be_those_of_the_template() {
    let with_heads = |heads: &[&str]| line(heads) + &line(&DONATION);
    let all = heads(KIND);
    let missing = [&all[..4], &all[5..]].concat();
    assert_eq!(
        refusal(with_heads(&missing).as_bytes()),
        Refusal::MissingColumns { heads: "金额".to_owned() }
    );
    let unknown = [all.as_slice(), &["手机号"]].concat();
    assert_eq!(refusal(with_heads(&unknown).as_bytes()), Refusal::UnknownColumns { columns: "I".to_owned() });
    let twice = [all.as_slice(), &["金额"]].concat();
    assert_eq!(refusal(with_heads(&twice).as_bytes()), Refusal::DuplicateColumn { head: "金额".to_owned() });
    let wide = line(&all) + &line(&[DONATION.as_slice(), &["多余"]].concat());
    assert_eq!(refusal(wide.as_bytes()), Refusal::TooManyCells { row: 2 });
}

#[test]
fn a_register_without_its_heads_does_not_show_its_first_row() {
    let refused = refusal(line(&DONATION).as_bytes());
    assert_eq!(refused, Refusal::UnknownColumns { columns: "A、B、C、D、E、F、G".to_owned() });
    assert!(!format!("{refused:?} {refused}").contains("李娜"));
}

#[test]
fn merged_cells_are_refused() {
    let file = donation_file(|sheet| {
        write_row(sheet, 1, &DONATION);
        sheet.merge_range(2, 0, 3, 0, "J-2", &Format::new()).unwrap();
    });
    assert_eq!(refusal(&file), Refusal::MergedCells { cells: "A3:A4".to_owned() });
}

#[test]
fn formulas_errors_and_numbers_are_told_apart() {
    let file = donation_file(|sheet| {
        write_row(sheet, 1, &DONATION);
        sheet.write_formula(1, 4, "=20+30").unwrap();
        write_row(sheet, 2, &DONATION);
        sheet.write_string(2, 0, "J-2").unwrap();
        sheet.write_number(2, 4, 66.5).unwrap();
        let day = ExcelDateTime::from_ymd(2023, 5, 9).unwrap();
        sheet.write_datetime_with_format(2, 6, day, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
        sheet.write_boolean(2, 7, true).unwrap();
    });
    let rows = read(KIND, &file).unwrap().rows;
    assert_eq!(rows[0].cells[4], Cell::Formula);
    let day = NaiveDate::from_ymd_opt(2023, 5, 9).unwrap();
    assert_eq!(
        rows[1].cells[4..],
        [Cell::Number("66.5".to_owned()), text("扫码"), Cell::Date(day), Cell::Flag(true)]
    );
    let run = dry_run::<donations::Row>(rows, &DryRunContext::new(today()));
    assert_eq!(run.good[0].row.amount.to_string(), "66.50");
    assert_eq!((run.bad[0].raw.number, run.bad[0].problems[0].code), (2, ProblemCode::Formula));
}

#[test]
fn an_id_number_typed_as_a_number_has_lost_its_last_digits() {
    let file = workbook("能力评估登记表", |sheet| {
        write_row(sheet, 0, &heads(RegisterKind::CareAssessments));
        sheet.write_number(1, 0, 990_114_194_001_010_018_f64).unwrap();
        write_row(sheet, 1, &[]);
        sheet.write_string(1, 1, "重度失能").unwrap();
        sheet.write_string(1, 2, "2023-05-08").unwrap();
    });
    let rows = read(RegisterKind::CareAssessments, &file).unwrap().rows;
    let report = dry_run::<care_assessments::Row>(rows, &DryRunContext::new(today())).report();
    let found: Vec<_> =
        report.problems.iter().map(|problem| (problem.row, problem.column, problem.code)).collect();
    assert_eq!(found, [(2, "公民身份号码", ProblemCode::NumericCell)]);
}

#[test]
fn corrected_rows_come_back_in_the_same_sheet() {
    let mut bad = DONATION;
    bad[2] = "=cmd|' /C calc'!A0";
    bad[4] = "-50.00";
    let file = line(&heads(KIND)) + &line(&bad);
    let run =
        dry_run::<donations::Row>(read(KIND, file.as_bytes()).unwrap().rows, &DryRunContext::new(today()));
    let corrections = writer::corrections(KIND, &run.bad).unwrap();
    let again = read(KIND, &corrections).unwrap().rows;
    assert_eq!(again[0].number, 3, "below the heads and their codes");
    assert_eq!(again[0].cells[2], text("=cmd|' /C calc'!A0"), "text stays text, never a formula");
    assert_eq!(run.bad[0].reasons(), "【金额】金额不能为负数");
    let report = serde_json::to_string(&run.report()).unwrap();
    assert!(!report.contains("calc") && report.contains("amount_negative"), "{report}");
}
